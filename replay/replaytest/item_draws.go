package replaytest

import (
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/replay"
)

func (h *itemHistory) sample(t *rapid.T) {
	stack := rapid.IntRange(1, h.model.config.Context+1).Draw(t, "stack")
	view := replay.View{
		Length: rapid.IntRange(1, longest+1).Draw(t, "length"),
		BurnIn: rapid.IntRange(0, h.model.config.Context+1-stack).Draw(t, "burn-in"),
		Stack:  stack,
	}
	batch := replay.NewBatch(itemLayout, rapid.IntRange(1, 3).Draw(t, "items"), view)
	fillWithJunk(batch)
	h.drawn(t, h.items.Sample(h.context, batch), batch.Drawn, func(k int, item *modelItem) {
		got := oneOf(batch, k)
		if diff := cmp.Diff(h.model.batch(item, batch.Drawn[k].First, view), got, cmp.FilterPath(isDrawn, cmp.Ignore())); diff != "" {
			t.Fatalf("item %d of %+v from step %d: %s", item.key, view, batch.Drawn[k].First, diff)
		}
		if last := max(0, item.steps-view.Length); batch.Drawn[k].First < 0 || batch.Drawn[k].First > last {
			t.Fatalf("a slice begins at step %d, want 0 to %d", batch.Drawn[k].First, last)
		}
	})
}

func isDrawn(path cmp.Path) bool { return path.Last().String() == ".Drawn" }

func (h *itemHistory) transitions(t *rapid.T) {
	const gamma = 0.9
	items := rapid.IntRange(1, 3).Draw(t, "items")
	batch, drawn := replay.NewTransitions(itemLayout, items), make([]replay.Drawn, items)
	h.drawn(t, h.items.SampleTransitions(h.context, batch, drawn, gamma), drawn, func(k int, item *modelItem) {
		first := item.episode.first + item.first
		from, to := stepTo(first+1, 1), observed(first+item.steps)
		reward, discount := h.model.transition(item, gamma)
		equal(t, "observation", at(batch.Observation, 1, k), observed(first).Observation)
		equal(t, "action", at(batch.Action, 2, k), from.Action)
		equal(t, "log-probability", at(batch.LogProbability, 1, k), []float32{from.LogProbability})
		equal(t, "next", at(batch.Next, 1, k), to.Observation)
		near(t, "reward", at(batch.Reward, 1, k), []float64{reward})
		near(t, "discount", at(batch.Discount, 1, k), []float64{discount})
		if diff := cmp.Diff([][]byte{observed(first).Image, to.Image}, [][]byte{batch.Image[3*k : 3*k+3], batch.NextImage[3*k : 3*k+3]}); diff != "" {
			t.Fatalf("images differ: %s", diff)
		}
	})
}

// drawn follows the choices of a batch, or the reason that there is none.
func (h *itemHistory) drawn(t *rapid.T, err error, drawn []replay.Drawn, check func(int, *modelItem)) {
	m := &h.model
	if !m.maySample(len(drawn)) {
		expectWait(t, err)
		return
	}
	fatal(t, err)
	for k, d := range drawn {
		item := m.find(d.Key)
		if item == nil {
			t.Fatalf("item %d was drawn, which is not there", d.Key)
		}
		if first := m.first(m.sampler); first != nil && first != item {
			t.Fatalf("item %d was drawn, want %d", d.Key, first.key)
		}
		if want, known := m.probability(item); known && !closeTo(d.Probability, want) {
			t.Fatalf("item %d was drawn with probability %v, want %v", d.Key, d.Probability, want)
		}
		m.samples++
		item.timesSampled++
		if d.Items != len(m.items) || d.TimesSampled != item.timesSampled || d.Priority != item.priority {
			t.Fatalf("drawn %+v, want %d items and %+v", d, len(m.items), *item)
		}
		check(k, item)
		if item.timesSampled == m.config.MaxTimesSampled {
			m.remove(item)
		}
	}
}

// fillWithJunk makes sure that padding is written.
func fillWithJunk(b *replay.Batch) {
	for _, slab := range [][]float32{b.Observation, b.State, b.First, b.Action, b.LogProbability, b.Reward, b.Discount, b.Mask} {
		for i := range slab {
			slab[i] = 77
		}
	}
	for i := range b.Image {
		b.Image[i] = 77
	}
	for i := range b.Version {
		b.Version[i] = 77
	}
}

// oneOf returns item k of a batch as a batch.
func oneOf(b *replay.Batch, k int) *replay.Batch {
	steps := b.BurnIn + b.Length
	rows := steps + 1
	return &replay.Batch{
		View: b.View, Drawn: b.Drawn[k : k+1],
		Observation: at(b.Observation, rows, k), State: at(b.State, 2*rows, k), First: at(b.First, rows, k),
		Image:  b.Image[k*rows*b.Stack*3 : (k+1)*rows*b.Stack*3],
		Action: at(b.Action, 2*steps, k), LogProbability: at(b.LogProbability, steps, k), Reward: at(b.Reward, steps, k),
		Discount: at(b.Discount, steps, k), Mask: at(b.Mask, steps, k), Version: b.Version[k*steps : (k+1)*steps],
	}
}
