// Package planning is what policies share that plan in a model they have learned: the planner with its settings, a
// plan for every decision, and the noise that explores.
package planning

import (
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
)

// The planners.
const (
	CEM      = "cem"
	MPPI     = "mppi"
	Shooting = "shooting"
)

// Settings are those of a planner and of how its plans are used.
type Settings struct {
	Planner   string
	Sizes     plan.Sizes
	Budget    plan.Budget
	WarmStart bool // begin with the plan of the decision before

	Elites                             int
	InitialDeviation, MinimumDeviation float64
	Momentum, Temperature              float64
	ExplorationDeviation               float64
}

// Known tells whether there is a planner of this name.
func Known(planner string) bool {
	return planner == CEM || planner == MPPI || planner == Shooting
}

// planner makes the one that the settings name.
func (s Settings) planner() (plan.Planner, error) {
	switch s.Planner {
	case CEM:
		return &plan.CEM{Sizes: s.Sizes, Elites: s.Elites, Deviation: s.InitialDeviation, MinimumDeviation: s.MinimumDeviation, Momentum: s.Momentum}, nil
	case MPPI:
		return &plan.MPPI{Sizes: s.Sizes, Elites: s.Elites, Deviation: s.InitialDeviation, MinimumDeviation: s.MinimumDeviation, Temperature: s.Temperature}, nil
	case Shooting:
		return &plan.Shooting{Sizes: s.Sizes}, nil
	}
	return nil, fmt.Errorf("planning: there is no planner %q; there are %s, %s and %s", s.Planner, CEM, MPPI, Shooting)
}

// Rollout is a plan.Rollout that can be told in which state it is to begin.
type Rollout interface {
	plan.Rollout
	// Stand names the state to begin in, and the random numbers of the scores that follow.
	Stand(start []float32, seed uint64)
}

// Decider chooses actions by planning. It is used by one goroutine at a time.
type Decider struct {
	settings Settings
	planner  plan.Planner
	rollout  Rollout

	nominal, values, noise []float32
}

// New returns a decider that plans in rollout.
func New(s Settings, rollout Rollout) (*Decider, error) {
	planner, err := s.planner()
	if err != nil {
		return nil, err
	}
	size, action := s.Sizes.Size(), s.Sizes.Action
	return &Decider{s, planner, rollout, make([]float32, size), make([]float32, action), make([]float32, action)}, nil
}

// StateSize is how many numbers a decision leaves to the next: those of a plan with warm start, or none.
func (s Settings) StateSize() int {
	if !s.WarmStart {
		return 0
	}
	return s.Sizes.Size()
}

// Decide returns the first action of a plan that begins in the state start, in memory that is valid until the next
// call. It begins with the plan in left [StateSize], and writes there what the next one begins with. The random
// numbers are named by start, so that the action depends on start and left alone.
func (d *Decider) Decide(start, left []float32) []float32 {
	copy(d.nominal, left) // zeros without warm start
	seed := SeedOf(start)
	d.rollout.Stand(start, seed)
	found, err := d.planner.Plan(d.rollout, plan.Start{Nominal: d.nominal, Seed: seed}, d.settings.Budget)
	if err != nil {
		panic(err) // the settings that were validated leave no reason for one
	}
	copy(d.values, found.Actions)
	copy(left, found.Actions)
	if len(left) > 0 {
		d.settings.Sizes.Shift(left)
	}
	return d.values
}

// Explore is Decide with normal noise added to the action, and the log-density of what came of it. As long as the
// model has learned nothing, the action is drawn uniformly from all that are allowed.
func (d *Decider) Explore(start, left []float32, key rng.Key, learned bool) (values []float32, logProbability float32) {
	if !learned {
		return d.random(key)
	}
	d.Decide(start, left)
	return d.values, Explore(d.values, d.noise, d.settings.ExplorationDeviation, key)
}

// random draws an action uniformly, and returns it with its log-density.
func (d *Decider) random(key rng.Key) (values []float32, logProbability float32) {
	rng.Uniform(d.values, key, 0)
	for i, x := range d.values {
		d.values[i] = 2*x - 1
	}
	return d.values, float32(-float64(len(d.values)) * math.Ln2)
}

// Explore adds normal noise with this deviation to an action and returns the log-density of what came of it. noise
// is room for as many numbers as the action has.
func Explore(action, noise []float32, deviation float64, key rng.Key) float32 {
	density := 0.0
	rng.Normal(noise, key, 0)
	for i, x := range noise {
		action[i] += float32(deviation) * x
		density -= float64(x*x)/2 + math.Log(deviation*math.Sqrt(2*math.Pi))
	}
	return float32(density)
}

// SeedOf names random numbers by what is seen: they differ from one decision to the next, and depend on nothing but
// row.
func SeedOf(row []float32) uint64 {
	seed := uint64(0)
	for _, x := range row {
		seed = rng.Mix(seed, uint64(math.Float32bits(x)))
	}
	return seed
}
