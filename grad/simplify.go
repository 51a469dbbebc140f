package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// simplify rewrites operations to cheaper ones with the same result.
func (p *Program) simplify() {
	for _, v := range p.all() {
		if v.op == opCustom || v.op == opStraightThrough {
			forgetGradient(v)
		}
	}
	p.merge()
	p.prune() // what is no longer needed must not count as a use
	for _, v := range p.all() {
		if v.op >= opAdd && v.op <= opGreater {
			foldBroadcasts(v)
		}
		if v.op == opMatMul || v.op == opBatchMatMul {
			foldTransposes(v)
		}
	}
	uses, held := p.uses()
	for _, v := range p.all() {
		if v.op == opAdd {
			foldBias(v, uses, held)
		}
	}
	foldConvolutions(p.all(), uses, held)
}

// uses counts how often each value is read by an operation or output, and tells which values a loop
// carries on or keeps of each step, wherever else they are read.
func (p *Program) uses() (uses map[*Value]int, held map[*Value]bool) {
	uses, held = map[*Value]int{}, map[*Value]bool{}
	for _, v := range p.all() {
		for _, input := range v.inputs {
			uses[input]++
		}
		if v.op == opScan {
			for _, kept := range slices.Concat(v.scan.next, v.scan.stacks) {
				held[kept] = true
			}
		}
	}
	for _, output := range p.outputs {
		uses[output.value]++
	}
	return uses, held
}

// foldBroadcasts lets an element-wise operation repeat its operand itself.
func foldBroadcasts(v *Value) {
	for i, input := range v.inputs {
		narrow := input
		for narrow.op == opBroadcast || narrow.op == opReshape && isNumber(narrow) {
			narrow = narrow.inputs[0]
		}
		shape, ok := tensor.Broadcast(narrow.shape, v.inputs[1-i].shape)
		if ok && shape.Equal(v.shape) {
			v.inputs[i] = narrow
		}
	}
}

func isNumber(v *Value) bool {
	_, known := number(v)
	return known
}

// foldBias turns the addition of a row to a matrix product that nothing else uses into a product with
// a bias. If a reshape is between them, the sum becomes the reshape, which a loop cannot keep.
func foldBias(v *Value, uses map[*Value]int, held map[*Value]bool) {
	product, bias := v.inputs[0], v.inputs[1]
	for product.op == opReshape && uses[product] == 1 {
		product = product.inputs[0]
	}
	fits := product.op == opMatMul && product.loop == v.loop && uses[product] == 1 && !held[product] && len(product.inputs) == 2 &&
		v.inputs[0].shape.Equal(v.shape) && bias.shape.Equal(product.shape[1:])
	switch {
	case !fits:
	case product == v.inputs[0]:
		v.op, v.inputs = opMatMul, []*Value{product.inputs[0], product.inputs[1], bias}
		v.transposeA, v.transposeB = product.transposeA, product.transposeB
	case !held[v] && (bias.op == opRead || bias.id < product.id):
		product.inputs = append(product.inputs, bias)
		v.op, v.inputs = opReshape, []*Value{product}
	}
}
