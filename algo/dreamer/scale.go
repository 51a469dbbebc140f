package dreamer

import (
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// returnScale divides returns, so that one weight of the entropy fits rewards of all sizes: the moving
// average of their range from percentile 5 to 95, and no less than 1 (Hafner et al., 2023).
type returnScale struct{ Range, Started *grad.Parameter }

// rangeRate is the share of a new range in the average.
const rangeRate = 0.01

func newReturnScale() *returnScale {
	return &returnScale{Range: grad.NewParameter(), Started: grad.NewParameter()}
}

// next is the scale [] with the range of returns in the average, which begins with the first range. States with
// counts [states] of 0 do not take part in returns [horizon, states].
func (s *returnScale) next(t *grad.Tracer, returns, counts *grad.Value) *grad.Value {
	measured := rl.PercentileRange(t, returns, counts.Broadcast(returns.Shape()...), 5, 95)
	old := t.Value(s.Range)
	average := t.Value(s.Started).Where(measured.Sub(old).Mul(grad.Scalar(rangeRate)).Add(old), measured)
	t.Assign(s.Range, average)
	t.Assign(s.Started, t.Value(grad.Scalar(1)))
	return average.Max(grad.Scalar(1)).Stop()
}
