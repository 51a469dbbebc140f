package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// acquire takes the lock of file, or fails with errHeld. The byte that is locked lies far behind
// the contents, which others may then still read.
func acquire(file *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return os.NewSyscallError("LockFileEx", err)
}
