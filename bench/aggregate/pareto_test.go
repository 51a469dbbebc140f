package aggregate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/classic"
)

func TestFrontsByHand(t *testing.T) {
	points := [][]float64{{1, 5}, {2, 2}, {5, 1}, {1, 1}, {3, 3}, {5, 1}, {0, 0}}
	want := [][]int{{0, 2, 4, 5}, {1}, {3}, {6}} // equal points do not dominate each other
	if got := Fronts(points); !slices.EqualFunc(got, want, func(a, b []int) bool { return slices.Equal(a, b) }) {
		t.Errorf("the fronts are %v, want %v", got, want)
	}
	if Fronts(nil) != nil {
		t.Error("no points have a front")
	}
}

func TestHypervolumeByHand(t *testing.T) {
	for _, test := range []struct {
		points    [][]float64
		reference []float64
		want      float64
	}{
		{nil, []float64{0, 0}, 0},
		{[][]float64{{3}, {2}}, []float64{1}, 2},
		{[][]float64{{2, 3}}, []float64{1, 1}, 2},
		{[][]float64{{1, 3}, {3, 1}, {2, 2}}, []float64{0, 0}, 6},   // stairs of 1, 2 and 3 squares
		{[][]float64{{1, 3}, {3, 1}, {1, 1}}, []float64{0, 0}, 5},   // what is dominated adds nothing
		{[][]float64{{1, 3}, {5, -1}, {-1, 9}}, []float64{0, 0}, 3}, // nor does what is worse than the reference
		{[][]float64{{1, 1, 1}}, []float64{0, 0, 0}, 1},             // a cube
		{[][]float64{{2, 1, 1}, {1, 2, 1}}, []float64{0, 0, 0}, 3},  // two that share a third
		{[][]float64{{1, 1, 2}, {2, 2, 1}}, []float64{0, 0, 0}, 5},  // 4 below, 1 above
		{[][]float64{{1, 1, 2}, {1, 1, 2}}, []float64{0, 0, 0}, 2},  // twice the same
		{classic.TreasureFront(), []float64{0, -25}, 1155},          // which the literature gives
	} {
		if got := Hypervolume(test.points, test.reference); !near(got, test.want) {
			t.Errorf("the hypervolume of %v over %v is %v, want %v", test.points, test.reference, got, test.want)
		}
	}
}

// The share of random points of a cube that some point dominates is its hypervolume, whatever the order of points and
// objectives.
func TestHypervolumeIsAShare(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	draw := func() []float64 { return []float64{random.Float64(), random.Float64(), random.Float64()} }
	points := [][]float64{draw(), draw(), draw(), draw(), draw()}
	const draws = 40000
	inside := 0.0
	for range draws {
		x := draw()
		if slices.ContainsFunc(points, func(p []float64) bool { return Dominates(p, x) }) {
			inside++
		}
	}
	volume := Hypervolume(points, []float64{0, 0, 0})
	if share := inside / draws; share < volume-0.01 || share > volume+0.01 {
		t.Errorf("the hypervolume is %v, a share of %v of the cube is dominated", volume, share)
	}
	slices.Reverse(points)
	var turned [][]float64
	for _, p := range points {
		turned = append(turned, []float64{p[2], p[0], p[1]})
	}
	if again := Hypervolume(turned, []float64{0, 0, 0}); !near(again, volume) {
		t.Errorf("in another order the hypervolume is %v, was %v", again, volume)
	}
}
