// Package world is latent models of the world: the recurrent state-space model (RSSM) of PlaNet (Hafner et
// al., 2019, "Learning Latent Dynamics for Planning from Pixels", arXiv 1811.04551) and of Dreamer, its
// training loss, and what can be done with it: filtering, imagination and open-loop prediction.
//
// # The model
//
// The state at time t is a deterministic part h_t and a stochastic part z_t. The action a_t-1 led from t-1 to t:
//
//	deterministic state  h_t = f(h_t-1, z_t-1, a_t-1)
//	prior                z_t ~ p(z_t | h_t)
//	posterior            z_t ~ q(z_t | h_t, o_t)
//	heads                o_t ~ p(o_t | h_t, z_t), and likewise the reward received on arrival and
//	                     whether the episode goes on
//
// Observations are rows of numbers. A picture is one too, [height · width · channels] with pixels from -½ to ½,
// for ImageEncoder and ImageDecoder: the convolutions of Ha and Schmidhuber (2018, "World Models", arXiv
// 1803.10122). Numbers and behind them a picture are a pair, for PairEncoder and PairDecoder.
//
// NewModel puts a model together for any of these, as an Architecture says.
//
// # The loss
//
// It is the negative evidence bound, each of its terms with a weight of its own:
//
//   - w_o log p(o_t | h_t, z_t) - w_r log p(r_t | h_t, z_t) - w_c log p(c_t | h_t, z_t)
//   - β_dyn KL(sg(q) || p) + β_rep KL(q || sg(p))
//
// where sg stops the gradient (Divergence).
//
// # What else is here
//
// A Rollout scores action sequences in a model, for planners; latent overshooting trains the prior to look further than a
// step; an Ensemble is models of the dynamics without memory (PETS, Chua et al., 2018, arXiv 1805.12114). The latent
// Deterministic takes chance out of the RSSM.
//
// # Time
//
// Sequences have time as their first axis: [time, batch, ...]. Entry t of a Sequence holds what was seen on
// arrival at t: the action before it, the observation, the reward, the discount.
package world
