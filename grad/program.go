package grad

import "slices"

// Program is a traced and simplified list of operations, ready to be compiled.
type Program struct {
	tracer  *Tracer
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

// newProgram keeps what outputs and effects depend on, and simplifies it.
func newProgram(t *Tracer) *Program {
	p := &Program{tracer: t, inputs: t.inputs, outputs: t.outputs}
	p.prune()
	p.simplify()
	p.prune()
	return p
}

// prune drops what no output and no effect depends on.
func (p *Program) prune() {
	live := map[*Value]bool{}
	for _, output := range p.outputs {
		live[output.value] = true
	}
	for _, v := range slices.Backward(p.tracer.values) {
		if v.loop == nil {
			live[v] = live[v] || v.op.effect()
			v.markInputs(live)
		}
	}
	p.values = nil
	for _, effects := range []bool{false, true} {
		for _, v := range p.tracer.values {
			if live[v] && v.loop == nil && v.op.effect() == effects {
				p.values = append(p.values, v)
			}
		}
	}
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

// setsEachParameterOnce tells that the effects are independent of each other: what they read was
// computed before.
func (p *Program) setsEachParameterOnce() bool {
	set := map[*Parameter]bool{}
	for _, v := range p.values {
		if !v.op.effect() {
			continue
		}
		for _, parameter := range v.parameters {
			if set[parameter] {
				return false
			}
			set[parameter] = true
		}
	}
	return true
}

// all lists the values of the program and of the bodies of its scans, in the order of execution.
func (p *Program) all() []*Value { return withBodies(nil, p.values) }

func withBodies(list, values []*Value) []*Value {
	for _, v := range values {
		if v.op == opScan {
			list = withBodies(append(list, v.scan.elements...), v.scan.body)
		}
		list = append(list, v)
	}
	return list
}
