package dataset

import (
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"github.com/reverie-rl/reverie/replay"
)

// block is the rows of a row group. Columns that the file does not have are nil, or 0.
type block struct {
	rows                             *replay.Rows
	physics                          []float64
	ids                              []string
	first, last, terminal, truncated []bool
	missing                          []string // by row, a column that is null there and must not be if there is an action
}

// block reads a row group.
func (s *source) block(c *columns, group parquet.RowGroup) (b *block, err error) {
	defer recovered(&err)
	r := &groupReader{group: group, block: &block{}}
	if r.readFlags(s.bound); r.err != nil {
		return nil, r.err
	}
	rows := len(r.block.ids) // as many as there are, whatever a damaged file says
	r.block.rows, r.block.missing = replay.NewRows(c.schema.Layout, rows), make([]string, rows)
	r.block.physics = make([]float64, rows*c.schema.Physics.Size)
	for k := range c.vectors {
		r.readVector(s.bound.vectors[k], &c.vectors[k])
	}
	r.readOthers(c, s.bound)
	return r.block, r.err
}

// groupReader reads the columns of a row group. After an error it does nothing.
type groupReader struct {
	group parquet.RowGroup
	block *block
	err   error
}

// readFlags reads what tells where episodes begin and end.
func (r *groupReader) readFlags(at binding) {
	b, previous := r.block, ""
	readSingle(r, &b.ids, at.id, episodeIDColumn, func(v parquet.Value) string {
		if id := text(v); id != previous {
			previous = id // rows of an episode share the memory of its id
		}
		return previous
	})
	readSingle(r, &b.first, at.first, isFirstColumn, parquet.Value.Boolean)
	readSingle(r, &b.last, at.last, isLastColumn, parquet.Value.Boolean)
	readSingle(r, &b.terminal, at.terminal, isTerminalColumn, parquet.Value.Boolean)
	readSingle(r, &b.truncated, at.truncated, isTruncatedColumn, parquet.Value.Boolean)
}

// readOthers reads the columns that are neither flags nor vectors.
func (r *groupReader) readOthers(c *columns, at binding) {
	rows := r.block.rows
	readSingle(r, &rows.Step, at.step, stepColumn, number[int64])
	readSingle(r, &rows.Version, at.version, versionColumn, func(v parquet.Value) uint64 { return uint64(number[int64](v)) })
	var images [][]byte
	readSingle(r, &images, at.image, imageColumn, func(v parquet.Value) []byte { return slices.Clone(v.ByteArray()) })
	for i, image := range images {
		if size := c.schema.Layout.Image; len(image) != size {
			r.fail(rowError{i, fmt.Errorf("image has %d bytes, want %d", len(image), size)})
			return
		}
		copy(rows.Image[i*len(image):], image)
	}
	readLists(r, at.physics, physicsColumn, c.schema.Physics.Size, false, number[float64], nil, func(i int, values []float64) {
		copy(r.block.physics[i*len(values):], values)
	})
}

// readVector reads a column of numbers.
func (r *groupReader) readVector(l *leaf, v *vector) {
	var plain func(encoding.Values) []float32
	if l != nil && l.kind == parquet.Float {
		plain = func(values encoding.Values) []float32 { return values.Float() }
	}
	readLists(r, l, v.name, v.width, v.ofAction, number[float32], plain, func(i int, values []float32) {
		if copy(v.at(r.block.rows, i), values) == 0 {
			r.block.missing[i] = v.name
		}
	})
}

// readSingle reads a column that has one value in each row.
func readSingle[T any](r *groupReader, to *[]T, l *leaf, name string, convert func(parquet.Value) T) {
	if l == nil || r.err != nil {
		return
	}
	read, err := readCells(r.group, l, convert, nil)
	if err != nil {
		r.fail(fmt.Errorf("column %s: %w", name, err))
		return
	}
	r.fail(read.scatter(name, 1, false, func(int, []T) {}))
	*to = read.values
}

// readLists reads a column that has width values in each row, or none where it is nullable.
func readLists[T any](r *groupReader, l *leaf, name string, width int, nullable bool, convert func(parquet.Value) T, plain func(encoding.Values) []T, put func(i int, values []T)) {
	if l == nil || r.err != nil {
		return
	}
	read, err := readCells(r.group, l, convert, plain)
	if err != nil {
		r.fail(fmt.Errorf("column %s: %w", name, err))
		return
	}
	r.fail(read.scatter(name, width, nullable, put))
}

func (r *groupReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}
