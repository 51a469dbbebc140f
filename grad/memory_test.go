package grad_test

import (
	"math/rand/v2"
	"runtime"
	"testing"
)

// Ten thousand steps leave memory as it was: nothing is allocated but what the Go runtime takes for
// itself, and inputs, outputs and the arena stay where they are.
func TestMemoryIsSteady(t *testing.T) {
	step := fast(t, nil, traceEverything) // that workers take no memory either, TestRunDoesNotAllocate shows
	draw(step.Input("x"), rand.New(rand.NewPCG(1, 1)))
	memory := func() (m runtime.MemStats) {
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m
	}
	step.Run()
	input, output, arena, before := &step.Input("x")[0], &step.Output("loss")[0], step.ArenaSize(), memory()
	for i := range uint64(10_000) {
		step.Seed(1, i)
		step.Run()
	}
	after := memory()
	if objects := after.Mallocs - before.Mallocs; objects > 200 {
		t.Errorf("%d objects were allocated", objects)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<10 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	if input != &step.Input("x")[0] || output != &step.Output("loss")[0] || arena != step.ArenaSize() {
		t.Error("the memory of the program has moved")
	}
}
