package nn

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// Attention is multi-head self-attention (Vaswani et al., 2017): each head h lets every time step
// read from all others,
//
//	softmax(Q_h K_hᵀ / sqrt(d) + mask) V_h
//
// with queries, keys and values that are linear maps of the input, d = size / heads elements a head.
type Attention struct {
	Project Linear // [size, 3·size]: queries, keys, values, each with the heads side by side
	Output  Linear // [size, size]
	Heads   int
}

// NewAttention returns a layer for vectors of the given size, which heads must divide.
func NewAttention(size, heads int, random *rand.Rand) Attention {
	if heads < 1 || size%heads != 0 {
		panic("nn: the number of heads must divide the size")
	}
	return Attention{
		Project: NewLinear(size, 3*size, NormalFanIn(1), random),
		Output:  NewLinear(size, size, NormalFanIn(1), random),
		Heads:   heads,
	}
}

// Apply maps x [batch, time, size] to the same shape. The mask is added to the scores and broadcasts
// to [batch, heads, time of the reader, time that is read]: CausalMask, or grad.Scalar(0) for none.
func (a Attention) Apply(x *grad.Value, mask grad.Operand) *grad.Value {
	batch, time, size := x.Shape()[0], x.Shape()[1], x.Shape()[2]
	width := size / a.Heads
	heads := a.Project.Apply(x).Reshape(batch, time, 3, a.Heads, width).Transpose(2, 0, 3, 1, 4)
	pick := func(i int) *grad.Value { return heads.Slice(0, i, i+1).Reshape(batch, a.Heads, time, width) }
	queries, keys, values := pick(0), pick(1), pick(2)
	scores := queries.Mul(grad.Scalar(1 / math.Sqrt(float64(width)))).BatchMatMul(keys.Transpose(0, 1, 3, 2))
	read := scores.Add(mask).Softmax(-1).BatchMatMul(values)
	return a.Output.Apply(read.Transpose(0, 2, 1, 3).Reshape(batch, time, size))
}

// masked is a score that leaves nothing after the softmax.
const masked = -1e9

// CausalMask has shape [time, time] and lets each time step read itself and what came before. It is
// a constant, not to be trained.
func CausalMask(time int) *grad.Parameter {
	mask := grad.NewParameter(time, time)
	for reader := range time {
		for read := reader + 1; read < time; read++ {
			mask.Data[reader*time+read] = masked
		}
	}
	return mask
}
