// Package replaytest checks that replay memory keeps its promises: one suite for every
// implementation, against a slow model and against numbers computed by hand.
package replaytest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/replay"
)

// Memory is what the suite checks: a table with a sampler of it.
type Memory interface {
	Begin(first replay.Step) error
	Append(step replay.Step) error
	Len() int
	SampleTransitions(batch replay.Transitions, n int, gamma float64) error
	SampleSequences(batch replay.Sequences, length int) error
	// Reopen saves the memory and returns what a new process would load.
	Reopen() (Memory, error)
}

// Open returns a new memory. Its random numbers depend on seed alone.
type Open func(layout replay.Layout, capacity int, seed uint64) (Memory, error)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, Open){
		"Histories":      testHistories,
		"NumbersByHand":  testNumbersByHand,
		"WindowsByHand":  testWindowsByHand,
		"RewardsByHand":  testRewardsByHand,
		"Uniform":        testUniform,
		"LongWindows":    testLongWindows,
		"Deterministic":  testDeterministic,
		"RefusesValues":  testRefusesValues,
		"RefusesOrder":   testRefusesOrder,
		"RefusesBatches": testRefusesBatches,
		"NoAllocation":   testNoAllocation,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

var scalar = replay.Layout{Observation: 1, Action: 1, Reward: 1}

// must opens a memory of scalars.
func must(t *testing.T, open Open, capacity int, seed uint64) Memory {
	t.Helper()
	memory, err := open(scalar, capacity, seed)
	noError(t, err)
	return memory
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// expectError checks that err contains every one of parts.
func expectError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not contain %q", err, part)
		}
	}
}

// play stores an episode of scalars: observations first, first+1, ...; the action is the
// observation plus 1/2, and rewards and discounts are as given.
func play(t *testing.T, memory Memory, first float32, rewards, discounts []float32) {
	t.Helper()
	noError(t, memory.Begin(replay.Step{Observation: []float32{first}}))
	for i, reward := range rewards {
		observation := first + float32(i)
		noError(t, memory.Append(replay.Step{
			Action: []float32{observation + 0.5}, LogProbability: -observation, Reward: []float32{reward},
			Discount: discounts[i], Observation: []float32{observation + 1},
		}))
	}
}

// testNumbersByHand plays a terminated episode, a truncated one and an open one.
func testNumbersByHand(t *testing.T, open Open) {
	memory := must(t, open, 100, 1)
	play(t, memory, 10, []float32{1, 2, 4}, []float32{1, 1, 0})
	play(t, memory, 20, []float32{1, 2, 4}, []float32{1, 0.5, 1})
	play(t, memory, 30, []float32{8}, []float32{1})
	if memory.Len() != 7 {
		t.Errorf("Len is %d, want 7", memory.Len())
	}
	// With n = 2 and gamma = 1/2, from each observation: reward, discount, next observation.
	want := map[float32][3]float32{
		10: {2, 0.25, 12}, 11: {4, 0, 13}, 12: {4, 0, 13},
		20: {2, 0.125, 22}, 21: {3, 0.125, 23}, 22: {4, 0.5, 23},
		30: {8, 0.5, 31},
	}
	batch := replay.NewTransitions(scalar, 200)
	noError(t, memory.SampleTransitions(batch, 2, 0.5))
	for i, observation := range batch.Observation {
		got := [3]float32{batch.Reward[i], batch.Discount[i], batch.Next[i]}
		if expected, found := want[observation]; !found || got != expected {
			t.Fatalf("from %v: got %v, want %v", observation, got, expected)
		}
		if batch.Action[i] != observation+0.5 || batch.LogProbability[i] != -observation {
			t.Fatalf("from %v: action %v with log-probability %v", observation, batch.Action[i], batch.LogProbability[i])
		}
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(batch.Observation))); len(distinct) != len(want) {
		t.Errorf("only %v were drawn", distinct)
	}
}

// testWindowsByHand draws the one window of three steps there is.
func testWindowsByHand(t *testing.T, open Open) {
	memory := must(t, open, 100, 1)
	play(t, memory, 10, []float32{1, 2}, []float32{1, 1})
	play(t, memory, 20, []float32{3, 4, 5}, []float32{1, 0.5, 0})
	batch := replay.NewSequences(scalar, 2, 3)
	noError(t, memory.SampleSequences(batch, 3))
	for _, column := range []struct {
		name      string
		got, want []float32
	}{
		{"observations", batch.Observation, []float32{20, 21, 22, 23, 20, 21, 22, 23}},
		{"actions", batch.Action, []float32{20.5, 21.5, 22.5, 20.5, 21.5, 22.5}},
		{"log-probabilities", batch.LogProbability, []float32{-20, -21, -22, -20, -21, -22}},
		{"rewards", batch.Reward, []float32{3, 4, 5, 3, 4, 5}},
		{"discounts", batch.Discount, []float32{1, 0.5, 0, 1, 0.5, 0}},
	} {
		if !slices.Equal(column.got, column.want) {
			t.Errorf("%s are %v, want %v", column.name, column.got, column.want)
		}
	}
}

// testRewardsByHand plays an episode of two steps with three rewards each, and draws all of them and the first alone.
func testRewardsByHand(t *testing.T, open Open) {
	several := scalar
	several.Reward = 3
	memory, err := open(several, 10, 1)
	noError(t, err)
	noError(t, memory.Begin(replay.Step{Observation: []float32{0}}))
	for i, reward := range [][]float32{{1, 10, 100}, {2, 20, 200}} {
		noError(t, memory.Append(replay.Step{
			Action: []float32{0}, Reward: reward, Discount: 1, Observation: []float32{float32(i + 1)},
		}))
	}
	for _, want := range []struct {
		rewards     int
		transitions map[float32][]float32 // with n = 2 and gamma = 1/2, from each observation
		sequence    []float32
	}{
		{3, map[float32][]float32{0: {2, 20, 200}, 1: {2, 20, 200}}, []float32{1, 10, 100, 2, 20, 200}},
		{1, map[float32][]float32{0: {2}, 1: {2}}, []float32{1, 2}},
	} {
		wanted := scalar
		wanted.Reward = want.rewards
		transitions, sequences := replay.NewTransitions(wanted, 40), replay.NewSequences(wanted, 1, 2)
		noError(t, memory.SampleTransitions(transitions, 2, 0.5))
		for i, from := range transitions.Observation {
			if got := at(transitions.Reward, want.rewards, i); !slices.Equal(got, want.transitions[from]) {
				t.Errorf("from %v: rewards %v, want %v", from, got, want.transitions[from])
			}
		}
		noError(t, memory.SampleSequences(sequences, 2))
		if !slices.Equal(sequences.Reward, want.sequence) {
			t.Errorf("rewards %v, want %v", sequences.Reward, want.sequence)
		}
	}
	two := replay.NewTransitions(replay.Layout{Observation: 1, Action: 1, Reward: 2}, 4)
	expectError(t, memory.SampleTransitions(two, 1, 1), "Reward has 8 elements, want 12")
}

// testUniform counts draws after the ring has wrapped, with episodes of many lengths.
func testUniform(t *testing.T, open Open) {
	memory := must(t, open, 40, 3)
	for episode := range 20 {
		steps := episode % 7
		discounts := slices.Repeat([]float32{1}, steps)
		play(t, memory, float32(100*episode), make([]float32, steps), discounts)
	}
	counts := map[float32]int{}
	batch := replay.NewTransitions(scalar, 1000)
	for range 100 {
		noError(t, memory.SampleTransitions(batch, 3, 1))
		for _, observation := range batch.Observation {
			counts[observation]++
		}
	}
	if len(counts) != memory.Len() {
		t.Errorf("%d steps were drawn, want all %d", len(counts), memory.Len())
	}
	expectUniform(t, counts)
}

// expectUniform allows the chi-square statistic five of its deviations.
func expectUniform(t *testing.T, counts map[float32]int) {
	t.Helper()
	total := 0
	for _, count := range counts {
		total += count
	}
	expected := float64(total) / float64(len(counts))
	var chiSquare float64
	for _, count := range counts {
		chiSquare += math.Pow(float64(count)-expected, 2) / expected
	}
	freedom := float64(len(counts) - 1)
	if chiSquare > freedom+5*math.Sqrt(2*freedom) {
		t.Errorf("draws are not uniform: chi-square %v with %v degrees of freedom: %v", chiSquare, freedom, counts)
	}
}

// testLongWindows draws windows that few rows of many begin.
func testLongWindows(t *testing.T, open Open) {
	memory := must(t, open, 5000, 5)
	play(t, memory, 1, make([]float32, 12), slices.Repeat([]float32{1}, 12))
	for range 4000 {
		noError(t, memory.Begin(replay.Step{Observation: []float32{0}}))
	}
	counts := map[float32]int{}
	batch := replay.NewSequences(scalar, 3000, 10)
	noError(t, memory.SampleSequences(batch, 10))
	for item := range 3000 {
		counts[batch.Observation[11*item]]++
	}
	if len(counts) != 3 || counts[1] == 0 || counts[2] == 0 || counts[3] == 0 {
		t.Errorf("windows begin at %v, want 1, 2 and 3", counts)
	}
	expectUniform(t, counts)
	expectError(t, memory.SampleSequences(replay.NewSequences(scalar, 1, 13), 13), "no episode has 13 steps")
}

// testDeterministic compares memories with the same and with different seeds, one of them saved
// and loaded between two draws.
func testDeterministic(t *testing.T, open Open) {
	draw := func(seed uint64, reopen bool) string {
		memory := must(t, open, 64, seed)
		play(t, memory, 0, make([]float32, 90), slices.Repeat([]float32{1}, 90))
		batch := replay.NewTransitions(scalar, 16)
		noError(t, memory.SampleTransitions(batch, 1, 1))
		first := fmt.Sprint(batch)
		if reopen {
			var err error
			memory, err = memory.Reopen()
			noError(t, err)
		}
		noError(t, memory.SampleTransitions(batch, 1, 1))
		return first + fmt.Sprint(batch)
	}
	if draw(1, false) != draw(1, true) {
		t.Error("a memory that was saved and loaded draws differently")
	}
	if draw(1, false) == draw(2, false) {
		t.Error("two seeds draw the same")
	}
}

func testNoAllocation(t *testing.T, open Open) {
	several := scalar
	several.Reward = 2
	memory, err := open(several, 64, 1)
	noError(t, err)
	noError(t, memory.Begin(replay.Step{Observation: []float32{0}}))
	step := replay.Step{Action: []float32{1}, Reward: []float32{1, 2}, Discount: 1, Observation: []float32{1}}
	for range 90 {
		noError(t, memory.Append(step))
	}
	transitions, sequences := replay.NewTransitions(scalar, 16), replay.NewSequences(scalar, 4, 5)
	all := replay.NewTransitions(several, 16)
	if count := testing.AllocsPerRun(100, func() {
		noError(t, memory.Append(step))
		noError(t, memory.SampleTransitions(transitions, 3, 0.9))
		noError(t, memory.SampleTransitions(all, 3, 0.9))
		noError(t, memory.SampleSequences(sequences, 5))
	}); count != 0 {
		t.Errorf("%v allocations", count)
	}
}
