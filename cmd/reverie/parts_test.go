package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/reverie-rl/reverie/run"
)

// smallOf are trainings of a few hundred steps, by algorithm.
var smallOf = map[string][]string{
	"mpo": {"--set", "policy_layers=[8]", "--set", "critic_layers=[8]"},
	"svg": {"--set", "policy_layers=[8]", "--set", "critic_layers=[8]"},
	"dreamer": {
		"--set", "stochastic=4", "--set", "deterministic=8", "--set", "hidden=8", "--set", "model_layers=[8]", "--set", "policy_layers=[8]",
		"--set", "critic_layers=[8]", "--set", "window=8", "--set", "horizon=3",
	},
	"planet": {
		"--set", "stochastic=3", "--set", "deterministic=5", "--set", "hidden=6", "--set", "model_layers=[7]", "--set", "window=4",
		"--set", "horizon=2", "--set", "samples=6", "--set", "iterations=1", "--set", "elites=2",
	},
}

// smallRun trains an algorithm and returns the run.
func smallRun(t *testing.T, name, folder string, more ...string) string {
	t.Helper()
	arguments := append([]string{
		"train", name, "--task", "classic/pendulum", "--out", folder, "--no-film", "--steps", "300", "--set", "batch=4", "--set", "warmup=100",
		"--set", "evaluate_every=300", "--set", "evaluate_episodes=1", "--set", "checkpoint_every=300", "--set", "log_every=100",
	}, smallOf[name]...)
	succeed(t, append(arguments, more...)...)
	return folder
}

// A part, or a path inside one, is taken over; its copies follow it, and all else is as in a run of its own. What is
// frozen stays as it was in the source.
func TestPartsOfEveryKindOfAlgorithm(t *testing.T) {
	for name, test := range map[string]struct{ path, copied string }{
		"mpo":     {"policy", "target_policy"},
		"svg":     {"critic", "target_critic"},
		"dreamer": {"critic", "target_critic"},
		"planet":  {"model/encoder", ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder := func(name string) string { return filepath.Join(t.TempDir(), name) }
			source := smallRun(t, name, folder("source"))
			idle := []string{"--seed", "5", "--set", "warmup=100000"}
			fresh := parameters(t, smallRun(t, name, folder("fresh"), idle...))
			taken := parameters(t, smallRun(t, name, folder("taken"), append(idle, "--from", source+":"+test.path)...))
			theirs := parameters(t, source)
			for path, values := range taken {
				want := fresh[path]
				if strings.HasPrefix(path, test.path+"/") {
					want = theirs[path]
				} else if inside, ok := strings.CutPrefix(path, test.copied+"/"); ok && test.copied != "" {
					want = theirs[test.path+"/"+inside]
				}
				if diff := cmp.Diff(want, values); diff != "" {
					t.Errorf("%s is not what it has to begin as:\n%s", path, diff)
				}
			}
			frozen := parameters(t, smallRun(t, name, folder("frozen"), "--seed", "5", "--from", source+":"+test.path, "--freeze", test.path))
			if !same(frozen, theirs, test.path+"/") {
				t.Errorf("%s was frozen and changed", test.path)
			}
			if same(frozen, fresh, "") {
				t.Error("nothing was learned beside what is frozen")
			}
		})
	}
}

// Everything together: parts of another run, frozen ones among them, and its experience. Killed and resumed the run
// ends as one that was left alone, and what is frozen has the bytes of the source.
func TestKilledWithPartsOfAnotherRun(t *testing.T) {
	source := reference(t)
	composed := []string{"--steps", "8000", "--seed", "2", "--from", source + ":policy/torso", "--from", source + ":critic", "--freeze", "policy/torso,critic", "--replay-from", source + ":0.25"}
	want := reference(t, composed...)
	killAndResume(t, want, func(folder string) []string { return small(folder, composed...) })
	ours, theirs := parameters(t, want), parameters(t, source)
	if !same(ours, theirs, "critic/") || !same(ours, theirs, "policy/torso/") || same(ours, theirs, "policy/mean/") {
		t.Error("what is frozen changed, or what is not did not")
	}
}

// runsInOneFolder makes runs that take parts of each other, below the working folder.
func runsInOneFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	begin := func(folder string, more ...string) { smallRun(t, "svg", folder, more...) }
	if err := os.MkdirAll("runs/notes", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, "runs/notes/config.toml", "[server]\nport = 1\n")
	begin("runs/first")
	begin("runs/deep/second", "--from", "runs/first:policy", "--freeze", "policy", "--seed", "2")
	begin("runs/third", "--from", "runs/deep/second:policy", "--replay-from", "runs/first", "--seed", "3")
	begin("runs/fourth", "--offline", "runs/first", "--from", "runs/third:critic", "--seed", "4")
	begin("runs/third", "--steps", "400")
}

var (
	hashes = regexp.MustCompile(`\b[0-9a-f]{8}([0-9a-f]{56})?\b`)
	scores = regexp.MustCompile(`score -?[0-9.]+`)
)

// masked is text with a number in place of every hash, the same for the same, and without scores, because both depend
// on the processor.
func masked(text string) string {
	seen := map[string]string{}
	text = hashes.ReplaceAllStringFunc(text, func(hash string) string {
		if seen[hash[:8]] == "" {
			seen[hash[:8]] = fmt.Sprint("#", len(seen)+1)
		}
		return seen[hash[:8]]
	})
	return scores.ReplaceAllString(text, "score X")
}

func TestRuns(t *testing.T) {
	list, one := read(t, "testdata/runs.txt"), read(t, "testdata/run.txt")
	runsInOneFolder(t)
	for want, arguments := range map[string][]string{list: {"runs"}, one: {"runs", "runs/third"}} {
		result := succeed(t, arguments...)
		if got := masked(result.out); got != want || result.log != "" {
			t.Errorf("%v prints:\n%s\nwant:\n%s\nlog %q", arguments, got, want, result.log)
		}
	}
}

func TestRunsJSON(t *testing.T) {
	runsInOneFolder(t)
	reports := decode[run.Report](t, succeed(t, "runs", "--json").out)
	if len(reports) != 4 {
		t.Fatalf("%d runs are listed", len(reports))
	}
	second, first, fourth, third := reports[0], reports[1], reports[2], reports[3]
	if second.Run != "runs/deep/second" || second.Seed != 2 || second.Step != 300 || second.Score == nil || second.Frozen[0] != "policy" {
		t.Errorf("the second run is %+v", second)
	}
	if second.Parts[0].SHA256 != first.Parts[0].SHA256 || second.From[0].SHA256 != first.Parts[0].SHA256 || second.From[0].Mark != "" {
		t.Error("the frozen policy is not that of the first run")
	}
	if fourth.From[0].Mark != "changed" || fourth.Fraction != 1 || third.Fraction != 0.5 || third.Experience[0].Run != "runs/first" || third.Experience[0].Gone {
		t.Errorf("the third run is %+v, the fourth %+v", third, fourth)
	}
}

// A run that cannot be read is no reason not to list the others.
func TestRunsThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	smallRun(t, "svg", filepath.Join(folder, "good"))
	if err := os.Mkdir(filepath.Join(folder, "bad"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "bad", "config.toml"), "[run")
	result := fail(t, exitFailed, []string{"bad cannot be read", "config.toml", "1 of 2 runs"}, "runs", folder)
	if !strings.Contains(result.out, "good: svg on classic/pendulum") {
		t.Errorf("the other run is not listed: %s", result.out)
	}
	fail(t, exitFailed, []string{"no runs", "train first"}, "runs", filepath.Join(folder, "nowhere"))
	fail(t, exitFailed, []string{"no runs", "train first"}, "runs", t.TempDir())
}
