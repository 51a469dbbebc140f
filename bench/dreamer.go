package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
)

// behaviour is what Dreamer learns in imagination (Hafner et al., 2020).
type behaviour struct {
	Actor, Value nn.MLP
	model        worldModel
}

const (
	imaginedSteps = 10
	discount      = 0.99
	traceDecay    = 0.95
)

// imagined traces trajectories from every state of features [states, size], and returns their states
// [steps, states, size].
func (b behaviour) imagined(t *grad.Tracer, features *grad.Value) *grad.Value {
	s, states := b.model.size, features.Shape()[0]
	whole := s.stochastic + s.deterministic
	carry := []*grad.Value{features.Slice(1, 0, s.stochastic), features.Slice(1, s.stochastic, whole)}
	_, all := grad.Scan{Length: imaginedSteps}.Run(t, carry, nil, func(carry, _ []*grad.Value) (next, outputs []*grad.Value) {
		policy := halves(b.Actor.Apply(carry[0].Concat(-1, carry[1]).Stop()), 1e-4)
		action := policy.Sample(t.Normal(1, states, s.action)).Tanh()
		h, prior := b.model.Recurrent.imagine(carry[0], carry[1], action)
		z := prior.Sample(t.Normal(2, states, s.stochastic))
		return []*grad.Value{z, h}, []*grad.Value{z.Concat(-1, h)}
	})
	return all[0]
}

// returns are the lambda-returns of rewards and values [steps, states].
func returns(rewards, values *grad.Value) *grad.Value {
	last := imaginedSteps - 1
	bootstrap := values.Slice(0, 1, last+1).Mul(grad.Scalar(discount * (1 - traceDecay)))
	steps := rewards.Slice(0, 0, last).Add(bootstrap).Concat(0, values.Slice(0, last, last+1))
	return steps.BackwardRecurrence(grad.Scalar(discount * traceDecay))
}

// update compiles one step of the actor and of the value function, from states that are an input.
func (b behaviour) update(states int, workers *grad.Workers) (*grad.Executable[float32], error) {
	actor, value := optim.NewAdam(grad.TreeOf(b.Actor), 8e-5), optim.NewAdam(grad.TreeOf(b.Value), 8e-5)
	program, err := grad.Trace(func(t *grad.Tracer) {
		features := b.imagined(t, t.Input("features", states, b.model.size.stochastic+b.model.size.deterministic))
		score := func(network nn.MLP, x *grad.Value) *grad.Value {
			return network.Apply(x).Reshape(imaginedSteps, states)
		}
		returned := returns(score(b.model.Reward, features), score(b.Value, features))
		actor.Minimise(t, returned.Mean().Neg(), 0)
		fit := score(b.Value, features.Stop()).Sub(returned.Stop()).Square().Mean().Mul(grad.Scalar(0.5))
		value.Minimise(t, fit, 0)
		t.Output("return", returned.Mean())
		t.Output("value loss", fit)
	})
	if err != nil {
		return nil, err
	}
	return grad.Compile(program, workers)
}

// DreamerSmall is one step of Dreamer: the update of a world model (batch 16, length 32, 16 stochastic
// and 64 deterministic units, layers of 64), ten imagined steps from all its states, and the updates
// of actor and value, by three Adams.
func DreamerSmall(workers *grad.Workers) (Work, error) {
	random := rand.New(rand.NewPCG(1, 1))
	size := modelSize{batch: 16, length: 32, observation: 24, action: 6, stochastic: 16, deterministic: 64, hidden: 64, width: 64}
	b := behaviour{model: newWorldModel(size, random)}
	features := size.stochastic + size.deterministic
	b.Actor = nn.NewMLP([]int{features, size.width, size.width, 2 * size.action}, random)
	b.Value = nn.NewMLP([]int{features, size.width, size.width, 1}, random)
	model, err := b.model.update(workers)
	if err != nil {
		return Work{}, err
	}
	learner, err := b.update(size.batch*size.length, workers)
	if err != nil {
		return Work{}, err
	}
	learn, behave := counted(model), counted(learner)
	return Work{func() error {
		if err := learn.Step(); err != nil {
			return err
		}
		copy(learner.Input("features"), model.Output("features"))
		return behave.Step()
	}, append(learn.Programs, behave.Programs...)}, nil
}
