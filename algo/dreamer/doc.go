// Package dreamer is Dreamer, on states and on pictures, with continuous or discrete actions: it learns a model of
// the world from experience, and a policy and a critic on trajectories that the policy imagines in the model
// (Hafner et al., 2020, "Dream to Control: Learning Behaviors by Latent Imagination", arXiv 1912.01603), with
// options of its later versions: DreamerV2 (Hafner et al., 2021, arXiv 2010.02193) and DreamerV3 (Hafner et al.,
// 2023, arXiv 2301.04104).
//
// # The model
//
// It is package world's, which reads a picture with convolutions and numbers with layers; where a task shows both,
// the embedding is of both. It has states s_t = (h_t, z_t), a posterior q of z_t that sees the observation and a prior
// p that does not, and heads for observation, reward and continuation. Its loss is world.Model.Fit's.
//
// # Imagination
//
// From states of the replayed windows, without gradient to them, the policy acts in the model for H steps:
//
//	a_t ~ π(a_t | sg(s_t)),   s_t+1 ~ p(s_t+1 | s_t, a_t)
//
// Rewards r, continuations c and the values v' of the critic's slow copy are read in the states arrived at, and
// make λ-returns (equation 6 of Dreamer):
//
//	G_t = r_t+1 + γ c_t+1 [ (1 - λ) v'(s_t+1) + λ G_t+1 ],   G_H = v'(s_H)
//
// Without bootstrap λ is 1 and v' is 0 here and below: only imagined rewards count.
//
// # Policy and critic
//
// Step t counts with the discount that leads to it, w_t = sg(Π_k≤t γ c_k), in the means over starts and steps:
//
//	policy loss = - mean w_t { (1 - ρ) G_t / S + ρ log π(a_t | s_t) sg((G_t - v'(s_t)) / S) - η log π(a_t | s_t) }
//	critic loss = mean w_t [ - log p(sg(G_t) | v(s_t)) ]
//
// With ρ = 0, Dreamer's way for continuous actions, the gradient flows from the returns through rewards, values
// and dynamics into the actions; ρ = 1 is REINFORCE, DreamerV2's way for discrete actions, whose gradient would have to
// go straight through the samples. In the entropy's term continuous actions carry gradient too; of discrete ones it is
// the exact entropy of the policy. S is max(1, moving average of the range of the returns from percentile 5 to 95).
// Each loss moves its own network.
//
// # Acting
//
// The policy's memory is the state of the model, which it filters: with samples of the posterior when it explores, with
// modes and the middle of its distribution when it is evaluated. To samples of continuous actions more of the noise that
// made them is added, which may last from one step to the next. Discrete actions are one-hot, sampled without further
// noise, and the most likely one when it is evaluated.
//
// # What differs from the papers
//
//   - One program makes all three updates from one set of parameters: imagination sees the model as it was
//     before its update.
//   - The returns of all H imagined steps count; the released code of Dreamer leaves out the last.
//   - The policy of continuous actions is a Gaussian before tanh, whose mean and deviation are bounded; its mode is the
//     tanh of the mean.
//   - Windows begin without memory. The reward on arrival at their first state is not known to the model.
//   - The slow copy of the critic moves a little in every update; DreamerV2 copies it now and then. With a
//     target rate of 1 it is the critic itself, an update late.
package dreamer
