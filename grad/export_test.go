package grad

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// CompileWith prepares program to run in float32 on the given kernels.
func CompileWith(program *Program, set *kernel.Set[float32], workers *Workers) (*Executable[float32], error) {
	return compile(program, set, workers, func(p *Parameter) []float32 { return p.Data })
}

// OperationsWithRules lists the operations that have a gradient.
func OperationsWithRules() []string {
	var names []string
	for o, rule := range rules {
		if rule != nil {
			names = append(names, op(o).String())
		}
	}
	return names
}

// Functions lists the element-wise functions of one value: the method of Value that each is called by.
func Functions() map[string]func(*Value) *Value {
	methods, functions := map[string]func(*Value) *Value{}, map[string]func(*Value) *Value{}
	value := reflect.TypeFor[*Value]()
	for i := range value.NumMethod() {
		if function, ok := value.Method(i).Func.Interface().(func(*Value) *Value); ok {
			methods[strings.ToLower(value.Method(i).Name)] = function
		}
	}
	for o := range opCount {
		if op(o).unary() {
			functions[op(o).String()] = methods[op(o).String()]
		}
	}
	return functions
}

// Copy is the value in memory of its own.
func (v *Value) Copy() *Value { return v.unary(opCopy) }

// MatMulTransposed is the product of matrices, each transposed if its flag says so.
func (v *Value) MatMulTransposed(b *Value, transposeA, transposeB bool) *Value {
	return v.matMul(b, transposeA, transposeB)
}

// BatchMatMulTransposed is BatchMatMul with the last two axes of each operand swapped if its flag says so.
func (v *Value) BatchMatMulTransposed(b *Value, transposeA, transposeB bool) *Value {
	return v.batchMatMul(b, transposeA, transposeB)
}

// Operations lists every operation.
func Operations() []string { return opNames[:] }

// OutputNames lists the outputs of an executable.
func OutputNames[T Float](e *Executable[T]) []string {
	return slices.Sorted(maps.Keys(e.outputs))
}

// Tracer is the tracer of the program that v is part of.
func (v *Value) Tracer() *Tracer { return v.tracer }
