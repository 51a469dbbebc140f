// Package improvement is the improvement of a Gaussian policy from sampled actions and their values,
// as MPO does it: weights that a better policy within a small divergence would give the actions, and a
// weighted likelihood within separate trust regions for the mean and the deviation. Several objectives weigh the
// actions each by itself, and the policy is fitted to the sum of the weights (Abdolmaleki et al., 2020). The mathematics is
// in package rl; here are the temperatures and multipliers that it learns.
package improvement

import (
	"math"

	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/rl"
)

// Settings are the bounds of the E- and the M-step and how their duals are found.
type Settings struct {
	Temperature      string    // TemperatureExact or TemperatureAdam
	Epsilon          float64   // KL of the E-step
	Others           []float64 // the same for each further objective
	EpsilonPenalty   float64   // KL of the action penalty; 0 for no penalty
	EpsilonMean      float64   // KL of the M-step for each dimension's mean
	EpsilonDeviation float64   // and for its deviation

	// The multipliers start at the softplus of these.
	InitialTemperature, InitialMean, InitialDeviation float64

	LearningRate float64 // of the duals
}

// Operator is the state of the improvement: its duals, with their optimiser.
type Operator struct {
	Temperature, Penalty Temperature
	Mean, Deviation      optim.Dual
	Others               []Temperature // of further objectives

	settings  Settings
	duals     []optim.Dual // all of them, some not in use
	optimiser *optim.Adam
}

// New returns an operator for actions of this size.
func New(s Settings, action int) Operator {
	o := Operator{
		Temperature: newTemperature(s),
		Mean:        optim.NewDual(action, float32(s.InitialMean)),
		Deviation:   optim.NewDual(action, float32(s.InitialDeviation)),
		settings:    s,
	}
	if s.EpsilonPenalty > 0 {
		o.Penalty = newTemperature(s)
	}
	o.duals = []optim.Dual{o.Temperature.Dual, o.Penalty.Dual, o.Mean, o.Deviation}
	for range s.Others {
		further := newTemperature(s)
		o.Others, o.duals = append(o.Others, further), append(o.duals, further.Dual)
	}
	o.optimiser = optim.NewAdam(grad.TreeOf(o.duals), s.LearningRate)
	return o
}

// Optimiser is that of the duals.
func (o Operator) Optimiser() *optim.Adam { return o.optimiser }

// Project brings duals back that have sunk too far to recover. It is called after every update.
func (o Operator) Project() {
	for _, dual := range o.duals {
		if dual.Raw != nil {
			dual.Project()
		}
	}
}

// Sampled is what the E-step knows of some states: the target policy there, actions drawn from it,
// and what they are worth.
type Sampled struct {
	Target  dist.Gaussian // [states, action]
	Actions *grad.Value   // [samples, states, action]
	Values  *grad.Value   // [samples, states]
	Others  []*grad.Value // what they are worth by further objectives, each [samples, states]
}

// objective is one way to value actions, with the bound and the temperature of its softmax.
type objective struct {
	temperature Temperature
	values      *grad.Value // [samples, states]
	epsilon     float64
}

// objectives lists what the actions are weighed by: their values, further objectives, and the action penalty.
func (o Operator) objectives(states Sampled) []objective {
	all := []objective{{o.Temperature, states.Values, o.settings.Epsilon}}
	for i, values := range states.Others {
		all = append(all, objective{o.Others[i], values, o.settings.Others[i]})
	}
	if o.settings.EpsilonPenalty > 0 {
		all = append(all, objective{o.Penalty, rl.BoundPenalty(states.Actions), o.settings.EpsilonPenalty})
	}
	return all
}

// weigh traces the E-step for each objective by itself: temperatures, and weights [samples, states] of the actions.
// The loss of the temperatures is nil if they are solved for.
func (o Operator) weigh(t *grad.Tracer, states Sampled) (etas, weights []*grad.Value, loss *grad.Value) {
	for _, one := range o.objectives(states) {
		eta, own := one.temperature.trace(t, one.values, one.epsilon)
		etas, weights = append(etas, eta), append(weights, rl.Weights(one.values, eta))
		loss = plus(loss, own)
	}
	return etas, weights, loss
}

// plus is the sum of two values, of which each may be nil.
func plus(a, b *grad.Value) *grad.Value {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return a.Add(b)
}

// Improvement is the losses of the E- and the M-step.
type Improvement struct {
	Policy, Dual *grad.Value   // scalars
	Temperatures []*grad.Value // of each objective, that of the action penalty last; each [1]

	online              dist.Gaussian
	values, weights     *grad.Value // of the first objective
	meanKL, deviationKL *grad.Value // [action]
}

// Improve traces the improvement of the online policy [states, action] in the sampled states.
func (o Operator) Improve(t *grad.Tracer, online dist.Gaussian, states Sampled) Improvement {
	s := o.settings
	etas, weights, temperatureLoss := o.weigh(t, states)
	all := weights[0]
	for _, further := range weights[1:] {
		all = all.Add(further)
	}
	meanKL, deviationKL := rl.DecoupledKL(online, states.Target)
	meanTerm, meanDual := rl.TrustRegion(meanKL, o.Mean.Value(t), s.EpsilonMean)
	deviationTerm, deviationDual := rl.TrustRegion(deviationKL, o.Deviation.Value(t), s.EpsilonDeviation)
	dual := plus(meanDual.Add(deviationDual), temperatureLoss)
	policy := rl.MStep(all, states.Actions, online, states.Target).Add(meanTerm).Add(deviationTerm)
	return Improvement{policy, dual, etas, online, states.Values, weights[0], meanKL, deviationKL}
}

// Minimise traces one step of the duals.
func (o Operator) Minimise(t *grad.Tracer, i Improvement) { o.optimiser.Minimise(t, i.Dual, 0) }

// Report names the metrics of an improvement; docs/mpo.md gives their formulas.
func (o Operator) Report(t *grad.Tracer, r *report.Report, i Improvement) {
	s, samples := o.settings, float64(i.values.Shape()[0])
	spread := i.values.Sub(i.values.Mean(0)).Square().Mean(0).Sqrt().Mean()
	klWeights := i.weights.Max(grad.Scalar(1e-30)).Log().Add(grad.Scalar(math.Log(samples))).Mul(i.weights).Sum(0).Mean()
	r.Add(t, "dual/loss", i.Dual)
	r.Add(t, "critic/value_spread", spread)
	r.Add(t, "improvement/temperature", i.Temperatures[0])
	r.Add(t, "improvement/kl_relative", klWeights.Mul(grad.Scalar(1/s.Epsilon)))
	r.Add(t, "trust_region/mean_kl_relative", i.meanKL.Mean().Mul(grad.Scalar(1/s.EpsilonMean)))
	r.Add(t, "trust_region/deviation_kl_relative", i.deviationKL.Mean().Mul(grad.Scalar(1/s.EpsilonDeviation)))
	r.Add(t, "trust_region/mean_multiplier", o.Mean.Value(t).Mean())
	r.Add(t, "trust_region/deviation_multiplier", o.Deviation.Value(t).Mean())
	r.Add(t, "policy/mean_size", i.online.Mean.Abs().Mean())
	r.Add(t, "policy/deviation", i.online.Deviation.Mean())
}
