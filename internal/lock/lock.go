// Package lock keeps two processes from writing in one folder.
package lock

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// lockName is the file in a run's folder whose lock says that the folder is in use.
const lockName = ".lock"

// errHeld says that another process has the lock.
var errHeld = errors.New("held by another process")

// Lock is the right of this process to write in a folder. The operating system takes it back when
// the process ends, in whatever way.
type Lock struct{ file *os.File }

// Folder takes the lock of folder, which must exist. If another process has it, the error names
// the folder and that process.
func Folder(folder string) (*Lock, error) {
	file, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, cannotLock(folder, err)
	}
	if err := acquire(file); err != nil {
		holder, _ := io.ReadAll(file) // for the message only
		file.Close()
		if errors.Is(err, errHeld) {
			return nil, fmt.Errorf("lock: %s is in use by process %s: wait for it to end, stop it, or use another folder",
				folder, cmp.Or(strings.TrimSpace(string(holder)), "(unknown)"))
		}
		return nil, cannotLock(folder, err)
	}
	if err := signLock(file); err != nil {
		file.Close()
		return nil, cannotLock(folder, err)
	}
	return &Lock{file}, nil
}

func cannotLock(folder string, err error) error {
	return fmt.Errorf("lock: locking %s: %w: make it writable and leave it some space, or use another folder", folder, err)
}

// signLock writes the number of this process into the lock's file.
func signLock(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintln(file, os.Getpid())
	return err
}

// Unlock gives the folder back.
func (l *Lock) Unlock() error { return l.file.Close() }
