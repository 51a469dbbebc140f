package rl

import "github.com/reverie-rl/reverie/grad"

// Retrace is the off-policy return of Munos et al. (2016, "Safe and efficient off-policy
// reinforcement learning", equation 4) for each step of windows of T consecutive steps:
//
//	G_t = r_t+1 + γ d_t+1 [ V_t+1 + c_t+1 (G_t+1 - Q_t+1) ],   c_t = λ min(1, π(a_t|s_t) / μ(a_t|s_t))
//
// where the last step of a window bootstraps with V_T alone.
//
// values [batch, T+1] are V(s_0) ... V(s_T); actionValues [batch, T] are Q(s_t, a_t); rewards and
// discounts [batch, T] followed a_t; logRatios [batch, T] are log π(a_t|s_t) - log μ(a_t|s_t). No
// gradient flows through the result, [batch, T].
func Retrace(values, actionValues, rewards, discounts, logRatios *grad.Value, gamma, lambda float64) *grad.Value {
	length := rewards.Shape()[1]
	at := func(x *grad.Value, t int) *grad.Value { return x.Slice(1, t, t+1) }
	traces := logRatios.Min(grad.Scalar(0)).Exp().Mul(grad.Scalar(lambda))
	discounts = discounts.Mul(grad.Scalar(gamma))
	returns := make([]*grad.Value, length)
	next := at(values, length)
	for t := length - 1; t >= 0; t-- {
		returns[t] = at(rewards, t).Add(at(discounts, t).Mul(next))
		correction := at(traces, t).Mul(returns[t].Sub(at(actionValues, t)))
		next = at(values, t).Add(correction)
	}
	rest := make([]grad.Operand, length-1)
	for t, value := range returns[1:] {
		rest[t] = value
	}
	return returns[0].Concat(1, rest...).Stop()
}
