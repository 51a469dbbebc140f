package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExampleRuns(t *testing.T) {
	if err := learn(filepath.Join(t.TempDir(), "pendulum"), 1200); err != nil {
		t.Fatal(err)
	}
}

// The README shows this program's lines, so what it shows compiles and runs.
func TestReadmeShowsThisProgram(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(source), "// README: begin\n")
	shown, _, _ = strings.Cut(shown, "\t// README: end")
	shown = strings.ReplaceAll("\n"+shown, "\n\t", "\n")
	if !strings.Contains(string(readme), shown) {
		t.Errorf("README.md does not contain these lines:%s", shown)
	}
}
