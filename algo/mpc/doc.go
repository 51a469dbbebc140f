// Package mpc is model predictive control with the true simulator: before every action a planner of package
// plan tries sequences of actions out in copies of the environment, and the first action of the best plan
// is applied. It learns nothing. It shows what a planner reaches when its model makes no error, and so is the
// yardstick of planners, and of agents that plan in a model they have learned.
//
// # Objective
//
// In state s, with the horizon H and the rewards r and discounts d of the environment,
//
//	max over a_0 ... a_{H-1} in [-1, 1] of  sum_t r_t prod_{i<t} d_i
//
// without a value at the end of the horizon, as in PlaNet (Hafner et al., 2019, table 1, "CEM + true
// simulator"). What the horizon does not reach is not seen.
//
// # Memory
//
// The plan of one decision, moved by a step, is where the next begins, unless warm_start is off. It is the
// policy's recurrent state, so that a checkpoint holds it and one policy can play any number of episodes.
//
// # Randomness
//
// The random numbers of a plan are named by the observation, so that a deterministic action depends on the
// environment's state and the policy's alone. While an agent gathers experience, normal noise of
// exploration_deviation is added to it, named by the run's seed and the environment step: the
// behaviour is N(plan, exploration_deviation), whose log-density is what replay stores.
//
// # Deviations from PlaNet
//
// PlaNet begins every decision anew, as the preset planet does here. The best sequence met is one of the
// samples of the next iteration (package plan).
package mpc
