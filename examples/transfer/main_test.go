package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A point on a table learns to go to one goal and then to another, a little.
func TestExampleRuns(t *testing.T) {
	s := study{folder: t.TempDir(), settings: []string{"warmup=300", "steps_per_update=20", "evaluate_every=300", "evaluate_episodes=1"}}
	if err := s.compare("classic/point-red", 600, "classic/point-blue", 600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.folder, "transfer.svg")); err != nil {
		t.Error(err)
	}
}
