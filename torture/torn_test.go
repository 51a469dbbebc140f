package torture

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/stream"
)

// TestTornFiles cuts the newest segment and the files that describe the log at every byte, or at some (C3).
func TestTornFiles(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	s := newTornSample(t)
	newest := segments(t, s.folder)
	for _, path := range append(matching(t, s.folder, "jetstream/*/streams/*/m*.*"), matching(t, s.folder, "jetstream/*/streams/*/msgs/index.db")...) {
		s.tear(t, path, random)
	}
	s.tear(t, newest[len(newest)-1], random)
}

// newTornSample is a sample whose newest segment is small: every place of it is tried.
func newTornSample(t *testing.T) *sample {
	t.Helper()
	s := newSample(t, "one", "two")
	log, err := stream.Open(t.Context(), stream.Config{Folder: s.folder})
	noError(t, err)
	defer log.Close()
	count := len(segments(t, s.folder))
	w, _, err := log.ContinueWriter(t.Context(), "three", schema())
	noError(t, err)
	steps := 40
	for range 100 { // fills a segment, and then some
		noError(t, sourceOf("three").play(w, steps))
		if len(segments(t, s.folder)) > count {
			steps = 2
			if newest := segments(t, s.folder); size(t, newest[len(newest)-1]) > 1500 {
				break
			}
		}
	}
	if status, err := log.Status(t.Context()); err != nil || status.First != 1 {
		t.Fatalf("the sample is too large: %+v, %v", status, err)
	}
	at := w.Position()
	s.writers = append(s.writers, sampled{"three", stream.Position{Row: at.Row - 3}, at.Row})
	noError(t, w.Close())
	return s
}

func size(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	noError(t, err)
	return info.Size()
}

// tear cuts a file of copies of the sample.
func (s *sample) tear(t *testing.T, path string, random *rand.Rand) {
	t.Helper()
	places := random.Perm(int(size(t, path)))
	places = places[:min(len(places), rounds(4, len(places)))]
	slices.Sort(places)
	inside, err := filepath.Rel(s.folder, path)
	noError(t, err)
	var lost int64
	for _, after := range s.damageCopies(t, len(places), func(way int, folder string) (string, error) {
		return fmt.Sprintf("%s cut at byte %d", inside, places[way]), os.Truncate(filepath.Join(folder, inside), int64(places[way]))
	}) {
		if after.refused != nil {
			t.Errorf("%s: %v", inside, after.refused)
		}
		lost += after.lost
	}
	measured.add("cuts of a segment, an index or a description of the log", int64(len(places)))
	measured.add("rows lost to cuts, all reported", lost)
}
