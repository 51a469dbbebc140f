package improvement

import (
	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/rl"
)

// ChoiceSettings are the bounds of the E- and the M-step for discrete actions.
type ChoiceSettings struct {
	Epsilons      []float64 // KL of the E-step for each objective
	EpsilonPolicy float64   // KL of the M-step

	// The temperatures and the multiplier start at the softplus of these.
	InitialTemperature, InitialMultiplier float64

	LearningRate float64 // of the multiplier
}

// ChoiceOperator is the Operator for discrete actions. All of them are weighed, none is sampled, and the temperatures
// are solved for.
type ChoiceOperator struct {
	Temperatures []Temperature
	Multiplier   optim.Dual

	settings  ChoiceSettings
	optimiser *optim.Adam
}

// NewChoices returns an operator for any number of choices.
func NewChoices(s ChoiceSettings) ChoiceOperator {
	o := ChoiceOperator{Multiplier: optim.NewDual(1, float32(s.InitialMultiplier)), settings: s}
	for range s.Epsilons {
		o.Temperatures = append(o.Temperatures, newTemperature(Settings{Temperature: TemperatureExact, InitialTemperature: s.InitialTemperature}))
	}
	o.optimiser = optim.NewAdam(grad.TreeOf(o.Multiplier), s.LearningRate)
	return o
}

// Optimiser is that of the multiplier.
func (o ChoiceOperator) Optimiser() *optim.Adam { return o.optimiser }

// Project brings a multiplier back that has sunk too far to recover. It is called after every update.
func (o ChoiceOperator) Project() { o.Multiplier.Project() }

// ChoiceImprovement is the losses of the E- and the M-step.
type ChoiceImprovement struct {
	Policy, Dual *grad.Value   // scalars
	Temperatures []*grad.Value // of each objective, [1]

	kl, entropy *grad.Value // scalars
}

// Improve traces the improvement of the online policy in states where all choices have these values, [choices, states]
// for each objective. Both policies are [states, choices].
func (o ChoiceOperator) Improve(t *grad.Tracer, online, target dist.Categorical, values []*grad.Value) ChoiceImprovement {
	target = target.Stop()
	probabilities := target.Probabilities().Transpose(1, 0)
	i := ChoiceImprovement{kl: target.KL(online).Mean(), entropy: online.Entropy().Mean()}
	for k, own := range values {
		eta := o.Temperatures[k].traceChoices(t, own, probabilities, o.settings.Epsilons[k])
		i.Temperatures = append(i.Temperatures, eta)
		i.Policy = plus(i.Policy, rl.ChoiceMStep(rl.ChoiceWeights(own, target, eta), online))
	}
	term, dual := rl.TrustRegion(i.kl.Reshape(1), o.Multiplier.Value(t), o.settings.EpsilonPolicy)
	i.Policy, i.Dual = i.Policy.Add(term), dual
	return i
}

// Minimise traces one step of the multiplier.
func (o ChoiceOperator) Minimise(t *grad.Tracer, i ChoiceImprovement) {
	o.optimiser.Minimise(t, i.Dual, 0)
}

// Report names the metrics of an improvement; docs/mompo.md gives their formulas.
func (o ChoiceOperator) Report(t *grad.Tracer, r *report.Report, i ChoiceImprovement) {
	r.Add(t, "dual/loss", i.Dual)
	r.Add(t, "trust_region/kl_relative", i.kl.Mul(grad.Scalar(1/o.settings.EpsilonPolicy)))
	r.Add(t, "trust_region/multiplier", o.Multiplier.Value(t).Mean())
	r.Add(t, "policy/entropy", i.entropy)
}
