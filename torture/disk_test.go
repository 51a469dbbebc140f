//go:build linux

package torture

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/reverie-rl/reverie/stream"
)

// mountMemory mounts a file system of a size in memory, which takes a privileged user.
func mountMemory(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("needs the right to mount a file system: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(folder, unix.MNT_DETACH) })
	return folder
}

// newImage makes the image of a disk with a file system.
func newImage(t *testing.T, folder string) string {
	t.Helper()
	image := filepath.Join(folder, "disk")
	noError(t, os.WriteFile(image, nil, 0o644))
	noError(t, os.Truncate(image, 48<<20))
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		t.Skipf("needs mkfs.ext4: %v: %s", err, out)
	}
	return image
}

// mountImage mounts an image in a folder, or skips the test if it may not.
func mountImage(t *testing.T, image string) (folder string, unmount func()) {
	t.Helper()
	folder = t.TempDir()
	if out, err := exec.Command("mount", "-o", "loop", image, folder).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount an image: %v: %s", err, out)
	}
	unmount = func() { _ = exec.Command("umount", folder).Run() } // a second time fails and does nothing
	t.Cleanup(unmount)
	return folder, unmount
}

// writeUntilItFails writes and returns what was acknowledged, and the error that ended it.
func writeUntilItFails(ctx context.Context, log *stream.Log, at stream.Position, limit time.Duration) (stream.Position, error) {
	w, _, err := log.Resume(ctx, "one", schema(), at, 1, nil)
	for begin := time.Now(); err == nil && time.Since(begin) < limit; {
		if err = sourceOf("one").play(w, 25); err == nil {
			at = w.Position()
		}
	}
	return at, err
}

// expectWhole opens a log and demands all that was acknowledged.
func expectWhole(t *testing.T, config stream.Config, acknowledged int64) *stream.Log {
	t.Helper()
	log, err := stream.Open(t.Context(), config)
	noError(t, err)
	found, err := readAll(t.Context(), log)
	noError(t, err)
	noError(t, found.whole("one", acknowledged))
	return log
}

// TestFullDisk fills the disk of a log from outside (C6). With a reserve the log refuses what it has no room
// for and can still be read; without one the disk itself says so. It goes on when there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, reserve := range map[string]int64{"reserve": 0, "no reserve": -1 << 40} {
		t.Run(name, func(t *testing.T) {
			random := newRandom(t)
			disk := mountMemory(t, "16m")
			config := stream.Config{Folder: filepath.Join(disk, "log"), Reserve: reserve}
			var at stream.Position
			for range rounds(1, 15) {
				log := expectWhole(t, config, at.Row)
				ballast := fillSoon(t, disk, time.Duration(random.IntN(150))*time.Millisecond)
				var err error
				if at, err = writeUntilItFails(t.Context(), log, at, 20*time.Second); err == nil {
					t.Fatal("a full disk took more rows for 20 s")
				}
				expectNoSpace(t, log, at.Row, err)
				_ = log.Close() // a server whose disk is full may say so once more
				noError(t, os.Remove(<-ballast))
				log = expectWhole(t, config, at.Row)
				at, err = writeUntilItFails(t.Context(), log, at, 50*time.Millisecond)
				noError(t, err)
				noError(t, log.Close())
				if size(t, segments(t, config.Folder)[0]) > 4<<20 {
					noError(t, os.RemoveAll(config.Folder))
					at = stream.Position{}
				}
				measured.add("disks filled under a writer", 1)
			}
		})
	}
}

// expectNoSpace demands that the refusal tells why. The log gives what it has, unless the disk was filled between the
// look at it and the writing, as it always is without a reserve: then it has to be opened again.
func expectNoSpace(t *testing.T, log *stream.Log, acknowledged int64, refusal error) {
	t.Helper()
	if !strings.Contains(refusal.Error(), "no space left on device") {
		t.Errorf("the refusal is: %v", refusal)
	}
	if !errors.Is(refusal, stream.ErrFull) {
		return
	}
	found, err := readAll(t.Context(), log)
	noError(t, err)
	noError(t, found.whole("one", acknowledged))
}

// fillSoon fills a disk after a while, and tells with which file.
func fillSoon(t *testing.T, disk string, after time.Duration) <-chan string {
	done := make(chan string, 1)
	time.AfterFunc(after, func() {
		path := filepath.Join(disk, "ballast")
		if err := os.WriteFile(path, make([]byte, 20<<20), 0o644); !errors.Is(err, unix.ENOSPC) {
			t.Errorf("the disk was not filled: %v", err)
		}
		done <- path
	})
	return done
}

// A log on a disk that can only be read is refused, by name, and is as it was when it can be written (C7).
func TestReadOnlyDisk(t *testing.T) {
	disk := mountMemory(t, "16m")
	config := stream.Config{Folder: filepath.Join(disk, "log")}
	log := expectWhole(t, config, 0)
	at, err := writeUntilItFails(t.Context(), log, stream.Position{}, 100*time.Millisecond)
	noError(t, err)
	noError(t, log.Close())
	noError(t, unix.Mount("", disk, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	expectRefusal(t, config.Folder, "read-only file system")
	noError(t, unix.Mount("", disk, "", unix.MS_REMOUNT, ""))
	log = expectWhole(t, config, at.Row)
	_, err = writeUntilItFails(t.Context(), log, at, 50*time.Millisecond)
	noError(t, errors.Join(err, log.Close()))
}

// A folder that may not be written is refused, by name (C7).
func TestNoPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("permissions do not bind this user")
	}
	folder := t.TempDir()
	noError(t, os.Chmod(folder, 0o500))
	expectRefusal(t, folder, "permission denied")
	noError(t, os.Chmod(folder, 0o700))
	noError(t, expectWhole(t, stream.Config{Folder: folder}, 0).Close())
}

func expectRefusal(t *testing.T, folder, why string) {
	t.Helper()
	log, err := stream.Open(t.Context(), stream.Config{Folder: folder})
	if err == nil {
		_ = log.Close()
	}
	if err == nil || !strings.Contains(err.Error(), folder) || !strings.Contains(err.Error(), why) {
		t.Errorf("opening: %v, want %s and %s", err, folder, why)
	}
}

// A disk that fails to write ends the writer with an error, and what was acknowledged is on it when it works again
// (C7). The disk is an image in a file system that is full.
func TestDiskThatFails(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	for range rounds(1, 10) {
		below := mountMemory(t, "16m")
		image := newImage(t, below)
		folder, unmount := mountImage(t, image)
		config := stream.Config{Folder: filepath.Join(folder, "log"), Reserve: -1 << 40}
		log := expectWhole(t, config, 0)
		ballast := fillSoon(t, below, time.Duration(random.IntN(200))*time.Millisecond)
		at, err := writeUntilItFails(t.Context(), log, stream.Position{}, 20*time.Second)
		if err == nil {
			t.Fatal("a disk that fails took more rows for 20 s")
		}
		_ = log.Close() // cannot store what it would
		unmount()
		noError(t, os.Remove(<-ballast))
		folder, unmount = mountImage(t, image)
		log = expectWhole(t, stream.Config{Folder: filepath.Join(folder, "log")}, at.Row)
		_, err = writeUntilItFails(t.Context(), log, at, 50*time.Millisecond)
		noError(t, errors.Join(err, log.Close()))
		unmount()
		measured.add("disks that failed under a writer", 1)
	}
}
