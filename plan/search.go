package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/reverie-rl/reverie/internal/rng"
)

// streamPlan is the stream of the random numbers of plans.
const streamPlan = 0x706c616e // "plan"

// search is what the sampling planners have in common: the sequences of an iteration, the best that
// was met, and a normal distribution over sequences.
type search struct {
	sizes   Sizes
	start   Start
	actions []float32 // [samples, horizon, action]
	scores  []float32 // [samples]
	order   []int     // of the samples, the highest score first
	weights []float64 // [samples] room for those of elites

	best      []float32 // [horizon, action]
	bestScore float32

	mean, deviation []float32 // [horizon, action]
}

// begin makes room for a plan and takes over its start.
func (s *search) begin(sizes Sizes, start Start, budget Budget) error {
	if err := budget.Validate(); err != nil {
		return err
	}
	size := sizes.Size()
	if size < 1 || len(start.Nominal) != size {
		return fmt.Errorf("plan: the plan so far has %d numbers, want a horizon of %d actions of %d", len(start.Nominal), sizes.Horizon, sizes.Action)
	}
	if len(start.Proposals)%size != 0 || len(start.Proposals)/size >= budget.Samples {
		return fmt.Errorf("plan: proposals of %d numbers are not whole sequences of %d, fewer than the %d samples", len(start.Proposals), size, budget.Samples)
	}
	if len(s.scores) != budget.Samples || s.sizes != sizes {
		s.sizes = sizes
		s.actions, s.scores, s.order = make([]float32, budget.Samples*size), make([]float32, budget.Samples), make([]int, budget.Samples)
		s.weights = make([]float64, budget.Samples)
		s.best, s.mean, s.deviation = make([]float32, size), make([]float32, size), make([]float32, size)
	}
	s.start, s.bestScore = start, float32(math.Inf(-1))
	copy(s.best, start.Nominal)
	clip(s.best)
	copy(s.mean, s.best)
	return nil
}

// sequence is sample number i.
func (s *search) sequence(i int) []float32 {
	size := s.sizes.Size()
	return s.actions[i*size : (i+1)*size]
}

// key names the random numbers of an iteration.
func (s *search) key(iteration int) rng.Key {
	return rng.Key{Seed: s.start.Seed, Stream: streamPlan, Step: uint64(iteration)}
}

// draw fills the samples with sequences from the normal distribution.
func (s *search) draw(iteration int) {
	rng.Normal(s.actions, s.key(iteration), 0)
	for i := range s.scores {
		sequence := s.sequence(i)
		for j := range sequence {
			sequence[j] = s.mean[j] + s.deviation[j]*sequence[j]
		}
	}
}

// try puts what is known in place of the first samples, clips all to their bounds, and has them scored
// and ranked.
func (s *search) try(rollout Rollout) {
	copy(s.sequence(0), s.best)
	copy(s.actions[s.sizes.Size():], s.start.Proposals)
	clip(s.actions)
	rollout.Score(s.actions, s.scores)
	for i, score := range s.scores {
		if !finite(float64(score)) {
			s.scores[i] = float32(math.Inf(-1))
		}
		s.order[i] = i
	}
	slices.SortFunc(s.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.scores[b], s.scores[a]), cmp.Compare(a, b))
	})
	if first := s.order[0]; s.scores[first] > s.bestScore {
		s.bestScore = s.scores[first]
		copy(s.best, s.sequence(first))
	}
}

// elites are the samples with the count highest finite scores.
func (s *search) elites(count int) []int {
	usable := slices.IndexFunc(s.order, func(i int) bool { return math.IsInf(float64(s.scores[i]), -1) })
	if usable < 0 {
		usable = len(s.order)
	}
	return s.order[:min(count, usable)]
}

// fit moves the normal distribution to the elites, each with its weight; the weights add up to 1. A share
// momentum of mean and deviation stays what it was, and no deviation falls below minimum.
func (s *search) fit(elites []int, weights []float64, momentum, minimum float64) {
	for j := range s.mean {
		mean, square := 0.0, 0.0
		for e, i := range elites {
			mean += weights[e] * float64(s.sequence(i)[j])
		}
		for e, i := range elites {
			distance := float64(s.sequence(i)[j]) - mean
			square += weights[e] * distance * distance
		}
		s.mean[j] = float32(momentum*float64(s.mean[j]) + (1-momentum)*mean)
		s.deviation[j] = float32(max(momentum*float64(s.deviation[j])+(1-momentum)*math.Sqrt(square), minimum))
	}
}

// spread sets all deviations.
func (s *search) spread(deviation float64) {
	for j := range s.deviation {
		s.deviation[j] = float32(deviation)
	}
}

// clip moves every action into [-1, 1].
func clip(actions []float32) {
	for i, a := range actions {
		actions[i] = min(max(a, -1), 1)
	}
}
