package control

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

//go:embed lqr.xml
var lqrXML string

// lqr is the family of linear systems with a quadratic cost.
type lqr struct{ balls, motors int }

func lqrTasks() []task {
	variant := func(l lqr) task {
		return task{
			name: fmt.Sprintf("lqr-lqr_%d_%d", l.balls, l.motors), tags: []string{"extra"},
			model: l.model, timeLimit: math.Inf(1), bind: bindLQR,
		}
	}
	return []task{variant(lqr{balls: 2, motors: 1}), variant(lqr{balls: 6, motors: 2})}
}

// model hangs every ball on the one before.
func (l lqr) model() string {
	balls, motors := "", ""
	for i := range l.balls {
		height := ".1"
		if i > 0 {
			height = "0"
		}
		balls += fmt.Sprintf(`<body name="body_%d" pos=".25 0 %s"><joint name="joint_%[1]d"/><geom name="geom_%[1]d"/><site name="site_%[1]d"/>`, i, height)
	}
	for i := range l.motors {
		motors += fmt.Sprintf(`<motor name="motor_%d" joint="joint_%[1]d"/>`, i)
	}
	balls += strings.Repeat("</body>", l.balls)
	return strings.NewReplacer("<!-- balls -->", balls, "<!-- motors -->", motors).Replace(lqrXML)
}

// bindLQR rewards small states and controls; unlike other tasks' its reward has no lower bound. Every
// environment has springs of its own, and an episode lasts until the balls are at rest in the middle.
func bindLQR(p physics) binding {
	stiffness := slices.Clone(p.model.JntStiffness)
	return binding{
		Observations: []observation{copied("position", p.data.QPos), copied("velocity", p.data.QVel)},
		Build: func(random *rand.Rand) {
			for i := range stiffness {
				stiffness[i] = uniform(random, 15, 25)
			}
		},
		Initialise: once(func(random *rand.Rand) {
			copy(p.model.JntStiffness, stiffness)
			drawDistant(random, p.data.QPos)
		}),
		Reward: func() float64 {
			position, control := norm(p.data.QPos), norm(p.data.Ctrl)
			return 1 - (position*position+.1*control*control)/2
		},
		Terminated: func() bool { return math.Hypot(norm(p.data.QPos), norm(p.data.QVel)) < 1e-6 },
		Drawn:      [][]float64{p.model.JntStiffness},
		Built:      [][]float64{stiffness},
	}
}

// drawDistant draws a direction and goes the square root of 2 that way.
func drawDistant(random *rand.Rand, position []float64) {
	for i := range position {
		position[i] = random.NormFloat64()
	}
	normalise(position)
	for i := range position {
		position[i] *= math.Sqrt2
	}
}
