package control

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

//go:embed cartpole.xml
var cartpoleXML string

// cartpole is the family of tasks in which a cart balances poles, hanging or upright at first.
type cartpole struct {
	poles   int
	swingUp bool
	sparse  bool
}

func cartpoleTasks() []task {
	variant := func(name string, c cartpole, tags ...string) task {
		return task{name: "cartpole-" + name, tags: tags, model: c.model, timeLimit: 10, bind: c.bind}
	}
	return []task{
		variant("balance", cartpole{poles: 1}, "benchmarking", "dreamer20"),
		variant("balance_sparse", cartpole{poles: 1, sparse: true}, "benchmarking", "dreamer20"),
		variant("swingup", cartpole{poles: 1, swingUp: true}, "benchmarking", "dreamer20", "planet6"),
		variant("swingup_sparse", cartpole{poles: 1, swingUp: true, sparse: true}, "benchmarking", "dreamer20"),
		variant("three_poles", cartpole{poles: 3, swingUp: true}, "extra"),
		variant("two_poles", cartpole{poles: 2, swingUp: true}, "extra"),
	}
}

// model puts the further poles on the first, lowers the floor, and moves the cameras back.
func (c cartpole) model() string {
	if c.poles == 1 {
		return cartpoleXML
	}
	open, closing := "", ""
	for pole := 2; pole <= c.poles; pole++ {
		open += fmt.Sprintf(`<body name="pole_%d" pos="0 0 1"><joint name="hinge_%[1]d"/><geom name="pole_%[1]d"/>`, pole)
		closing += "</body>"
	}
	return strings.NewReplacer(
		"<!-- further poles -->", open+closing,
		`pos="0 0 -.05"`, fmt.Sprintf(`pos="0 0 %g"`, 1-float64(c.poles)-.05),
		`pos="0 -4 1"`, fmt.Sprintf(`pos="0 %d 1"`, -1-2*c.poles),
		`pos="0 -2 2"`, fmt.Sprintf(`pos="0 %d 2"`, -2*c.poles),
	).Replace(cartpoleXML)
}

func (c cartpole) bind(p physics) binding {
	poles := make([][]float64, c.poles)
	for i := range poles {
		poles[i] = p.bodyMatrix(fmt.Sprintf("pole_%d", i+1))
	}
	reward := func() float64 { return cartpoleReward(p, poles) }
	if c.sparse {
		reward = func() float64 { return cartpoleSparseReward(p, poles) }
	}
	return binding{
		Observations: []observation{
			{Name: "position", Shape: []int{1 + 2*c.poles}, Write: func(into []float64) {
				into[0] = p.data.QPos[0]
				for i, pole := range poles {
					into[1+2*i], into[2+2*i] = pole[zz], pole[xz]
				}
			}},
			copied("velocity", p.data.QVel),
		},
		Initialise: once(func(random *rand.Rand) { c.initialise(p, random) }),
		Reward:     reward,
	}
}

func (c cartpole) initialise(p physics, random *rand.Rand) {
	position, velocity := p.data.QPos, p.data.QVel
	if c.swingUp {
		position[0] = .01 * random.NormFloat64()
		position[1] = math.Pi + .01*random.NormFloat64()
		for i := 2; i < len(position); i++ {
			position[i] = .1 * random.NormFloat64()
		}
	} else {
		position[0] = uniform(random, -.1, .1)
		for i := 1; i < len(position); i++ {
			position[i] = uniform(random, -.034, .034)
		}
	}
	for i := range velocity {
		velocity[i] = .01 * random.NormFloat64()
	}
}

var (
	cartNearCentre = sloping(0, 0, 2, Gaussian, DefaultAtMargin)
	poleSlow       = sloping(0, 0, 5, Gaussian, DefaultAtMargin)
	cartAtCentre   = within(-.25, .25)
	poleUpright    = within(.995, 1)
)

// cartpoleReward is the product of four smooth terms: the poles upright, the cart near the centre,
// little control, and slow poles.
func cartpoleReward(p physics, poles [][]float64) float64 {
	upright, slow := 0.0, 1.0
	for i, pole := range poles {
		upright += (pole[zz] + 1) / 2
		slow = min(slow, poleSlow.Of(p.data.QVel[1+i]))
	}
	upright /= float64(len(poles))
	centred := (1 + cartNearCentre.Of(p.data.QPos[0])) / 2
	return upright * centred * smallControl(p.data.Ctrl) * (1 + slow) / 2
}

// cartpoleSparseReward is 1 while the cart is near the centre and every pole nearly upright.
func cartpoleSparseReward(p physics, poles [][]float64) float64 {
	reward := cartAtCentre.Of(p.data.QPos[0])
	for _, pole := range poles {
		reward *= poleUpright.Of(pole[zz])
	}
	return reward
}
