package dataset

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// cells is what a column has in a row group: the values, and how many of them each row has.
type cells[T any] struct {
	values []T
	counts []int32
}

// readCells reads a column of a row group. convert makes what is wanted of a value; plain, unless it is
// nil, returns at once the values of a page that has them as they are wanted.
func readCells[T any](group parquet.RowGroup, l *leaf, convert func(parquet.Value) T, plain func(encoding.Values) []T) (cells[T], error) {
	var c cells[T]
	pages := group.ColumnChunks()[l.index].Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c, err
		}
		c.count(page, l)
		if plain != nil && page.Dictionary() == nil {
			c.values = append(c.values, plain(page.Data())...)
		} else if err := c.convert(page, convert); err != nil {
			return c, err
		}
		parquet.Release(page)
	}
	if len(c.counts) != int(group.NumRows()) {
		return c, fmt.Errorf("%d rows, the row group has %d", len(c.counts), group.NumRows())
	}
	return c, nil
}

// count counts the values of each row of a page. A row begins at repetition level 0.
func (c *cells[T]) count(page parquet.Page, l *leaf) {
	repetition, definition := page.RepetitionLevels(), page.DefinitionLevels()
	for k := range int(page.NumValues()) {
		if len(repetition) == 0 || repetition[k] == 0 {
			c.counts = append(c.counts, 0)
		}
		if len(definition) == 0 || int(definition[k]) == l.definition {
			c.counts[len(c.counts)-1]++
		}
	}
}

// convert adds the values of a page, one by one.
func (c *cells[T]) convert(page parquet.Page, convert func(parquet.Value) T) error {
	values, buffer := page.Values(), [256]parquet.Value{}
	for {
		n, err := values.ReadValues(buffer[:])
		for _, value := range buffer[:n] {
			if !value.IsNull() {
				c.values = append(c.values, convert(value))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// number is what a value of any kind of number is as another.
func number[T float32 | float64 | int64](v parquet.Value) T {
	switch v.Kind() {
	case parquet.Float:
		return T(v.Float())
	case parquet.Double:
		return T(v.Double())
	case parquet.Int32:
		return T(v.Int32())
	}
	return T(v.Int64())
}

// text is what identifies an episode.
func text(v parquet.Value) string {
	if v.Kind() == parquet.Int32 || v.Kind() == parquet.Int64 {
		return strconv.FormatInt(number[int64](v), 10)
	}
	return string(v.ByteArray())
}

// scatter hands the values of each row to put; there must be width of them, or none where that may be.
func (c cells[T]) scatter(name string, width int, nullable bool, put func(i int, values []T)) error {
	values := c.values
	for i, count := range c.counts {
		if int(count) != width && !(count == 0 && nullable) {
			return rowError{i, fmt.Errorf("%s has %d values that are not null, want %d", name, count, width)}
		}
		put(i, values[:count])
		values = values[count:]
	}
	return nil
}

// rowError is an error in a row of a row group.
type rowError struct {
	row int
	error
}
