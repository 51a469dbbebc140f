package control

import (
	"math"
	"math/rand/v2"
)

// The terrain is a square of terrainSize metres to each side of its middle, with a height at each
// of terrainGrid x terrainGrid points, and a bump of random height every two metres.
const (
	terrainSize = 30
	terrainGrid = 201
	bumpGrid    = terrainSize
)

// terrain is a bowl with a flat middle and rim, and bumps in between.
type terrain struct {
	heights []float32 // of the model's height field, in units of its greatest height
	bumps   []float64 // random heights, of which all else follows; all 0 where it is flat
	rows    []float64 // bumps, interpolated along one axis
}

func newTerrain(p physics) *terrain {
	return &terrain{p.model.HFieldData, make([]float64, bumpGrid*bumpGrid), make([]float64, bumpGrid*terrainGrid)}
}

// draw draws new bumps.
func (t *terrain) draw(random *rand.Rand) {
	for i := range t.bumps {
		t.bumps[i] = uniform(random, .15, 1)
	}
	t.rebuild()
}

// rebuild computes the heights: the bowl times the bumps, smoothly interpolated.
func (t *terrain) rebuild() {
	for i := range terrainGrid {
		for row := range bumpGrid {
			t.rows[row*terrainGrid+i] = between(t.bumps[row*bumpGrid:], 1, i)
		}
	}
	for i := range terrainGrid {
		for j := range terrainGrid {
			t.heights[i*terrainGrid+j] = float32(bowl(i, j) * min(1, between(t.rows[j:], terrainGrid, i)))
		}
	}
}

// bowl is the height of the bowl at a point of the grid.
func bowl(i, j int) float64 {
	const middle = (terrainGrid - 1) / 2.
	radius := min(1, max(.04, math.Hypot(float64(i)-middle, float64(j)-middle)/middle))
	return .5 - math.Cos(2*math.Pi*radius)/2
}

// between interpolates bumps, which lie stride apart, at place i of a line of the grid: by the cubic
// of Catmull and Rom, whose slope at a bump is that from the bump before to the bump after.
func between(bumps []float64, stride, i int) float64 {
	place := float64(i) * (bumpGrid - 1) / (terrainGrid - 1)
	left := min(int(place), bumpGrid-2)
	u := place - float64(left)
	at := func(k int) float64 { return bumps[stride*min(max(k, 0), bumpGrid-1)] }
	a, b, c, d := at(left-1), at(left), at(left+1), at(left+2)
	return b + u*(c-a+u*(2*a-5*b+4*c-d+u*(3*(b-c)+d-a)))/2
}
