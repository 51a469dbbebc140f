package mpo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// Streams of the random generator.
const (
	streamParameters = iota + 1
	streamLearner
	streamPolicy
)

// learner is MPO's state: networks, their target copies, multipliers and optimisers, and the traced
// update that changes them.
type learner struct {
	config  *Config
	sizes   agent.Sizes
	seed    uint64
	updates int64

	policy, targetPolicy                gaussian.Network
	critic, targetCritic                critic
	temperature, penalty                temperature
	meanMultiplier, deviationMultiplier optim.Dual

	online, target grad.Tree // policy and critic, and their target copies

	policyOptimiser, criticOptimiser, dualOptimiser *optim.Adam

	step        *grad.Executable[float32]
	transitions replay.Transitions // the step's inputs, with TargetNStep
	sequences   replay.Sequences   // and with TargetRetrace
	report      report.Report
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, ok := config.(*Config)
	if !ok {
		return nil, fmt.Errorf("mpo: the configuration is a %T", config)
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	l := &learner{config: c, sizes: sizes, seed: seed}
	l.build(rand.New(rand.NewPCG(seed, streamParameters)))
	program, err := grad.Trace(l.trace)
	if err != nil {
		return nil, err
	}
	if l.step, err = grad.Compile(program, workers); err != nil {
		return nil, err
	}
	l.bind()
	return l, nil
}

// build makes the parameters.
func (l *learner) build(random *rand.Rand) {
	c := l.config
	l.policy, l.critic = newPolicy(c, l.sizes, random), newCritic(c, l.sizes, random)
	l.targetPolicy, l.targetCritic = newPolicy(c, l.sizes, random), newCritic(c, l.sizes, random)
	l.online = grad.TreeOf([]any{l.policy, l.critic})
	l.target = grad.TreeOf([]any{l.targetPolicy, l.targetCritic})
	l.copyTargets()
	l.temperature = newTemperature(c)
	duals := []any{l.temperature}
	if c.EpsilonPenalty > 0 {
		l.penalty = newTemperature(c)
		duals = append(duals, l.penalty)
	}
	l.meanMultiplier = optim.NewDual(l.sizes.Action, float32(c.InitialMeanMultiplier))
	l.deviationMultiplier = optim.NewDual(l.sizes.Action, float32(c.InitialDeviationMultiplier))
	duals = append(duals, l.meanMultiplier, l.deviationMultiplier)
	var descended grad.Tree
	for _, named := range grad.TreeOf(duals) {
		if named.Parameter != l.temperature.Solved && named.Parameter != l.penalty.Solved {
			descended = append(descended, named)
		}
	}
	l.policyOptimiser = optim.NewAdam(grad.TreeOf(l.policy), c.LearningRate)
	l.criticOptimiser = optim.NewAdam(grad.TreeOf(l.critic), c.LearningRate)
	l.dualOptimiser = optim.NewAdam(descended, c.DualLearningRate)
}

// trace traces one update.
func (l *learner) trace(t *grad.Tracer) {
	var e evaluation
	if l.config.Target == TargetRetrace {
		e = l.evaluateRetrace(t)
	} else {
		e = l.evaluateNStep(t)
	}
	i := l.improve(t, e.states)
	if l.config.Cloning > 0 {
		i.policy = i.policy.Add(l.clone(t, e, i.online).Mul(grad.Scalar(l.config.Cloning)))
	}
	limit := l.config.GradientNorm
	criticNorm := l.criticOptimiser.Minimise(t, e.loss, limit)
	policyNorm := l.policyOptimiser.Minimise(t, i.policy, limit)
	l.dualOptimiser.Minimise(t, i.dual, 0)
	l.measure(t, e, i, criticNorm, policyNorm)
}

// measure names the metrics of an update; docs/mpo.md gives their formulas.
func (l *learner) measure(t *grad.Tracer, e evaluation, i improvement, criticNorm, policyNorm *grad.Value) {
	samples := float64(l.config.Samples)
	values := e.states.values
	spread := values.Sub(values.Mean(0)).Square().Mean(0).Sqrt().Mean()
	klWeights := i.weights.Max(grad.Scalar(1e-30)).Log().Add(grad.Scalar(math.Log(samples))).Mul(i.weights).Sum(0).Mean()
	for _, metric := range []struct {
		name  string
		value *grad.Value
	}{
		{"critic/loss", e.loss},
		{"policy/loss", i.policy},
		{"dual/loss", i.dual},
		{"critic/value", e.value},
		{"critic/value_spread", spread},
		{"improvement/temperature", i.eta},
		{"improvement/kl_relative", klWeights.Mul(grad.Scalar(1 / l.config.Epsilon))},
		{"trust_region/mean_kl_relative", i.meanKL.Mean().Mul(grad.Scalar(1 / l.config.EpsilonMean))},
		{"trust_region/deviation_kl_relative", i.deviationKL.Mean().Mul(grad.Scalar(1 / l.config.EpsilonDeviation))},
		{"trust_region/mean_multiplier", l.meanMultiplier.Value(t).Mean()},
		{"trust_region/deviation_multiplier", l.deviationMultiplier.Value(t).Mean()},
		{"policy/mean_size", i.online.Mean.Abs().Mean()},
		{"policy/deviation", i.online.Deviation.Mean()},
		{"critic/gradient_norm", criticNorm},
		{"policy/gradient_norm", policyNorm},
	} {
		l.report.Add(t, metric.name, metric.value)
	}
}

// bind connects batches and metrics to the memory of the traced step.
func (l *learner) bind() {
	l.report.Bind(l.step)
	in := l.step.Input
	if l.config.Target == TargetRetrace {
		l.sequences = replay.Sequences{
			Observation: in("observation"), Action: in("action"), LogProbability: in("log_probability"),
			Reward: in("reward"), Discount: in("discount"),
		}
		return
	}
	l.transitions = replay.Transitions{
		Observation: in("observation"), Action: in("action"), LogProbability: make([]float32, l.config.Batch),
		Reward: in("reward"), Discount: in("discount"), Next: in("next"),
	}
}

// Step makes one update from a batch drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	var err error
	if l.config.Target == TargetRetrace {
		err = experience.SampleSequences(l.sequences, l.config.SequenceLength)
	} else {
		err = experience.SampleTransitions(l.transitions, l.config.NStep, l.config.Discount)
	}
	if err != nil {
		return err
	}
	if l.updates%l.config.TargetPeriod == 0 {
		l.copyTargets()
	}
	return l.update()
}

// update runs the traced step on the batch that is in place.
func (l *learner) update() error {
	l.step.Seed(l.seed, uint64(l.updates))
	l.step.Run()
	for _, dual := range []optim.Dual{l.temperature.Dual, l.penalty.Dual, l.meanMultiplier, l.deviationMultiplier} {
		if dual.Raw != nil {
			dual.Project()
		}
	}
	l.updates++
	if err := l.report.Read(); err != nil {
		return fmt.Errorf("mpo: update %d: %w", l.updates, err)
	}
	return nil
}

// Programs is the traced step.
func (l *learner) Programs() []*grad.Executable[float32] {
	return []*grad.Executable[float32]{l.step}
}

// copyTargets sets the target networks to the online ones.
func (l *learner) copyTargets() {
	for i, target := range l.target {
		copy(target.Data, l.online[i].Data)
	}
}

// Metrics describes the last update.
func (l *learner) Metrics() track.Metrics { return l.report.Metrics() }

// Updates is the number of updates made.
func (l *learner) Updates() int64 { return l.updates }

// Resume sets the number of updates made.
func (l *learner) Resume(updates int64) { l.updates = updates }

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	duals := struct {
		Temperature, Penalty temperature
		Mean, Deviation      optim.Dual
	}{l.temperature, l.penalty, l.meanMultiplier, l.deviationMultiplier}
	return []agent.Part{
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "critic", Tree: grad.TreeOf(l.critic)},
		{Name: "target_policy", Tree: grad.TreeOf(l.targetPolicy)},
		{Name: "target_critic", Tree: grad.TreeOf(l.targetCritic)},
		{Name: "duals", Tree: grad.TreeOf(duals)},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
		{Name: "critic_optimiser", Tree: grad.TreeOf(l.criticOptimiser)},
		{Name: "dual_optimiser", Tree: grad.TreeOf(l.dualOptimiser)},
	}
}
