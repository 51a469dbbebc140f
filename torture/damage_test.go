package torture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/reverie-rl/reverie/stream"
)

// sample is a log of several segments that tests damage copies of.
type sample struct {
	folder  string
	writers []sampled
}

// sampled is a writer of a sample.
type sampled struct {
	name       string
	checkpoint stream.Position // somewhere in the middle
	written    int64           // rows in all
}

// segmented makes a log have segments of 32,000 bytes, the least that there are. The samples are smaller
// than what it retains.
var segmented = stream.Retention{Bytes: 127_000}

// newSample writes a sample. A writer called other/NAME writes as NAME, but other rows.
func newSample(t testing.TB, names ...string) *sample {
	t.Helper()
	s := &sample{folder: filepath.Join(t.TempDir(), "sample")}
	log, err := stream.Open(t.Context(), stream.Config{Folder: s.folder, Retention: segmented})
	noError(t, err)
	for _, name := range names {
		writer := sampled{name: filepath.Base(name)}
		w, _, err := log.Resume(t.Context(), writer.name, schema(), stream.Position{}, 1<<40, nil)
		noError(t, err)
		for n := range 10 {
			if n == 7 {
				writer.checkpoint = w.Position()
			}
			noError(t, sourceOf(name).play(w, 5+n%3*40))
		}
		writer.written = w.Position().Row
		noError(t, w.Close())
		s.writers = append(s.writers, writer)
	}
	noError(t, log.Close())
	return s
}

// segments are the files of messages, oldest first.
func segments(t testing.TB, folder string) []string {
	t.Helper()
	found := matching(t, folder, "jetstream/*/streams/*/msgs/*.blk")
	number := func(path string) (n int) {
		_, _ = fmt.Sscanf(filepath.Base(path), "%d.blk", &n)
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return number(a) - number(b) })
	return found
}

// aftermath is what became of a damaged log.
type aftermath struct {
	refused error // by Open or Resume
	lost    int64 // rows before the checkpoints, as Resume reported
	damaged int   // messages, as readers reported
}

// survive opens a damaged log and demands what is promised: no row is another one than was written, those
// that are missing are reported, and writing goes on.
func (s *sample) survive(ctx context.Context, folder string) (after aftermath, err error) {
	log, err := stream.Open(ctx, stream.Config{Folder: folder})
	if err != nil {
		return s.refuse(folder, err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	found, err := readAll(ctx, log)
	if err != nil {
		return after, fmt.Errorf("reading: %w", err)
	}
	after.damaged = len(found.damage)
	acknowledged := newBook()
	for _, writer := range s.writers {
		lost, at, err := writer.resume(ctx, log, found.of(writer.name))
		if err != nil {
			return s.refuse(folder, fmt.Errorf("resuming %s: %w", writer.name, err))
		}
		after.lost += lost
		acknowledged.note(report{Writer: writer.name, At: at})
	}
	return after, goneOn(ctx, log, acknowledged)
}

// refuse accepts an error only if it names the log.
func (s *sample) refuse(folder string, err error) (aftermath, error) {
	if errors.Is(err, errPromise) || !strings.Contains(err.Error(), folder) {
		return aftermath{}, err
	}
	return aftermath{refused: err}, nil
}

// errPromise says that something was not as it is promised.
var errPromise = errors.New("a promise is broken")

// resume goes on at the checkpoint: what is not passed to it must be reported as lost, and only that.
func (w sampled) resume(ctx context.Context, log *stream.Log, read *reading) (lost int64, at stream.Position, err error) {
	passed := reading{source: read.source}
	writer, found, err := log.Resume(ctx, w.name, schema(), w.checkpoint, 1<<40, passed.take)
	if err != nil {
		return 0, at, err
	}
	if passed.next < w.checkpoint.Row {
		passed.gaps = append(passed.gaps, stream.Range{Begin: passed.next, End: w.checkpoint.Row})
	}
	if !slices.Equal(passed.gaps, found.Lost) || passed.rows != found.Rows {
		return 0, at, fmt.Errorf("%w: rows %v are missing, and %v are reported", errPromise, passed.gaps, found.Lost)
	}
	for _, gap := range found.Lost {
		lost += gap.End - gap.Begin
	}
	if err := read.source.play(writer, 60); err != nil {
		return lost, at, fmt.Errorf("%w: writing on: %w", errPromise, err)
	}
	return lost, writer.Position(), writer.Close()
}

// goneOn demands that what was written after the damage is there.
func goneOn(ctx context.Context, log *stream.Log, acknowledged *book) error {
	found, err := readAll(ctx, log)
	if err != nil {
		return fmt.Errorf("reading again: %w", err)
	}
	for writer, at := range acknowledged.acknowledged {
		r := found.of(writer)
		missing := slices.ContainsFunc(r.gaps, func(gap stream.Range) bool { return gap.Begin < at.Row && gap.End > at.Row-60 })
		if r.next < at.Row || missing {
			return fmt.Errorf("%w: %s stands at row %d, but has rows up to %d without %v", errPromise, writer, at.Row, r.next, r.gaps)
		}
	}
	return nil
}

// atOnce is how many damaged logs are tried at a time: readers wait for messages that will not come.
const atOnce = 12

// damageCopies damages copies of the sample, each in its own way, and demands that they survive.
func (s *sample) damageCopies(t *testing.T, ways int, damage func(way int, folder string) (what string, err error)) []aftermath {
	t.Helper()
	root := t.TempDir()
	results := make([]aftermath, ways)
	next := make(chan int)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for way := range next {
				folder := filepath.Join(root, fmt.Sprint(way))
				noError(t, os.CopyFS(folder, os.DirFS(s.folder)))
				what, err := damage(way, folder)
				noError(t, err)
				if results[way], err = s.survive(t.Context(), folder); err != nil {
					t.Errorf("way %d, %s: %v", way, what, err)
				}
				_ = os.RemoveAll(folder)
			}
		})
	}
	for way := range ways {
		if t.Failed() {
			break
		}
		next <- way
	}
	close(next)
	workers.Wait()
	return results
}
