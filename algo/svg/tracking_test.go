package svg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/rl"
)

// tracking is a hand in the plane, a damped mass on a spring that actions push, which follows a circle for 20
// steps. Its state is the position, the velocity and the number of the step, as one of 20 indicators. A
// model of it may have spring, damping and push wrong by a factor.
type tracking struct{ spring, damping, push float64 }

const (
	trackedSteps    = 20
	trackedState    = 4 + trackedSteps
	trackedEpisodes = 8
	trackedInterval = 0.2 // seconds in a step
)

var (
	trueHand   = tracking{1, 1, 1}
	biasedHand = tracking{0.75, 1.25, 1.25}
)

// constantMatrix traces a matrix with the elements that set gives.
func constantMatrix(t *grad.Tracer, rows, columns int, set func(at func(i, j int) *float64)) *grad.Value {
	values := make([]float64, rows*columns)
	set(func(i, j int) *float64 { return &values[i*columns+j] })
	return numbers(t, []int{rows, columns}, values...)
}

// hand is a model of the task in one program.
type hand struct {
	byState, byAction, target *grad.Value
}

func (m tracking) trace(t *grad.Tracer) hand {
	const h = trackedInterval
	return hand{
		byState: constantMatrix(t, trackedState, trackedState, func(at func(i, j int) *float64) {
			for d := range 2 {
				*at(d, d), *at(2+d, d) = 1, h
				*at(d, 2+d), *at(2+d, 2+d) = -2*m.spring*h, 1-m.damping*h
			}
			for k := range trackedSteps - 1 {
				*at(4+k, 5+k) = 1
			}
		}),
		byAction: constantMatrix(t, 2, trackedState, func(at func(i, j int) *float64) {
			*at(0, 2), *at(1, 3) = 5*m.push*h, 5*m.push*h
		}),
		target: constantMatrix(t, trackedState, 2, func(at func(i, j int) *float64) {
			for k := range trackedSteps {
				angle := 2 * math.Pi * float64(k) / trackedSteps
				*at(4+k, 0), *at(4+k, 1) = math.Cos(angle), math.Sin(angle)
			}
		}),
	}
}

func (h hand) change(state, action *grad.Value) dist.Gaussian {
	mean := state.MatMul(h.byState).Add(action.MatMul(h.byAction))
	return dist.Gaussian{Mean: mean, Deviation: like(mean, 0.01)}
}

func (h hand) next(state, action, noise *grad.Value) *grad.Value {
	return h.change(state, action).Sample(noise)
}

func (h hand) noise(state, action, next *grad.Value) *grad.Value {
	return h.change(state, action).Noise(next).Stop()
}

// reward is minus the square of the distance from the point to follow.
func (h hand) reward(state, _, _ *grad.Value) *grad.Value {
	return state.MatMul(h.target).Sub(state.Slice(-1, 0, 2)).Square().Sum(-1).Neg()
}

// schedule is a policy that knows the step alone: its mean is a row of the parameter.
type schedule struct{ actions *grad.Value } // [trackedSteps, 2]

func (s schedule) Apply(state *grad.Value) dist.Gaussian {
	mean := state.Slice(-1, 4, trackedState).MatMul(s.actions)
	return dist.Gaussian{Mean: mean, Deviation: like(mean, 0.03)}
}

// play follows policy and model from the start, with fresh noise.
func (h hand) play(t *grad.Tracer, p policy) rl.Trajectory {
	start := constantMatrix(t, trackedEpisodes, trackedState, func(at func(i, j int) *float64) {
		for b := range trackedEpisodes {
			*at(b, 0), *at(b, 4) = 1, 1
		}
	})
	noise := t.Normal(2, trackedSteps, trackedEpisodes, trackedState).Mul(constantMatrix(t, 1, trackedState, func(at func(i, j int) *float64) {
		for i := range 4 { // the step is no chance
			*at(0, i) = 1
		}
	}))
	return rl.Reparameterised{
		Policy: func(state, noise *grad.Value) *grad.Value { return p.Apply(state).Sample(noise) },
		Model:  h.next, Reward: h.reward,
	}.Imagine(t, start, t.Normal(1, trackedSteps, trackedEpisodes, 2), noise)
}

// learnTracking lets a schedule learn for 400 updates, each from episodes of the true hand, and returns
// its cost before and after. The gradient flows along what happened by the derivatives of the model, or
// through the episodes that the model imagines instead.
func learnTracking(t *testing.T, model tracking, imagine bool) (before, after float64) {
	t.Helper()
	actions := grad.NewParameter(trackedSteps, 2)
	optimiser := optim.NewAdam([]grad.Named{{Name: "actions", Parameter: actions}}, 0.02)
	program, err := grad.Trace(func(t *grad.Tracer) {
		p, truth, learned := schedule{t.Value(actions)}, trueHand.trace(t), model.trace(t)
		happened := truth.play(t, p)
		returns := windowReturns(t, p, learned, happened.States.Stop(), happened.Actions.Stop(), like(happened.Rewards, 1))
		if imagine {
			returns = learned.play(t, p).Rewards.Sum(0)
		}
		optimiser.Minimise(t, returns.Mean().Neg(), 0)
		t.Output("cost", happened.Rewards.Sum(0).Mean().Neg())
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	for update := range 400 {
		executable.Seed(1, uint64(update))
		executable.Run()
		if update == 0 {
			before = float64(executable.Output("cost")[0])
		}
	}
	return before, float64(executable.Output("cost")[0])
}

// A model that is wrong by a quarter in everything does little harm where it gives derivatives alone, and
// much where it is believed.
func TestTrackingWithAWrongModel(t *testing.T) {
	before, exact := learnTracking(t, trueHand, false)
	_, relived := learnTracking(t, biasedHand, false)
	_, imagined := learnTracking(t, biasedHand, true)
	t.Logf("cost %.3g before; %.3g with the exact model, %.3g with the wrong one, %.3g in its imagination", before, exact, relived, imagined)
	if improvement := (before - relived) / (before - exact); !(improvement > 0.8) || !(exact < before/2) {
		t.Errorf("with the wrong model the cost goes from %g to %g, with the exact one to %g", before, relived, exact)
	}
	if !(imagined-exact > 3*(relived-exact)) || !(imagined > 1.5*relived) {
		t.Errorf("imagined by the wrong model the cost ends at %g, relived with it at %g: want the first visibly worse", imagined, relived)
	}
}
