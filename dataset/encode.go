package dataset

import (
	"github.com/parquet-go/parquet-go"
)

// pieceBytes is about how much of a column is handed to the library at once: only between two pieces does
// it look whether a page is full.
const pieceBytes = 256 << 10

// encoder writes episodes to the columns of a Parquet file.
type encoder struct {
	columns *columns
	cells   []cell          // one for each column
	values  []parquet.Value // of a piece of a column
}

// cell appends what a column has at row i to the values.
type cell struct {
	rowBytes int
	put      func(e *Episode, i int)
}

func newEncoder(c *columns) *encoder {
	n := &encoder{columns: c}
	n.add(16, func(e *Episode, _ int) parquet.Value { return parquet.ByteArrayValue([]byte(e.ID)) })
	n.add(8, func(e *Episode, i int) parquet.Value { return parquet.Int64Value(e.Rows.Step[i]) })
	n.add(1, func(e *Episode, i int) parquet.Value { return parquet.BooleanValue(i == 0) })
	n.add(1, func(e *Episode, i int) parquet.Value { return parquet.BooleanValue(i == e.Steps()) })
	n.add(1, func(e *Episode, i int) parquet.Value {
		return parquet.BooleanValue(i == e.Steps() && e.End == Terminated)
	})
	n.add(1, func(e *Episode, i int) parquet.Value {
		return parquet.BooleanValue(i == e.Steps() && e.End == Truncated)
	})
	for k := range c.vectors {
		n.addVector(&c.vectors[k])
	}
	n.add(8, func(e *Episode, i int) parquet.Value { return parquet.Int64Value(int64(e.Rows.Version[i])) })
	if size := c.schema.Layout.Image; size > 0 {
		n.add(size, func(e *Episode, i int) parquet.Value {
			return parquet.ByteArrayValue(e.Rows.Image[i*size : (i+1)*size])
		})
	}
	if size := c.schema.Physics.Size; size > 0 {
		n.cells = append(n.cells, cell{8 * size, func(e *Episode, i int) {
			putList(n, e.Physics[i*size:(i+1)*size], parquet.DoubleValue, 1)
		}})
	}
	return n
}

// add adds a column of single values that are never null.
func (n *encoder) add(rowBytes int, value func(e *Episode, i int) parquet.Value) {
	n.cells = append(n.cells, cell{rowBytes, func(e *Episode, i int) { n.values = append(n.values, value(e, i)) }})
}

// addVector adds a column of numbers. The definition level of a number counts what could be missing in its
// place: the value, if it belongs to an action, and the element of a list.
func (n *encoder) addVector(v *vector) {
	level := 0
	if v.ofAction {
		level++
	}
	if !v.scalar {
		level++
	}
	n.cells = append(n.cells, cell{4 * v.width, func(e *Episode, i int) {
		switch {
		case v.ofAction && i == e.Steps():
			n.values = append(n.values, parquet.NullValue())
		case v.scalar:
			n.values = append(n.values, parquet.FloatValue(v.at(e.Rows, i)[0]).Level(0, level, 0))
		default:
			putList(n, v.at(e.Rows, i), parquet.FloatValue, level)
		}
	}})
}

// putList appends the elements of a list. The first one begins the row: its repetition level is 0.
func putList[T any](n *encoder, elements []T, value func(T) parquet.Value, level int) {
	repetition := 0
	for _, x := range elements {
		n.values = append(n.values, value(x).Level(repetition, level, 0))
		repetition = 1
	}
}

// encode writes an episode, column by column.
func (n *encoder) encode(e *Episode, writers []*parquet.ColumnWriter) error {
	for k, cell := range n.cells {
		rows := max(1, pieceBytes/cell.rowBytes)
		for begin := 0; begin < e.Rows.Len(); begin += rows {
			n.values = n.values[:0]
			for i := begin; i < min(begin+rows, e.Rows.Len()); i++ {
				cell.put(e, i)
			}
			if _, err := writers[k].WriteRowValues(n.values); err != nil {
				return err
			}
		}
	}
	return nil
}
