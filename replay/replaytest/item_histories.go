package replaytest

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/replay"
)

// testItemHistories compares random histories of every pair of selectors with the model.
func testItemHistories(t *testing.T, open OpenItems) {
	rapid.Check(t, func(t *rapid.T) {
		h := newItemHistory(t, open)
		t.Repeat(map[string]func(*rapid.T){
			"":            h.checkStatus,
			"play":        h.play,
			"end":         h.end,
			"insert":      h.insert,
			"insert more": h.insert,
			"update":      h.update,
			"delete":      h.delete,
			"sample":      h.sample,
			"sample more": h.sample,
			"transitions": h.transitions,
			"reopen":      h.reopen,
		})
	})
}

// longest is the number of steps of the longest item.
const longest = 6

// itemHistory drives a memory and the model side by side.
type itemHistory struct {
	items   Items
	writers []Writer
	model   itemModel
	open    [2]*modelEpisode // of each writer, nil between episodes
	newest  [2]int           // the number of each writer's newest row
	context context.Context  // done already: whoever must wait returns at once
}

func newItemHistory(t *rapid.T, open OpenItems) *itemHistory {
	limits := rapid.SampledFrom([]replay.Limits{
		replay.MinSize(1), replay.MinSize(5), replay.SampleToInsertRatio(2, 3, 8), replay.SampleToInsertRatio(0.5, 2, 5), replay.Queue(9),
	}).Draw(t, "limits")
	h := &itemHistory{
		newest: [2]int{10_000, 20_000},
		model: itemModel{
			config: replay.ItemConfig{
				Layout: itemLayout, Limits: limits, Context: rapid.IntRange(0, 4).Draw(t, "context"),
				MaxItems:        rapid.SampledFrom([]int{0, 5, 12}).Draw(t, "most items"),
				MaxSteps:        rapid.SampledFrom([]int{0, 40, 90}).Draw(t, "budget"),
				MaxBytes:        rapid.SampledFrom([]int64{0, 8000}).Draw(t, "bytes"),
				MaxTimesSampled: rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "times"),
				Seed:            rapid.Uint64().Draw(t, "seed"),
			},
			sampler: kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "sampler")],
			remover: kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "remover")],
		},
	}
	var cancel context.CancelFunc
	h.context, cancel = context.WithCancel(context.Background())
	cancel()
	items, err := open(h.configure)
	fatal(t, err)
	h.items = items
	for range h.newest {
		writer, err := items.NewWriter(replay.Manual(longest))
		fatal(t, err)
		h.writers = append(h.writers, writer)
	}
	return h
}

func fatal(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// configure returns the configuration with selectors of its own.
func (h *itemHistory) configure() replay.ItemConfig {
	config := h.model.config
	config.Sampler, config.Remover = h.model.sampler.open(), h.model.remover.open()
	return config
}

func (h *itemHistory) writer(t *rapid.T) int { return rapid.IntRange(0, 1).Draw(t, "writer") }

// play stores some steps, and begins and terminates episodes on the way.
func (h *itemHistory) play(t *rapid.T) {
	w := h.writer(t)
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		discount := rapid.SampledFrom([]float32{1, 1, 1, 0.5, 0.5, 0}).Draw(t, "discount")
		if h.open[w] == nil {
			h.begin(t, w)
		}
		h.append(t, w, discount)
	}
}

func (h *itemHistory) begin(t *rapid.T, w int) {
	h.newest[w]++
	fatal(t, h.writers[w].Begin(h.context, observed(h.newest[w])))
	h.open[w] = &modelEpisode{first: h.newest[w]}
	h.reconcile(t, 0)
}

func (h *itemHistory) append(t *rapid.T, w int, discount float32) {
	h.newest[w]++
	fatal(t, h.writers[w].Append(h.context, stepTo(h.newest[w], discount)))
	h.open[w].discounts = append(h.open[w].discounts, discount)
	if discount == 0 {
		h.open[w] = nil
	}
	h.reconcile(t, 0)
}

func (h *itemHistory) end(t *rapid.T) {
	w := h.writer(t)
	fatal(t, h.writers[w].End(h.context))
	h.open[w] = nil
}

func (h *itemHistory) insert(t *rapid.T) {
	w := h.writer(t)
	if h.open[w] == nil {
		h.begin(t, w)
	}
	h.append(t, w, 0.75)
	key := rapid.Uint64Range(0, 20).Draw(t, "key")
	priority := rapid.SampledFrom([]float64{0, 1, 2, 5}).Draw(t, "priority")
	known := len(h.open[w].discounts)
	steps := rapid.IntRange(1, min(longest, known)).Draw(t, "steps")
	err := h.writers[w].Insert(h.context, key, priority, steps)
	if item := h.model.find(key); item != nil {
		fatal(t, err)
		h.model.assign(item, priority)
		return
	}
	if !h.model.mayInsert() {
		expectWait(t, err)
		return
	}
	fatal(t, err)
	h.model.insert(&modelItem{key: key, priority: priority, episode: h.open[w], first: known - steps, steps: steps})
	over := 0
	if h.model.config.MaxItems > 0 {
		over = max(0, len(h.model.items)-h.model.config.MaxItems)
	}
	h.reconcile(t, over)
}

func expectWait(t *rapid.T, err error) {
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v where the limits demand to wait", err)
	}
}

// reconcile removes from the model what left the memory: at least the given number of items, no more
// unless there are budgets for steps and bytes, and always the one that the remover puts first.
func (h *itemHistory) reconcile(t *rapid.T, removals int) {
	config, removed := h.model.config, 0
	for len(h.model.items) > h.items.Status().Items {
		removed++
		victim := h.model.first(h.model.remover)
		for _, item := range h.model.items {
			if _, _, found := h.items.Find(item.key); !found && victim == nil {
				victim = item
			}
		}
		if victim == nil {
			t.Fatal("the memory lost an item that it still finds")
		}
		h.model.remove(victim)
	}
	if removed != removals && (removed < removals || config.MaxSteps == 0 && config.MaxBytes == 0) {
		t.Fatalf("%d items were removed, want %d", removed, removals)
	}
}

func (h *itemHistory) update(t *rapid.T) {
	keys := rapid.SliceOfN(rapid.Uint64Range(0, 20), 0, 4).Draw(t, "keys")
	var priorities []float64
	want := 0
	for _, key := range keys {
		priority := rapid.SampledFrom([]float64{0, 1, 3, 9}).Draw(t, "priority")
		priorities = append(priorities, priority)
		if item := h.model.find(key); item != nil {
			h.model.assign(item, priority)
			want++
		}
	}
	got, err := h.items.UpdatePriorities(keys, priorities)
	fatal(t, err)
	if got != want {
		t.Fatalf("%d priorities were updated, want %d", got, want)
	}
}

func (h *itemHistory) delete(t *rapid.T) {
	key := rapid.Uint64Range(0, 20).Draw(t, "key")
	item := h.model.find(key)
	if got := h.items.Delete(key); (got == 1) != (item != nil) {
		t.Fatalf("%d items were deleted", got)
	}
	if item != nil {
		h.model.remove(item)
	}
}

func (h *itemHistory) reopen(t *rapid.T) {
	items, writers, err := h.items.Reopen()
	fatal(t, err)
	h.items, h.writers = items, writers
}

// checkStatus compares the counters and every item, and checks the budgets.
func (h *itemHistory) checkStatus(t *rapid.T) {
	status, m := h.items.Status(), &h.model
	want := replay.Counts{Inserts: int64(m.inserts), Samples: int64(m.samples), Deletes: int64(m.deletes)}
	if status.Items != len(m.items) || status.Counts != want {
		t.Fatalf("status %+v, want %d items and %+v", status, len(m.items), want)
	}
	if m.config.MaxSteps > 0 && status.Steps > m.config.MaxSteps || m.config.MaxBytes > 0 && status.Bytes > m.config.MaxBytes {
		t.Fatalf("status %+v passes a budget of %+v", status, m.config)
	}
	for _, item := range m.items {
		priority, times, found := h.items.Find(item.key)
		if !found || priority != item.priority || times != item.timesSampled {
			t.Fatalf("item %d: found %v with priority %v, sampled %d times; want %v, %d", item.key, found, priority, times, item.priority, item.timesSampled)
		}
	}
	for n := 1; n < 4; n++ {
		if h.items.MaySample(n) != m.maySample(n) {
			t.Fatalf("%d items may be sampled: want %v", n, m.maySample(n))
		}
	}
}
