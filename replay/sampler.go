package replay

import (
	"errors"
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/internal/rng"
)

// Sampler draws batches, uniformly over all steps of its tables. What draw number k gives depends
// on the seed, on k and on what the tables hold, and on nothing else.
type Sampler struct {
	// Draw is the number of the next draw. With the seed it is the whole state of the sampler:
	// store it to resume, set it to repeat.
	Draw     uint64
	seed     uint64
	tables   []*Table
	earlier  []*Table // that a fraction of each batch comes from
	fraction float64
}

// stream keeps the sampler's random numbers apart from those of other users of the same seed.
const stream = 0x7265706C6179 // "replay"

// all is a number of newest rows that no table holds.
const all = math.MaxInt

// tries is how often a random row is tried before the valid ones are counted.
const tries = 64

// NewSampler returns a sampler of tables, which must have the same layout.
func NewSampler(seed uint64, tables ...*Table) (*Sampler, error) {
	if len(tables) == 0 {
		return nil, errors.New("replay: a sampler needs a table")
	}
	for i, table := range tables {
		if table.layout != tables[0].layout {
			return nil, fmt.Errorf("replay: table %d has layout %+v, table 0 has %+v", i, table.layout, tables[0].layout)
		}
	}
	return &Sampler{seed: seed, tables: tables}, nil
}

// Mix lets a fraction of all items, in (0, 1), come from tables of earlier experience, and the others from
// those that the sampler has: the replay across experiments of Tirumala et al. (2023, arXiv 2311.15951). After
// n items in all, fraction n of them, rounded down, were from earlier tables.
func (s *Sampler) Mix(fraction float64, earlier ...*Table) error {
	if !(fraction > 0 && fraction < 1) || len(earlier) == 0 {
		return fmt.Errorf("replay: a fraction %v from %d tables of earlier experience: want one in (0, 1) and a table", fraction, len(earlier))
	}
	for i, table := range earlier {
		if table.layout != s.tables[0].layout {
			return fmt.Errorf("replay: table %d of earlier experience has layout %+v, the sampler's have %+v", i, table.layout, s.tables[0].layout)
		}
	}
	s.fraction, s.earlier = fraction, earlier
	return nil
}

// Steps is the number of steps that can be drawn.
func (s *Sampler) Steps() int {
	steps := 0
	for _, tables := range [...][]*Table{s.tables, s.earlier} {
		for _, table := range tables {
			steps += table.Len()
		}
	}
	return steps
}

// share returns the tables that an item of the next draw comes from: the earlier ones for the first
// so many of its items that the fraction holds over all draws.
func (s *Sampler) share(item, items int) []*Table {
	if s.earlier == nil {
		return s.tables
	}
	before := uint64(s.fraction * float64(s.Draw*uint64(items)))
	after := uint64(s.fraction * float64((s.Draw+1)*uint64(items)))
	if uint64(item) < after-before {
		return s.earlier
	}
	return s.tables
}

// SampleTransitions fills batch with n-step items. An item begins at a step drawn uniformly from
// all that are held and covers m = min(n, steps to the end of what is known of its episode) steps:
//
//	Reward   = sum over k < m of gamma^k (d_t+1 ... d_t+k) r_t+k+1
//	Discount = gamma^m d_t+1 ... d_t+m, which is 0 if the episode was terminated within
//	Next     = o_t+m
//
// so that Reward + Discount * value(Next) estimates the return from Observation. Empty tables, n below 1 and gamma outside [0, 1] are errors. It does not
// allocate.
func (s *Sampler) SampleTransitions(batch Transitions, n int, gamma float64) error {
	if n < 1 || !(gamma >= 0 && gamma <= 1) {
		return fmt.Errorf("replay: n is %d and gamma is %v, want n >= 1 and gamma in [0, 1]", n, gamma)
	}
	if err := batch.check(s.tables[0].layout); err != nil {
		return err
	}
	source := s.source()
	for item := range batch.Discount {
		table, row, err := pick(s.share(item, len(batch.Discount)), &source, 1, all)
		if err != nil {
			return err
		}
		table.fillTransition(batch, item, row, n, gamma)
	}
	s.Draw++
	return nil
}

// SampleSequences fills batch with windows of length consecutive steps, each within one episode,
// uniformly over all such windows. It is an error if no episode is that long. It does not allocate.
func (s *Sampler) SampleSequences(batch Sequences, length int) error {
	return s.sampleSequences(batch, length, all, s.share)
}

// SampleRecentSequences is SampleSequences from windows within the newest rows alone, recent of each table:
// for methods that learn from what their present policy did. A row is an observation, so that one window
// alone takes length+1 of them. Earlier experience that Mix has added is none of it. It does not allocate.
func (s *Sampler) SampleRecentSequences(batch Sequences, length, recent int) error {
	if recent <= length {
		return fmt.Errorf("replay: sequences of length %d among the %d newest observations, want at least %d of these", length, recent, length+1)
	}
	return s.sampleSequences(batch, length, recent, func(int, int) []*Table { return s.tables })
}

// sampleSequences draws windows from the newest rows, recent of each table that share names for an item.
func (s *Sampler) sampleSequences(batch Sequences, length, recent int, share func(item, items int) []*Table) error {
	if length < 1 {
		return fmt.Errorf("replay: sequences of length %d", length)
	}
	items, err := batch.check(s.tables[0].layout, length)
	if err != nil {
		return err
	}
	source := s.source()
	for item := range items {
		table, row, err := pick(share(item, items), &source, length, recent)
		if err != nil {
			return err
		}
		table.fillSequence(batch, item, row, length, length)
	}
	s.Draw++
	return nil
}

// SampleWindows fills batch, which needs a mask, with windows of up to length steps. Each begins at a step
// drawn uniformly from all that are held and ends after length steps, or where what is known of the episode
// ends. It does not allocate.
func (s *Sampler) SampleWindows(batch Sequences, length int) error {
	return s.sampleMasked(batch, length, func(_ *Table, row int) int { return row })
}

// SampleEpisodes fills batch as SampleWindows does, with the first length steps of episodes: those of steps
// drawn uniformly. An episode whose beginning has left begins with what is held of it.
func (s *Sampler) SampleEpisodes(batch Sequences, length int) error {
	return s.sampleMasked(batch, length, (*Table).beginning)
}

// sampleMasked fills batch with windows that begin at a row which depends on one drawn uniformly.
func (s *Sampler) sampleMasked(batch Sequences, length int, begin func(t *Table, row int) int) error {
	if length < 1 || batch.Mask == nil {
		return fmt.Errorf("replay: windows of up to %d steps and a mask of %d elements, want 1 step or more and a mask", length, len(batch.Mask))
	}
	items, err := batch.check(s.tables[0].layout, length)
	if err != nil {
		return err
	}
	source := s.source()
	for item := range items {
		table, row, err := pick(s.share(item, items), &source, 1, all)
		if err != nil {
			return err
		}
		row = begin(table, row)
		table.fillSequence(batch, item, row, length, table.stepsFrom(row, length))
	}
	s.Draw++
	return nil
}

// source returns the random numbers of the next draw.
func (s *Sampler) source() rng.Source {
	return rng.Source{Key: rng.Key{Seed: s.seed, Stream: stream, Step: s.Draw}}
}

// pick draws uniformly a row, among the newest of each table, from which length steps follow in its
// episode. A random row nearly always is one; where this fails time after time, the rows that are valid
// are counted.
func pick(tables []*Table, source *rng.Source, length, recent int) (*Table, int, error) {
	rows := 0
	for _, table := range tables {
		rows += table.next - table.oldest(recent)
	}
	if rows == 0 {
		return nil, 0, errors.New("replay: nothing to sample: no step is stored yet")
	}
	for range tries {
		if table, row := locate(tables, source.IntN(rows), recent); table.follows(row, length) {
			return table, row, nil
		}
	}
	valid := countValid(tables, length, recent)
	if valid == 0 {
		return nil, 0, fmt.Errorf("replay: nothing to sample: no episode has %d steps among the %d observations held", length, rows)
	}
	table, row := locateValid(tables, source.IntN(valid), length, recent)
	return table, row, nil
}

// locate returns row number index of the newest of all tables taken together.
func locate(tables []*Table, index, recent int) (*Table, int) {
	for _, table := range tables {
		oldest := table.oldest(recent)
		held := table.next - oldest
		if index < held {
			return table, oldest + index
		}
		index -= held
	}
	panic("replay: a row outside all tables")
}

// countValid counts the rows from which length steps follow in their episode.
func countValid(tables []*Table, length, recent int) int {
	count := 0
	for _, table := range tables {
		for row := table.oldest(recent); row < table.next; row++ {
			if table.follows(row, length) {
				count++
			}
		}
	}
	return count
}

// locateValid returns row number index of those that countValid counts.
func locateValid(tables []*Table, index, length, recent int) (*Table, int) {
	for _, table := range tables {
		for row := table.oldest(recent); row < table.next; row++ {
			if !table.follows(row, length) {
				continue
			}
			if index == 0 {
				return table, row
			}
			index--
		}
	}
	panic("replay: a row outside all tables")
}
