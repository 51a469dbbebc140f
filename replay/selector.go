package replay

import "github.com/reverie-rl/reverie/internal/rng"

// Rank is what selectors know of an item.
type Rank struct {
	Priority float64 // finite, 0 or above
	Inserted uint64  // the number of the insert that made the item
	Updated  uint64  // the number of the insert or the update that set its priority
}

// Selector chooses items: those to sample, and those to remove from a table that is full. Items have
// the places 0 ... n-1. A selector serves one table; its choice depends on the random numbers and
// on the ranks alone (for WithoutReplacement, also on what was chosen before).
type Selector interface {
	Insert(rank Rank)            // adds an item at place n
	Update(place int, rank Rank) // gives it another rank
	Remove(place int)            // removes it; the item at place n-1 takes its place
	// Select chooses one of the items, of which there must be one, and returns the probability with
	// which it did.
	Select(source *rng.Source) (place int, probability float64)
}

// uniform chooses every item with the same probability.
type uniform struct{ items int }

// Uniform chooses every item with the same probability.
func Uniform() Selector { return &uniform{} }

func (u *uniform) Insert(Rank)      { u.items++ }
func (u *uniform) Update(int, Rank) {}
func (u *uniform) Remove(int)       { u.items-- }
func (u *uniform) Select(source *rng.Source) (int, float64) {
	return source.IntN(u.items), 1 / float64(u.items)
}
