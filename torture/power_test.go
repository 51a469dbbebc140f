//go:build linux

package torture

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/reverie-rl/reverie/stream"
)

// TestPowerCut takes copies of a disk while a log on it is written (C2). The disk is an image, in which there is
// only what the system has sent to it: what was not flushed is missing from a copy as it is after a power cut.
//
// Reading the image takes a while, and a copy of what changes meanwhile is no state that the disk ever had: it may
// have old blocks in place and a journal that holds them no longer. The writer is therefore held by SIGSTOP, at a
// random moment, until two copies are equal. That brings nothing more to the disk than what it was waiting for. The
// file system then mends the copy from its journal.
func TestPowerCut(t *testing.T) {
	random := newRandom(t)
	for range rounds(1, 30) {
		image := newImage(t, t.TempDir())
		folder, unmount := mountImage(t, image)
		inside := filepath.Join(folder, "log")
		writers := []writing{{Name: "one", Continue: true}, {Name: "two", Continue: true}}
		p := start(t, work{Config: stream.Config{Folder: inside}, Writers: writers, Seed: random.Uint64(), Flush: 20})
		acknowledged := newBook()
		for range 5 {
			p.noteFor(acknowledged, time.Duration(random.IntN(250))*time.Millisecond)
			noError(t, p.command.Process.Signal(unix.SIGSTOP))
			cut := copyImage(t, image)
			noError(t, p.command.Process.Signal(unix.SIGCONT))
			expectAfterPowerCut(t, cut, acknowledged)
		}
		p.kill(t)
		unmount()
		noError(t, os.Remove(image))
	}
}

// noteFor notes what a process reports in a time.
func (p *process) noteFor(acknowledged *book, duration time.Duration) {
	for end := time.After(duration); ; {
		select {
		case r, open := <-p.reports:
			if !open {
				return
			}
			acknowledged.note(r)
		case <-end:
			return
		}
	}
}

// copyImage copies an image when it has stopped to change.
func copyImage(t *testing.T, image string) string {
	t.Helper()
	before, err := os.ReadFile(image)
	noError(t, err)
	for range 100 {
		time.Sleep(10 * time.Millisecond)
		after, err := os.ReadFile(image)
		noError(t, err)
		if bytes.Equal(before, after) {
			path := filepath.Join(t.TempDir(), "copy")
			noError(t, os.WriteFile(path, after, 0o644))
			return path
		}
		before = after
	}
	t.Fatal("the disk does not stop to change")
	return ""
}

// expectAfterPowerCut opens the log on the copy of a disk.
func expectAfterPowerCut(t *testing.T, image string, acknowledged *book) {
	t.Helper()
	folder, unmount := mountImage(t, image)
	defer os.Remove(image)
	defer unmount()
	begin := time.Now()
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(folder, "log")})
	noError(t, err)
	found, err := readAll(t.Context(), log)
	noError(t, err)
	measured.took("longest from open to all rows verified after a power cut", time.Since(begin))
	noError(t, log.Close())
	rows, err := acknowledged.check(found)
	noError(t, err)
	measured.add("power cuts", 1)
	measured.add("acknowledged rows compared after power cuts", rows)
}
