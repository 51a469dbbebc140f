// Package d4pg is the deterministic policy gradient with a distributional critic (Barth-Maron et al.,
// 2018, "Distributed Distributional Deterministic Policy Gradients", arXiv 1804.08617).
//
// # Policy evaluation
//
// A critic Z gives the distribution of the return of an action over fixed atoms. It is fitted to the
// distribution of n rewards and of what the target networks, marked by a prime, expect to follow,
// projected onto the same atoms (Bellemare et al., 2017, equation 7; dist.Support.Backup):
//
//	Y = R + D · Z'(s', π'(s'))
//	loss = mean [ - Σ_k Y_k log Z_k(s, a) ]
//
// where R is the discounted sum of n rewards and D = γⁿ times the product of the discounts, which is
// 0 if the episode was terminated within.
//
// # Policy improvement
//
// The gradient of an action's mean return flows through the action to the policy (Silver et al.,
// 2014, equation 9):
//
//	loss = - mean E[Z(s', π(s'))]
//
// Actions are explored with Gaussian noise of a fixed deviation.
//
// # What differs from the paper
//
//   - Experience is drawn uniformly, and by one actor.
//   - The networks begin with layer normalisation and tanh, as in Acme; the policy ends with tanh.
//   - The policy improves in the states s' that the bootstrap has visited, as in Acme.
package d4pg
