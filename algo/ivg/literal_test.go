package ivg

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/world"
)

// This file is IVG once more, in float64, one number at a time. Where the losses stop a gradient, what flows there is
// what it was when the literal version was made: then finite differences see the same.

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

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func symlog(x float64) float64 { return math.Copysign(math.Log1p(math.Abs(x)), x) }

func clip(x float64) float64 { return min(max(x, -1), 1) }

func network(n nn.MLP, x []float64) []float64 {
	for i, layer := range n.Layers {
		if x = literal.Linear(layer, x); i+1 < len(n.Layers) {
			x = each(x, elu)
		}
	}
	return x
}

// times is x times a matrix.
func times(x []float64, matrix interface{ At(...int) float32 }, outputs int) []float64 {
	y := make([]float64, outputs)
	for i, v := range x {
		for j := range y {
			y[j] += v * float64(matrix.At(i, j))
		}
	}
	return y
}

func add(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
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

// see is an observation without the task.
func (l *learner) see(observation []float64) []float64 {
	return observation[:len(observation)-l.Sizes.Tasks]
}

// taskOf is the one-hot row of the task.
func (l *learner) taskOf(observation []float64) []float64 {
	return observation[len(observation)-l.Sizes.Tasks:]
}

// inTurnLiterally is the task in which start number s is imagined.
func (l *learner) inTurnLiterally(s int) []float64 {
	task := make([]float64, l.Sizes.Tasks)
	if len(task) > 0 {
		task[s%len(task)] = 1
	}
	return task
}

// encode is the latent of a history of observations.
func (l *learner) encode(e encoder, history ...[]float64) []float64 {
	var embeddings [][]float64
	for _, observation := range history {
		observation = l.see(observation)
		embeddings = append(embeddings, each(network(e.Frame.(world.VectorEncoder).Network, l.squash(observation)), elu))
	}
	if e.Core == nil {
		return each(literal.Linear(*e.Latent, embeddings[0]), math.Tanh)
	}
	size := l.config.LatentSize
	hidden, cell := make([]float64, size), make([]float64, size)
	for _, x := range embeddings {
		gates := add(literal.Linear(e.Core.Input, x), times(hidden, e.Core.Recurrent, 4*size))
		for i := range size {
			cell[i] = sigmoid(gates[size+i])*cell[i] + sigmoid(gates[i])*math.Tanh(gates[2*size+i])
			hidden[i] = sigmoid(gates[3*size+i]) * math.Tanh(cell[i])
		}
	}
	return hidden
}

// step is the latent after an action.
func (l *learner) step(latent, action []float64) []float64 {
	r := l.model.Transition
	x := each(add(literal.Linear(r.FromLatent, latent), times(each(action, clip), r.FromAction, l.config.Hidden)), elu)
	change := each(literal.Linear(r.Change, each(literal.Linear(r.Hidden, x), elu)), math.Tanh)
	next := make([]float64, len(latent))
	for i := range next {
		next[i] = latent[i] + change[i]*float64(r.Scale.Data[i])
	}
	return next
}

func (h head) literal(x ...[]float64) float64 { return h.literals(x...)[0] }

func (h head) literals(x ...[]float64) []float64 {
	return each(literal.Linear(h.Last, literal.Torso(h.Torso, slices.Concat(x...))), func(x float64) float64 { return h.scale * x })
}

func (l *learner) distribution(latent, task []float64) literal.Gaussian {
	features := literal.Torso(l.policy.Torso, slices.Concat(latent, task))
	low, high := math.Log(l.config.MinimumDeviation), math.Log(l.config.MaximumDeviation)
	share := (math.Log(l.config.InitialDeviation) - low) / (high - low)
	return literal.Gaussian{
		Mean: each(literal.Linear(l.policy.Mean, features), math.Tanh),
		Deviation: each(literal.Linear(l.policy.Deviation, features), func(x float64) float64 {
			return math.Exp(low + (high-low)*sigmoid(x+math.Log(share/(1-share))))
		}),
	}
}

// prior is KL(g || N(0, 1)).
func prior(g literal.Gaussian) float64 {
	sum := 0.0
	for i, s := range g.Deviation {
		sum += (s*s+g.Mean[i]*g.Mean[i]-1)/2 - math.Log(s)
	}
	return sum
}

// window is what is recorded of one window, from the end of its first history on.
type window struct {
	histories [][][]float64 // of each observation
	actions   [][]float64   // actions[k] led to observation k; not clipped
	tasks     [][]float64   // one-hot
	each      [][]float64   // rewards of all tasks
	rewards, discounts, known, arrival,
	logProbability []float64
}

// read is window number i of the batch.
func (l *learner) read(i int) window {
	var w window
	row := func(memory []float32, width, at int) []float64 { return literal.Row(memory, width, at) }
	steps, sizes := l.steps(), l.Sizes
	for k := l.config.History - 1; k <= steps; k++ {
		var history [][]float64
		for j := k - l.config.History + 1; j <= k; j++ {
			history = append(history, row(l.windows.Observation, sizes.Observation, i*(steps+1)+j))
		}
		w.histories = append(w.histories, history)
		w.tasks = append(w.tasks, l.taskOf(history[len(history)-1]))
		at := i*steps + k - 1 // of what led here
		if len(w.histories) == 1 {
			first := 1.0
			if k > 0 {
				first = float64(l.windows.Mask[at])
			}
			w.known, w.arrival = append(w.known, first), append(w.arrival, first)
			w.actions, w.rewards, w.discounts = append(w.actions, nil), append(w.rewards, 0), append(w.discounts, 1)
			w.each = append(w.each, nil)
			if k == 0 {
				w.arrival[0] = 0
			} else {
				w.discounts[0] = float64(l.windows.Discount[at])
			}
			w.logProbability = append(w.logProbability, 0)
			continue
		}
		w.actions = append(w.actions, row(l.windows.Action, sizes.Action, at))
		rewards := each(row(l.windows.Reward, 1+sizes.Tasks, at), func(x float64) float64 { return x * l.config.RewardScale })
		w.rewards = append(w.rewards, rewards[0])
		if w.each = append(w.each, rewards[1:]); sizes.Tasks == 0 {
			w.each[len(w.each)-1] = rewards
		}
		w.discounts = append(w.discounts, float64(l.windows.Discount[at]))
		w.known, w.arrival = append(w.known, float64(l.windows.Mask[at])), append(w.arrival, float64(l.windows.Mask[at]))
		w.logProbability = append(w.logProbability, float64(l.windows.LogProbability[at]))
	}
	return w
}

// mean adds up numbers with weights, and divides by the sum of these.
type mean struct{ sum, weights float64 }

func (m *mean) add(x, weight float64) { m.sum, m.weights = m.sum+x*weight, m.weights+weight }

func (m *mean) value() float64 { return m.sum / math.Max(m.weights, 1) }

// literalModelLoss is the loss of model, reward and value, whose targets are fixed now.
func (l *learner) literalModelLoss() func() float64 {
	value := l.literalValueLoss()
	fixed := map[[2]int][]float64{}
	for i := range l.Batch {
		for k, history := range l.read(i).histories {
			fixed[[2]int{i, k}] = l.encode(l.model.Encoder, history...)
		}
	}
	return func() float64 {
		c := l.config
		var observation, consistency, reward mean
		for i := range l.Batch {
			w := l.read(i)
			latent := l.encode(l.model.Encoder, w.histories[0]...)
			for k, history := range w.histories {
				if k > 0 {
					latent = l.step(latent, w.actions[k])
					encoded := l.encode(l.model.Encoder, history...)
					if c.StopConsistency {
						encoded = fixed[[2]int{i, k}]
					}
					consistency.add(halfDistance(encoded, latent), w.arrival[k])
					predicted := l.reward.literals(latent, each(w.actions[k], clip))
					reward.add(halfDistance(predicted, w.each[k]), w.arrival[k])
				}
				decoded := network(l.model.Decoder.(world.VectorDecoder).Network, latent)
				observation.add(halfDistance(decoded, l.squash(l.see(history[c.History-1]))), w.known[k])
			}
		}
		return c.ObservationWeight*observation.value() + c.ConsistencyWeight*consistency.value() +
			c.RewardWeight*reward.value() + c.ValueWeight*value()
	}
}

func halfDistance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i]) / 2
	}
	return sum
}

// literalStarts are the latents to imagine from, the tasks that were played there, and how much each counts, in the order
// of the traced version.
func (l *learner) literalStarts() (latents, tasks [][]float64, counts []float64) {
	every := l.config.StartEvery
	for range l.config.Rollouts {
		for group := range (l.config.Window + 1) / every {
			for i := range l.Batch {
				w, k := l.read(i), group*every+every-1
				latents = append(latents, l.encode(l.model.Encoder, w.histories[k]...))
				tasks = append(tasks, w.tasks[k])
				counts = append(counts, w.known[k]-w.arrival[k]*(1-w.discounts[k]))
			}
		}
	}
	return latents, tasks, counts
}

// noise is that of a stream with rows of actions.
func (l *learner) noise(stream uint64, rows int) func(row int) []float64 {
	all := literal.Noise(rows*l.Sizes.Action, l.Seed, stream, l.Updates())
	return func(i int) []float64 { return literal.Row(all, l.Sizes.Action, i) }
}

// imagined is one trajectory.
type imagined struct {
	task                 []float64
	latents              [][]float64
	actions              [][]float64
	rewards, regularised []float64
	divergences          []float64
}

// rollOut follows the policy from a latent, with the noise of start number s of many.
func (l *learner) rollOut(start []float64, s, many int, noise func(int) []float64) imagined {
	m := imagined{task: l.inTurnLiterally(s), latents: [][]float64{start}}
	for k := range l.config.Horizon {
		g := l.distribution(m.latents[k], m.task)
		action := g.Sample(noise(k*many + s))
		next := l.step(m.latents[k], action)
		rewards := l.reward.literals(next, each(action, clip))
		reward := rewards[0]
		if len(m.task) > 0 {
			reward = rewards[s%len(m.task)]
		}
		m.latents, m.actions = append(m.latents, next), append(m.actions, action)
		m.rewards, m.divergences = append(m.rewards, reward), append(m.divergences, prior(g))
		m.regularised = append(m.regularised, reward-l.config.KLWeight*prior(g))
	}
	return m
}

// lambdaReturns are those of a trajectory, step by step.
func (l *learner) lambdaReturns(m imagined) []float64 {
	c := l.config
	returns := make([]float64, c.Horizon+1)
	returns[c.Horizon] = l.target.value.literal(m.latents[c.Horizon], m.task)
	for k := c.Horizon - 1; k >= 0; k-- {
		next := (1-c.Lambda)*l.target.value.literal(m.latents[k+1], m.task) + c.Lambda*returns[k+1]
		returns[k] = m.regularised[k] + c.Discount*next
	}
	return returns
}

// literalValueLoss is the loss of the value; its targets, and in imagination its latents, are fixed now.
func (l *learner) literalValueLoss() func() float64 {
	switch c := l.config; {
	case !c.Imagine:
		return l.literalActionValueLoss()
	case c.ValueTarget == VTrace:
		return l.literalTracedLoss()
	}
	starts, _, counts := l.literalStarts()
	noise := l.noise(offpolicy.StreamGradient, l.config.Horizon*len(starts))
	var trajectories []imagined
	for s, start := range starts {
		trajectories = append(trajectories, l.rollOut(start, s, len(starts), noise))
	}
	return func() float64 {
		var loss mean
		for s, m := range trajectories {
			sum := 0.0
			for k, target := range l.lambdaReturns(m)[:l.config.Horizon] {
				error := (l.value.literal(m.latents[k], m.task) - target) / l.config.ValueScale
				sum += error * error / 2 / float64(l.config.Horizon)
			}
			loss.add(sum, counts[s])
		}
		return loss.value()
	}
}

// literalTracedLoss has V-trace as the recursion of its paper, from the end of each window.
func (l *learner) literalTracedLoss() func() float64 {
	c := l.config
	targets := make([][]float64, l.Batch)
	for i := range targets {
		w := l.read(i)
		values := make([]float64, len(w.histories))
		for k, history := range w.histories {
			values[k] = l.target.value.literal(l.encode(*l.target.encoder, history...), w.tasks[k])
		}
		targets[i] = slices.Clone(values)
		for k := c.Window - 1; k >= 0; k-- {
			g := l.distribution(l.encode(l.model.Encoder, w.histories[k]...), w.tasks[k])
			rho := w.arrival[k+1] * math.Min(1, math.Exp(g.LogProb(w.actions[k+1])-w.logProbability[k+1]))
			discount := c.Discount * w.discounts[k+1]
			delta := w.rewards[k+1] - c.KLWeight*prior(g) + discount*values[k+1] - values[k]
			targets[i][k] += rho * (delta + discount*(targets[i][k+1]-values[k+1]))
		}
	}
	return func() float64 {
		var loss mean
		for i := range l.Batch {
			w := l.read(i)
			latent := l.encode(l.model.Encoder, w.histories[0]...)
			for k := range c.Window {
				error := (l.value.literal(latent, w.tasks[k]) - targets[i][k]) / c.ValueScale
				loss.add(error*error/2, w.arrival[k+1])
				latent = l.step(latent, w.actions[k+1])
			}
		}
		return loss.value()
	}
}

// literalActionValueLoss is the loss of the value of actions.
func (l *learner) literalActionValueLoss() func() float64 {
	c := l.config
	noise := l.noise(offpolicy.StreamLearner, c.Window*l.Batch)
	targets := make([][]float64, l.Batch)
	for i := range targets {
		w := l.read(i)
		for k := range c.Window {
			next := l.encode(l.model.Encoder, w.histories[k+1]...)
			g := l.distribution(next, w.tasks[k+1])
			ahead := l.target.value.literal(next, w.tasks[k+1], each(g.Sample(noise(k*l.Batch+i)), clip)) - c.KLWeight*prior(g)
			targets[i] = append(targets[i], w.rewards[k+1]+c.Discount*w.discounts[k+1]*ahead)
		}
	}
	return func() float64 {
		var loss mean
		for i := range l.Batch {
			w := l.read(i)
			for k := range c.Window {
				own := l.value.literal(l.encode(l.model.Encoder, w.histories[k]...), w.tasks[k], each(w.actions[k+1], clip))
				error := (own - targets[i][k]) / c.ValueScale
				loss.add(error*error/2, w.arrival[k+1])
			}
		}
		return loss.value()
	}
}

// literalPolicyLoss is the loss of the policy. Of the likelihood ratio, trajectories and advantages are fixed now.
func (l *learner) literalPolicyLoss() func() float64 {
	c := l.config
	starts, tasks, counts := l.literalStarts()
	if !c.Imagine {
		noise := l.noise(offpolicy.StreamGradient, len(starts))
		return func() float64 {
			var gain mean
			for s, start := range starts {
				g := l.distribution(start, tasks[s])
				gain.add(l.value.literal(start, tasks[s], each(g.Sample(noise(s)), clip))-c.KLWeight*prior(g), counts[s])
			}
			return -gain.value() / c.ValueScale
		}
	}
	noise := l.noise(offpolicy.StreamGradient, c.Horizon*len(starts))
	trajectories, returns := make([]imagined, len(starts)), make([][]float64, len(starts))
	for s, start := range starts {
		trajectories[s] = l.rollOut(start, s, len(starts), noise)
		returns[s] = l.lambdaReturns(trajectories[s])
	}
	return func() float64 {
		var gain mean
		for s, start := range starts {
			m := l.rollOut(start, s, len(starts), noise)
			rewards := m.regularised
			values := each(make([]float64, c.Horizon+1), func(float64) float64 { return 0 })
			for k, latent := range m.latents {
				values[k] = l.value.literal(latent, m.task)
			}
			if c.Gradient == Likelihood {
				rewards = nil
				for k, latent := range trajectories[s].latents {
					values[k] = l.value.literal(latent, m.task)
					if k < c.Horizon {
						g := l.distribution(latent, m.task)
						rewards = append(rewards, g.LogProb(trajectories[s].actions[k])*(returns[s][k]-values[k])-c.KLWeight*prior(g))
					}
				}
			}
			gain.add(c.literalObjective(rewards, values), counts[s])
		}
		return -gain.value() / c.ValueScale
	}
}

// literalObjective is the mean of the returns over 1 to N steps, or that over N.
func (c *Config) literalObjective(rewards, values []float64) float64 {
	var returns []float64
	sum := 0.0
	for k, reward := range rewards {
		sum += math.Pow(c.Discount, float64(k)) * reward
		returns = append(returns, sum+math.Pow(c.Discount, float64(k+1))*values[k+1])
	}
	if c.Averaged {
		return literal.Mean(returns)
	}
	return returns[len(returns)-1]
}
