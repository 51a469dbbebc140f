package reverie_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The example of ARCHITECTURE.md is what the named files hold.
func TestExampleOfAnOperationIsInTheEngine(t *testing.T) {
	page, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "### Adding an element-wise operation\n")
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

// checkQuotes fails unless each line of Go code in text is one of the file.
func checkQuotes(t *testing.T, file, text string) {
	t.Helper()
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile("(?m)^ *```go\n *(.*)\n *```$").FindAllStringSubmatch(text, -1)
	if len(lines) == 0 {
		t.Errorf("%s: no code is shown", file)
	}
	for _, line := range lines {
		if !strings.Contains(string(code), "\n"+line[1]+"\n") && !strings.Contains(string(code), "\n\t"+line[1]+"\n") {
			t.Errorf("%s has no line\n\t%s", file, line[1])
		}
	}
}
