//go:build cgo

package control

import (
	"math"
	"testing"
)

// A state moved to where it is goes on as before; moved elsewhere, it is there, and its count and its targets
// are as they were.
func TestMoveTo(t *testing.T) {
	e, err := New("control/reacher-easy", 3, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Reset(); err != nil {
		t.Fatal(err)
	}
	snapshot, err := e.Save()
	if err != nil {
		t.Fatal(err)
	}
	before := make([]float64, e.CoordinateCount())
	e.Coordinates(before)
	action := []float64{0.3, -0.8}
	var after [2][]float64 // of a step without and with a move
	for i := range after {
		if err := e.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if err := e.MoveTo(before); err != nil {
				t.Fatal(err)
			}
		}
		step, err := e.Step(action)
		if err != nil {
			t.Fatal(err)
		}
		after[i] = make([]float64, len(before))
		e.Coordinates(after[i])
		after[i] = append(after[i], step.Reward)
		for _, array := range step.Observation {
			after[i] = append(after[i], array.Float64...)
		}
	}
	for i, x := range after[0] {
		if math.Abs(x-after[1][i]) > 1e-9 {
			t.Errorf("number %d is %v after a move to where it was, %v without", i, after[1][i], x)
		}
	}
	moved := append([]float64{}, before...)
	moved[0] += 0.5
	if err := e.MoveTo(moved); err != nil {
		t.Fatal(err)
	}
	e.Coordinates(before)
	if time := e.Data().Time(); before[0] != moved[0] || time != e.Interval() {
		t.Errorf("moved to %v at %g s, want %v after one step", before[0], time, moved[0])
	}
}

// Quaternions are not coordinates.
func TestFreeJointsHaveNoCoordinates(t *testing.T) {
	e, err := New("control/humanoid-walk", 1, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if n := e.CoordinateCount(); n != 0 {
		t.Errorf("the humanoid has %d coordinates, want none", n)
	}
}
