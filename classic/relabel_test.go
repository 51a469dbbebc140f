package classic

import (
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"gonum.org/v1/gonum/mat"
)

// TestRelabellingForAnotherTask plays one task beside another that is of the same body and has the same
// seed, so that they go through the same states, and asks the second for the rewards of the first's
// physics.
func TestRelabellingForAnotherTask(t *testing.T) {
	cheap := CartOnRail()
	cheap.R = mat.NewDense(1, 1, []float64{.1})
	newCheap := func(seed uint64) (env.Environment, error) { return NewLinear("test/cheap", cheap, 100, seed) }
	for name, pair := range map[string][2]func(uint64) (env.Environment, error){
		"pendulum":         {NewPendulum, NewPendulumSwingup},
		"pendulum-swingup": {NewPendulumSwingup, NewPendulum},
		"lqr":              {NewLQR, newCheap},
	} {
		t.Run(name, func(t *testing.T) {
			source, target := open(t, pair[0]), open(t, pair[1])
			relabeller := target.(env.Relabeller)
			if err := relabeller.PhysicsSpec().CheckSource(source.(env.Relabeller).PhysicsSpec()); err != nil {
				t.Fatal(err)
			}
			physics, random := make([]float64, relabeller.PhysicsSpec().Size), rand.New(rand.NewPCG(1, 2))
			for range 90 {
				action := []float64{3 * (random.Float64() - .5)}
				if _, err := source.Step(action); err != nil {
					t.Fatal(err)
				}
				want, err := target.Step(action)
				if err != nil {
					t.Fatal(err)
				}
				if err := source.(env.Relabeller).Physics(physics); err != nil {
					t.Fatal(err)
				}
				if reward, discount, err := relabeller.RewardOf(physics); reward != want.Reward || discount != want.Discount || err != nil {
					t.Fatalf("reward %v and discount %v, want %v and %v; %v", reward, discount, want.Reward, want.Discount, err)
				}
			}
		})
	}
}

// open makes an environment in an episode.
func open(t *testing.T, newEnvironment func(uint64) (env.Environment, error)) env.Environment {
	t.Helper()
	e, err := newEnvironment(7)
	if err == nil {
		_, err = e.Reset()
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLinearBodiesDifferInHowTheyMove(t *testing.T) {
	cart, slower, quiet := CartOnRail(), CartOnRail(), CartOnRail()
	slower.B.Set(0, 0, .005*(1+1e-15))
	quiet.Noise = 0
	for _, other := range []LinearSystem{slower, quiet} {
		if linearBody(cart) == linearBody(other) {
			t.Errorf("two systems are both called %s", linearBody(cart))
		}
	}
}

func TestRelabellingAllocatesNothing(t *testing.T) {
	for _, task := range Tasks() {
		e := open(t, task.New).(env.Relabeller)
		physics := make([]float64, e.PhysicsSpec().Size)
		if allocations := testing.AllocsPerRun(100, func() {
			_ = e.Physics(physics)
			_, _, _ = e.RewardOf(physics)
		}); allocations != 0 {
			t.Errorf("%s: %v allocations a step", task.Name, allocations)
		}
	}
}
