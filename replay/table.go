package replay

import (
	"errors"
	"fmt"
)

// Layout is the number of elements in a row of each column.
type Layout struct {
	Observation int // all observations of a step, flattened in the order of their specs; 0 if there are images alone
	Action      int
	Reward      int // 1, or 1 and more: the first is the reward of the task that is played
	Image       int // bytes of the image of a step, 0 without
	State       int // numbers of the policy's recurrent state, 0 without
}

// RowBytes is the memory of a row.
func (l Layout) RowBytes() int {
	numbers := l.Observation + l.Action + l.Reward + l.State + 2
	return 4*numbers + l.Image + 16
}

// validate returns an error unless there is something to see and to do.
func (l Layout) validate() error {
	if l.Observation < 0 || l.Image < 0 || l.Observation+l.Image < 1 || l.Action < 1 || l.Reward < 1 || l.State < 0 {
		return fmt.Errorf("replay: layout %+v: action, reward, and observation or image must be 1 or more, and none negative", l)
	}
	return nil
}

// Step is one step of an episode: the action taken at the newest observation and what followed.
type Step struct {
	Action         []float32 // a_t, [Layout.Action]
	LogProbability float32   // of a_t under the policy that chose it (a density for continuous actions)
	Reward         []float32 // r_t+1, [Layout.Reward]
	Discount       float32   // d_t+1 in [0, 1]; 0 terminates the episode
	Observation    []float32 // o_t+1, [Layout.Observation]
	Image          []byte    // seen with o_t+1, [Layout.Image]
	State          []float32 // with which the policy will choose a_t+1, [Layout.State]
	Version        uint64    // of the weights that chose a_t
}

// maxChunkRows and maxChunkBytes bound the chunks of a large table.
const (
	maxChunkRows  = 10_000
	maxChunkBytes = 16 << 20
)

// Table is a ring of rows: beyond its capacity the oldest leave. Memory is taken as it fills.
type Table struct {
	layout    Layout
	capacity  int
	chunkRows int
	chunks    []*Rows // chunk number c is in place c % len(chunks)
	origin    int     // number of the oldest row ever in this memory: above 0 after a Restore
	next      int     // number of the next row, counted since the table was new
	steps     int     // rows held that have an action
}

// NewTable returns an empty table that holds up to capacity observations, 2 or more. Every step
// takes one, and every episode one more for its final observation.
func NewTable(layout Layout, capacity int) (*Table, error) {
	if err := layout.validate(); err != nil {
		return nil, err
	}
	if capacity < 2 {
		return nil, fmt.Errorf("replay: capacity %d: a step needs 2 observations", capacity)
	}
	rows := min(maxChunkRows, max(1, maxChunkBytes/layout.RowBytes()), (capacity+7)/8)
	places := (capacity+rows-1)/rows + 1 // one more, since the oldest and the newest chunk may be held in part
	return &Table{layout: layout, capacity: capacity, chunkRows: rows, chunks: make([]*Rows, places)}, nil
}

// Layout returns the widths of the table's columns.
func (t *Table) Layout() Layout { return t.layout }

// Len returns the number of steps that can be sampled.
func (t *Table) Len() int { return t.steps }

// Begin begins an episode with the observation, image and recurrent state of first. An episode that was still
// open is thereby truncated at its newest observation. What has the wrong size, or is not finite, is an error
// and changes nothing.
func (t *Table) Begin(first Step) error {
	if err := t.checkSeen(first); err != nil {
		return fmt.Errorf("replay: first step of an episode (row %d): %w", t.next, err)
	}
	t.push(first, 0)
	return nil
}

// Append adds a step to the open episode. It is an error, and changes nothing, if no episode is
// open, if the last one was terminated, or if an array has the wrong size or is not finite.
func (t *Table) Append(step Step) error {
	if t.next == t.origin {
		return errors.New("replay: Append before the Begin of the first episode")
	}
	newest := t.next - 1
	chunk, i := t.at(newest)
	if err := t.checkStep(step, newest); err != nil {
		return fmt.Errorf("replay: step %d of the episode (row %d): %w", chunk.Step[i], newest, err)
	}
	chunk.SetStep(t.layout, i, step)
	t.push(step, chunk.Step[i]+1)
	return nil
}

// Extend adds rows as they are, those of a log for instance: each goes on with the episode of the row
// before it if its Step is one higher. Rows whose columns have the wrong sizes, or whose numbers are
// not finite, are an error and change nothing.
func (t *Table) Extend(rows *Rows) error {
	if err := rows.checkNumbers(t.layout); err != nil {
		return err
	}
	for i, step := range rows.Step {
		t.push(Step{Observation: element(rows.Observation, t.layout.Observation, i)}, step)
		chunk, j := t.at(t.next - 1)
		chunk.Copy(t.layout, rows, j, i, 1)
	}
	return nil
}

// first returns the number of the oldest row held.
func (t *Table) first() int { return max(t.origin, t.next-t.capacity) }

// oldest returns the number of the oldest of the newest rows, recent in all or as many as are held.
func (t *Table) oldest(recent int) int { return max(t.first(), t.next-recent) }

// at returns the place of a row.
func (t *Table) at(row int) (*Rows, int) {
	return t.chunks[row/t.chunkRows%len(t.chunks)], row % t.chunkRows
}

// push adds a row without an action, which completes the row before it if they belong to the same
// episode. The oldest row leaves if the table is full.
func (t *Table) push(seen Step, step int64) {
	if t.next-t.first() == t.capacity && t.follows(t.first(), 1) {
		t.steps--
	}
	place := &t.chunks[t.next/t.chunkRows%len(t.chunks)]
	if *place == nil {
		*place = NewRows(t.layout, t.chunkRows)
	}
	row := t.next % t.chunkRows
	(*place).SetObservation(t.layout, row, seen.Observation, step)
	copy(element((*place).State, t.layout.State, row), seen.State)
	copy(element((*place).Image, t.layout.Image, row), seen.Image)
	t.next++
	if previous := t.next - 2; previous >= t.first() && t.follows(previous, 1) {
		t.steps++
	}
}

// follows reports whether the row count rows after row is held and belongs to the same episode,
// in other words whether an action is known for each of the count rows from row on. Positions
// count up by one inside an episode and begin again at 0, so one comparison is enough.
func (t *Table) follows(row, count int) bool {
	if row+count >= t.next {
		return false
	}
	from, i := t.at(row)
	to, j := t.at(row + count)
	return to.Step[j] == from.Step[i]+int64(count)
}

// beginning is the first row held of the episode of row.
func (t *Table) beginning(row int) int {
	chunk, i := t.at(row)
	return max(t.first(), row-int(chunk.Step[i]))
}

// stepsFrom is the number of steps known of the episode of row from there on, up to a limit.
func (t *Table) stepsFrom(row, limit int) int {
	steps := 0
	for steps < limit && t.follows(row+steps, 1) {
		steps++
	}
	return steps
}

// checkStep tells what is wrong with a step taken at row.
func (t *Table) checkStep(step Step, row int) error {
	if previous := row - 1; previous >= t.first() && t.follows(previous, 1) {
		if chunk, i := t.at(previous); chunk.Discount[i] == 0 {
			return errors.New("the episode was terminated (discount 0) by the step before; Begin must come first")
		}
	}
	if !(step.Discount >= 0 && step.Discount <= 1) {
		return fmt.Errorf("discount is %v, not in [0, 1]", step.Discount)
	}
	if !finite(step.LogProbability) {
		return fmt.Errorf("log-probability is %v", step.LogProbability)
	}
	return errors.Join(
		check("action", step.Action, t.layout.Action),
		check("reward", step.Reward, t.layout.Reward),
		t.checkSeen(step),
	)
}

// checkSeen tells what is wrong with what is seen at a row.
func (t *Table) checkSeen(step Step) error {
	var image error
	if len(step.Image) != t.layout.Image {
		image = fmt.Errorf("image has %d bytes, want %d", len(step.Image), t.layout.Image)
	}
	return errors.Join(
		check("observation", step.Observation, t.layout.Observation),
		check("state", step.State, t.layout.State),
		image,
	)
}

// check tells whether values has the wrong size or which element is not finite.
func check(name string, values []float32, width int) error {
	if len(values) != width {
		return fmt.Errorf("%s has %d elements, want %d", name, len(values), width)
	}
	for i, value := range values {
		if !finite(value) {
			return fmt.Errorf("%s[%d] is %v", name, i, value)
		}
	}
	return nil
}

// finite reports whether x is neither infinite nor NaN.
func finite(x float32) bool { return x-x == 0 }
