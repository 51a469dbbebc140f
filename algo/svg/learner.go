package svg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// learner is the state that all variants have: the policy and its optimiser.
type learner struct {
	offpolicy.Learner
	config *Config

	policy          gaussian.Network
	policyOptimiser *optim.Adam
}

// newLearner returns a learner of the variant that config names.
func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("svg", config)
	if err != nil {
		return nil, err
	}
	base := learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "svg", Sizes: sizes, Seed: seed,
		Batch: c.Batch, NStep: c.NStep, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	random := rand.New(rand.NewPCG(seed, offpolicy.StreamParameters))
	base.policy = newPolicy(c, sizes, random)
	base.policyOptimiser = optim.NewAdam(grad.TreeOf(base.policy), c.policyRate())
	switch c.Variant {
	case VariantOne:
		return newOne(base, random, workers)
	case VariantInfinity:
		return newInfinity(base, random, workers)
	}
	return newZero(base, random, workers)
}

// minimise traces a step of the policy down its loss, from the distributions online that it gives in
// the states of the loss; docs/svg.md gives the formulas of the metrics.
func (l *learner) minimise(t *grad.Tracer, loss *grad.Value, online dist.Gaussian) {
	norm := l.policyOptimiser.Minimise(t, loss, l.config.GradientNorm)
	l.Report.Add(t, "policy/loss", loss)
	l.Report.Add(t, "policy/mean_size", online.Mean.Abs().Mean())
	l.Report.Add(t, "policy/deviation", online.Deviation.Mean())
	l.Report.Add(t, "policy/gradient_norm", norm)
}

// entropy is the policy's, weighted as configured [...].
func (l *learner) entropy(online dist.Gaussian) *grad.Value {
	return online.Entropy().Mul(grad.Scalar(l.config.Entropy))
}
