// Xcheck compares the matrix products of package kernel with those of OpenBLAS, which it loads from
// the system. Its test compares numbers; the program compares speed and prints a table, in GFLOP/s:
//
//	go run . [-time 300ms] [-only 256x24]
//
// It is a module of its own, so that nothing else depends on C or on OpenBLAS.
package main

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/reverie-rl/reverie/internal/kernel"
)

func main() {
	duration := flag.Duration("time", 300*time.Millisecond, "how long to time a product, for each of the four contestants")
	only := flag.String("only", "", "time only products whose name contains this")
	flag.Parse()
	description, err := openBLAS()
	if err != nil {
		fmt.Println("nothing to compare with:", err)
		return
	}
	set := kernel.Fast()
	fmt.Printf("peer: %s\nours: %s\n", description, set.Name)
	fmt.Printf("peak of one core, measured: %.0f GFLOP/s; %d cores\n\n", peak(), runtime.NumCPU())
	fmt.Printf("%-32s %24s %24s %24s\n", "", "ours, 1 / 2 threads", "OpenBLAS, 1 / 2 threads", "ours / OpenBLAS")
	for _, w := range works {
		if strings.Contains(w.String(), *only) {
			report(w, measure(set, w, *duration))
		}
	}
}

func report(w work, t times) {
	operations := 2 * float64(w.M) * float64(w.N) * float64(w.K)
	rate := func(seconds float64) float64 { return operations / seconds / 1e9 }
	fmt.Printf("%-32s %12.1f %11.1f %12.1f %11.1f %12.2f %11.2f\n", w,
		rate(t.ours[0]), rate(t.ours[1]), rate(t.peer[0]), rate(t.peer[1]), t.peer[0]/t.ours[0], t.peer[1]/t.ours[1])
}
