package torture

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/stream"
)

// setTimes gives the files and folders below a folder times between 1970 and 2100.
func setTimes(folder string, random *rand.Rand) error {
	return filepath.Walk(folder, func(path string, _ os.FileInfo, err error) error {
		at := time.Unix(random.Int64N(130*365*24*3600), 0)
		return errors.Join(err, os.Chtimes(path, at, at))
	})
}

// The times of files say nothing about what is newer (C17).
func TestTimesOfFiles(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	s := newSample(t, "one", "two")
	ways := rounds(4, 100)
	seeds := make([]uint64, ways)
	for i := range seeds {
		seeds[i] = random.Uint64()
	}
	for way, after := range s.damageCopies(t, ways, func(way int, folder string) (string, error) {
		return "times", setTimes(folder, rand.New(rand.NewPCG(seeds[way], 0)))
	}) {
		if after.lost > 0 || after.damaged > 0 || after.refused != nil {
			t.Errorf("way %d: %+v", way, after)
		}
	}
	folder := filepath.Join(t.TempDir(), "checkpoints")
	for step := range int64(ways) {
		noError(t, saveStep(checkpoint.Open(folder), step))
		noError(t, setTimes(folder, random))
		expectLoaded(t, folder, []int64{step})
	}
	measured.add("logs and checkpoints whose files got other times", 2*int64(ways))
}

// Processes in other time zones go on with one log (C17).
func TestTimeZones(t *testing.T) {
	random := newRandom(t)
	folder, acknowledged := filepath.Join(t.TempDir(), "log"), newBook()
	for _, zone := range []string{"Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"} {
		before := acknowledged.acknowledged["one"]
		p := start(t, work{Config: stream.Config{Folder: folder}, Writers: []writing{{Name: "one", At: before}}, Seed: random.Uint64(), Flush: 20}, "TZ="+zone)
		for r := range p.reports {
			if acknowledged.note(r); acknowledged.acknowledged["one"].Row > before.Row+200 {
				break
			}
		}
		p.kill(t)
	}
	log, err := stream.Open(t.Context(), stream.Config{Folder: folder})
	noError(t, err)
	defer log.Close()
	found, err := readAll(t.Context(), log)
	noError(t, err)
	_, err = acknowledged.check(found)
	noError(t, err)
}
