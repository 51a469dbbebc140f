package stream

import (
	"context"

	"github.com/reverie-rl/reverie/replay"
)

// ItemView fills a table of items with the chunks of one writer, through a replay.Writer whose pattern says
// what becomes an item: prioritised replay, windows, whole episodes. Like View, it joins nothing that does
// not follow on in the log: an episode that breaks off ends there, and what comes behind a gap is a new one.
type ItemView struct {
	writer *replay.Writer
	next   int64 // the row that comes next
	open   bool  // its episode goes on, and its observation was stored
}

// NewItemView returns a view that adds through writer.
func NewItemView(writer *replay.Writer) *ItemView { return &ItemView{writer: writer} }

// Add adds the rows of the next chunk. It waits where the table's limits let no item in. Its memory stays
// the caller's.
func (v *ItemView) Add(ctx context.Context, chunk *Chunk) error {
	if chunk.First != v.next {
		if err := v.end(ctx); err != nil {
			return err
		}
	}
	v.next = chunk.End()
	for i, kind := range chunk.Kinds {
		if err := v.add(ctx, chunk, i, kind); err != nil {
			return err
		}
	}
	return nil
}

// add adds row i: the step that was taken there, if it is no final observation.
func (v *ItemView) add(ctx context.Context, chunk *Chunk, i int, kind byte) error {
	if kind != Acted {
		return v.end(ctx)
	}
	if !v.open {
		if err := v.writer.Begin(ctx, chunk.seen(i)); err != nil {
			return err
		}
		v.open = true
	}
	return v.writer.Append(ctx, chunk.step(i))
}

// end ends the episode that is open, if any, at its newest observation.
func (v *ItemView) end(ctx context.Context) error {
	v.open = false
	return v.writer.End(ctx)
}

// seen is what was seen at row i.
func (c *Chunk) seen(i int) replay.Step {
	row := c.Data.Slice(c.Schema.Layout, i, i+1)
	return replay.Step{Observation: row.Observation, Image: row.Image, State: row.State}
}

// step is what was done at row i and what was seen then.
func (c *Chunk) step(i int) replay.Step {
	row, step := c.Data.Slice(c.Schema.Layout, i, i+1), c.seen(i+1)
	step.Action, step.Reward = row.Action, row.Reward
	step.LogProbability, step.Discount, step.Version = row.LogProbability[0], row.Discount[0], row.Version[0]
	return step
}
