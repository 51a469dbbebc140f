package dreamer

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/world"
)

// This file is Dreamer once more, in float64, one number at a time. Where the losses stop a gradient, what
// flows there is what it was when the literal version was made: then finite differences see the same.

func network(n nn.MLP, x []float64) []float64 {
	for i, layer := range n.Layers {
		if x = linear(layer, x); i+1 < len(n.Layers) {
			x = each(x, elu)
		}
	}
	return x
}

func each(x []float64, f func(float64) float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

func elu(x float64) float64 {
	if x < 0 {
		return math.Expm1(x)
	}
	return x
}

// literalObservationLoss is the loss of the decoder.
func (l *learner) literalObservationLoss(features, target []float64) (loss float64) {
	if binary, ok := l.model.Decoder.(world.BinaryDecoder); ok {
		for i, x := range network(binary.Network, features) {
			loss += softplus(x) - target[i]*x
		}
		return loss
	}
	for i, x := range network(l.model.Decoder.(world.VectorDecoder).Network, features) {
		loss += (x - target[i]) * (x - target[i]) / 2
	}
	return loss
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return math.Log1p(math.Exp(x)) }

func symlog(x float64) float64 { return math.Copysign(math.Log1p(math.Abs(x)), x) }

func add(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}

// times is x times a matrix.
func times(x []float64, matrix *grad.Parameter) []float64 {
	y := make([]float64, matrix.Shape[1])
	for i, v := range x {
		for j, weight := range matrix.Data[i*len(y) : (i+1)*len(y)] {
			y[j] += v * float64(weight)
		}
	}
	return y
}

// linear is literal.Linear on the raw weights, which is many times quicker.
func linear(l nn.Linear, x []float64) []float64 {
	y := times(x, l.Weight)
	for j, bias := range l.Bias.Data {
		y[j] += float64(bias)
	}
	return y
}

// cell is a step of the recurrent cell.
func cell(c world.Cell, x, h []float64) []float64 {
	size := len(h)
	next := make([]float64, size)
	switch c := c.(type) {
	case nn.GRU:
		input, recurrent := linear(c.Input, x), linear(c.Recurrent, h)
		for i := range next {
			reset, update := sigmoid(input[i]+recurrent[i]), sigmoid(input[size+i]+recurrent[size+i])
			next[i] = (1-update)*math.Tanh(input[2*size+i]+reset*recurrent[2*size+i]) + update*h[i]
		}
	case nn.NormGRU:
		gates := add(times(x, c.Input), times(h, c.Recurrent))
		mean, variance := literal.Mean(gates), 0.0
		for _, g := range gates {
			variance += (g - mean) * (g - mean) / float64(len(gates))
		}
		for i, g := range gates {
			gates[i] = (g-mean)/math.Sqrt(variance+1e-5)*float64(c.Norm.Scale.Data[i]) + float64(c.Norm.Offset.Data[i])
		}
		for i := range next {
			update := sigmoid(gates[2*size+i] - 1)
			next[i] = update*math.Tanh(sigmoid(gates[i])*gates[size+i]) + (1-update)*h[i]
		}
	}
	return next
}

// state is that of one world.
type state struct{ h, z []float64 }

func (s state) features() []float64 { return slices.Concat(s.z, s.h) }

// advance is the next deterministic state, and the prior that goes with it.
func (l *learner) advance(s state, action []float64) (h, prior []float64) {
	r := l.model.RSSM
	x := add(linear(r.FromStochastic, s.z), times(action, r.FromAction))
	h = cell(r.Cell, each(x, elu), s.h)
	return h, linear(r.PriorRaw, each(linear(r.Prior, h), elu))
}

// gaussian is what raw numbers stand for.
func (l *learner) gaussian(raw []float64) literal.Gaussian {
	size := l.config.Stochastic
	g := literal.Gaussian{Mean: raw[:size]}
	for _, x := range raw[size:] {
		g.Deviation = append(g.Deviation, softplus(x)+l.config.LatentDeviation)
	}
	return g
}

// classes are the probabilities of variable number i.
func (l *learner) classes(raw []float64, i int) []float64 {
	c := l.config
	return each(literal.Softmax(raw[i*c.Classes:(i+1)*c.Classes]), func(p float64) float64 { return (1-c.Unimix)*p + c.Unimix/float64(c.Classes) })
}

// draw is a stochastic state.
func (l *learner) draw(raw, noise []float64) []float64 {
	switch l.config.Latent {
	case Gaussian:
		return l.gaussian(raw).Sample(noise)
	case Deterministic:
		return raw
	}
	z := make([]float64, len(raw))
	for i := range l.config.Stochastic {
		best, highest := 0, math.Inf(-1)
		for k, p := range l.classes(raw, i) {
			if x := math.Log(p) - math.Log(-math.Log(noise[i*l.config.Classes+k])); x > highest {
				best, highest = k, x
			}
		}
		z[i*l.config.Classes+best] = 1
	}
	return z
}

// divergence is KL(q || p).
func (l *learner) divergence(q, p []float64) float64 {
	sum := 0.0
	if l.config.Latent == Deterministic {
		for i := range q {
			sum += (q[i] - p[i]) * (q[i] - p[i]) / (2 * l.config.LatentDeviation * l.config.LatentDeviation)
		}
		return sum
	}
	if l.config.Latent == Gaussian {
		a, b := l.gaussian(q), l.gaussian(p)
		for i, s := range a.Deviation {
			shift := a.Mean[i] - b.Mean[i]
			sum += math.Log(b.Deviation[i]/s) + (s*s+shift*shift)/(2*b.Deviation[i]*b.Deviation[i]) - 0.5
		}
		return sum
	}
	for i := range l.config.Stochastic {
		other := l.classes(p, i)
		for k, x := range l.classes(q, i) {
			sum += x * math.Log(x/other[k])
		}
	}
	return sum
}

// squash is symlog, if observations pass through it.
func (l *learner) squash(x []float64) []float64 {
	if l.config.Symlog {
		return each(x, symlog)
	}
	return x
}

// latentNoise is that of a stream with rows of noise for stochastic states.
func (l *learner) latentNoise(stream uint64, rows int) func(row int) []float64 {
	width := l.model.RSSM.Latent().Size()
	if l.config.Latent == Gaussian {
		return l.noise(stream, rows, width)
	}
	return l.uniform(stream, rows, width)
}

// actionNoise is that of a stream with rows of noise for actions.
func (l *learner) actionNoise(stream uint64, rows int) func(row int) []float64 {
	if l.Sizes.Discrete {
		return l.uniform(stream, rows, l.Sizes.Action)
	}
	return l.noise(stream, rows, l.Sizes.Action)
}

// uniform is that of a stream with rows of so many numbers, uniform on (0, 1).
func (l *learner) uniform(stream uint64, rows, width int) func(row int) []float64 {
	all := make([]float32, rows*width)
	rng.Uniform(all, rng.Key{Seed: l.Seed, Stream: stream, Step: uint64(l.Updates())}, 0)
	return func(row int) []float64 { return literal.Row(all, width, row) }
}

// noise is that of a stream with rows of so many numbers, standard normal.
func (l *learner) noise(stream uint64, rows, width int) func(row int) []float64 {
	all := literal.Noise(rows*width, l.Seed, stream, l.Updates())
	return func(row int) []float64 { return literal.Row(all, width, row) }
}

// filtered is what was made of one step of a window.
type filtered struct {
	state
	posterior, prior []float64
}

// filter goes through window number item. latents is the noise of the posterior.
func (l *learner) filter(item int, latents func(row int) []float64) []filtered {
	c, steps, r := l.config, l.config.Window, l.model.RSSM
	s := state{make([]float64, c.Deterministic), make([]float64, r.Latent().Size())}
	action := make([]float64, l.Sizes.Action)
	var all []filtered
	for k := range steps + 1 {
		if k > 0 {
			action = each(literal.Row(l.windows.Action, l.Sizes.Action, item*steps+k-1), func(x float64) float64 { return min(max(x, -1), 1) })
		}
		h, prior := l.advance(s, action)
		observation := l.squash(literal.Row(l.windows.Observation, l.Sizes.Observation, item*(steps+1)+k))
		embedding := network(l.model.Encoder.(world.VectorEncoder).Network, observation)
		posterior := linear(r.PosteriorRaw, each(add(linear(r.Posterior, h), times(embedding, r.FromEmbedding)), elu))
		s = state{h, l.draw(posterior, latents(k*c.Batch+item))}
		all = append(all, filtered{s, posterior, prior})
	}
	return all
}

// known is whether step k of window number item is no padding; arrival is whether what came of the step before is.
func (l *learner) known(item, k int) bool { return k == 0 || l.arrival(item, k) }

func (l *learner) arrival(item, k int) bool {
	return k > 0 && l.windows.Mask[item*l.config.Window+k-1] == 1
}

// windowStates are those of all windows.
func (l *learner) windowStates(latents func(row int) []float64) [][]filtered {
	var all [][]filtered
	for item := range l.Batch {
		all = append(all, l.filter(item, latents))
	}
	return all
}

// number is what a head predicts, and its loss for a target.
func (l *learner) number(head world.Scalar, features []float64, target float64) (mean, loss float64) {
	out := network(head.Network, features)
	if head.Support == nil {
		return out[0], (out[0] - target) * (out[0] - target) / 2
	}
	probabilities, atoms := literal.Softmax(out), make([]float64, len(out))
	for i := range atoms {
		y := -l.config.SymlogLimit + 2*l.config.SymlogLimit*float64(i)/float64(len(atoms)-1)
		atoms[i] = math.Copysign(math.Expm1(math.Abs(y)), y)
		mean += probabilities[i] * atoms[i]
	}
	target = min(max(target, atoms[0]), atoms[len(atoms)-1])
	above := 1
	for atoms[above] < target {
		above++
	}
	share := (target - atoms[above-1]) / (atoms[above] - atoms[above-1])
	return mean, -(1-share)*math.Log(probabilities[above-1]) - share*math.Log(probabilities[above])
}

// literalModelLoss is the loss of the model as a function of its parameters.
func (l *learner) literalModelLoss(latents func(row int) []float64) func() float64 {
	before := l.windowStates(latents)
	return func() float64 {
		c, steps := l.config, l.config.Window
		var seen, arrived, dynamics, representation, observed, rewarded, continued float64
		limited := func(x float64) float64 {
			if c.FreeOnAverage {
				return x
			}
			return max(x, c.FreeNats)
		}
		for item, window := range l.windowStates(latents) {
			for k, s := range window {
				if l.known(item, k) {
					seen++
					target := l.squash(literal.Row(l.windows.Observation, l.Sizes.Observation, item*(steps+1)+k))
					observed += l.literalObservationLoss(s.features(), target)
					dynamics += limited(l.divergence(before[item][k].posterior, s.prior))
					representation += limited(l.divergence(s.posterior, before[item][k].prior))
				}
				if l.arrival(item, k) {
					arrived++
					_, loss := l.number(l.model.Reward, s.features(), float64(l.windows.Reward[item*steps+k-1]))
					rewarded += loss
					if l.model.Continuation != nil {
						logit := network(l.model.Continuation.Network, s.features())[0]
						continued += softplus(logit) - float64(l.windows.Discount[item*steps+k-1])*logit
					}
				}
			}
		}
		dynamics, representation = dynamics/seen, representation/seen
		if c.FreeOnAverage {
			dynamics, representation = max(dynamics, c.FreeNats), max(representation, c.FreeNats)
		}
		heads := c.ObservationWeight*observed/seen + c.RewardWeight*rewarded/arrived + c.ContinuationWeight*continued/arrived
		return heads + c.DynamicsWeight*dynamics + c.RepresentationWeight*representation
	}
}

// literalActions is the policy's distribution in one state: of numbers before tanh, or of one-hot rows.
type literalActions interface {
	Sample(noise []float64) []float64
	mode() []float64
	action(chosen []float64) []float64
	logProb(chosen []float64) float64
	entropy(chosen []float64) float64
}

func (l *learner) literalPolicy(features []float64) literalActions {
	out := network(l.policy.Network, features)
	if l.Sizes.Discrete {
		return literalChoice(literal.Softmax(out))
	}
	var g literal.Gaussian
	for i := range l.Sizes.Action {
		g.Mean = append(g.Mean, 5*math.Tanh(out[i]/5))
		g.Deviation = append(g.Deviation, 0.1+0.9*sigmoid(out[l.Sizes.Action+i]+2))
	}
	return literalNumbers{g}
}

type literalNumbers struct{ literal.Gaussian }

func (g literalNumbers) mode() []float64                   { return g.Mean }
func (g literalNumbers) action(chosen []float64) []float64 { return each(chosen, math.Tanh) }
func (g literalNumbers) entropy(chosen []float64) float64  { return -g.logProb(chosen) }

// logProb is the density of tanh(chosen).
func (g literalNumbers) logProb(chosen []float64) float64 {
	sum := g.LogProb(chosen)
	for _, x := range chosen {
		sum -= math.Log(1 - math.Tanh(x)*math.Tanh(x))
	}
	return sum
}

// literalChoice is the probability of each choice.
type literalChoice []float64

// Sample is the choice with the largest log-probability and Gumbel noise.
func (p literalChoice) Sample(noise []float64) []float64 {
	scores := make([]float64, len(p))
	for i, x := range p {
		scores[i] = math.Log(x) - math.Log(-math.Log(noise[i]))
	}
	return literalChoice(scores).mode()
}

func (p literalChoice) mode() []float64 {
	row := make([]float64, len(p))
	row[slices.Index(p, slices.Max(p))] = 1
	return row
}

func (p literalChoice) action(chosen []float64) []float64 { return chosen }

func (p literalChoice) logProb(chosen []float64) float64 { return math.Log(p[slices.Index(chosen, 1)]) }

func (p literalChoice) entropy([]float64) float64 {
	sum := 0.0
	for _, x := range p {
		sum -= x * math.Log(x)
	}
	return sum
}

// imagined is a step of a dream: its state, and what the policy did there.
type imagined struct {
	state
	chosen           []float64 // before tanh, if actions are continuous
	logProb, entropy float64   // of what was chosen when the dream was first dreamt, and now
	reward, discount float64   // on arrival
	value, ahead     float64   // of this state, by the critic and by its slow copy
	result           float64   // the λ-return
}

// dream imagines from a state. What was dreamt before, if anything, is what the policy sees, and what its choices are judged by.
func (l *learner) dream(s state, before []imagined, priors, choices func(step int) []float64) []imagined {
	c := l.config
	var steps []imagined
	for h := range c.Horizon + 1 {
		step := imagined{state: s}
		step.value, _ = l.number(l.critic, s.features(), 0)
		if c.Bootstrap {
			step.ahead, _ = l.number(l.targetCritic, s.features(), 0)
		}
		if h < c.Horizon {
			seen := s
			if before != nil {
				seen = before[h].state
			}
			p := l.literalPolicy(seen.features())
			step.chosen = p.Sample(choices(h))
			step.entropy, step.logProb = p.entropy(step.chosen), p.logProb(step.chosen)
			if before != nil {
				step.logProb = p.logProb(before[h].chosen)
			}
			next, prior := l.advance(s, p.action(step.chosen))
			s = state{next, l.draw(prior, priors(h))}
			step.reward, _ = l.number(l.model.Reward, s.features(), 0)
			step.discount = c.Discount
			if l.model.Continuation != nil {
				step.discount *= sigmoid(network(l.model.Continuation.Network, s.features())[0])
			}
		}
		steps = append(steps, step)
	}
	result := steps[c.Horizon].ahead
	for h := c.Horizon - 1; h >= 0; h-- {
		result = steps[h].reward + steps[h].discount*((1-c.Lambda)*steps[h+1].ahead+c.Lambda*result)
		steps[h].result = result
	}
	return steps
}

// dreams imagines from all starts in windows, and tells how much each counts.
func (l *learner) dreams(windows [][]filtered, before [][]imagined) (all [][]imagined, counts []float64) {
	c := l.config
	groups := (c.Window + 1) / c.StartEvery
	states := groups * c.Batch
	priors := l.latentNoise(streamPrior, c.Horizon*states)
	choices := l.actionNoise(streamAction, c.Horizon*states)
	for i := range states {
		item, k := i%c.Batch, i/c.Batch*c.StartEvery+c.StartEvery-1
		var earlier []imagined
		if before != nil {
			earlier = before[i]
		}
		all = append(all, l.dream(windows[item][k].state, earlier,
			func(h int) []float64 { return priors(h*states + i) }, func(h int) []float64 { return choices(h*states + i) }))
		count := 0.0
		if l.known(item, k) {
			count = 1
		}
		if l.arrival(item, k) {
			count = float64(l.windows.Discount[item*c.Window+k-1])
		}
		counts = append(counts, count)
	}
	return all, counts
}

// literalBehaviour is the losses of policy and critic as functions of their parameters.
func (l *learner) literalBehaviour(latents func(row int) []float64) (policyLoss, criticLoss func() float64) {
	c := l.config
	windows := l.windowStates(latents)
	before, counts := l.dreams(windows, nil)
	total, scale := 0.0, l.literalScale(before, counts)
	for _, count := range counts {
		total += count
	}
	sum := func(steps func(i, h int) float64) float64 {
		loss := 0.0
		for i, count := range counts {
			weight := count / total / float64(c.Horizon)
			for h := range c.Horizon {
				loss += weight * steps(i, h)
				weight *= before[i][h].discount
			}
		}
		return loss
	}
	policyLoss = func() float64 {
		now, _ := l.dreams(windows, before)
		return sum(func(i, h int) float64 {
			advantage := before[i][h].result - before[i][h].ahead
			return -((1-c.Reinforce)*now[i][h].result+c.Reinforce*now[i][h].logProb*advantage)/scale - c.Entropy*now[i][h].entropy
		})
	}
	criticLoss = func() float64 {
		return sum(func(i, h int) float64 {
			_, loss := l.number(l.critic, before[i][h].features(), before[i][h].result)
			return loss
		})
	}
	return policyLoss, criticLoss
}

// literalScale is what divides the returns of the first update.
func (l *learner) literalScale(dreams [][]imagined, counts []float64) float64 {
	if l.scale == nil {
		return 1
	}
	var returns []float64
	for i, steps := range dreams {
		for _, step := range steps[:l.config.Horizon] {
			if counts[i] > 0 {
				returns = append(returns, step.result)
			}
		}
	}
	slices.Sort(returns)
	last := float64(len(returns) - 1)
	return max(1, returns[int(0.95*last)]-returns[int(0.05*last)])
}
