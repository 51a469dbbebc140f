package mpo

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
)

// This file is MPO's losses once more: in float64, one number at a time, as the papers write them.

// literalPolicy is the distribution that a policy network gives.
func (l *learner) literalPolicy(p gaussian.Network) func(observation []float64) literal.Gaussian {
	return func(observation []float64) literal.Gaussian {
		return literal.Policy(p, l.config.InitialDeviation, l.config.MinimumDeviation, observation)
	}
}

// visited are the observations of the batch in place in which the update samples actions.
func (l *learner) visited() []float32 {
	switch {
	case l.config.Target == TargetRetrace:
		return l.sequences.Observation
	case l.config.Cloning > 0:
		return slices.Concat(l.Transitions.Next, l.Transitions.Observation)
	}
	return l.Transitions.Next
}

// literalStates draws the same actions as the traced update will.
func (l *learner) literalStates() literal.States {
	slab := l.visited()
	count := l.config.Samples * len(slab) / l.Sizes.Observation * l.Sizes.Action
	noise := literal.Noise(count, l.Seed, offpolicy.StreamLearner, l.Updates())
	return literal.Draw(l.Sizes, slab, noise, l.literalPolicy(l.targetPolicy), func(observation, action []float64) float64 {
		return literal.Smallest(l.targetCritic, observation, action)
	})
}

// literalNStep is the critic's loss on the batch in place: y = R + D · mean_i Q'(s', a_i).
func (l *learner) literalNStep() float64 {
	next, loss := l.literalStates(), 0.0
	for j, discount := range l.Transitions.Discount {
		target := float64(l.Transitions.Reward[j]) + float64(discount)*literal.Mean(next.Values[j])
		observation, action := literal.Row(l.Transitions.Observation, l.Sizes.Observation, j), literal.Row(l.Transitions.Action, l.Sizes.Action, j)
		for _, value := range literal.Values(l.critic, observation, action) {
			loss += (value - target) * (value - target) / 2 / float64(l.config.Batch)
		}
	}
	return loss
}

// literalRetrace is the critic's loss on the batch in place, with the returns of equation 4 of
// Munos et al. computed backwards along each window.
func (l *learner) literalRetrace() float64 {
	length, loss := l.config.SequenceLength, 0.0
	all := l.literalStates()
	for window := range l.config.Batch {
		bootstrap := literal.Mean(all.Values[window*(length+1)+length])
		for t := length - 1; t >= 0; t-- {
			i, s := window*length+t, window*(length+1)+t
			action := literal.Row(l.sequences.Action, l.Sizes.Action, i)
			result := float64(l.sequences.Reward[i]) + l.config.Discount*float64(l.sequences.Discount[i])*bootstrap
			for _, value := range literal.Values(l.critic, all.Observations[s], action) {
				loss += (value - result) * (value - result) / 2 / float64(l.config.Batch*length)
			}
			ratio := math.Exp(all.Target[s].LogProb(action) - float64(l.sequences.LogProbability[i]))
			trace := l.config.Lambda * min(1, ratio)
			bootstrap = literal.Mean(all.Values[s]) + trace*(result-literal.Smallest(l.targetCritic, all.Observations[s], action))
		}
	}
	return loss
}

// literalPolicyLoss is the M-step's loss with its trust region, at the given temperatures, and with
// the cloning of the recorded actions.
func (l *learner) literalPolicyLoss(temperature, penaltyTemperature float64) float64 {
	loss := l.literalStates().PolicyLoss(l.operator, l.literalPolicy(l.policy), temperature, penaltyTemperature)
	return loss + l.config.Cloning*l.literalCloning()
}

// literalPairs lists the recorded actions of the batch in place, and which of the sampled states each
// was taken in.
func (l *learner) literalPairs() (actions [][]float64, places []int) {
	batch, length, slab := l.config.Batch, 1, l.Transitions.Action
	if l.config.Target == TargetRetrace {
		length, slab = l.config.SequenceLength, l.sequences.Action
	}
	for window := range batch {
		for t := range length {
			place := batch + window
			if l.config.Target == TargetRetrace {
				place = window*(length+1) + t
			}
			actions, places = append(actions, literal.Row(slab, l.Sizes.Action, window*length+t)), append(places, place)
		}
	}
	return actions, places
}

// literalCloning is - mean f(A) log π(a|o) over the recorded pairs of the batch in place, 0 without
// cloning: f(A) = min(exp(A), 20), A = Q'(o, a) - mean_j Q'(o, a_j).
func (l *learner) literalCloning() float64 {
	if l.config.Cloning == 0 {
		return 0
	}
	s, loss := l.literalStates(), 0.0
	actions, places := l.literalPairs()
	for i, action := range actions {
		observation := s.Observations[places[i]]
		advantage := literal.Smallest(l.targetCritic, observation, action) - literal.Mean(s.Values[places[i]])
		for d, x := range action {
			action[d] = min(max(x, -1), 1)
		}
		weight := math.Min(math.Exp(advantage), 20)
		loss -= weight * l.literalPolicy(l.policy)(observation).LogProb(action) / float64(len(actions))
	}
	return loss
}
