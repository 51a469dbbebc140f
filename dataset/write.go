package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/reverie-rl/reverie/internal/disk"
)

// The metadata of a file.
const (
	formatKey = "reverie.format"
	schemaKey = "reverie.schema"
)

// limits are the bytes after which a row group and a file end, with the episode that reaches them.
type limits struct {
	group int // in memory
	file  int64
}

// usual is a row group that is quick to read whole, and a file that is easy to move about.
var usual = limits{group: 32 << 20, file: 256 << 20}

// writingSuffix is part of the name of a file that is being written.
const writingSuffix = ".writing"

// Write writes episodes as a dataset to a folder, which must be empty or not be there. It returns what it
// wrote to dataset.json. What was lost of a log is counted there; any other error, an episode of another
// schema than the first, one with a number that is not finite, and no episode at all are errors, and what
// was written is removed. The same episodes give the same bytes.
func Write(folder string, episodes iter.Seq2[*Episode, error]) (*Summary, error) {
	return write(folder, episodes, usual)
}

func write(folder string, episodes iter.Seq2[*Episode, error], l limits) (*Summary, error) {
	if err := makeFolder(folder); err != nil {
		return nil, err
	}
	w := &writer{folder: folder, limits: l, summary: &Summary{Format: format}}
	err := w.writeAll(episodes)
	if err == nil {
		return w.summary, nil
	}
	w.remove()
	return nil, err
}

// makeFolder makes the folder if it is not there, and refuses one that has something in it.
func makeFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("dataset: %s is not empty (%s is there): name another folder, or remove it", folder, entries[0].Name())
	}
	return nil
}

// writer writes a dataset.
type writer struct {
	folder  string
	limits  limits
	summary *Summary
	columns *columns
	encoder *encoder
	options []parquet.WriterOption
	file    *fileWriter // that is open, or nil
	written []string    // files
}

func (w *writer) writeAll(episodes iter.Seq2[*Episode, error]) error {
	for e, err := range episodes {
		if err == nil {
			err = w.add(e)
		} else if w.summary.Losses.Count(err) {
			continue
		}
		if err != nil {
			return err
		}
	}
	if w.columns == nil {
		return errors.New("dataset: there is no episode of one step or more to write")
	}
	if err := w.endFile(); err != nil {
		return err
	}
	return w.describe()
}

// add writes an episode.
func (w *writer) add(e *Episode) error {
	if w.columns == nil {
		if err := w.begin(e); err != nil {
			return err
		}
	}
	if err := w.check(e); err != nil {
		return err
	}
	if w.file == nil {
		if err := w.beginFile(); err != nil {
			return err
		}
	}
	if err := w.file.add(e, w.encoder); err != nil {
		return err
	}
	w.summary.add(e)
	if err := w.file.endGroup(w.limits.group / w.columns.rowBytes()); err != nil {
		return err
	}
	if w.file.groupRows == 0 && w.file.parquet.Size() >= w.limits.file {
		return w.endFile()
	}
	return nil
}

// begin learns the schema from the first episode.
func (w *writer) begin(e *Episode) (err error) {
	w.summary.Schema = e.Schema
	if w.columns, err = columnsOf(e.Schema); err != nil {
		return err
	}
	described, err := json.Marshal(e.Schema)
	if err != nil {
		return fmt.Errorf("dataset: schema: %w", err)
	}
	w.encoder = newEncoder(w.columns)
	w.options = []parquet.WriterOption{
		w.columns.parquetSchema(), parquet.CreatedBy("reverie", strconv.Itoa(format)+".0.0", "dataset"),
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest, Concurrency: 1}), parquet.PageBufferSize(1 << 20),
		parquet.KeyValueMetadata(formatKey, strconv.Itoa(format)), parquet.KeyValueMetadata(schemaKey, string(described)),
	}
	return nil
}

// check refuses an episode that the dataset cannot have.
func (w *writer) check(e *Episode) error {
	if err := w.columns.checkSame(e); err != nil {
		return err
	}
	var first error
	e.faults(w.columns, func(row int, reason error) {
		if first == nil {
			first = fmt.Errorf("dataset: episode %s, row %d: %w", e.ID, row, reason)
		}
	})
	return first
}

func (w *writer) beginFile() error {
	path := filepath.Join(w.folder, fmt.Sprintf("episodes-%05d.parquet", len(w.summary.Files)))
	w.written = append(w.written, path)
	out, err := os.OpenFile(path+writingSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	w.file = &fileWriter{path: path, out: out, digest: digest{sum: sha256.New()}}
	w.file.parquet = parquet.NewGenericWriter[any](io.MultiWriter(out, &w.file.digest), w.options...)
	return nil
}

// endFile gives the open file its name, if there is one.
func (w *writer) endFile() error {
	if w.file == nil {
		return nil
	}
	description, err := w.file.end()
	w.file = nil
	if err != nil {
		return err
	}
	w.summary.Files = append(w.summary.Files, description)
	return nil
}

// describe writes dataset.json, when all else is on the disk.
func (w *writer) describe() error {
	contents, err := json.MarshalIndent(w.summary, "", "  ")
	if err != nil {
		return fmt.Errorf("dataset: %s: %w", summaryName, err)
	}
	path := filepath.Join(w.folder, summaryName)
	w.written = append(w.written, path)
	out, err := os.Create(path + writingSuffix)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	_, err = out.Write(append(contents, '\n'))
	if err := errors.Join(err, finish(out, path)); err != nil {
		return fmt.Errorf("dataset: %s: %w", path, err)
	}
	return nil
}

// remove removes what was written, as far as possible.
func (w *writer) remove() {
	if w.file != nil {
		_ = w.file.out.Close()
	}
	for _, path := range w.written {
		_ = os.Remove(path)
		_ = os.Remove(path + writingSuffix)
	}
}

// finish brings a file to the disk and gives it its name.
func finish(out *os.File, path string) error {
	if err := errors.Join(out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), path); err != nil {
		return err
	}
	return disk.SyncFolder(filepath.Dir(path))
}

// fileWriter writes a Parquet file.
type fileWriter struct {
	path      string
	out       *os.File
	digest    digest
	parquet   *parquet.GenericWriter[any]
	rows      int64
	groupRows int // in the open row group
}

func (f *fileWriter) add(e *Episode, n *encoder) error {
	f.rows += int64(e.Rows.Len())
	f.groupRows += e.Rows.Len()
	return f.wrap(n.encode(e, f.parquet.ColumnWriters()))
}

// endGroup ends the row group if it has so many rows.
func (f *fileWriter) endGroup(rows int) error {
	if f.groupRows < rows {
		return nil
	}
	f.groupRows = 0
	return f.wrap(f.parquet.Flush())
}

func (f *fileWriter) end() (File, error) {
	err := f.parquet.Close()
	if err != nil {
		_ = f.out.Close()
	} else {
		err = finish(f.out, f.path)
	}
	return File{filepath.Base(f.path), f.digest.size, f.digest.hex(), f.rows}, f.wrap(err)
}

func (f *fileWriter) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("dataset: %s: %w", f.path, err)
}

// digest measures what is written to it.
type digest struct {
	sum  hash.Hash
	size int64
}

func (d *digest) Write(data []byte) (int, error) {
	d.size += int64(len(data))
	return d.sum.Write(data)
}

func (d *digest) hex() string { return hex.EncodeToString(d.sum.Sum(nil)) }
