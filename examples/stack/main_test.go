//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestExampleRuns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stack.png")
	if err := stack(file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		t.Errorf("no picture: %v", err)
	}
}
