package stream

import (
	"context"
	"fmt"
	"math"
)

// Recovery is what was found of a writer that resumes.
type Recovery struct {
	Rows    int64   // that were passed to visit
	Relived int64   // rows beyond the position that the log has
	Lost    []Range // rows before the position that should have been there, but are damaged or gone
	Damaged []error // what was wrong with messages
}

// recover reads what the log has of the writer around the position at.
func (w *Writer) recover(ctx context.Context, at Position, visit func(*Chunk) error) (Recovery, error) {
	if err := w.publisher.findNewest(ctx); err != nil { // first: what another process writes from here on is noticed
		return Recovery{}, err
	}
	chunks, err := w.headers(ctx, at)
	if err != nil {
		return Recovery{}, err
	}
	newest := at.Epoch
	for _, chunk := range chunks {
		if ours, theirs := w.schema, chunk.Schema; ours.Layout != theirs.Layout || ours.Physics != theirs.Physics {
			return Recovery{}, fmt.Errorf("stream: %s: the rows of %s have layout %+v with physics of %+v, those to come %+v with %+v: write them to another log",
				w.log.place(), w.name, theirs.Layout, theirs.Physics, ours.Layout, ours.Physics)
		}
		if chunk.Epoch > at.Epoch && chunk.First < at.Row {
			return Recovery{}, fmt.Errorf("stream: %s: another history was written from row %d on, so a checkpoint at row %d cannot be resumed: use the newest one",
				w.log.place(), chunk.First, at.Row)
		}
		newest = max(newest, chunk.Epoch)
		w.publisher.follow(chunk)
	}
	r := recovery{writer: w, at: at, visit: visit, next: max(0, at.Row-w.keep)}
	r.past = clip(history(chunks, at.Epoch), 0, at.Row)
	r.future = consecutive(clip(history(chunks, newest), at.Row, math.MaxInt64), at.Row)
	if err := r.read(ctx); err != nil {
		return r.found, err
	}
	w.epoch = newest
	if len(r.recorded) > 0 {
		w.epoch, w.recorded = at.Epoch, &recorded{r.recorded, newest}
	}
	return r.found, nil
}

// headers returns the headers of the writer's chunks from the rows on that are to be kept. A position of when
// fewer were kept does not reach back to them.
func (w *Writer) headers(ctx context.Context, at Position) ([]located, error) {
	chunks, err := w.log.headers(ctx, w.publisher.subject, at.Oldest)
	if err != nil || at.Oldest == 0 || len(chunks) > 0 && chunks[0].First <= max(0, at.Row-w.keep) {
		return chunks, err
	}
	return w.log.headers(ctx, w.publisher.subject, 0)
}

// recovery is a writer's log being read around a position.
type recovery struct {
	writer       *Writer
	at           Position
	visit        func(*Chunk) error
	past, future []piece
	next         int64 // the row that comes next before the position
	recorded     []*Chunk
	found        Recovery
}

// read reads the messages of all pieces.
func (r *recovery) read(ctx context.Context) error {
	pieces := append(r.past[:len(r.past):len(r.past)], r.future...)
	if len(pieces) > 0 {
		first, last := pieces[0].message, pieces[len(pieces)-1].message
		for chunk, err := range r.writer.log.chunks(ctx, first, last, r.writer.publisher.subject) {
			if damage := (*DamageError)(nil); asDamage(err, &damage) {
				r.found.Damaged = append(r.found.Damaged, damage)
				continue
			}
			if err == nil {
				err = r.take(chunk)
			}
			if err != nil {
				return err
			}
		}
	}
	if r.next < r.at.Row {
		r.lose(r.at.Row)
	}
	return nil
}

// take takes a chunk's part of the past and of the future.
func (r *recovery) take(chunk *Chunk) error {
	for _, p := range r.past {
		if p.message == chunk.Message {
			if err := r.remember(chunk.slice(p.begin, p.end)); err != nil {
				return err
			}
		}
	}
	for _, p := range r.future {
		if p.message == chunk.Message && p.begin == r.at.Row+r.found.Relived {
			r.recorded = append(r.recorded, chunk.slice(p.begin, p.end))
			r.found.Relived = p.end - r.at.Row
		}
	}
	return nil
}

// remember passes rows of the past on. The observation behind the last of them is where the writer goes on.
func (r *recovery) remember(part *Chunk) error {
	if part.First > r.next {
		r.lose(part.First)
	}
	r.next = part.End()
	r.found.Rows += int64(part.Rows)
	if w := r.writer; part.End() == r.at.Row && part.Open {
		copyRow(w.newest, 0, part, part.Rows)
		w.playing = true
	}
	if r.visit == nil {
		return nil
	}
	return r.visit(part)
}

func (r *recovery) lose(end int64) {
	r.found.Lost = append(r.found.Lost, Range{r.next, end})
	r.next = end
}

// String names the rows.
func (r Range) String() string { return fmt.Sprintf("%d to %d", r.Begin, r.End-1) }
