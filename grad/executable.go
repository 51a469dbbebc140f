package grad

import (
	"fmt"

	"github.com/reverie-rl/reverie/internal/kernel"
	"github.com/reverie-rl/reverie/internal/par"
	"github.com/reverie-rl/reverie/internal/rng"
)

// Float is the precision of an executable.
type Float interface{ float32 | float64 }

// Workers is a fixed set of goroutines on which programs run; nil is the caller alone. Results do
// not depend on how many there are. Executables may share one set if they do not run at once.
type Workers = par.Workers

// NewWorkers returns a set of count workers, the caller included. Close ends its goroutines.
func NewWorkers(count int) *Workers { return par.New(count) }

// Executable is a compiled program with the memory it runs in. It is used by one goroutine at a time.
type Executable[T Float] struct {
	program *Program
	set     *kernel.Set[T]
	workers *Workers
	random  rng.Key // of this run; the stream is the value's

	arena   []T
	buffers map[*Value][]T
	storage map[*Parameter][]T
	scans   map[*Value]scanPlan
	packed  map[*Value]bool // products in a scan whose right operand is packed once
	blocks  []block         // of the arena, by position in the program

	operations []operation[T]
	steps      []step // of all operations
	profile    *Profile
	trap       func(*NotFiniteError)

	inputs  map[string][]T
	outputs map[string][]T
	typed   typedInputs
}

// Compile prepares program to run in float32 on the processor's fastest kernels.
func Compile(program *Program, workers *Workers) (*Executable[float32], error) {
	storage := func(p *Parameter) []float32 { return p.Data }
	return compile(program, kernel.Fast(), workers, storage)
}

// CompileReference prepares program to run in float64 on the pure-Go kernels. It works on copies of
// the parameters, as they are now, so assignments do not reach the parameters themselves.
func CompileReference(program *Program) (*Executable[float64], error) {
	storage := func(p *Parameter) []float64 {
		data := make([]float64, len(p.Data))
		for i, x := range p.Data {
			data[i] = float64(x)
		}
		return data
	}
	return compile(program, kernel.Reference[float64](), nil, storage)
}

func compile[T Float](program *Program, set *kernel.Set[T], workers *Workers, storage func(*Parameter) []T) (*Executable[T], error) {
	e := &Executable[T]{
		program: program, set: set, workers: workers,
		buffers: map[*Value][]T{}, storage: map[*Parameter][]T{}, scans: map[*Value]scanPlan{}, packed: map[*Value]bool{},
		inputs: map[string][]T{}, outputs: map[string][]T{}, typed: newTypedInputs(),
	}
	made := makePlan(program.values, program.outputValues(), nil, e.scratchSize)
	e.arena = make([]T, made.size)
	for i, v := range program.values {
		e.store(v, storage)
		e.bind(v, e.arena, made.values[i])
	}
	for _, input := range program.inputs {
		if input.op == opTyped {
			e.typed.allocate(input)
			continue
		}
		if e.buffers[input] == nil { // declared, but nothing depends on it
			e.buffers[input] = make([]T, input.shape.Size())
		}
		e.inputs[input.name] = e.buffers[input]
	}
	for _, output := range program.outputs {
		e.outputs[output.name] = e.buffers[output.value]
	}
	for i, v := range program.values {
		e.compileValue(v, e.arena[made.scratch[i].start:][:made.scratch[i].size])
	}
	e.blocks = made.values
	e.steps = e.schedule()
	return e, nil
}

// store finds the memory of the parameters that v reads or sets.
func (e *Executable[T]) store(v *Value, storage func(*Parameter) []T) {
	for _, p := range v.parameters {
		if e.storage[p] == nil {
			e.storage[p] = storage(p)
		}
	}
}

// bind gives v its memory, which is block b of arena if it has no other.
func (e *Executable[T]) bind(v *Value, arena []T, b block) {
	switch {
	case v.op.effect():
	case v.op == opPart:
		e.buffers[v] = e.buffers[v.inputs[0]][v.offset():][:v.shape.Size()]
	case v.op.alias():
		e.buffers[v] = e.buffers[v.inputs[0]]
	case v.op == opRead:
		e.buffers[v] = e.storage[v.parameters[0]]
	case v.op == opConstant:
		e.buffers[v] = []T{T(v.constant)}
	case v.op == opInput:
		e.buffers[v] = make([]T, v.shape.Size())
	default:
		e.buffers[v] = arena[b.start:][:v.shape.Size()]
	}
}

// Input is the memory of a declared input, to be filled before Run. It stays the same. It panics if
// the program declares no such input.
func (e *Executable[T]) Input(name string) []T {
	input, ok := e.inputs[name]
	if !ok {
		panic(fmt.Sprintf("grad: the program has no input %q", name))
	}
	return input
}

// Output is the memory of a named output, valid until the next Run. It panics if the program names
// no such output.
func (e *Executable[T]) Output(name string) []T {
	output, ok := e.outputs[name]
	if !ok {
		panic(fmt.Sprintf("grad: the program has no output %q", name))
	}
	return output
}

// Seed sets the random numbers of the following runs: they depend on seed, step and the stream of
// each draw alone.
func (e *Executable[T]) Seed(seed, step uint64) { e.random.Seed, e.random.Step = seed, step }

// ArenaSize is the number of elements of the memory that results share.
func (e *Executable[T]) ArenaSize() int { return len(e.arena) }

// Run executes the program once. It does not allocate.
func (e *Executable[T]) Run() {
	switch {
	case e.trap != nil:
		e.runTrapped()
		return
	case e.profile != nil:
		e.runMeasured()
		return
	}
	for i := range e.steps {
		e.workers.Run(e.steps[i].tiles, e.steps[i].run)
	}
}
