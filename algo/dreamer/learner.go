package dreamer

import (
	"fmt"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/algo/internal/windows"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/world"
)

// Streams of the random generator, besides those of offpolicy.
const (
	streamPosterior = iota + 16 // latents of the windows
	streamPrior                 // imagined latents
	streamAction                // imagined actions
	streamFilter                // latents of acting
)

// learner is Dreamer's state: the model of the world, policy and critic, their optimisers, and the traced
// update that changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	model                world.Model
	policy               policy
	critic, targetCritic world.Scalar
	scale                *returnScale // nil if returns are taken as they are

	modelOptimiser, policyOptimiser, criticOptimiser *optim.Adam
	windows                                          replay.Sequences // the update's inputs
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("dreamer", config)
	if err != nil {
		return nil, err
	}
	if err := observation.CheckImage("dreamer", sizes.Image); err != nil {
		return nil, err
	}
	if sizes.Discrete && c.ExplorationCorrelation > 0 {
		return nil, fmt.Errorf("dreamer: exploration_correlation is %g, must be 0: the actions of the task are discrete", c.ExplorationCorrelation)
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "dreamer", Sizes: sizes, Seed: seed, Batch: c.Batch, Discount: c.Discount,
	}}}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if err := l.Compile(func(t *grad.Tracer) { l.trace(t, windows.Input(t, &l.Learner, l.config.Window)) }, workers); err != nil {
		return nil, err
	}
	l.windows = windows.Memory(&l.Learner, l.config.Window, l.stateSize())
	return l, nil
}

// build makes the parameters.
func (l *learner) build(random *rand.Rand) {
	c := l.config
	l.model = newModel(c, l.Sizes, random)
	features := l.model.RSSM.FeatureSize()
	l.policy = newPolicy(c, features, l.Sizes, random)
	l.critic, l.targetCritic = newCritic(c, features, random), newCritic(c, features, random)
	l.Online, l.Target = grad.TreeOf(l.critic), grad.TreeOf(l.targetCritic)
	l.CopyTargets()
	if c.NormaliseReturns {
		l.scale = newReturnScale()
	}
	l.modelOptimiser = optim.NewAdam(grad.TreeOf(l.model), c.ModelLearningRate)
	l.policyOptimiser = optim.NewAdam(grad.TreeOf(l.policy), c.PolicyLearningRate)
	l.criticOptimiser = optim.NewAdam(grad.TreeOf(l.critic), c.CriticLearningRate)
}

// trace traces one update: every network descends its own loss. docs/dreamer.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, s world.Sequence) {
	states := l.model.Filter(t, s, l.model.RSSM.Latent().Noise(t, streamPosterior, s.Known.Shape()...))
	fit := l.model.Fit(t, s, states, l.config.weights())
	start, counts := l.starts(s, states.State)
	d := l.imagine(t, start)
	scale := t.Value(grad.Scalar(1))
	b := l.behave(t, d, counts, func(returns *grad.Value) *grad.Value {
		if l.scale != nil {
			scale = l.scale.next(t, returns, counts)
		}
		return scale
	})
	limit := l.config.GradientNorm
	modelNorm := l.modelOptimiser.Minimise(t, fit.Loss, limit)
	policyNorm := l.policyOptimiser.Minimise(t, b.policyLoss, limit)
	criticNorm := l.criticOptimiser.Minimise(t, b.criticLoss, limit)
	optim.Average(t, l.Target, l.Online, l.config.TargetRate)

	for _, metric := range []struct {
		name  string
		value *grad.Value
	}{
		{"model/loss", fit.Loss}, {"model/observation", fit.Observation}, {"model/reward", fit.Reward},
		{"model/continuation", fit.Continuation}, {"model/kl", fit.KL},
		{"policy/loss", b.policyLoss}, {"critic/loss", b.criticLoss},
		{"critic/value", b.value}, {"critic/return", b.returns.Mean()}, {"critic/scale", scale},
		{"policy/entropy", d.entropy.Mean()},
		{"model/gradient_norm", modelNorm}, {"policy/gradient_norm", policyNorm}, {"critic/gradient_norm", criticNorm},
	} {
		l.Report.Add(t, metric.name, metric.value)
	}
	for i, name := range l.policy.watched() {
		l.Report.Add(t, name, d.watched[i].Mean())
	}
}

// weights are those of the terms of the model's loss.
func (c *Config) weights() world.Weights {
	return world.Weights{
		Observation: c.ObservationWeight, Reward: c.RewardWeight, Continuation: c.ContinuationWeight,
		Divergence: world.Divergence{
			Dynamics: c.DynamicsWeight, Representation: c.RepresentationWeight,
			FreeNats: c.FreeNats, FreeOnAverage: c.FreeOnAverage,
		},
	}
}

// Step makes one update from windows drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	if err := experience.SampleWindows(l.windows, l.config.Window); err != nil {
		return err
	}
	return l.Update()
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	parts := []agent.Part{
		{Name: "model", Tree: grad.TreeOf(l.model)},
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "critic", Tree: grad.TreeOf(l.critic)},
		{Name: "target_critic", Tree: grad.TreeOf(l.targetCritic), CopyOf: "critic"},
		{Name: "model_optimiser", Tree: grad.TreeOf(l.modelOptimiser)},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
		{Name: "critic_optimiser", Tree: grad.TreeOf(l.criticOptimiser)},
	}
	if l.scale != nil {
		parts = append(parts, agent.Part{Name: "return_scale", Tree: grad.TreeOf(l.scale)})
	}
	return parts
}
