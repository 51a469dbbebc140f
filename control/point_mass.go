package control

import (
	_ "embed"
	"math"
	"math/rand/v2"
)

//go:embed point_mass.xml
var pointMassXML string

func pointMassTasks() []task {
	variant := func(name string, hard bool, tags ...string) task {
		return task{
			name: "point_mass-" + name, tags: tags,
			model:     func() string { return pointMassXML },
			timeLimit: 20, bind: func(p physics) binding { return bindPointMass(p, hard) },
		}
	}
	hard := variant("hard", true, "extra")
	hard.body = func() string { return pointMassXML + "with motors that pull in random directions" }
	return []task{variant("easy", false, "benchmarking", "easy"), hard}
}

func bindPointMass(p physics, hard bool) binding {
	target, mass := p.geomPosition("target"), p.geomPosition("pointmass")
	radius := p.geomSize("target")[0]
	reached := sloping(0, radius, radius, Gaussian, DefaultAtMargin)
	b := binding{
		Observations: []observation{copied("position", p.data.QPos), copied("velocity", p.data.QVel)},
		Initialise:   once(p.randomiseJoints),
		Reward:       func() float64 { return reached.Of(distance(target, mass)) * smallControl(p.data.Ctrl) },
	}
	if hard {
		mixture := p.model.WrapPrm // the first motor's direction, then the second's
		b.Drawn = [][]float64{mixture}
		b.Initialise = once(func(random *rand.Rand) {
			p.randomiseJoints(random)
			drawMixture(random, mixture)
		})
	}
	return b
}

// drawMixture draws two directions that are far enough from parallel to reach every point.
func drawMixture(random *rand.Rand, mixture []float64) {
	mixture[0], mixture[1] = direction(random)
	for {
		mixture[2], mixture[3] = direction(random)
		if math.Abs(mixture[0]*mixture[2]+mixture[1]*mixture[3]) <= .9 {
			return
		}
	}
}

// direction draws a unit vector of the plane.
func direction(random *rand.Rand) (x, y float64) {
	x, y = random.NormFloat64(), random.NormFloat64()
	length := math.Hypot(x, y)
	return x / length, y / length
}
