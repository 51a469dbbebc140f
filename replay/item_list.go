package replay

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/internal/rng"
)

// The methods of this file are called with the table's lock held.

// bytes returns the memory of blocks and items.
func (t *ItemTable) bytes() int64 {
	return int64(t.memory.blocks)*t.memory.blockBytes() + int64(len(t.items))*itemBytes
}

// add adds an item that the limiter has let in, and removes what is then too much.
func (t *ItemTable) add(key uint64, priority float64, s span) error {
	t.memory.keepSpan(s)
	rank := Rank{Priority: priority, Inserted: t.number, Updated: t.number}
	t.number++
	t.priority = max(t.priority, priority)
	t.place(item{key: key, rank: rank, span: s})
	t.limiter.counts.Inserts++
	for t.config.MaxItems > 0 && len(t.items) > t.config.MaxItems {
		t.evict()
	}
	return t.makeRoom(0, 0)
}

// place puts an item at the end.
func (t *ItemTable) place(it item) {
	t.places[it.key] = len(t.items)
	t.items = append(t.items, it)
	t.config.Sampler.Insert(it.rank)
	t.config.Remover.Insert(it.rank)
	t.limiter.samplesLeft += int64(t.config.MaxTimesSampled - it.timesSampled)
}

// assign sets the priority of the item with a key, and reports whether there is one.
func (t *ItemTable) assign(key uint64, priority float64) bool {
	place, found := t.places[key]
	if !found {
		return false
	}
	rank := &t.items[place].rank
	rank.Priority, rank.Updated = priority, t.number
	t.number++
	t.priority = max(t.priority, priority)
	t.config.Sampler.Update(place, *rank)
	t.config.Remover.Update(place, *rank)
	return true
}

// remove removes the item at place; the last one takes its place.
func (t *ItemTable) remove(place int) {
	it := t.items[place]
	t.memory.dropSpan(it.span)
	delete(t.places, it.key)
	last := len(t.items) - 1
	if place != last {
		t.items[place] = t.items[last]
		t.places[t.items[place].key] = place
	}
	t.items[last] = item{}
	t.items = t.items[:last]
	t.config.Sampler.Remove(place)
	t.config.Remover.Remove(place)
	t.limiter.counts.Deletes++
	t.limiter.samplesLeft -= int64(t.config.MaxTimesSampled - it.timesSampled)
	t.limiter.wake() // fewer items may let others in
}

// evict removes the item that the remover chooses.
func (t *ItemTable) evict() {
	place, _ := t.config.Remover.Select(t.randomness(&t.removing, streamRemove, &t.removals))
	t.remove(place)
}

// randomness returns the random numbers of one use of a stream, and counts it. They are kept in the
// table, since memory of a call would move to the heap.
func (t *ItemTable) randomness(source *rng.Source, stream uint64, uses *uint64) *rng.Source {
	*source = rng.Source{Key: rng.Key{Seed: t.config.Seed, Stream: stream, Step: *uses}}
	*uses++
	return source
}

// errBudget tells that the rows of open episodes alone are more than a table may hold.
var errBudget = errors.New("the open episodes alone fill the budget: raise MaxSteps and MaxBytes, or write items that need fewer steps")

// makeRoom removes items until rows and blocks can be added. Memory that a batch is being copied
// from is free only when that is done.
func (t *ItemTable) makeRoom(rows, blocks int) error {
	for t.config.MaxSteps > 0 && t.memory.rows+rows > t.config.MaxSteps ||
		t.config.MaxBytes > 0 && t.bytes()+int64(blocks)*t.memory.blockBytes() > t.config.MaxBytes {
		switch {
		case len(t.items) > 0:
			t.evict()
		case t.readers == 0:
			return fmt.Errorf("replay: %d steps, %d bytes: %w", t.memory.rows, t.bytes(), errBudget)
		}
		if t.readers > 0 {
			t.copied.Wait()
		}
	}
	return nil
}
