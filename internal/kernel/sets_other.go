//go:build !amd64

package kernel

// Sets lists every Set this CPU can run, quickest first.
func Sets() []*Set[float32] { return []*Set[float32]{Reference[float32]()} }
