package world

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// Ensemble is several models of the dynamics on states, each a network with a Gaussian over the change of the state
// and the reward (Chua et al., 2018, "Deep Reinforcement Learning in a Handful of Trials using Probabilistic Dynamics
// Models", arXiv 1805.12114). Where their data ends they differ, and so tell what is not known.
type Ensemble struct {
	Members []nn.MLP   // [observation + action] to mean and log-variance of the normalised target
	Inputs  Normaliser // of observation and action
	Targets Normaliser // of the change of the observation and the reward

	sizes EnsembleSizes
}

// EnsembleSizes are what an ensemble reads.
type EnsembleSizes struct{ Observation, Action int }

// Bounds of the log-variance of a normalised target, which training approaches softly.
const (
	lowestLogVariance  = -10
	highestLogVariance = 0.5
)

// NewEnsemble returns so many members with hidden layers of these sizes.
func NewEnsemble(sizes EnsembleSizes, members int, layers []int, random *rand.Rand) Ensemble {
	inputs, targets := sizes.Observation+sizes.Action, sizes.Observation+1
	e := Ensemble{Inputs: NewNormaliser(inputs), Targets: NewNormaliser(targets), sizes: sizes}
	for range members {
		e.Members = append(e.Members, NewNetwork(sizesOf(inputs, layers, 2*targets), 1, random))
	}
	return e
}

// predict is what a member makes of observation and action [..., size]: the distribution of the normalised target.
func (e Ensemble) predict(t *grad.Tracer, member nn.MLP, observation, action *grad.Value) dist.Gaussian {
	raw := member.Apply(e.Inputs.Apply(t, observation.Concat(-1, action)))
	targets := e.sizes.Observation + 1
	logVariance := raw.Slice(-1, targets, 2*targets)
	below := grad.Scalar(highestLogVariance)
	logVariance = logVariance.Neg().Add(below).Softplus().Neg().Add(below)
	above := grad.Scalar(lowestLogVariance)
	logVariance = logVariance.Sub(above).Softplus().Add(above)
	return dist.Gaussian{Mean: raw.Slice(-1, 0, targets), Deviation: logVariance.Mul(grad.Scalar(0.5)).Exp()}
}

// Transitions are recorded steps, a batch for each member: [members, batch, ...].
type Transitions struct {
	Observation, Action, Next *grad.Value
	Reward                    *grad.Value // [members, batch]
}

// EnsembleFit is how well an ensemble explains transitions. All are scalars.
type EnsembleFit struct {
	Loss  *grad.Value // negative log-likelihood of the normalised targets, summed over members, mean over the batch
	Error *grad.Value // mean square of the error of the normalised targets
}

// target is the change of the observation with the reward behind it, [members, batch, observation + 1].
func (s Transitions) target() *grad.Value {
	return s.Next.Sub(s.Observation).Concat(-1, s.Reward.KeepAxis(-1))
}

// Fit is the loss of every member on its own batch, and lets the normalisers see all of them.
func (e Ensemble) Fit(t *grad.Tracer, s Transitions) EnsembleFit {
	target := s.target().Stop()
	rows := s.Observation.Shape()[0] * s.Observation.Shape()[1]
	inputs := s.Observation.Concat(-1, s.Action)
	e.Inputs.Observe(t, inputs.Reshape(rows, e.sizes.Observation+e.sizes.Action))
	e.Targets.Observe(t, target.Reshape(rows, e.sizes.Observation+1))
	fit := EnsembleFit{t.Value(grad.Scalar(0)), t.Value(grad.Scalar(0))}
	for i, member := range e.Members {
		own := func(x *grad.Value) *grad.Value { return x.Slice(0, i, i+1).Reshape(x.Shape()[1:]...) }
		predicted := e.predict(t, member, own(s.Observation), own(s.Action))
		normalised := e.Targets.Apply(t, own(target))
		fit.Loss = fit.Loss.Add(predicted.LogProb(normalised).Mean().Neg())
		fit.Error = fit.Error.Add(predicted.Mean.Sub(normalised).Square().Mean().Mul(grad.Scalar(1 / float64(len(e.Members)))))
	}
	return fit
}

// Networks are the parameters that descend the loss.
func (e Ensemble) Networks() grad.Tree { return grad.TreeOf(e.Members) }

// step is the next observation and the expected reward after observation [..., observation] and action, drawn with
// noise [..., observation].
func (e Ensemble) step(t *grad.Tracer, member nn.MLP, observation, action, noise *grad.Value) (next, reward *grad.Value) {
	predicted := e.predict(t, member, observation, action)
	size := e.sizes.Observation
	change := predicted.Deviation.Slice(-1, 0, size).Mul(noise).Add(predicted.Mean.Slice(-1, 0, size))
	target := e.Targets.Invert(t, change.Concat(-1, predicted.Mean.Slice(-1, size, size+1)))
	return observation.Add(target.Slice(-1, 0, size)), last(target.Slice(-1, size, size+1))
}

// Return is what actions [time, batch, action] are expected to bring after the observation start [1, observation],
// [batch]: the mean over particles of the sum of rewards. Every member moves as many particles as share says, all the
// way (trajectory sampling TS∞ of Chua et al., section 5), with normal noise of streams from stream on, one for each.
func (e Ensemble) Return(t *grad.Tracer, start, actions *grad.Value, share int, stream uint64) *grad.Value {
	shape := actions.Shape()
	steps, batch := shape[0], shape[1]
	arrays, carry := []*grad.Value{actions}, []*grad.Value(nil)
	for i := range e.Members {
		arrays = append(arrays, t.Normal(stream+uint64(i), steps, share, batch, e.sizes.Observation))
		carry = append(carry, start.Broadcast(share, batch, e.sizes.Observation))
	}
	_, rewards := grad.Scan{Length: steps}.Run(t, carry, arrays, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		action := elements[0].Broadcast(share, batch, e.sizes.Action)
		for i, member := range e.Members {
			observation, reward := e.step(t, member, carry[i], action, elements[i+1])
			next, outputs = append(next, observation), append(outputs, reward)
		}
		return next, outputs
	})
	return grad.Stack(0, rewards...).Mean(0).Sum(0).Mean(0) // [members, time, share, batch]
}

// NewRollout compiles a rollout of horizon actions from observations, with so many particles of each member.
func (e Ensemble) NewRollout(horizon, share int, workers *grad.Workers) (*Rollout, error) {
	sizes := RolloutSizes{State: e.sizes.Observation, Horizon: horizon, Action: e.sizes.Action}
	return NewRollout(sizes, workers, func(t *grad.Tracer, start, actions *grad.Value) *grad.Value {
		return e.Return(t, start, actions, share, streamRollout)
	})
}
