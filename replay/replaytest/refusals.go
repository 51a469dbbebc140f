package replaytest

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/replay"
)

// testRefusesValues checks that a bad value is refused by name and leaves the memory as it was.
func testRefusesValues(t *testing.T, open Open) {
	nan, infinity := float32(math.NaN()), float32(math.Inf(1))
	memory, err := open(replay.Layout{Observation: 2, Action: 2, Reward: 1}, 10, 1)
	noError(t, err)
	expectError(t, memory.Begin(replay.Step{Observation: []float32{0, nan}}), "first step", "observation[1] is NaN")
	expectError(t, memory.Begin(replay.Step{Observation: []float32{0}}), "observation has 1 elements, want 2")
	noError(t, memory.Begin(replay.Step{Observation: []float32{0, 1}}))
	good := func() replay.Step {
		return replay.Step{Action: []float32{0, 0}, Reward: []float32{0}, Discount: 1, Observation: []float32{0, 0}}
	}
	for want, spoil := range map[string]func(*replay.Step){
		"action[1] is NaN":           func(s *replay.Step) { s.Action[1] = nan },
		"action has 3 elements":      func(s *replay.Step) { s.Action = make([]float32, 3) },
		"reward[0] is +Inf":          func(s *replay.Step) { s.Reward[0] = infinity },
		"reward has 0 elements":      func(s *replay.Step) { s.Reward = nil },
		"observation[0] is -Inf":     func(s *replay.Step) { s.Observation[0] = -infinity },
		"log-probability is NaN":     func(s *replay.Step) { s.LogProbability = nan },
		"discount is NaN":            func(s *replay.Step) { s.Discount = nan },
		"discount is 1.5, not in":    func(s *replay.Step) { s.Discount = 1.5 },
		"discount is -0.1, not in":   func(s *replay.Step) { s.Discount = -0.1 },
		"observation has 1 elements": func(s *replay.Step) { s.Observation = []float32{0} },
	} {
		step := good()
		spoil(&step)
		expectError(t, memory.Append(step), "step 0", want)
	}
	if memory.Len() != 0 {
		t.Errorf("Len is %d after steps that were refused", memory.Len())
	}
	noError(t, memory.Append(good()))
}

// testRefusesOrder checks calls at the wrong time.
func testRefusesOrder(t *testing.T, open Open) {
	memory := must(t, open, 10, 1)
	batch := replay.NewTransitions(scalar, 1)
	step := replay.Step{Action: []float32{0}, Reward: []float32{0}, Observation: []float32{0}}
	expectError(t, memory.SampleTransitions(batch, 1, 1), "nothing to sample")
	expectError(t, memory.Append(step), "Begin")
	noError(t, memory.Begin(replay.Step{Observation: []float32{0}}))
	expectError(t, memory.SampleTransitions(batch, 1, 1), "nothing to sample")
	noError(t, memory.Append(step))
	expectError(t, memory.Append(step), "terminated", "Begin")
	reopened, err := memory.Reopen()
	noError(t, err)
	expectError(t, reopened.Append(step), "terminated", "Begin")
	noError(t, reopened.SampleTransitions(batch, 1, 1))
}

// testRefusesBatches checks batches of the wrong size and parameters out of range.
func testRefusesBatches(t *testing.T, open Open) {
	memory := must(t, open, 10, 1)
	play(t, memory, 0, make([]float32, 3), []float32{1, 1, 1})
	expectError(t, memory.SampleTransitions(replay.NewTransitions(scalar, 1), 0, 1), "n is 0")
	expectError(t, memory.SampleTransitions(replay.NewTransitions(scalar, 1), 1, 1.5), "gamma is 1.5")
	expectError(t, memory.SampleTransitions(replay.NewTransitions(scalar, 1), 1, math.NaN()), "gamma is NaN")
	expectError(t, memory.SampleSequences(replay.NewSequences(scalar, 1, 1), 0), "length 0")
	for name, spoil := range map[string]func(*replay.Transitions){
		"Observation":    func(b *replay.Transitions) { b.Observation = nil },
		"Action":         func(b *replay.Transitions) { b.Action = nil },
		"LogProbability": func(b *replay.Transitions) { b.LogProbability = nil },
		"Reward":         func(b *replay.Transitions) { b.Reward = nil },
		"Next":           func(b *replay.Transitions) { b.Next = nil },
	} {
		batch := replay.NewTransitions(scalar, 2)
		spoil(&batch)
		expectError(t, memory.SampleTransitions(batch, 1, 1), name+" has 0 elements, want 2")
	}
	for want, spoil := range map[string]func(*replay.Sequences){
		"Observation has 0 elements, want 6":    func(b *replay.Sequences) { b.Observation = nil },
		"Action has 0 elements, want 4":         func(b *replay.Sequences) { b.Action = nil },
		"LogProbability has 0 elements, want 4": func(b *replay.Sequences) { b.LogProbability = nil },
		"Reward has 0 elements, want 4":         func(b *replay.Sequences) { b.Reward = nil },
		"Discount has 5 elements, want 4":       func(b *replay.Sequences) { b.Discount = make([]float32, 5) },
	} {
		batch := replay.NewSequences(scalar, 2, 2)
		spoil(&batch)
		expectError(t, memory.SampleSequences(batch, 2), want)
	}
}
