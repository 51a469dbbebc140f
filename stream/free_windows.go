package stream

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// freeBytes is the room on the disk of folder for this user.
func freeBytes(folder string) (int64, error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, fmt.Errorf("%s: %w", folder, err)
	}
	return int64(free), nil
}
