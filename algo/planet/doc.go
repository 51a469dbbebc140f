// Package planet is PlaNet, on states and on pictures: it learns a model of the world from experience, and chooses every action by
// planning in it (Hafner et al., 2019, "Learning Latent Dynamics for Planning from Pixels", arXiv 1811.04551). There
// is no policy network and no value.
//
// # The model
//
// It is package world's: states s_t = (h_t, z_t), a posterior q of z_t that sees the observation and a prior p that
// does not, and heads for observation, reward and continuation. Its loss is world.Model.Fit's, and with a weight β
// that of latent overshooting (section 4, equation 7), world.RSSM.Overshooting, over distances to D:
//
//	loss = fit + β/D Σ_d=2..D mean_t max(f, KL(sg(q_t) || p_t|t-d))
//
// # Acting
//
// The policy filters what it observes, and from the state s that it believes in it looks for
//
//	max over a_0 ... a_H-1 in [-1, 1] of  Σ_t (Π_k<t c_k) r_t
//
// with rewards r and continuations c as the model predicts them along modes of the prior, or along samples
// (sampled_rollouts). The planner is one of package plan; it is CEM in the paper (algorithm 2). The first action of
// the plan is taken.
//
// While it learns, the policy believes in a sample of the posterior, and normal noise is added to its actions; before
// the first update actions are uniform. To act deterministically it believes in the mode and adds nothing: its plan
// depends on what was observed alone, for the random numbers of a plan are named by the state that it begins in.
//
// # Ablations
//
// Latent "deterministic" takes the chance out of the model (world.Deterministic); planner "shooting" takes the best of
// as many sequences drawn uniformly; a warmup as long as the run learns from random actions alone.
//
// # What differs from the paper
//
//   - Pictures have all their 8 bits: they are not made coarser, and no noise is added to them.
//   - Updates come between actions, not in a block behind each episode.
//   - With warm start, which the paper does not have, a plan begins with the one before, moved by a step. The paper's
//     preset begins anew.
//   - Windows begin without memory. The reward on arrival at their first state is not known to the model.
//   - In overshooting the states that are begun with carry no gradient either, and no term of distance 1 is added to
//     the fit's own.
//   - The divergence may count differently for prior and posterior, as in world.Divergence.
package planet
