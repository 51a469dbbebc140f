package grad

import (
	"fmt"
	"math"
	"slices"
)

// element is the type in which a caller fills an input of another type than the program computes in.
type element uint8

const (
	elementByte element = iota
	elementInteger
	elementBoolean
)

// Bytes declares an array of bytes, such as images, that the caller fills before each run through
// Executable.Bytes. In the program it is one of numbers from 0 to 255.
func (t *Tracer) Bytes(name string, shape ...int) *Value { return t.typed(name, elementByte, shape) }

// Integers declares an array of integers, such as indices, that the caller fills before each run
// through Executable.Integers. Integers beyond ±2²⁴, which float32 does not hold exactly, become NaN.
func (t *Tracer) Integers(name string, shape ...int) *Value {
	return t.typed(name, elementInteger, shape)
}

// Booleans declares an array of truth values, such as masks, that the caller fills before each run
// through Executable.Booleans. In the program, true is 1 and false is 0.
func (t *Tracer) Booleans(name string, shape ...int) *Value {
	return t.typed(name, elementBoolean, shape)
}

func (t *Tracer) typed(name string, kind element, shape []int) *Value {
	return t.declare(&Value{op: opTyped, name: name, element: kind, shape: slices.Clone(shape)})
}

// typedInputs is the memory of inputs that callers fill in types of their own, by name.
type typedInputs struct {
	bytes    map[string][]uint8
	integers map[string][]int32
	booleans map[string][]bool
}

func newTypedInputs() typedInputs {
	return typedInputs{bytes: map[string][]uint8{}, integers: map[string][]int32{}, booleans: map[string][]bool{}}
}

func (i *typedInputs) allocate(v *Value) {
	switch size := v.shape.Size(); v.element {
	case elementByte:
		i.bytes[v.name] = make([]uint8, size)
	case elementInteger:
		i.integers[v.name] = make([]int32, size)
	case elementBoolean:
		i.booleans[v.name] = make([]bool, size)
	}
}

// Bytes is the memory of an input declared by Tracer.Bytes, to be filled before Run. It stays the same.
// It panics if the program declares no such input.
func (e *Executable[T]) Bytes(name string) []uint8 { return find(e.typed.bytes, name, "bytes") }

// Integers is the memory of an input declared by Tracer.Integers: see Bytes.
func (e *Executable[T]) Integers(name string) []int32 {
	return find(e.typed.integers, name, "integers")
}

// Booleans is the memory of an input declared by Tracer.Booleans: see Bytes.
func (e *Executable[T]) Booleans(name string) []bool {
	return find(e.typed.booleans, name, "booleans")
}

func find[E any](inputs map[string][]E, name, kind string) []E {
	input, ok := inputs[name]
	if !ok {
		panic(fmt.Sprintf("grad: the program has no input %q of %s", name, kind))
	}
	return input
}

// convert makes numbers of what the caller has filled in.
func (e *Executable[T]) convert(v *Value, out []T) []step {
	switch v.element {
	case elementByte:
		x, apply := e.typed.bytes[v.name], e.set.FromBytes
		return flat(len(out), func(start, end int) { apply(out[start:end], x[start:end]) })
	case elementInteger:
		return e.convertIntegers(out, e.typed.integers[v.name])
	}
	return e.convertBooleans(out, e.typed.booleans[v.name])
}

func (e *Executable[T]) convertIntegers(out []T, x []int32) []step {
	const limit = 1 << 24
	return flat(len(out), func(start, end int) {
		for i, integer := range x[start:end] {
			if out[start+i] = T(integer); integer < -limit || integer > limit {
				out[start+i] = T(math.NaN())
			}
		}
	})
}

func (e *Executable[T]) convertBooleans(out []T, x []bool) []step {
	return flat(len(out), func(start, end int) {
		for i, boolean := range x[start:end] {
			if out[start+i] = 0; boolean {
				out[start+i] = 1
			}
		}
	})
}
