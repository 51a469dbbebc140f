// Package mpo is Maximum a Posteriori Policy Optimisation (Abdolmaleki et al., 2018,
// arXiv 1806.06920; Relative Entropy Regularized Policy Iteration, 2018b, arXiv 1812.02256):
// off-policy policy iteration for continuous actions in three decoupled steps.
//
// # Policy evaluation
//
// A critic Q is regressed on returns that bootstrap with the target networks, marked by a prime:
//
//	y = R + D · mean_i Q'(s', a_i),   a_i ~ π'(·|s'),   i = 1 ... samples
//	loss = mean ½ (Q(s, a) - y)²
//
// where R is the discounted sum of n rewards and D = γⁿ times the product of the discounts, which is
// 0 if the episode was terminated within. With target = "retrace" y is the Retrace(λ) return along a
// window of steps, corrected by the stored log-probabilities of the behaviour (rl.Retrace).
//
// # E-step
//
// In the states s', the sampled actions are weighted as by a policy that is better than π' and no
// further than KL = ε from it (rl.Weights):
//
//	w_i = softmax_i Q'(s', a_i) / η,   η = argmin g(η) = η ε + η mean log mean_i exp(Q'(s', a_i) / η)
//
// A second set of weights, added to the first, prefers actions within the bounds (rl.BoundPenalty).
//
// # M-step
//
// The policy N(μ, σ) is fitted to the weighted actions. The mean moves with the target's deviation
// and the deviation with the target's mean, each within a trust region of its own for every action
// dimension, whose multipliers α are learned (rl.MStep, rl.DecoupledKL, rl.TrustRegion):
//
//	loss = - mean Σ_i w_i [ log N(a_i; μ, σ') + log N(a_i; μ', σ) ]
//	       + Σ_d α_μd KL(N(μ'_d, σ'_d) ‖ N(μ_d, σ'_d)) + Σ_d α_σd KL(N(μ'_d, σ'_d) ‖ N(μ'_d, σ_d))
//
// # Learning from a fixed set of experience
//
// Where nothing new is recorded, the policy finds actions that nobody took and that the critic
// overrates, and the bootstrap spreads their values. With cloning > 0 the policy's loss has a further
// term, which is critic-regularised regression (Wang et al., 2020, arXiv 2006.15134, its exponential
// filter) on the recorded pairs (o, a) of the batch (rl.AdvantageWeights):
//
//	cloning · mean - f(A) log π(clip(a, -1, 1) | o),   f(A) = min(exp(A), 20)
//	A = Q'(o, a) - mean_i Q'(o, a_i),   a_i ~ π'(·|o)
//
// It raises the likelihood of what was done, and most of all of what was better than the policy would
// have done. Actions are clipped as the environment clips them; package bc tells what that means. The
// states o are sampled in beside the states s', so that the trust region holds where the cloning
// pulls; with Retrace the windows hold them anyway.
//
// # What differs from the papers
//
//   - The temperature is solved for each batch, by a search on the dual function; with
//     temperature = "adam" it takes one step of Adam on it, as Acme does.
//   - Returns are n-step by default, as in Acme; the papers use Retrace.
//   - The covariance is diagonal; the networks begin with layer normalisation and tanh, as in Acme.
//   - Cloning is added to the E- and M-step; critic-regularised regression is that term alone.
//   - The improvement uses the states s' that the bootstrap has sampled actions for, so that the
//     critic is asked once.
package mpo
