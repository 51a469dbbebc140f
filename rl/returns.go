package rl

import "github.com/reverie-rl/reverie/grad"

// TemporalDifferences are the errors of one-step predictions (Sutton and Barto, 2018, equation 6.5):
//
//	δ_t = r_t+1 + γ d_t+1 V_t+1 - V_t
//
// for windows of steps; returns [batch, T].
func TemporalDifferences(values, rewards, discounts *grad.Value, gamma float64) *grad.Value {
	length := rewards.Shape()[1]
	next := discounts.Mul(grad.Scalar(gamma)).Mul(values.Slice(1, 1, length+1))
	return rewards.Add(next).Sub(values.Slice(1, 0, length))
}

// NStepReturns are the returns over n steps, or up to the end of the window where that is closer
// (Sutton and Barto, 2018, equation 7.1):
//
//	G_t = r_t+1 + γ d_t+1 (r_t+2 + ... + γ d_t+n V_t+n)
//
// for windows of steps; returns [batch, T], through which gradients flow.
func NStepReturns(values, rewards, discounts *grad.Value, gamma float64, n int) *grad.Value {
	length := rewards.Shape()[1]
	discounts = discounts.Mul(grad.Scalar(gamma))
	last := values.Slice(1, length, length+1)
	returns := values
	for range min(n, length) {
		returns = rewards.Add(discounts.Mul(returns.Slice(1, 1, length+1))).Concat(1, last)
	}
	return returns.Slice(1, 0, length)
}

// LambdaReturns are the targets of TD(λ), mixtures of the returns over all numbers of steps (Sutton
// and Barto, 2018, equation 12.2; Hafner et al., 2020, "Dream to Control", equation 6):
//
//	G_t = r_t+1 + γ d_t+1 [ (1 - λ) V_t+1 + λ G_t+1 ],   G_T = V_T
//
// for windows of steps; λ is a number, or [batch, T] with one for each step: 0 where the window ends
// earlier than the others, so that the return bootstraps there. Returns [batch, T], through which gradients
// flow.
func LambdaReturns(values, rewards, discounts *grad.Value, gamma float64, lambda grad.Operand) *grad.Value {
	length := rewards.Shape()[1]
	discounts = discounts.Mul(grad.Scalar(gamma))
	next, last := values.Slice(1, 1, length+1), values.Slice(1, length, length+1)
	continued := discounts.Mul(lambda)
	first := rewards.Add(discounts.Sub(continued).Mul(next))
	decay := continued.Pad(1, 0, 1)
	return backward(first.Concat(1, last), decay).Slice(1, 0, length)
}

// backward solves y_t = x_t + decay_t · y_t+1 along the steps of windows [batch, T].
func backward(x, decay *grad.Value) *grad.Value {
	return x.Transpose(1, 0).BackwardRecurrence(decay.Transpose(1, 0)).Transpose(1, 0)
}

// ExpectedSARSA is the target that bootstraps with the expected value of the policy's next action
// (van Seijen et al., 2009, equation 5), the expectation taken over sampled actions:
//
//	y = R + D · mean_i Q(s', a_i)
//
// reward R [batch] may be the sum over several steps, and discount D [batch] that of the value behind
// them; values [samples, batch]. No gradient flows through the result, [batch].
func ExpectedSARSA(reward, discount, values *grad.Value) *grad.Value {
	return reward.Add(discount.Mul(values.Mean(0))).Stop()
}
