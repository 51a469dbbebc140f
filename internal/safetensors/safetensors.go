// Package safetensors writes and reads named arrays in the safetensors format.
//
// A file is the length of the header (8 bytes, little endian), the header (a JSON object that gives
// each tensor's type, shape and place) and the arrays: row-major, little endian, one after the
// other without a gap. There is no checksum inside; package checkpoint keeps one beside it.
package safetensors

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unsafe"
)

// Element is a number that can be stored from a Go slice.
type Element interface {
	float32 | float64 | int32 | int64 | uint8 | uint64
}

// Tensor is a named array.
type Tensor struct {
	Name  string
	DType string // the format's name of the element type: F32, F64, I32, I64, U8, U64 ...
	Shape []int  // without elements for a single number
	Bytes []byte // row-major, little endian
}

// File is what a file holds.
type File struct {
	Metadata map[string]string // the free-form texts under __metadata__
	Tensors  []Tensor          // in the order of their data
}

// Of returns the tensor of values, which it shares: a change of one is a change of the other.
// Without a shape it is a vector.
func Of[T Element](name string, values []T, shape ...int) Tensor {
	if shape == nil {
		shape = []int{len(values)}
	}
	return Tensor{Name: name, DType: dtypeOf[T](), Shape: shape, Bytes: bytesOf(values)}
}

// Values returns the elements of the tensor called name, which must have the type T and the given
// shape; a length below 0 in shape matches any. The slice shares the file's memory where the
// machine allows it, so it is to be read or copied, not changed.
func Values[T Element](f *File, name string, shape ...int) ([]T, error) {
	i := slices.IndexFunc(f.Tensors, func(t Tensor) bool { return t.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("safetensors: no tensor %q among %d", name, len(f.Tensors))
	}
	tensor := f.Tensors[i]
	if tensor.DType != dtypeOf[T]() {
		return nil, fmt.Errorf("safetensors: %q holds %s, want %s", name, tensor.DType, dtypeOf[T]())
	}
	matches := func(got, want int) bool { return want < 0 || got == want }
	if !slices.EqualFunc(tensor.Shape, shape, matches) {
		return nil, fmt.Errorf("safetensors: %q has shape %v, want %v", name, tensor.Shape, shape)
	}
	return valuesOf[T](tensor.Bytes), nil
}

// dtypeOf returns the format's name of T.
func dtypeOf[T Element]() string {
	switch any(*new(T)).(type) {
	case float32:
		return "F32"
	case float64:
		return "F64"
	case int32:
		return "I32"
	case int64:
		return "I64"
	case uint8:
		return "U8"
	}
	return "U64"
}

// littleEndian reports whether the machine's numbers have the byte order of the format.
func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// bytesOf returns the memory of values, or a converted copy on a big-endian machine.
func bytesOf[T Element](values []T) []byte {
	if littleEndian() {
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(*new(T))))
	}
	data, _ := binary.Append(nil, binary.LittleEndian, values) // fails for no Element
	return data
}

// valuesOf is the reverse of bytesOf. It copies where the memory is not aligned for T.
func valuesOf[T Element](data []byte) []T {
	size := unsafe.Sizeof(*new(T))
	count := len(data) / int(size)
	start := unsafe.Pointer(unsafe.SliceData(data))
	if littleEndian() && uintptr(start)%size == 0 {
		return unsafe.Slice((*T)(start), count)
	}
	values := make([]T, count)
	binary.Decode(data, binary.LittleEndian, values) // cannot fail: data holds count elements
	return values
}
