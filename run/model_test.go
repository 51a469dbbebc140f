package run

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// rows is one number of each row.
func rowsOf(numbers ...float32) [][]float32 {
	var rows [][]float32
	for _, x := range numbers {
		rows = append(rows, []float32{x, 7}) // and one that never varies
	}
	return rows
}

// twoEpisodes have five steps and three. Variance of the first number: of 0 1 2 3 4 2 2 2 it is 1.25.
func twoEpisodes() []*episode {
	return []*episode{
		{agent.Segment{Observations: rowsOf(0, 1, 2, 3, 4), Actions: make([][]float32, 4)}, []float32{9, 1, 2, 3, 4}, []float32{1, 1, 1, 1, 0}},
		{agent.Segment{Observations: rowsOf(2, 2, 2), Actions: make([][]float32, 2)}, []float32{9, 2, 2}, []float32{1, 1, 1}},
	}
}

// oneTooHigh is a model that sees what is, with every reward doubled; behind a context of 2 it predicts each
// number too high by so much as it is ahead, and rewards that fall.
func oneTooHigh(context int) agent.Dreamer {
	return func(s agent.Segment) (agent.Dream, error) {
		var d agent.Dream
		for step, seen := range s.Observations {
			ahead := float32(max(0, step-context+1))
			d.Observations = append(d.Observations, []float32{seen[0] + ahead, 7 + ahead})
			d.Rewards = append(d.Rewards, 2*seen[0]-3*ahead)
			d.Continuations = append(d.Continuations, 0.75-0.5*float32(step/4))
			if step < context {
				d.Divergences = append(d.Divergences, []float32{0.004, 1, 0.1 * float32(step)})
			}
		}
		return d, nil
	}
}

// By hand, with a context of two observations and predictions of two more: the first episode has one segment of
// four steps and a rest of one, from which nothing can be predicted, the second a segment of three.
func TestExamineByHand(t *testing.T) {
	span := agent.Span{Context: 2, Horizon: 2, Samples: 1}
	r, err := examine(twoEpisodes(), nil, span, oneTooHigh(span.Steps()), oneTooHigh(span.Context))
	if err != nil {
		t.Fatal(err)
	}
	if r.Episodes != 2 || r.Segments != 2 || r.Context != 2 || len(r.Errors) != 2 {
		t.Fatalf("got %+v", r)
	}
	// Errors of 1 and 2 in units of 1.25; the last seen are 1 and 2, what comes is 2, 3 and 2.
	near(t, "one ahead", r.Errors[0].Model, 1/1.25)
	near(t, "two ahead", r.Errors[1].Model, 4/1.25)
	near(t, "repeated, one ahead", r.Errors[0].RepeatLast, 0.5/1.25)
	near(t, "repeated, two ahead", r.Errors[1].RepeatLast, 4/1.25)
	if r.Errors[0].Count != 2 || r.Errors[1].Count != 1 || r.Errors[1].Steps != 2 {
		t.Errorf("errors are %+v", r.Errors)
	}
	// Seven filtered steps: 0, 1, 2, 3 and 0, 1, 2.
	for i, want := range []float64{1, 0.9 / 7, 0.004} {
		near(t, "a divergence", r.Divergences[i], want)
	}
	if r.Active != 2 {
		t.Errorf("%d variables are active", r.Active)
	}
	// Filtered the rewards 1 2 3, 2 2 are predicted as 2 4 6, 4 4; open loop 2 3, 2 as 1 0, 1.
	near(t, "the correlation", *r.Rewards.Filtered, 1)
	near(t, "the correlation, open loop", *r.Rewards.OpenLoop, -1)
	// All five filtered steps have the probability 0.75 and go on.
	if c := r.Continuation; len(c.Bins) != 1 || c.Bins[0] != (CalibrationBin{5, 0.75, 1}) {
		t.Errorf("the calibration is %+v", c)
	}
	near(t, "the Brier score", r.Continuation.Brier, 0.0625)
	near(t, "the calibration error", r.Continuation.Error, 0.25)
}

// By hand: two bytes of which one goes 0, 10, 20 and has a variance of 200/3, and the other stays. After two steps
// seen the model predicts 25 instead of 20, and the last seen is 10.
func TestPictureErrorsByHand(t *testing.T) {
	e := &episode{Segment: agent.Segment{
		Observations: make([][]float32, 3), Actions: make([][]float32, 2), Pictures: [][]byte{{0, 9}, {10, 9}, {20, 9}},
	}, rewards: make([]float32, 3), discounts: make([]float32, 3)}
	dreamer := func(s agent.Segment) (agent.Dream, error) {
		return agent.Dream{Observations: s.Observations, Pictures: [][]byte{{0, 9}, {10, 9}, {25, 9}}, Rewards: make([]float32, 3)}, nil
	}
	r, err := examine([]*episode{e}, nil, agent.Span{Context: 2, Horizon: 4, Samples: 1}, dreamer, dreamer)
	if err != nil {
		t.Fatal(err)
	}
	if r.Errors != nil || len(r.Pictures) != 1 || r.Pictures[0].Count != 1 {
		t.Fatalf("got %+v", r)
	}
	near(t, "the model's error", r.Pictures[0].Model, 25/(200.0/3))
	near(t, "repeating", r.Pictures[0].RepeatLast, 100/(200.0/3))
}

// By hand: two probabilities in one bin, of which one comes true, and certainty.
func TestCalibrateByHand(t *testing.T) {
	c := calibrate([]float64{0.52, 0.58, 1, 1}, []float64{1, 0, 1, 1})
	if len(c.Bins) != 2 || c.Bins[0].Count != 2 || c.Bins[1] != (CalibrationBin{2, 1, 1}) {
		t.Fatalf("bins are %+v", c.Bins)
	}
	near(t, "predicted", c.Bins[0].Predicted, 0.55)
	near(t, "observed", c.Bins[0].Observed, 0.5)
	near(t, "the Brier score", c.Brier, (0.48*0.48+0.58*0.58)/4)
	near(t, "the error", c.Error, 0.05*2/4)
}

func TestNothingToExamine(t *testing.T) {
	span := agent.Span{Context: 5, Horizon: 2, Samples: 1}
	if _, err := examine(twoEpisodes(), nil, span, nil, nil); err == nil || !strings.Contains(err.Error(), "longer than the 5 observations") {
		t.Errorf("short episodes are %v", err)
	}
	broken := func(agent.Segment) (agent.Dream, error) { return agent.Dream{}, errors.New("broken") }
	span.Context = 2
	if _, err := examine(twoEpisodes(), nil, span, oneTooHigh(4), broken); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a broken model is %v", err)
	}
	unreal := func(s agent.Segment) (agent.Dream, error) {
		d, err := oneTooHigh(2)(s)
		d.Observations[3][0] = float32(math.Inf(1))
		return d, err
	}
	if _, err := examine(twoEpisodes(), nil, span, oneTooHigh(4), unreal); err == nil || !strings.Contains(err.Error(), "predicts +Inf") {
		t.Errorf("a prediction without bounds is %v", err)
	}
	if constant := correlation([]float64{1, 1}, []float64{1, 2}); constant != nil {
		t.Errorf("the correlation with a constant is %v", *constant)
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// By hand: of two observations beside a picture, "place" has two numbers that go 0 to 6 and 0 to 12, with variances of 4
// and 16, and "still" one that stays. Five steps behind two that were seen the model is wrong by 1 and 3, and what was
// seen last by 5 and 10.
func TestObservationErrorsByHand(t *testing.T) {
	e := &episode{rewards: make([]float32, 7), discounts: make([]float32, 7)}
	e.Actions = make([][]float32, 6)
	for i := range 7 {
		e.Observations = append(e.Observations, []float32{float32(i), float32(2 * i), 4})
	}
	dreamer := func(s agent.Segment) (agent.Dream, error) {
		d := agent.Dream{Rewards: make([]float32, len(s.Observations))}
		for _, row := range s.Observations {
			d.Observations = append(d.Observations, []float32{row[0] + 1, row[1] - 3, row[2] + 1})
		}
		return d, nil
	}
	specs := []env.Spec{{Name: "place", Shape: []int{2}}, {Name: "pixels", Shape: []int{2}, Kind: env.Uint8}, {Name: "still"}}
	r, err := examine([]*episode{e}, specs, agent.Span{Context: 2, Horizon: 5, Samples: 1}, dreamer, dreamer)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Observations) != 1 || r.Observations[0].Name != "place" {
		t.Fatalf("got %+v", r.Observations)
	}
	near(t, "the model's error", r.Observations[0].Model, 10.0/20)
	near(t, "repeating", r.Observations[0].RepeatLast, 125.0/20)
}
