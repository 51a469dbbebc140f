package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// text is a payload that always holds contents.
func text(name, contents string) Payload {
	return Payload{Name: name, Write: func(w io.Writer) error {
		_, err := io.WriteString(w, contents)
		return err
	}}
}

// state is what the test runs keep beside their payloads.
type state struct{ Note string }

// save saves a generation whose contents follow from step.
func save(t testing.TB, store *Store, step int64) {
	t.Helper()
	if err := store.Save(step, state{note(step)}, payloads(step)); err != nil {
		t.Fatal(err)
	}
}

func note(step int64) string { return strings.Repeat("s", int(step%50)) }

// payloads returns the contents of a step: two files of its own and one that all steps share.
func payloads(step int64) []Payload {
	return []Payload{text("params", contents(step)), text("rows-0", strings.Repeat("shared ", 1000)), text("empty", "")}
}

func contents(step int64) string {
	var data bytes.Buffer
	random := rand.New(rand.NewPCG(uint64(step), 0))
	for range 500 {
		data.WriteByte(byte(random.Uint32()))
	}
	return data.String()
}

// expectStep loads and checks that everything is as step saved it.
func expectStep(t testing.TB, store *Store, step int64) []Skipped {
	t.Helper()
	generation, skipped, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	if generation.Step != step {
		t.Fatalf("loaded step %d, want %d; skipped %v", generation.Step, step, skipped)
	}
	expectContents(t, generation)
	return skipped
}

func expectContents(t testing.TB, generation *Generation) {
	t.Helper()
	var got state
	if err := json.Unmarshal(generation.State, &got); err != nil || got.Note != note(generation.Step) {
		t.Fatalf("state is %s, %v", generation.State, err)
	}
	for _, payload := range payloads(generation.Step) {
		var want bytes.Buffer
		_ = payload.Write(&want)
		data, err := generation.Read(payload.Name)
		if err != nil || !bytes.Equal(data, want.Bytes()) {
			t.Fatalf("%s holds %d bytes, want %d; %v", payload.Name, len(data), want.Len(), err)
		}
	}
}

// generations returns the names in the store.
func generations(t testing.TB, store *Store) []string {
	t.Helper()
	entries, err := os.ReadDir(store.folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func newStore(t testing.TB) *Store { return Open(filepath.Join(t.TempDir(), "run", "checkpoints")) }

func expectError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not contain %q", err, part)
		}
	}
}

func TestSaveAndLoad(t *testing.T) {
	store := newStore(t)
	for step := range int64(5) {
		save(t, store, step)
		expectStep(t, Open(store.folder), step)
	}
	if got, want := generations(t, store), []string{"generation-00000004", "generation-00000005"}; !slices.Equal(got, want) {
		t.Errorf("the store holds %v, want %v", got, want)
	}
	generation, _, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := generation.Names(), []string{"params", "rows-0", "empty"}; !slices.Equal(got, want) {
		t.Errorf("payloads are %v, want %v", got, want)
	}
	_, err = generation.Read("absent")
	expectError(t, err, `no payload "absent"`, "params")
}

func TestLoadOfNothing(t *testing.T) {
	store := newStore(t)
	if _, _, err := store.Load(); !errors.Is(err, ErrNone) {
		t.Errorf("error is %v, want ErrNone", err)
	}
}

// Damage in place, to a file that both generations hold with the same contents, leaves one whole.
func TestGenerationsShareNoFiles(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	save(t, store, 2)
	for _, payload := range payloads(2) {
		file, err := os.OpenFile(filepath.Join(store.path(2), payload.Name), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.WriteString("damage")
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	expectStep(t, store, 1)
}

func TestManifestTornAtEveryByte(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	save(t, store, 2)
	path := filepath.Join(store.path(2), manifestName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for length := range whole {
		if err := os.WriteFile(path, whole[:length], 0o644); err != nil {
			t.Fatal(err)
		}
		skipped := expectStep(t, Open(store.folder), 1)
		if len(skipped) != 1 || skipped[0].Folder != store.path(2) || !strings.Contains(skipped[0].Reason.Error(), manifestName) {
			t.Fatalf("torn after %d bytes: skipped %v", length, skipped)
		}
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	save(t, store, 2)
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{manifestName, "params"} {
		path := filepath.Join(store.path(2), name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			bit := random.IntN(8 * len(whole))
			damaged := bytes.Clone(whole)
			damaged[bit/8] ^= 1 << (bit % 8)
			expectOldOrSame(t, store, path, damaged)
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// expectOldOrSame checks that damage is either found or without effect: a letter of a key of the
// manifest's outer object may change its case.
func expectOldOrSame(t *testing.T, store *Store, path string, damaged []byte) {
	t.Helper()
	if err := os.WriteFile(path, damaged, 0o644); err != nil {
		t.Fatal(err)
	}
	generation, skipped, err := Open(store.folder).Load()
	if err != nil || generation.Step+int64(len(skipped)) != 2 {
		t.Fatalf("loaded %+v, skipped %v, %v", generation, skipped, err)
	}
	expectContents(t, generation)
}

func TestDeletedFiles(t *testing.T) {
	for _, name := range []string{manifestName, "params", "rows-0", "empty"} {
		store := newStore(t)
		save(t, store, 1)
		save(t, store, 2)
		if err := os.Remove(filepath.Join(store.path(2), name)); err != nil {
			t.Fatal(err)
		}
		skipped := expectStep(t, store, 1)
		if len(skipped) != 1 {
			t.Fatalf("skipped %v", skipped)
		}
		expectError(t, skipped[0].Reason, name)
		expectRecovery(t, store)
	}
}

// A generation that was found damaged is not kept as the one to fall back on.
func TestDamageDoesNotSpread(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	save(t, store, 2)
	path := filepath.Join(store.path(2), "rows-0")
	if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte("junk"), 0o644)); err != nil {
		t.Fatal(err)
	}
	expectStep(t, store, 1)
	expectRecovery(t, store)
}

// expectRecovery saves on top of a damaged generation: the whole one before it is kept.
func expectRecovery(t *testing.T, store *Store) {
	t.Helper()
	save(t, store, 3)
	if got, want := generations(t, store), []string{"generation-00000001", "generation-00000003"}; !slices.Equal(got, want) {
		t.Errorf("the store holds %v, want %v", got, want)
	}
	expectStep(t, Open(store.folder), 3)
}

func TestNothingUsable(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	save(t, store, 2)
	err1 := os.Truncate(filepath.Join(store.path(1), "params"), 100)
	err2 := os.WriteFile(filepath.Join(store.path(2), manifestName), nil, 0o644)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	_, skipped, err := store.Load()
	expectError(t, err, "none of the 2 checkpoints", store.folder, "generation-00000001: params is damaged: it has 100 bytes, want 500", "generation-00000002: manifest.json")
	if errors.Is(err, ErrNone) || len(skipped) != 2 {
		t.Errorf("error %v, skipped %v", err, skipped)
	}
}

func TestManifestOfAnotherFormat(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	if err := os.Remove(filepath.Join(store.path(1), manifestName)); err != nil {
		t.Fatal(err)
	}
	if err := writeManifest(store.path(1), manifest{Format: 1}); err != nil {
		t.Fatal(err)
	}
	_, _, err := store.Load()
	expectError(t, err, "format 1, this program reads format 2")
}

func TestManifestCannotPointOutside(t *testing.T) {
	store := newStore(t)
	if err := os.MkdirAll(store.path(1), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeManifest(store.path(1), manifest{Format: format, Files: []record{{Name: "../../secret"}}}); err != nil {
		t.Fatal(err)
	}
	_, _, err := store.Load()
	expectError(t, err, `"../../secret" is not allowed`)
}

func TestFailedSaveLeavesNothingBehind(t *testing.T) {
	full := Payload{Name: "big", Write: func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1000))
		return errors.New("no space left")
	}}
	for want, attempt := range map[string]func(*Store) error{
		"big: no space left":           func(s *Store) error { return s.Save(2, nil, []Payload{text("small", "x"), full}) },
		"two payloads are called":      func(s *Store) error { return s.Save(2, nil, []Payload{text("a", "1"), text("b", "2"), text("a", "3")}) },
		`"../a" is not allowed`:        func(s *Store) error { return s.Save(2, nil, []Payload{text("../a", "1")}) },
		`"manifest.json" is not allow`: func(s *Store) error { return s.Save(2, nil, []Payload{text("manifest.json", "1")}) },
		"unsupported value: NaN":       func(s *Store) error { return s.Save(2, math.NaN(), nil) },
	} {
		store := newStore(t)
		save(t, store, 1)
		expectError(t, attempt(store), want, store.folder, "saving step 2")
		if got := generations(t, store); len(got) != 1 {
			t.Errorf("%s: the store holds %v", want, got)
		}
		expectStep(t, store, 1)
	}
}

func TestFolderThatIsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	expectError(t, Open(path).Save(1, nil, nil), path)
	_, _, err := Open(path).Load()
	expectError(t, err, path)
}

func TestRemainsOfAKilledSaveAreReplaced(t *testing.T) {
	store := newStore(t)
	save(t, store, 1)
	if err := os.MkdirAll(filepath.Join(store.saving(), "params"), 0o755); err != nil {
		t.Fatal(err)
	}
	expectStep(t, store, 1)
	save(t, store, 2)
	expectStep(t, store, 2)
	if got := generations(t, store); slices.Contains(got, savingName) {
		t.Errorf("the store holds %v", got)
	}
}

// Look passes over a manifest that is damaged, and leaves other damage to Read.
func TestLook(t *testing.T) {
	store := newStore(t)
	if _, err := store.Look(); !errors.Is(err, ErrNone) {
		t.Errorf("error is %v, want ErrNone", err)
	}
	save(t, store, 1)
	save(t, store, 2)
	damage := func(generation, file string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(store.folder, generation, file), []byte("damage"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	damage("generation-00000002", "params")
	generation, err := store.Look()
	if err != nil || generation.Step != 2 {
		t.Fatalf("found %+v, %v", generation, err)
	}
	_, err = generation.Read("params")
	expectError(t, err, "params is damaged")
	damage("generation-00000002", manifestName)
	if generation, err = store.Look(); err != nil || generation.Step != 1 {
		t.Errorf("found %+v, %v", generation, err)
	}
	damage("generation-00000001", manifestName)
	_, err = store.Look()
	expectError(t, err, "none of the 2 checkpoints", "generation-00000001")
}
