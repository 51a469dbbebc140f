// Package dqn is deep Q-learning for discrete actions (Mnih et al., 2015, "Human-level control through deep
// reinforcement learning") with double estimation (van Hasselt et al., 2016, "Deep Reinforcement Learning with Double
// Q-learning", arXiv 1509.06461) and returns of several steps.
//
// # Values
//
// A network gives the value Q(s, a) of each choice a. Of the choices that may follow, the network names the best and
// its copy Q', which is brought up to date now and then, tells its worth:
//
//	y = R + D · Q'(s', argmax_a Q(s', a))
//	loss = mean H(y - Q(s, a)),   H(e) = ½ e² for |e| ≤ 1, |e| - ½ beyond
//
// where R is the discounted sum of n rewards and D = γⁿ times the product of the discounts, which is 0 if the
// episode was terminated within.
//
// # Acting
//
// The best choice, or with a probability of ε any of them, each equally likely.
//
// # What differs from the papers
//
//   - Observations are rows of numbers, and the network is a torso of layers that begins with layer normalisation and
//     tanh, as in the other algorithms.
//   - ε is constant; the papers let it fall from 1.
//   - Adam in place of RMSProp, and rewards are not clipped.
//   - Rewards of n steps are those of the policy that acted, without a correction, as in Rainbow.
package dqn
