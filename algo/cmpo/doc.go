// Package cmpo is value-constrained MPO (Bohez et al., 2019, "Value constrained model-free continuous control", arXiv
// 1902.04623): the best policy by one objective of all those that keep a bound on others, found by Lagrangian relaxation
// inside of Maximum a Posteriori Policy Optimisation, for continuous actions.
//
// # Objectives
//
// The first objective of the task is a reward, of which more is better, and the others are costs, of which less is
// (env.MultiObjective). With goal = "reward" the reward is maximised and each cost k has to stay below its bound; with
// goal = "costs", the paper's, the costs are minimised and the reward has to stay above its bound. Bounds are means per
// step. Costs count with a minus from here on, so that more is better of everything, and bounds are lower ones.
//
// # Policy evaluation
//
// A critic for each objective, in units c_k of the largest sum of n rewards seen so far, as in package mompo:
//
//	y_k = R_k / c_k + D · mean_i Q'_k(s', a_i),   a_i ~ π'(·|s')
//	loss = Σ_k mean ½ (Q_k(s, a) - y_k)²
//
// # Multipliers
//
// The mean per step that a critic expects from a state on is (1 - γ) V_k, as the weights (1 - γ) γᵗ of what follows add
// up to 1. Each bound b_k has a multiplier λ_k ≥ 0, which grows where the bound is not kept and falls where it is
// (constraint.go):
//
//	minimise mean Σ_k λ_k(s') ((1 - γ) V'_k(s') - b_k / c_k),   V'_k(s') = mean_i Q'_k(s', a_i)
//
// With multiplier = "global" λ_k is one number, and bounds are kept in the mean over the states of replay; with "state" it
// is a network of the state, and they are asked for in each state.
//
// # Policy improvement
//
// The E- and M-step of package mpo, with the values
//
//	Q_λ(s, a) = (Q_0(s, a) + Σ_k λ_k(s) Q_k(s, a)) / (1 + Σ_k λ_k(s))
//
// where Q_0 is that of the goal. Their scale stays that of the critics', however large the multipliers get.
//
// # What differs from the paper
//
//   - Critics are regressed on n-step returns, not on Retrace's; each has its own network, and units of its own.
//   - There may be any number of costs, which count together if they are the goal, in units of c_k.
//   - The policy knows one bound. The paper's may be told another one in each episode.
package cmpo
