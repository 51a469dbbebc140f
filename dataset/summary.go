package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/reverie-rl/reverie/stream"
)

// format is the version of files and of their description. A reader refuses those of a higher one.
const format = 1

// summaryName is the file that describes the others.
const summaryName = "dataset.json"

// Summary describes a dataset: what dataset.json has.
type Summary struct {
	Format int           `json:"format"`
	Schema stream.Schema `json:"schema"`
	Totals
	Returns []Range `json:"returns,omitempty"` // of whole episodes, one for each objective
	Losses  Losses  `json:"losses"`            // of the log that it was made from
	Files   []File  `json:"files"`
}

// Totals counts episodes.
type Totals struct {
	Episodes int64 `json:"episodes"`
	Steps    int64 `json:"steps"`
	Ends     Ends  `json:"ends"`
}

// Ends counts how episodes ended.
type Ends struct {
	Terminated int64 `json:"terminated"`
	Truncated  int64 `json:"truncated"`
	Cut        int64 `json:"cut"`
}

// Range is where numbers lie.
type Range struct {
	Count   int64   `json:"count"`
	Minimum float64 `json:"minimum"`
	Mean    float64 `json:"mean"`
	Maximum float64 `json:"maximum"`
}

// File is a file of a dataset.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows"`
}

// add counts an episode.
func (t *Totals) add(e *Episode) {
	t.Episodes++
	t.Steps += int64(e.Steps())
	switch e.End {
	case Terminated:
		t.Ends.Terminated++
	case Truncated:
		t.Ends.Truncated++
	case Cut:
		t.Ends.Cut++
	}
}

// add counts an episode.
func (s *Summary) add(e *Episode) {
	s.Totals.add(e)
	if !e.Whole() {
		return
	}
	returns := e.Returns()
	if s.Returns == nil {
		s.Returns = make([]Range, len(returns))
	}
	for i, x := range returns {
		s.Returns[i].add(x)
	}
}

// add takes a number in. The mean is the one before, moved by the share of the new number.
func (r *Range) add(x float64) {
	if r.Count == 0 {
		r.Minimum, r.Maximum = x, x
	}
	r.Count++
	r.Minimum, r.Maximum = math.Min(r.Minimum, x), math.Max(r.Maximum, x)
	r.Mean += (x - r.Mean) / float64(r.Count)
}

// readSummary reads dataset.json. It is an error that wraps os.ErrNotExist if there is none.
func readSummary(folder string) (*Summary, error) {
	path := filepath.Join(folder, summaryName)
	contents, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	s := new(Summary)
	if err := json.Unmarshal(contents, s); err != nil {
		return nil, fmt.Errorf("dataset: %s is damaged: %w", path, err)
	}
	if s.Format < 1 || s.Format > format {
		return nil, fmt.Errorf("dataset: %s has format %d, this program reads formats 1 to %d", path, s.Format, format)
	}
	if len(s.Files) == 0 {
		return nil, fmt.Errorf("dataset: %s lists no files", path)
	}
	var faults []error
	for _, file := range s.Files {
		faults = append(faults, file.checkSize(folder))
	}
	return s, errors.Join(faults...)
}

// checkSize tells whether the file is not there as it was written, by its size.
func (f File) checkSize(folder string) error {
	if f.Name != filepath.Base(f.Name) || !filepath.IsLocal(f.Name) {
		return fmt.Errorf("dataset: %s in %s lists %q, which is not the name of a file there", summaryName, folder, f.Name)
	}
	info, err := os.Stat(filepath.Join(folder, f.Name))
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	if info.Size() != f.Bytes {
		return fmt.Errorf("dataset: %s has %d bytes, %s says %d: it is damaged", filepath.Join(folder, f.Name), info.Size(), summaryName, f.Bytes)
	}
	return nil
}
