// Package plan chooses actions by trying sequences of them out in a model of the world.
//
// A Planner asks a Rollout for the return R(a) of whole batches of action sequences
// a = (a_0, ..., a_{H-1}), all from one state, and looks for a sequence with a high one. It knows
// nothing else of the world, so that the true simulator (package plan/simulator), a latent model and
// an ensemble of models are all the same to it. Actions are in canonical units, where the task
// allows [-1, 1], and no planner leaves that range. A return that is not finite never wins.
//
// # Planners
//
// With μ and σ the mean and the deviation of a normal distribution for every element of a sequence,
// J sequences drawn and clipped in an iteration, and K of them, the elites, with the highest returns:
//
//	CEM         μ = mean of the elites, σ = their standard deviation
//	MPPI        μ, σ = the same, weighted with exp((R - max R) / temperature)
//	Shooting    the best of sequences drawn uniformly
//	Predictive  the best of the plan so far and of splines near it
//	ILQG        a Newton step on a quadratic model of the returns near the plan so far
//
// CEM is that of PlaNet (Hafner et al., 2019, "Learning latent dynamics for planning from pixels",
// algorithm 2), with the momentum of PETS (Chua et al., 2018). MPPI (Williams et al., 2015, "Model
// predictive path integral control using covariance variable importance sampling") is that of TD-MPC2
// (Hansen et al., 2024), which refits the deviation and lets a policy propose sequences. Predictive
// is the predictive sampling of MuJoCo MPC (Howell et al., 2022, "Predictive sampling: real-time
// behaviour synthesis with MuJoCo"). ILQG is that of Tassa et al. (2012, "Synthesis and stabilization
// of complex behaviors through online trajectory optimization") with the control limits of Tassa et
// al. (2014, "Control-limited differential dynamic programming").
//
// # What is remembered
//
// Sequence 0 of an iteration is the best that is known: first Start.Nominal, later the best that was
// met. After it come Start.Proposals. A plan is therefore never worse than where it began, by the
// rollout's own returns, if the planner returns the best sequence, as Shooting, Predictive and ILQG
// do. CEM and MPPI return μ: the best of many sequences is the one for which a learned model errs most
// in their favour. From one decision to the next, Shift moves a plan by a step; who acts keeps it, so
// that planners have no memory.
//
// # Random numbers
//
// They depend on Start.Seed, the iteration and the element alone. A plan with a budget of iterations
// is the same on any machine whose rollout gives the same returns.
package plan
