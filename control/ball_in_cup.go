package control

import (
	_ "embed"
	"math"
	"math/rand/v2"
)

//go:embed ball_in_cup.xml
var ballInCupXML string

func ballInCupTasks() []task {
	return []task{{
		name: "ball_in_cup-catch", tags: []string{"benchmarking", "easy", "dreamer20", "planet6"},
		model:     func() string { return ballInCupXML },
		timeLimit: 20, interval: .02, bind: bindBallInCup,
	}}
}

// bindBallInCup rewards the ball for being in the cup as a whole.
func bindBallInCup(p physics) binding {
	target, ball := p.sitePosition("target"), p.bodyPosition("ball")
	size, radius := p.siteSize("target"), p.geomSize("ball")[0]
	inside := func(axis int) bool { return math.Abs(target[axis]-ball[axis]) < size[axis]-radius }
	return binding{
		Observations: []observation{copied("position", p.data.QPos), copied("velocity", p.data.QVel)},
		Initialise: p.untilClear(func(random *rand.Rand) {
			p.data.QPos[2], p.data.QPos[3] = uniform(random, -.2, .2), uniform(random, .2, .5)
		}),
		Reward: func() float64 { return indicator(inside(0) && inside(2)) },
	}
}
