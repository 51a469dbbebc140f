package simulator

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
)

// ledge is a point that moves by its action in [-2, 2] and collects where it is. Beyond 3 the task ends,
// and below -3 the simulator breaks down. A step at a place above 2 is discounted by a half.
type ledge struct {
	env.Environment
	place [1]float64
}

func newLedge(uint64) (env.Environment, error) { return &ledge{}, nil }

func (l *ledge) Action() env.Spec {
	return env.Spec{Name: "move", Shape: []int{1}, Minimum: []float64{-2}, Maximum: []float64{2}}
}

func (l *ledge) Step(action []float64) (env.TimeStep, error) {
	l.place[0] += action[0]
	switch x := l.place[0]; {
	case x < -3:
		return env.TimeStep{}, errors.New("the physics broke down")
	case x > 3:
		return env.Termination(x, nil), nil
	case x > 2:
		return env.TimeStep{Type: env.Mid, Reward: x, Discount: 0.5}, nil
	default:
		return env.Transition(x, nil), nil
	}
}

func (l *ledge) Save() ([]byte, error) {
	return binary.LittleEndian.AppendUint64(nil, math.Float64bits(l.place[0])), nil
}

func (l *ledge) Restore(snapshot []byte) error {
	if len(snapshot) != 8 {
		return errors.New("no snapshot")
	}
	l.place[0] = math.Float64frombits(binary.LittleEndian.Uint64(snapshot))
	return nil
}

func (l *ledge) Close() error               { return nil }
func (l *ledge) CoordinateCount() int       { return 1 }
func (l *ledge) Coordinates(into []float64) { copy(into, l.place[:]) }
func (l *ledge) MoveTo(to []float64) error  { copy(l.place[:], to); return nil }

// newSimulator stands where environment does.
func newSimulator(t *testing.T, task env.Task, environment env.Environment, sizes plan.Sizes, workers int) *Simulator {
	t.Helper()
	s, err := New(task, sizes, workers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	snapshot, err := environment.(env.Snapshotter).Save()
	if err == nil {
		err = s.Stand(snapshot)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReturnsByHand(t *testing.T) {
	s := newSimulator(t, env.Task{Name: "ledge", New: newLedge}, &ledge{}, plan.Sizes{Horizon: 3, Action: 1}, 2)
	scores := make([]float32, 6)
	s.Score([]float32{
		0.5, 0, 0, // 1 + 1 + 1
		1, 0.25, -1, // 2 + 2.5 + 0.5 * 0.5
		7, 1, 1, // 2, clipped, then 4, where it ends
		-1, -1, 1, // breaks down
		0, 0, 0,
		-0.5, -0.5, -0.5, // -1 - 2 - 3
	}, scores)
	for i, want := range []float32{3, 4.75, 6, float32(math.NaN()), 0, -6} {
		if scores[i] != want && !(want != want && scores[i] != scores[i]) {
			t.Errorf("sequence %d returns %v, want %v", i, scores[i], want)
		}
	}
}

// pendulum is classic/pendulum with repeated actions, cut off after some steps.
func pendulum(limit int) env.Task {
	task := wrap.Repeated(env.Task{Name: "classic/pendulum", New: classic.NewPendulum}, 3)
	return wrap.Task(task, func(inner env.Environment) (env.Environment, error) { return wrap.TimeLimit(inner, limit) })
}

// play begins an episode and takes some steps.
func play(t *testing.T, task env.Task, steps int) env.Environment {
	t.Helper()
	environment, err := task.New(5)
	if err == nil {
		_, err = environment.Reset()
	}
	for range steps {
		if err == nil {
			_, err = environment.Step([]float64{0.5})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return environment
}

// A score is the return that the environment itself then gives, whoever tried it out and in which order. The
// episode ends before the horizon does.
func TestScoresAreReturns(t *testing.T) {
	task, sizes := pendulum(20), plan.Sizes{Horizon: 6, Action: 1}
	const samples = 40
	actions := make([]float32, samples*sizes.Size())
	rng.Normal(actions, rng.Key{Seed: 3}, 0)
	var scores [][]float32
	for _, workers := range []int{1, 3} {
		s := newSimulator(t, task, play(t, task, 16), sizes, workers)
		row := make([]float32, samples)
		s.Score(actions, row)
		again := make([]float32, samples)
		s.Score(actions, again)
		if !slices.Equal(row, again) {
			t.Errorf("%d workers: scores differ from one time to the next", workers)
		}
		scores = append(scores, row)
	}
	if !slices.Equal(scores[0], scores[1]) {
		t.Error("scores depend on the number of workers")
	}
	for i := range samples {
		environment, action, sum := play(t, task, 16), make([]float64, 1), 0.0
		for step := range 4 {
			agent.Scale(action, actions[i*6+step:i*6+step+1], environment.Action())
			next, err := environment.Step(action)
			if err != nil {
				t.Fatal(err)
			}
			sum += next.Reward
		}
		if float32(sum) != scores[0][i] {
			t.Fatalf("sequence %d returns %v, was scored %v", i, sum, scores[0][i])
		}
	}
}

// CEM swings a hanging pendulum up and holds it, without touching what is played.
func TestPendulumIsSwungUp(t *testing.T) {
	task := wrap.Repeated(env.Task{Name: "classic/pendulum", New: classic.NewPendulum}, 5)
	sizes := plan.Sizes{Horizon: 15, Action: 1}
	environment := play(t, task, 0)
	s := newSimulator(t, task, environment, sizes, 2)
	p := &plan.CEM{Sizes: sizes, Elites: 6, Deviation: 1, MinimumDeviation: 0.1}
	nominal, action, reward := make([]float32, sizes.Size()), make([]float64, 1), 0.0
	for decision := range 80 {
		snapshot, err := environment.(env.Snapshotter).Save()
		if err == nil {
			err = s.Stand(snapshot)
		}
		if err != nil {
			t.Fatal(err)
		}
		found, err := p.Plan(s, plan.Start{Nominal: nominal, Seed: uint64(decision)}, plan.Budget{Samples: 60, Iterations: 2})
		if err != nil {
			t.Fatal(err)
		}
		agent.Scale(action, found.Actions[:1], environment.Action())
		step, err := environment.Step(action)
		if err != nil {
			t.Fatal(err)
		}
		reward = step.Reward
		copy(nominal, found.Actions)
		sizes.Shift(nominal)
	}
	if reward < 0.9*5 {
		t.Errorf("after 8 seconds the reward of 5 steps is %v", reward)
	}
}

// On classic/lqr iLQG finds the actions of the optimal law, which foresees the noise only as far as it is
// in the states that are met.
func TestILQGOnLQR(t *testing.T) {
	system := classic.CartOnRail()
	system.Noise = 0
	task := env.Task{Name: "lqr", New: func(seed uint64) (env.Environment, error) { return classic.NewLinear("lqr", system, 50, seed) }}
	const horizon = 12
	sizes := plan.Sizes{Horizon: horizon, Action: 1}
	environment := play(t, task, 1)
	s, err := newSimulator(t, task, environment, sizes, 2).System()
	if err != nil {
		t.Fatal(err)
	}
	found, err := (&plan.ILQG{Sizes: sizes, Difference: 1e-3}).Plan(s, plan.Start{Nominal: make([]float32, horizon)}, plan.Budget{Samples: 8, Iterations: 2})
	if err != nil {
		t.Fatal(err)
	}
	optimum, err := system.FiniteHorizon(horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	var state [5]float64
	environment.(Movable).Coordinates(state[:])
	want := optimum[0].Control(state[:2])[0]
	if got := float64(found.Actions[0]); math.Abs(got-want) > 1e-5 || math.Abs(float64(found.Score)-optimum[0].Return(state[:2])) > 1e-5 {
		t.Errorf("action %v for a return of %v, want %v for %v", got, found.Score, want, optimum[0].Return(state[:2]))
	}
}

// iLQG meets ends and breakdowns.
func TestILQGOnTheLedge(t *testing.T) {
	sizes := plan.Sizes{Horizon: 4, Action: 1}
	s, err := newSimulator(t, env.Task{Name: "ledge", New: newLedge}, &ledge{}, sizes, 2).System()
	if err != nil {
		t.Fatal(err)
	}
	p := &plan.ILQG{Sizes: sizes, Difference: 1e-3}
	for _, nominal := range [][]float32{{0, 0, 0, 0}, {1, 1, 1, 1}, {-1, -1, 0, 0}, {-0.74, -0.74, 0, 0}} {
		found, err := p.Plan(s, plan.Start{Nominal: nominal}, plan.Budget{Samples: 8, Iterations: 5})
		if err != nil {
			t.Fatal(err)
		}
		score := make([]float32, 1)
		s.Score(nominal, score)
		if !(found.Score > -5) || found.Score < score[0] {
			t.Errorf("from %v: %v returns %v, it began with %v", nominal, found.Actions, found.Score, score[0])
		}
	}
}

// still cannot be saved; hidden has no coordinates.
type still struct{ env.Environment }

type hidden struct {
	env.Environment
	env.Snapshotter
}

func TestWhatCannotBeSimulated(t *testing.T) {
	sizes := plan.Sizes{Horizon: 1, Action: 1}
	_, err := New(env.Task{Name: "still", New: func(uint64) (env.Environment, error) { return still{&ledge{}}, nil }}, sizes, 2)
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("the error is %v", err)
	}
	failure := errors.New("no such task")
	if _, err := New(env.Task{New: func(uint64) (env.Environment, error) { return nil, failure }}, sizes, 1); !errors.Is(err, failure) {
		t.Errorf("the error is %v", err)
	}
	blind := env.Task{Name: "hidden", New: func(uint64) (env.Environment, error) { return hidden{&ledge{}, &ledge{}}, nil }}
	s := newSimulator(t, blind, &ledge{}, sizes, 1)
	if _, err := s.System(); err == nil {
		t.Error("what has no coordinates is a System")
	}
	if err := s.Stand([]byte("damaged")); err == nil {
		t.Error("a damaged snapshot is accepted")
	}
	scores := []float32{0}
	if s.Score([]float32{1}, scores); scores[0] == scores[0] {
		t.Errorf("from nowhere the score is %v", scores[0])
	}
}
