// Package checkpoint stores the state of a run so that nothing which was saved is lost, whenever
// the process or the machine stops.
//
// A store is a folder of generations. A generation is a folder with the payload files and a
// manifest, which lists every file with its size and SHA-256 and is itself covered by one. It is
// written under another name, brought to the disk, and renamed last: under its own name it is
// complete, or it was damaged later, which its checksums tell. Generations share no files, so that
// damage to one leaves the other to fall back on.
//
//	checkpoints/
//	    generation-00000007/    the fallback
//	    generation-00000008/    manifest.json params.safetensors ...
//	    .saving/                being written, or left by a process that was killed
package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/reverie-rl/reverie/internal/disk"
)

const (
	keep         = 2 // generations kept
	prefix       = "generation-"
	savingName   = ".saving"
	manifestName = "manifest.json"
)

// Payload is a file of a generation that is to be saved.
type Payload struct {
	Name  string // of the file, without a folder
	Write func(io.Writer) error
}

// Store is a folder of generations. One process at a time may save to it (see package lock); others may
// load from it meanwhile.
type Store struct {
	folder  string
	damaged map[int]bool // generations that Load found unusable
}

// Open returns the store in folder, which the first Save creates.
func Open(folder string) *Store { return &Store{folder: folder, damaged: map[int]bool{}} }

// Save writes a new generation and then removes all but the newest two that are usable. State is
// stored as JSON. An error names the file concerned; the generations before are then untouched and
// what was written of the new one is removed.
func (s *Store) Save(step int64, state any, payloads []Payload) error {
	if err := s.save(step, state, payloads); err != nil {
		os.RemoveAll(s.saving()) // as far as possible: the next Save removes the rest
		return fmt.Errorf("checkpoint: saving step %d in %s (earlier checkpoints are untouched): %w", step, s.folder, err)
	}
	return s.prune()
}

func (s *Store) save(step int64, state any, payloads []Payload) error {
	if err := checkNames(payloads); err != nil {
		return err
	}
	encoded, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	numbers, err := s.prepare()
	if err != nil {
		return err
	}
	number := 1
	if len(numbers) > 0 {
		number = numbers[0] + 1
	}
	current := manifest{Format: format, Step: step, State: encoded}
	for _, payload := range payloads {
		record, err := writeFile(filepath.Join(s.saving(), payload.Name), payload.Write)
		if err != nil {
			return err
		}
		current.Files = append(current.Files, record)
	}
	return s.publish(current, number)
}

// checkNames tells whether payloads can be the files of one folder.
func checkNames(payloads []Payload) error {
	seen := map[string]bool{}
	for _, payload := range payloads {
		if err := checkName(payload.Name); err != nil {
			return err
		}
		if seen[payload.Name] {
			return fmt.Errorf("two payloads are called %q", payload.Name)
		}
		seen[payload.Name] = true
	}
	return nil
}

// prepare makes an empty folder to write in and returns the numbers of the generations, newest
// first.
func (s *Store) prepare() ([]int, error) {
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(s.saving()); err != nil {
		return nil, err
	}
	if err := os.Mkdir(s.saving(), 0o755); err != nil {
		return nil, err
	}
	return s.numbers()
}

// publish writes the manifest and gives the finished folder its name. The order of the syncs
// makes sure that a name on the disk stands for contents on the disk.
func (s *Store) publish(current manifest, number int) error {
	if err := writeManifest(s.saving(), current); err != nil {
		return err
	}
	if err := disk.SyncFolder(s.saving()); err != nil {
		return err
	}
	if err := os.Rename(s.saving(), s.path(number)); err != nil {
		return err
	}
	return disk.SyncFolder(s.folder)
}

// prune removes all but the newest generations that are not known to be damaged.
func (s *Store) prune() error {
	numbers, err := s.numbers()
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	kept := 0
	for _, number := range numbers {
		if kept < keep && !s.damaged[number] {
			kept++
			continue
		}
		if err := os.RemoveAll(s.path(number)); err != nil {
			return fmt.Errorf("checkpoint: removing an old checkpoint: %w", err)
		}
	}
	return nil
}

// numbers returns the numbers of the generations there are, newest first.
func (s *Store) numbers() ([]int, error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var numbers []int
	for _, entry := range entries {
		number, err := strconv.Atoi(strings.TrimPrefix(entry.Name(), prefix))
		if err == nil && entry.Name() == filepath.Base(s.path(number)) {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers, nil
}

func (s *Store) path(number int) string {
	return filepath.Join(s.folder, fmt.Sprintf("%s%08d", prefix, number))
}

func (s *Store) saving() string { return filepath.Join(s.folder, savingName) }
