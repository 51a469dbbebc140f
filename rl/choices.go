package rl

import (
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// ChoiceWeights are the probabilities of discrete actions under the improved policy of MPO's E-step. All choices are
// weighed, so that none needs to be sampled (Abdolmaleki et al., 2018, equation 7):
//
//	w_ij = π'(a_i|s_j) exp(Q(s_j, a_i) / η) / Σ_i π'(a_i|s_j) exp(Q(s_j, a_i) / η)
//
// values [choices, batch]; target is π' [batch, choices], temperature the scalar η. Returns [choices, batch], through
// which no gradient flows.
func ChoiceWeights(values *grad.Value, target dist.Categorical, temperature *grad.Value) *grad.Value {
	return values.Div(temperature).Add(target.LogProbabilities().Transpose(1, 0)).Softmax(0).Stop()
}

// SolveChoiceTemperature is SolveTemperature for ChoiceWeights: the temperature at which they diverge from the target
// policy by KL = epsilon in the mean. values and probabilities, the target policy's, hold [choices, batch] numbers, row
// by row. If the best choices diverge by less than epsilon it returns the coldest temperature, which takes them.
func SolveChoiceTemperature(values, probabilities []float64, choices, batch int, epsilon, start float64) float64 {
	return solveTemperature(values, probabilities, choices, batch, epsilon, start)
}

// ChoiceMStep is the loss of MPO's M-step for discrete actions without its trust region, the cross-entropy of the
// policy with the weights:
//
//   - mean_j Σ_i w_ij log π(a_i|s_j)
//
// weights [choices, batch], online [batch, choices]; returns a scalar.
func ChoiceMStep(weights *grad.Value, online dist.Categorical) *grad.Value {
	return weights.Mul(online.LogProbabilities().Transpose(1, 0)).Sum(0).Mean().Neg()
}
