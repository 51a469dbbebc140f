package grad

import (
	"fmt"
	"strings"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// merge finds values that are equal, numbers that are known, and operations that change nothing, and
// lets one value stand for all that equal it.
func (p *Program) merge() {
	m := merger{same: map[*Value]*Value{}}
	m.visit(p.values)
	for i, output := range p.outputs {
		p.outputs[i].value = m.of(output.value)
	}
}

// merger knows which value stands for another.
type merger struct{ same map[*Value]*Value }

// of is what stands for v.
func (m merger) of(v *Value) *Value {
	if other := m.same[v]; other != nil {
		return other
	}
	return v
}

// visit goes through values of the program, or of one body, in the order of execution.
func (m merger) visit(values []*Value) {
	known := map[string]*Value{}
	for _, v := range values {
		if v.op == opScan {
			v.rewrite(m.of)
			m.visit(v.scan.elements)
			m.visit(v.scan.body)
		}
		v.rewrite(m.of)
		foldConstants(v)
		if operand := unchanged(v); operand != nil {
			m.same[v] = operand
			continue
		}
		key := v.identity()
		if earlier := known[key]; earlier != nil && key != "" {
			m.same[v] = earlier
			continue
		}
		known[key] = v
	}
}

// identity is equal for values that are equal, and empty for those that are to be left as they are.
func (v *Value) identity() string {
	if v.op.effect() || len(v.parameters) > 0 {
		return ""
	}
	switch v.op {
	case opInput, opTyped, opCall, opCarry, opScan, opPart, opCustom:
		return ""
	}
	var key strings.Builder
	fmt.Fprint(&key, v.op, v.shape, v.constant, v.stream, v.axis, v.start, v.permutation, v.transposeA, v.transposeB, v.backward, v.patchwork)
	for _, input := range v.inputs {
		fmt.Fprint(&key, " ", input.id)
	}
	return key.String()
}

// number returns the number that all elements of v are, if it is known.
func number(v *Value) (float64, bool) {
	for v.op == opBroadcast || v.op == opReshape {
		v = v.inputs[0]
	}
	return v.constant, v.op == opConstant
}

// foldConstants turns an element-wise operation on known numbers into the number that it gives.
func foldConstants(v *Value) {
	if !v.op.pointwise() {
		return
	}
	var operands [][]float64
	for _, input := range v.inputs {
		x, ok := number(input)
		if !ok {
			return
		}
		operands = append(operands, []float64{x})
	}
	result := []float64{0}
	e := &Executable[float64]{set: kernel.Reference[float64]()}
	single := &Value{op: v.op, shape: nil, inputs: make([]*Value, len(v.inputs))}
	for i := range single.inputs {
		single.inputs[i] = &Value{op: opConstant}
	}
	for _, s := range e.elementwise(single, result, operands) {
		s.run(0)
	}
	if len(v.shape) == 0 {
		v.op, v.constant, v.inputs = opConstant, result[0], nil
		return
	}
	constant := v.tracer.record(&Value{op: opConstant, constant: result[0], origin: v.origin})
	v.op, v.inputs = opBroadcast, []*Value{constant}
}

// unchanged returns the operand that v equals: x in x + 0, x - 0, x · 1 and x / 1. The memory of a
// parameter is no such operand, because an effect may change it before v is read.
func unchanged(v *Value) *Value {
	neutral := map[op]float64{opAdd: 0, opSub: 0, opMul: 1, opDiv: 1}
	want, ok := neutral[v.op]
	if !ok {
		return nil
	}
	for i, operand := range v.inputs {
		if i == 0 && (v.op == opSub || v.op == opDiv) {
			continue
		}
		other := v.inputs[1-i]
		if x, known := number(operand); known && x == want && other.shape.Equal(v.shape) && other.base().op != opRead {
			return other
		}
	}
	return nil
}
