//go:build amd64

package kernel

// Fast returns the quickest Set this CPU can run.
func Fast() *Set[float32] { return Reference[float32]() }

// Sets lists every Set this CPU can run, quickest first.
func Sets() []*Set[float32] { return []*Set[float32]{Fast()} }
