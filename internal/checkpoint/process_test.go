//go:build linux

package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/reverie-rl/reverie/internal/lock"
)

// folderVariable makes the test binary play the part of another process, which locks the run's
// folder that it names and saves without end.
const folderVariable = "CHECKPOINT_TEST_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(folderVariable); folder != "" {
		fmt.Fprintln(os.Stderr, saveForever(folder))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func saveForever(folder string) error {
	if _, err := lock.Folder(folder); err != nil {
		return err
	}
	fmt.Println("locked")
	store := Open(filepath.Join(folder, "checkpoints"))
	step := int64(0)
	if generation, _, err := store.Load(); err == nil {
		step = generation.Step
	} else if !errors.Is(err, ErrNone) {
		return err
	}
	for {
		step++
		if err := store.Save(step, state{note(step)}, payloads(step)); err != nil {
			return err
		}
	}
}

// start starts another process on folder and waits for its lock.
func start(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), folderVariable+"="+folder)
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatalf("the other process does not lock the folder: %v", err)
	}
	return child
}

// kill ends a process as SIGKILL does, and waits for its end.
func kill(t *testing.T, child *exec.Cmd) {
	t.Helper()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // reports the kill
}

func TestKilledWhileSaving(t *testing.T) {
	folder := t.TempDir()
	store := Open(filepath.Join(folder, "checkpoints"))
	last := int64(0)
	for round := range 25 {
		child := start(t, folder)
		time.Sleep(time.Duration(rand.IntN(50_000)) * time.Microsecond)
		kill(t, child)
		generation, skipped, err := store.Load()
		if errors.Is(err, ErrNone) && last == 0 {
			continue
		}
		if err != nil || len(skipped) > 0 || generation.Step < last {
			t.Fatalf("round %d: after step %d loaded %+v, skipped %v, %v", round, last, generation, skipped, err)
		}
		expectContents(t, generation)
		last = generation.Step
	}
	if last == 0 {
		t.Error("no process came to save anything")
	}
	t.Logf("%d generations were saved", last)
}

func TestLock(t *testing.T) {
	folder := t.TempDir()
	child := start(t, folder)
	_, err := lock.Folder(folder)
	expectError(t, err, folder, "in use by process "+strconv.Itoa(child.Process.Pid))
	kill(t, child)
	held, err := lock.Folder(folder)
	if err != nil {
		t.Fatalf("the lock outlives its process: %v", err)
	}
	_, err = lock.Folder(folder)
	expectError(t, err, "in use by process "+strconv.Itoa(os.Getpid()))
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	_, err = lock.Folder(filepath.Join(folder, "absent"))
	expectError(t, err, filepath.Join(folder, "absent"))
}

// mountSmall mounts a file system of 64 KiB, which takes a privileged user.
func mountSmall(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=65536"); err != nil {
		t.Skipf("needs the right to mount a file system: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(folder, 0) })
	return folder
}

func TestDiskFull(t *testing.T) {
	store := Open(filepath.Join(mountSmall(t), "checkpoints"))
	save(t, store, 1)
	big := text("big", string(make([]byte, 100_000)))
	expectError(t, store.Save(2, nil, []Payload{big}), store.folder, "big", "no space left on device")
	if got := generations(t, store); len(got) != 1 {
		t.Errorf("the store holds %v", got)
	}
	expectStep(t, store, 1)
	save(t, store, 3)
	expectStep(t, store, 3)
}

func TestReadOnlyFolder(t *testing.T) {
	folder := mountSmall(t)
	store := Open(filepath.Join(folder, "checkpoints"))
	save(t, store, 1)
	if err := unix.Mount("", folder, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	expectError(t, store.Save(2, nil, nil), store.folder, "read-only file system")
	expectStep(t, store, 1)
	_, err := lock.Folder(folder)
	expectError(t, err, folder, "read-only file system")
}
