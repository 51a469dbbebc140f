package arm

import (
	"math"
	"math/rand/v2"
	"testing"
)

// closely fails the test unless got is want to six digits.
func closely(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6 {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}

func TestTolerance(t *testing.T) {
	for _, test := range [][2]float64{{0, 1}, {.0199, 1}, {-.0199, 1}, {.05, .614771}, {-.05, .614771}, {.075, .365488}, {.15, .05}, {10, 0}} {
		closely(t, "tolerance", tolerance(test[0], .02, .15), test[1])
	}
}

func TestLinear(t *testing.T) {
	for _, test := range [][2]float64{{-1, 0}, {.03, 0}, {.065, .5}, {.1, 1}, {2, 1}} {
		closely(t, "linear", linear(test[0], .03, .10), test[1])
	}
}

// onTable is a view of two blocks on the table, 15 cm apart, with the tool 5 cm above the first.
func onTable() view {
	return view{tool: point{0, 0, .075}, block: point{0, 0, .025}, other: point{.15, 0, .025}}
}

// carried is a view of a block in the hand with its centre at x, z.
func carried(x, z float64) view {
	return view{tool: point{x, 0, z}, block: point{x, 0, z}, other: point{.15, 0, .025}, grasped: true}
}

func TestReachAndLift(t *testing.T) {
	closely(t, "reach from 5 cm", onTable().reach(), .614771)
	closely(t, "lift from 5 cm", onTable().lift(liftTo), .614771)
	closely(t, "lift of a held block on the table", carried(0, .025).lift(liftTo), 1.5)
	closely(t, "lift half way", carried(0, .065).lift(liftTo), 1.75)
	closely(t, "lift in full", carried(0, .10).lift(liftTo), 2)
	let := carried(0, .10)
	let.grasped = false
	closely(t, "lift without a grasp", let.lift(liftTo), 1.5)
	if carried(0, .0999).lifted() || !carried(0, .10).lifted() {
		t.Error("a block is lifted from 10 cm on")
	}
}

func TestHover(t *testing.T) {
	closely(t, "hover on the table", carried(0, .025).hover(), .75)
	closely(t, "hover above the wrong place", carried(0, .125).hover(), 1.05)
	closely(t, "hover above the other", carried(.15, .125).hover(), 2)
	if carried(0, .125).hovering() || !carried(.15, .12).hovering() {
		t.Error("a block hovers within 2 cm of 10 cm above the other")
	}
}

func TestStack(t *testing.T) {
	closely(t, "stack on the table", carried(0, .025).stack(), .75)
	closely(t, "stack lifted at 15 cm", carried(0, .075).stack(), 1+.5*.05)
	closely(t, "stack held on the other", carried(.15, .075).stack(), 1.5)
	put := carried(.15, .075)
	put.grasped = false
	closely(t, "stack", put.stack(), 2)
	if carried(.15, .075).stacked() || !put.stacked() {
		t.Error("a block is stacked where it is released")
	}
	for name, at := range map[string]point{"beside": {.181, 0, .075}, "above": {.15, 0, .0851}, "below": {.15, 0, .0649}} {
		if put.block = at; put.stacked() {
			t.Errorf("a block %s the other is stacked", name)
		}
	}
}

func TestMove(t *testing.T) {
	v := onTable()
	closely(t, "move at rest", v.move(), .05)
	v.velocity = point{.06, 0, .08}
	closely(t, "move at .1 m/s", v.move(), 1)
	v.velocity = point{0, -.15, 0}
	closely(t, "move at .15 m/s", v.move(), tolerance(.05, 0, .1))
	if v.moving() {
		t.Error("a speed of .15 m/s is the one asked for")
	}
}

func TestMatch(t *testing.T) {
	closely(t, "match at 5 cm", match(point{.05, 0, 0}, point{}), .614771)
	if !matched(point{.019, 0, 0}, point{}) || matched(point{.021, 0, 0}, point{}) {
		t.Error("a block matches within 2 cm")
	}
}

// TestRewardsAreGreatestWhereTheTaskIsDone compares random views with the greatest rewards.
func TestRewardsAreGreatestWhereTheTaskIsDone(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	anywhere := func() point {
		return point{.4*random.Float64() - .2, .1*random.Float64() - .05, .15 * random.Float64()}
	}
	for range 10_000 {
		v := view{tool: anywhere(), block: anywhere(), other: anywhere(), velocity: anywhere(), grasped: random.IntN(2) == 0}
		for name, r := range map[string][2]float64{
			"reach": {v.reach(), 1}, "lift": {v.lift(liftTo), 2}, "hover": {v.hover(), 2}, "stack": {v.stack(), 2}, "move": {v.move(), 1},
		} {
			if r[0] < 0 || r[0] > r[1] {
				t.Fatalf("%s of %+v is %g, want 0 to %g", name, v, r[0], r[1])
			}
		}
		if v.reached() != (v.reach() == 1) || v.moving() != (v.move() == 1) || v.stacked() != (v.stack() == 2) {
			t.Fatalf("%+v is done without the greatest reward, or the other way round", v)
		}
	}
}
