package env

import (
	"fmt"
	"math"
)

// Kind is the type of the elements of an array.
type Kind uint8

// The kinds of elements.
const (
	Float64 Kind = iota
	Uint8
	Int // discrete values 0, 1, ..., Maximum
)

// String names the kind as it is printed by `reverie tasks`.
func (k Kind) String() string { return [...]string{"float64", "uint8", "int"}[k] }

// Spec describes one array: an observation or an action.
type Spec struct {
	Name  string
	Shape []int // empty for a scalar
	Kind  Kind
	// Minimum and Maximum are inclusive bounds, one for each element, or nil where there are none.
	Minimum, Maximum []float64
}

// Size is the number of elements: the product of Shape.
func (s Spec) Size() int {
	size := 1
	for _, dimension := range s.Shape {
		size *= dimension
	}
	return size
}

// Bounded reports whether every element has finite bounds.
func (s Spec) Bounded() bool { return len(s.Minimum) == s.Size() && len(s.Maximum) == s.Size() }

// Validate returns an error if the description contradicts itself.
func (s Spec) Validate() error {
	if s.Name == "" {
		return fmt.Errorf("env: a spec has no name")
	}
	for axis, dimension := range s.Shape {
		if dimension < 0 {
			return fmt.Errorf("env: spec %q: dimension %d is %d, must not be negative", s.Name, axis, dimension)
		}
	}
	if s.Minimum == nil && s.Maximum == nil {
		return nil
	}
	if !s.Bounded() {
		return fmt.Errorf("env: spec %q has %d minima and %d maxima for %d elements", s.Name, len(s.Minimum), len(s.Maximum), s.Size())
	}
	for i := range s.Minimum {
		if !(s.Minimum[i] <= s.Maximum[i]) {
			return fmt.Errorf("env: spec %q: element %d has minimum %g above maximum %g", s.Name, i, s.Minimum[i], s.Maximum[i])
		}
	}
	return nil
}

// CheckAction returns an error unless action has the spec's size and only finite elements. Values
// beyond the bounds are allowed: environments clip them, as the simulators do.
func (s Spec) CheckAction(action []float64) error {
	if len(action) != s.Size() {
		return fmt.Errorf("env: action has %d elements, the task takes %d", len(action), s.Size())
	}
	for i, value := range action {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("env: action element %d of %d is %v, must be finite", i, len(action), value)
		}
	}
	return nil
}

// CheckArray returns an error unless array has the spec's kind and size, finite elements, and
// values within the bounds.
func (s Spec) CheckArray(array Array) error {
	if s.Kind == Uint8 {
		if len(array.Uint8) != s.Size() {
			return fmt.Errorf("env: %q has %d bytes, its spec says %d", s.Name, len(array.Uint8), s.Size())
		}
		return nil
	}
	if len(array.Float64) != s.Size() {
		return fmt.Errorf("env: %q has %d elements, its spec says %d", s.Name, len(array.Float64), s.Size())
	}
	for i, value := range array.Float64 {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("env: element %d of %q is %v, must be finite", i, s.Name, value)
		}
		if s.Bounded() && (value < s.Minimum[i] || value > s.Maximum[i]) {
			return fmt.Errorf("env: element %d of %q is %g, outside its bounds [%g, %g]", i, s.Name, value, s.Minimum[i], s.Maximum[i])
		}
	}
	return nil
}
