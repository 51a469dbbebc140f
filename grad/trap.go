package grad

import (
	"fmt"
	"slices"
	"strings"
)

// NotFiniteError tells which operation of a run was the first to make a NaN or an infinity of finite
// numbers.
type NotFiniteError struct {
	Operation string // what it is; "input" or "read" if the run began with such a number in an input or a parameter
	Name      string // of an input
	Origin    string // where it was traced
	Shape     []int  // of the result
	Index     int    // of the number in the result
	Number    float64
	Inputs    []Dump
}

// Dump is an input of the operation that made such a number.
type Dump struct {
	Operation string // what made it
	Origin    string // where that was traced
	Shape     []int
	Data      []float64
}

// Error names the operation and shows the range of each input.
func (e *NotFiniteError) Error() string {
	var b strings.Builder
	verb := "made"
	if e.Operation == opInput.String() || e.Operation == opRead.String() {
		verb = "holds"
	}
	fmt.Fprintf(&b, "grad: %s %s %v (element %d of %v), traced at %s", strings.TrimSpace(e.Operation+" "+e.Name), verb, e.Number, e.Index, e.Shape, e.Origin)
	for i, input := range e.Inputs {
		fmt.Fprintf(&b, "\n\tinput %d: %s%v in %s, from %s", i, input.Operation, input.Shape, input.span(), input.Origin)
	}
	return b.String()
}

// span is the range of the numbers of d.
func (d Dump) span() string {
	if len(d.Data) == 0 {
		return "no numbers"
	}
	low, high := d.Data[0], d.Data[0]
	for _, x := range d.Data {
		low, high = min(low, x), max(high, x)
	}
	return fmt.Sprintf("[%g, %g]", low, high)
}

// Trap makes every following Run look at the result of each operation. When one is not finite, the run
// ends before any parameter is set, and report is told; nil ends that. Numbers stay the same, but
// nothing is fused, so that runs are slower.
func (e *Executable[T]) Trap(report func(*NotFiniteError)) { e.trap = report }

// operation is one operation of a program, or of one step of a scan's body, with its memory.
type operation[T Float] struct {
	value *Value
	in    [][]T
	out   []T
	steps []step
}

// runTrapped is Run with a look at what the run begins with and at every result.
func (e *Executable[T]) runTrapped() {
	for _, v := range e.program.values {
		if index := notFinite(e.buffers[v]); index >= 0 && (v.op == opInput || v.op == opRead) {
			e.trap(&NotFiniteError{Operation: v.op.String(), Name: v.name, Origin: describe(v.origin), Shape: v.shape, Index: index, Number: float64(e.buffers[v][index])})
			return
		}
	}
	for i := range e.operations {
		o := &e.operations[i]
		in := o.inputs()
		for j := range o.steps {
			e.workers.Run(o.steps[j].tiles, o.steps[j].run)
		}
		if index := notFinite(o.out); index >= 0 {
			e.trap(failure(o, in, index))
			return
		}
	}
}

// inputs are the inputs of o, copied where the result will take their place.
func (o *operation[T]) inputs() [][]T {
	in := slices.Clone(o.in)
	for i := range in {
		if !regionOf(in[i], false).apart(regionOf(o.out, false)) {
			in[i] = slices.Clone(in[i])
		}
	}
	return in
}

func notFinite[T Float](numbers []T) int {
	for i, x := range numbers {
		if x-x != 0 {
			return i
		}
	}
	return -1
}

func failure[T Float](o *operation[T], in [][]T, index int) *NotFiniteError {
	v := o.value
	e := &NotFiniteError{Operation: v.op.String(), Name: v.name, Origin: describe(v.origin), Shape: v.shape, Index: index, Number: float64(o.out[index])}
	for i, input := range v.inputs {
		dump := Dump{Operation: input.op.String(), Origin: describe(input.origin), Shape: input.shape}
		for _, x := range in[i] {
			dump.Data = append(dump.Data, float64(x))
		}
		e.Inputs = append(e.Inputs, dump)
	}
	return e
}
