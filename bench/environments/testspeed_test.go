package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTestspeed puts a program in the place of MuJoCo's that reports how it was called.
func TestTestspeed(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	if got, err := testspeed("control/walker-walk", 1, time.Second); err != nil || got != "testspeed not installed" {
		t.Errorf("without the program: %q, %v", got, err)
	}
	program := filepath.Join(folder, "mujoco-testspeed")
	for _, test := range []struct{ script, want, problem string }{
		{`[ -s "$1" ] && echo " Steps per second     : $2$3$4"`, "2211", ""}, // 22 steps, 1 thread, noise of 1
		{`echo nothing`, "", "no steps per second"},
		{`echo broken; exit 3`, "", "broken"},
	} {
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		got, err := testspeed("control/walker-walk", 10.5, 2*time.Second)
		if got != test.want || (err != nil) != (test.problem != "") || err != nil && !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: %q, %v, want %q and an error about %q", test.script, got, err, test.want, test.problem)
		}
	}
}
