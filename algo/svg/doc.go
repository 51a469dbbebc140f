// Package svg is Stochastic Value Gradients (Heess et al., 2015, arXiv 1510.09142): a stochastic policy
// and a model of the world are functions of noise, a = π(s, η) and s' = f(s, a, ξ), and the gradient of a
// value flows through them to the parameters θ of the policy. The variants differ in what it flows
// through. Subscripts are derivatives.
//
// # SVG(0)
//
// A critic of actions, without a model. Q is regressed on returns that bootstrap with the target networks,
// marked by a prime:
//
//	y = R + D · mean_i Q'(s', a_i),   a_i ~ π'(·|s'),   i = 1 ... samples
//	loss = mean ½ (Q(s, a) - y)²
//
// where R is the discounted sum of n rewards and D = γⁿ times the product of the discounts, which is
// 0 if the episode was terminated within (rl.ExpectedSARSA). An action of the policy N(μ, σ) is a function
// of noise, a = μ(s') + σ(s') ξ with ξ ~ N(0, 1), and the gradient of its value flows through it to the
// mean and to the deviation (section 4.3, with the noise drawn afresh):
//
//	loss = - mean [ Q'(s', μ + σ ξ) + β H(π(·|s')) ]
//
// where H is the entropy and β a small weight that keeps the deviation from its lower bound where the
// value does not care.
//
// # The model
//
// SVG(1) and SVG(∞) learn dynamics, a Gaussian over the change of the observation in units of its root
// mean square c, and the reward of an action and the observation that it led to, both on all replay:
//
//	loss = - mean log N((s' - s) / c; μ_f(s, a), σ_f(s, a))
//	loss = mean ½ (r(a, s') - reward)²
//
// The model makes no states. Of a recorded step, the noise is inferred with which the present policy and
// model would have made it (section 3),
//
//	η = (a - μ(s)) / σ(s),   ξ = ((s' - s) / c - μ_f(s, a)) / σ_f(s, a)
//
// and held constant: π(s, η) is the recorded action again and f(s, a, ξ) the recorded state, with
// derivatives (rl.Reparameterised.Relive). A model that is wrong gives a wrong slope at the right place.
//
// # SVG(1)
//
// One step of the model, and a critic of states behind it. Steps come from replay, so each has the weight
// of its action under the present policy, from the log-probability stored with it:
//
//	w = min(π(a|s) / π_then(a|s), limit)
//	loss of V = mean ½ w (V(s) - y)²,   y = reward + D V'(s'),   D = γ d
//	loss of π = - mean [ w (r(a, s') + D V'(s')) + β H(π(·|s)) ],   a = π(s, η), s' = f(s, a, ξ)
//
// The gradient of the last line is -w (r_a + r_s' f_a + D V'_s' f_a) π_θ (section 4.2, algorithm with
// experience replay).
//
// # SVG(∞)
//
// No critic: windows of T steps of the newest experience, in their order, and the gradient of their
// rewards flows back through all steps of model and policy (section 4.1):
//
//	loss = - mean [ Σ_t<T γ^t d_1 ... d_t r(a_t, s_t+1) + β mean_t H(π(·|s_t)) ]
//
// # What differs from the paper
//
//   - Returns of SVG(0) are n-step; its expectation over next actions is a mean over several. Its policy
//     improves in the states s' that the bootstrap has visited.
//   - The mean passes through tanh and the deviation lies between two bounds: a free deviation grows
//     without limit where critic and model, which see actions clipped, have nothing to say, and shrinks
//     until nothing is explored where they have. There is an entropy bonus.
//   - Policies improve by the target critic.
//   - Dynamics predict the scaled change, with a deviation of their own, which has a lower bound; inferred
//     noise of the dynamics is clipped to ±5. Rewards are of the arrival.
//   - Importance weights have a limit.
//   - SVG(∞) updates from windows in the newest experience, not from one whole episode at a time, and the
//     rewards behind a window do not count.
package svg
