package stream

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// room is the bytes of the disk of folder that this user can have, and all of them.
func room(folder string) (free, all int64, err error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, 0, err
	}
	var available, total uint64
	if err := windows.GetDiskFreeSpaceEx(path, &available, &total, nil); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", folder, err)
	}
	return int64(available), int64(total), nil
}
