package replay

import (
	"fmt"
	"io"
	"strconv"

	"github.com/reverie-rl/reverie/internal/safetensors"
)

// Part is a range of rows as it is saved: a safetensors file. Its fields are those of a
// checkpoint's payload, into which it can be converted.
type Part struct {
	Name  string                // of the file; names sort in the order of the rows
	Write func(io.Writer) error // valid until the table changes
}

// Save returns the parts that make up the table. An empty table has none.
func (t *Table) Save() []Part {
	var parts []Part
	for begin := t.first(); begin < t.next; {
		end := min((begin/t.chunkRows+1)*t.chunkRows, t.next)
		parts = append(parts, t.part(begin, end))
		begin = end
	}
	return parts
}

// part returns the rows [begin, end) of one chunk.
func (t *Table) part(begin, end int) Part {
	return Part{
		Name: fmt.Sprintf("rows-%012d-%012d.safetensors", begin, end),
		Write: func(w io.Writer) error {
			chunk, i := t.at(begin)
			metadata := map[string]string{firstRowKey: strconv.Itoa(begin)}
			if err := safetensors.Write(w, chunk.tensors(t.layout, i, i+end-begin), metadata); err != nil {
				return fmt.Errorf("replay: saving rows %d to %d: %w", begin, end, err)
			}
			return nil
		},
	}
}

// firstRowKey is the metadata that tells the number of the first row of a part.
const firstRowKey = "first_row"

// tensors returns the rows [begin, end) of every column.
func (c *Rows) tensors(layout Layout, begin, end int) []safetensors.Tensor {
	matrix := func(name string, slab []float32, width int) safetensors.Tensor {
		return safetensors.Of(name, slab[begin*width:end*width], end-begin, width)
	}
	return []safetensors.Tensor{
		matrix("observation", c.Observation, layout.Observation),
		matrix("action", c.Action, layout.Action),
		matrix("reward", c.Reward, layout.Reward),
		safetensors.Of("log_probability", c.LogProbability[begin:end]),
		safetensors.Of("discount", c.Discount[begin:end]),
		safetensors.Of("step", c.Step[begin:end]),
		safetensors.Of("version", c.Version[begin:end]),
		matrix("state", c.State, layout.State),
		safetensors.Of("image", c.Image[begin*layout.Image:end*layout.Image], end-begin, layout.Image),
	}
}

// Restore adds the rows of a saved part. Called with every part of a table in the order of their
// names, on a new table of the same layout and capacity, it makes an equal table: samplers draw the
// same batches from it. A capacity that is now smaller drops the oldest rows, a larger one is
// filled further. A part that is damaged, or is not the next, is an error and changes nothing.
func (t *Table) Restore(part []byte) error {
	file, err := safetensors.Read(part)
	if err != nil {
		return fmt.Errorf("replay: restoring: %w", err)
	}
	begin, err := strconv.Atoi(file.Metadata[firstRowKey])
	if err != nil || begin < 0 {
		return fmt.Errorf("replay: restoring: %s is %q, not a row number", firstRowKey, file.Metadata[firstRowKey])
	}
	if t.next != t.origin && begin != t.next {
		return fmt.Errorf("replay: restoring: the part begins at row %d, want row %d: a part is missing or out of order", begin, t.next)
	}
	rows, err := readRows(file, t.layout)
	if err != nil {
		return fmt.Errorf("replay: restoring rows from %d: %w", begin, err)
	}
	if t.next == t.origin {
		t.origin, t.next = begin, begin
	}
	return t.Extend(rows)
}

// readRows returns the rows of a saved part.
func readRows(file *safetensors.File, layout Layout) (*Rows, error) {
	step, err := safetensors.Values[int64](file, "step", -1)
	if err != nil {
		return nil, err
	}
	rows := &Rows{Step: step}
	if rows.Version, err = safetensors.Values[uint64](file, "version", len(step)); err != nil {
		return nil, err
	}
	if rows.Image, err = safetensors.Values[uint8](file, "image", len(step), layout.Image); err != nil {
		return nil, err
	}
	for _, column := range []struct {
		name  string
		slab  *[]float32
		shape []int
	}{
		{"observation", &rows.Observation, []int{len(step), layout.Observation}},
		{"action", &rows.Action, []int{len(step), layout.Action}},
		{"reward", &rows.Reward, []int{len(step), layout.Reward}},
		{"log_probability", &rows.LogProbability, []int{len(step)}},
		{"discount", &rows.Discount, []int{len(step)}},
		{"state", &rows.State, []int{len(step), layout.State}},
	} {
		if *column.slab, err = safetensors.Values[float32](file, column.name, column.shape...); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
