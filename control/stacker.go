package control

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// stacker is the family of tasks in which the arm puts one of several boxes at the target's height,
// which only a stack of the others reaches.
type stacker struct{ boxes int }

func stackerTasks() []task {
	variant := func(s stacker) task {
		return task{
			name: fmt.Sprintf("stacker-stack_%d", s.boxes), tags: []string{"hard"}, model: s.model,
			timeLimit: 10, interval: .01, bind: s.bind,
		}
	}
	return []task{variant(stacker{2}), variant(stacker{4})}
}

func (s stacker) model() string {
	props := ""
	for i := range s.boxes {
		x := .5 - .1*float64(i)
		props += strings.ReplaceAll(fmt.Sprintf(`
<body name="BOX" pos="%g 0 .4" childclass="object">
  <joint name="BOX_x" class="slide_x" ref="%[1]g"/>
  <joint name="BOX_z" class="slide_z" ref=".4"/>
  <joint name="BOX_y" class="turn"/>
  <geom name="BOX" type="box" size=".022 .022 .022"/>
  <site name="BOX"/>
</body>`, math.Round(10*x)/10), "BOX", boxName(i))
	}
	props += `
<body name="target" pos="0 .001 .022" childclass="ghost">
  <geom name="target" type="box" size=".022 .022 .022"/>
  <site name="target"/>
</body>`
	return strings.NewReplacer(
		"<!-- size -->", `<size nconmax="200" njmax="800"/>`, // boxes touch in many points
		` solref=".005 1"`, ` solref=".01 1"`,
	).Replace(armModel(props))
}

func boxName(i int) string { return fmt.Sprintf("box%d", i) }

func (s stacker) bind(p physics) binding {
	a, target := newArm(p), newPose(p, "target")
	place := p.bodyPosition("target")
	var names []string
	var joints []int
	for i := range s.boxes {
		names = append(names, boxName(i))
		for _, axis := range []string{"_x", "_y", "_z"} {
			joints = append(joints, p.jointID(boxName(i)+axis))
		}
	}
	return binding{
		Observations: append(a.observations(),
			a.poses("box_pos", names...),
			a.velocities("box_vel", joints...),
			observation{Name: "target_pos", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = place[0], place[2] }}),
		Initialise: p.untilClear(func(random *rand.Rand) { s.draw(a, target, random) }),
		Reward:     stackerReward(p, names),
		Drawn:      [][]float64{target.position},
		Goals:      [][]float64{target.position},
	}
}

// draw bends the arm, puts the target where some box of a stack would be, and lets the boxes fall.
func (s stacker) draw(a arm, target pose, random *rand.Rand) {
	a.bend(random)
	half := a.geomSize("target")[0]
	target.position[2] = half * float64(2*random.IntN(s.boxes)+1)
	target.position[0] = uniform(random, -.37, .37)
	for i := range s.boxes {
		position := a.data.QPos[a.jointID(boxName(i)+"_x"):]
		position[0], position[1] = uniform(random, .1, .3), uniform(random, 0, .7)
		position[2] = uniform(random, 0, 2*math.Pi)
	}
}

// stackerReward is for a box at the target with the hand away from it.
func stackerReward(p physics, boxes []string) func() float64 {
	target, grasp := p.sitePosition("target"), p.sitePosition("grasp")
	var places [][]float64
	for _, box := range boxes {
		places = append(places, p.sitePosition(box))
	}
	reached := sloping(0, 0, 2*p.geomSize("target")[0], Gaussian, DefaultAtMargin)
	away := sloping(.1, math.Inf(1), .01, Gaussian, DefaultAtMargin)
	return func() float64 {
		nearest := math.Inf(1)
		for _, place := range places {
			nearest = min(nearest, distance(place, target))
		}
		return reached.Of(nearest) * away.Of(distance(grasp, target))
	}
}
