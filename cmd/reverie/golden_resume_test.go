package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// kills is how many runs TestGoldenResume kills: 50 with REVERIE_TORTURE=1.
func kills() int {
	if os.Getenv("REVERIE_TORTURE") != "" {
		return 50
	}
	return 4
}

// TestGoldenResume kills runs of 30,000 steps at random moments, every other one while it writes a
// checkpoint, and resumes each: it must end as the run that was left alone.
func TestGoldenResume(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("REVERIE_TORTURE_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("REVERIE_TORTURE_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	length := []string{"--steps", "30000"}
	begun := time.Now()
	want := reference(t, length...)
	takes := time.Since(begun)
	killed, inCheckpoint := 0, 0
	for killed < kills() {
		folder := filepath.Join(t.TempDir(), "killed")
		process := program(small(folder, length...)...)
		begin(t, process)
		time.Sleep(time.Duration(random.Int64N(int64(takes))))
		if killed%2 == 1 {
			awaitSaving(folder, takes)
		}
		if end(t, process, syscall.SIGKILL).Exited() {
			continue // it was quicker
		}
		killed++
		if _, err := os.Stat(filepath.Join(folder, "checkpoints", ".saving")); err == nil {
			inCheckpoint++
		}
		succeed(t, small(folder, length...)...)
		expectSame(t, folder, want)
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d runs of %v were killed, %d of them while they wrote a checkpoint: all ended as the one that was not", killed, takes.Round(time.Millisecond), inCheckpoint)
}

// awaitSaving waits until a checkpoint is being written, but no longer than a run takes.
func awaitSaving(folder string, longest time.Duration) {
	for begun := time.Now(); time.Since(begun) < longest; {
		if _, err := os.Stat(filepath.Join(folder, "checkpoints", ".saving")); err == nil {
			return
		}
	}
}
