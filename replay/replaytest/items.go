package replaytest

import (
	"context"
	"testing"

	"github.com/reverie-rl/reverie/replay"
)

// Items is a memory of items as the suite sees it.
type Items interface {
	replay.Sampling
	SampleTransitions(ctx context.Context, batch replay.Transitions, drawn []replay.Drawn, gamma float64) error
	NewWriter(pattern replay.Pattern) (Writer, error)
	UpdatePriorities(keys []uint64, priorities []float64) (int, error)
	Delete(keys ...uint64) int
	Find(key uint64) (priority float64, timesSampled int, found bool)
	MaySample(n int) bool
	Status() replay.Status
	// Reopen saves the memory and returns what a new process would load, with its writers.
	Reopen() (Items, []Writer, error)
}

// Writer stores the episodes of one environment.
type Writer interface {
	Begin(ctx context.Context, first replay.Step) error
	Append(ctx context.Context, step replay.Step) error
	End(ctx context.Context) error
	Insert(ctx context.Context, key uint64, priority float64, steps int) error
}

// OpenItems returns a new memory. Configure is called for each memory that is made, because selectors
// serve one only.
type OpenItems func(configure func() replay.ItemConfig) (Items, error)

// RunItems runs the suite of memories of items.
func RunItems(t *testing.T, open OpenItems) {
	for name, test := range map[string]func(*testing.T, OpenItems){
		"Histories":          testItemHistories,
		"Patterns":           testPatterns,
		"Slices":             testSlices,
		"TransitionsByHand":  testItemTransitionsByHand,
		"Epochs":             testEpochs,
		"Resume":             testResume,
		"Waiting":            testWaiting,
		"Budgets":            testBudgets,
		"Queue":              testQueue,
		"Concurrent":         testConcurrent,
		"Mixture":            testMixture,
		"RefusesItems":       testRefusesItems,
		"RefusesConfig":      testRefusesConfig,
		"SamplesWithoutHeap": testItemsNoAllocation,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// kind is a selector with what the model knows of it.
type kind struct {
	name string
	open func() replay.Selector
	// before is the order whose first item is chosen, nil if the choice is random.
	before func(a, b *modelItem) bool
	// weight is what the probability of an item is in proportion to, nil if it is not checked.
	weight func(*modelItem) float64
}

var kinds = []kind{
	{name: "uniform", open: replay.Uniform, weight: func(*modelItem) float64 { return 1 }},
	{name: "prioritised", open: func() replay.Selector { return replay.Prioritised(1) }, weight: func(i *modelItem) float64 { return i.priority }},
	{name: "oldest", open: replay.Oldest, before: func(a, b *modelItem) bool { return a.inserted < b.inserted }},
	{name: "newest", open: replay.Newest, before: func(a, b *modelItem) bool { return a.inserted > b.inserted }},
	{name: "lowest priority", open: replay.LowestPriority, before: func(a, b *modelItem) bool {
		return a.priority < b.priority || a.priority == b.priority && a.updated < b.updated
	}},
	{name: "highest priority", open: replay.HighestPriority, before: func(a, b *modelItem) bool {
		return a.priority > b.priority || a.priority == b.priority && a.updated < b.updated
	}},
	{name: "without replacement", open: replay.WithoutReplacement},
}

// itemLayout is that of the suite's memories.
var itemLayout = replay.Layout{Observation: 1, Action: 2, Reward: 1, Image: 3, State: 2}

// observed is what is seen at the row with a number. All columns tell the number.
func observed(n int) replay.Step {
	return replay.Step{
		Observation: []float32{float32(n)},
		Image:       []byte{byte(n), byte(n >> 8), 7},
		State:       []float32{-float32(n), 1},
	}
}

// stepTo is the step from row n-1 to row n.
func stepTo(n int, discount float32) replay.Step {
	step, from := observed(n), float32(n-1)
	step.Action, step.Reward = []float32{from + 0.5, 2}, []float32{float32(n % 16)}
	step.LogProbability, step.Discount, step.Version = -from, discount, uint64(n-1)
	return step
}

// mustOpen opens a memory of a configuration without selectors.
func mustOpen(t *testing.T, open OpenItems, config replay.ItemConfig) Items {
	t.Helper()
	items, err := open(func() replay.ItemConfig { return config })
	noError(t, err)
	return items
}

// mustWriter makes a writer.
func mustWriter(t *testing.T, items Items, pattern replay.Pattern) Writer {
	t.Helper()
	writer, err := items.NewWriter(pattern)
	noError(t, err)
	return writer
}

// episode stores an episode of rows first, first+1, ... and ends it as truncated.
func episode(t *testing.T, writer Writer, first, steps int) {
	t.Helper()
	noError(t, writer.Begin(t.Context(), observed(first)))
	for n := first + 1; n <= first+steps; n++ {
		noError(t, writer.Append(t.Context(), stepTo(n, 1)))
	}
	noError(t, writer.End(t.Context()))
}
