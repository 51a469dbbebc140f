package torture

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// The sizes of rows.
const (
	observations = 6
	actions      = 2
	physics      = 2
)

func schema() stream.Schema {
	return stream.Schema{
		Task: "test/torture", Agent: "none", ActionRepeat: 1,
		Layout:       replay.Layout{Observation: observations, Action: actions, Reward: 1},
		Observations: []stream.Field{{Name: "place", Shape: []int{observations}, Kind: "float64"}},
		Action:       stream.Field{Name: "push", Shape: []int{actions}, Kind: "float64"},
		Physics:      stream.Physics{Model: "test", Size: physics},
	}
}

// source is what a writer writes: a pure function of the writer's name and the number of the row, so that
// whoever reads can tell what was to be there.
type source struct{ key uint64 }

func sourceOf(name string) source {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name)) // cannot fail
	return source{hash.Sum64()}
}

// row is what the source has at one number.
type row struct {
	observation, action, reward []float32
	logProbability              float32
	version                     uint64
	physics                     []float64
	end                         byte // Acted, or how an episode ends that gets here
}

// at returns a row. Episodes have 20 steps on average.
func (s source) at(number int64) row {
	random := rand.New(rand.NewPCG(s.key, uint64(number)))
	values := make([]float32, observations+actions+2)
	for i := range values {
		values[i] = 2*random.Float32() - 1
	}
	r := row{
		observation: values[:observations], action: values[observations : observations+actions], reward: values[observations+actions:][:1],
		logProbability: values[len(values)-1], version: uint64(number / 10),
	}
	for _, value := range r.observation[:physics] {
		r.physics = append(r.physics, float64(value)*float64(number))
	}
	if n := random.IntN(40); n < 2 && number > 0 {
		r.end = []byte{stream.Terminated, stream.Truncated}[n]
	}
	return r
}

// begin begins an episode where the writer stands. One that is open is cut.
func (s source) begin(w *stream.Writer) error {
	number := w.Position().Row
	if w.Playing() {
		number++
	}
	first := s.at(number)
	return w.Begin(replay.Step{Observation: first.observation}, first.physics)
}

// act takes a step where the writer stands.
func (s source) act(w *stream.Writer) error {
	if !w.Playing() {
		if err := s.begin(w); err != nil {
			return err
		}
	}
	number := w.Position().Row
	here, next := s.at(number), s.at(number+1)
	step := replay.Step{
		Action: here.action, Reward: here.reward, LogProbability: here.logProbability, Discount: 1,
		Observation: next.observation, Version: here.version,
	}
	if next.end == stream.Terminated {
		step.Discount = 0
	}
	return w.Append(step, next.physics, next.end != stream.Acted)
}

// play takes steps, and brings them to the disk.
func (s source) play(w *stream.Writer, steps int) error {
	for range steps {
		if err := s.act(w); err != nil {
			return err
		}
	}
	return w.Flush()
}

// reading is what was read of a writer.
type reading struct {
	source
	begun bool
	next  int64          // the row that comes next
	step  int64          // of the newest row in its episode
	ended bool           // the newest row is a final one
	rows  int64          // that were there
	gaps  []stream.Range // that were not
	cuts  []int64        // rows at which an episode was given up
}

// take compares a chunk with what was written, bit by bit.
func (r *reading) take(chunk *stream.Chunk) error {
	if chunk.First < r.next {
		return fmt.Errorf("row %d of %s comes twice", chunk.First, chunk.Writer)
	}
	if chunk.First > r.next {
		r.gaps = append(r.gaps, stream.Range{Begin: r.next, End: chunk.First})
		r.begun = false
	}
	for i := range chunk.Data.Len() {
		if err := r.compare(chunk, i); err != nil {
			return fmt.Errorf("row %d of %s, message %d: %w", chunk.First+int64(i), chunk.Writer, chunk.Message, err)
		}
	}
	r.next, r.rows = chunk.End(), r.rows+int64(chunk.Rows)
	return nil
}

// compare compares row i of a chunk. Behind the whole rows one holds the next observation alone.
func (r *reading) compare(chunk *stream.Chunk, i int) error {
	d, number := chunk.Data, chunk.First+int64(i)
	want := r.at(number)
	if !slices.Equal(d.Observation[i*observations:(i+1)*observations], want.observation) || !slices.Equal(chunk.Physics[i*physics:(i+1)*physics], want.physics) {
		return errors.New("its observation is another one")
	}
	if i == chunk.Rows {
		return nil
	}
	if err := r.compareStep(number, d.Step[i]); err != nil {
		return err
	}
	kind := chunk.Kinds[i]
	r.begun, r.step, r.ended = true, d.Step[i], kind != stream.Acted
	switch kind {
	case stream.Acted:
		return compareActed(d, i, want, r.at(number+1).end)
	case stream.Cut:
		r.cuts = append(r.cuts, number)
	case want.end:
	default:
		return fmt.Errorf("it ends its episode as %d, want %d", kind, want.end)
	}
	return compareFinal(d, i)
}

// compareStep compares the number of a row in its episode with that of the row before, if that was there.
func (r *reading) compareStep(number, step int64) error {
	want := r.step + 1
	if r.ended || number == 0 {
		want = 0
	}
	if (r.begun || number == 0) && step != want {
		return fmt.Errorf("it is number %d of its episode, want %d", step, want)
	}
	return nil
}

// compareActed compares what was done at a row.
func compareActed(d *replay.Rows, i int, want row, next byte) error {
	discount := float32(1)
	if next == stream.Terminated {
		discount = 0
	}
	if !slices.Equal(d.Action[i*actions:(i+1)*actions], want.action) || d.Reward[i] != want.reward[0] ||
		d.LogProbability[i] != want.logProbability || d.Version[i] != want.version || d.Discount[i] != discount {
		return errors.New("what was done is something else")
	}
	return nil
}

// compareFinal demands that nothing was done at a final row.
func compareFinal(d *replay.Rows, i int) error {
	if d.Reward[i] != 0 || d.Discount[i] != 0 || slices.ContainsFunc(d.Action[i*actions:(i+1)*actions], func(a float32) bool { return a != 0 }) {
		return errors.New("something was done after the end")
	}
	return nil
}

// contents is what was read of a log.
type contents struct {
	writers map[string]*reading
	damage  []error
}

// readAll compares the whole history of a log with what was written.
func readAll(ctx context.Context, log *stream.Log) (contents, error) {
	found := contents{writers: map[string]*reading{}}
	for chunk, err := range log.History(ctx) {
		if damage := (*stream.DamageError)(nil); errors.As(err, &damage) {
			found.damage = append(found.damage, err)
			continue
		}
		if err != nil {
			return found, err
		}
		if err := found.of(chunk.Writer).take(chunk); err != nil {
			return found, err
		}
	}
	return found, nil
}

// of is what was read of a writer.
func (c contents) of(writer string) *reading {
	if c.writers[writer] == nil {
		c.writers[writer] = &reading{source: sourceOf(writer)}
	}
	return c.writers[writer]
}

// whole demands all rows of a writer up to an acknowledged one.
func (c contents) whole(writer string, acknowledged int64) error {
	r := c.of(writer)
	if len(c.damage) > 0 || len(r.gaps) > 0 || r.next < acknowledged {
		return fmt.Errorf("%s has rows up to %d without %v, of %d acknowledged; damaged: %v", writer, r.next, r.gaps, acknowledged, c.damage)
	}
	return nil
}
