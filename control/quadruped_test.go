//go:build cgo

package control

import (
	"math"
	"slices"
	"testing"
)

// landed is a quadruped in the middle of the floor, turned any way, and thrown is one that looks
// straight ahead, with a ball in the air.
var (
	landed = ranges{
		slices.Concat([][2]float64{atRest, atRest, {.2, 1.1}}, slices.Repeat([][2]float64{{-1, 1}}, 4), slices.Repeat([][2]float64{atRest}, 16)),
		slices.Repeat([][2]float64{atRest}, 22),
	}
	thrown = ranges{
		slices.Concat([][2]float64{acrossFloor, acrossFloor, {.515, .535}, {-1, 1}, atRest, atRest, {0, 1}},
			slices.Repeat([][2]float64{atRest}, 16), [][2]float64{acrossFloor, acrossFloor, {2, 2}, {1, 1}, atRest, atRest, atRest}),
		slices.Concat(slices.Repeat([][2]float64{atRest}, 22), [][2]float64{gaussian(0, 5), gaussian(0, 5)}, slices.Repeat([][2]float64{atRest}, 4)),
	}
	acrossFloor = [2]float64{-13.5, 13.5}
)

// TestTerrain looks at the bowl's shape, and asks for new bumps in each episode and none from SetState.
func TestTerrain(t *testing.T) {
	e := open(t, "quadruped-escape", 1)
	reset(t, e)
	heights := physicsOf(e).model.HFieldData
	height := func(i, j int) float64 { return float64(heights[i*terrainGrid+j]) }
	const middle = terrainGrid / 2
	if lowest, highest := slices.Min(heights), slices.Max(heights); lowest < 0 || highest > 1 || highest < .8 {
		t.Errorf("heights are %g to %g", lowest, highest)
	}
	if height(middle, middle) > .02 || height(0, middle) > 1e-9 || height(middle, middle/2) < .1 {
		t.Errorf("heights in the middle %g, at the rim %g, half-way %g", height(middle, middle), height(0, middle), height(middle, middle/2))
	}
	for i := 1; i < terrainGrid; i++ {
		if step := math.Abs(height(i, middle) - height(i-1, middle)); step > .15 {
			t.Errorf("the terrain has a step of %g between %d and %d", step, i-1, i)
		}
	}
	before := slices.Clone(heights)
	reset(t, e)
	if slices.Equal(before, heights) {
		t.Error("two episodes have one terrain")
	}
	if _, err := e.SetState(physicsOf(e).model.QPos0, make([]float64, physicsOf(e).model.NV)); err != nil || slices.Max(heights) != 0 {
		t.Errorf("the compiled terrain is up to %g high (%v)", slices.Max(heights), err)
	}
}
