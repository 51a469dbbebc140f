//go:build cgo

package control

import (
	"fmt"
	"hash/crc64"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// cycles is how many reset-step cycles TestCycles goes through: REVERIE_LONG=1 asks for the long test.
func cycles() int {
	if os.Getenv("REVERIE_LONG") != "" {
		return 10_000
	}
	return 1_000
}

// play goes through reset-step cycles from first to last and returns a checksum of each trajectory. Each
// cycle has its own seed, so that it is the same whoever plays it.
func play(e *Environment, sums []uint64, first, stride int) error {
	action := make([]float64, e.Action().Size())
	for cycle := first; cycle < len(sums); cycle += stride {
		if err := restoreAs(e, rand.NewPCG(uint64(cycle), 0), 0); err != nil {
			return err
		}
		if _, err := e.Reset(); err != nil {
			return err
		}
		for step := range 10 {
			for i := range action {
				action[i] = math.Sin(float64(cycle + step + i))
			}
			if _, err := e.Step(action); err != nil {
				return err
			}
		}
		snapshot, err := e.Save()
		if err != nil {
			return err
		}
		sums[cycle] = crc64.Checksum(snapshot, crc64.MakeTable(crc64.ISO))
	}
	return nil
}

// openAll makes an environment for each of a number of goroutines.
func openAll(t *testing.T, goroutines int) []*Environment {
	var all []*Environment
	for seed := range goroutines {
		all = append(all, open(t, "reacher-easy", uint64(seed)))
	}
	return all
}

// playTogether shares the cycles out among the environments, each in a goroutine of its own.
func playTogether(t *testing.T, environments []*Environment, cycles int) []uint64 {
	sums := make([]uint64, cycles)
	var group sync.WaitGroup
	for i, e := range environments {
		group.Go(func() {
			if err := play(e, sums, i, len(environments)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	return sums
}

// TestCycles compares the trajectories that one goroutine and eight see, and demands that the process
// does not grow from the first round to the last: a leak of 1400 bytes a cycle would show.
func TestCycles(t *testing.T) {
	want := playTogether(t, openAll(t, 1), cycles())
	eight, before := openAll(t, 8), 0
	for round := range 4 {
		if got := playTogether(t, eight, cycles()); !slices.Equal(got, want) {
			t.Fatalf("round %d: the cycles differ between one goroutine and eight", round)
		}
		if round == 0 {
			before = resident(t)
		}
	}
	checkGrowth(t, before, 4<<20)
}

// TestNothingLeaks makes and closes environments, and models that do not compile. The allocator keeps a
// few blocks of the size of a simulation; the models alone, if leaked, would take 100 MiB.
func TestNothingLeaks(t *testing.T) {
	before := 0
	for round := range 400 {
		e, err := New("control/reacher-easy", 1, Config{})
		if err != nil {
			t.Fatal(err)
		}
		reset(t, e)
		e.Close()
		if _, err := mujoco.Compile("<mujoco><worldbody><geom/></worldbody></mujoco>", nil); err == nil {
			t.Fatal("a geom without a size compiled")
		}
		if round == 50 {
			before = resident(t)
		}
	}
	checkGrowth(t, before, 32<<20)
}

// checkGrowth compares the size of the process with what it was before.
func checkGrowth(t *testing.T, before, most int) {
	t.Helper()
	grown := resident(t) - before
	t.Logf("%d MiB resident, grown by %d KiB", before>>20, grown>>10)
	if grown > most {
		t.Errorf("the process grew by %d KiB from %d MiB", grown>>10, before>>20)
	}
}

// resident is the memory of the process in bytes, Go's and C's, without what Go no longer needs.
func resident(t *testing.T) int {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skipf("the system does not tell the size of a process: %v", err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(statm), &size, &pages); err != nil {
		t.Fatalf("%q: %v", strings.TrimSpace(string(statm)), err)
	}
	return pages * os.Getpagesize()
}
