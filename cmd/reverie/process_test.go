//go:build linux

package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// mount mounts a file system of a size in memory, which takes a privileged user.
func mount(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("needs the right to mount a file system: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(folder, 0) })
	return folder
}

func remount(t *testing.T, folder string, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount("", folder, "", unix.MS_REMOUNT|flags, options); err != nil {
		t.Fatal(err)
	}
}

// A run whose disk fills up keeps its last checkpoint, and goes on when there is space.
func TestFullDisk(t *testing.T) {
	disk := mount(t, "128k")
	folder := filepath.Join(disk, "run")
	fail(t, exitFailed, []string{"no space left on device", folder, "--resume goes on from there"}, small(folder)...)
	if result := succeed(t, "eval", folder, "--episodes", "1"); result.log != "" {
		t.Errorf("eval warns: %s", result.log)
	}
	remount(t, disk, 0, "size=16m")
	succeed(t, small(folder, "--resume")...)
	expectSame(t, folder, reference(t))
}

func TestReadOnlyDisk(t *testing.T) {
	disk := mount(t, "16m")
	folder := filepath.Join(disk, "run")
	succeed(t, small(folder, "--steps", "1000")...)
	remount(t, disk, unix.MS_RDONLY, "")
	fail(t, exitFailed, []string{"read-only file system", folder, "use another folder"}, small(folder, "--resume")...)
	fail(t, exitFailed, []string{"read-only file system", "--out"}, small(filepath.Join(disk, "another"))...)
	fail(t, exitFailed, []string{"read-only file system", "videos", "--out"}, "record", folder)
	succeed(t, "eval", folder, "--episodes", "1")
}

// A second process may look at a run but not train it.
func TestSecondProcess(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	first := program(small(folder, "--steps", "1000000")...)
	begin(t, first)
	defer end(t, first, syscall.SIGKILL)
	awaitCheckpoint(t, folder, nil)
	words := []string{folder, "in use by process " + strconv.Itoa(first.Process.Pid), "another folder"}
	fail(t, exitFailed, words, small(folder, "--resume")...)
	fail(t, exitFailed, words, small(folder)...)
}

// A program whose output is no terminal prints plain lines, and the first of them at once.
func TestPlainProgress(t *testing.T) {
	var quickest time.Duration
	for range 3 { // other programs may hold the processor
		if quickest = firstProgress(t); quickest < time.Second {
			return
		}
	}
	t.Errorf("the first line of progress came after %v", quickest)
}

func firstProgress(t *testing.T) time.Duration {
	process := program(small(filepath.Join(t.TempDir(), "run"), "--steps", "1000000")...)
	output, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	begin(t, process)
	defer end(t, process, syscall.SIGKILL)
	lines := bufio.NewReader(output)
	for _, want := range []string{"mpo on classic/pendulum, seed 1, 1000000 steps, in ", "step 0 of 1,000,000 (0%)\n"} {
		line, err := lines.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, want) {
			t.Fatalf("a line is %q, %v; want %q", line, err, want)
		}
	}
	return time.Since(start)
}

// Exit codes reach the shell.
func TestExitCodes(t *testing.T) {
	for want, arguments := range map[int][]string{exitDone: {"tasks"}, exitUsage: {"train"}, exitFailed: {"eval", t.TempDir()}} {
		process := program(arguments...)
		_ = process.Run() // its error is the exit code
		if got := process.ProcessState.ExitCode(); got != want {
			t.Errorf("%v ends with exit code %d, want %d", arguments, got, want)
		}
	}
}

// Results that cannot be written are no success.
func TestOutputThatCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	folder := reference(t)
	for _, arguments := range [][]string{{"tasks"}, {"tasks", "--json"}, {"eval", folder, "--episodes", "1"}, {"eval", folder, "--episodes", "1", "--json"}} {
		process := program(arguments...)
		process.Stdout = full
		if err := process.Run(); err == nil || process.ProcessState.ExitCode() != exitFailed {
			t.Errorf("%v: %v, want exit code 1", arguments, err)
		}
	}
}
