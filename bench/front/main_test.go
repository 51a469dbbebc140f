package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const evaluations = `{"task":"classic/deep_sea_treasure","agent":"mompo","objectives":[{"name":"treasure","mean":1},{"name":"time","mean":-1}]}
{"task":"classic/deep_sea_treasure","agent":"mompo","objectives":[{"name":"treasure","mean":124},{"name":"time","mean":-19}]}
{"task":"classic/deep_sea_treasure","agent":"mpo","objectives":[{"name":"treasure","mean":1},{"name":"time","mean":-3}]}
`

// By hand: over (0, -25) the two results of the front dominate 1 · 24 + 123 · 6 = 762.
func TestReport(t *testing.T) {
	var out strings.Builder
	path := filepath.Join(t.TempDir(), "front.svg")
	if err := report(strings.NewReader(evaluations), &out, "0,-25", "", path); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| result | treasure | time | on the front |", "| 2, mompo | 124 | -19 | yes |", "| 3, mpo | 1 | -3 |  |", "hypervolume over 0,-25: 762\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report has no line %q:\n%s", want, out.String())
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// With less time asked for, the slowest of the same treasure is the best.
func TestLessIsBetter(t *testing.T) {
	var out strings.Builder
	if err := report(strings.NewReader(evaluations), &out, "0,0", "1", ""); err != nil || !strings.Contains(out.String(), "| 1, mompo | 1 | 1 |  |") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestReportErrors(t *testing.T) {
	for want, given := range map[string][3]string{
		"nothing to read":                {"", "0,0", ""},
		`-reference is "0"`:              {evaluations, "0", ""},
		`-less has "2"`:                  {evaluations, "0,0", "2"},
		"result 1 has the objectives []": {`{"task":"a"}`, "0", ""},
	} {
		if err := report(strings.NewReader(given[0]), &strings.Builder{}, given[1], given[2], ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}
