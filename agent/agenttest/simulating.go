package agenttest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// field is the task of the suite for policies that act with the simulator: a point, whose place [3] is the
// observation. An action [2] in [-1, 1] moves it by up to 2 in two of three dimensions, and it pays to be near
// 0. Episodes do not end.
type field struct{ place [3]float64 }

func fieldTask() env.Task {
	return env.Task{Name: "agenttest/field", New: func(uint64) (env.Environment, error) { return &field{}, nil }}
}

func (f *field) Observations() []env.Spec { return []env.Spec{{Name: "place", Shape: []int{3}}} }

func (f *field) Action() env.Spec {
	return env.Spec{Name: "move", Shape: []int{2}, Minimum: []float64{-1, -1}, Maximum: []float64{1, 1}}
}

func (f *field) Reset() (env.TimeStep, error) {
	f.place = [3]float64{}
	return env.Restart(f.observe()), nil
}

func (f *field) Step(action []float64) (env.TimeStep, error) {
	reward := 0.0
	for i, a := range action {
		f.place[i] += 2 * min(max(a, -1), 1)
		reward += 1 / (1 + f.place[i]*f.place[i])
	}
	return env.Transition(reward, f.observe()), nil
}

func (f *field) observe() env.Observation { return env.Observation{{Float64: f.place[:]}} }

func (f *field) Close() error { return nil }

// Save implements env.Snapshotter.
func (f *field) Save() ([]byte, error) { return binary.Append(nil, binary.LittleEndian, f.place) }

// Restore implements env.Snapshotter.
func (f *field) Restore(snapshot []byte) error {
	if len(snapshot) != 8*len(f.place) {
		return errors.New("this is no snapshot of the field")
	}
	_, err := binary.Decode(snapshot, binary.LittleEndian, &f.place)
	return err
}

// CoordinateCount, Coordinates and MoveTo let planners take derivatives.
func (f *field) CoordinateCount() int { return len(f.place) }

// Coordinates writes the place into into.
func (f *field) Coordinates(into []float64) { copy(into, f.place[:]) }

// MoveTo changes the place.
func (f *field) MoveTo(place []float64) error {
	copy(f.place[:], place)
	return nil
}

// placed is a policy in a field, where it always stands at what it observes.
type placed struct{ agent.Simulating }

// Act tells the policy where it is before it acts.
func (p placed) Act(observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	at := field{}
	for i, x := range observation {
		at.place[i] = float64(x)
	}
	snapshot, err := at.Save()
	if err == nil {
		err = p.Stand(snapshot)
	}
	if err != nil {
		return agent.Action{Values: []float32{float32(math.NaN())}} // which checks refuse
	}
	return p.Simulating.Act(observation, state, occasion, deterministic)
}

// Policy is the learner's policy, in a field if it acts with the simulator.
func (t *trainee) Policy() (agent.Policy, error) {
	policy, err := t.Learner.Policy()
	if outside, ok := policy.(agent.Simulating); ok && err == nil {
		inside, err := outside.In(fieldTask(), 1)
		return placed{inside}, err
	}
	return policy, err
}

// mute is a field that cannot be saved.
type mute struct{ env.Environment }

// checkSimulating: a policy that acts with the simulator does the same with any number of copies, and refuses
// what cannot be copied and where it cannot stand. Other policies have nothing to keep.
func (s suite) checkSimulating() error {
	t, err := s.trained(1, nil)
	if err != nil {
		return err
	}
	policy, err := t.Learner.Policy()
	outside, ok := policy.(agent.Simulating)
	if !ok || err != nil {
		return err
	}
	muted := env.Task{Name: "agenttest/mute", New: func(uint64) (env.Environment, error) { return mute{&field{}}, nil }}
	if _, err := outside.In(muted, 1); err == nil {
		return errors.New("a policy acts in an environment that cannot be saved")
	}
	var actions []agent.Action
	for workers := 1; workers <= 3; workers++ {
		inside, err := outside.In(fieldTask(), workers)
		if err != nil {
			return err
		}
		if inside.Stand([]byte("damaged")) == nil {
			return errors.New("a damaged snapshot is accepted")
		}
		actions = append(actions, act(placed{inside}, s.observations()[0], 7, false))
		if err := inside.Close(); err != nil {
			return err
		}
	}
	if !slices.EqualFunc(actions[:2], actions[1:], same) {
		return fmt.Errorf("with one, two and three workers the actions are %+v", actions)
	}
	return nil
}

// checkUntrained: an algorithm that learns nothing says so wherever it is asked.
func (s suite) checkUntrained() error {
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	if schedule := s.preset().Schedule(); schedule.Warmup < math.MaxInt64 {
		return fmt.Errorf("the first update is at step %d, want never", schedule.Warmup)
	}
	if t.Step(t.sampler) == nil || t.Updates() != 0 {
		return fmt.Errorf("there are %d updates, or a step is no error", t.Updates())
	}
	if parts, metrics, programs := len(t.Parts()), len(t.Metrics()), len(t.Programs()); parts+metrics+programs > 0 {
		return fmt.Errorf("it has %d parts, %d metrics and %d programs", parts, metrics, programs)
	}
	return nil
}
