package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"github.com/reverie-rl/reverie/stream"
)

// Dataset is a folder of Parquet files that episodes can be read from.
type Dataset struct {
	folder  string
	files   []string // names
	summary *Summary // nil if another tool made the files
	columns *columns
}

// Open opens a dataset. It verifies that all files are there with their sizes; Check verifies the rest. A
// folder without dataset.json is opened if another tool wrote the files: their schema is then what the
// columns tell. One that Write did not finish is refused.
func Open(folder string) (*Dataset, error) {
	summary, err := readSummary(folder)
	if errors.Is(err, os.ErrNotExist) && summary == nil {
		return openForeign(folder)
	}
	if err != nil {
		return nil, err
	}
	d := &Dataset{folder: folder, summary: summary}
	for _, file := range summary.Files {
		d.files = append(d.files, file.Name)
	}
	d.columns, err = columnsOf(summary.Schema)
	return d, err
}

// openForeign opens a folder that has Parquet files and no description.
func openForeign(folder string) (*Dataset, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.parquet"))
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	if len(paths) == 0 {
		if left, _ := filepath.Glob(filepath.Join(folder, "*"+writingSuffix)); len(left) > 0 { // the pattern was good above
			return nil, errUnfinished(folder)
		}
		return nil, fmt.Errorf("dataset: %s has neither %s nor files *.parquet", folder, summaryName)
	}
	first, err := openSource(paths[0])
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	defer first.file.Close()
	if _, ours := first.parquet.Lookup(schemaKey); ours {
		return nil, errUnfinished(folder)
	}
	d := &Dataset{folder: folder}
	for _, path := range paths {
		d.files = append(d.files, filepath.Base(path))
	}
	schema, err := first.inferSchema()
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	d.columns, err = columnsOf(schema)
	return d, err
}

func errUnfinished(folder string) error {
	return fmt.Errorf("dataset: %s has no %s: it was not written to its end; remove it and export once more", folder, summaryName)
}

// Schema tells what the rows mean. Of files that another tool made, it has no task and no bounds.
func (d *Dataset) Schema() stream.Schema { return d.columns.schema }

// Summary returns what dataset.json says, or nil if there is none.
func (d *Dataset) Summary() *Summary { return d.summary }

// Episodes reads the episodes, file by file; a row group is in memory at a time. What is wrong comes as a
// *Fault in place of an episode, and reading goes on behind it.
func (d *Dataset) Episodes() iter.Seq2[*Episode, error] {
	return func(yield func(*Episode, error) bool) {
		for i := range d.files {
			if !d.read(i, yield) {
				return
			}
		}
	}
}

// read reads the episodes of file i and reports whether more is wanted.
func (d *Dataset) read(i int, yield func(*Episode, error) bool) bool {
	path := filepath.Join(d.folder, d.files[i])
	s, err := d.source(i, path)
	if err != nil {
		return yield(nil, &Fault{path, -1, "", err.Error()})
	}
	defer s.file.Close()
	a := &assembler{path: path, columns: d.columns, bound: s.bound, yield: yield}
	for _, group := range s.parquet.RowGroups() {
		block, err := s.block(d.columns, group)
		if err != nil && !a.broken(err) || err == nil && !a.add(block) {
			return false
		}
		a.row += group.NumRows()
	}
	return a.finish()
}

// source opens file i and finds the columns in it.
func (d *Dataset) source(i int, path string) (*source, error) {
	s, err := openSource(path)
	if err != nil {
		return nil, err
	}
	if err = s.bind(d.columns, d.summary == nil); err == nil && d.summary != nil {
		err = s.checkDescription(d.summary.Schema, d.summary.Files[i].Rows)
	}
	if err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

// checkDescription tells whether the file is not what dataset.json says.
func (s *source) checkDescription(schema stream.Schema, rows int64) error {
	wanted, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	if got, _ := s.parquet.Lookup(schemaKey); got != string(wanted) {
		return fmt.Errorf("the schema is %s, that of %s is %s", got, summaryName, wanted)
	}
	if got := s.parquet.NumRows(); got != rows {
		return fmt.Errorf("the file has %d rows, %s says %d", got, summaryName, rows)
	}
	return nil
}
