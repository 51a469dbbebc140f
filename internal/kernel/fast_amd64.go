package kernel

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/cpu"
)

//go:generate go run -C ../../tools ./kernelgen ../internal/kernel

// Fast returns the quickest Set this CPU can run. The environment variable REVERIE_KERNELS may
// name another one: go, avx2 or avx512; Fast panics if this CPU cannot run it.
var Fast = sync.OnceValue(func() *Set[float32] {
	sets, name := Sets(), os.Getenv("REVERIE_KERNELS")
	if name == "" {
		return sets[0]
	}
	for _, s := range sets {
		if s.Name == name {
			return s
		}
	}
	panic(fmt.Sprintf("kernel: REVERIE_KERNELS=%s: this CPU has no such kernels; leave it empty, or use %s",
		name, sets[0].Name))
})

// Sets lists every Set this CPU can run, quickest first.
func Sets() []*Set[float32] {
	sets := []*Set[float32]{Reference[float32]()}
	if x := cpu.X86; x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		sets = append([]*Set[float32]{avx2()}, sets...)
		if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL {
			sets = append([]*Set[float32]{avx512()}, sets...)
		}
	}
	return sets
}
