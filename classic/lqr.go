package classic

import (
	"fmt"
	"hash/crc32"
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
	memory         []float64     // the state, then the state before and the control applied there: what the reward is for
	place, control *mat.VecDense // state and control, windows into memory
	drift, push    *mat.VecDense // room for products
}

func newLinear(system LinearSystem) *linear {
	states, controls := system.B.Dims()
	memory := make([]float64, 2*states+controls)
	return &linear{
		system: system, memory: memory,
		place: mat.NewVecDense(states, memory[:states]), control: mat.NewVecDense(controls, memory[2*states:]),
		drift: mat.NewVecDense(states, nil), push: mat.NewVecDense(states, nil),
	}
}

// linearBody names how a system moves, whatever it costs.
func linearBody(system LinearSystem) string {
	text := fmt.Sprint(mat.Formatted(system.A), mat.Formatted(system.B), system.Noise)
	states, controls := system.B.Dims()
	return fmt.Sprintf("classic/linear_%d_%d@%08x", states, controls, crc32.Checksum([]byte(text), castagnoli))
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
	body := newLinear(system)
	l := &LQR{body: body, shell: shell{
		dynamics:     body,
		name:         name,
		body:         linearBody(system),
		observations: []env.Spec{{Name: "state", Shape: []int{states}}},
		action:       env.Spec{Name: "control", Shape: []int{controls}, Minimum: filled(controls, -1), Maximum: filled(controls, 1)},
		limit:        limit,
	}}
	l.start(seed)
	return l, nil
}

func (l *linear) begin(random *rand.Rand) {
	clear(l.memory)
	for i := range l.place.Len() {
		l.memory[i] = random.Float64() - 0.5
	}
}

func (l *linear) advance(action []float64, random *rand.Rand) {
	states := l.place.Len()
	copy(l.physics(), l.memory[:states])
	copy(l.physics()[states:], action)
	l.drift.MulVec(l.system.A, l.place)
	l.push.MulVec(l.system.B, l.control)
	l.place.AddVec(l.drift, l.push)
	for i := range states {
		l.memory[i] += l.system.Noise * random.NormFloat64()
	}
}

func (l *linear) arrived(physics []float64) (reward float64, ended bool) {
	states := l.place.Len()
	return -quadratic(l.system.Q, physics[:states]) - quadratic(l.system.R, physics[states:]), false
}

// quadratic is x^T M x.
func quadratic(m *mat.Dense, x []float64) float64 {
	sum := 0.0
	for i, left := range x {
		for j, right := range x {
			sum += left * m.At(i, j) * right
		}
	}
	return sum
}

func (l *linear) observe(observation []float64) { copy(observation, l.memory) }

func (l *linear) state() []float64   { return l.memory }
func (l *linear) physics() []float64 { return l.memory[l.place.Len():] }
