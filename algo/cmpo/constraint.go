package cmpo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// constraint is a lower bound on the mean per step of an objective; costs count with a minus.
type constraint struct {
	objective int // its number
	bound     float64
}

// multiplier is λ of one constraint. One of its parameters is in use.
type multiplier struct {
	Global optim.Dual   // one number
	State  critic.State // a network of the state
}

// newMultipliers returns a multiplier for each of so many constraints.
func newMultipliers(c *Config, observation, count int, random *rand.Rand) []multiplier {
	var all []multiplier
	raw := float32(c.InitialMultiplier + math.Log(-math.Expm1(-c.InitialMultiplier))) // of which it is the softplus
	for range count {
		if c.Multiplier == MultiplierGlobal {
			all = append(all, multiplier{Global: optim.NewDual(1, raw)})
			continue
		}
		network := critic.NewState(observation, c.MultiplierLayers, random)
		network.Head.Bias.Filled(raw)
		all = append(all, multiplier{State: network})
	}
	return all
}

// value is λ in states [states, observation]: [1] or [states].
func (m multiplier) value(t *grad.Tracer, states *grad.Value) *grad.Value {
	if m.Global.Raw != nil {
		return m.Global.Value(t)
	}
	return m.State.Value(states).Softplus()
}

// project brings a multiplier back that has sunk too far to recover.
func (m multiplier) project() {
	if m.Global.Raw != nil {
		m.Global.Project()
	}
}

// relaxation is the Lagrangian relaxation of the constraints in some states.
type relaxation struct {
	lambdas []*grad.Value // [1] or [states] each
	margins []*grad.Value // by how much each bound is kept, in units of the objective, [states]
	loss    *grad.Value   // of the multipliers, a scalar; nil without constraints
}

// relax traces the multipliers in states [states, observation], whose values by each objective, [states], are in units
// of its scale, [1], and their loss, that part of the paper's Lagrangian in means per step:
//
//	mean Σ_k λ_k(s) ((1 - γ) V_k(s) - b_k / c_k)
func (l *learner) relax(t *grad.Tracer, states *grad.Value, values, scales []*grad.Value) relaxation {
	var r relaxation
	for i, constraint := range l.constraints {
		k, lambda := constraint.objective, l.multipliers[i].value(t, states)
		mean := values[k].Mul(grad.Scalar(l.signs[k] * (1 - l.config.Discount)))
		margin := mean.Sub(t.Value(grad.Scalar(constraint.bound)).Div(scales[k])).Stop()
		own := lambda.Mul(margin).Mean()
		if r.loss == nil {
			r.loss = own
		} else {
			r.loss = r.loss.Add(own)
		}
		r.lambdas, r.margins = append(r.lambdas, lambda.Stop()), append(r.margins, margin.Mul(scales[k]))
	}
	return r
}

// mix is Q_λ of the values [samples, states] by each objective: the goal and the bounds by their multipliers, divided by
// the sum of all weights.
func (l *learner) mix(values, lambdas []*grad.Value) *grad.Value {
	var sum *grad.Value
	add := func(value *grad.Value) {
		if sum == nil {
			sum = value
		} else {
			sum = sum.Add(value)
		}
	}
	for _, k := range l.goals {
		add(l.signed(values, k))
	}
	var total *grad.Value
	for i, constraint := range l.constraints {
		add(l.signed(values, constraint.objective).Mul(lambdas[i]))
		if total == nil {
			total = lambdas[i].Add(grad.Scalar(1))
		} else {
			total = total.Add(lambdas[i])
		}
	}
	if total == nil {
		return sum
	}
	return sum.Div(total)
}

// signed is the values by objective k, of which more is better.
func (l *learner) signed(values []*grad.Value, k int) *grad.Value {
	if l.signs[k] < 0 {
		return values[k].Neg()
	}
	return values[k]
}

// report names the metrics of each constraint, by the number of its objective, counted from 1; docs/cmpo.md gives their
// formulas.
func (l *learner) report(t *grad.Tracer, r relaxation) {
	for i, constraint := range l.constraints {
		name := fmt.Sprintf("constraint_%d", constraint.objective+1)
		l.Report.Add(t, name+"/multiplier", r.lambdas[i].Mean())
		l.Report.Add(t, name+"/margin", r.margins[i].Mean())
	}
}
