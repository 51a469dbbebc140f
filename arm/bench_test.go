//go:build cgo

package arm

import "testing"

// BenchmarkTabletop times a control step of an expert that lifts.
func BenchmarkTabletop(b *testing.B) {
	s := newTabletop(b)
	if err := s.begin(newRandom(1)); err != nil {
		b.Fatal(err)
	}
	e, action := expert{arm: s, block: 0, base: -1}, make([]float64, 5)
	for b.Loop() {
		e.act(action)
		if err := s.step(action); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkControl times the controller alone.
func BenchmarkControl(b *testing.B) {
	s := newTabletop(b)
	action := []float64{.01, .02, -.01, .1, 0}
	for b.Loop() {
		s.controller.control(action, s.control[:])
	}
}
