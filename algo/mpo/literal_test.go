package mpo

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/nn"
)

// This file is MPO's networks and losses once more: in float64, one number at a time, as the papers
// write them.

func linear(l nn.Linear, x []float64) []float64 {
	y := make([]float64, len(l.Bias.Data))
	for j := range y {
		y[j] = float64(l.Bias.Data[j])
		for i := range x {
			y[j] += x[i] * float64(l.Weight.At(i, j))
		}
	}
	return y
}

func layerNorm(l nn.LayerNorm, x []float64) []float64 {
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = (v-mean)/math.Sqrt(variance+1e-5)*float64(l.Scale.Data[i]) + float64(l.Offset.Data[i])
	}
	return y
}

func torso(n nn.Torso, x []float64) []float64 {
	x = layerNorm(n.Norm, linear(n.First, x))
	for i, v := range x {
		x[i] = math.Tanh(v)
	}
	for _, layer := range n.Hidden {
		x = linear(layer, x)
		for i, v := range x {
			if v < 0 {
				x[i] = math.Expm1(v)
			}
		}
	}
	return x
}

// normal is a distribution at one state.
type normal struct{ mean, deviation []float64 }

func (l *learner) literalPolicy(p gaussian.Network, observation []float64) normal {
	features := torso(p.Torso, observation)
	deviation := linear(p.Deviation, features)
	for i, v := range deviation {
		deviation[i] = math.Log1p(math.Exp(v))/math.Ln2*l.config.InitialDeviation + l.config.MinimumDeviation
	}
	return normal{linear(p.Mean, features), deviation}
}

func (g normal) logProb(x []float64) float64 {
	sum := 0.0
	for i := range x {
		z := (x[i] - g.mean[i]) / g.deviation[i]
		sum -= z*z/2 + math.Log(g.deviation[i]) + math.Log(2*math.Pi)/2
	}
	return sum
}

// literal is the value that each network gives to an action.
func (c critic) literal(observation, action []float64) []float64 {
	pair := append([]float64{}, observation...)
	for _, x := range action {
		pair = append(pair, min(max(x, -1), 1))
	}
	var values []float64
	for _, network := range c.Networks {
		values = append(values, linear(network.Head, torso(network.Torso, pair))[0])
	}
	return values
}

func (c critic) smallest(observation, action []float64) float64 {
	smallest := math.Inf(1)
	for _, value := range c.literal(observation, action) {
		smallest = min(smallest, value)
	}
	return smallest
}

// row is row i of a slab with rows of the given width.
func row(slab []float32, width, i int) []float64 {
	var r []float64
	for _, x := range slab[i*width : (i+1)*width] {
		r = append(r, float64(x))
	}
	return r
}

// states is what the E-step sees in some states: the target policy, actions [state][sample] drawn
// from it, and their values.
type states struct {
	observations [][]float64
	target       []normal
	actions      [][][]float64
	values       [][]float64
}

// visited are the observations of the batch in place in which the update samples actions.
func (l *learner) visited() []float32 {
	switch {
	case l.config.Target == TargetRetrace:
		return l.sequences.Observation
	case l.config.Cloning > 0:
		return slices.Concat(l.transitions.Next, l.transitions.Observation)
	}
	return l.transitions.Next
}

// literalStates draws the same actions as the traced update will.
func (l *learner) literalStates() states {
	slab, width, samples := l.visited(), l.sizes.Action, l.config.Samples
	count := len(slab) / l.sizes.Observation
	noise := make([]float32, samples*count*width)
	rng.Normal(noise, rng.Key{Seed: l.seed, Stream: streamLearner, Step: uint64(l.updates)}, 0)
	var s states
	for j := range count {
		observation := row(slab, l.sizes.Observation, j)
		target := l.literalPolicy(l.targetPolicy, observation)
		var actions [][]float64
		var values []float64
		for i := range samples {
			action := row(noise, width, i*count+j)
			for d := range action {
				action[d] = target.mean[d] + target.deviation[d]*action[d]
			}
			actions = append(actions, action)
			values = append(values, l.targetCritic.smallest(observation, action))
		}
		s.observations, s.target = append(s.observations, observation), append(s.target, target)
		s.actions, s.values = append(s.actions, actions), append(s.values, values)
	}
	return s
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// literalNStep is the critic's loss on the batch in place: y = R + D · mean_i Q'(s', a_i).
func (l *learner) literalNStep() float64 {
	next, loss := l.literalStates(), 0.0
	for j, discount := range l.transitions.Discount {
		target := float64(l.transitions.Reward[j]) + float64(discount)*mean(next.values[j])
		observation, action := row(l.transitions.Observation, l.sizes.Observation, j), row(l.transitions.Action, l.sizes.Action, j)
		for _, value := range l.critic.literal(observation, action) {
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
		bootstrap := mean(all.values[window*(length+1)+length])
		for t := length - 1; t >= 0; t-- {
			i, s := window*length+t, window*(length+1)+t
			action := row(l.sequences.Action, l.sizes.Action, i)
			result := float64(l.sequences.Reward[i]) + l.config.Discount*float64(l.sequences.Discount[i])*bootstrap
			for _, value := range l.critic.literal(all.observations[s], action) {
				loss += (value - result) * (value - result) / 2 / float64(l.config.Batch*length)
			}
			ratio := math.Exp(all.target[s].logProb(action) - float64(l.sequences.LogProbability[i]))
			trace := l.config.Lambda * min(1, ratio)
			bootstrap = mean(all.values[s]) + trace*(result-l.targetCritic.smallest(all.observations[s], action))
		}
	}
	return loss
}

// softmax is the weights of the E-step in one state.
func softmax(values []float64, temperature float64) []float64 {
	weights, sum := make([]float64, len(values)), 0.0
	for i, v := range values {
		weights[i] = math.Exp((v - slices.Max(values)) / temperature)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

// penalty is minus how far an action is outside the bounds.
func penalty(action []float64) float64 {
	sum := 0.0
	for _, x := range action {
		outside := max(math.Abs(x)-1, 0)
		sum += outside * outside
	}
	return -math.Sqrt(sum)
}

// literalWeights adds the weights of the action penalty, at its own temperature, to those of the
// values. Without a penalty that temperature is 0.
func (s states) literalWeights(j int, temperature, penaltyTemperature float64) []float64 {
	weights := softmax(s.values[j], temperature)
	if penaltyTemperature == 0 {
		return weights
	}
	var penalties []float64
	for _, action := range s.actions[j] {
		penalties = append(penalties, penalty(action))
	}
	for i, weight := range softmax(penalties, penaltyTemperature) {
		weights[i] += weight
	}
	return weights
}

// literalPolicyLoss is the M-step's loss with its trust region, at the given temperatures, and with
// the cloning of the recorded actions.
func (l *learner) literalPolicyLoss(temperature, penaltyTemperature float64) float64 {
	s, loss := l.literalStates(), l.config.Cloning*l.literalCloning()
	for j, observation := range s.observations {
		online, target := l.literalPolicy(l.policy, observation), s.target[j]
		for i, weight := range s.literalWeights(j, temperature, penaltyTemperature) {
			moveMean := normal{online.mean, target.deviation}.logProb(s.actions[j][i])
			moveDeviation := normal{target.mean, online.deviation}.logProb(s.actions[j][i])
			loss -= weight * (moveMean + moveDeviation) / float64(len(s.observations))
		}
		for d := range online.mean {
			shift := (online.mean[d] - target.mean[d]) / target.deviation[d]
			ratio := target.deviation[d] / online.deviation[d]
			loss += l.meanMultiplier.Multiplier(d) * shift * shift / 2 / float64(len(s.observations))
			loss += l.deviationMultiplier.Multiplier(d) * (ratio*ratio/2 - math.Log(ratio) - 0.5) / float64(len(s.observations))
		}
	}
	return loss
}

// literalPairs lists the recorded actions of the batch in place, and which of the sampled states each
// was taken in.
func (l *learner) literalPairs() (actions [][]float64, places []int) {
	batch, length, slab := l.config.Batch, 1, l.transitions.Action
	if l.config.Target == TargetRetrace {
		length, slab = l.config.SequenceLength, l.sequences.Action
	}
	for window := range batch {
		for t := range length {
			place := batch + window
			if l.config.Target == TargetRetrace {
				place = window*(length+1) + t
			}
			actions, places = append(actions, row(slab, l.sizes.Action, window*length+t)), append(places, place)
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
		observation := s.observations[places[i]]
		advantage := l.targetCritic.smallest(observation, action) - mean(s.values[places[i]])
		for d, x := range action {
			action[d] = min(max(x, -1), 1)
		}
		weight := math.Min(math.Exp(advantage), 20)
		loss -= weight * l.literalPolicy(l.policy, observation).logProb(action) / float64(len(actions))
	}
	return loss
}
