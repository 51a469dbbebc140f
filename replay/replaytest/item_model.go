package replaytest

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/replay"
)

// modelEpisode is an episode as the model keeps it, for ever: its rows have the numbers first,
// first+1, ..., and discounts[i] follows row i.
type modelEpisode struct {
	first     int
	discounts []float32
}

// modelItem is an item as the model keeps it.
type modelItem struct {
	key               uint64
	priority          float64
	inserted, updated int
	timesSampled      int
	episode           *modelEpisode
	first, steps      int // rows of the episode
}

// itemModel is a list of items, and the formulas of the limits.
type itemModel struct {
	config           replay.ItemConfig
	sampler, remover kind
	items            []*modelItem
	number           int
	inserts, deletes int
	samples          int
}

// find returns the item with a key, nil if there is none.
func (m *itemModel) find(key uint64) *modelItem {
	for _, item := range m.items {
		if item.key == key {
			return item
		}
	}
	return nil
}

// assign sets the priority of an item.
func (m *itemModel) assign(item *modelItem, priority float64) {
	m.number++
	item.priority, item.updated = priority, m.number
}

// insert adds an item.
func (m *itemModel) insert(item *modelItem) {
	m.number++
	m.inserts++
	item.inserted, item.updated = m.number, m.number
	m.items = append(m.items, item)
}

// remove removes an item.
func (m *itemModel) remove(item *modelItem) {
	m.deletes++
	m.items = slices.DeleteFunc(m.items, func(other *modelItem) bool { return other == item })
}

// first returns the item that an order puts first, nil if the choice is random.
func (m *itemModel) first(k kind) *modelItem {
	if k.before == nil {
		return nil
	}
	first := m.items[0]
	for _, item := range m.items {
		if k.before(item, first) {
			first = item
		}
	}
	return first
}

// probability returns that of an item, and whether the model knows it.
func (m *itemModel) probability(item *modelItem) (float64, bool) {
	if m.sampler.weight == nil {
		return 1, m.sampler.before != nil
	}
	sum := 0.0
	for _, other := range m.items {
		sum += m.sampler.weight(other)
	}
	if sum == 0 {
		return 1 / float64(len(m.items)), true
	}
	return m.sampler.weight(item) / sum, true
}

// mayInsert is the limits' formula for one item.
func (m *itemModel) mayInsert() bool {
	l := m.config.Limits
	return m.inserts+1-m.deletes <= l.MinSize ||
		float64(m.inserts+1)*l.SamplesPerInsert-float64(m.samples) <= l.MaxDifference
}

// maySample is the limits' formula for n items, together with the bound on samples.
func (m *itemModel) maySample(n int) bool {
	l, left := m.config.Limits, 0
	for _, item := range m.items {
		left += m.config.MaxTimesSampled - item.timesSampled
	}
	return m.inserts-m.deletes >= l.MinSize &&
		float64(m.inserts)*l.SamplesPerInsert-float64(m.samples)-float64(n) >= l.MinDifference &&
		(m.config.MaxTimesSampled == 0 || left >= n)
}

// batch returns what item k of a batch must be, row by row.
func (m *itemModel) batch(item *modelItem, start int, view replay.View) *replay.Batch {
	want := replay.NewBatch(m.config.Layout, 1, view)
	known := view.BurnIn + min(view.Length, item.steps)
	for j := range known + 1 {
		row := item.first + start + j - view.BurnIn // of the episode
		if row < 0 {
			continue
		}
		seen := observed(item.episode.first + row)
		copy(want.Observation[j:], seen.Observation)
		copy(want.State[2*j:], seen.State)
		for k := range view.Stack {
			image := observed(item.episode.first + max(0, row-view.Stack+1+k)).Image
			copy(want.Image[(j*view.Stack+k)*len(image):], image)
		}
		if row == 0 {
			want.First[j] = 1
		}
		if j == known {
			break
		}
		done := stepTo(item.episode.first+row+1, item.episode.discounts[row])
		copy(want.Action[2*j:], done.Action)
		want.Reward[j], want.LogProbability[j], want.Discount[j] = done.Reward[0], done.LogProbability, done.Discount
		want.Mask[j], want.Version[j] = 1, done.Version
	}
	return want
}

// transition returns reward and discount of an item as an n-step transition.
func (m *itemModel) transition(item *modelItem, gamma float64) (reward, discount float64) {
	discount = 1
	for j := range item.steps {
		row := item.first + j
		reward += discount * float64(stepTo(item.episode.first+row+1, 1).Reward[0])
		discount *= gamma * float64(item.episode.discounts[row])
	}
	return reward, discount
}

// close reports whether two probabilities are the same but for rounding.
func closeTo(a, b float64) bool { return math.Abs(a-b) <= 1e-9 }
