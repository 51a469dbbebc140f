package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
)

// modelSize is the size of a world model that learns from vectors.
type modelSize struct {
	batch, length, observation, action int
	stochastic, deterministic, hidden  int // the latent state and the layers of the recurrent model
	width                              int // the layers of the other networks
}

// recurrentModel is the recurrent state-space model of PlaNet (Hafner et al., 2019): a deterministic
// state by a GRU and a stochastic one by a Gaussian, from the deterministic state alone (prior) or with
// the observation (posterior).
type recurrentModel struct {
	Input                               nn.Linear
	Cell                                nn.GRU
	Prior, PriorOut, Posterior, PostOut nn.Linear
}

func newRecurrentModel(s modelSize, random *rand.Rand) recurrentModel {
	linear := func(inputs, outputs int) nn.Linear {
		return nn.NewLinear(inputs, outputs, nn.UniformFanOut(1.0/3), random)
	}
	return recurrentModel{
		Input: linear(s.stochastic+s.action, s.hidden), Cell: nn.NewGRU(s.hidden, s.deterministic, random),
		Prior: linear(s.deterministic, s.hidden), PriorOut: linear(s.hidden, 2*s.stochastic),
		Posterior: linear(s.deterministic+s.width, s.hidden), PostOut: linear(s.hidden, 2*s.stochastic),
	}
}

// halves makes a Gaussian of the two halves of the last axis, with deviations above least.
func halves(x *grad.Value, least float64) dist.Gaussian {
	size := x.Shape()[len(x.Shape())-1]
	deviation := x.Slice(-1, size/2, size).Softplus().Add(grad.Scalar(least))
	return dist.Gaussian{Mean: x.Slice(-1, 0, size/2), Deviation: deviation}
}

// imagine is one step without an observation.
func (m recurrentModel) imagine(stochastic, deterministic, action *grad.Value) (next *grad.Value, prior dist.Gaussian) {
	next = m.Cell.Step(m.Input.Apply(stochastic.Concat(-1, action)).ELU(), deterministic)
	return next, halves(m.PriorOut.Apply(m.Prior.Apply(next).ELU()), 0.1)
}

// worldModel is a recurrent model between an encoder and heads for observations and rewards.
type worldModel struct {
	Encoder, Decoder, Reward nn.MLP
	Recurrent                recurrentModel
	size                     modelSize
}

func newWorldModel(s modelSize, random *rand.Rand) worldModel {
	features := s.stochastic + s.deterministic
	return worldModel{
		Encoder:   nn.NewMLP([]int{s.observation, s.width, s.width}, random),
		Decoder:   nn.NewMLP([]int{features, s.width, s.width, s.observation}, random),
		Reward:    nn.NewMLP([]int{features, s.width, s.width, 1}, random),
		Recurrent: newRecurrentModel(s, random), size: s,
	}
}

// loss is the evidence bound with 3 nats for free, and the states [length, batch, features].
func (m worldModel) loss(t *grad.Tracer) (loss, features *grad.Value) {
	s := m.size
	observations := t.Input("observations", s.length, s.batch, s.observation)
	arrays := []*grad.Value{m.Encoder.Apply(observations), t.Input("actions", s.length, s.batch, s.action)}
	zeros := func(size int) *grad.Value { return t.Value(grad.Scalar(0)).Broadcast(s.batch, size) }
	_, all := grad.Scan{Length: s.length}.Run(t, []*grad.Value{zeros(s.stochastic), zeros(s.deterministic)}, arrays,
		func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
			h, prior := m.Recurrent.imagine(carry[0], carry[1], elements[1])
			posterior := halves(m.Recurrent.PostOut.Apply(m.Recurrent.Posterior.Apply(h.Concat(-1, elements[0])).ELU()), 0.1)
			z := posterior.Sample(t.Normal(1, s.batch, s.stochastic))
			return []*grad.Value{z, h}, []*grad.Value{z.Concat(-1, h), posterior.Mean, posterior.Deviation, prior.Mean, prior.Deviation}
		})
	posterior, prior := dist.Gaussian{Mean: all[1], Deviation: all[2]}, dist.Gaussian{Mean: all[3], Deviation: all[4]}
	divergence := posterior.KL(prior).Sum(-1).Mean().Max(grad.Scalar(3))
	observed := m.Decoder.Apply(all[0]).Sub(observations).Square().Sum(-1).Mean()
	rewarded := m.Reward.Apply(all[0]).Reshape(s.length, s.batch).Sub(t.Input("rewards", s.length, s.batch)).Square().Mean()
	return observed.Add(rewarded).Mul(grad.Scalar(0.5)).Add(divergence), all[0]
}

// update compiles one step of Adam on the world model, which gives its states as an output.
func (m worldModel) update(workers *grad.Workers) (*grad.Executable[float32], error) {
	adam := optim.NewAdam(grad.TreeOf(m), 6e-4)
	program, err := grad.Trace(func(t *grad.Tracer) {
		loss, features := m.loss(t)
		adam.Minimise(t, loss, 0)
		t.Output("loss", loss)
		t.Output("features", features)
	})
	if err != nil {
		return nil, err
	}
	step, err := grad.Compile(program, workers)
	if err != nil {
		return nil, err
	}
	fillNormal(rand.New(rand.NewPCG(2, 2)), step.Input("observations"), step.Input("actions"), step.Input("rewards"))
	return step, nil
}

// RSSMWorldModel is one update of a recurrent state-space model of vectors: batch 32, length 50, 24
// observations, 6 actions, 30 stochastic and 200 deterministic units, layers of 200, Adam.
func RSSMWorldModel(workers *grad.Workers) (Work, error) {
	size := modelSize{batch: 32, length: 50, observation: 24, action: 6, stochastic: 30, deterministic: 200, hidden: 200, width: 200}
	step, err := newWorldModel(size, rand.New(rand.NewPCG(1, 1))).update(workers)
	if err != nil {
		return Work{}, err
	}
	return counted(step), nil
}

// counted runs step with other random numbers each time.
func counted(step *grad.Executable[float32]) Work {
	count := uint64(0)
	return Work{func() error {
		count++
		step.Seed(1, count)
		step.Run()
		return nil
	}, []*grad.Executable[float32]{step}}
}
