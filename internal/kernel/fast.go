package kernel

import (
	"fmt"
	"os"
	"sync"
)

// Fast returns the quickest Set this CPU can run, chosen once. The environment variable
// REVERIE_KERNELS may name another of its Sets, to compare them: avx512, avx2 or go. Fast panics
// if this CPU does not have the one that is named.
func Fast() *Set[float32] { return fast() }

var fast = sync.OnceValue(func() *Set[float32] { return choose(Sets(), os.Getenv("REVERIE_KERNELS")) })

// choose returns the Set with the given name, or the first one if no name is given.
func choose(sets []*Set[float32], name string) *Set[float32] {
	var names []string
	for _, s := range sets {
		if name == "" || name == s.Name {
			return s
		}
		names = append(names, s.Name)
	}
	panic(fmt.Sprintf("kernel: REVERIE_KERNELS=%s names no kernels of this CPU: choose from %v", name, names))
}
