package torture

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/stream"
)

// TestKilledLog kills the process that holds the log while four writers write (C1). Some writers go on
// behind what is there, others where they were acknowledged last.
func TestKilledLog(t *testing.T) {
	const kills = 25 // of one log
	random := newRandom(t)
	for range rounds(1, 40) {
		k := killing{folder: filepath.Join(t.TempDir(), "log"), book: newBook(), random: random}
		for range kills {
			k.round(t)
		}
		noError(t, os.RemoveAll(k.folder))
	}
}

// killing is a log whose process is killed again and again.
type killing struct {
	folder string
	book   *book
	random *rand.Rand
}

func (k *killing) round(t *testing.T) {
	t.Helper()
	p := start(t, work{Config: stream.Config{Folder: k.folder}, Writers: k.writers(), Seed: k.random.Uint64(), Flush: 40})
	timer := time.AfterFunc(k.moment(), func() { _ = p.command.Process.Kill() })
	for r := range p.reports {
		k.book.note(r)
	}
	timer.Stop()
	p.kill(t)
	folder := k.folder
	if k.random.IntN(2) == 0 { // the next process opens what was killed, and not what was closed
		folder = copyFolder(t, k.folder)
		defer os.RemoveAll(folder)
	}
	k.prove(t, folder)
}

// writers begin where they were acknowledged last, or behind what there is.
func (k *killing) writers() []writing {
	var all []writing
	for i := range 4 {
		name := fmt.Sprintf("writer-%d", i)
		all = append(all, writing{Name: name, Continue: k.random.IntN(2) == 0, At: k.book.acknowledged[name]})
	}
	return all
}

// moment is how long a process lives: some are killed before they are ready.
func (k *killing) moment() time.Duration {
	if k.random.IntN(5) == 0 {
		return time.Duration(k.random.IntN(100)) * time.Millisecond
	}
	return time.Duration(100+k.random.IntN(250)) * time.Millisecond
}

// prove opens a log as the next process would, and compares all of it.
func (k *killing) prove(t *testing.T, folder string) {
	t.Helper()
	begin := time.Now()
	log, err := stream.Open(t.Context(), stream.Config{Folder: folder})
	noError(t, err)
	measured.took("longest from open to ready after a kill", time.Since(begin))
	found, err := readAll(t.Context(), log)
	noError(t, err)
	measured.took("longest from open to all rows verified after a kill", time.Since(begin))
	noError(t, log.Close())
	rows, err := k.book.check(found)
	noError(t, err)
	measured.add("kills of the process that holds the log", 1)
	measured.add("acknowledged rows compared after kills", rows)
}
