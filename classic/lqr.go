package classic

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
	"gonum.org/v1/gonum/mat"
)

const (
	lqrName  = "classic/lqr"
	lqrLimit = 200 // steps
)

// CartOnRail is the system of classic/lqr: a cart of 1 kg on a rail without friction, pushed by a
// force held for 0.1 s, with state (position, velocity). The cost of force is such that the optimal
// force stays within [-1, 1] from every initial state.
func CartOnRail() LinearSystem {
	return LinearSystem{
		A:     mat.NewDense(2, 2, []float64{1, 0.1, 0, 1}),
		B:     mat.NewDense(2, 1, []float64{0.005, 0.1}),
		Q:     mat.NewDense(2, 2, []float64{1, 0, 0, 0}),
		R:     mat.NewDense(1, 1, []float64{4}),
		Noise: 0.005,
	}
}

// linear is the dynamics of a LinearSystem.
type linear struct {
	system         LinearSystem
	memory, next   *mat.VecDense // the state, and room to compute the one that follows
	weighted, cost *mat.VecDense // room for products
	control        *mat.VecDense
}

// LQR is the environment of a LinearSystem.
type LQR struct {
	shell
	body *linear
}

// NewLQR makes the task classic/lqr: bring the cart of CartOnRail to rest at 0. The observation
// "state" [2] is the position in m and the velocity in m/s, both drawn from [-0.5, 0.5] at the
// start; the action is a force in [-1, 1] N; the reward is minus the quadratic cost of the state
// that the action meets and of the action. Episodes are cut off after 200 steps.
// LinearSystem.FiniteHorizon and LinearSystem.InfiniteHorizon give the optimum.
func NewLQR(seed uint64) (env.Environment, error) {
	return NewLinear(lqrName, CartOnRail(), lqrLimit, seed)
}

// NewLinear makes an environment, cut off after limit steps, out of any system.
func NewLinear(name string, system LinearSystem, limit int, seed uint64) (*LQR, error) {
	if err := system.Validate(); err != nil {
		return nil, err
	}
	states, controls := system.B.Dims()
	body := &linear{
		system: system,
		memory: mat.NewVecDense(states, nil), next: mat.NewVecDense(states, nil),
		weighted: mat.NewVecDense(states, nil), cost: mat.NewVecDense(controls, nil),
		control: mat.NewVecDense(controls, nil),
	}
	l := &LQR{body: body, shell: shell{
		dynamics:     body,
		name:         name,
		observations: []env.Spec{{Name: "state", Shape: []int{states}}},
		action:       env.Spec{Name: "control", Shape: []int{controls}, Minimum: filled(controls, -1), Maximum: filled(controls, 1)},
		limit:        limit,
	}}
	l.start(seed)
	return l, nil
}

func (l *linear) begin(random *rand.Rand) {
	for i := range l.state() {
		l.state()[i] = random.Float64() - 0.5
	}
}

func (l *linear) advance(action []float64, random *rand.Rand) (reward float64, ended bool) {
	copy(l.control.RawVector().Data, action)
	l.weighted.MulVec(l.system.Q, l.memory)
	l.cost.MulVec(l.system.R, l.control)
	reward = -mat.Dot(l.memory, l.weighted) - mat.Dot(l.control, l.cost)
	l.next.MulVec(l.system.A, l.memory)
	l.weighted.MulVec(l.system.B, l.control)
	l.memory.AddVec(l.next, l.weighted)
	for i := range l.state() {
		l.state()[i] += l.system.Noise * random.NormFloat64()
	}
	return reward, false
}

func (l *linear) observe(observation []float64) { copy(observation, l.state()) }

func (l *linear) state() []float64 { return l.memory.RawVector().Data }
