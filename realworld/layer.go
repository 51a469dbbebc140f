package realworld

import (
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
)

// layer puts one challenge around an environment.
type layer func(inner env.Environment) (env.Environment, error)

// habits are what the layers of one environment share.
type habits struct {
	seed  uint64
	carry bool // nothing is forgotten when an episode begins
}

// The streams keep the random numbers of challenges apart.
const (
	streamGaussianActions = 0x7265616c + iota // "real"
	streamGaussianObservations
	streamDroppedActions
	streamDroppedObservations
	streamStuckActions
	streamStuckObservations
	streamRepetition
	streamDummies
	streamPerturb
)

func (h habits) key(stream uint64) rng.Key { return rng.Key{Seed: h.seed, Stream: stream} }

// forgets tells whether what was remembered is of another episode.
func (h habits) forgets(step *env.TimeStep) bool { return step.Type == env.First && !h.carry }

// sensors are the numbers of an observation in one row, in memory of its own.
type sensors struct {
	places []int // of the observations that are numbers
	row    []float64
	shown  env.Observation // its arrays at places are windows into row
}

// newSensors reads all numbers that e observes, but not which of several tasks is played.
func newSensors(e env.Environment) *sensors {
	s := &sensors{}
	size := 0
	for place, spec := range e.Observations() {
		if spec.Kind == env.Float64 && !told(e, place) {
			s.places = append(s.places, place)
			size += spec.Size()
		}
	}
	s.row, s.shown = make([]float64, size), make(env.Observation, len(e.Observations()))
	return s
}

// told reports whether the observation at place tells which of several tasks is played.
func told(e env.Environment, place int) bool {
	_, several := e.(env.MultiTask)
	return several && place == env.TaskPlace(e.Observations())
}

// read copies an observation.
func (s *sensors) read(observation env.Observation) env.Observation {
	copy(s.shown, observation)
	rest := s.row
	for _, place := range s.places {
		size := copy(rest, observation[place].Float64)
		s.shown[place] = env.Array{Float64: rest[:size:size]}
		rest = rest[size:]
	}
	return s.shown
}

// with are the specs of e where those that are read become what loosen makes of them.
func (s *sensors) with(e env.Environment, loosen func(*env.Spec)) []env.Spec {
	specs := slices.Clone(e.Observations())
	for _, place := range s.places {
		loosen(&specs[place])
	}
	return specs
}

// unbounded takes the bounds away.
func unbounded(spec *env.Spec) { spec.Minimum, spec.Maximum = nil, nil }

// withZero moves the bounds so that they do not exclude zero.
func withZero(spec *env.Spec) {
	spec.Minimum, spec.Maximum = slices.Clone(spec.Minimum), slices.Clone(spec.Maximum)
	for i := range spec.Minimum {
		spec.Minimum[i], spec.Maximum[i] = min(spec.Minimum[i], 0), max(spec.Maximum[i], 0)
	}
}

// appended is a wrapper's observations: those of inner, and more that it writes into.
type appended struct {
	specs []env.Spec
	shown env.Observation
}

func newAppended(inner env.Environment, specs ...env.Spec) *appended {
	a := &appended{specs: slices.Concat(inner.Observations(), specs)}
	a.shown = make(env.Observation, len(a.specs))
	return a
}

// show appends arrays to the observation of step.
func (a *appended) show(step *env.TimeStep, arrays ...[]float64) {
	rest := a.shown[copy(a.shown, step.Observation):]
	for i, array := range arrays {
		rest[i] = env.Array{Float64: array}
	}
	step.Observation = a.shown
}
