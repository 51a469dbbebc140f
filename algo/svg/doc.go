// Package svg is SVG(0) of Stochastic Value Gradients (Heess et al., 2015, arXiv 1510.09142):
// off-policy policy gradient for a stochastic policy, through the critic and the noise of the action.
//
// # Policy evaluation
//
// A critic Q is regressed on returns that bootstrap with the target networks, marked by a prime:
//
//	y = R + D · mean_i Q'(s', a_i),   a_i ~ π'(·|s'),   i = 1 ... samples
//	loss = mean ½ (Q(s, a) - y)²
//
// where R is the discounted sum of n rewards and D = γⁿ times the product of the discounts, which is
// 0 if the episode was terminated within (rl.ExpectedSARSA).
//
// # Policy improvement
//
// An action of the policy N(μ, σ) is a function of noise, a = μ(s') + σ(s') ξ with ξ ~ N(0, 1), and the
// gradient of its value flows through it to the mean and to the deviation (section 4.3, with the
// noise drawn afresh):
//
//	loss = - mean [ Q'(s', μ + σ ξ) + β H(π(·|s')) ]
//
// where H is the entropy and β a small weight that keeps the deviation from its lower bound where the
// value does not care.
//
// # What differs from the paper
//
//   - Returns are n-step; the expectation over next actions is a mean over several.
//   - The mean passes through tanh and the deviation lies between two bounds: a free deviation grows
//     without limit where the critic, which sees actions clipped, has nothing to say, and shrinks until
//     nothing is explored where it has.
//   - The policy improves in the states s' that the bootstrap has visited, by the target critic.
package svg
