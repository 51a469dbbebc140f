package reverie_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/reverie-rl/reverie/"

// allowed lists, for each top folder, the top folders that its packages may import besides itself.
// It is the layer rule of ARCHITECTURE.md: imports point down this list, or to what stands beside.
var allowed = map[string]string{
	"internal":            "",
	"internal/simulation": "env mujoco", // not the lowest layer: it stands between mujoco and the suites
	"tensor":              "internal",
	"grad":                "internal tensor",
	"nn":                  "internal tensor grad",
	"dist":                "internal tensor grad",
	"optim":               "internal tensor grad",
	"rl":                  "internal tensor grad dist nn optim",
	"world":               "internal tensor grad nn dist",

	"env":       "internal",
	"mujoco":    "",
	"control":   "internal env mujoco",
	"arm":       "internal env mujoco",
	"classic":   "internal env",
	"realworld": "internal env mujoco control",
	"replay":    "internal",
	"track":     "internal",
	"stream":    "internal env replay",
	"dataset":   "internal env replay stream",

	"agent":    "internal tensor grad env replay track",
	"plan":     "internal env agent",
	"algo":     "internal tensor grad nn dist optim rl world env agent plan replay track",
	"run":      "internal tensor grad env agent replay stream dataset track",
	"bench":    "internal tensor grad nn dist optim rl world env mujoco control arm classic realworld agent replay stream dataset track plan algo run",
	"cmd":      "internal tensor grad nn dist optim rl world env mujoco control arm classic realworld agent replay stream dataset track plan algo run bench",
	"torture":  "",
	"examples": "tensor grad nn dist optim rl world env mujoco control arm classic realworld agent replay stream dataset track plan algo run",
}

// Tests may use more than the code they test: an algorithm's test needs a task, for instance.
func TestImportsPointOneWay(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "tools" || strings.HasPrefix(entry.Name(), ".") && path != ".") {
			return fs.SkipDir // tools is a module of its own
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && strings.Contains(path, "/") {
			checkImports(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, path string) {
	t.Helper()
	folder, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	if _, named := allowed[filepath.ToSlash(filepath.Dir(path))]; named {
		folder = filepath.ToSlash(filepath.Dir(path))
	}
	rule, known := allowed[folder]
	if !known {
		t.Errorf("%s: folder %s has no place in the layer rule", path, folder)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		ours, inside := strings.CutPrefix(imported, module)
		target, _, _ := strings.Cut(ours, "/")
		if inside && target != folder && !strings.Contains(" "+rule+" ", " "+target+" ") {
			t.Errorf("%s imports %s: %s may import only %q", path, ours, folder, rule)
		}
	}
}
