package control

import (
	_ "embed"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed fish.xml
var fishXML string

func fishTasks() []task {
	variant := func(name string, bind func(physics) binding) task {
		return task{
			name: "fish-" + name, tags: []string{"benchmarking"},
			model:     func() string { return fishXML },
			timeLimit: 40, interval: .04, bind: bind,
		}
	}
	return []task{variant("swim", bindFishSwim), variant("upright", bindFishUpright)}
}

var fishUpright = sloping(1, 1, 1, Gaussian, DefaultAtMargin)

// bindFishUpright rewards a fish that swims the right way up. The target stays where it is compiled.
func bindFishUpright(p physics) binding {
	torso := p.bodyMatrix("torso")
	return binding{
		Observations: []observation{
			copied("joint_angles", p.data.QPos[7:]),
			{Name: "upright", Shape: nil, Write: func(into []float64) { into[0] = torso[zz] }},
			copied("velocity", p.data.QVel),
		},
		Initialise: once(func(random *rand.Rand) { drawFish(p, random) }),
		Reward:     func() float64 { return fishUpright.Of(torso[zz]) },
		Goals:      [][]float64{p.row(p.model.GeomPos, 3, mujoco.Geom, "target")},
	}
}

// bindFishSwim rewards, above all, a mouth at the target.
func bindFishSwim(p physics) binding {
	b := bindFishUpright(p)
	torso, head := p.bodyMatrix("torso"), p.geomMatrix("mouth")
	mouth, target := p.geomPosition("mouth"), p.geomPosition("target")
	place := p.row(p.model.GeomPos, 3, mujoco.Geom, "target")
	radius := p.geomSize("mouth")[0] + p.geomSize("target")[0]
	reached := sloping(0, radius, 2*radius, Gaussian, DefaultAtMargin)
	toTarget := observation{Name: "target", Shape: []int{3}, Write: func(into []float64) { inFrame(into, head, target, mouth) }}
	b.Observations = []observation{b.Observations[0], b.Observations[1], toTarget, b.Observations[2]}
	b.Initialise = once(func(random *rand.Rand) {
		drawFish(p, random)
		place[0], place[1] = uniform(random, -.4, .4), uniform(random, -.4, .4)
		place[2] = uniform(random, .1, .3)
	})
	b.Reward = func() float64 { return (7*reached.Of(distance(target, mouth)) + (torso[zz]+1)/2) / 8 }
	b.Drawn = [][]float64{place}
	return b
}

// drawFish turns the fish any way and bends its joints a little.
func drawFish(p physics, random *rand.Rand) {
	drawOrientation(random, p.data.QPos[3:7])
	joints := p.data.QPos[7:]
	for i := range joints {
		joints[i] = uniform(random, -.2, .2)
	}
}
