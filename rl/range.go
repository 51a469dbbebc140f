package rl

import (
	"slices"

	"github.com/reverie-rl/reverie/grad"
)

// PercentileRange is the distance between two percentiles of x, a measure of its size that few large numbers
// do not change: the return normaliser of Hafner et al. (2023, "Mastering Diverse Domains through World
// Models", arXiv 2301.04104) takes 5 and 95. Elements with a mask of 0, of the shape of x, do not count. Of n
// numbers in order, percentile p is number p (n - 1) / 100, rounded down. Returns a scalar without gradient,
// 0 if nothing counts.
func PercentileRange(t *grad.Tracer, x, mask *grad.Value, low, high float64) *grad.Value {
	sorted := make([]float64, 0, x.Shape().Size())
	return t.Call("percentiles", nil, func(out []float64, in [][]float64) {
		sorted = sorted[:0]
		for i, number := range in[0] {
			if in[1][i] != 0 {
				sorted = append(sorted, number)
			}
		}
		out[0] = 0
		if len(sorted) == 0 {
			return
		}
		slices.Sort(sorted)
		at := func(percentile float64) float64 { return sorted[int(percentile/100*float64(len(sorted)-1))] }
		out[0] = at(high) - at(low)
	}, x, mask)
}
