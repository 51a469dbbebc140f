//go:build unix

package checkpoint

import (
	"errors"
	"os"
)

// syncFolder brings the names in folder to the disk.
func syncFolder(folder string) error {
	file, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
