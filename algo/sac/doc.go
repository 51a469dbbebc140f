// Package sac is Soft Actor-Critic (Haarnoja et al., 2018, arXiv 1801.01290; with a learned
// temperature, 2018b, "Soft Actor-Critic Algorithms and Applications", arXiv 1812.05905): off-policy
// policy gradient that maximises the return and the entropy of the policy together.
//
// # Policy evaluation
//
// Two critics Q_1 and Q_2 are regressed on returns that bootstrap with the smaller value of their
// target copies, marked by a prime, and count the entropy of the action at the temperature α (2018b,
// equations 5 and 6):
//
//	y = R + D · [ min_k Q'_k(s', a') - α log π(a'|s') ],   a' ~ π(·|s')
//	loss = Σ_k mean ½ (Q_k(s, a) - y)²
//
// where R is the discounted sum of n rewards, and D = γⁿ times the product of the
// discounts, which is 0 if the episode was terminated within. The target copies follow slowly
// (optim.Average).
//
// # Policy improvement
//
// An action is a' = tanh(μ(s') + σ(s') ξ) with ξ ~ N(0, 1), and gradients flow through it (ibid.,
// equation 9):
//
//	loss = mean [ α log π(a'|s') - min_k Q_k(s', a') ]
//
// # Temperature
//
// It rises while the entropy is below its target H̄ and falls while it is above (ibid., equation 18):
//
//	loss = α mean [ -log π(a'|s') - H̄ ],   H̄ = target_entropy · action dimensions
//
// # What differs from the papers
//
//   - The policy improves in the states s', with the actions that the bootstrap has drawn.
//   - The networks begin with layer normalisation and tanh, as those of the other algorithms here. The
//     deviation is the softplus of the network's output and starts at 1, where tanh of the noise is
//     nearly uniform, in place of a first phase of uniform actions.
//   - Returns are n-step, with five rewards by default; the entropy of the actions between is left out.
//     The papers take one.
//   - α is the softplus of what is learned.
package sac
