package pool

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
)

// diary is an environment that observes which episode and which step of it is being played. Episode
// number k, from 1 on, has 1 + k mod 3 steps, and a reward of 100 times the episode plus the step.
type diary struct {
	episode, step int
	broken        error // of every call but Close
	brokenReset   error // of Reset alone, so that a LAST step is not followed by another episode
	wait          chan struct{}
	closed        int
}

func (d *diary) Observations() []env.Spec {
	return []env.Spec{{Name: "place", Shape: []int{2}}, {Name: "image", Shape: []int{1, 1, 3}, Kind: env.Uint8}}
}

func (d *diary) Action() env.Spec { return env.Spec{Name: "action", Shape: []int{2}} }

func (d *diary) last() int { return 1 + d.episode%3 }

func (d *diary) Reset() (env.TimeStep, error) {
	if err := errors.Join(d.broken, d.brokenReset); err != nil {
		return env.TimeStep{}, err
	}
	d.episode, d.step = d.episode+1, 0
	return env.Restart(d.observe()), nil
}

func (d *diary) Step(action []float64) (env.TimeStep, error) {
	if d.wait != nil {
		<-d.wait
	}
	if d.episode == 0 || d.step == d.last() {
		return d.Reset()
	}
	if err := errors.Join(d.broken, d.Action().CheckAction(action)); err != nil {
		return env.TimeStep{}, err
	}
	d.step++
	reward := float64(100*d.episode + d.step)
	if d.step < d.last() {
		return env.Transition(reward, d.observe()), nil
	}
	if d.episode%2 == 0 {
		return env.Termination(reward, d.observe()), nil
	}
	return env.Truncation(reward, d.observe()), nil
}

func (d *diary) observe() env.Observation {
	e, s := uint8(d.episode), uint8(d.step)
	return env.Observation{{Float64: []float64{float64(d.episode), float64(d.step)}}, {Uint8: []uint8{e, s, 7}}}
}

func (d *diary) Close() error { d.closed++; return d.broken }

// diaries makes count of them and says how a pool gets them.
func diaries(count int) ([]*diary, func(uint64) (env.Environment, error)) {
	all, next := make([]*diary, count), 0
	for i := range all {
		all[i] = &diary{}
	}
	return all, func(uint64) (env.Environment, error) {
		next++
		return all[next-1], nil
	}
}

// open makes a pool that the test closes.
func open(t testing.TB, newEnvironment func(uint64) (env.Environment, error), config Config) *Pool {
	t.Helper()
	p, err := New(newEnvironment, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// newPendulum is a task of short episodes whose random starts and noise depend on the seed.
func newPendulum(seed uint64) (env.Environment, error) {
	e, err := classic.NewPendulum(seed)
	if err != nil {
		return nil, err
	}
	if e, err = wrap.TimeLimit(e, 23); err != nil {
		return nil, err
	}
	return wrap.ActionNoise(e, .1, seed)
}

// actionsOf fills actions with numbers in [-1, 1) that depend on the turn and the place.
func actionsOf(actions []float64, turn int) []float64 {
	rng.Uniform(actions, rng.Key{Seed: 1, Step: uint64(turn)}, 0)
	for i := range actions {
		actions[i] = 2*actions[i] - 1
	}
	return actions
}

// moment is a row with its own memory.
type moment struct {
	kind             env.StepType
	reward, discount float64
	row, arrival     []float32
	image, final     []uint8
	arrived          bool
}

// at keeps row i of b.
func at(b *Batch, i int) moment {
	floats, image := b.Row(i)
	arrival, final, arrived := b.Arrival(i)
	return moment{
		b.Type[i], b.Reward[i], b.Discount[i], slices.Clone(floats), slices.Clone(arrival),
		slices.Clone(image), slices.Clone(final), arrived,
	}
}

// alone plays the environment that a pool would have at index, by itself.
func alone(t *testing.T, newEnvironment func(uint64) (env.Environment, error), config Config, index, turns int) []moment {
	t.Helper()
	e, err := newEnvironment(Seed(config.Seed, index, 0, StreamEnvironment))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	width := e.Action().Size()
	actions := make([]float64, config.Environments*width)
	var story []moment
	for turn := range turns {
		step, err := e.Step(row(actionsOf(actions, turn), index, width))
		if err != nil {
			t.Fatal(err)
		}
		m := moment{kind: step.Type, reward: step.Reward, discount: step.Discount, arrived: step.Type != env.First}
		floats, image := flat(step.Observation)
		m.row, m.image = floats, image
		if m.arrived {
			m.arrival, m.final = floats, image
		}
		if config.AutoReset == SameStep && step.Type == env.Last {
			if step, err = e.Reset(); err != nil {
				t.Fatal(err)
			}
			m.row, m.image = flat(step.Observation)
		}
		story = append(story, m)
	}
	return story
}

// flat is an observation as a row.
func flat(observation env.Observation) (floats []float32, image []uint8) {
	floats, image = []float32{}, []uint8{} // as a row without images is
	for _, array := range observation {
		for _, x := range array.Float64 {
			floats = append(floats, float32(x))
		}
		image = append(image, array.Uint8...)
	}
	return floats, image
}

// expect demands an error with every text of want in it.
func expect(t *testing.T, err error, want ...string) {
	t.Helper()
	for _, text := range want {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got the error %v, want %q in it", err, text)
		}
	}
}
