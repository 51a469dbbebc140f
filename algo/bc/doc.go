// Package bc is behaviour cloning (Pomerleau, 1989, "ALVINN: An autonomous land vehicle in a neural
// network"): a policy is fitted to recorded actions by maximum likelihood. It uses no rewards, and
// is the yardstick for whatever learns from a fixed set of experience.
//
// # Objective
//
// The policy is a Gaussian N(μ(o), σ(o)) with independent elements, as MPO's. Pairs (o, a) of an
// observation and the action taken there are drawn uniformly from the experience:
//
//	loss = - mean log π(clip(a, -1, 1) | o)
//
// (logLikelihood). Over all policies it is smallest where μ and σ are the mean and the standard
// deviation of the clipped actions at each observation.
//
// # The deviation has a minimum
//
// Where the recorded actions are a function of the observation, the likelihood has no bound: the
// better the mean fits, the smaller the best deviation, and the larger the gradients, which grow with
// 1/σ². With σ ≥ minimum_deviation an action of n elements has
//
//	log π(a | o) ≤ -n log(minimum_deviation · √(2π))
//
// An expert whose deviation is smaller is cloned with this one. The mean, which is what evaluation
// plays, is not affected.
//
// # Why actions are clipped
//
// Experience holds actions as a policy drew them, in units where the task allows [-1, 1]. The
// environment clips them, so all actions beyond a bound are one deed. The loss clips as well: what is
// cloned is what was done, and an action of 5 pulls the mean no further than one of 1. There is a
// price. An expert that draws around a mean near a bound, or beyond it, piles its deeds up there,
// which a Gaussian can only resemble: the clone's mean lies within the bounds, and about half of what
// it draws around a mean at the bound falls short of it, where the expert would reach it nearly
// always. Its mode is unaffected if the expert is decided there. For the same reason the clone's
// density is that of deeds, and is not to be compared with the stored log-probabilities, which are of
// the actions as they were drawn. In a task without bounds actions beyond [-1, 1] are cut all the
// same, as MPO's critic cuts them.
package bc
