// Package tensor holds shapes and dense row-major arrays of float32.
package tensor

import (
	"fmt"
	"slices"
)

// Shape is the list of an array's dimensions, outermost first; the empty shape is a scalar.
type Shape []int

// Size is the number of elements: the product of the dimensions.
func (s Shape) Size() int {
	size := 1
	for _, dimension := range s {
		size *= dimension
	}
	return size
}

// Equal reports whether s and other have the same dimensions.
func (s Shape) Equal(other Shape) bool { return slices.Equal(s, other) }

// Broadcast returns the shape of an element-wise operation on arrays of shapes a and b: dimensions
// are aligned at the last one, and a missing dimension or one of size 1 is repeated. The second
// result is false if the shapes do not fit.
func Broadcast(a, b Shape) (Shape, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	result := slices.Clone(a)
	offset := len(a) - len(b)
	for i, dimension := range b {
		switch {
		case a[offset+i] == dimension || dimension == 1:
		case a[offset+i] == 1:
			result[offset+i] = dimension
		default:
			return nil, false
		}
	}
	return result, true
}

// Tensor is a dense row-major array.
type Tensor struct {
	Shape Shape
	Data  []float32 // Shape.Size() elements
}

// New returns a tensor of zeros.
func New(shape ...int) Tensor {
	return Tensor{Shape: slices.Clone(shape), Data: make([]float32, Shape(shape).Size())}
}

// From returns a tensor that holds data itself, not a copy. It returns an error if data does not
// have as many elements as the shape.
func From(data []float32, shape ...int) (Tensor, error) {
	if len(data) != Shape(shape).Size() {
		return Tensor{}, fmt.Errorf("tensor: %d elements do not fill shape %v", len(data), shape)
	}
	return Tensor{Shape: slices.Clone(shape), Data: data}, nil
}

// At returns the element at index, one number for each dimension.
func (t Tensor) At(index ...int) float32 { return t.Data[t.offset(index)] }

// Set changes the element at index.
func (t Tensor) Set(value float32, index ...int) { t.Data[t.offset(index)] = value }

// offset is the position of index in Data. It panics if index does not lie in the shape.
func (t Tensor) offset(index []int) int {
	if len(index) != len(t.Shape) {
		panic(fmt.Sprintf("tensor: index %v for shape %v", index, t.Shape))
	}
	offset := 0
	for axis, i := range index {
		if i < 0 || i >= t.Shape[axis] {
			panic(fmt.Sprintf("tensor: index %v outside shape %v", index, t.Shape))
		}
		offset = offset*t.Shape[axis] + i
	}
	return offset
}
