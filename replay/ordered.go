package replay

import "github.com/reverie-rl/reverie/internal/rng"

// ordered chooses the item that comes first in an order: a binary heap of places.
type ordered struct {
	before func(a, b Rank) bool
	ranks  []Rank // of the item at each place
	heap   []int  // places; every one comes before those at 2i+1 and 2i+2
	index  []int  // of each place in heap
}

// Oldest chooses the item that was inserted first (FIFO).
func Oldest() Selector {
	return &ordered{before: func(a, b Rank) bool { return a.Inserted < b.Inserted }}
}

// Newest chooses the item that was inserted last (LIFO).
func Newest() Selector {
	return &ordered{before: func(a, b Rank) bool { return a.Inserted > b.Inserted }}
}

// LowestPriority chooses the item of the lowest priority; of equal ones, the one whose priority was
// set first.
func LowestPriority() Selector {
	return &ordered{before: func(a, b Rank) bool {
		return a.Priority < b.Priority || a.Priority == b.Priority && a.Updated < b.Updated
	}}
}

// HighestPriority chooses the item of the highest priority; of equal ones, the one whose priority
// was set first.
func HighestPriority() Selector {
	return &ordered{before: func(a, b Rank) bool {
		return a.Priority > b.Priority || a.Priority == b.Priority && a.Updated < b.Updated
	}}
}

// Select returns the first item. It takes no random numbers, and the probability is 1.
func (o *ordered) Select(*rng.Source) (int, float64) { return o.heap[0], 1 }

func (o *ordered) Insert(rank Rank) {
	o.ranks = append(o.ranks, rank)
	o.heap = append(o.heap, len(o.heap))
	o.index = append(o.index, len(o.index))
	o.up(len(o.heap) - 1)
}

func (o *ordered) Update(place int, rank Rank) {
	o.ranks[place] = rank
	o.settle(o.index[place])
}

func (o *ordered) Remove(place int) {
	last := len(o.heap) - 1
	hole := o.index[place]
	o.put(hole, o.heap[last])
	o.heap = o.heap[:last]
	if hole < last {
		o.settle(hole)
	}
	if place != last { // the item at the last place moves
		o.ranks[place] = o.ranks[last]
		o.put(o.index[last], place)
	}
	o.ranks, o.index = o.ranks[:last], o.index[:last]
}

// put makes place element i of the heap.
func (o *ordered) put(i, place int) { o.heap[i], o.index[place] = place, i }

// first reports whether element i comes before element j.
func (o *ordered) first(i, j int) bool { return o.before(o.ranks[o.heap[i]], o.ranks[o.heap[j]]) }

func (o *ordered) swap(i, j int) {
	a, b := o.heap[i], o.heap[j]
	o.put(i, b)
	o.put(j, a)
}

// settle moves element i to where it belongs.
func (o *ordered) settle(i int) {
	o.up(i)
	o.down(i)
}

func (o *ordered) up(i int) {
	for i > 0 && o.first(i, (i-1)/2) {
		o.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (o *ordered) down(i int) {
	for {
		child := 2*i + 1
		if child+1 < len(o.heap) && o.first(child+1, child) {
			child++
		}
		if child >= len(o.heap) || !o.first(child, i) {
			return
		}
		o.swap(i, child)
		i = child
	}
}
