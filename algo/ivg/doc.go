// Package ivg is Imagined Value Gradients: a latent model of the world without chance, and a policy improved by the
// gradient of a value along short trajectories that it imagines in the model (Byravan et al., 2019, "Imagined Value
// Gradients: Model-Based Policy Optimization with Transferable Latent Dynamics Models", arXiv 1910.04142). What the model
// learned is of use to other tasks of the same body.
//
// # The model
//
// An encoder makes a latent of the newest observations, h_t = f_enc(o_t-H+1 ... o_t); a transition predicts its change,
// h_t+1 = f_trans(h_t, a_t) (world.Residual); a decoder predicts what is seen, a head the reward of an action and the
// latent that it led to. Of a window of replay the first history is encoded, and the recorded actions are followed from
// there without looking, ĥ_0 = h_0, ĥ_k+1 = f_trans(ĥ_k, a_k). All terms are means over windows and steps that count
// (section 3.1):
//
//	loss = w_o ½ |f_dec(ĥ_k) - o_k|² + w_c ½ |h_k - ĥ_k|² + w_r ½ (r̂(ĥ_k, a_k-1) - r_k)² + w_v L_V
//
// The first is the decoder's loss, for pictures the sum over all pixels; its mean has ĥ_0 too. Gradients flow back through
// all steps into the encoder, and unless stop_consistency is set through h_k.
//
// # Imagination
//
// From encoded latents of the windows, without gradient to them, the policy N(μ(h), σ(h)) acts in the model for N steps.
// Of every reward the weighted divergence from a prior p = N(0, 1) is taken,
//
//	r_k = r̂(h_k+1, a_k) - λ KL(π(·|h_k) || p)
//
// and the same in every target of the value. The policy climbs the mean over horizons of what they come to (equation 6):
//
//	J = 1/N Σ_n=1..N [ Σ_k<n γ^k r_k + γ^n V(h_n) ]
//
// whose gradient flows through rewards, values and dynamics into every action, and moves the policy alone. Without
// averaged it is the return over N steps alone. With gradient likelihood it is instead that of
//
//	log π(a_k|h_k) sg(G_k - V(h_k)) - λ KL(π(·|h_k) || p)
//
// with the weights of r_k in J, where G are the λ-returns below, and with as many rollouts as are asked for.
//
// # The value
//
// With value_target imagined V is regressed, in the imagined latents, on the λ-returns G_k of the same trajectories, which
// bootstrap with a copy V' of an earlier V. With vtrace, the paper's form, it is regressed in the latents ĥ_k of the
// windows on the V-trace targets of the recorded steps (rl.VTrace with bounds of 1), whose values are those of copies of
// encoder and value; the gradient of its error shapes the model. Both losses are ½ ((V - target) / S)², where S is
// value_scale, which the head of V multiplies its output by.
//
// # IVG(0)
//
// Without imagine the model is an auxiliary loss. A value of actions Q is learned on recorded steps, and the policy climbs
// it in the encoded latents:
//
//	y = r + γ d [ Q'(h', a') - λ KL(π(·|h') || p) ],   a' ~ π(·|h')
//	J = Q(h, a) - λ KL(π(·|h) || p),   a ~ π(·|h)
//
// # What differs from the paper
//
//   - The divergence is taken off the reward. The paper prints a plus, and calls it a penalty. It is exact, not sampled.
//   - The default value is imagined: with V-trace on replay the value lags behind, because old actions have small ratios.
//   - The reward's head sees the action too: what an action costs cannot be read from the latent that it led to.
//   - The policy's mean passes through tanh. Model and rewards see actions clipped, as tasks do, and the gradient stops
//     where they are.
//   - Numbers pass through symlog. Pictures are predicted by their squared error, with the convolutions of Dreamer.
//   - A history is encoded by an LSTM over the last H observations alone, from zeros, wherever a latent is needed: while
//     learning, to be compared with predictions, and while acting. Before an episode there was its first observation.
//   - The model does not know ends of episodes: imagined trajectories go on. V-trace and IVG(0) use recorded discounts.
//   - One program makes all updates from one set of parameters: imagination sees the model as it was before its update.
package ivg
