package replay

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/internal/rng"
)

// selectorKinds gives, for the items of a naive list, the probability with which each should be
// chosen. The list is in the order of places.
var selectorKinds = map[string]struct {
	open  func() Selector
	model func(items []Rank) []float64
}{
	"uniform": {Uniform, func(items []Rank) []float64 { return proportional(items, func(Rank) float64 { return 1 }) }},
	"oldest": {Oldest, func(items []Rank) []float64 {
		return least(items, func(r Rank) (float64, uint64) { return 0, r.Inserted })
	}},
	"newest": {Newest, func(items []Rank) []float64 {
		return least(items, func(r Rank) (float64, uint64) { return 0, ^r.Inserted })
	}},
	"lowest": {LowestPriority, func(items []Rank) []float64 {
		return least(items, func(r Rank) (float64, uint64) { return r.Priority, r.Updated })
	}},
	"highest": {HighestPriority, func(items []Rank) []float64 {
		return least(items, func(r Rank) (float64, uint64) { return -r.Priority, r.Updated })
	}},
	"prioritised":    {func() Selector { return Prioritised(0.7) }, func(items []Rank) []float64 { return proportional(items, power(0.7)) }},
	"prioritised, 0": {func() Selector { return Prioritised(0) }, func(items []Rank) []float64 { return proportional(items, power(0)) }},
}

// power is priority^exponent, 0 for a priority of 0.
func power(exponent float64) func(Rank) float64 {
	return func(r Rank) float64 {
		if r.Priority == 0 {
			return 0
		}
		return math.Pow(r.Priority, exponent)
	}
}

// proportional returns weights over their sum, or equal probabilities if it is 0.
func proportional(items []Rank, weight func(Rank) float64) []float64 {
	sum := 0.0
	for _, rank := range items {
		sum += weight(rank)
	}
	probabilities := make([]float64, len(items))
	for i, rank := range items {
		probabilities[i] = 1 / float64(len(items))
		if sum > 0 {
			probabilities[i] = weight(rank) / sum
		}
	}
	return probabilities
}

// least returns 1 for the first item in an order.
func least(items []Rank, order func(Rank) (float64, uint64)) []float64 {
	first := 0
	for i, rank := range items {
		a, b := order(rank)
		c, d := order(items[first])
		if a < c || a == c && b < d {
			first = i
		}
	}
	probabilities := make([]float64, len(items))
	probabilities[first] = 1
	return probabilities
}

// Random operations on a selector and on a list: every choice must be one that the list allows, and
// be reported with the right probability.
func TestSelectorsAgainstLists(t *testing.T) {
	for name, kind := range selectorKinds {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				selector, items, number := kind.open(), []Rank(nil), uint64(0)
				source := &rng.Source{Key: rng.Key{Seed: rapid.Uint64().Draw(t, "seed")}}
				priority := rapid.SampledFrom([]float64{0, 0, 1e-300, 0.5, 1, 2, 7, 1e6, math.MaxFloat64})
				t.Repeat(map[string]func(*rapid.T){
					"insert": func(t *rapid.T) {
						number++
						rank := Rank{priority.Draw(t, "priority"), number, number}
						selector.Insert(rank)
						items = append(items, rank)
					},
					"update": func(t *rapid.T) {
						if len(items) == 0 {
							t.Skip("empty")
						}
						number++
						place := rapid.IntRange(0, len(items)-1).Draw(t, "place")
						items[place].Priority, items[place].Updated = priority.Draw(t, "priority"), number
						selector.Update(place, items[place])
					},
					"remove": func(t *rapid.T) {
						if len(items) == 0 {
							t.Skip("empty")
						}
						place, last := rapid.IntRange(0, len(items)-1).Draw(t, "place"), len(items)-1
						selector.Remove(place)
						items[place] = items[last]
						items = items[:last]
					},
					"": func(t *rapid.T) {
						if len(items) == 0 {
							return
						}
						want := kind.model(items)
						place, probability := selector.Select(source)
						if place < 0 || place >= len(items) || want[place] == 0 || math.Abs(probability-want[place]) > 1e-12 {
							t.Fatalf("chose place %d with probability %v, want one of %v", place, probability, want)
						}
					},
				})
			})
		})
	}
}

// The frequencies of choices are those that are reported, also after many changes.
func TestPrioritisedFrequencies(t *testing.T) {
	selector, source := Prioritised(0.5), &rng.Source{}
	for i := range 300 {
		selector.Insert(Rank{Priority: float64(i)})
	}
	for i := 299; i >= 10; i-- {
		selector.Remove(i * 7 % (i + 1))
	}
	for i := range 10 {
		selector.Update(i, Rank{Priority: float64(i * i)})
	}
	const draws = 450_000
	var counts [10]float64
	for range draws {
		place, _ := selector.Select(source)
		counts[place]++
	}
	for i, count := range counts { // the weights are 0, 1, ... 9 and add up to 45
		expected := draws * float64(i) / 45
		if math.Abs(count-expected) > 5*math.Sqrt(expected) {
			t.Errorf("place %d was chosen %v times, want %v", i, count, expected)
		}
	}
}

// Every item is chosen once before any is chosen again, whatever comes and goes.
func TestWithoutReplacementAgainstSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		selector := WithoutReplacement()
		source := &rng.Source{Key: rng.Key{Seed: rapid.Uint64().Draw(t, "seed")}}
		var seen []bool // by place
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(*rapid.T) { selector.Insert(Rank{}); seen = append(seen, false) },
			"remove": func(t *rapid.T) {
				if len(seen) == 0 {
					t.Skip("empty")
				}
				place, last := rapid.IntRange(0, len(seen)-1).Draw(t, "place"), len(seen)-1
				selector.Remove(place)
				seen[place] = seen[last]
				seen = seen[:last]
			},
			"select": func(t *rapid.T) {
				if len(seen) == 0 {
					t.Skip("empty")
				}
				unseen := 0
				for _, s := range seen {
					if !s {
						unseen++
					}
				}
				if unseen == 0 {
					clear(seen)
					unseen = len(seen)
				}
				place, probability := selector.Select(source)
				if seen[place] || probability != 1/float64(unseen) {
					t.Fatalf("chose place %d with probability %v; seen are %v", place, probability, seen)
				}
				seen[place] = true
			},
			"restore": func(t *rapid.T) {
				other := WithoutReplacement()
				for range seen {
					other.Insert(Rank{})
				}
				if err := other.(*epochs).restore(selector.(*epochs).state()); err != nil {
					t.Fatal(err)
				}
				selector = other
			},
		})
	})
}

func TestWithoutReplacementIsUniform(t *testing.T) {
	selector, source := WithoutReplacement(), &rng.Source{}
	for range 4 {
		selector.Insert(Rank{})
	}
	orders := map[[4]int]float64{}
	const epochs = 24_000
	for range epochs {
		var order [4]int
		for i := range order {
			order[i], _ = selector.Select(source)
		}
		orders[order]++
	}
	if len(orders) != 24 {
		t.Errorf("%d orders of 4 items, want 24", len(orders))
	}
	for order, count := range orders {
		if math.Abs(count-epochs/24) > 5*math.Sqrt(epochs/24) {
			t.Errorf("order %v came %v times, want %v", order, count, epochs/24)
		}
	}
}

// Two items with probabilities 1/4 and 3/4: (2/4)^-beta and (6/4)^-beta over the first.
func TestImportanceWeights(t *testing.T) {
	drawn := []Drawn{{Items: 2, Probability: 0.25}, {Items: 2, Probability: 0.75}}
	var weights [2]float32
	for beta, want := range map[float64]float64{0: 1, 1: 1. / 3, 0.5: math.Sqrt(1. / 3)} {
		ImportanceWeights(weights[:], drawn, beta)
		if weights[0] != 1 || math.Abs(float64(weights[1])-want) > 1e-7 {
			t.Errorf("beta %v: weights %v, want 1 and %v", beta, weights, want)
		}
	}
}
