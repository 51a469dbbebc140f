package world

import "github.com/reverie-rl/reverie/grad"

// Normaliser brings numbers to a mean of 0 and a deviation of 1 by the averages of all batches that it has seen, and
// by those of the last thousand or so once there are more. It begins as the identity.
type Normaliser struct {
	Mean, Variance *grad.Parameter // [size]
	Batches        *grad.Parameter // [] that it has seen
}

const (
	normaliserRate   = 1e-3  // least share of a new batch in the averages
	smallestVariance = 1e-10 // of numbers that hardly ever change
)

// NewNormaliser returns the identity for size numbers.
func NewNormaliser(size int) Normaliser {
	return Normaliser{grad.NewParameter(size), grad.NewParameter(size).Filled(1), grad.NewParameter()}
}

// Observe lets batch [batch, size] into the averages. It takes effect behind the run.
func (n Normaliser) Observe(t *grad.Tracer, batch *grad.Value) {
	seen := t.Value(n.Batches).Add(grad.Scalar(1))
	rate := t.Value(grad.Scalar(1)).Div(seen).Max(grad.Scalar(normaliserRate))
	move := func(average *grad.Parameter, fresh *grad.Value) {
		old := t.Value(average)
		t.Assign(average, fresh.Sub(old).Mul(rate).Add(old))
	}
	move(n.Mean, batch.Mean(0))
	move(n.Variance, batch.Sub(n.Mean).Square().Mean(0))
	t.Assign(n.Batches, seen)
}

// deviation is [size].
func (n Normaliser) deviation(t *grad.Tracer) *grad.Value {
	return t.Value(n.Variance).Max(grad.Scalar(smallestVariance)).Sqrt()
}

// Apply is x [..., size] in units of the deviation from the mean.
func (n Normaliser) Apply(t *grad.Tracer, x *grad.Value) *grad.Value {
	return x.Sub(n.Mean).Div(n.deviation(t))
}

// Invert is the inverse of Apply.
func (n Normaliser) Invert(t *grad.Tracer, x *grad.Value) *grad.Value {
	return x.Mul(n.deviation(t)).Add(n.Mean)
}
