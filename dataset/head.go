package dataset

import (
	"bytes"
	"encoding/json"
	"iter"
)

// Row is a row as a file has it: a value for each column, in their order. Arrays are []float32, []float64
// or []byte, and nil is null.
type Row []Cell

// Cell is what a column has in a row.
type Cell struct {
	Column string
	Value  any
}

// MarshalJSON writes an object with a key for each column.
func (r Row) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, cell := range r {
		out.WriteByte("{,"[min(i, 1)])
		name, err := json.Marshal(cell.Column)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(cell.Value)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Head returns the first n rows of episodes, or all if there are fewer. Losses of a log are passed over.
func Head(episodes iter.Seq2[*Episode, error], n int) ([]Row, error) {
	var rows []Row
	for e, err := range episodes {
		if err != nil && !new(Losses).Count(err) {
			return nil, err
		}
		if err != nil {
			continue
		}
		c, err := columnsOf(e.Schema)
		if err != nil {
			return nil, err
		}
		for i := 0; i < e.Rows.Len() && len(rows) < n; i++ {
			rows = append(rows, c.row(e, i))
		}
		if len(rows) >= n {
			break
		}
	}
	return rows, nil
}

// row is row i of an episode.
func (c *columns) row(e *Episode, i int) Row {
	last := i == e.Steps()
	row := Row{
		{episodeIDColumn, e.ID}, {stepColumn, e.Rows.Step[i]}, {isFirstColumn, i == 0}, {isLastColumn, last},
		{isTerminalColumn, last && e.End == Terminated}, {isTruncatedColumn, last && e.End == Truncated},
	}
	for k := range c.vectors {
		v := &c.vectors[k]
		var value any = v.at(e.Rows, i)
		switch {
		case last && v.ofAction:
			value = nil
		case v.scalar:
			value = v.at(e.Rows, i)[0]
		}
		row = append(row, Cell{v.name, value})
	}
	row = append(row, Cell{versionColumn, e.Rows.Version[i]})
	if size := c.schema.Layout.Image; size > 0 {
		row = append(row, Cell{imageColumn, e.Rows.Image[i*size : (i+1)*size]})
	}
	if size := c.schema.Physics.Size; size > 0 {
		row = append(row, Cell{physicsColumn, e.Physics[i*size : (i+1)*size]})
	}
	return row
}
