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

// newProgram simplifies what was traced and keeps what outputs and effects depend on.
func newProgram(t *Tracer) *Program {
	simplify(t)
	live := make([]bool, len(t.values))
	for _, output := range t.outputs {
		live[output.value.id] = true
	}
	for _, v := range slices.Backward(t.values) {
		live[v.id] = live[v.id] || v.op.effect()
		for _, input := range v.inputs {
			live[input.id] = live[input.id] || live[v.id]
		}
	}
	p := &Program{inputs: t.inputs, outputs: t.outputs}
	for _, effects := range []bool{false, true} {
		for _, v := range t.values {
			if live[v.id] && v.op.effect() == effects {
				p.values = append(p.values, v)
			}
		}
	}
	return p
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
	}
	uses := make([]int, len(t.values))
	for _, v := range t.values {
		for _, input := range v.inputs {
			uses[input.id]++
		}
	}
	for _, output := range t.outputs {
		uses[output.value.id]++
	}
	for _, v := range t.values {
		if v.op == opAdd {
			foldBias(v, uses)
		}
	}
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

// foldBias turns the addition of a row to a matrix product that nothing else uses into the bias of
// that product.
func foldBias(v *Value, uses []int) {
	product, bias := v.inputs[0], v.inputs[1]
	for product.op == opReshape && uses[product.id] == 1 {
		product = product.inputs[0]
	}
	fits := product.op == opMatMul && uses[product.id] == 1 && len(product.inputs) == 2 &&
		v.inputs[0].shape.Equal(v.shape) && bias.shape.Equal(product.shape[1:]) && (bias.op == opRead || bias.id < product.id)
	if !fits {
		return
	}
	product.inputs = append(product.inputs, bias)
	v.op, v.inputs = opReshape, []*Value{product}
}

// String lists the operations, a line each.
func (p *Program) String() string {
	var b strings.Builder
	for _, v := range p.values {
		fmt.Fprintf(&b, "%%%d = %s", v.id, v.op)
		for _, input := range v.inputs {
			fmt.Fprintf(&b, " %%%d%v", input.id, input.shape)
		}
		if v.name != "" {
			fmt.Fprintf(&b, " %q", v.name)
		}
		if v.op == opConstant {
			fmt.Fprintf(&b, " %g", v.constant)
		}
		fmt.Fprintf(&b, " -> %v\n", v.shape)
	}
	return b.String()
}
