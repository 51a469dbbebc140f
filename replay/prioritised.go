package replay

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/reverie-rl/reverie/internal/rng"
)

// prioritised chooses items in proportion to their weights, with a tree of sums. Node 1 is the root,
// the children of node i are 2i and 2i+1, and the leaf of a place is node leaves + place. A sum is
// always computed from its children, so that rounding errors do not gather, and every sum is a
// function of the weights that are there.
type prioritised struct {
	exponent float64
	items    int
	leaves   int // a power of two
	sums     []float64
}

// Prioritised chooses item i with probability p_i^exponent / sum over j of p_j^exponent, where p is
// the priority and 0^exponent is 0 for every exponent (Schaul et al., "Prioritized experience
// replay", 2016, equation 1). If all weights are 0, the choice is uniform. An exponent that is
// negative or not finite panics.
func Prioritised(exponent float64) Selector {
	if !(exponent >= 0) || math.IsInf(exponent, 1) {
		panic(fmt.Sprintf("replay: the exponent of priorities is %v, want a number of 0 or above", exponent))
	}
	return &prioritised{exponent: exponent, leaves: 1, sums: make([]float64, 2)}
}

func (p *prioritised) Insert(rank Rank) {
	if p.items == p.leaves {
		p.grow()
	}
	p.items++
	p.set(p.items-1, p.weight(rank.Priority))
}

func (p *prioritised) Update(place int, rank Rank) { p.set(place, p.weight(rank.Priority)) }

func (p *prioritised) Remove(place int) {
	p.items--
	last := p.sums[p.leaves+p.items]
	p.set(p.items, 0)
	if place < p.items {
		p.set(place, last)
	}
}

// weight returns priority^exponent, at most a number of which 2^64 can be added up.
func (p *prioritised) weight(priority float64) float64 {
	if priority == 0 {
		return 0
	}
	return min(math.Pow(priority, p.exponent), math.MaxFloat64/math.MaxUint64)
}

// set changes a leaf and the sums above it.
func (p *prioritised) set(place int, weight float64) {
	node := p.leaves + place
	p.sums[node] = weight
	for node > 1 {
		node /= 2
		p.sums[node] = p.sums[2*node] + p.sums[2*node+1]
	}
}

// grow doubles the leaves: each level of the old tree becomes the left half of a level.
func (p *prioritised) grow() {
	sums := make([]float64, 4*p.leaves)
	for node := 1; node < 2*p.leaves; node++ {
		level := 1 << (bits.Len(uint(node)) - 1)
		sums[node+level] = p.sums[node]
	}
	p.leaves *= 2
	p.sums = sums
	sums[1] = sums[2]
}

// Select walks from the root to the leaf in which a random part of the sum lies.
func (p *prioritised) Select(source *rng.Source) (int, float64) {
	total := p.sums[1]
	if total == 0 {
		return source.IntN(p.items), 1 / float64(p.items)
	}
	rest := float64(source.Uint64()>>11) / (1 << 53) * total
	node := 1
	for node < p.leaves {
		node *= 2
		// A rounded rest may reach past the left half; it must not lead to a half without weight.
		if left := p.sums[node]; rest >= left && p.sums[node+1] > 0 {
			rest -= left
			node++
		}
	}
	return node - p.leaves, p.sums[node] / total
}

// ImportanceWeights writes the weights that undo the bias of items that were not drawn uniformly,
//
//	w_i = (n P(i))^-beta / max over the batch of w
//
// with n the number of items in the table and P(i) the probability with which item i was drawn
// (Schaul et al., 2016, section 3.4). weights [batch] is one for each of drawn.
func ImportanceWeights(weights []float32, drawn []Drawn, beta float64) {
	largest := 0.0
	for _, d := range drawn {
		largest = max(largest, math.Pow(float64(d.Items)*d.Probability, -beta))
	}
	for i, d := range drawn {
		weights[i] = float32(math.Pow(float64(d.Items)*d.Probability, -beta) / largest)
	}
}
