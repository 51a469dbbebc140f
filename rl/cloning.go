package rl

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// The constants of AdvantageWeights, as published.
const (
	advantageTemperature   = 1 // β
	largestAdvantageWeight = 20
)

// AdvantageWeights are the weights of recorded actions in behaviour cloning that prefers what the
// critic finds better than the policy: the exponential filter of critic-regularised regression (Wang
// et al., 2020, arXiv 2006.15134),
//
//	f(A) = min(exp(A / β), 20),   β = 1
//
// advantages [...] are A = Q(o, a) - mean_j Q(o, a_j) with a_j ~ π(·|o); returns [...], through which
// no gradient flows.
func AdvantageWeights(advantages *grad.Value) *grad.Value {
	exponent := advantages.Mul(grad.Scalar(1.0 / advantageTemperature))
	return exponent.Min(grad.Scalar(math.Log(largestAdvantageWeight))).Exp().Stop()
}
