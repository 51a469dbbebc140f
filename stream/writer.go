package stream

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/reverie-rl/reverie/replay"
)

// Position is where a writer stands in its log: what a checkpoint keeps to resume from.
type Position struct {
	Row    int64  `json:"row"`    // whole rows before it
	Epoch  int    `json:"epoch"`  // of its history
	Oldest uint64 `json:"oldest"` // a message from which on the rows that the caller wanted to keep can be read
}

// mostRows and mostBytes bound a chunk; mostBytes leaves room for headers in a message of 1 MiB, which is
// what servers allow by default.
const (
	mostRows  = 1000
	mostBytes = 900_000
)

// Writer writes the rows of one environment. It is used by one goroutine. Errors of publishing come with
// a later call: the rows since the last Flush without an error are not safe then, and the writer is of no
// further use.
type Writer struct {
	log     *Log
	name    string
	schema  Schema
	epoch   int
	keep    int64 // rows that Position.Oldest must reach back
	newest  *Chunk
	rows    int   // whole rows in newest
	playing bool  // row number rows of newest holds the observation where an episode goes on
	first   int64 // number of the first row of newest

	recorded  *recorded // rows of the log that are lived once more; nil if there are none
	publisher *publisher
}

// recorded is the rows that the log has beyond the position where a writer resumed.
type recorded struct {
	chunks []*Chunk // consecutive
	epoch  int      // the highest of any chunk in the log
}

// NewWriter returns a writer called name, of letters, digits, - and _, that begins at row 0. If the log
// has rows of that name already, they are taken for the future of this writer, as Resume does.
func (l *Log) NewWriter(ctx context.Context, name string, schema Schema) (*Writer, error) {
	writer, _, err := l.Resume(ctx, name, schema, Position{}, 0, nil)
	return writer, err
}

// ContinueWriter returns a writer that goes on behind the newest row in the log, as an actor does that was
// restarted and cannot go back. An episode that was open is cut when the next one begins.
func (l *Log) ContinueWriter(ctx context.Context, name string, schema Schema) (*Writer, Recovery, error) {
	chunks, err := l.headers(ctx, l.name+"."+name, 0)
	if err != nil {
		return nil, Recovery{}, err
	}
	var end Position
	for _, chunk := range chunks {
		end = Position{Row: chunk.End(), Epoch: chunk.Epoch, Oldest: chunk.message}
	}
	return l.Resume(ctx, name, schema, end, 1, nil)
}

// Resume returns a writer that goes on at a position, after passing the last keep rows before it, and
// the observation where the episode goes on, to visit. It tells what it found.
func (l *Log) Resume(ctx context.Context, name string, schema Schema, at Position, keep int64, visit func(*Chunk) error) (*Writer, Recovery, error) {
	if !validName(name) {
		return nil, Recovery{}, fmt.Errorf("stream: a writer cannot be called %q: use letters, digits, - and _", name)
	}
	w := &Writer{log: l, name: name, schema: schema, epoch: at.Epoch, keep: keep, first: at.Row}
	rows, err := w.capacity()
	if err != nil {
		return nil, Recovery{}, err
	}
	memory := func() *Chunk { return newChunk(Header{Rows: rows, Open: true, Schema: schema}) }
	w.newest = memory()
	if w.publisher, err = l.newPublisher(name, memory); err != nil {
		return nil, Recovery{}, err
	}
	found, err := w.recover(ctx, at, visit)
	if err != nil {
		w.publisher.close()
		return nil, found, err
	}
	return w, found, nil
}

// capacity is how many rows a chunk of the schema has at most.
func (w *Writer) capacity() (int, error) {
	largest := w.log.connection.MaxPayload()
	bytes := w.schema.rowBytes()
	if 2*bytes > largest {
		return 0, fmt.Errorf("stream: a row of %d bytes is too large for messages of %d bytes: raise max_payload of the server", bytes, largest)
	}
	return int(max(1, min(mostRows, min(mostBytes, largest-largest/8)/bytes-1))), nil
}

// rowBytes is the memory of a row.
func (s Schema) rowBytes() int64 {
	l := s.Layout
	return int64(4*(l.Observation+l.Action+l.Reward+l.State+2) + l.Image + 17 + 8*s.Physics.Size)
}

// Playing tells whether an episode is open: Append can go on with it.
func (w *Writer) Playing() bool { return w.playing }

// Begin begins an episode with the first observation, image and recurrent state of first, and the
// physics there. An episode that is open is cut: its newest observation is its final one.
func (w *Writer) Begin(first replay.Step, physics []float64) error {
	if w.playing {
		if err := w.finish(Cut); err != nil {
			return err
		}
	}
	w.observe(first, physics, 0)
	w.playing = true
	return w.publisher.failure()
}

// Append adds a step to the open episode, and the physics at its observation. Last says that the
// episode ends with it: a discount of 0 tells that it was terminated.
func (w *Writer) Append(step replay.Step, physics []float64, last bool) error {
	if !w.playing {
		return fmt.Errorf("stream: row %d: Append without an open episode", w.first+int64(w.rows))
	}
	d, i := w.newest.Data, w.rows
	d.SetStep(w.schema.Layout, i, step)
	w.newest.Kinds[i] = Acted
	w.rows++
	w.observe(step, physics, d.Step[i]+1)
	err := w.settle()
	switch {
	case err != nil || !last:
		return err
	case step.Discount == 0:
		return w.finish(Terminated)
	}
	return w.finish(Truncated)
}

// observe sets the observation of the row that comes next.
func (w *Writer) observe(step replay.Step, physics []float64, number int64) {
	d, i, layout := w.newest.Data, w.rows, w.schema.Layout
	d.SetObservation(layout, i, step.Observation, number)
	copy(d.Image[i*layout.Image:(i+1)*layout.Image], step.Image)
	copy(d.State[i*layout.State:(i+1)*layout.State], step.State)
	size := w.schema.Physics.Size
	copy(w.newest.Physics[i*size:(i+1)*size], physics)
}

// finish makes the observation that stands alone the final one of its episode.
func (w *Writer) finish(kind byte) error {
	w.playing = false
	w.newest.Kinds[w.rows] = kind
	w.rows++
	return w.settle()
}

// settle decides what becomes of the row that was completed: one that the log has already is dropped,
// and a full chunk is published.
func (w *Writer) settle() error {
	switch {
	case w.recorded != nil && w.lived():
		return nil
	case w.rows == len(w.newest.Kinds):
		return w.hand()
	}
	return w.publisher.failure()
}

// lived compares the row that was completed with the recorded one. It reports true if they are the
// same; otherwise a new epoch begins with this row.
func (w *Writer) lived() bool {
	of := w.recorded.chunks[0]
	if !equalRows(w.newest, 0, of, int(w.first-of.First)) {
		w.epoch, w.recorded = w.recorded.epoch+1, nil
		return false
	}
	if w.playing {
		copyRow(w.newest, 0, w.newest, 1)
	}
	w.first, w.rows, w.epoch = w.first+1, 0, of.Epoch
	if w.first == of.End() {
		if w.recorded.chunks = w.recorded.chunks[1:]; len(w.recorded.chunks) == 0 {
			w.recorded = nil
		}
	}
	return true
}

// hand passes the whole rows to the publisher and goes on in other memory, with the observation that
// stands alone.
func (w *Writer) hand() error {
	if w.rows == 0 {
		return w.publisher.failure()
	}
	next, err := w.publisher.exchange()
	if err != nil {
		return err
	}
	memory := w.newest
	if w.playing {
		copyRow(next, 0, memory, w.rows)
	}
	memory.Header = Header{Format: format, Log: w.log.identity, Writer: w.name, Epoch: w.epoch, First: w.first, Schema: w.schema}
	w.publisher.hand(handed{memory.slice(w.first, w.first+int64(w.rows)), memory})
	w.newest, w.first, w.rows = next, w.first+int64(w.rows), 0
	return nil
}

// Flush publishes what is whole and returns when all of it is on the disk.
func (w *Writer) Flush() error {
	if err := w.hand(); err != nil {
		return err
	}
	return w.publisher.wait()
}

// Position is where the writer stands; after a Flush, all before it is on the disk.
func (w *Writer) Position() Position {
	row := w.first + int64(w.rows)
	return Position{Row: row, Epoch: w.epoch, Oldest: w.publisher.oldest(row - max(1, w.keep))} // one row has the newest observation behind it
}

// Close publishes what is whole and ends the writer.
func (w *Writer) Close() error {
	err := w.Flush()
	w.publisher.close()
	return err
}

// copyRow copies row j of b, with its physics, over row i of a.
func copyRow(a *Chunk, i int, b *Chunk, j int) {
	a.Data.Copy(a.Schema.Layout, b.Data, i, j, 1)
	size := a.Schema.Physics.Size
	copy(a.Physics[i*size:(i+1)*size], b.Physics[j*size:(j+1)*size])
}

// equalRows compares row i of a with row j of b, bit by bit.
func equalRows(a *Chunk, i int, b *Chunk, j int) bool {
	l, size := a.Schema.Layout, a.Schema.Physics.Size
	x, y := a.Data, b.Data
	same := func(p, q []float32, width int) bool {
		return slices.EqualFunc(p[i*width:(i+1)*width], q[j*width:(j+1)*width], func(u, v float32) bool {
			return math.Float32bits(u) == math.Float32bits(v)
		})
	}
	return a.Kinds[i] == b.Kinds[j] && x.Step[i] == y.Step[j] && x.Version[i] == y.Version[j] &&
		same(x.Observation, y.Observation, l.Observation) && same(x.Action, y.Action, l.Action) &&
		same(x.Reward, y.Reward, l.Reward) && same(x.State, y.State, l.State) &&
		same(x.LogProbability, y.LogProbability, 1) && same(x.Discount, y.Discount, 1) &&
		slices.Equal(x.Image[i*l.Image:(i+1)*l.Image], y.Image[j*l.Image:(j+1)*l.Image]) &&
		slices.Equal(a.Physics[i*size:(i+1)*size], b.Physics[j*size:(j+1)*size])
}
