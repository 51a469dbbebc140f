// Package dmpo is MPO with a distributional critic: the improvement of Maximum a Posteriori Policy
// Optimisation (Abdolmaleki et al., 2018, arXiv 1806.06920) on the returns of C51 (Bellemare et al.,
// 2017, arXiv 1707.06887), as Acme puts them together (Hoffman et al., 2020, arXiv 2006.00979).
//
// # Policy evaluation
//
// A critic Z gives the distribution of the return of an action over fixed atoms. It is fitted to the
// distribution of n rewards and of what follows: the mixture, over actions of the target policy, of
// the distributions that the target critic gives, projected onto the same atoms (dist.Support.Backup):
//
//	Y = R + D · mixture_i Z'(s', a_i),   a_i ~ π'(·|s'),   i = 1 ... samples
//	loss = mean [ - Σ_k Y_k log Z_k(s, a) ]
//
// where R is the discounted sum of n rewards and D = γⁿ times the product of the discounts, which is
// 0 if the episode was terminated within.
//
// # Policy improvement
//
// The E- and the M-step are those of package mpo, in the states s' and with the mean returns
// Q'(s', a_i) = E[Z'(s', a_i)] as the values of the actions.
//
// # What differs
//
//   - The temperature is solved for each batch by default, as in package mpo.
package dmpo
