package simulator

import (
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/plan"
)

// Movable is an environment whose state has coordinates: numbers, such as positions and velocities, that
// can be changed a little, each by itself.
type Movable interface {
	// CoordinateCount is how many there are; 0 if the state has no such numbers.
	CoordinateCount() int
	// Coordinates writes them into the first CoordinateCount numbers of into.
	Coordinates(into []float64)
	// MoveTo changes them, and nothing else of the state.
	MoveTo(coordinates []float64) error
}

// System is a Simulator whose copies can be moved.
type System struct {
	*Simulator
	size   int      // of a state
	states [][]byte // snapshots of the recorded trajectory, as many as it had steps before an end
}

var _ plan.System = (*System)(nil)

// System returns the simulator as a plan.System, or an error if its environments have no coordinates.
func (s *Simulator) System() (*System, error) {
	movable, ok := wrap.Innermost(s.copies[0].environment).(Movable)
	if !ok || movable.CoordinateCount() == 0 {
		return nil, fmt.Errorf("simulator: the state of the task has no coordinates by which to differentiate; its model has free or ball joints, or it is no simulation of ours")
	}
	return &System{Simulator: s, size: movable.CoordinateCount()}, nil
}

// Record implements plan.System.
func (s *System) Record(actions [][]float64) plan.Trajectory {
	s.states = s.states[:0]
	r := <-s.idle
	defer func() { s.idle <- r }()
	return s.play(r, func(t int, _ []float64) []float64 {
		if snapshot, err := r.Save(); err == nil {
			s.states = append(s.states, snapshot)
		}
		return actions[t]
	})
}

// Follow implements plan.System.
func (s *System) Follow(laws []plan.Law) []plan.Trajectory {
	trajectories := make([]plan.Trajectory, len(laws))
	s.workers.Run(len(laws), func(tile int) {
		r := <-s.idle
		trajectories[tile] = s.play(r, laws[tile])
		s.idle <- r
	})
	return trajectories
}

// play plays a law from the start. Behind the end of an episode its actions are 0.
func (s *System) play(r *replica, law plan.Law) plan.Trajectory {
	total := account{weight: 1}
	if r.Restore(s.start) != nil {
		total = account{sum: math.NaN(), closed: true}
	}
	played := plan.Trajectory{}
	state := r.coordinates(s.size)
	for t := range s.sizes.Horizon {
		action := make([]float64, s.sizes.Action)
		if !total.closed {
			state = r.coordinates(s.size)
			copy(action, law(t, state))
			total.add(r.step(action))
		}
		played.States, played.Actions = append(played.States, state), append(played.Actions, action)
	}
	played.Score = total.sum
	return played
}

// Probe implements plan.System.
func (s *System) Probe(probes []plan.Probe) {
	s.workers.Run(len(probes), func(tile int) {
		r := <-s.idle
		s.probe(r, &probes[tile])
		s.idle <- r
	})
}

// probe takes the step of a probe. Behind the end of the recorded trajectory nothing moves.
func (s *System) probe(r *replica, p *plan.Probe) {
	if p.Step >= len(s.states) {
		p.Next, p.Reward = p.State, 0
		return
	}
	p.Next, p.Reward = make([]float64, s.size), math.NaN()
	if r.Restore(s.states[p.Step]) != nil || r.movable().MoveTo(p.State) != nil {
		return
	}
	if step, err := r.step(p.Action); err == nil {
		p.Reward = step.Reward
		r.movable().Coordinates(p.Next)
	}
}

// step applies a canonical action.
func (r *replica) step(canonical []float64) (env.TimeStep, error) {
	for i, a := range canonical {
		r.action[i] = a
		if r.spec.Bounded() {
			r.action[i] = r.spec.Minimum[i] + (a+1)/2*(r.spec.Maximum[i]-r.spec.Minimum[i])
		}
	}
	return r.Step(r.action)
}

func (r *replica) movable() Movable { return wrap.Innermost(r.environment).(Movable) }

// coordinates returns the state.
func (r *replica) coordinates(size int) []float64 {
	state := make([]float64, size)
	r.movable().Coordinates(state)
	return state
}
