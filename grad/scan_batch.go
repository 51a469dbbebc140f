package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// batchable tells that v can be computed for all steps of a scan at once.
func (s *split) batchable(v *Value) bool {
	switch v.op {
	case opMatMul:
		return !v.transposeA && s.places[v.inputs[0]] != once && s.places[v.inputs[1]] == once
	case opGather:
		return s.places[v.inputs[0]] == once
	case opBatchMatMul, opWhere, opOneHot, opArgMax, opSum, opMaximum, opStandardise, opStandardiseGradient, opReshape, opStop, opStraightThrough, opBroadcast,
		opTranspose, opConcat, opSlice, opEmbed, opPatches, opOverlapAdd, opCopy, opNormal, opUniform:
		return true
	}
	return v.op.pointwise()
}

// batch is v for all steps of a scan at once: inputs are those of v, some of them stacked along a new
// first axis.
func (v *Value) batch(length int, inputs []*Value, stacked []bool) *Value {
	shape := append(tensor.Shape{length}, v.shape...)
	switch {
	case v.op == opMatMul:
		a, b := inputs[0], inputs[1] // the right operand is the same in all steps
		product := a.Reshape(length*a.shape[1], a.shape[2]).matMul(b, false, v.transposeB)
		return product.Reshape(shape...)
	case v.op == opReshape:
		return inputs[0].Reshape(shape...)
	case v.op == opBroadcast:
		return aligned(inputs[0], len(shape)).Broadcast(shape...)
	case v.op.binary() || v.op == opWhere:
		for i := range inputs {
			if stacked[i] {
				inputs[i] = aligned(inputs[i], len(shape))
			}
		}
	case v.op == opGather:
	default:
		for i := range inputs {
			if !stacked[i] {
				inputs[i] = inputs[i].Broadcast(append([]int{length}, inputs[i].shape...)...)
			}
		}
	}
	batched := *v
	batched.shape, batched.inputs, batched.axis = shape, inputs, v.axis+1
	batched.patchwork.images *= length
	if v.op == opTranspose {
		batched.permutation = []int{0}
		for _, axis := range v.permutation {
			batched.permutation = append(batched.permutation, axis+1)
		}
	}
	return v.tracer.add(&batched)
}

// aligned puts axes of size 1 behind the first, so that the others count from the end as they would
// without it.
func aligned(v *Value, rank int) *Value {
	shape := slices.Clone(v.shape)
	for len(shape) < rank {
		shape = slices.Insert(shape, 1, 1)
	}
	return v.Reshape(shape...)
}
