package control

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed swimmer.xml
var swimmerXML string

func swimmerTasks() []task {
	variant := func(links int) task {
		return task{
			name: fmt.Sprintf("swimmer-swimmer%d", links), tags: []string{"benchmarking"},
			model:     func() string { return swimmerModel(links) },
			timeLimit: 30, interval: .03, bind: bindSwimmer,
		}
	}
	return []task{variant(15), variant(6)}
}

// swimmerModel appends segments to the head until there are so many links, and moves the cameras
// away in proportion.
func swimmerModel(links int) string {
	var bodies, motors, sensors strings.Builder
	for i := range links - 1 {
		fmt.Fprintf(&bodies, `<body name="segment_%d" pos="0 .1 0" childclass="segment">
			<joint name="joint_%[1]d" range="%g %g"/>
			<geom name="visual_%[1]d" class="visual"/>
			<geom name="inertial_%[1]d" class="inertial"/>
			<site name="site_%[1]d"/>`, i, -360/float64(links), 360/float64(links))
		fmt.Fprintf(&motors, `<motor name="motor_%d" joint="joint_%[1]d"/>`, i)
		fmt.Fprintf(&sensors, `<velocimeter name="velocimeter_%d" site="site_%[1]d"/><gyro name="gyro_%[1]d" site="site_%[1]d"/>`, i)
	}
	further := float64(links) / 6
	return strings.NewReplacer(
		"<!-- segments -->", bodies.String()+strings.Repeat("</body>", links-1),
		"<!-- motors -->", motors.String(),
		"<!-- sensors -->", sensors.String(),
		`pos="0 -.2 .5"`, fmt.Sprintf(`pos="0 %g %g"`, -.2*further, .5*further),
		`pos="-.9 .5 .15"`, fmt.Sprintf(`pos="%g %g %g"`, -.9*further, .5*further, .15*further),
	).Replace(swimmerXML)
}

// bindSwimmer rewards the nose for being in the target, or less so near it.
func bindSwimmer(p physics) binding {
	nose, target, head := p.geomPosition("nose"), p.geomPosition("target"), p.bodyMatrix("head")
	toTarget := make([]float64, 2)
	radius := p.geomSize("target")[0]
	near := sloping(0, radius, 5*radius, LongTail, DefaultAtMargin)
	place, light := p.row(p.model.GeomPos, 3, mujoco.Geom, "target"), p.model.LightPos[:2]
	return binding{
		Observations: []observation{
			copied("joints", p.data.QPos[3:]),
			{Name: "to_target", Shape: []int{2}, Write: func(into []float64) { inFrame(into, head, target, nose) }},
			{Name: "body_velocities", Shape: []int{3 * (p.model.NU + 1)}, Write: p.observeSwimming},
		},
		Initialise: once(func(random *rand.Rand) {
			p.randomiseJoints(random)
			drawSwimmerTarget(random, place)
			copy(light, place)
		}),
		Reward: func() float64 {
			inFrame(toTarget, head, target, nose)
			return near.Of(norm(toTarget))
		},
		Drawn: [][]float64{place, light},
		Goals: [][]float64{place},
	}
}

// drawSwimmerTarget puts the target anywhere in a square, one time in five in a small one.
func drawSwimmerTarget(random *rand.Rand, place []float64) {
	reach := 2.0
	if random.Float64() < .2 {
		reach = .3
	}
	place[0], place[1] = uniform(random, -reach, reach), uniform(random, -reach, reach)
}

// observeSwimming writes the velocity of each link in its own frame: sideways, lengthwise, turning.
func (p physics) observeSwimming(into []float64) {
	links := p.data.SensorData[12:] // a velocimeter and a gyro for each
	for i := range len(into) / 3 {
		into[3*i], into[3*i+1], into[3*i+2] = links[6*i], links[6*i+1], links[6*i+5]
	}
}
