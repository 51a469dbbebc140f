package replay

import (
	"fmt"
	"math"
)

// Counts is what has happened to a table since it was new.
type Counts struct {
	Inserts int64 // items inserted; an item that was already there and only got a priority is not counted
	Samples int64 // items sampled
	Deletes int64 // items that left, for whatever reason
}

// Limits bounds how far the samples may run ahead of the inserts, and behind them. With I inserts,
// S samples and D deletes so far, n items may be
//
//	sampled   if  I - D >= MinSize     and  I SamplesPerInsert - S - n >= MinDifference
//	inserted  if  I + n - D <= MinSize  or  (I + n) SamplesPerInsert - S <= MaxDifference
//
// so that SamplesPerInsert is held exactly, up to the width of the band between the differences,
// however fast the clients are. These are the rules of Reverb (Cassirer et al., "Reverb: a framework
// for experience replay", 2021).
type Limits struct {
	SamplesPerInsert float64 // how often an item is sampled, on the average
	MinSize          int     // items that must be there before the first is sampled, 1 or more
	MinDifference    float64 // the least I SamplesPerInsert - S; minus infinity never stops the samples
	MaxDifference    float64 // the greatest; plus infinity never stops the inserts
}

// MinSize lets items be sampled when there are size of them, and limits nothing else.
func MinSize(size int) Limits {
	return Limits{SamplesPerInsert: 1, MinSize: size, MinDifference: math.Inf(-1), MaxDifference: math.Inf(1)}
}

// SampleToInsertRatio lets every item be sampled ratio times on the average, after the first minSize
// items. The samples may be buffer ahead of that or behind it.
func SampleToInsertRatio(ratio float64, minSize int, buffer float64) Limits {
	middle := ratio * float64(minSize)
	return Limits{SamplesPerInsert: ratio, MinSize: minSize, MinDifference: middle - buffer, MaxDifference: middle + buffer}
}

// Queue holds up to size items, each of which is sampled once; inserts wait while it is full. The
// table's MaxTimesSampled must be 1, its sampler Oldest for a queue or Newest for a stack.
func Queue(size int) Limits {
	return Limits{SamplesPerInsert: 1, MinSize: 1, MinDifference: 0, MaxDifference: float64(size)}
}

// Validate tells why limits cannot be obeyed, or would one day stop both sides for ever.
func (l Limits) Validate() error {
	if !(l.SamplesPerInsert > 0) || math.IsInf(l.SamplesPerInsert, 1) {
		return fmt.Errorf("replay: SamplesPerInsert is %v, want a number above 0", l.SamplesPerInsert)
	}
	if l.MinSize < 1 {
		return fmt.Errorf("replay: MinSize is %d, want 1 or more: an empty table has nothing to sample", l.MinSize)
	}
	if !(l.MinDifference < l.MaxDifference) {
		return fmt.Errorf("replay: MinDifference %v is not below MaxDifference %v", l.MinDifference, l.MaxDifference)
	}
	return l.checkBatch(1)
}

// checkBatch tells whether n samples at once can be waited for without end. Both sides are stopped
// where the difference x = I SamplesPerInsert - S has
//
//	x > MaxDifference - SamplesPerInsert  and  x < MinDifference + n
//
// so there must be no such x. For a whole number of samples per insert, x is a whole number.
func (l Limits) checkBatch(n int) error {
	lowest, end := l.MaxDifference-l.SamplesPerInsert, l.MinDifference+float64(n)
	stuck := lowest < end
	if l.SamplesPerInsert == math.Floor(l.SamplesPerInsert) {
		stuck = math.Floor(lowest)+1 < end
	}
	if !stuck {
		return nil
	}
	return fmt.Errorf("replay: the limits can stop for ever: while inserts x %v - samples is above %v and below %v, one more insert would pass MaxDifference %v "+
		"and %d more samples would pass MinDifference %v; put the two differences at least %v apart",
		l.SamplesPerInsert, lowest, end, l.MaxDifference, n, l.MinDifference, l.SamplesPerInsert+float64(n))
}

// difference returns I SamplesPerInsert - S.
func (l Limits) difference(c Counts) float64 {
	return float64(c.Inserts)*l.SamplesPerInsert - float64(c.Samples)
}

// maySample reports whether n items may be sampled now.
func (l Limits) maySample(c Counts, n int) bool {
	return c.Inserts-c.Deletes >= int64(l.MinSize) && l.difference(c)-float64(n) >= l.MinDifference
}

// mayInsert reports whether an item may be inserted now.
func (l Limits) mayInsert(c Counts) bool {
	c.Inserts++
	return c.Inserts-c.Deletes <= int64(l.MinSize) || l.difference(c) <= l.MaxDifference
}
