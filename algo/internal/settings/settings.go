// Package settings checks the configurations of algorithms.
package settings

import (
	"errors"
	"fmt"
	"math"
)

// Problems are what is wrong with the settings of an algorithm.
type Problems struct {
	Algorithm string
	found     []error
}

// Require notes a problem with field, which has this value and should be what want says, unless ok.
func (p *Problems) Require(ok bool, field string, value any, want string) {
	if !ok {
		p.found = append(p.found, fmt.Errorf("%s: %s is %v, must be %s", p.Algorithm, field, value, want))
	}
}

// Err is all problems, one a line, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }

// Finite reports whether x is a number and not infinite.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Positive reports whether x is finite and above 0.
func Positive(x float64) bool { return x > 0 && Finite(x) }

// Layers reports whether sizes are those of a network: one or more positive numbers.
func Layers(sizes []int) bool {
	for _, size := range sizes {
		if size < 1 {
			return false
		}
	}
	return len(sizes) > 0
}
