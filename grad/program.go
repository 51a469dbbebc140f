package grad

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/tensor"
)

// Program is a traced and simplified list of operations, ready to be compiled.
type Program struct {
	values  []*Value // in the order of execution: effects come last
	inputs  []*Value
	outputs []output
}

// outputValues lists the values of the outputs.
func (p *Program) outputValues() []*Value {
	values := make([]*Value, len(p.outputs))
	for i, output := range p.outputs {
		values[i] = output.value
	}
	return values
}

// newProgram simplifies what was traced and keeps what outputs and effects depend on.
func newProgram(t *Tracer) *Program {
	simplify(t)
	live := map[*Value]bool{}
	for _, output := range t.outputs {
		live[output.value] = true
	}
	for _, v := range slices.Backward(t.values) {
		if v.loop == nil {
			live[v] = live[v] || v.op.effect()
			v.markInputs(live)
		}
	}
	p := &Program{inputs: t.inputs, outputs: t.outputs}
	for _, effects := range []bool{false, true} {
		for _, v := range t.values {
			if live[v] && v.loop == nil && v.op.effect() == effects {
				p.values = append(p.values, v)
			}
		}
	}
	return p
}

// markInputs makes the inputs of v live if v is.
func (v *Value) markInputs(live map[*Value]bool) {
	if !live[v] {
		return
	}
	if v.op == opScan {
		v.prune(live)
	}
	for _, input := range v.inputs {
		live[input] = true
	}
}

// simplify rewrites operations to cheaper ones with the same result.
func simplify(t *Tracer) {
	for _, v := range t.values {
		if v.op >= opAdd && v.op <= opGreater {
			foldBroadcasts(v)
		}
		if v.op == opMatMul || v.op == opBatchMatMul {
			foldTransposes(v)
		}
		if v.op == opCustom || v.op == opStraightThrough {
			forgetGradient(v)
		}
	}
	uses, held := usesOf(t)
	for _, v := range t.values {
		if v.op == opAdd {
			foldBias(v, uses, held)
		}
	}
	foldConvolutions(t.values, uses, held)
}

// usesOf counts how often each value is read by an operation or output, and tells which values a loop
// carries on or keeps of each step, wherever else they are read.
func usesOf(t *Tracer) (uses []int, held map[*Value]bool) {
	uses, held = make([]int, len(t.values)), map[*Value]bool{}
	for _, v := range t.values {
		for _, input := range v.inputs {
			uses[input.id]++
		}
		if v.op == opScan {
			for _, kept := range slices.Concat(v.scan.next, v.scan.stacks) {
				held[kept] = true
			}
		}
	}
	for _, output := range t.outputs {
		uses[output.value.id]++
	}
	return uses, held
}

// foldBroadcasts lets an element-wise operation repeat its operand itself.
func foldBroadcasts(v *Value) {
	for i, input := range v.inputs {
		if input.op != opBroadcast {
			continue
		}
		shape, ok := tensor.Broadcast(input.inputs[0].shape, v.inputs[1-i].shape)
		if ok && shape.Equal(v.shape) {
			v.inputs[i] = input.inputs[0]
		}
	}
}

// foldBias turns the addition of a row to a matrix product that nothing else uses into a product with
// a bias. If a reshape is between them, the sum becomes the reshape, which a loop cannot keep.
func foldBias(v *Value, uses []int, held map[*Value]bool) {
	product, bias := v.inputs[0], v.inputs[1]
	for product.op == opReshape && uses[product.id] == 1 {
		product = product.inputs[0]
	}
	fits := product.op == opMatMul && product.loop == v.loop && uses[product.id] == 1 && !held[product] && len(product.inputs) == 2 &&
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

// String lists the operations, a line each, with the body of a scan indented below it.
func (p *Program) String() string {
	var b strings.Builder
	for _, v := range p.values {
		v.print(&b, "")
	}
	return b.String()
}

func (v *Value) print(b *strings.Builder, indent string) {
	fmt.Fprintf(b, "%s%%%d = %s", indent, v.id, v.op)
	for _, input := range v.inputs {
		fmt.Fprintf(b, " %%%d%v", input.id, input.shape)
	}
	if v.name != "" {
		fmt.Fprintf(b, " %q", v.name)
	}
	if v.op == opConstant {
		fmt.Fprintf(b, " %g", v.constant)
	}
	fmt.Fprintf(b, " -> %v\n", v.shape)
	if v.op == opScan {
		for _, inner := range slices.Concat(v.scan.carries, v.scan.elements, v.scan.body) {
			inner.print(b, indent+"    ")
		}
	}
}
