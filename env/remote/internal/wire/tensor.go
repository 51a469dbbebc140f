package wire

import (
	"fmt"
	"math"
)

// Tensor is an array in row-major order.
type Tensor struct {
	// Shape is empty for a scalar. One dimension may be negative: it follows from the others. A
	// tensor of one element stands for an array of any shape that is filled with it.
	Shape []int32
	// Values is a slice of float32, float64, int8, int32, int64, uint8, uint32, uint64, bool, string
	// or Blob, or nil where no payload was sent.
	Values any
}

// Type is the type of the tensor's elements, 0 if it has no payload.
func (t Tensor) Type() DataType {
	kind, _ := t.describe()
	return kind
}

// Len is the number of elements that were sent.
func (t Tensor) Len() int {
	_, count := t.describe()
	return count
}

func (t Tensor) describe() (DataType, int) {
	switch values := t.Values.(type) {
	case []float32:
		return Float, len(values)
	case []float64:
		return Double, len(values)
	case []int8:
		return Int8, len(values)
	case []int32:
		return Int32, len(values)
	case []int64:
		return Int64, len(values)
	case []uint8:
		return Uint8, len(values)
	case []uint32:
		return Uint32, len(values)
	case []uint64:
		return Uint64, len(values)
	case []bool:
		return Bool, len(values)
	case []string:
		return String, len(values)
	case []Blob:
		return Proto, len(values)
	}
	return 0, 0
}

// Dimensions is the shape with its negative dimension inferred, or an error if the elements do not
// fit in the shape. An array of more than limit elements is refused.
func (t Tensor) Dimensions(limit int) ([]int, error) {
	count := t.Len()
	if len(t.Shape) == 0 && count != 1 {
		return nil, fmt.Errorf("a scalar has %d elements", count)
	}
	dimensions, open := make([]int, len(t.Shape)), -1
	for axis, size := range t.Shape {
		dimensions[axis] = int(size)
		if size < 0 && open >= 0 {
			return nil, fmt.Errorf("the shape %v has two negative dimensions", t.Shape)
		}
		if size < 0 {
			open = axis
		}
		if count == 1 {
			dimensions[axis] = max(1, int(size))
		}
	}
	if count == 1 {
		_, err := product(dimensions, limit)
		return dimensions, err
	}
	return dimensions, infer(dimensions, open, count, limit)
}

// infer fills in dimension open, if it is one, so that the product is count.
func infer(dimensions []int, open, count, limit int) error {
	if open >= 0 {
		dimensions[open] = 1
	}
	size, err := product(dimensions, limit)
	if err != nil {
		return err
	}
	if open >= 0 && size > 0 {
		dimensions[open] = count / size
		size *= count / size
	}
	if size != count {
		return fmt.Errorf("%d elements do not fill the shape %v", count, dimensions)
	}
	return nil
}

// product multiplies dimensions that are not negative; more than limit is an error.
func product(dimensions []int, limit int) (int, error) {
	size := 1
	for _, dimension := range dimensions {
		if dimension > 0 && size > limit/dimension {
			return 0, fmt.Errorf("the shape %v has more than %d elements", dimensions, limit)
		}
		size *= dimension
	}
	return size, nil
}

// Number is any type of element that converts to a number.
type Number interface {
	~float32 | ~float64 | ~int8 | ~int32 | ~int64 | ~uint8 | ~uint32 | ~uint64
}

// Floats writes the elements into dst as float64, repeating a single one. It is an error if their
// number is another or if they are no numbers. Whole numbers beyond 2^53 are rounded.
func (t Tensor) Floats(dst []float64) error {
	switch values := t.Values.(type) {
	case []float32:
		return convert(dst, values)
	case []float64:
		return convert(dst, values)
	case []int8:
		return convert(dst, values)
	case []int32:
		return convert(dst, values)
	case []int64:
		return convert(dst, values)
	case []uint8:
		return convert(dst, values)
	case []uint32:
		return convert(dst, values)
	case []uint64:
		return convert(dst, values)
	case []bool:
		numbers := make([]uint8, len(values))
		for i, value := range values {
			if value {
				numbers[i] = 1
			}
		}
		return convert(dst, numbers)
	}
	return fmt.Errorf("elements of type %v are no numbers", t.Type())
}

// Bytes is Floats for elements of type Uint8 that stay as they are.
func (t Tensor) Bytes(dst []uint8) error {
	values, ok := t.Values.([]uint8)
	if !ok {
		return fmt.Errorf("elements are of type %v, want %v", t.Type(), Uint8)
	}
	return convert(dst, values)
}

func convert[D, S Number](dst []D, values []S) error {
	if len(values) != len(dst) && len(values) != 1 {
		return fmt.Errorf("%d elements, want %d", len(values), len(dst))
	}
	for i := range dst {
		dst[i] = D(values[min(i, len(values)-1)])
	}
	return nil
}

// FromFloats makes a tensor of type kind from numbers. Whole numbers are rounded, and clipped to
// what the type can hold.
func FromFloats(kind DataType, shape []int32, numbers []float64) (Tensor, error) {
	t := Tensor{Shape: shape}
	low, high := kind.Range()
	switch kind {
	case Float:
		t.Values = narrow[float32](numbers)
	case Double:
		t.Values = narrow[float64](numbers)
	case Int8:
		t.Values = whole[int8](numbers, low, high)
	case Int32:
		t.Values = whole[int32](numbers, low, high)
	case Int64:
		t.Values = whole[int64](numbers, low, high)
	case Uint8:
		t.Values = whole[uint8](numbers, low, high)
	case Uint32:
		t.Values = whole[uint32](numbers, low, high)
	case Uint64:
		t.Values = whole[uint64](numbers, low, high)
	case Bool:
		truths := make([]bool, len(numbers))
		for i, number := range numbers {
			truths[i] = number >= 0.5
		}
		t.Values = truths
	default:
		return t, fmt.Errorf("numbers cannot be sent as %v", kind)
	}
	return t, nil
}

func narrow[T float32 | float64](numbers []float64) []T {
	values := make([]T, len(numbers))
	for i, number := range numbers {
		values[i] = T(number)
	}
	return values
}

func whole[T Number](numbers []float64, low, high float64) []T {
	values := make([]T, len(numbers))
	for i, number := range numbers {
		values[i] = T(min(max(math.Round(number), low), high))
	}
	return values
}

// Whole reports whether the type holds whole numbers only.
func (t DataType) Whole() bool { return t >= Int8 && t <= Uint64 }

// Range is the least and the greatest number of a type: infinite for floating-point numbers, and for
// 64-bit ones the nearest float64 within.
func (t DataType) Range() (low, high float64) {
	const below = 1 << 10 // the distance of float64 numbers just below 2^63
	switch t {
	case Int8:
		return math.MinInt8, math.MaxInt8
	case Int32:
		return math.MinInt32, math.MaxInt32
	case Int64:
		return math.MinInt64, 1<<63 - below
	case Uint8:
		return 0, math.MaxUint8
	case Uint32:
		return 0, math.MaxUint32
	case Uint64:
		return 0, 1<<64 - 2*below
	case Bool:
		return 0, 1
	}
	return math.Inf(-1), math.Inf(1)
}
