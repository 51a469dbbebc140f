package grad

import "slices"

// skipping makes a body that leaves out the steps where element number mask is 0.
func skipping(mask int, body func(carry, elements []*Value) (next, outputs []*Value)) func(carry, elements []*Value) (next, outputs []*Value) {
	return func(carry, elements []*Value) (next, outputs []*Value) {
		kept := elements[mask]
		seen := slices.Clone(elements[:mask])
		for i, v := range seen {
			if kept.leads(v) { // else numbers of no meaning, such as NaN, would reach the gradient
				seen[i] = kept.leading(v).Where(v, Scalar(0))
			}
		}
		next, outputs = body(carry, seen)
		next, outputs = slices.Clone(next), slices.Clone(outputs)
		for i, v := range next {
			if i < len(carry) && v.shape.Equal(carry[i].shape) {
				next[i] = kept.leading(v).Where(v, carry[i])
			}
		}
		for i, v := range outputs {
			outputs[i] = kept.leading(v).Where(v, Scalar(0))
		}
		return next, outputs
	}
}

// leads tells whether the dimensions of v are the first ones of like.
func (v *Value) leads(like *Value) bool {
	return len(like.shape) >= len(v.shape) && like.shape[:len(v.shape)].Equal(v.shape)
}

// leading is v, whose dimensions are the first ones of like, with axes of size 1 for the others.
func (v *Value) leading(like *Value) *Value {
	if !v.leads(like) {
		fail("scan", "a mask of shape %v in each step for a value of shape %v", v.shape, like.shape)
	}
	shape := slices.Clone(v.shape)
	for len(shape) < len(like.shape) {
		shape = append(shape, 1)
	}
	return v.Reshape(shape...)
}
