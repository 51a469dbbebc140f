package rl

import "github.com/reverie-rl/reverie/grad"

// GeneralisedAdvantages are sums of temporal differences that trade bias for variance (Schulman et
// al., 2016, "High-dimensional continuous control using generalized advantage estimation", equation
// 16):
//
//	A_t = δ_t + γ λ d_t+1 A_t+1
//
// for windows of steps. They are the λ-returns less the values. No gradient flows through the result,
// [batch, T].
func GeneralisedAdvantages(values, rewards, discounts *grad.Value, gamma, lambda float64) *grad.Value {
	differences := TemporalDifferences(values, rewards, discounts, gamma)
	return backward(differences, discounts.Mul(grad.Scalar(gamma*lambda))).Stop()
}

// VTrace is the off-policy actor-critic of Espeholt et al. (2018, "IMPALA", equation 1 and remark 1).
// The targets of the values are
//
//	v_t = V_t + ρ_t δ_t + γ d_t+1 c_t (v_t+1 - V_t+1),   v_T = V_T
//
// and the advantages of the recorded actions, for a policy gradient (section 4.2), are
//
//	A_t = ρ_t (r_t+1 + γ d_t+1 v_t+1 - V_t)
//
// with ρ_t = min(ρ̄, π(a_t|s_t) / μ(a_t|s_t)) and c_t = λ min(c̄, π(a_t|s_t) / μ(a_t|s_t)): the bound
// ρ̄ decides which policy the values are of, c̄ and λ how fast they become so.
//
// It is for windows of steps; logRatios [batch, T] are log π - log μ. No gradient flows through
// the results, both [batch, T].
func VTrace(values, rewards, discounts, logRatios *grad.Value, gamma, lambda, rhoBound, cBound float64) (targets, advantages *grad.Value) {
	length := rewards.Shape()[1]
	ratios := logRatios.Exp()
	rho, c := ratios.Min(grad.Scalar(rhoBound)), ratios.Min(grad.Scalar(cBound)).Mul(grad.Scalar(lambda))
	differences := TemporalDifferences(values, rewards, discounts, gamma)
	corrections := backward(rho.Mul(differences), discounts.Mul(grad.Scalar(gamma)).Mul(c))
	targets = values.Add(corrections.Pad(1, 0, 1)) // [batch, T+1], of which the last is V_T
	next := discounts.Mul(grad.Scalar(gamma)).Mul(targets.Slice(1, 1, length+1))
	advantages = rho.Mul(rewards.Add(next).Sub(values.Slice(1, 0, length)))
	return targets.Slice(1, 0, length).Stop(), advantages.Stop()
}
