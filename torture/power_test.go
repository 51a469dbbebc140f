//go:build linux

package torture

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/stream"
)

// TestPowerCut takes copies of a disk while a log on it is written (C2). The disk is an image, in which there is
// only what the system has sent to it: what was not flushed is missing from a copy as it is after a power cut.
//
// Nothing is stopped meanwhile, and reading the image takes a while, so that a copy is no state that the disk
// had at one moment: only rows that were acknowledged before its beginning count, and the file system has to
// mend the rest from its journal, as it does after a power cut in the middle of writing.
func TestPowerCut(t *testing.T) {
	random := newRandom(t)
	for range rounds(2, 30) {
		image := newImage(t, t.TempDir())
		folder, unmount := mountImage(t, image)
		inside := filepath.Join(folder, "log")
		writers := []writing{{Name: "one", Continue: true}, {Name: "two", Continue: true}}
		p := start(t, work{Config: stream.Config{Folder: inside}, Writers: writers, Seed: random.Uint64(), Flush: 20})
		acknowledged := newBook()
		for range 5 {
			p.noteFor(acknowledged, time.Duration(random.IntN(250))*time.Millisecond)
			expectAfterPowerCut(t, copyImage(t, image), acknowledged)
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

func copyImage(t *testing.T, image string) string {
	t.Helper()
	from, err := os.Open(image)
	noError(t, err)
	defer from.Close()
	to, err := os.Create(filepath.Join(t.TempDir(), "copy"))
	noError(t, err)
	defer to.Close()
	_, err = io.Copy(to, from)
	noError(t, err)
	return to.Name()
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
