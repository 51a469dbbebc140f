package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	metadataKey = "__metadata__"
	maxHeader   = 100_000_000 // bytes, by the format
	alignment   = 8           // of the data's beginning in the file
)

// Write writes tensors in the order of their names. Equal tensors and metadata give equal bytes.
// A name that is used twice, reserved or not UTF-8, and a shape that does not fit the data, are
// errors found before anything is written.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.SortedFunc(slices.Values(tensors), func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	header, err := encodeHeader(sorted, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("safetensors: writing the header: %w", err)
	}
	for _, tensor := range sorted {
		if _, err := w.Write(tensor.Bytes); err != nil {
			return fmt.Errorf("safetensors: writing %q: %w", tensor.Name, err)
		}
	}
	return nil
}

// encodeHeader returns the length and the header of tensors, padded with spaces to the alignment.
func encodeHeader(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	header := bytes.NewBuffer(make([]byte, 8))
	separator := "{"
	if len(metadata) > 0 {
		fmt.Fprintf(header, "%s%q:%s", separator, metadataKey, encode(metadata))
		separator = ","
	}
	offset := 0
	for i, tensor := range tensors {
		if i > 0 && tensors[i-1].Name == tensor.Name {
			return nil, fmt.Errorf("tensor name %q is used twice", tensor.Name)
		}
		if err := tensor.check(); err != nil {
			return nil, err
		}
		fmt.Fprintf(header, `%s%s:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`,
			separator, encode(tensor.Name), tensor.DType, encode(append([]int{}, tensor.Shape...)), offset, offset+len(tensor.Bytes))
		offset += len(tensor.Bytes)
		separator = ","
	}
	if separator == "{" {
		header.WriteByte('{')
	}
	header.WriteByte('}')
	header.WriteString(strings.Repeat(" ", -header.Len()&(alignment-1)))
	binary.LittleEndian.PutUint64(header.Bytes(), uint64(header.Len()-8))
	return header.Bytes(), nil
}

// encode returns the JSON of a string, of strings by name, or of a shape, none of which can fail.
func encode(value any) []byte {
	data, _ := json.Marshal(value)
	return data
}

// check tells what is wrong with a tensor that is to be written.
func (t Tensor) check() error {
	if t.Name == metadataKey || !utf8.ValidString(t.Name) {
		return fmt.Errorf("tensor name %q is not allowed", t.Name)
	}
	size, err := byteSize(t.DType, t.Shape)
	if err != nil {
		return fmt.Errorf("%q: %w", t.Name, err)
	}
	if size != len(t.Bytes) {
		return fmt.Errorf("%q: %s %v takes %d bytes, the data has %d", t.Name, t.DType, t.Shape, size, len(t.Bytes))
	}
	return nil
}
