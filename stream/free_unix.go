//go:build unix

package stream

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// freeBytes is the room on the disk of folder for a process without privileges.
func freeBytes(folder string) (int64, error) {
	var status unix.Statfs_t
	if err := unix.Statfs(folder, &status); err != nil {
		return 0, fmt.Errorf("%s: %w", folder, err)
	}
	return int64(status.Bavail) * int64(status.Bsize), nil
}
