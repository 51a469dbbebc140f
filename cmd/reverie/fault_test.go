package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A run that is asked to stop twice, or killed while it stops, resumes to the same end each time.
func TestStoppedTwice(t *testing.T) {
	length := []string{"--steps", "8000"}
	want := reference(t, length...)
	for _, second := range []os.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(second.String(), func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "stopped")
			arguments := small(folder, length...)
			for range 3 {
				process := program(arguments...)
				last := generations(folder)
				begin(t, process)
				awaitCheckpoint(t, folder, last)
				_ = process.Process.Signal(os.Interrupt) // fails if the run has ended
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
				end(t, process, second)
				arguments = small(folder, append(length, "--resume")...)
			}
			succeed(t, arguments...)
			expectSame(t, folder, want)
		})
	}
}

// Settings that may change when a run resumes are listed, and count from there on.
func TestResumeWithOtherSettings(t *testing.T) {
	folder := reference(t)
	result := succeed(t, small(folder, "--resume", "--steps", "4000", "--set", "batch=24", "--set", "steps_per_update=1", "--set", "replay_capacity=700")...)
	for _, want := range []string{"batch: 24, was 16", "steps_per_update: 1, was 2", "replay_capacity: 700, was 1000000", "steps: 4000, was 3000"} {
		if !strings.Contains(result.log, "changed setting: "+want) {
			t.Errorf("the log does not say %q:\n%s", want, result.log)
		}
	}
	if strings.Contains(result.log, "warning") {
		t.Errorf("the log warns:\n%s", result.log)
	}
	for _, want := range []string{"batch = 24", "steps_per_update = 1", "replay_capacity = 700"} {
		if !strings.Contains(read(t, filepath.Join(folder, "config.toml")), want) {
			t.Errorf("the stored settings do not say %q", want)
		}
	}
}
