package stream

import (
	"slices"

	"github.com/reverie-rl/reverie/replay"
)

// View fills a table with the chunks of one writer. What does not follow on in the log is never joined:
// behind a gap an episode counts as a new one.
type View struct {
	table *replay.Table
	begun bool
	next  int64        // the row that comes next
	tail  *replay.Rows // the observation that stands alone behind the newest row; nil if there is none
	shift int64        // taken from the steps of an episode whose beginning is missing
}

// NewView returns a view that adds to table.
func NewView(table *replay.Table) *View { return &View{table: table} }

// Add adds the rows of the next chunk. Its memory stays the caller's.
func (v *View) Add(chunk *Chunk) error {
	layout := chunk.Schema.Layout
	if !v.begun || chunk.First != v.next {
		if err := v.Finish(); err != nil {
			return err
		}
		v.shift = chunk.Data.Step[0]
	}
	v.begun, v.next = true, chunk.End()
	rows := *chunk.Data
	rows.Step = v.shifted(rows.Step)
	v.tail = nil
	if chunk.Open {
		v.tail = replay.NewRows(layout, 1)
		v.tail.Copy(layout, &rows, 0, chunk.Rows, 1)
		v.tail.SetObservation(layout, 0, slices.Clone(v.tail.Observation), v.tail.Step[0])
	}
	return v.table.Extend(rows.Slice(layout, 0, chunk.Rows))
}

// shifted returns the positions in the episodes, the first of which may have lost its beginning.
func (v *View) shifted(steps []int64) []int64 {
	shifted := slices.Clone(steps)
	for i := range shifted {
		if steps[i] == 0 {
			v.shift = 0
		}
		shifted[i] -= v.shift
	}
	return shifted
}

// Finish adds the observation behind the newest row, which the next chunk would have begun with.
func (v *View) Finish() error {
	if v.tail == nil {
		return nil
	}
	tail := v.tail
	v.tail = nil
	return v.table.Extend(tail)
}
