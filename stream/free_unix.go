//go:build unix

package stream

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// room is the bytes of the disk of folder that a process without privileges can have, and all of them.
func room(folder string) (free, all int64, err error) {
	var status unix.Statfs_t
	if err := unix.Statfs(folder, &status); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", folder, err)
	}
	return int64(status.Bavail) * int64(status.Bsize), int64(status.Blocks) * int64(status.Bsize), nil
}
