package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serveTasks starts serve-env as another process and returns it with the address it printed.
func serveTasks(t *testing.T, more ...string) (process *exec.Cmd, address string) {
	t.Helper()
	process = program(append([]string{"serve-env", "--listen", "127.0.0.1:0"}, more...)...)
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin(t, process)
	t.Cleanup(func() { _ = process.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !found {
		t.Fatalf("serve-env says %q, %v", line, err)
	}
	return process, address
}

// Training on a task of a server is training on the task: the same bytes come out.
func TestTrainOverRPC(t *testing.T) {
	process, address := serveTasks(t)
	local, remote := filepath.Join(t.TempDir(), "local"), filepath.Join(t.TempDir(), "remote")
	short := []string{"--steps", "1500"}
	succeed(t, small(local, short...)...)
	name := address + "/classic/pendulum"
	succeed(t, small(remote, append(short, "--task", name)...)...)
	ours, theirs := contents(t, newest(t, remote)), contents(t, newest(t, local))
	if ours["learner.safetensors"] != theirs["learner.safetensors"] {
		t.Error("the parameters differ")
	}
	if result := succeed(t, "eval", remote, "--episodes", "1"); !strings.Contains(result.out, name) {
		t.Errorf("eval says %s", result.out)
	}
	if result := succeed(t, "envcheck", name); !strings.Contains(result.out, "conforms") {
		t.Errorf("envcheck says %s", result.out)
	}
	fail(t, exitFailed, []string{"nearest: classic/pendulum"}, "bench", "env", "--task", address+"/classic/pendulun")
	if state := end(t, process, syscall.SIGTERM); state.ExitCode() != exitDone {
		t.Errorf("serve-env ends with %v at a signal", state)
	}
	fail(t, exitFailed, []string{"connecting to"}, "eval", remote)
}

func TestServeEnvWithPictures(t *testing.T) {
	_, address := serveTasks(t, "--pixels", "8")
	name := address + "/classic/pendulum"
	if result := succeed(t, "envcheck", name); !strings.Contains(result.out, "conforms") {
		t.Errorf("envcheck says %s", result.out)
	}
	fail(t, exitFailed, []string{`"pixels" is of kind uint8`}, small(filepath.Join(t.TempDir(), "run"), "--task", name)...)
	fail(t, exitFailed, []string{"the task cannot draw itself"}, "bench", "env", "--task", address+"/classic/lqr")
}

func TestServeEnvStopsWhenIdle(t *testing.T) {
	process, _ := serveTasks(t, "--idle", "50ms")
	ended := make(chan error, 1)
	go func() { ended <- process.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server goes on")
	}
}

func TestServeEnvMistakes(t *testing.T) {
	fail(t, exitUsage, []string{"--worlds"}, "serve-env", "--worlds", "0")
	fail(t, exitUsage, []string{"nowhere"}, "serve-env", "--listen", "nowhere")
	fail(t, exitUsage, []string{"rpc://somewhere/x", "host:port"}, "train", "mpo", "--task", "rpc://somewhere/x")
}

func TestFolderOfARemoteTask(t *testing.T) {
	if got, want := folderName("rpc://127.0.0.1:7420/classic/pendulum"), "rpc_127.0.0.1_7420_classic_pendulum"; got != want {
		t.Errorf("the folder is called %s, want %s", got, want)
	}
}
