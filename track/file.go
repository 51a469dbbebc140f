package track

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// explain adds to an error of the file system what to do about it.
func explain(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("track: %s: the disk is full, free some space or choose another folder: %w", path, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("track: %s: the folder or file may not be written, change its permissions or choose another folder: %w", path, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("track: %s: there is no such file or folder: %w", path, err)
	}
	return fmt.Errorf("track: %s: %w", path, err)
}

// replace writes a file so that path holds either what it held before or all of the new content,
// even if the machine stops in between.
func replace(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return explain(path, err)
	}
	defer os.Remove(file.Name()) // fails after the rename, as it should
	err = fill(file, write)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	return explain(path, err)
}

// fill writes content to file and waits until the disk has it.
func fill(file *os.File, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(file, 1<<16)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	return file.Sync()
}

// syncFolder makes a rename in folder last. File systems that cannot sync a folder say EINVAL.
func syncFolder(folder string) error {
	file, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// WriteFile replaces the file at path by one with this content: whole, even if the machine stops in
// between.
func WriteFile(path string, content []byte) error {
	return replace(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}
