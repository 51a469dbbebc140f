package svg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// noiseLimit bounds the inferred noise of the dynamics. Noise beyond it is the work of a model that is
// sure and wrong, and would make its deviation's derivative the whole gradient.
const noiseLimit = 5

// slowest is the least share that a batch has in the scale of changes: so many batches as a run learns
// from are no reason to stop following.
const slowest = 1e-3

// smallest is the least scale of a change: what never changes has no size of its own.
const smallest = 1e-6

// model is what is learned of the world: dynamics, a Gaussian over the change of the observation, and the
// reward r(a, s') of an action and the observation that it led to. Both see actions clipped to the
// bounds of the task, as the environment clips them.
type model struct {
	Dynamics gaussian.Network // of the change in units of its root mean square
	Reward   critic.Critic
	Scale    scale

	dynamicsOptimiser, rewardOptimiser *optim.Adam
}

// scale is the mean square of each element's change, over all batches at first and then the newest ones.
type scale struct {
	Square *grad.Parameter // [observation]
	Count  *grad.Parameter // scalar: batches seen
}

func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) model {
	pair := agent.Sizes{Observation: sizes.Observation + sizes.Action, Action: sizes.Observation}
	m := model{
		Dynamics: gaussian.NewNetwork(gaussian.Settings{
			Sizes: pair, Layers: c.ModelLayers, Head: gaussian.Free(1, c.MinimumModelDeviation),
		}, random),
		Reward: critic.New(sizes, c.ModelLayers, 1, random),
		Scale:  scale{grad.NewParameter(sizes.Observation), grad.NewParameter()},
	}
	m.dynamicsOptimiser = optim.NewAdam(grad.TreeOf(m.Dynamics), c.ModelLearningRate)
	m.rewardOptimiser = optim.NewAdam(grad.TreeOf(m.Reward), c.ModelLearningRate)
	return m
}

// update traces the step that lets the scale follow the changes [batch, observation] of a batch. It
// returns the new scale [observation].
func (s scale) update(t *grad.Tracer, changes *grad.Value) *grad.Value {
	count := t.Value(s.Count).Add(grad.Scalar(1))
	share := t.Value(grad.Scalar(1)).Div(count).Max(grad.Scalar(slowest))
	old := t.Value(s.Square)
	square := changes.Square().Mean(0).Sub(old).Mul(share).Add(old)
	t.Assign(s.Square, square)
	t.Assign(s.Count, count)
	return square.Sqrt().Max(grad.Scalar(smallest))
}

// world is a model as it stands in an update, with the scale of changes [observation] of this update.
type world struct {
	model
	scale *grad.Value
}

// change is the distribution of the change from a state [..., observation] by an action [..., action], in
// units of the scale.
func (w world) change(state, action *grad.Value) dist.Gaussian {
	return w.Dynamics.Apply(state.Concat(-1, action.Clip(-1, 1)))
}

// next is the state s' = s + scale (μ(s, a) + σ(s, a) ξ) that noise ξ [..., observation] leads to.
func (w world) next(state, action, noise *grad.Value) *grad.Value {
	return w.change(state, action).Sample(noise).Mul(w.scale).Add(state)
}

// noise is that with which an action led from a state to the next one: a constant.
func (w world) noise(state, action, next *grad.Value) *grad.Value {
	changes := next.Sub(state).Div(w.scale)
	return w.change(state, action).Noise(changes).Clip(-noiseLimit, noiseLimit).Stop()
}

// reward is r(a, s') [...].
func (w world) reward(_, action, next *grad.Value) *grad.Value { return w.Reward.Value(next, action) }

// fit traces a step of the model towards transitions: the dynamics gain likelihood, the reward is
// regressed. It returns the model as it was, for use in the same update.
func (m model) fit(t *grad.Tracer, r *report.Report, state, action, next, reward *grad.Value, limit float64) world {
	changes := next.Sub(state)
	w := world{m, m.Scale.update(t, changes).Stop()}
	scaled, predicted := changes.Div(w.scale), w.change(state, action)
	dynamicsLoss := predicted.LogProb(scaled).Mean().Neg()
	rewardLoss := critic.Regression(m.Reward.Apply(next, action), reward)
	dynamicsNorm := m.dynamicsOptimiser.Minimise(t, dynamicsLoss, limit)
	rewardNorm := m.rewardOptimiser.Minimise(t, rewardLoss, limit)
	r.Add(t, "dynamics/loss", dynamicsLoss)
	r.Add(t, "dynamics/error", scaled.Sub(predicted.Mean).Square().Mean().Sqrt())
	r.Add(t, "dynamics/deviation", predicted.Deviation.Mean())
	r.Add(t, "dynamics/gradient_norm", dynamicsNorm)
	r.Add(t, "reward/loss", rewardLoss)
	r.Add(t, "reward/gradient_norm", rewardNorm)
	return w
}

// parts names the model and the state of its optimisers.
func (m model) parts() []agent.Part {
	return []agent.Part{
		{Name: "dynamics", Tree: append(grad.TreeOf(m.Dynamics), grad.TreeOf(m.Scale).Under("scale")...)},
		{Name: "reward", Tree: grad.TreeOf(m.Reward)},
		{Name: "dynamics_optimiser", Tree: grad.TreeOf(m.dynamicsOptimiser)},
		{Name: "reward_optimiser", Tree: grad.TreeOf(m.rewardOptimiser)},
	}
}
