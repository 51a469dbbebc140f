package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/internal/safetensors"
)

// flip changes one bit in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	data := []byte(read(t, path))
	data[len(data)/2] ^= 1
	write(t, path, string(data))
}

func truncate(t *testing.T, path string) {
	t.Helper()
	if err := os.Truncate(path, int64(len(read(t, path))/2)); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedCheckpoint damages the newest checkpoint: the one before is used, which is said, and
// the run goes on to the same end.
func TestDamagedCheckpoint(t *testing.T) {
	want := reference(t)
	for _, pattern := range []string{"learner.safetensors", "manifest.json"} {
		for kind, damage := range map[string]func(*testing.T, string){"flipped": flip, "truncated": truncate} {
			t.Run(pattern+" "+kind, func(t *testing.T) {
				folder := reference(t)
				damaged := newest(t, folder)
				files, err := filepath.Glob(filepath.Join(damaged, pattern))
				if err != nil || len(files) != 1 {
					t.Fatalf("the files are %v, %v", files, err)
				}
				damage(t, files[0])
				result := succeed(t, "eval", folder, "--episodes", "1")
				expectWarning(t, result, damaged, filepath.Base(files[0]))
				if !strings.Contains(result.out, "at step 2500") {
					t.Errorf("eval says %s", result.out)
				}
				expectWarning(t, succeed(t, small(folder, "--resume")...), damaged, filepath.Base(files[0]))
				expectSame(t, folder, want)
			})
		}
	}
}

func expectWarning(t *testing.T, result outcome, damaged, file string) {
	t.Helper()
	for _, word := range []string{"warning", damaged, file + " is damaged", "using the checkpoint before, of step 2500"} {
		if !strings.Contains(result.log, word) {
			t.Errorf("the log does not contain %q:\n%s", word, result.log)
		}
	}
}

func TestNoCheckpointIsWhole(t *testing.T) {
	folder := reference(t)
	for _, generation := range generations(folder) {
		flip(t, filepath.Join(generation, "learner.safetensors"))
	}
	before, lines := generations(folder), len(metrics(t, folder))
	words := []string{folder, "none of the 2 checkpoints", "learner.safetensors is damaged", "train anew in another folder"}
	for _, arguments := range [][]string{small(folder, "--resume"), {"eval", folder}, {"record", folder}} {
		fail(t, exitFailed, words, arguments...)
	}
	if after := generations(folder); len(after) != len(before) || len(metrics(t, folder)) != lines {
		t.Errorf("checkpoints %v became %v, and %d lines of metrics %d", before, after, lines, len(metrics(t, folder)))
	}
}

// Resuming with other networks fails with a list of what differs, and leaves the run as it was.
func TestResumeWithOtherNetworks(t *testing.T) {
	folder := reference(t)
	before, config := contents(t, newest(t, folder)), read(t, filepath.Join(folder, "config.toml"))
	words := []string{
		"changed setting: policy_layers: [24], was [16]", "policy/torso/first/weight: shape [3 16] where [3 24] is needed",
		folder, "resume with the settings that the run had", "--out",
	}
	fail(t, exitFailed, words, small(folder, "--resume", "--set", "policy_layers=[24]")...)
	if read(t, filepath.Join(folder, "config.toml")) != config {
		t.Error("the stored settings changed")
	}
	for name, content := range contents(t, newest(t, folder)) {
		if before[name] != content {
			t.Errorf("%s changed", name)
		}
	}
	succeed(t, small(folder, "--resume")...)
}

// Starting from another run copies what it learned, all of it or the parts that are named. With a
// warm-up as long as the run, nothing more is learned.
func TestStartFromAnotherRun(t *testing.T) {
	source := reference(t)
	idle := []string{"--set", "warmup=100000", "--seed", "5"}
	for _, test := range []struct {
		from   string
		copied map[string]bool
	}{
		{source, map[string]bool{"policy/": true, "critic/": true, "critic_optimiser/": true}},
		{source + ":policy", map[string]bool{"policy/": true, "critic/": false, "critic_optimiser/": false}},
		{source + ":policy,critic", map[string]bool{"policy/": true, "critic/": true, "critic_optimiser/": false}},
	} {
		folder := reference(t, append(idle, "--from", test.from)...)
		ours, theirs := parameters(t, folder), parameters(t, source)
		for part, copied := range test.copied {
			if same(ours, theirs, part) != copied {
				t.Errorf("from %s: %s is copied: %v, want %v", strings.TrimPrefix(test.from, source), part, !copied, copied)
			}
		}
		if !strings.Contains(read(t, filepath.Join(folder, "config.toml")), `from = ["`+test.from+`"]`) {
			t.Error("the stored settings do not tell where the run started")
		}
	}
}

// A run that was killed before its first checkpoint still starts from the other run.
func TestResumeOfAStartFromAnotherRun(t *testing.T) {
	idle := []string{"--set", "warmup=100000"}
	source := reference(t)
	config := read(t, filepath.Join(reference(t, append(idle, "--from", source)...), "config.toml"))
	folder := t.TempDir()
	write(t, filepath.Join(folder, "config.toml"), config)
	succeed(t, small(folder, append(idle, "--resume")...)...)
	if !same(parameters(t, folder), parameters(t, source), "policy/") {
		t.Error("the parameters are not those of the other run")
	}
}

func TestStartFromAnotherRunMistakes(t *testing.T) {
	source := reference(t)
	folder := filepath.Join(t.TempDir(), "run")
	fail(t, exitFailed, []string{"starting from " + source + ":brain", `no part "brain"`, "policy, critic, "}, small(folder, "--from", source+":brain")...)
	fail(t, exitFailed, []string{"starting from", "policy/torso/first/weight: shape [3 16] where [3 24] is needed"}, small(folder, "--from", source, "--set", "policy_layers=[24]")...)
	fail(t, exitFailed, []string{"starting from nowhere", "no checkpoint"}, small(folder, "--from", "nowhere")...)
	succeed(t, small(folder)...) // what failed is not in the way
}

// parameters returns the numbers of the newest checkpoint by name.
func parameters(t *testing.T, folder string) map[string][]float32 {
	t.Helper()
	file, err := safetensors.Read([]byte(read(t, filepath.Join(newest(t, folder), "learner.safetensors"))))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float32{}
	for _, tensor := range file.Tensors {
		if values[tensor.Name], err = safetensors.Values[float32](file, tensor.Name, tensor.Shape...); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

// same tells whether all parameters below a path are equal.
func same(a, b map[string][]float32, path string) bool {
	for name, values := range a {
		if strings.HasPrefix(name, path) && !slices.Equal(values, b[name]) {
			return false
		}
	}
	return true
}
