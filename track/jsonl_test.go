package track

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// openLog opens a log whose clock stands still.
func openLog(t *testing.T, path string) *JSONL {
	t.Helper()
	log, err := OpenJSONL(path)
	if err != nil {
		t.Fatal(err)
	}
	log.now = func() time.Time { return time.UnixMilli(1735689600250) }
	t.Cleanup(func() { _ = log.Close() })
	return log
}

func write(t *testing.T, sink Sink, step int64, metrics Metrics) {
	t.Helper()
	if err := sink.Write(step, metrics); err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestJSONLGolden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.jsonl")
	log := openLog(t, path)
	write(t, log, 1000, Metrics{{"loss/critic", 0.5}, {"loss/actor", math.NaN()}})
	write(t, log, 2000, Metrics{{"big", 1e21}, {"above", math.Inf(1)}, {"below", math.Inf(-1)}, {`"quoted"`, -3}})
	write(t, log, 3000, nil)
	want := `{"step":1000,"time":1735689600.250,"loss/critic":0.5,"loss/actor":"NaN"}
{"step":2000,"time":1735689600.250,"big":1e+21,"above":"+Inf","below":"-Inf","\"quoted\"":-3}
{"step":3000,"time":1735689600.250}
`
	if got := contents(t, path); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSONLReadsBackWhatWasWritten(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(folder, "metrics.jsonl")
		_ = os.Remove(path)
		log, err := OpenJSONL(path)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		names := rapid.SliceOfDistinct(rapid.String().Filter(func(name string) bool {
			return !strings.EqualFold(name, "step") && !strings.EqualFold(name, "time")
		}), rapid.ID[string]).Draw(t, "names")
		step := rapid.Int64Range(0, 1<<53).Draw(t, "step")
		var metrics Metrics
		for _, name := range names {
			metrics.Set(name, rapid.Float64().Draw(t, name))
		}
		if err := log.Write(step, metrics); err != nil {
			t.Fatal(err)
		}
		records, err := ReadJSONL(path)
		if err != nil || len(records) != 1 || records[0].Step != step {
			t.Fatalf("read %v, %v", records, err)
		}
		same := func(a, b Metric) bool {
			return a.Name == b.Name && (a.Value == b.Value || math.IsNaN(a.Value) && math.IsNaN(b.Value))
		}
		if !slices.EqualFunc(records[0].Metrics, metrics, same) {
			t.Fatalf("read %v, wrote %v", records[0].Metrics, metrics)
		}
	})
}

func TestJSONLResumes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.jsonl")
	log := openLog(t, path)
	for step := int64(10); step <= 50; step += 10 {
		write(t, log, step, Metrics{{"x", float64(step)}})
	}
	whole := contents(t, path)
	if err := os.WriteFile(path, []byte(whole+`{"step":60,"ti`), 0o644); err != nil {
		t.Fatal(err)
	}
	if records, err := ReadJSONL(path); err != nil || len(records) != 5 {
		t.Errorf("a torn file reads as %d records, %v; want 5", len(records), err)
	}
	if err := TruncateAfter(path, 30); err != nil {
		t.Fatal(err)
	}
	again := openLog(t, path)
	for step := int64(40); step <= 50; step += 10 {
		write(t, again, step, Metrics{{"x", float64(step)}})
	}
	if got := contents(t, path); got != whole {
		t.Errorf("the resumed log is\n%s\nwant\n%s", got, whole)
	}
}

func TestOpenJSONLRemovesATornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.jsonl")
	if err := os.WriteFile(path, []byte("{\"step\":1}\n{\"st"), 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, openLog(t, path), 2, nil)
	if got, want := contents(t, path), "{\"step\":1}\n{\"step\":2,\"time\":1735689600.250}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTruncateAfter(t *testing.T) {
	const three = "{\"step\":1}\n{\"step\":2}\n{\"step\":2,\"x\":1}\n{\"step\":5}\n"
	tests := []struct {
		name, content string
		step          int64
		want          string
	}{
		{"between", three, 3, three[:len(three)-11]},
		{"equal steps stay", three, 2, three[:len(three)-11]},
		{"before all", three, 0, ""},
		{"after all", three, 9, three},
		{"torn and late", three + `{"step":6,`, 9, three},
		{"torn only", `{"s`, 9, ""},
		{"empty", "", 9, ""},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "metrics.jsonl")
		if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := TruncateAfter(path, test.step); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := contents(t, path); got != test.want {
			t.Errorf("%s: left %q, want %q", test.name, got, test.want)
		}
	}
	if err := TruncateAfter(filepath.Join(t.TempDir(), "none"), 1); err != nil {
		t.Errorf("a file that does not exist: %v", err)
	}
}

func TestJSONLErrors(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "metrics.jsonl")
	for content, want := range map[string]string{
		"{\"step\":1}\nnonsense\n":            "line 2",
		"[1]\n":                               "line 1: not a JSON object",
		"{\"step\":1,\"x\":\"NotANumber\"}\n": "field x: NotANumber is neither a number nor",
		"{\"step\":1,\"x\":{}}\n":             "field x: {",
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadJSONL(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q gives error %v, want %q", content, err, want)
		}
	}
	if err := os.WriteFile(path, []byte("{\"x\":1}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := TruncateAfter(path, 1); err == nil || !strings.Contains(err.Error(), `no "step"`) {
		t.Errorf("a line without a step gives %v", err)
	}
	log := openLog(t, filepath.Join(folder, "other.jsonl"))
	if err := log.Write(1, Metrics{{"time", 1}}); err == nil {
		t.Error(`a metric called "time" was written`)
	}
	if _, err := OpenJSONL(filepath.Join(folder, "none", "a.jsonl")); err == nil || !strings.Contains(err.Error(), "no such file or folder") {
		t.Errorf("a missing folder gives %v", err)
	}
}

func TestJSONLWriteAllocatesNothing(t *testing.T) {
	log := openLog(t, filepath.Join(t.TempDir(), "metrics.jsonl"))
	metrics := Metrics{{"loss", 0.25}, {"return", 12}}
	write(t, log, 0, metrics)
	if count := testing.AllocsPerRun(100, func() { _ = log.Write(1, metrics) }); count != 0 {
		t.Errorf("%v allocations", count)
	}
}

// A full disk takes part of a line: /dev/full is a file that refuses every byte.
func TestFullDiskIsExplained(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	log := &JSONL{path: "metrics.jsonl", file: full, quoted: map[string][]byte{}, now: time.Now}
	if err := log.Write(1, nil); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("error %v", err)
	}
}

func TestReadOnlyFolderIsExplained(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err := OpenJSONL(filepath.Join(folder, "metrics.jsonl"))
	if err == nil || !strings.Contains(err.Error(), "change its permissions") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkJSONL(b *testing.B) {
	log, err := OpenJSONL(filepath.Join(b.TempDir(), "metrics.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	metrics := Metrics{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		metrics.Set(name, math.Pi)
	}
	for b.Loop() {
		if err := log.Write(1, metrics); err != nil {
			b.Fatal(err)
		}
	}
}
