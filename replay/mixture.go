package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Share is a part of a mixture.
type Share struct {
	From     Sampling
	Fraction float64 // of all items, above 0
}

// Mixture draws fixed fractions of its items from several tables, such as earlier experience beside
// the present one. It is used by one client.
type Mixture struct {
	// Items is how many items came from each share so far. With the state of the tables it is the
	// whole state of the mixture: store it to resume.
	Items  []int64
	shares []Share
	counts []int // of the batch that is drawn
	part   Batch // of one share
}

// NewMixture returns a mixture of shares whose fractions add up to 1, of tables with the same layout.
func NewMixture(shares ...Share) (*Mixture, error) {
	if len(shares) == 0 {
		return nil, errors.New("replay: a mixture needs a share")
	}
	sum := 0.0
	for i, share := range shares {
		if !(share.Fraction > 0) {
			return nil, fmt.Errorf("replay: share %d of the mixture has fraction %v, want one above 0", i, share.Fraction)
		}
		if layout, want := share.From.Layout(), shares[0].From.Layout(); layout != want {
			return nil, fmt.Errorf("replay: share %d of the mixture has layout %+v, share 0 has %+v", i, layout, want)
		}
		sum += share.Fraction
	}
	if math.Abs(sum-1) > 1e-9 {
		return nil, fmt.Errorf("replay: the fractions of a mixture add up to %v, want 1", sum)
	}
	return &Mixture{Items: make([]int64, len(shares)), shares: shares, counts: make([]int, len(shares))}, nil
}

// Layout returns the widths of the tables' columns.
func (m *Mixture) Layout() Layout { return m.shares[0].From.Layout() }

// Sample fills batch share by share. After n items in all, a share has given its fraction of n, to
// less than one item for two shares (and less than their number for more). If a share fails, those
// before it have counted their samples, and the mixture is as it was.
func (m *Mixture) Sample(ctx context.Context, batch *Batch) error {
	if err := batch.check(m.Layout()); err != nil {
		return err
	}
	m.divide(len(batch.Drawn))
	begin := 0
	for i, share := range m.shares {
		if m.counts[i] == 0 {
			continue
		}
		m.part = batch.items(m.Layout(), begin, begin+m.counts[i])
		if err := share.From.Sample(ctx, &m.part); err != nil {
			return fmt.Errorf("replay: share %d of the mixture: %w", i, err)
		}
		begin += m.counts[i]
	}
	for i, count := range m.counts {
		m.Items[i] += int64(count)
	}
	return nil
}

// divide counts the items of each share: one after another, each comes from the share that is
// furthest behind its fraction.
func (m *Mixture) divide(items int) {
	clear(m.counts)
	var total int64
	for _, given := range m.Items {
		total += given
	}
	for n := range items {
		furthest, behind := 0, math.Inf(-1)
		for i, share := range m.shares {
			given := m.Items[i] + int64(m.counts[i])
			if lack := share.Fraction*float64(total+int64(n)+1) - float64(given); lack > behind {
				furthest, behind = i, lack
			}
		}
		m.counts[furthest]++
	}
}
