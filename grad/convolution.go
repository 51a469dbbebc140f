package grad

import "slices"

// foldConvolutions turns products with patches into operations that read and write the images
// themselves: no patches are kept in memory. uses is the number of uses of each value, and held are the
// values that a loop keeps.
func foldConvolutions(values []*Value, uses map[*Value]int, held map[*Value]bool) {
	needed := func(v *Value) bool { return uses[v] != 1 || held[v] } // besides its one use
	for _, v := range values {
		switch v.op {
		case opMatMul:
			foldPatches(v)
		case opOverlapAdd:
			foldOverlapAdd(v, needed)
		case opAdd:
			foldConvolutionBias(v, needed)
		}
	}
}

// foldPatches turns a product with patches into a convolution, and a product with transposed patches
// into the gradient of a convolution's kernel.
func foldPatches(v *Value) {
	a, b := v.inputs[0], v.inputs[1]
	isPatches := func(matrix *Value) bool {
		p := matrix.base()
		return p.op == opPatches && p.loop == v.loop && matrix.shape[1] == p.patchwork.patchSize()
	}
	switch {
	case isPatches(a) && !v.transposeA:
		v.op, v.patchwork = opConvolve, a.base().patchwork
		v.inputs[0] = a.base().inputs[0]
	case isPatches(a) && !v.transposeB && len(v.inputs) == 2:
		v.op, v.patchwork, v.transposeA = opConvolveKernel, a.base().patchwork, false
		v.inputs = []*Value{a.base().inputs[0], b}
	case isPatches(b) && v.transposeA && !v.transposeB && len(v.inputs) == 2:
		v.op, v.patchwork = opConvolveKernel, b.base().patchwork
		v.inputs = []*Value{b.base().inputs[0], a}
	}
}

// foldOverlapAdd turns the OverlapAdd of a product that nothing else needs into a transposed
// convolution.
func foldOverlapAdd(v *Value, needed func(*Value) bool) {
	product := v.inputs[0]
	for product.op == opReshape && !needed(product) {
		product = product.inputs[0]
	}
	fits := product.op == opMatMul && product.loop == v.loop && !needed(product) && !product.transposeA &&
		len(product.inputs) == 2 && product.shape[1] == v.patchwork.patchSize()
	if fits {
		v.op, v.inputs, v.transposeB = opConvolveTransposed, slices.Clone(product.inputs), product.transposeB
	}
}

// foldConvolutionBias makes the addition of a number to each channel part of a transposed convolution
// that nothing else needs.
func foldConvolutionBias(v *Value, needed func(*Value) bool) {
	product, bias := v.inputs[0], v.inputs[1]
	fits := product.op == opConvolveTransposed && product.loop == v.loop && !needed(product) && len(product.inputs) == 2 &&
		bias.shape.Equal(product.shape[len(product.shape)-1:])
	if fits {
		v.op, v.inputs = opConvolveTransposed, append(slices.Clone(product.inputs), bias)
		v.patchwork, v.transposeB = product.patchwork, product.transposeB
	}
}
