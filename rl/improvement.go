// Package rl holds the mathematics of reinforcement learning as pure functions: on values of a
// program where gradients or speed matter, on float64 slices where a search is needed.
//
// Arrays of several samples for each state have shape [samples, batch].
//
// Windows of T consecutive steps have one layout: values [batch, T+1] are those of the states s_0 ...
// s_T; rewards and discounts [batch, T] followed the actions a_0 ... a_T-1. A discount of 0 is a
// termination. The last value stands for all that follows a window.
package rl

import (
	"math"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Weights are the weights of sampled actions under the improved policy of MPO's E-step
// (Abdolmaleki et al., 2018, equation 7):
//
//	w_ij = softmax over i of Q(s_j, a_i) / η
//
// values [samples, batch]; temperature is the scalar η. No gradient flows through the result.
func Weights(values, temperature *grad.Value) *grad.Value {
	return values.Div(temperature).Softmax(0).Stop()
}

// TemperatureLoss is the dual function of the E-step (ibid., equation 8), which the best temperature
// minimises:
//
//	g(η) = η ε + η mean_j log mean_i exp(Q(s_j, a_i) / η)
//
// values [samples, batch], through which no gradient flows; returns a scalar.
func TemperatureLoss(values, temperature *grad.Value, epsilon float64) *grad.Value {
	samples := float64(values.Shape()[0])
	logMean := values.Stop().Div(temperature).LogSumExp(0).Sub(grad.Scalar(math.Log(samples)))
	return logMean.Mean().Add(grad.Scalar(epsilon)).Mul(temperature).Sum()
}

// temperatureTolerance is the accuracy |log(KL / ε)| at which the search for the temperature ends.
const temperatureTolerance = 0.01

// The temperatures between which the search stays.
const (
	coldest = 1e-8
	hottest = 1e8
)

// SolveTemperature returns the temperature η at which the improved policy of the E-step diverges
// from the sampled one by KL = epsilon: the minimum of TemperatureLoss. The divergence falls as η
// grows, so the search brackets the solution and takes steps of log η by log(KL / ε) / 2, which is
// nearly exact because KL is nearly proportional to η⁻². It starts from start and ends at an
// accuracy of one percent. If all values of each state are equal it returns the coldest temperature.
//
// values holds [samples, batch] numbers, row by row.
func SolveTemperature(values []float64, samples, batch int, epsilon, start float64) float64 {
	return solveTemperature(values, nil, samples, batch, epsilon, start)
}

// solveTemperature is SolveTemperature for actions with probabilities, and for samples if they are nil.
func solveTemperature(values, probabilities []float64, actions, batch int, epsilon, start float64) float64 {
	low, high := math.Log(coldest), math.Log(hottest)
	x := min(max(math.Log(start), low), high)
	for high-low > 1e-6 {
		kl := divergence(values, probabilities, actions, batch, math.Exp(x))
		excess := math.Log(kl / epsilon)
		if math.Abs(excess) < temperatureTolerance {
			break
		}
		if excess > 0 {
			low = x
		} else {
			high = x
		}
		if x += excess / 2; !(x > low && x < high) {
			x = (low + high) / 2
		}
	}
	return math.Exp(x)
}

// Divergence is the mean over states of KL(w || uniform) for the weights w of Weights: how far the
// improved policy is from the one that the actions were drawn from. values holds [samples, batch]
// numbers, row by row.
func Divergence(values []float64, samples, batch int, temperature float64) float64 {
	return divergence(values, nil, samples, batch, temperature)
}

// divergence is the mean over states of KL(q || p), q_ij ∝ p_ij exp(Q(s_j, a_i) / η), where p is uniform if
// probabilities are nil. Both slices hold [actions, batch] numbers.
func divergence(values, probabilities []float64, actions, batch int, temperature float64) float64 {
	total := 0.0
	for j := range batch {
		largest := math.Inf(-1)
		for i := range actions {
			largest = max(largest, values[i*batch+j])
		}
		sum, weighted, mass := 0.0, 0.0, float64(actions)
		for i := range actions {
			exponent := (values[i*batch+j] - largest) / temperature
			e := math.Exp(exponent)
			if probabilities != nil {
				e, mass = e*probabilities[i*batch+j], 1
			}
			sum += e
			weighted += e * exponent
		}
		total += weighted/sum - math.Log(sum/mass)
	}
	return total / float64(batch)
}

// MStep is the loss of MPO's M-step without its trust region: the weighted likelihood of the sampled
// actions, with the mean and the deviation fitted separately (Abdolmaleki et al., 2018b):
//
//   - mean_j sum_i w_ij [ log N(a_ij; μ, σ') + log N(a_ij; μ', σ) ]
//
// where μ', σ' belong to the target policy. weights [samples, batch], actions [samples, batch,
// action], distributions [batch, action]; returns a scalar.
func MStep(weights, actions *grad.Value, online, target dist.Gaussian) *grad.Value {
	fixed := target.Stop()
	moveMean := dist.Gaussian{Mean: online.Mean, Deviation: fixed.Deviation}
	moveDeviation := dist.Gaussian{Mean: fixed.Mean, Deviation: online.Deviation}
	likelihood := moveMean.LogProb(actions).Add(moveDeviation.LogProb(actions))
	return weights.Mul(likelihood).Sum(0).Mean().Neg()
}

// DecoupledKL is the divergence of the target policy from the online one, separately for the mean
// and for the deviation, averaged over the batch: two values of shape [action].
func DecoupledKL(online, target dist.Gaussian) (mean, deviation *grad.Value) {
	fixed := target.Stop()
	mean = fixed.KL(dist.Gaussian{Mean: online.Mean, Deviation: fixed.Deviation}).Mean(0)
	deviation = fixed.KL(dist.Gaussian{Mean: fixed.Mean, Deviation: online.Deviation}).Mean(0)
	return mean, deviation
}

// TrustRegion is the Lagrangian relaxation of the constraint divergence < epsilon, element by
// element. The first result is added to the loss of the policy, the second to the loss of the
// multipliers. divergence and multiplier have shape [action]; returns scalars.
func TrustRegion(divergence, multiplier *grad.Value, epsilon float64) (policy, dual *grad.Value) {
	policy = multiplier.Stop().Mul(divergence).Sum()
	dual = multiplier.Mul(divergence.Stop().Neg().Add(grad.Scalar(epsilon))).Sum()
	return policy, dual
}

// BoundPenalty is -‖a - clip(a, -1, 1)‖₂, the value of staying within the action bounds that MPO may
// weigh as a second objective. actions [..., action]; returns [...].
func BoundPenalty(actions *grad.Value) *grad.Value {
	return actions.Sub(actions.Clip(-1, 1)).Square().Sum(-1).Sqrt().Neg().Stop()
}
