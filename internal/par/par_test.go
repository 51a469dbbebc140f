package par

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestEveryTileRunsOnce(t *testing.T) {
	for _, count := range []int{1, 2, 5} {
		w := New(count)
		for tiles := range 40 {
			runs := make([]atomic.Int32, tiles)
			w.Run(tiles, func(tile int) { runs[tile].Add(1) })
			for tile := range runs {
				if got := runs[tile].Load(); got != 1 {
					t.Fatalf("%d workers: tile %d of %d ran %d times", count, tile, tiles, got)
				}
			}
			if tiles%10 == 9 {
				time.Sleep(2 * time.Millisecond) // long enough for the helpers to fall asleep
			}
		}
		w.Close()
		w.Close()
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	w := New(3)
	defer w.Close()
	var sum atomic.Int64
	run := func(tile int) { sum.Add(int64(tile)) }
	if allocations := testing.AllocsPerRun(100, func() { w.Run(16, run) }); allocations > 0 {
		t.Errorf("Run allocates %v times", allocations)
	}
}

func TestNilRunsOnTheCaller(t *testing.T) {
	var w *Workers
	ran := 0
	w.Run(3, func(int) { ran++ })
	if ran != 3 || w.Count() != 1 {
		t.Errorf("ran %d tiles on %d workers", ran, w.Count())
	}
	w.Close()
}
