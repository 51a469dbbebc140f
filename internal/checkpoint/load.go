package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNone says that the store holds no generation at all, usable or not.
var ErrNone = errors.New("no checkpoint")

// Generation is a saved state whose every file was found to be as it was written.
type Generation struct {
	Folder string
	Step   int64           // as given to Save
	State  json.RawMessage // as given to Save
	files  []record
}

// Skipped tells why a generation was passed over.
type Skipped struct {
	Folder string
	Reason error
}

// Load returns the newest generation that is whole, after reading all of it, and those newer ones
// that it had to skip. The error is ErrNone if there is no generation, and otherwise tells what is
// wrong with each.
func (s *Store) Load() (*Generation, []Skipped, error) {
	numbers, err := s.numbers()
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint: %w", err)
	}
	if len(numbers) == 0 {
		return nil, nil, fmt.Errorf("checkpoint: %s: %w", s.folder, ErrNone)
	}
	var skipped []Skipped
	for _, number := range numbers {
		generation, err := load(s.path(number))
		if err == nil {
			return generation, skipped, nil
		}
		s.damaged[number] = true
		skipped = append(skipped, Skipped{s.path(number), err})
	}
	return nil, skipped, unusable(s.folder, skipped)
}

// Look returns the newest generation whose manifest is whole, without a look at its other files: Read verifies them.
// The error is that of Load.
func (s *Store) Look() (*Generation, error) {
	numbers, err := s.numbers()
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("checkpoint: %s: %w", s.folder, ErrNone)
	}
	var skipped []Skipped
	for _, number := range numbers {
		m, err := readManifest(s.path(number))
		if err == nil {
			return &Generation{Folder: s.path(number), Step: m.Step, State: m.State, files: m.Files}, nil
		}
		skipped = append(skipped, Skipped{s.path(number), err})
	}
	return nil, unusable(s.folder, skipped)
}

// unusable is the error when no generation is whole.
func unusable(folder string, skipped []Skipped) error {
	var reasons []error
	for _, one := range skipped {
		reasons = append(reasons, fmt.Errorf("%s: %w", filepath.Base(one.Folder), one.Reason))
	}
	return fmt.Errorf("checkpoint: none of the %d checkpoints in %s can be used:\n%w", len(skipped), folder, errors.Join(reasons...))
}

// load verifies the generation in folder.
func load(folder string) (*Generation, error) {
	m, err := readManifest(folder)
	if err != nil {
		return nil, err
	}
	for _, record := range m.Files {
		if err := verifyFile(folder, record); err != nil {
			return nil, err
		}
	}
	return &Generation{Folder: folder, Step: m.Step, State: m.State, files: m.Files}, nil
}

func verifyFile(folder string, want record) error {
	if err := checkName(want.Name); err != nil {
		return err
	}
	file, err := os.Open(filepath.Join(folder, want.Name))
	if err != nil {
		return err
	}
	defer file.Close()
	return verify(file, want)
}

// Names returns the names of the payloads, in the order in which they were saved.
func (g *Generation) Names() []string {
	names := make([]string, len(g.files))
	for i, file := range g.files {
		names[i] = file.Name
	}
	return names
}

// Read returns the payload called name, verified once more.
func (g *Generation) Read(name string) ([]byte, error) {
	want, found := manifest{Files: g.files}.find(name)
	if !found {
		return nil, fmt.Errorf("checkpoint: %s has no payload %q, only %q", g.Folder, name, g.Names())
	}
	data, err := os.ReadFile(filepath.Join(g.Folder, name))
	if err == nil {
		err = verify(bytes.NewReader(data), want)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %s: %w", g.Folder, err)
	}
	return data, nil
}
