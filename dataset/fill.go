package dataset

import (
	"context"
	"fmt"
	"iter"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// Fill adds episodes to a table, for training without an environment. Images are left out if the table has no
// place for them. So are recurrent states that are not of the table's width, in the place of which there are
// zeros. An episode whose beginning is missing counts as a new one. What was
// lost of a log is counted; any other error ends it.
func Fill(table *replay.Table, episodes iter.Seq2[*Episode, error]) (Losses, error) {
	var losses Losses
	for e, err := range episodes {
		if err != nil && losses.Count(err) {
			continue
		}
		if err == nil {
			err = fill(table, e)
		}
		if err != nil {
			return losses, err
		}
	}
	return losses, nil
}

func fill(table *replay.Table, e *Episode) error {
	rows := *e.Rows
	if table.Layout().Image == 0 {
		rows.Image = nil
	}
	if width := table.Layout().State; e.Schema.Layout.State != width {
		rows.State = make([]float32, rows.Len()*width)
	}
	rows.Step = make([]int64, e.Rows.Len())
	for i := range rows.Step {
		rows.Step[i] = int64(i)
	}
	if err := table.Extend(&rows); err != nil {
		return fmt.Errorf("dataset: episode %s: %w", e.ID, err)
	}
	return nil
}

// Import writes the episodes of the dataset in folder to a log, as those of a new writer called name (see
// stream.Log.NewWriter), and returns what it wrote. There, every episode begins at step 0, and the identity
// is that of the new rows. An error, of the dataset or of the log, ends it.
func Import(ctx context.Context, folder string, log *stream.Log, name string) (Totals, error) {
	d, err := Open(folder)
	if err != nil {
		return Totals{}, err
	}
	w, err := log.NewWriter(ctx, name, d.Schema())
	if err != nil {
		return Totals{}, err
	}
	totals, err := importAll(ctx, w, d)
	if closed := w.Close(); err == nil {
		err = closed
	}
	return totals, err
}

func importAll(ctx context.Context, w *stream.Writer, d *Dataset) (Totals, error) {
	var totals Totals
	for e, err := range d.Episodes() {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = importEpisode(w, e)
		}
		if err != nil {
			return totals, err
		}
		totals.add(e)
	}
	return totals, nil
}

// importEpisode writes an episode. One that was cut stays open, and is cut by the next, or by the end.
func importEpisode(w *stream.Writer, e *Episode) error {
	if err := w.Begin(e.stepTo(0), e.physicsAt(0)); err != nil {
		return err
	}
	for i := range e.Steps() {
		last := i == e.Steps()-1 && e.End != Cut
		if err := w.Append(e.stepTo(i+1), e.physicsAt(i+1), last); err != nil {
			return err
		}
	}
	return nil
}

// stepTo is the step that leads to row i: the action before, and what is seen at the row. To row 0 no
// action leads.
func (e *Episode) stepTo(i int) replay.Step {
	rows, layout := e.Rows, e.Schema.Layout
	step := replay.Step{
		Observation: rows.Observation[i*layout.Observation : (i+1)*layout.Observation],
		Image:       rows.Image[i*layout.Image : (i+1)*layout.Image],
		State:       rows.State[i*layout.State : (i+1)*layout.State],
	}
	if i > 0 {
		before := i - 1
		step.Action = rows.Action[before*layout.Action : i*layout.Action]
		step.Reward = rows.Reward[before*layout.Reward : i*layout.Reward]
		step.LogProbability, step.Discount, step.Version = rows.LogProbability[before], rows.Discount[before], rows.Version[before]
	}
	return step
}

// physicsAt is the physics at row i.
func (e *Episode) physicsAt(i int) []float64 {
	size := e.Schema.Physics.Size
	return e.Physics[i*size : (i+1)*size]
}
