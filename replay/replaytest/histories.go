package replaytest

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/replay"
)

// testHistories compares random histories with the model, draw by draw.
func testHistories(t *testing.T, open Open) {
	rapid.Check(t, func(t *rapid.T) {
		layout := replay.Layout{
			Observation: rapid.IntRange(1, 3).Draw(t, "observation"),
			Action:      rapid.IntRange(1, 3).Draw(t, "action"),
			Reward:      rapid.IntRange(1, 2).Draw(t, "reward"),
		}
		capacity := rapid.IntRange(2, 40).Draw(t, "capacity")
		memory, err := open(layout, capacity, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		h := &history{layout: layout, memory: memory, model: model{capacity: capacity}}
		t.Repeat(map[string]func(*rapid.T){
			"":          h.checkLen,
			"begin":     h.begin,
			"step":      h.step,
			"terminate": h.terminate,
			"reopen":    h.reopen,
			"items":     h.sampleTransitions,
			"windows":   h.sampleSequences,
		})
	})
}

// history drives a memory and the model side by side.
type history struct {
	layout replay.Layout
	memory Memory
	model  model
	stored float32 // observations so far
}

// observation draws an observation that begins with its number.
func (h *history) observation(t *rapid.T) []float32 {
	h.stored++
	observation := vector(t, "observation", h.layout.Observation)
	observation[0] = h.stored
	return observation
}

func vector(t *rapid.T, name string, width int) []float32 {
	return rapid.SliceOfN(rapid.Float32Range(-2, 2), width, width).Draw(t, name)
}

func (h *history) checkLen(t *rapid.T) {
	if got, want := h.memory.Len(), len(h.model.starts(1)); got != want {
		t.Fatalf("Len is %d, want %d", got, want)
	}
}

func (h *history) begin(t *rapid.T) {
	observation := h.observation(t)
	if err := h.memory.Begin(replay.Step{Observation: observation}); err != nil {
		t.Fatal(err)
	}
	h.model.begin(observation)
}

func (h *history) step(t *rapid.T)      { h.append(t, rapid.Float32Range(0.1, 1).Draw(t, "discount")) }
func (h *history) terminate(t *rapid.T) { h.append(t, 0) }

func (h *history) append(t *rapid.T, discount float32) {
	if !h.model.open() {
		h.begin(t)
	}
	step := replay.Step{
		Action:         vector(t, "action", h.layout.Action),
		LogProbability: rapid.Float32Range(-9, 9).Draw(t, "log-probability"),
		Reward:         vector(t, "reward", h.layout.Reward),
		Discount:       discount,
		Observation:    h.observation(t),
		Version:        rapid.Uint64().Draw(t, "version"),
	}
	if err := h.memory.Append(step); err != nil {
		t.Fatal(err)
	}
	h.model.append(step)
}

func (h *history) reopen(t *rapid.T) {
	memory, err := h.memory.Reopen()
	if err != nil {
		t.Fatal(err)
	}
	h.memory = memory
}

func (h *history) sampleTransitions(t *rapid.T) {
	const items = 8
	n := rapid.IntRange(1, 6).Draw(t, "n")
	gamma := rapid.SampledFrom([]float64{0, 0.5, 0.99, 1}).Draw(t, "gamma")
	wanted := h.wanted(t)
	batch := replay.NewTransitions(wanted, items)
	err := h.memory.SampleTransitions(batch, n, gamma)
	if empty := len(h.model.starts(1)) == 0; empty || err != nil {
		expectOutcome(t, err, empty)
		return
	}
	for item := range items {
		h.checkTransition(t, batch, wanted.Reward, item, n, gamma)
	}
}

// wanted is the layout of a batch: that of the memory, or the same with the first number of each reward alone.
func (h *history) wanted(t *rapid.T) replay.Layout {
	wanted := h.layout
	if rapid.Bool().Draw(t, "first reward alone") {
		wanted.Reward = 1
	}
	return wanted
}

// checkTransition compares an item with the model's item that begins at the same observation.
func (h *history) checkTransition(t *rapid.T, batch replay.Transitions, rewards, item, n int, gamma float64) {
	start := h.start(t, at(batch.Observation, h.layout.Observation, item), 1)
	row := h.model.rows[start]
	reward, discount, next := h.model.transition(start, n, gamma)
	equal(t, "observation", at(batch.Observation, h.layout.Observation, item), row.observation)
	equal(t, "action", at(batch.Action, h.layout.Action, item), row.step.Action)
	equal(t, "log-probability", at(batch.LogProbability, 1, item), []float32{row.step.LogProbability})
	equal(t, "next", at(batch.Next, h.layout.Observation, item), next)
	near(t, "discount", at(batch.Discount, 1, item), []float64{discount})
	near(t, "reward", at(batch.Reward, rewards, item), reward[:rewards])
}

func (h *history) sampleSequences(t *rapid.T) {
	const items = 4
	length := rapid.IntRange(1, 8).Draw(t, "length")
	wanted := h.wanted(t)
	batch := replay.NewSequences(wanted, items, length)
	err := h.memory.SampleSequences(batch, length)
	if empty := len(h.model.starts(length)) == 0; empty || err != nil {
		expectOutcome(t, err, empty)
		return
	}
	for item := range items {
		start := h.start(t, at(batch.Observation, h.layout.Observation, item*(length+1)), length)
		for k := range length {
			h.checkStep(t, batch, wanted.Reward, item*length+k, start+k)
			equal(t, "observation", at(batch.Observation, h.layout.Observation, item*(length+1)+k+1), h.model.rows[start+k+1].observation)
		}
	}
}

// checkStep compares one step of a window with the model's row.
func (h *history) checkStep(t *rapid.T, batch replay.Sequences, rewards, place, row int) {
	step := h.model.rows[row].step
	equal(t, "action", at(batch.Action, h.layout.Action, place), step.Action)
	equal(t, "log-probability", at(batch.LogProbability, 1, place), []float32{step.LogProbability})
	equal(t, "reward", at(batch.Reward, rewards, place), step.Reward[:rewards])
	equal(t, "discount", at(batch.Discount, 1, place), []float32{step.Discount})
}

// start returns the model's row of a drawn observation, from which length steps must follow.
func (h *history) start(t *rapid.T, observation []float32, length int) int {
	start := h.model.find(observation)
	if !slices.Contains(h.model.starts(length), start) {
		t.Fatalf("drew observation %v, where no %d steps begin", observation, length)
	}
	equal(t, "observation", observation, h.model.rows[start].observation)
	return start
}

// expectOutcome checks that sampling failed exactly if there was nothing to sample.
func expectOutcome(t *rapid.T, err error, empty bool) {
	if empty != (err != nil) {
		t.Fatalf("sampling gave error %v; nothing to sample: %v", err, empty)
	}
}

// at returns element i of an array whose elements are width numbers.
func at(values []float32, width, i int) []float32 { return values[i*width : (i+1)*width] }

func equal(t *rapid.T, name string, got, want []float32) {
	if !slices.Equal(got, want) {
		t.Fatalf("%s is %v, want %v", name, got, want)
	}
}

func near(t *rapid.T, name string, got []float32, want []float64) {
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 1e-5 {
			t.Fatalf("%s[%d] is %v, want %v", name, i, got[i], want[i])
		}
	}
}
