package track

import (
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"
)

func TestPointsLeaveOutWhatCannotBeDrawn(t *testing.T) {
	records := []Record{
		{Step: 1, Metrics: Metrics{{"return", 5}}},
		{Step: 2, Metrics: Metrics{{"loss", 1}}},
		{Step: 3, Metrics: Metrics{{"return", math.NaN()}}},
		{Step: 4, Metrics: Metrics{{"return", 7}}},
	}
	if got, want := Points(records, "return"), []Point{{1, 5}, {4, 7}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSummariseByHand(t *testing.T) {
	mean, low, high, err := summarise([][]Point{
		{{0, 0}, {2, 4}, {4, 4}},
		{{1, 6}, {3, 0}},
	}, extremes)
	if err != nil {
		t.Fatal(err)
	}
	// At 1, 2 and 3 the first run is 2, 4, 4 and the second 6, 3, 0.
	for name, got := range map[string][2]plotter.XYs{
		"mean": {mean, {{X: 1, Y: 4}, {X: 2, Y: 3.5}, {X: 3, Y: 2}}},
		"low":  {low, {{X: 1, Y: 2}, {X: 2, Y: 3}, {X: 3, Y: 0}}},
		"high": {high, {{X: 1, Y: 6}, {X: 2, Y: 4}, {X: 3, Y: 4}}},
	} {
		if diff := cmp.Diff(got[1], got[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestBandOfOnesOwn(t *testing.T) {
	half := func(heights []float64) (low, high float64) { return slices.Min(heights) / 2, slices.Max(heights) / 2 }
	_, low, high, err := summarise([][]Point{{{1, 4}}, {{1, 10}}}, half)
	if err != nil || low[0].Y != 2 || high[0].Y != 5 {
		t.Errorf("the band goes from %v to %v; %v", low, high, err)
	}
}

// learning is a curve as runs have them.
func learning(seed float64) []Point {
	var run []Point
	for i := range 60 {
		x := float64(i) * 2000
		run = append(run, Point{x, 800*(1-math.Exp(-x/(30000+4000*seed))) + 40*math.Sin(float64(i)*(1+seed))})
	}
	return run
}

func drawExample(path string) error {
	return Curve(path, Labels{"classic/pendulum", "environment steps", "return"},
		Series{Name: "mpo, 3 seeds", Runs: [][]Point{learning(0), learning(1), learning(2)}},
		Series{Name: "svg", Runs: [][]Point{learning(7)}})
}

func TestCurveIsAnSVGPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curve.svg")
	if err := drawExample(path); err != nil {
		t.Fatal(err)
	}
	text := contents(t, path)
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"<svg", "classic/pendulum", "environment steps", "return", "mpo, 3 seeds", ">100k<"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture does not hold %q", want)
		}
	}
	again := filepath.Join(t.TempDir(), "again.svg")
	if err := drawExample(again); err != nil {
		t.Fatal(err)
	}
	if contents(t, again) != text {
		t.Error("the same figure gives other bytes")
	}
}

func TestCurveErrors(t *testing.T) {
	tests := []struct {
		name   string
		series []Series
		want   string
	}{
		{"nothing", nil, "no series has a point"},
		{"empty runs", []Series{{Name: "a", Runs: [][]Point{nil}}}, "no series has a point"},
		{"backwards", []Series{{Name: "a", Runs: [][]Point{{{2, 0}, {1, 0}}}}}, `series "a": the points of a run are not in the order`},
		{"apart", []Series{{Name: "a", Runs: [][]Point{{{1, 0}, {2, 0}}, {{3, 0}, {4, 0}}}}}, "no range of X in common"},
		{"not a number", []Series{{Name: "a", Runs: [][]Point{{{1, math.NaN()}}}}}, `series "a"`},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "curve.svg")
		if err := Curve(path, Labels{}, test.series...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file was written", test.name)
		}
	}
}

func TestCurveOfOnePoint(t *testing.T) {
	if err := Curve(filepath.Join(t.TempDir(), "a.svg"), Labels{}, Series{Name: "a", Runs: [][]Point{{{1, 2}}}}); err != nil {
		t.Error(err)
	}
}

func TestRoundStep(t *testing.T) {
	for step, want := range map[float64]float64{0.07: 0.1, 0.1: 0.1, 1.2: 2, 2.1: 5, 5.1: 10, 17000: 20000} {
		if got := roundStep(step); math.Abs(got-want) > 1e-12*want {
			t.Errorf("the step above %g is %g, want %g", step, got, want)
		}
	}
}

func TestShortNumber(t *testing.T) {
	for value, want := range map[float64]string{0: "0", -0.3: "-0.3", 3 * 0.1: "0.3", 9999: "9999", 20000: "20k", -2.5e6: "-2.5M"} {
		if got := shortNumber(value); got != want {
			t.Errorf("%v is written %q, want %q", value, got, want)
		}
	}
}
