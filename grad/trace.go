package grad

import (
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// Tracer records the operations of a program while it is being traced.
type Tracer struct {
	values  []*Value
	reads   map[*Parameter]*Value
	inputs  []*Value
	outputs []output
	loop    *loop // whose body is being traced
}

type output struct {
	name  string
	value *Value
}

// Trace runs build once and returns the program that it traced. A mistake that build makes, such as
// adding shapes that do not fit, is returned as an error that names the operation, the shapes and
// the line.
func Trace(build func(t *Tracer)) (program *Program, err error) {
	t := &Tracer{reads: map[*Parameter]*Value{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *traceError:
			program, err = nil, r
		default:
			panic(r)
		}
	}()
	build(t)
	return newProgram(t), nil
}

// Input declares an array that the caller fills before each run, through Executable.Input.
func (t *Tracer) Input(name string, shape ...int) *Value {
	return t.declare(&Value{op: opInput, name: name, shape: slices.Clone(shape)})
}

// declare records an input, whose name no other input has.
func (t *Tracer) declare(input *Value) *Value {
	for _, other := range t.inputs {
		if other.name == input.name {
			fail("input", "the program has an input called %q already", input.name)
		}
	}
	t.inputs = append(t.inputs, input)
	return t.add(input)
}

// Value lifts a parameter or a number into the program.
func (t *Tracer) Value(operand Operand) *Value { return operand.in(t) }

// Output names a value that the caller wants to read after each run, through Executable.Output.
func (t *Tracer) Output(name string, value Operand) {
	for _, output := range t.outputs {
		if output.name == name {
			fail("output", "the program has an output called %q already", name)
		}
	}
	v := value.in(t)
	if t.loop != nil || v.loop != nil {
		fail("output", "%q is inside a scan's body: let the body return it", name)
	}
	t.outputs = append(t.outputs, output{name, v.settled()})
}

// Assign sets parameter to value, of the same size, when the run ends.
func (t *Tracer) Assign(parameter *Parameter, value Operand) {
	v := value.in(t).settled()
	if v.shape.Size() != parameter.Shape.Size() {
		fail("assign", "value of shape %v to parameter of shape %v", v.shape, parameter.Shape)
	}
	t.add(&Value{op: opAssign, inputs: []*Value{v}, parameters: []*Parameter{parameter}})
}

// AdamState is what Adam moves besides the gradient: a parameter and its two moments, all of the
// same shape, and the constants of the method.
type AdamState struct {
	Parameter, First, Second *Parameter
	Beta1, Beta2, Epsilon    float64
}

// Adam moves state's parameter one step of Adam (Kingma and Ba, 2015) against scale · gradient when
// the run ends. Scale, rate and step are scalars; step counts from 1.
func (t *Tracer) Adam(state AdamState, gradient, scale, rate, step Operand) {
	var inputs []*Value
	for _, operand := range []Operand{gradient, scale, rate, step} {
		inputs = append(inputs, operand.in(t).settled())
	}
	if !inputs[0].shape.Equal(state.Parameter.Shape) {
		fail("adam", "gradient of shape %v for parameter of shape %v", inputs[0].shape, state.Parameter.Shape)
	}
	for _, scalar := range inputs[1:] {
		if scalar.shape.Size() != 1 {
			fail("adam", "shape %v where a scalar is needed", scalar.shape)
		}
	}
	parameters := []*Parameter{state.Parameter, state.First, state.Second}
	t.add(&Value{op: opAdam, inputs: inputs, parameters: parameters, adam: state})
}

// CallFunc computes out from in. The slices are valid during the call alone.
type CallFunc func(out []float64, in [][]float64)

// Call is a value of the given shape that Go code computes from inputs in every run. It runs on one
// worker, in float64 whatever the program's precision is, and has no gradient. It is meant for small
// computations that are awkward as array operations, such as a one-dimensional search.
func (t *Tracer) Call(name string, shape []int, compute CallFunc, inputs ...Operand) *Value {
	v := &Value{op: opCall, name: name, shape: slices.Clone(shape), call: compute}
	for _, input := range inputs {
		v.inputs = append(v.inputs, input.in(t))
	}
	return t.add(v)
}

// add records value as the next operation of the program.
func (t *Tracer) add(v *Value) *Value {
	for _, input := range v.inputs {
		if input.tracer != t {
			fail(v.op.String(), "an operand of another program")
		}
		if input.loop != nil && !input.loop.encloses(t.loop) {
			fail(v.op.String(), "an operand from inside a scan's body, used outside of it: let the body return it")
		}
	}
	if v.op.effect() && t.loop != nil {
		fail(v.op.String(), "it has an effect, which is for the end of a program and not for a scan's body")
	}
	v.origin = callers()
	if v.op != opInput && v.op != opTyped && v.op != opRead && v.op != opConstant {
		v.loop = t.loop
	}
	return t.record(v)
}

// record puts v at the end of the program.
func (t *Tracer) record(v *Value) *Value {
	v.tracer, v.id = t, len(t.values)
	t.values = append(t.values, v)
	return v
}

// Operand is what an operation takes: a *Value, a *Parameter or a Scalar.
type Operand interface {
	in(t *Tracer) *Value
}

// Scalar is a number that stands where a value can.
type Scalar float64

func (s Scalar) in(t *Tracer) *Value {
	return t.add(&Value{op: opConstant, shape: tensor.Shape{}, constant: float64(s)})
}

func (p *Parameter) in(t *Tracer) *Value {
	if read, ok := t.reads[p]; ok {
		return read
	}
	read := t.add(&Value{op: opRead, shape: p.Shape, parameters: []*Parameter{p}})
	t.reads[p] = read
	return read
}

func (v *Value) in(t *Tracer) *Value {
	if v.tracer != t {
		fail(v.op.String(), "an operand of another program")
	}
	return v
}

// traceError is a mistake made by the traced code. Operations panic with it and Trace returns it.
type traceError struct {
	operation, message string
	origin             [originDepth]uintptr
}

func (e *traceError) Error() string {
	return fmt.Sprintf("grad: %s: %s, traced at %s", e.operation, e.message, describe(e.origin))
}

func fail(operation, format string, arguments ...any) {
	panic(&traceError{operation, fmt.Sprintf(format, arguments...), callers()})
}
