package grad

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// interpret runs what was traced as it was traced: nothing is simplified, fused or left out, and every
// value has memory of its own.
func interpret(t *Tracer, input func(name string, memory []float64)) map[string][]float64 {
	e := &Executable[float64]{
		set: kernel.Reference[float64](), buffers: map[*Value][]float64{}, storage: map[*Parameter][]float64{},
		scans: map[*Value]scanPlan{}, packed: map[*Value]bool{},
	}
	for _, v := range t.values {
		if v.loop != nil {
			continue
		}
		if v.op == opScan {
			v.shape = []int{v.scan.layout().size}
		}
		memory := make([]float64, v.shape.Size())
		e.bind(v, memory, block{0, len(memory)})
		if v.op == opInput {
			input(v.name, e.buffers[v])
		}
		e.operations = nil
		e.compileValue(v, make([]float64, e.scratchSize(v)))
		for _, o := range e.operations {
			for _, s := range o.steps {
				e.workers.Run(s.tiles, s.run)
			}
		}
	}
	results := map[string][]float64{}
	for _, output := range t.outputs {
		results[output.name] = e.buffers[output.value]
	}
	return results
}

// A compiled program gives what the interpreter gives.
func TestCompiledEqualsInterpreted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		recipe := recipeGenerator.Draw(r, "recipe")
		compiled := compileRecipe(r, recipe, false)
		raw := &Tracer{reads: map[*Parameter]*Value{}}
		recipe.build(raw, false)
		recipe.fill(func(name string, i int, value float64) { compiled.Input(name)[i] = value }, rand.New(rand.NewPCG(1, 1)))
		compiled.Run()
		want := interpret(raw, func(name string, memory []float64) { copy(memory, compiled.Input(name)) })
		for _, name := range recipe.results() {
			for i, x := range compiled.Output(name) {
				if y := want[name][i]; !(math.Abs(x-y) <= 1e-9*(1+math.Abs(y))) && !(math.IsNaN(x) && math.IsNaN(y)) {
					r.Fatalf("%s: element %d is %v, want %v\n%v", name, i, x, y, compiled.program)
				}
			}
		}
	})
}
