//go:build unix

// Package disk brings to the disk what a file's own Sync does not.
package disk

import (
	"errors"
	"os"
)

// SyncFolder brings the names in folder to the disk.
func SyncFolder(folder string) error {
	file, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
