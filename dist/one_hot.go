package dist

import "github.com/reverie-rl/reverie/grad"

// oneHotMaximum is 1 at the largest element along the last axis, the first of them if there are
// several, and 0 elsewhere. It has no gradient.
func oneHotMaximum(x *grad.Value) *grad.Value {
	count := x.Shape()[len(x.Shape())-1]
	earlier := grad.NewParameter(count, count)
	for i := range count {
		for j := i + 1; j < count; j++ {
			earlier.Data[i*count+j] = 1
		}
	}
	largest := x.Maximum(-1).KeepAxis(-1).Greater(x).Neg().Add(grad.Scalar(1))
	return largest.Greater(largest.MatMul(earlier))
}

// straightThrough is exactly hard, with a gradient that flows to soft instead.
func straightThrough(hard, soft *grad.Value) *grad.Value {
	return hard.Stop().Add(soft.Sub(soft.Stop()))
}
