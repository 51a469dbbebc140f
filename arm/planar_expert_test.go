//go:build cgo

package arm

// planarExpert picks a block up with the planar arm and, if it stacks, sets it down on the other one.
type planarExpert struct {
	scene
	stacks bool
	phase  int // place in the list of what is done one after the other
	waited int // steps that the fingers have been closing or opening
}

// The phases.
const (
	phaseAbove = iota
	phaseDown
	phaseClose
	phaseUp
	phaseOver
	phaseLower
	phaseOpen
	phaseAway
)

// Heights of the tool, in m.
const (
	travel = .1  // above blocks on the table
	high   = .15 // above a stack, with a block in the hand
)

// act chooses an action.
func (x *planarExpert) act() []float64 {
	block, other, tool := x.position(x.block), x.position(x.other), x.tool()
	switch x.phase {
	case phaseAbove:
		return x.move(point{block[0], 0, travel}, 1, .01, phaseDown)
	case phaseDown:
		return x.move(point{block[0], 0, block[2]}, 1, .006, phaseClose)
	case phaseClose:
		return x.wait(-1, 8, phaseUp)
	case phaseUp:
		if !x.grasps(x.block) { // it slipped
			x.phase = phaseAbove
		}
		if x.stacks {
			return x.move(point{tool[0], 0, high}, -1, .01, phaseOver)
		}
		return x.move(point{tool[0], 0, high}, -1, 0, phaseUp)
	case phaseOver:
		return x.move(point{tool[0] + other[0] - block[0], 0, high}, -1, .004, phaseLower)
	case phaseLower:
		return x.move(point{tool[0] + other[0] - block[0], 0, tool[2] + other[2] + blockSize + .002 - block[2]}, -1, .004, phaseOpen)
	case phaseOpen:
		return x.wait(1, 8, phaseAway)
	}
	return x.move(point{tool[0], 0, high}, 1, 0, phaseAway)
}

// move takes the tool towards a place, slower when it is near, and goes on to the next phase when it is within
// exact of it.
func (x *planarExpert) move(to point, grip, exact float64, next int) []float64 {
	tool := x.tool()
	if to.distance(tool) < exact {
		x.phase, x.waited = next, 0
	}
	toward := func(axis int) float64 {
		const eager = .5 // of the way in one control step
		return min(max(eager*(to[axis]-tool[axis])/(interval*planarToolSpeed), -1), 1)
	}
	return []float64{toward(0), toward(2), grip}
}

// wait holds still while the fingers move.
func (x *planarExpert) wait(grip float64, steps, next int) []float64 {
	if x.waited++; x.waited > steps {
		x.phase = next
	}
	return []float64{0, 0, grip}
}
