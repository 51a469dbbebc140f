// Package aggregate turns the scores of runs that differ in their seed into the statistics that are reported of
// them: mean, median and interquartile mean with bootstrap intervals, and the area under a learning curve.
//
// Runs are few and their scores are skewed, so a statistic without an interval says little. Intervals are
// percentile bootstrap intervals, stratified over tasks, as recommended by Agarwal et al., Deep Reinforcement
// Learning at the Edge of the Statistical Precipice (arXiv 2108.13264). They are computed from random numbers
// of a fixed seed: the same scores give the same intervals.
package aggregate

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/track"
)

// Statistic is a number that sums up scores in any order. Of no scores it is NaN.
type Statistic func(scores []float64) float64

// Mean is the average.
func Mean(scores []float64) float64 {
	sum := 0.0
	for _, score := range scores {
		sum += score
	}
	return sum / float64(len(scores))
}

// Median is the middle score, or the mean of the middle two.
func Median(scores []float64) float64 { return quantile(slices.Sorted(slices.Values(scores)), 0.5) }

// InterquartileMean is the mean without the lowest and the highest quarter of n scores, floor(n/4) of them
// each: of fewer than four scores it is the mean.
func InterquartileMean(scores []float64) float64 {
	sorted := slices.Sorted(slices.Values(scores))
	cut := len(sorted) / 4
	return Mean(sorted[cut : len(sorted)-cut])
}

// quantile is the value below which the fraction p of sorted lies, on the straight lines between its elements.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	place := p * float64(len(sorted)-1)
	below := int(place)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (place-float64(below))*(sorted[above]-sorted[below])
}

// Interval is where a statistic of other seeds is likely to lie.
type Interval struct{ Low, High float64 }

const (
	resamples = 2000
	outside   = 0.025 // the fraction of resamples beyond each end of an interval
)

// Bootstrap is the 95 % percentile bootstrap interval of a statistic of the scores of all strata together.
// A resample draws from each stratum, which is the runs of one task, as many runs as it has.
func Bootstrap(statistic Statistic, strata ...[]float64) Interval {
	random := rand.New(rand.NewPCG(1, 0))
	drawn := make([]float64, 0, len(slices.Concat(strata...)))
	values := make([]float64, resamples)
	for i := range values {
		drawn = drawn[:0]
		for _, scores := range strata {
			for range scores {
				drawn = append(drawn, scores[random.IntN(len(scores))])
			}
		}
		values[i] = statistic(drawn)
	}
	slices.Sort(values)
	return Interval{quantile(values, outside), quantile(values, 1-outside)}
}

// Summary is what is reported of some scores.
type Summary struct {
	Mean, Median, InterquartileMean                         float64
	MeanInterval, MedianInterval, InterquartileMeanInterval Interval
}

// Summarise sums up the scores of all strata together; Bootstrap tells what strata are.
func Summarise(strata ...[]float64) Summary {
	all := slices.Concat(strata...)
	return Summary{
		Mean: Mean(all), MeanInterval: Bootstrap(Mean, strata...),
		Median: Median(all), MedianInterval: Bootstrap(Median, strata...),
		InterquartileMean: InterquartileMean(all), InterquartileMeanInterval: Bootstrap(InterquartileMean, strata...),
	}
}

// Area is the area under a curve by the trapezoidal rule over the length of its range: the mean height
// between its first point and its last. A single point has its own height.
func Area(curve []track.Point) float64 {
	if len(curve) == 0 {
		return math.NaN()
	}
	area := 0.0
	for i := 1; i < len(curve); i++ {
		area += (curve[i].X - curve[i-1].X) * (curve[i].Y + curve[i-1].Y) / 2
	}
	if width := curve[len(curve)-1].X - curve[0].X; width > 0 {
		return area / width
	}
	return curve[0].Y
}
