package reverie_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// docs/engine.md lists everything that makes a value.
func TestOperationsAreDocumented(t *testing.T) {
	page := read(t, "docs/engine.md")
	value := reflect.TypeFor[*grad.Value]()
	for _, of := range []reflect.Type{value, reflect.TypeFor[*grad.Tracer]()} {
		for i := range of.NumMethod() {
			method := of.Method(i)
			if method.Type.NumOut() > 0 && method.Type.Out(0) == value && method.Name != "Value" && !strings.Contains(page, "`"+method.Name+"`") {
				t.Errorf("docs/engine.md does not name %s", method.Name)
			}
		}
	}
}

// docs/networks.md lists every block and every distribution.
func TestNetworksAndDistributionsAreDocumented(t *testing.T) {
	page := read(t, "docs/networks.md")
	for _, folder := range []string{"nn", "dist"} {
		for _, name := range exportedTypes(t, folder) {
			described := name == "Initialiser" || name == "LSTMState" || strings.Contains(page, "`"+name+"`")
			if !described {
				t.Errorf("docs/networks.md does not name %s", name)
			}
		}
	}
}

// exportedTypes lists the exported types of the package in folder.
func exportedTypes(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no files (%v)", folder, err)
	}
	var names []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			if of, ok := node.(*ast.TypeSpec); ok && of.Name.IsExported() && !strings.HasSuffix(file, "_test.go") {
				names = append(names, of.Name.Name)
			}
			return true
		})
	}
	return names
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The example of ARCHITECTURE.md is what the named files hold.
func TestExampleOfAnOperationIsInTheEngine(t *testing.T) {
	_, example, _ := strings.Cut(read(t, "ARCHITECTURE.md"), "### Adding an element-wise operation\n")
	example, _, _ = strings.Cut(example, "\n##")
	steps := regexp.MustCompile("(?m)^\\d\\. `(.*?)`").FindAllStringSubmatchIndex(example, -1)
	if len(steps) == 0 || len(steps) > 3 {
		t.Errorf("the example touches %d files, want one to three", len(steps))
	}
	for i, step := range steps {
		end := len(example)
		if i+1 < len(steps) {
			end = steps[i+1][0]
		}
		checkQuotes(t, example[step[2]:step[3]], example[step[1]:end])
	}
}

// checkQuotes fails unless each line that text quotes is one of the file.
func checkQuotes(t *testing.T, file, text string) {
	t.Helper()
	code := read(t, file)
	lines := regexp.MustCompile("(?m)^ *```\\w+\n *(.*)\n *```$").FindAllStringSubmatch(text, -1)
	if len(lines) == 0 {
		t.Errorf("%s: nothing of it is shown", file)
	}
	for _, line := range lines {
		if !strings.Contains(code, "\n"+line[1]+"\n") && !strings.Contains(code, "\n\t"+line[1]+"\n") {
			t.Errorf("%s has no line\n\t%s", file, line[1])
		}
	}
}
