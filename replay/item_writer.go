package replay

import (
	"context"
	"errors"
	"fmt"
)

// Pattern tells which spans of an episode become items.
type Pattern struct {
	Length int // steps of an item; 0 for the whole episode, when it has ended
	Period int // steps between the starts of items; 0 if only Insert makes items
	// Tails also makes the shorter items that reach to the end of the episode, as n-step transitions
	// need them. Without, one more item of Length steps ends with the episode if steps would be left
	// over, and begins with it at the earliest.
	Tails bool
}

// NStep makes an item of n steps from every step, and of fewer at the end of the episode.
func NStep(n int) Pattern { return Pattern{Length: n, Period: 1, Tails: true} }

// Windows makes items of length steps, period steps apart, so that no step is left out if period is
// at most length.
func Windows(length, period int) Pattern { return Pattern{Length: length, Period: period} }

// Episodes makes an item of every episode.
func Episodes() Pattern { return Pattern{Period: 1} }

// Manual makes no items; Insert can make them of up to length steps, or of whole episodes if it
// is 0.
func Manual(length int) Pattern { return Pattern{Length: length} }

// Writer stores the episodes of one environment in an ItemTable. It is used by one client. Items
// never cross the border between two episodes.
type Writer struct {
	table   *ItemTable
	pattern Pattern

	head, tail *block // of the rows that are kept
	next       int64  // number of the next row
	start      int64  // number of the episode's first row
	due        int64  // number of the row at which the next item begins
	open       bool   // an episode has begun, and has items to come
	terminated bool   // its last discount was 0
}

// NewWriter returns a writer. Writers are numbered in the order in which they are made; a checkpoint
// is restored into a table with the same writers.
func (t *ItemTable) NewWriter(pattern Pattern) (*Writer, error) {
	if pattern.Length < 0 || pattern.Period < 0 || pattern.Tails && pattern.Length == 0 {
		return nil, fmt.Errorf("replay: pattern %+v: no number may be negative, and whole episodes have no tails", pattern)
	}
	w := &Writer{table: t, pattern: pattern}
	t.lock.Lock()
	defer t.lock.Unlock()
	t.writers = append(t.writers, w)
	return w, nil
}

// Begin begins an episode with what was seen first: Observation, Image and State of first, whose
// other fields are not read. An episode that is still open ends as truncated, as by End, whose errors
// leave all as it was, but for the items that were inserted.
func (w *Writer) Begin(ctx context.Context, first Step) error {
	if err := w.checkSeen(first); err != nil {
		return fmt.Errorf("replay: first step of an episode: %w", err)
	}
	if err := w.End(ctx); err != nil {
		return err
	}
	w.table.lock.Lock()
	defer w.table.lock.Unlock()
	w.start, w.due = w.next, w.next
	if err := w.push(first, 0); err != nil {
		return err
	}
	w.open, w.terminated = true, false
	return nil
}

// Append adds a step to the open episode and inserts the items that are then complete. A step that
// is refused changes nothing. If the limits let no item in until ctx is done, the step is stored all
// the same, and the next call inserts what is missing.
func (w *Writer) Append(ctx context.Context, step Step) error {
	if err := w.checkStep(step); err != nil {
		return fmt.Errorf("replay: step %d of the episode: %w", max(0, w.next-1-w.start), err)
	}
	w.table.lock.Lock()
	defer w.table.lock.Unlock()
	if err := w.store(step); err != nil {
		return err
	}
	if step.Discount == 0 {
		w.terminated = true
		return w.end(ctx)
	}
	return w.insertComplete(ctx)
}

// End inserts the items that end with the episode: it was truncated at its newest observation. It
// does nothing if no episode is open.
func (w *Writer) End(ctx context.Context) error {
	w.table.lock.Lock()
	defer w.table.lock.Unlock()
	return w.end(ctx)
}

// Insert makes an item of the newest steps of the episode. If there is an item with that key, it
// only gets the priority, and nothing is waited for. Keys of 2^63 and above are the table's own.
func (w *Writer) Insert(ctx context.Context, key uint64, priority float64, steps int) error {
	if err := checkPriority(priority); err != nil {
		return fmt.Errorf("replay: item %d: %w", key, err)
	}
	if key >= automaticKeys {
		return fmt.Errorf("replay: item %d: keys of 2^63 and above are the table's own", key)
	}
	t := w.table
	t.lock.Lock()
	defer t.lock.Unlock()
	if known := int(w.next - 1 - w.start); steps < 1 || steps > known || w.pattern.Length > 0 && steps > w.pattern.Length {
		return fmt.Errorf("replay: item %d: %d steps, of %d in the episode, with the writer's pattern %+v", key, steps, known, w.pattern)
	}
	return w.insertOrAssign(ctx, key, priority, w.next-1-int64(steps), steps)
}

// checkSeen tells what is wrong with what is seen at a row.
func (w *Writer) checkSeen(step Step) error {
	layout := w.table.config.Layout
	if len(step.Image) != layout.Image {
		return fmt.Errorf("image has %d bytes, want %d", len(step.Image), layout.Image)
	}
	return errors.Join(
		check("observation", step.Observation, layout.Observation),
		check("state", step.State, layout.State),
	)
}

// checkStep tells what is wrong with a step.
func (w *Writer) checkStep(step Step) error {
	layout := w.table.config.Layout
	switch {
	case w.terminated:
		return errors.New("the episode was terminated (discount 0) by the step before; Begin must come first")
	case !w.open:
		return errors.New("no episode is open; Begin must come first")
	case !(step.Discount >= 0 && step.Discount <= 1):
		return fmt.Errorf("discount is %v, not in [0, 1]", step.Discount)
	case !finite(step.LogProbability):
		return fmt.Errorf("log-probability is %v", step.LogProbability)
	}
	return errors.Join(
		check("action", step.Action, layout.Action),
		check("reward", step.Reward, layout.Reward),
		w.checkSeen(step),
	)
}
