package dist

import "github.com/reverie-rl/reverie/grad"

// Quantiles is a distribution of one number given by its quantiles at the levels (2i-1)/2n, i = 1..n,
// each of the same weight (Dabney et al., 2018, QR-DQN). Values have shape [..., n].
type Quantiles struct{ Values *grad.Value }

// Mean has shape [...].
func (q Quantiles) Mean() *grad.Value { return q.Values.Mean(-1) }

// Sample is the quantile [...] whose level is the closest to uniform noise [...]. Gradients flow to
// that quantile.
func (q Quantiles) Sample(noise *grad.Value) *grad.Value {
	distance := noise.KeepAxis(-1).Sub(q.levels()).Abs()
	return oneHotMaximum(distance.Neg()).Mul(q.Values).Sum(-1)
}

// Noise is the level of the quantile closest to the sample [...], which makes Sample give that.
func (q Quantiles) Noise(sample *grad.Value) *grad.Value {
	distance := sample.KeepAxis(-1).Sub(q.Values).Abs()
	return oneHotMaximum(distance.Neg()).Mul(q.levels()).Sum(-1)
}

// levels are the middles of n equal parts of (0, 1).
func (q Quantiles) levels() *grad.Parameter {
	n := q.Values.Shape()[len(q.Values.Shape())-1]
	levels := grad.NewParameter(n)
	for i := range levels.Data {
		levels.Data[i] = (2*float32(i) + 1) / (2 * float32(n))
	}
	return levels
}

// Loss is the quantile Huber loss [...] against target samples [..., m] (equation 10): with the error
// u of a target from a quantile of level τ,
//
//	|τ - (u < 0)| · huber(u) / threshold
//
// summed over the quantiles and averaged over the targets, where huber is u²/2 up to the threshold
// and linear beyond. No gradient flows to the targets.
func (q Quantiles) Loss(targets *grad.Value, threshold float64) *grad.Value {
	errors := targets.Stop().KeepAxis(-1).Sub(q.Values.KeepAxis(-2)) // [..., m, n]
	below := errors.Neg().Greater(grad.Scalar(0))
	weight := below.Sub(q.levels()).Abs()
	return huber(errors, threshold).Mul(weight).Mul(grad.Scalar(1 / threshold)).Sum(-1).Mean(-1)
}

// huber is x²/2 where |x| is up to the threshold, and threshold (|x| - threshold/2) beyond.
func huber(x *grad.Value, threshold float64) *grad.Value {
	size := x.Abs()
	near := size.Min(grad.Scalar(threshold))
	return size.Sub(near.Mul(grad.Scalar(0.5))).Mul(near)
}

// Stop is the same distribution with no gradient flowing back to it.
func (q Quantiles) Stop() Quantiles { return Quantiles{q.Values.Stop()} }
