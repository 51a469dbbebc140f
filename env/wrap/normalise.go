package wrap

import (
	"fmt"
	"math"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// Moments are the running statistics of one observation, element by element.
type Moments struct {
	Name    string    `json:"name"`
	Count   int64     `json:"count"`   // time steps seen
	Mean    []float64 `json:"mean"`    // over them
	Squares []float64 `json:"squares"` // sums of squared deviations from the mean
}

// Variance is the variance of element i, with n in the denominator.
func (m *Moments) Variance(i int) float64 { return m.Squares[i] / float64(m.Count) }

// add takes one more value into account, by Welford's recurrence (Technometrics 4, 1962).
func (m *Moments) add(values []float64) {
	m.Count++
	for i, x := range values {
		difference := x - m.Mean[i]
		m.Mean[i] += difference / float64(m.Count)
		m.Squares[i] += difference * (x - m.Mean[i])
	}
}

// Statistics are what Normalise learns about observations. They can be stored as JSON.
type Statistics struct {
	Frozen       bool      `json:"frozen"` // no more values are taken into account
	Observations []Moments `json:"observations"`
}

// NewStatistics returns statistics, of nothing seen yet, for the observations of e called names, or
// for all those of Kind Float64 if none is named (but which of several tasks is played).
func NewStatistics(e env.Environment, names ...string) (*Statistics, error) {
	const kind = "statistics"
	chosen := names
	if len(names) == 0 {
		chosen = changeable(e)
	}
	places, err := find(kind, e.Observations(), chosen)
	if err != nil {
		return nil, err
	}
	s := &Statistics{}
	for _, place := range places {
		spec := e.Observations()[place]
		switch size := spec.Size(); {
		case spec.Kind == env.Float64:
			s.Observations = append(s.Observations, Moments{Name: spec.Name, Mean: make([]float64, size), Squares: make([]float64, size)})
		case len(names) > 0:
			return nil, fmt.Errorf("wrap: %s: the observation %q is of kind %v, want float64", kind, spec.Name, spec.Kind)
		}
	}
	return s, nil
}

// Freeze returns a frozen copy, for evaluation.
func (s *Statistics) Freeze() *Statistics {
	frozen := &Statistics{Frozen: true, Observations: slices.Clone(s.Observations)}
	for i := range frozen.Observations {
		m := &frozen.Observations[i]
		m.Mean, m.Squares = slices.Clone(m.Mean), slices.Clone(m.Squares)
	}
	return frozen
}

// check returns an error unless s fits observations of specs at places.
func (s *Statistics) check(kind string, specs []env.Spec, places []int) error {
	for i, m := range s.Observations {
		spec := specs[places[i]]
		if size := spec.Size(); spec.Kind != env.Float64 || len(m.Mean) != size || len(m.Squares) != size {
			return fmt.Errorf("wrap: %s: the statistics of %q have %d means and %d squares, the observation is %d elements of kind %v",
				kind, m.Name, len(m.Mean), len(m.Squares), size, spec.Kind)
		}
		if s.Frozen && m.Count == 0 {
			return fmt.Errorf("wrap: %s: the frozen statistics of %q have seen nothing", kind, m.Name)
		}
	}
	return nil
}

// Normalise shows the observations of statistics less their mean, divided by their deviation, and
// clipped to [-clip, clip]. Each time step is first added to statistics, unless they are frozen; only
// frozen statistics may be shared by several environments. A snapshot holds the statistics that are
// not frozen.
func Normalise(inner env.Environment, statistics *Statistics, clip float64) (env.Environment, error) {
	const kind = "normalise"
	if !(clip > 0) || math.IsInf(clip, 0) {
		return nil, fmt.Errorf("wrap: %s: observations cannot be clipped to %g, want a positive number", kind, clip)
	}
	var names []string
	for _, m := range statistics.Observations {
		names = append(names, m.Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("wrap: %s: the statistics are of no observation", kind)
	}
	places, err := find(kind, inner.Observations(), names)
	if err == nil {
		err = statistics.check(kind, inner.Observations(), places)
	}
	if err != nil {
		return nil, err
	}
	n := &normaliser{statistics: statistics, places: places, clip: clip}
	n.base = base{Environment: inner, kind: kind}
	n.prepare()
	return offerObserver(n)
}

type normaliser struct {
	observer
	statistics *Statistics
	places     []int // of the observations of statistics
	clip       float64
	normal     [][]float64 // the normalised observations
	shown      env.Observation
}

// prepare makes the memory and the bounds of the normalised observations.
func (n *normaliser) prepare() {
	n.observe = n.normalise
	n.specs = slices.Clone(n.Environment.Observations())
	n.shown = make(env.Observation, len(n.specs))
	for i, place := range n.places {
		spec, m := &n.specs[place], &n.statistics.Observations[i]
		spec.Minimum = slices.Repeat([]float64{-n.clip}, spec.Size())
		spec.Maximum = slices.Repeat([]float64{n.clip}, spec.Size())
		n.normal = append(n.normal, make([]float64, spec.Size()))
		if !n.statistics.Frozen {
			n.memory = append(n.memory, &m.Count, m.Mean, m.Squares)
		}
	}
}

func (n *normaliser) normalise(step env.TimeStep) (env.Observation, error) {
	const smallest = 1e-8 // variance: elements that never change stay 0
	copy(n.shown, step.Observation)
	for i, place := range n.places {
		m, values := &n.statistics.Observations[i], step.Observation[place].Float64
		if !n.statistics.Frozen {
			m.add(values)
		}
		for j, x := range values {
			scaled := (x - m.Mean[j]) / math.Sqrt(m.Variance(j)+smallest)
			n.normal[i][j] = min(max(scaled, -n.clip), n.clip)
		}
		n.shown[place].Float64 = n.normal[i]
	}
	return n.shown, nil
}
