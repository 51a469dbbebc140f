package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMistakesOfTheCommandLine demands exit code 2, a message that names what was wrong, and that no
// folder is made.
func TestMistakesOfTheCommandLine(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	file := filepath.Join(t.TempDir(), "in.json")
	write(t, file, "{}")
	for name, test := range map[string]struct {
		words     []string
		arguments []string
	}{
		"no command":              {[]string{"tasks", "train", "--help"}, nil},
		"unknown command":         {[]string{"trian"}, []string{"trian"}},
		"no task":                 {[]string{"--task"}, []string{"train", "mpo"}},
		"unknown agent":           {[]string{`no agent is called "mppo"`, "nearest: mpo"}, []string{"train", "mppo", "--task", "classic/pendulum", "--out", folder}},
		"unknown task":            {[]string{`"classic/pendlum"`, "nearest: classic/pendulum"}, small(folder, "--task", "classic/pendlum")},
		"unknown preset":          {[]string{`no preset "huge"`, "default", "paper"}, small(folder, "--preset", "huge")},
		"unknown tag":             {[]string{`no task has the tag "esay"`, "benchmarking, classic", "easy"}, []string{"tasks", "--tag", "easy", "--tag", "esay"}},
		"no steps":                {[]string{"steps is 0", "positive"}, small(folder, "--steps", "0")},
		"negative steps":          {[]string{"steps is -5", "positive"}, small(folder, "--steps=-5")},
		"steps in words":          {[]string{"--steps", `"many"`}, small(folder, "--steps", "many")},
		"unknown setting":         {[]string{`no setting is called "bach"`, "nearest: batch"}, small(folder, "--set", "bach=3")},
		"setting without =":       {[]string{`"batch" has no =`, "key=value"}, small(folder, "--set", "batch")},
		"setting in words":        {[]string{"batch is many", "whole number"}, small(folder, "--set", "batch=many")},
		"fraction":                {[]string{"batch is 1.5", "whole number"}, small(folder, "--set", "batch=1.5")},
		"no list":                 {[]string{"policy_layers is 64", "list"}, small(folder, "--set", "policy_layers=64")},
		"invalid value":           {[]string{"discount is 3", "[0, 1]"}, small(folder, "--set", "discount=3")},
		"two invalid values":      {[]string{"batch is 0", "workers is 0"}, small(folder, "--set", "batch=0", "--set", "workers=0")},
		"task as a setting":       {[]string{`no setting is called "task"`}, small(folder, "--set", "task=classic/lqr")},
		"nothing to resume":       {[]string{folder, "holds no run", "another folder"}, small(folder, "--resume")},
		"no file for rollout":     {[]string{"absent.json"}, []string{"rollout", "--task", "classic/pendulum", "--in", filepath.Join(folder, "absent.json")}},
		"rollout of no task":      {[]string{"nearest:"}, []string{"rollout", "--task", "nowhere", "--in", file}},
		"rollout without physics": {[]string{"classic/pendulum has no physical state to set"}, []string{"rollout", "--task", "classic/pendulum", "--in", file}},
		"envcheck of no task":     {[]string{"nearest:"}, []string{"envcheck", "nowhere"}},
		"unknown work":            {[]string{`"nothing"`, "mlp_adam"}, []string{"bench", "nothing"}},
		"no workers":              {[]string{"--threads is -1"}, []string{"bench", "mpo", "--threads=-1"}},
		"model of no task":        {[]string{"nearest: control/"}, []string{"model", "classic/pendulum"}},
		"negative pixels":         {[]string{"--pixels is -1", "[0, 1024]"}, []string{"envcheck", "classic/catch", "--pixels=-1"}},
		"pixels of a training":    {[]string{"pixels is 2000", "[0, 1024]"}, small(folder, "--pixels", "2000")},
		"no action at all":        {[]string{"action_repeat is 0"}, small(folder, "--set", "action_repeat=0")},
		"evaluation of no steps":  {[]string{"--longest 0", "positive"}, []string{"eval", folder, "--longest", "0"}},
		"no episodes":             {[]string{"--episodes is 0", "positive"}, []string{"eval", folder, "--episodes", "0"}},
		"record no pixels":        {[]string{"--width", "positive"}, []string{"record", folder, "--width", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			fail(t, exitUsage, test.words, test.arguments...)
			if _, err := os.Stat(folder); err == nil {
				t.Error("a run folder was made")
			}
		})
	}
}

func TestHelp(t *testing.T) {
	if result := succeed(t, "--help"); !strings.Contains(result.out, "train") || result.log != "" {
		t.Errorf("help is %+v", result)
	}
}

// MPO reads states.
func TestAgentThatCannotSeeTheTask(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	fail(t, exitFailed, []string{"mpo on classic/pendulum", `"pixels" is of kind uint8`, "reads states"}, small(folder, "--pixels", "8")...)
	fail(t, exitFailed, []string{`no camera is called "above"`}, small(folder, "--pixels", "8", "--camera", "above")...)
	if _, err := os.Stat(folder); err == nil {
		t.Error("a run folder was made")
	}
}

// MPO needs continuous actions.
func TestAgentThatCannotPlayTheTask(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	fail(t, exitFailed, []string{"mpo on classic/catch", "one of 3 choices", "agents that do fit: [dqn dreamer mompo]"}, small(folder, "--task", "classic/catch")...)
	if _, err := os.Stat(folder); err == nil {
		t.Error("a run folder was made")
	}
}

func TestFolderHoldsARunAlready(t *testing.T) {
	folder := reference(t)
	before := contents(t, newest(t, folder))
	fail(t, exitUsage, []string{folder, "holds a run already", "--no-resume", "--out"}, small(folder, "--no-resume")...)
	if err := os.Remove(filepath.Join(folder, "config.toml")); err != nil {
		t.Fatal(err)
	}
	fail(t, exitUsage, []string{folder, "holds a run already"}, small(folder)...)
	if after := contents(t, newest(t, folder)); len(after) != len(before) {
		t.Errorf("the checkpoint changed from %d to %d files", len(before), len(after))
	}
}

func TestResumeAsAnotherRun(t *testing.T) {
	folder := reference(t)
	fail(t, exitUsage, []string{folder, "a run of mpo on classic/pendulum, not of mpo on classic/lqr"}, small(folder, "--resume", "--task", "classic/lqr")...)
	fail(t, exitUsage, []string{"steps is -1"}, small(folder, "--resume", "--steps=-1")...)
}

func TestConfigThatCannotBeRead(t *testing.T) {
	folder := reference(t)
	path := filepath.Join(folder, "config.toml")
	config := read(t, path)
	for _, test := range []struct{ content, word string }{
		{config + "bach = 3\n", "unknown settings [agent.bach]"},
		{strings.Replace(config, "[run]\n", "[run]\nstep = 3\n", 1), "unknown settings [run.step]"},
		{config[:len(config)/2] + "= =", "line"},
		{strings.Replace(config, `agent = "mpo"`, `agent = "mpoo"`, 1), "nearest: mpo"},
	} {
		write(t, path, test.content)
		fail(t, exitFailed, []string{path, test.word}, "eval", folder)
		fail(t, exitUsage, []string{path, test.word}, small(folder, "--resume")...)
	}
}

// A run that failed or was killed before its first checkpoint begins again.
func TestResumeWithoutCheckpoint(t *testing.T) {
	want := reference(t)
	folder := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.toml", "metrics.jsonl"} {
		write(t, filepath.Join(folder, name), read(t, filepath.Join(want, name)))
	}
	fail(t, exitFailed, []string{folder, "no checkpoint yet"}, "eval", folder)
	result := succeed(t, small(folder, "--resume")...)
	if !strings.Contains(result.log, "holds no checkpoint yet: starting from the beginning") {
		t.Errorf("the log does not tell where it starts:\n%s", result.log)
	}
	expectSame(t, folder, want)
}

func TestFoldersWithoutRun(t *testing.T) {
	for _, folder := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent")} {
		for _, command := range []string{"eval", "record"} {
			fail(t, exitFailed, []string{folder, "holds no run", "config.toml"}, command, folder)
		}
	}
}

func TestOutputFolderIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "precious")
	fail(t, exitFailed, []string{file, "not a directory", "--out"}, small(file)...)
	if read(t, file) != "precious" {
		t.Error("the file changed")
	}
}

func TestRecordMistakes(t *testing.T) {
	folder := reference(t)
	movie := filepath.Join(t.TempDir(), "deeper", "policy.mp4")
	fail(t, exitFailed, []string{movie, `".mp4"`, ".gif", ".avi", ".png"}, "record", folder, "--out", movie)
	if _, err := os.Stat(filepath.Dir(movie)); err == nil {
		t.Error("a folder was made")
	}
	fail(t, exitFailed, []string{"camera"}, "record", folder, "--camera", "7")
	undrawn := filepath.Join(t.TempDir(), "lqr")
	succeed(t, small(undrawn, "--task", "classic/lqr")...)
	fail(t, exitFailed, []string{"classic/lqr cannot be drawn"}, "record", undrawn)
}
