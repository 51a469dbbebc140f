package ivg

import (
	"errors"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/algo/internal/windows"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
)

// learner is IVG's state: the model, reward, value and policy, the optimisers, and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	model  model
	reward head // of each task, of the latent arrived at and the action that led there
	value  head // of a latent and a task; of an action too in IVG(0)
	policy policy
	target target

	modelOptimiser, policyOptimiser *optim.Adam
	windows                         replay.Sequences // the update's inputs

	// While the update is traced: whole observations, and the log-probabilities of the recorded actions.
	observations, logProbability *grad.Value
}

// target is the networks of ψ, copies of those of φ.
type target struct {
	value   head
	encoder *encoder // for V-trace alone
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("ivg", config)
	if err != nil {
		return nil, err
	}
	if err := observation.CheckImage("ivg", sizes.Image); err != nil {
		return nil, err
	}
	if blind(sizes).Observation == 0 && sizes.Image.Bytes() == 0 {
		return nil, errors.New("ivg: there is nothing to see but which task is played; show a picture, or hide less")
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "ivg", Sizes: sizes, Seed: seed, Batch: c.Batch, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if err := l.Compile(l.trace, workers); err != nil {
		return nil, err
	}
	l.windows = windows.Memory(&l.Learner, l.steps(), l.stateSize())
	if c.ValueTarget == VTrace {
		l.windows.LogProbability = l.Memory("log_probability")
	}
	return l, nil
}

// steps is how many a window of replay has.
func (l *learner) steps() int { return l.config.Window + l.config.History - 1 }

// build makes the parameters.
func (l *learner) build(random *rand.Rand) {
	c, sizes := l.config, l.Sizes
	valued := c.LatentSize + sizes.Tasks
	if !c.Imagine {
		valued += sizes.Action
	}
	newValue := func() head { return newHead(valued, c.CriticLayers, 1, c.ValueScale, smallScale, random) }
	l.model = newModel(c, blind(sizes), random)
	l.reward = newHead(c.LatentSize+sizes.Action, c.ModelLayers, max(1, sizes.Tasks), 1, 1, random)
	l.policy = newPolicy(c, sizes, random)
	l.value = newValue()
	l.target.value = newValue()
	l.Online, l.Target = grad.TreeOf(l.value), grad.TreeOf(l.target.value)
	if c.ValueTarget == VTrace {
		encoder := newEncoder(c, blind(sizes), random)
		l.target.encoder = &encoder
		l.Online = append(l.Online, grad.TreeOf(l.model.Encoder)...)
		l.Target = append(l.Target, grad.TreeOf(encoder)...)
	}
	l.CopyTargets()
	l.modelOptimiser = optim.NewAdam(grad.TreeOf([]any{l.model, l.reward, l.value}), c.ModelLearningRate)
	l.policyOptimiser = optim.NewAdam(grad.TreeOf(l.policy), c.PolicyLearningRate)
}

// trace traces one update: model, reward and value descend one loss, the policy its own. docs/ivg.md gives the
// formulas of the metrics.
func (l *learner) trace(t *grad.Tracer) {
	s := windows.Sampled(t, &l.Learner, l.steps())
	l.observations = s.Observation
	if l.config.ValueTarget == VTrace {
		l.logProbability = t.Input("log_probability", l.Batch, l.steps()).Transpose(1, 0).Slice(0, l.config.History-1, l.steps())
	}
	r := l.record(s)
	f := l.fit(t, r)
	var b behaviour
	if l.config.Imagine {
		b = l.imagine(t, r, f.predicted)
	} else {
		b = l.climb(t, r)
	}
	loss := f.loss.Add(b.valueLoss.Mul(grad.Scalar(l.config.ValueWeight)))
	modelNorm := l.modelOptimiser.Minimise(t, loss, l.config.GradientNorm)
	policyNorm := l.policyOptimiser.Minimise(t, b.policyLoss, l.config.PolicyGradientNorm)
	for _, metric := range []struct {
		name  string
		value *grad.Value
	}{
		{"model/loss", loss}, {"model/observation", f.observation}, {"model/consistency", f.consistency},
		{"model/reward", f.reward}, {"model/gradient_norm", modelNorm}, {"model/latent_size", f.predicted.Abs().Mean()},
		{"value/loss", b.valueLoss}, {"value/mean", b.value}, {"value/ratio", b.ratio}, {"imagined/reward", b.reward},
		{"policy/loss", b.policyLoss}, {"policy/kl", b.divergence}, {"policy/mean_size", b.meanSize},
		{"policy/deviation", b.deviation}, {"policy/gradient_norm", policyNorm},
	} {
		if metric.value != nil {
			l.Report.Add(t, metric.name, metric.value)
		}
	}
}

// Step makes one update from windows drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	if err := experience.SampleWindows(l.windows, l.steps()); err != nil {
		return err
	}
	return l.Update()
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	parts := []agent.Part{
		{Name: "model", Tree: grad.TreeOf(l.model)},
		{Name: "reward", Tree: grad.TreeOf(l.reward)},
		{Name: "value", Tree: grad.TreeOf(l.value)},
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "target_value", Tree: grad.TreeOf(l.target.value), CopyOf: "value"},
		{Name: "model_optimiser", Tree: grad.TreeOf(l.modelOptimiser)},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
	}
	if l.target.encoder != nil {
		parts = append(parts, agent.Part{Name: "target_encoder", Tree: grad.TreeOf(l.target.encoder), CopyOf: "model/encoder"})
	}
	return parts
}
