package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// asProgram makes the test binary behave as the program: for what takes a process of its own.
const asProgram = "REVERIE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	code := m.Run()
	_ = os.RemoveAll(trainedOnce())
	os.Exit(code)
}

// trainedOnce is the folder of a small training.
var trainedOnce = sync.OnceValue(func() string {
	folder, err := os.MkdirTemp("", "reverie")
	if err != nil {
		panic(err)
	}
	if result := reverie(small(folder)...); result.code != exitDone {
		panic(result.log)
	}
	return folder
})

// program is the command line as another process.
func program(arguments ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], arguments...)
	command.Env = append(os.Environ(), asProgram+"=1")
	return command
}

// outcome is what a command came to.
type outcome struct {
	code     int
	out, log string
}

// reverie runs a command line in this process.
func reverie(arguments ...string) outcome {
	var out, log bytes.Buffer
	code := execute(context.Background(), arguments, &out, &log)
	return outcome{code, out.String(), log.String()}
}

// succeed runs a command line that must not fail, and returns what it printed.
func succeed(t *testing.T, arguments ...string) outcome {
	t.Helper()
	result := reverie(arguments...)
	if result.code != exitDone {
		t.Fatalf("reverie %s: exit code %d\n%s", strings.Join(arguments, " "), result.code, result.log)
	}
	return result
}

// fail runs a command line that must end with code, say every one of words, and say nothing twice.
func fail(t *testing.T, code int, words []string, arguments ...string) outcome {
	t.Helper()
	result := reverie(arguments...)
	expectFailure(t, result, code, words...)
	return result
}

func expectFailure(t *testing.T, result outcome, code int, words ...string) {
	t.Helper()
	if result.code != code {
		t.Errorf("exit code %d, want %d\n%s", result.code, code, result.log)
	}
	for _, word := range words {
		if !strings.Contains(result.log, word) {
			t.Errorf("the message does not contain %q:\n%s", word, result.log)
		}
	}
	seen := map[string]bool{}
	for line := range strings.Lines(result.log) {
		if seen[line] {
			t.Errorf("said twice: %s", line)
		}
		seen[line] = true
	}
	if strings.Count(result.log, "reverie: ") != 1 {
		t.Errorf("want one error, got:\n%s", result.log)
	}
}

// small is a training that takes a fraction of a second.
func small(folder string, more ...string) []string {
	return append([]string{
		"train", "mpo", "--task", "classic/pendulum", "--out", folder, "--no-film", "--steps", "3000",
		"--set", "policy_layers=[16]", "--set", "critic_layers=[16]", "--set", "batch=16", "--set", "warmup=300",
		"--set", "evaluate_every=1000", "--set", "evaluate_episodes=1", "--set", "checkpoint_every=500", "--set", "log_every=250",
	}, more...)
}

// newest returns the folder of the newest checkpoint in a run.
func newest(t testing.TB, run string) string {
	t.Helper()
	generations := generations(run)
	if len(generations) == 0 {
		t.Fatalf("%s holds no checkpoint", run)
	}
	return generations[len(generations)-1]
}

// generations returns the folders of the checkpoints in a run, oldest first.
func generations(run string) []string {
	found, _ := filepath.Glob(filepath.Join(run, "checkpoints", "generation-*")) // the pattern is well-formed
	return found
}

// contents returns the files of a folder.
func contents(t testing.TB, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		files[entry.Name()] = read(t, filepath.Join(folder, entry.Name()))
	}
	return files
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
