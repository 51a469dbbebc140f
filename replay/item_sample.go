package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/internal/rng"
)

// Drawn tells what was sampled.
type Drawn struct {
	Key          uint64
	Priority     float64
	Probability  float64 // with which the sampler chose the item
	Items        int     // in the table at that moment
	TimesSampled int     // this time included
	First        int     // the step of the item with which what was copied begins (after the burn-in)
	Waited       bool    // the batch had to wait for the limits
	span         span
}

// Sampling is anything that batches are drawn from.
type Sampling interface {
	// Sample fills batch with as many items as it has room for, in batch.Drawn.
	Sample(ctx context.Context, batch *Batch) error
	Layout() Layout
}

// Sample fills batch: it waits until the limits allow that many samples at once. An item longer than
// batch.Length gives a slice that begins at a random step; a shorter one is followed by zeros. What
// draw number k gives depends on the seed, on k and on what the table went through before. It does
// not allocate unless it has to wait.
func (t *ItemTable) Sample(ctx context.Context, batch *Batch) error {
	if err := batch.check(t.config.Layout); err != nil {
		return err
	}
	if need := batch.BurnIn + batch.Stack - 1; need > t.config.Context {
		return fmt.Errorf("replay: a burn-in of %d steps and %d stacked images need %d steps before an item, the table's Context is %d",
			batch.BurnIn, batch.Stack, need, t.config.Context)
	}
	if err := t.drawAll(ctx, batch.Drawn, batch.Length); err != nil {
		return err
	}
	for k := range batch.Drawn {
		batch.fill(&t.memory, k)
	}
	t.release(batch.Drawn)
	return nil
}

// SampleTransitions fills batch with items as n-step transitions, n being their number of steps (see
// Sampler.SampleTransitions for the formulas; NStep writes such items). drawn [batch] tells which
// items they are. Images are stacked as many as Transitions.Image has room for. It does not allocate
// unless it has to wait.
func (t *ItemTable) SampleTransitions(ctx context.Context, batch Transitions, drawn []Drawn, gamma float64) error {
	if !(gamma >= 0 && gamma <= 1) || len(drawn) != len(batch.Discount) {
		return fmt.Errorf("replay: gamma is %v, want one in [0, 1]; %d drawn items, want %d", gamma, len(drawn), len(batch.Discount))
	}
	if err := batch.check(t.config.Layout); err != nil {
		return err
	}
	if stack := batch.stack(t.config.Layout); stack-1 > t.config.Context {
		return fmt.Errorf("replay: %d stacked images need %d steps before an item, the table's Context is %d", stack, stack-1, t.config.Context)
	}
	if err := t.drawAll(ctx, drawn, 0); err != nil {
		return err
	}
	for k := range drawn {
		batch.fill(&t.memory, k, drawn[k].span, gamma)
	}
	t.release(drawn)
	return nil
}

// drawAll waits for the limits, chooses items, and keeps their rows until release. A length above 0
// is that of slices.
func (t *ItemTable) drawAll(ctx context.Context, drawn []Drawn, length int) error {
	if len(drawn) == 0 {
		return errors.New("replay: a batch without items")
	}
	if err := t.config.Limits.checkBatch(len(drawn)); err != nil {
		return err
	}
	if most := t.config.MaxItems * t.config.MaxTimesSampled; most > 0 && len(drawn) > most {
		return fmt.Errorf("replay: a batch of %d items, but MaxItems %d and MaxTimesSampled %d give %d samples at the most",
			len(drawn), t.config.MaxItems, t.config.MaxTimesSampled, most)
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	waited, err := t.limiter.await(ctx, &t.lock, sampling, len(drawn))
	if err != nil {
		return err
	}
	source := t.randomness(&t.sampling, streamSample, &t.draw)
	for k := range drawn {
		drawn[k] = t.drawOne(source, length)
		drawn[k].Waited = waited
	}
	t.readers++
	t.limiter.wake()
	return nil
}

// drawOne chooses an item and counts its sample. It is called with the lock held.
func (t *ItemTable) drawOne(source *rng.Source, length int) Drawn {
	place, probability := t.config.Sampler.Select(source)
	it := &t.items[place]
	it.timesSampled++
	t.limiter.counts.Samples++
	t.limiter.samplesLeft--
	t.memory.keepSpan(it.span)
	d := Drawn{
		Key: it.key, Priority: it.rank.Priority, Probability: probability,
		Items: len(t.items), TimesSampled: it.timesSampled, span: it.span,
	}
	if length > 0 && it.span.steps > length {
		d.First = source.IntN(it.span.steps - length + 1)
	}
	if it.timesSampled == t.config.MaxTimesSampled {
		t.remove(place)
	}
	return d
}

// release gives the rows of items back when they have been copied.
func (t *ItemTable) release(drawn []Drawn) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for k := range drawn {
		t.memory.dropSpan(drawn[k].span)
		drawn[k].span = span{}
	}
	t.readers--
	t.copied.Broadcast()
}
