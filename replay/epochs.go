package replay

import (
	"fmt"

	"github.com/reverie-rl/reverie/internal/rng"
)

// epochs chooses every item once before it chooses one again. It shuffles as it goes: the first
// unseen elements of order are the places that were not chosen in this epoch.
type epochs struct {
	order  []int // places
	index  []int // of each place in order
	unseen int
}

// WithoutReplacement chooses uniformly among the items that it has not chosen in this epoch. An
// epoch ends when there are none left. An item that comes during an epoch takes part in it.
func WithoutReplacement() Selector { return &epochs{} }

func (e *epochs) Insert(Rank) {
	place := len(e.order)
	e.order, e.index = append(e.order, place), append(e.index, place)
	e.swap(place, e.unseen)
	e.unseen++
}

func (e *epochs) Update(int, Rank) {}

func (e *epochs) Remove(place int) {
	last := len(e.order) - 1
	hole := e.index[place]
	if hole < e.unseen { // the unseen stay together
		e.unseen--
		e.swap(hole, e.unseen)
		hole = e.unseen
	}
	e.swap(hole, last)
	if place != last { // the item at the last place moves
		e.put(e.index[last], place)
	}
	e.order, e.index = e.order[:last], e.index[:last]
}

// Select returns the probability among the items that were left in the epoch.
func (e *epochs) Select(source *rng.Source) (int, float64) {
	if e.unseen == 0 {
		e.unseen = len(e.order)
	}
	chosen, probability := source.IntN(e.unseen), 1/float64(e.unseen)
	e.unseen--
	e.swap(chosen, e.unseen)
	return e.order[e.unseen], probability
}

// put makes place element i of order.
func (e *epochs) put(i, place int) { e.order[i], e.index[place] = place, i }

func (e *epochs) swap(i, j int) {
	a, b := e.order[i], e.order[j]
	e.put(i, b)
	e.put(j, a)
}

// state returns what the choices depend on besides the items: the order, and how many are unseen.
func (e *epochs) state() []uint64 {
	state := []uint64{uint64(e.unseen)}
	for _, place := range e.order {
		state = append(state, uint64(place))
	}
	return state
}

// restore sets the state of a selector that has as many items.
func (e *epochs) restore(state []uint64) error {
	if len(state) != len(e.order)+1 || state[0] > uint64(len(e.order)) {
		return fmt.Errorf("replay: the order of an epoch is damaged: %d numbers for %d items", len(state), len(e.order))
	}
	seen := make([]bool, len(e.order))
	for _, place := range state[1:] {
		if place >= uint64(len(seen)) || seen[place] {
			return fmt.Errorf("replay: the order of an epoch is damaged: place %d of %d", place, len(seen))
		}
		seen[place] = true
	}
	e.unseen = int(state[0])
	for i, place := range state[1:] {
		e.put(i, int(place))
	}
	return nil
}
