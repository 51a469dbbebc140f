package run

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A lineage is followed to its root, and says of each run whether it can still give the part.
func TestLineage(t *testing.T) {
	t.Chdir(t.TempDir())
	begin := func(folder string, from ...string) {
		t.Helper()
		e := onLadder(10, nil)
		e.Config.From = from
		if _, _, err := train(t, e, folder, false); err != nil {
			t.Fatal(err)
		}
	}
	begin("runs/root")
	begin("runs/middle", "runs/root:policy")
	begin("runs/leaf", "runs/middle:policy/torso,critic")
	expectLineage := func(marks ...string) {
		t.Helper()
		r, err := Describe("runs/leaf")
		if err != nil {
			t.Fatal(err)
		}
		if len(r.From) != 2 || len(r.From[0].From) != 1 || len(r.From[1].From) != 0 {
			t.Fatalf("the lineage is %+v", r.From)
		}
		torso, root := r.From[0], r.From[0].From[0]
		if torso.Run != "runs/middle" || torso.Part != "policy/torso" || torso.Step != 10 || root.Run != "runs/root" || root.Part != "policy" {
			t.Errorf("the lineage is %+v", r.From)
		}
		if got := []string{torso.Mark, root.Mark, r.From[1].Mark}; !slices.Equal(got, marks) {
			t.Errorf("the marks are %q, want %q", got, marks)
		}
	}
	expectLineage("", "", "")
	if _, _, err := train(t, onLadder(30, nil), "runs/root", true); err != nil {
		t.Fatal(err)
	}
	expectLineage("", "changed", "")
	if err := os.RemoveAll("runs/root"); err != nil {
		t.Fatal(err)
	}
	expectLineage("", "gone", "")
	parts, err := filepath.Glob("runs/middle/checkpoints/*/parts.json")
	if err != nil || len(parts) != 1 {
		t.Fatal(parts, err)
	}
	if err := os.WriteFile(parts[0], []byte("[]"), 0o644); err != nil {
		t.Fatal(err)
	}
	expectLineage("damaged", "gone", "damaged")
}

// Runs that name each other, as when one was trained anew, are told once.
func TestLineageOfACircle(t *testing.T) {
	t.Chdir(t.TempDir())
	for folder, from := range map[string]string{"a": "b", "b": "./a"} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		text := `{"parts": [{"part": "policy", "run": "` + from + `"}]}`
		if err := os.WriteFile(filepath.Join(folder, provenanceFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := readProvenance("a/" + provenanceFile)
	if err != nil {
		t.Fatal(err)
	}
	origins := originsOf(stored.Parts, []string{"a"})
	if len(origins) != 1 || len(origins[0].From) != 1 || len(origins[0].From[0].From) != 0 {
		t.Errorf("the lineage is %+v", origins)
	}
}

func TestFindRuns(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"b/config.toml": "[run]\ntask = \"x\"\n", "b/inner/config.toml": "[run]\n", "a/deep/config.toml": "[run]\n",
		"c/config.toml": "[server]\n", "d/config.toml": "no settings", "e/other.toml": "[run]\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := Find(root)
	var want []string
	for _, name := range []string{"a/deep", "b", "d"} {
		want = append(want, filepath.Join(root, name))
	}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("found %v, %v, want %v", found, err, want)
	}
	_, err = Find(filepath.Join(root, "nowhere"))
	expectError(t, err, "nowhere", "train first")
	_, err = Describe(filepath.Join(root, "d"))
	expectError(t, err, "config.toml")
	if r, err := Describe(filepath.Join(root, "b")); err != nil || r.Task != "x" || r.Step != 0 || r.Score != nil || len(r.Parts) > 0 {
		t.Errorf("a run without a checkpoint is %+v, %v", r, err)
	}
}
