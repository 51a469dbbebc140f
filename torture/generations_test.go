package torture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/internal/checkpoint"
)

// payloads are the files of a checkpoint, which follow from its step.
func payloads(step int64) []checkpoint.Payload {
	random := rand.New(rand.NewPCG(uint64(step), 0))
	parameters := make([]byte, 300)
	for i := range parameters {
		parameters[i] = byte(random.Uint32())
	}
	var all []checkpoint.Payload
	for name, contents := range map[string][]byte{"parameters": parameters, "state": []byte(strings.Repeat("s", int(step))), "empty": nil} {
		all = append(all, checkpoint.Payload{Name: name, Write: func(w io.Writer) error {
			_, err := w.Write(contents)
			return err
		}})
	}
	slices.SortFunc(all, func(a, b checkpoint.Payload) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func saveStep(store *checkpoint.Store, step int64) error {
	return store.Save(step, map[string]int64{"step": step}, payloads(step))
}

// loadStep loads the newest usable generation, and demands that it is what its step saved.
func loadStep(store *checkpoint.Store) (int64, error) {
	generation, _, err := store.Load()
	if err != nil {
		return 0, err
	}
	var state map[string]int64
	if err := json.Unmarshal(generation.State, &state); err != nil || state["step"] != generation.Step {
		return 0, fmt.Errorf("%w: the state of step %d is %s", errPromise, generation.Step, generation.State)
	}
	for _, payload := range payloads(generation.Step) {
		var want bytes.Buffer
		_ = payload.Write(&want) // cannot fail
		if data, err := generation.Read(payload.Name); err != nil || !bytes.Equal(data, want.Bytes()) {
			return 0, fmt.Errorf("%w: %s of step %d is another one: %w", errPromise, payload.Name, generation.Step, err)
		}
	}
	return generation.Step, nil
}

// crash leaves a store as a process does that is ended while it saves a step.
type crash struct {
	what  string
	leave func(folder string, step int64) error
	saved bool // the new generation is there
}

// crashes are all the moments at which saving can end: before and after each file, within each file at some
// bytes of it, before and after the folder has its name, and between the removals of old generations.
func crashes(random *rand.Rand, places int) []crash {
	names := []string{"empty", "parameters", "state", "manifest.json"}
	all := []crash{{"before the first file", leaveFiles(nil, "", 0), false}}
	for i, name := range names {
		for range places {
			share := random.Float64()
			all = append(all, crash{fmt.Sprintf("%s at %.0f%%", name, 100*share), leaveFiles(names[:i], name, share), false})
		}
		all = append(all, crash{"after " + name, leaveFiles(names[:i+1], "", 0), false})
	}
	all = append(all, crash{"before old generations are removed", leaveOld(nil), true})
	for i := range names {
		all = append(all, crash{"after an old generation lost " + names[i], leaveOld(names[:i+1]), true})
	}
	return all
}

// complete returns a folder with what saving a step beside the generations of a folder makes.
func complete(folder string, step int64) (saved string, err error) {
	aside := folder + "-aside"
	if err := errors.Join(os.RemoveAll(aside), os.CopyFS(aside, os.DirFS(folder)), saveStep(checkpoint.Open(aside), step)); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(aside, "generation-*"))
	return found[len(found)-1], err
}

// leaveFiles leaves whole files, and a share of one, under the name for what is not complete.
func leaveFiles(whole []string, torn string, share float64) func(string, int64) error {
	return func(folder string, step int64) error {
		saved, err := complete(folder, step)
		if err != nil {
			return err
		}
		saving := filepath.Join(folder, ".saving")
		err = errors.Join(os.RemoveAll(saving), os.Mkdir(saving, 0o755))
		for _, name := range append(slices.Clone(whole), torn) {
			if name == "" || err != nil {
				continue
			}
			var data []byte
			if data, err = os.ReadFile(filepath.Join(saved, name)); name == torn {
				data = data[:int(share*float64(len(data)))]
			}
			err = errors.Join(err, os.WriteFile(filepath.Join(saving, name), data, 0o644))
		}
		return errors.Join(err, os.RemoveAll(filepath.Dir(saved)))
	}
}

// leaveOld leaves the new generation beside all old ones, the oldest of which has lost files.
func leaveOld(gone []string) func(string, int64) error {
	return func(folder string, step int64) error {
		saved, err := complete(folder, step)
		if err != nil {
			return err
		}
		old, err := filepath.Glob(filepath.Join(folder, "generation-*"))
		for _, name := range gone {
			err = errors.Join(err, os.RemoveAll(filepath.Join(old[0], name)))
		}
		err = errors.Join(err, os.Rename(saved, filepath.Join(folder, filepath.Base(saved))))
		return errors.Join(err, os.RemoveAll(filepath.Dir(saved)))
	}
}

// TestCrashWhileSaving ends a process at every moment of saving a checkpoint, and the next one at every moment of
// its first save (C16): the newer or the older generation is loaded, and the next save works.
func TestCrashWhileSaving(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	all := crashes(random, rounds(1, 4))
	pairs := random.Perm(len(all) * len(all))
	pairs = pairs[:rounds(25, len(pairs))]
	for _, pair := range pairs {
		crashTwice(t, all[pair/len(all)], all[pair%len(all)])
	}
	measured.add("pairs of crashes while a checkpoint is saved", int64(len(pairs)))
}

func crashTwice(t *testing.T, first, second crash) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "checkpoints")
	noError(t, errors.Join(saveStep(checkpoint.Open(folder), 1), saveStep(checkpoint.Open(folder), 2)))
	noError(t, first.leave(folder, 3))
	expectLoaded(t, folder, []int64{2, 3}, first.what)
	noError(t, second.leave(folder, 4))
	if got := expectLoaded(t, folder, []int64{2, 3, 4}, first.what, second.what); second.saved != (got == 4) || first.saved && got < 3 {
		t.Fatalf("%s, then %s: step %d was loaded", first.what, second.what, got)
	}
	noError(t, saveStep(checkpoint.Open(folder), 5))
	expectLoaded(t, folder, []int64{5}, first.what, second.what)
	noError(t, os.RemoveAll(folder))
}

func expectLoaded(t *testing.T, folder string, steps []int64, after ...string) int64 {
	t.Helper()
	step, err := loadStep(checkpoint.Open(folder))
	if err != nil || !slices.Contains(steps, step) {
		t.Fatalf("after %q: loaded step %d, want one of %d: %v", after, step, steps, err)
	}
	return step
}

// TestFlippedBitsOfCheckpoints changes bits at random places of all files of a store (C4).
func TestFlippedBitsOfCheckpoints(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	sample := filepath.Join(t.TempDir(), "sample")
	noError(t, errors.Join(saveStep(checkpoint.Open(sample), 1), saveStep(checkpoint.Open(sample), 2)))
	flips := rounds(60, 6000)
	for range flips {
		folder := sample + "-copy"
		noError(t, os.CopyFS(folder, os.DirFS(sample)))
		all := files(t, folder)
		path := all[random.IntN(len(all))]
		bit, err := flipBit(path, random)
		noError(t, err)
		store := checkpoint.Open(folder)
		if step, err := loadStep(store); err != nil || step < 1 {
			t.Fatalf("bit %d of %s: loaded step %d, %v", bit, path, step, err)
		}
		noError(t, saveStep(store, 3))
		if step, err := loadStep(checkpoint.Open(folder)); err != nil || step != 3 {
			t.Fatalf("bit %d of %s: loaded step %d, %v, want 3", bit, path, step, err)
		}
		noError(t, os.RemoveAll(folder))
	}
	measured.add("bits flipped in files of checkpoints", int64(flips))
}
