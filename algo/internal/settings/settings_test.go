package settings

import (
	"math"
	"testing"
)

func TestProblems(t *testing.T) {
	p := Problems{Algorithm: "toy"}
	if p.Require(true, "batch", 1, "positive"); p.Err() != nil {
		t.Errorf("a setting that is right gives %v", p.Err())
	}
	p.Require(false, "batch", 0, "positive")
	p.Require(false, "rate", -1.5, "at least 0")
	if want := "toy: batch is 0, must be positive\ntoy: rate is -1.5, must be at least 0"; p.Err() == nil || p.Err().Error() != want {
		t.Errorf("the problems are %q, want %q", p.Err(), want)
	}
}

func TestNumbers(t *testing.T) {
	for x, want := range map[float64][2]bool{ // finite, positive
		1: {true, true}, 0: {true, false}, -1: {true, false}, math.Inf(1): {false, false}, math.Inf(-1): {false, false},
	} {
		if got := [2]bool{Finite(x), Positive(x)}; got != want {
			t.Errorf("%v is finite, positive: %v, want %v", x, got, want)
		}
	}
	if Finite(math.NaN()) || Positive(math.NaN()) {
		t.Error("NaN passes for a number")
	}
	if !Layers([]int{3}) || Layers(nil) || Layers([]int{3, 0}) {
		t.Error("one or more positive numbers are layers, nothing else is")
	}
}
