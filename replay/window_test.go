package replay_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/replay"
)

// recurrent is a layout whose rows have a state of two numbers.
var recurrent = replay.Layout{Observation: 1, Action: 1, Reward: 1, State: 2}

// newRecurrent returns a sampler of a table to which an episode of three steps, one of one step and one
// that goes on were added: observation n is followed by n+1, and its state is (n, -n) but for the first.
func newRecurrent(t *testing.T, capacity int) (*replay.Table, *replay.Sampler) {
	t.Helper()
	table, err := replay.NewTable(recurrent, capacity)
	noError(t, err)
	for _, episode := range [][]float32{{10, 11, 12}, {20}, {30, 31}} {
		noError(t, table.Begin(replay.Step{Observation: episode[:1], State: make([]float32, 2)}))
		for _, at := range episode {
			noError(t, table.Append(replay.Step{
				Action: []float32{at / 10}, LogProbability: 1, Reward: []float32{at}, Discount: 1,
				Observation: []float32{at + 1}, State: []float32{at + 1, -at - 1},
			}))
		}
	}
	sampler, err := replay.NewSampler(1, table)
	noError(t, err)
	return table, sampler
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// window is what is drawn of a window of up to two steps.
type window struct {
	observation [3]float32
	action      [2]float32
	reward      [2]float32
	discount    [2]float32
	mask        [2]float32
	state       [2]float32
	first       float32
}

// drawWindows draws many windows and returns those that differ, by their first observation.
func drawWindows(t *testing.T, sample func(batch replay.Sequences, length int) error) map[float32]window {
	t.Helper()
	batch := replay.NewSequences(recurrent, 300, 2)
	for i := range batch.Observation {
		batch.Observation[i] = 99 // is to be replaced
	}
	noError(t, sample(batch, 2))
	drawn := map[float32]window{}
	for i := range 300 {
		w := window{
			[3]float32(batch.Observation[3*i:]), [2]float32(batch.Action[2*i:]), [2]float32(batch.Reward[2*i:]),
			[2]float32(batch.Discount[2*i:]), [2]float32(batch.Mask[2*i:]), [2]float32(batch.State[2*i:]), batch.First[i],
		}
		if other, found := drawn[w.observation[0]]; found && other != w {
			t.Fatalf("two windows from observation %v: %+v and %+v", w.observation[0], w, other)
		}
		drawn[w.observation[0]] = w
	}
	return drawn
}

func compare(t *testing.T, got, want map[float32]window) {
	t.Helper()
	for first, w := range want {
		if got[first] != w {
			t.Errorf("from %v: %+v, want %+v", first, got[first], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d different windows, want %d", len(got), len(want))
	}
}

var ones = [2]float32{1, 1}

func TestWindowsByHand(t *testing.T) {
	_, sampler := newRecurrent(t, 100)
	compare(t, drawWindows(t, sampler.SampleWindows), map[float32]window{
		10: {[3]float32{10, 11, 12}, [2]float32{1, 1.1}, [2]float32{10, 11}, ones, ones, [2]float32{}, 1},
		11: {[3]float32{11, 12, 13}, [2]float32{1.1, 1.2}, [2]float32{11, 12}, ones, ones, [2]float32{11, -11}, 0},
		12: {[3]float32{12, 13, 0}, [2]float32{1.2, 0}, [2]float32{12, 0}, [2]float32{1, 0}, [2]float32{1, 0}, [2]float32{12, -12}, 0},
		20: {[3]float32{20, 21, 0}, [2]float32{2, 0}, [2]float32{20, 0}, [2]float32{1, 0}, [2]float32{1, 0}, [2]float32{}, 1},
		30: {[3]float32{30, 31, 32}, [2]float32{3, 3.1}, [2]float32{30, 31}, ones, ones, [2]float32{}, 1},
		31: {[3]float32{31, 32, 0}, [2]float32{3.1, 0}, [2]float32{31, 0}, [2]float32{1, 0}, [2]float32{1, 0}, [2]float32{31, -31}, 0},
	})
}

// Of the first episode the table holds the end alone, which begins with the state that was stored there.
func TestEpisodesByHand(t *testing.T) {
	_, sampler := newRecurrent(t, 8)
	compare(t, drawWindows(t, sampler.SampleEpisodes), map[float32]window{
		11: {[3]float32{11, 12, 13}, [2]float32{1.1, 1.2}, [2]float32{11, 12}, ones, ones, [2]float32{11, -11}, 0},
		20: {[3]float32{20, 21, 0}, [2]float32{2, 0}, [2]float32{20, 0}, [2]float32{1, 0}, [2]float32{1, 0}, [2]float32{}, 1},
		30: {[3]float32{30, 31, 32}, [2]float32{3, 3.1}, [2]float32{30, 31}, ones, ones, [2]float32{}, 1},
	})
}

// States survive saving, and leave no trace in memory that is used again.
func TestStatesAreRestored(t *testing.T) {
	table, _ := newRecurrent(t, 8)
	restored, err := replay.NewTable(recurrent, 8)
	noError(t, err)
	for _, part := range table.Save() {
		var data strings.Builder
		noError(t, part.Write(&data))
		noError(t, restored.Restore([]byte(data.String())))
	}
	sampler, err := replay.NewSampler(1, restored)
	noError(t, err)
	_, original := newRecurrent(t, 8)
	compare(t, drawWindows(t, sampler.SampleWindows), drawWindows(t, original.SampleWindows))
}

func TestRefusesStates(t *testing.T) {
	table, sampler := newRecurrent(t, 100)
	nan := float32(0)
	nan /= nan
	for want, state := range map[string][]float32{
		"state has 0 elements, want 2": nil, "state[1] is NaN": {0, nan},
	} {
		err := table.Append(replay.Step{Action: []float32{0}, Reward: []float32{0}, Observation: []float32{0}, State: state})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	for want, spoil := range map[string]func(b *replay.Sequences){
		"a mask of 0 elements":                     func(b *replay.Sequences) { b.Mask = nil },
		"Mask has 3 elements, want none or 4":      func(b *replay.Sequences) { b.Mask = make([]float32, 3) },
		"State has 2 elements, want 4":             func(b *replay.Sequences) { b.State = b.State[:2] },
		"First has 1 elements, want none or 2":     func(b *replay.Sequences) { b.First = b.First[:1] },
		"Observation has 1 elements, want 6":       func(b *replay.Sequences) { b.Observation = b.Observation[:1] },
		"windows of up to 2 steps and a mask of 0": func(b *replay.Sequences) { b.Mask = nil },
	} {
		batch := replay.NewSequences(recurrent, 2, 2)
		spoil(&batch)
		if err := sampler.SampleWindows(batch, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	empty, err := replay.NewTable(recurrent, 8)
	noError(t, err)
	nothing, err := replay.NewSampler(1, empty)
	noError(t, err)
	if nothing.SampleEpisodes(replay.NewSequences(recurrent, 2, 2), 2) == nil || nothing.Draw != 0 {
		t.Error("episodes were drawn from an empty table")
	}
}

func TestWindowsTakeNoMemory(t *testing.T) {
	_, sampler := newRecurrent(t, 100)
	batch := replay.NewSequences(recurrent, 4, 2)
	allocations := testing.AllocsPerRun(100, func() {
		noError(t, sampler.SampleWindows(batch, 2))
		noError(t, sampler.SampleEpisodes(batch, 2))
	})
	if allocations > 0 {
		t.Errorf("%v allocations", allocations)
	}
	if !slices.Contains(batch.Mask, 1) {
		t.Error("nothing was drawn")
	}
}

// By hand: windows that are padded, of an episode with two rewards a step, of which the first is wanted.
func TestPaddedWindowsOfTheFirstReward(t *testing.T) {
	table, err := replay.NewTable(replay.Layout{Observation: 1, Action: 1, Reward: 2}, 10)
	noError(t, err)
	noError(t, table.Begin(replay.Step{Observation: []float32{0}}))
	for _, reward := range [][]float32{{5, 50}, {6, 60}} {
		noError(t, table.Append(replay.Step{Action: []float32{0}, Reward: reward, Discount: 1, Observation: []float32{0}}))
	}
	sampler, err := replay.NewSampler(1, table)
	noError(t, err)
	batch := replay.NewSequences(replay.Layout{Observation: 1, Action: 1, Reward: 1}, 2, 3)
	for i := range batch.Reward {
		batch.Reward[i] = 99 // is to be replaced
	}
	noError(t, sampler.SampleEpisodes(batch, 3))
	if want := []float32{5, 6, 0, 5, 6, 0}; !slices.Equal(batch.Reward, want) {
		t.Errorf("the rewards are %v, want %v", batch.Reward, want)
	}
}
