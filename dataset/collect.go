package dataset

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// Losses counts what of a log cannot be read.
type Losses struct {
	Messages uint64 `json:"messages"` // damaged or deleted
	Rows     int64  `json:"rows"`     // that are missing between others of a writer
}

// GapError says that rows of a writer are missing. Reading goes on behind them.
type GapError struct {
	Writer string
	Rows   stream.Range
}

func (e *GapError) Error() string {
	return fmt.Sprintf("rows %v of writer %s are missing", e.Rows, e.Writer)
}

// Count counts err and reports true if it is a loss that reading goes on behind: a stream.DamageError or a
// GapError.
func (l *Losses) Count(err error) bool {
	var damage *stream.DamageError
	var gap *GapError
	switch {
	case errors.As(err, &damage):
		l.Messages += damage.Last - damage.First + 1
	case errors.As(err, &gap):
		l.Rows += gap.Rows.End - gap.Rows.Begin
	default:
		return false
	}
	return true
}

// FromChunks makes episodes of the chunks of any number of writers, in the order of stream.Log.History. An
// episode comes as soon as it has ended; one that is open at the end of the log or before missing rows is cut
// at its newest observation. Episodes without a step are left out. Errors are passed on, and reading goes on
// behind those that Losses counts; missing rows are such errors too. Of each writer, one episode is in memory.
func FromChunks(chunks iter.Seq2[*stream.Chunk, error]) iter.Seq2[*Episode, error] {
	return func(yield func(*Episode, error) bool) {
		c := collector{writers: map[string]*collected{}, yield: yield}
		for chunk, err := range chunks {
			if err != nil {
				if !yield(nil, err) || !new(Losses).Count(err) {
					return
				}
				continue
			}
			if !c.add(chunk) {
				return
			}
		}
		for _, name := range c.order {
			if !c.cut(c.writers[name]) {
				return
			}
		}
	}
}

// collector collects the rows of episodes. Its methods report whether more is wanted.
type collector struct {
	writers map[string]*collected
	order   []string // of their first chunks
	yield   func(*Episode, error) bool
}

// collected is what is known of a writer.
type collected struct {
	next        int64        // the row that comes next
	episode     *Episode     // that is open, or nil
	tail        *replay.Rows // the observation behind its newest row
	tailPhysics []float64
}

func (c *collector) add(chunk *stream.Chunk) bool {
	w, known := c.writers[chunk.Writer]
	if !known {
		w = &collected{next: chunk.First}
		c.writers[chunk.Writer] = w
		c.order = append(c.order, chunk.Writer)
	}
	if err := w.check(chunk); err != nil {
		c.yield(nil, err)
		return false
	}
	if chunk.First > w.next {
		gap := &GapError{chunk.Writer, stream.Range{Begin: w.next, End: chunk.First}}
		if !c.cut(w) || !c.yield(nil, gap) {
			return false
		}
	}
	w.next = chunk.End()
	return c.split(w, chunk)
}

// check refuses chunks that are not in the order of a history.
func (w *collected) check(chunk *stream.Chunk) error {
	if chunk.First < w.next {
		return fmt.Errorf("dataset: row %d of writer %s comes again: read the log by its History", chunk.First, chunk.Writer)
	}
	if chunk.Open != (chunk.Kinds[chunk.Rows-1] == stream.Acted) {
		return fmt.Errorf("dataset: rows %d to %d of writer %s: the last one contradicts the header", chunk.First, chunk.End()-1, chunk.Writer)
	}
	return nil
}

// split gives the rows of a chunk to their episodes.
func (c *collector) split(w *collected, chunk *stream.Chunk) bool {
	if w.episode != nil && chunk.Data.Step[0] != w.episode.Rows.Step[w.episode.Steps()]+1 && !c.cut(w) {
		return false
	}
	begin := 0
	for i, kind := range chunk.Kinds {
		if kind == stream.Acted {
			continue
		}
		w.extend(chunk, begin, i+1)
		if begin = i + 1; !c.end(w, End(kind)) {
			return false
		}
	}
	if chunk.Open {
		w.extend(chunk, begin, chunk.Rows)
		w.keepTail(chunk)
	}
	return true
}

// extend adds the rows [begin, end) of a chunk to the open episode, or begins one with them.
func (w *collected) extend(chunk *stream.Chunk, begin, end int) {
	if w.episode == nil {
		w.episode = &Episode{ID: episodeID(chunk.Writer, chunk.First+int64(begin)), Schema: chunk.Schema, Rows: new(replay.Rows)}
	}
	size := chunk.Schema.Physics.Size
	w.episode.extend(chunk.Data.Slice(chunk.Schema.Layout, begin, end), chunk.Physics[begin*size:end*size])
}

// keepTail copies the observation behind the rows of a chunk.
func (w *collected) keepTail(chunk *stream.Chunk) {
	layout, size, i := chunk.Schema.Layout, chunk.Schema.Physics.Size, chunk.Rows
	w.tail = replay.NewRows(layout, 1)
	w.tail.Copy(layout, chunk.Data, 0, i, 1)
	makeFinal(layout, w.tail, 0)
	w.tailPhysics = slices.Clone(chunk.Physics[i*size : (i+1)*size])
}

// cut ends the open episode of a writer, if there is one, with the observation behind its newest row.
func (c *collector) cut(w *collected) bool {
	if w.episode == nil {
		return true
	}
	w.episode.extend(w.tail, w.tailPhysics)
	return c.end(w, Cut)
}

// end passes the open episode on.
func (c *collector) end(w *collected, end End) bool {
	episode := w.episode
	w.episode = nil
	episode.End = end
	return episode.Steps() == 0 || c.yield(episode, nil)
}
