// Package pets is PETS on states: it learns an ensemble of models of the dynamics from experience, and chooses every
// action by planning with trajectories sampled in it (Chua et al., 2018, "Deep Reinforcement Learning in a Handful of
// Trials using Probabilistic Dynamics Models", arXiv 1805.12114).
//
// # The model
//
// It is package world's Ensemble. Each of its members is a network with a Gaussian over the change of the observation
// and the reward, all normalised,
//
//	y = (o' - o, r),   loss = - Σ_members mean log N(y | μ(o, a), σ(o, a))
//
// and learns from transitions drawn for it alone.
//
// # Acting
//
// From the observation o the policy looks for
//
//	max over a_0 ... a_H-1 in [-1, 1] of  mean_particles Σ_t r_t
//
// where every member moves an equal share of the particles, all the way, by samples of its Gaussian (TS∞). The
// planner is one of package plan; it is CEM in the paper. While it learns, normal noise is added to actions; before the
// first update they are uniform. A deterministic action depends on the observation, and with warm start on the plan
// before, alone: the random numbers of plan and particles are named by the observation.
//
// # What differs from the paper
//
//   - The reward is learned like the rest of the target, not given.
//   - Members see minibatches drawn independently from replay, not resampled data sets of their own, and updates come
//     between actions, not at the end of an episode.
//   - The bounds of the log-variance are fixed, weights do not decay, and layers have ELU.
//   - Terminations are not modelled: an episode that ends early is planned on as if it went on.
//   - Noise of exploration_deviation is added to actions while learning.
package pets
