// Package mompo is MO-MPO, Multi-Objective Maximum a Posteriori Policy Optimisation (Abdolmaleki et al., 2020, "A
// Distributional View on Multi-Objective Policy Optimization", arXiv 2005.07513), for continuous and discrete actions:
// MPO for several objectives that pull apart. What each may ask for is bounded by how far it may move the distribution
// of actions, not by a weight of its reward, so that units do not matter.
//
// # Policy evaluation
//
// Each objective k has a critic Q_k of its own, of the one policy:
//
//	y_k = R_k / c_k + D · mean_i Q'_k(s', a_i),   a_i ~ π'(·|s'),   i = 1 ... samples
//	loss = Σ_k mean ½ (Q_k(s, a) - y_k)²
//
// where R_k is the discounted sum of n rewards of objective k and D = γⁿ times the product of the discounts. c_k is the
// largest |R_k| seen so far (objectives.Scales). What follows is free of scale, and a critic learns numbers of the size
// of 1 / (1 - γ) whatever its objective is given in.
//
// # E-step
//
// For each objective by itself, as in package mpo, within a divergence ε_k, its preference (improvement.Operator):
//
//	w_ki = softmax_i Q'_k(s', a_i) / η_k,   η_k = argmin g_k(η) = η ε_k + η mean log mean_i exp(Q'_k(s', a_i) / η)
//
// # M-step
//
// That of package mpo with the weights w_i = Σ_k w_ki: all objectives pull at one policy, within its trust region, and
// those with a larger ε_k pull harder. MPO's penalty for actions outside of the bounds is one more objective.
//
// Of discrete actions all are weighed, and the policy is a categorical distribution with one trust region
// (rl.ChoiceWeights, rl.ChoiceMStep):
//
//	w_ki = π'(a_i|s') exp(Q'_k(s', a_i) / η_k) / Σ_i π'(a_i|s') exp(Q'_k(s', a_i) / η_k)
//	loss = - mean Σ_i w_i log π(a_i|s') + α KL(π' ‖ π)
//
// and V_k(s') = Σ_i π'(a_i|s') Q'_k(s', a_i) bootstraps.
//
// A task without objectives has one, its reward.
//
// # What differs from the paper
//
//   - Critics are regressed on n-step returns, not on Retrace's; each has its own network.
//   - Rewards are divided by c_k. The paper's critics learn them as they are, and only its E-step is free of scale.
//   - Temperatures are solved for each batch, by a search on the dual function.
//   - A preference below 0 is that of an objective of which less is better.
package mompo
