package control

import (
	_ "embed"
	"math"
	"math/rand/v2"
)

//go:embed cheetah.xml
var cheetahXML string

func cheetahTasks() []task {
	return []task{{
		name: "cheetah-run", tags: []string{"benchmarking", "dreamer20", "planet6"},
		model:     func() string { return cheetahXML },
		timeLimit: 10, bind: bindCheetah,
	}}
}

// cheetahFast rises from 0 to 1 at 10 m/s.
var cheetahFast = sloping(10, math.Inf(1), 10, Linear, 0)

func bindCheetah(p physics) binding {
	velocity := p.sensor("torso_subtreelinvel")
	return binding{
		Observations: []observation{copied("position", p.data.QPos[1:]), copied("velocity", p.data.QVel)},
		Initialise:   func(random *rand.Rand) error { return settleCheetah(p, random) },
		Reward:       func() float64 { return cheetahFast.Of(velocity[0]) },
	}
}

// settleCheetah lets a cheetah with random joints fall for two seconds; what velocity it has then, it
// keeps. As in the suite, the first physics step still sees where the body was before the draw.
func settleCheetah(p physics, random *rand.Rand) error {
	p.randomiseLimitedJoints(random)
	if err := p.data.Step(make([]float64, p.model.NU), 200); err != nil {
		return err
	}
	p.data.SetTime(0)
	return nil
}
