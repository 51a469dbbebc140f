package aggregate

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/track"
	"pgregory.net/rapid"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func TestStatisticsByHand(t *testing.T) {
	for _, test := range []struct {
		scores                          []float64
		mean, median, interquartileMean float64
	}{
		{[]float64{7}, 7, 7, 7},
		{[]float64{821, 761, 806}, 796, 806, 796},
		{[]float64{4, 1, 100, 2}, 26.75, 3, 3},
		{[]float64{8, 1, 2, 3, 4, 5, 6, 99}, 16, 4.5, 4.5},
		{[]float64{0, 0, 10, 20, 90}, 24, 10, 10},
	} {
		got := [3]float64{Mean(test.scores), Median(test.scores), InterquartileMean(test.scores)}
		if want := [3]float64{test.mean, test.median, test.interquartileMean}; got != want {
			t.Errorf("%v: %v, want %v", test.scores, got, want)
		}
	}
}

func TestQuantileByHand(t *testing.T) {
	sorted := []float64{10, 20, 40, 80, 160}
	for p, want := range map[float64]float64{0: 10, .25: 20, .3: 24, .5: 40, .9: 128, 1: 160} {
		if got := quantile(sorted, p); !near(got, want) {
			t.Errorf("at %v: %v, want %v", p, got, want)
		}
	}
}

// Of two scores 0 and 1 a resample has the mean 0, 1/2 or 1 with the chances 1/4, 1/2 and 1/4. Of eight
// scores, of which four are 1, the number of ones is binomial: 2.5 % of resamples have no more than one.
func TestBootstrapByHand(t *testing.T) {
	if got := Bootstrap(Mean, []float64{0, 1}); got != (Interval{0, 1}) {
		t.Errorf("two scores: %v", got)
	}
	if got := Bootstrap(Mean, []float64{0, 0, 0, 0, 1, 1, 1, 1}); got != (Interval{1. / 8, 7. / 8}) {
		t.Errorf("eight scores: %v", got)
	}
}

// Between tasks nothing is resampled: two tasks with constant scores leave no doubt about their mean.
func TestBootstrapIsStratified(t *testing.T) {
	if got := Bootstrap(Mean, []float64{0, 0}, []float64{10, 10}); got != (Interval{5, 5}) {
		t.Errorf("two tasks with constant scores have the interval %v", got)
	}
	if got := Bootstrap(Mean, []float64{0, 0, 10, 10}); got.Low > 2.5 || got.High < 7.5 {
		t.Errorf("one task with the same scores has the interval %v", got)
	}
}

func TestNothingIsNaN(t *testing.T) {
	for name, statistic := range map[string]Statistic{"mean": Mean, "median": Median, "interquartile mean": InterquartileMean} {
		if got := statistic(nil); !math.IsNaN(got) {
			t.Errorf("the %s of no scores is %v", name, got)
		}
	}
	if got := Area(nil); !math.IsNaN(got) {
		t.Errorf("the area under no curve is %v", got)
	}
}

func TestSummaryProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.Float64Range(-1000, 1000), 1, 9).Draw(t, "scores")
		shift := rapid.Float64Range(-100, 100).Draw(t, "shift")
		least, greatest := slices.Min(scores), slices.Max(scores)
		moved := make([]float64, len(scores))
		for i, score := range scores {
			moved[i] = 2*score + shift
		}
		for name, statistic := range map[string]Statistic{"mean": Mean, "median": Median, "interquartile mean": InterquartileMean} {
			value, interval := statistic(scores), Bootstrap(statistic, scores)
			const slack = 1e-9
			if value < least-slack || value > greatest+slack || interval.Low < least-slack || interval.High > greatest+slack || interval.Low > interval.High {
				t.Errorf("the %s of %v is %v in %v", name, scores, value, interval)
			}
			if !near(statistic(moved), 2*value+shift) || !near(Bootstrap(statistic, moved).Low, 2*interval.Low+shift) {
				t.Errorf("the %s of %v does not move with the scores", name, scores)
			}
			if Bootstrap(statistic, scores) != interval {
				t.Errorf("the interval of the %s of %v is another one the second time", name, scores)
			}
		}
	})
}

func TestArea(t *testing.T) {
	for _, test := range []struct {
		curve []track.Point
		want  float64
	}{
		{[]track.Point{{X: 5, Y: 3}}, 3},
		{[]track.Point{{X: 0, Y: 2}, {X: 10, Y: 4}}, 3},
		{[]track.Point{{X: 0, Y: 0}, {X: 10, Y: 10}, {X: 40, Y: 10}}, 8.75},
	} {
		if got := Area(test.curve); got != test.want {
			t.Errorf("%v: %v, want %v", test.curve, got, test.want)
		}
	}
}

func TestSummariseByHand(t *testing.T) {
	got := Summarise([]float64{1, 1}, []float64{3, 3})
	if got.Mean != 2 || got.Median != 2 || got.InterquartileMean != 2 || got.MeanInterval != (Interval{2, 2}) {
		t.Errorf("got %+v", got)
	}
}
