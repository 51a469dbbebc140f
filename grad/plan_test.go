package grad

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func compileRecipe(r *rapid.T, recipe recipe, pin bool) *Executable[float64] {
	program, err := recipe.program(pin)
	if err != nil {
		r.Fatal(err)
	}
	executable, err := CompileReference(program)
	if err != nil {
		r.Fatal(err)
	}
	return executable
}

// lastUse returns the position of the last operation that reads v's memory under any name, or one
// past the end if the caller reads it.
func lastUse(p *Program, v *Value) int {
	last := 0
	for i, user := range p.values {
		if user == v {
			last = i
		}
		for _, input := range user.inputs {
			if input.base() == v {
				last = i
			}
		}
	}
	for _, output := range p.outputs {
		if output.value.base() == v {
			last = len(p.values)
		}
	}
	return last
}

func overlap(a, b block) bool {
	return a.size > 0 && b.size > 0 && a.start < b.start+b.size && b.start < a.start+a.size
}

// checkPlan fails if memory that is still needed is handed out again.
func checkPlan(r rapid.TB, p *Program, made plan) {
	for i, early := range p.values {
		if !needsMemory(early) {
			continue
		}
		if made.values[i].size < early.shape.Size() || made.values[i].start+made.values[i].size > made.size {
			r.Fatalf("value %d of shape %v has block %v of an arena of %d", i, early.shape, made.values[i], made.size)
		}
		end := lastUse(p, early)
		for j := i; j < len(p.values) && j <= end; j++ {
			if overlap(made.values[i], made.scratch[j]) {
				r.Fatalf("value %d overlaps the scratch memory of operation %d:\n%v", i, j, p)
			}
			if j == i || !needsMemory(p.values[j]) || !overlap(made.values[i], made.values[j]) {
				continue
			}
			elementwise := p.values[j].op.pointwise() || p.values[j].op == opStandardise
			inPlace := j == end && elementwise && made.values[i] == made.values[j] && early.shape.Size() == p.values[j].shape.Size()
			if !inPlace {
				r.Fatalf("value %d, needed until operation %d, is overwritten by operation %d:\n%v", i, end, j, p)
			}
		}
	}
}

func TestPlanKeepsWhatIsNeeded(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		executable := compileRecipe(r, recipeGenerator.Draw(r, "recipe"), false)
		checkPlan(r, executable.program, makePlan(executable.program.values, executable.program.outputValues(), nil, executable.scratchSize))
	})
}

// A value that is both operands of its last use is released once.
func TestPlanReleasesDoubledOperandsOnce(t *testing.T) {
	program, err := Trace(func(t *Tracer) {
		a := t.Normal(1, 8, 8)
		b := a.MatMul(a)
		c, d := b.Transpose(1, 0), b.Exp()
		t.Output("result", c.MatMul(d).MatMul(c))
	})
	if err != nil {
		t.Fatal(err)
	}
	checkPlan(t, program, makePlan(program.values, program.outputValues(), nil, func(*Value) int { return 0 }))
}

// Memory that is shared, and operations that are folded, change no result.
func TestSharedMemoryChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		recipe := recipeGenerator.Draw(r, "recipe")
		shared, pinned := compileRecipe(r, recipe, false), compileRecipe(r, recipe, true)
		for run := range uint64(2) {
			for _, executable := range []*Executable[float64]{shared, pinned} {
				set := func(name string, i int, value float64) { executable.Input(name)[i] = value }
				recipe.fill(set, rand.New(rand.NewPCG(run, 1)))
				executable.Run()
			}
			for _, name := range recipe.results() {
				for i, want := range pinned.Output(name) {
					if got := shared.Output(name)[i]; !(math.Abs(got-want) <= 1e-9*(1+math.Abs(want))) {
						r.Fatalf("run %d, %s: element %d is %v, want %v\n%v", run, name, i, got, want, shared.program)
					}
				}
			}
		}
	})
}

// A program as deep as this one needs the memory of a few values, not of all.
func TestMemoryIsShared(t *testing.T) {
	program, err := Trace(func(t *Tracer) {
		x := t.Input("x", 64, 64)
		for range 50 {
			x = x.MatMul(x).Tanh()
		}
		t.Output("x", x)
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	made := makePlan(program.values, program.outputValues(), nil, func(*Value) int { return 0 })
	if made.size > 3*64*64 || executable.ArenaSize() > 8*64*64 {
		t.Errorf("arena of %d elements, %d with scratch memory, for values of %d", made.size, executable.ArenaSize(), 64*64)
	}
}

func TestArenaMergesFreeBlocks(t *testing.T) {
	a := &arena{}
	blocks := []block{a.take(100), a.take(1), a.take(50), a.take(16)}
	for _, i := range []int{2, 0, 1} {
		a.give(blocks[i])
	}
	want := []block{{0, 112 + 16 + 64}}
	if len(a.free) != 1 || a.free[0] != want[0] {
		t.Errorf("free blocks are %v, want %v", a.free, want)
	}
	if taken := a.take(180); taken.start != 0 || a.size != 112+16+64+16 {
		t.Errorf("took %v of an arena of %d, want the free block", taken, a.size)
	}
}

// Random programs run alike on the fast kernels, but for rounding.
func TestFastAgreesWithReference(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		recipe := recipeGenerator.Draw(r, "recipe")
		exact := compileRecipe(r, recipe, false)
		quick, err := Compile(exact.program, nil)
		if err != nil {
			r.Fatal(err)
		}
		recipe.fill(func(name string, i int, value float64) {
			quick.Input(name)[i] = float32(value)
			exact.Input(name)[i] = float64(float32(value))
		}, rand.New(rand.NewPCG(1, 2)))
		quick.Run()
		exact.Run()
		for i, want := range exact.Output("result") {
			if got := float64(quick.Output("result")[i]); !(math.Abs(got-want) <= 1e-4*(1+math.Abs(want))) {
				r.Fatalf("element %d is %v, want %v\n%v", i, got, want, exact.program)
			}
		}
	})
}
