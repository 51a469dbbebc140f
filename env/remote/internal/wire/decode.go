package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	maxDimensions = 32
	maxName       = 4096 // bytes of the names of worlds, settings and specs
	entryCost     = 256  // bytes that an entry of a map takes, about
)

// decoder takes memory from a budget, so that a message cannot grow when it is decoded: a number of
// one byte on the wire may be one of eight bytes in memory.
type decoder struct{ budget int }

var errBudget = errors.New("the decoded message would be larger than a message may be")

// take pays for count elements of size bytes, before they are made.
func (d *decoder) take(count, size int) error {
	if count > d.budget/size {
		return errBudget
	}
	d.budget -= count * size
	return nil
}

// field is one field of a message, its value not yet interpreted.
type field struct {
	number protowire.Number
	form   protowire.Type
	value  uint64 // of the forms varint, fixed32 and fixed64
	bytes  []byte // of the form bytes
}

// eachField shows the fields of a message in order. Groups are no part of this protocol; without
// them, no message nests deeper than its type does.
func eachField(data []byte, visit func(field) error) error {
	for len(data) > 0 {
		f, size, err := nextField(data)
		if err != nil {
			return err
		}
		if err := visit(f); err != nil {
			return fmt.Errorf("field %d: %w", f.number, err)
		}
		data = data[size:]
	}
	return nil
}

func nextField(data []byte) (field, int, error) {
	var f field
	var tag, size int
	f.number, f.form, tag = protowire.ConsumeTag(data)
	if tag < 0 {
		return f, 0, protowire.ParseError(tag)
	}
	switch rest := data[tag:]; f.form {
	case protowire.VarintType:
		f.value, size = protowire.ConsumeVarint(rest)
	case protowire.Fixed32Type:
		var word uint32
		word, size = protowire.ConsumeFixed32(rest)
		f.value = uint64(word)
	case protowire.Fixed64Type:
		f.value, size = protowire.ConsumeFixed64(rest)
	case protowire.BytesType:
		f.bytes, size = protowire.ConsumeBytes(rest)
	default:
		return f, 0, fmt.Errorf("field %d has the form %d, which this protocol does not use", f.number, f.form)
	}
	if size < 0 {
		return f, 0, fmt.Errorf("field %d: %w", f.number, protowire.ParseError(size))
	}
	return f, tag + size, nil
}

// message is the content of a field that holds a message.
func (f field) message() ([]byte, error) {
	if f.form != protowire.BytesType {
		return nil, fmt.Errorf("has the form %d, want a message", f.form)
	}
	return f.bytes, nil
}

// name is the content of a field that holds a short text.
func (f field) name() (string, error) {
	if f.form != protowire.BytesType || !utf8.Valid(f.bytes) {
		return "", errors.New("is no text")
	}
	if len(f.bytes) > maxName {
		return "", fmt.Errorf("has %d bytes, at most %d are allowed", len(f.bytes), maxName)
	}
	return string(f.bytes), nil
}

// varint is the content of a field that holds a whole number.
func (f field) varint() (uint64, error) {
	if f.form != protowire.VarintType {
		return 0, fmt.Errorf("has the form %d, want a number", f.form)
	}
	return f.value, nil
}

// varints appends the numbers of a field, which may hold one or many packed together.
func varints[T any](d *decoder, values []T, f field, size int, convert func(uint64) T) ([]T, error) {
	if f.form != protowire.BytesType {
		value, err := f.varint()
		if err == nil {
			err = d.take(1, size)
		}
		return append(values, convert(value)), err
	}
	count := 0
	for _, b := range f.bytes {
		if b < 0x80 { // the last byte of a number
			count++
		}
	}
	if err := d.take(count, size); err != nil {
		return nil, err
	}
	values = slices.Grow(values, count)
	for rest := f.bytes; len(rest) > 0; {
		value, length := protowire.ConsumeVarint(rest)
		if length < 0 {
			return nil, protowire.ParseError(length)
		}
		values, rest = append(values, convert(value)), rest[length:]
	}
	return values, nil
}

// words appends the numbers of size bytes of a field, which may hold one or many packed together.
func words[T any](d *decoder, values []T, f field, size int, convert func(uint64) T) ([]T, error) {
	if size == 4 && f.form == protowire.Fixed32Type || size == 8 && f.form == protowire.Fixed64Type {
		return append(values, convert(f.value)), d.take(1, size)
	}
	if f.form != protowire.BytesType || len(f.bytes)%size != 0 {
		return nil, fmt.Errorf("is no array of numbers of %d bytes", size)
	}
	count := len(f.bytes) / size
	if err := d.take(count, size); err != nil {
		return nil, err
	}
	values = slices.Grow(values, count)
	for i := 0; i < len(f.bytes); i += size {
		if size == 4 {
			values = append(values, convert(uint64(binary.LittleEndian.Uint32(f.bytes[i:]))))
		} else {
			values = append(values, convert(binary.LittleEndian.Uint64(f.bytes[i:])))
		}
	}
	return values, nil
}

// tensor decodes a Tensor.
func (d *decoder) tensor(data []byte) (t Tensor, err error) {
	err = eachField(data, func(f field) error {
		if f.number == 15 {
			t.Shape, err = d.shape(t.Shape, f)
			return err
		}
		if f.number >= protowire.Number(Float) && f.number <= protowire.Number(Proto) {
			t.Values, err = d.array(DataType(f.number), f)
		}
		return err
	})
	return t, err
}

func (d *decoder) shape(shape []int32, f field) ([]int32, error) {
	shape, err := varints(d, shape, f, 4, func(x uint64) int32 { return int32(x) })
	if err == nil && len(shape) > maxDimensions {
		err = fmt.Errorf("%d dimensions, at most %d are allowed", len(shape), maxDimensions)
	}
	return shape, err
}

// array decodes a message whose field 1 is repeated, or is bytes.
func (d *decoder) array(kind DataType, f field) (any, error) {
	data, err := f.message()
	if err != nil {
		return nil, err
	}
	switch kind {
	case Float:
		return repeated(data, func(v []float32, f field) ([]float32, error) {
			return words(d, v, f, 4, func(x uint64) float32 { return math.Float32frombits(uint32(x)) })
		})
	case Double:
		return repeated(data, func(v []float64, f field) ([]float64, error) { return words(d, v, f, 8, math.Float64frombits) })
	case Int8:
		return repeated(data, func(_ []int8, f field) ([]int8, error) { return octets[int8](d, f) })
	case Uint8:
		return repeated(data, func(_ []uint8, f field) ([]uint8, error) { return octets[uint8](d, f) })
	case Int32:
		return repeated(data, numbers(d, 4, func(x uint64) int32 { return int32(x) }))
	case Int64:
		return repeated(data, numbers(d, 8, func(x uint64) int64 { return int64(x) }))
	case Uint32:
		return repeated(data, numbers(d, 4, func(x uint64) uint32 { return uint32(x) }))
	case Uint64:
		return repeated(data, numbers(d, 8, func(x uint64) uint64 { return x }))
	case Bool:
		return repeated(data, numbers(d, 1, func(x uint64) bool { return x != 0 }))
	case String:
		return repeated(data, d.text)
	}
	return repeated(data, d.blob)
}

// numbers is varints as repeated wants it.
func numbers[T any](d *decoder, size int, convert func(uint64) T) func([]T, field) ([]T, error) {
	return func(values []T, f field) ([]T, error) { return varints(d, values, f, size, convert) }
}

// repeated collects what add makes of field 1.
func repeated[T any](data []byte, add func([]T, field) ([]T, error)) (any, error) {
	values := []T{}
	err := eachField(data, func(f field) (err error) {
		if f.number == 1 {
			values, err = add(values, f)
		}
		return err
	})
	return values, err
}

// octets copies a field of bytes.
func octets[T int8 | uint8](d *decoder, f field) ([]T, error) {
	data, err := f.message()
	if err == nil {
		err = d.take(len(data), 1)
	}
	if err != nil {
		return nil, err
	}
	values := make([]T, len(data))
	for i, b := range data {
		values[i] = T(b)
	}
	return values, nil
}

func (d *decoder) text(values []string, f field) ([]string, error) {
	if f.form != protowire.BytesType || !utf8.Valid(f.bytes) {
		return nil, errors.New("is no text")
	}
	return append(values, string(f.bytes)), d.take(1, 2*16+len(f.bytes))
}

func (d *decoder) blob(values []Blob, f field) ([]Blob, error) {
	data, err := f.message()
	return append(values, append(Blob{}, data...)), errors.Join(err, d.take(1, 2*24+len(data)))
}
