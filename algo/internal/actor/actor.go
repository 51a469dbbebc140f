// Package actor is the agent.Policy of any network that gives a distribution of actions, with or without
// memory.
package actor

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/grad"
)

// Distribution is what an actor asks of the distribution of an action.
type Distribution interface {
	Sample(noise *grad.Value) *grad.Value
	Mode() *grad.Value
	LogProb(action *grad.Value) *grad.Value
}

// Settings are what an actor needs to know besides its network.
type Settings struct {
	Sizes        agent.Sizes
	Seed, Stream uint64 // of its noise
}

// Memory is what a recurrent actor needs to know besides.
type Memory struct {
	Size        int     // numbers that its network remembers
	Correlation float64 // of its noise from one step to the next, in [0, 1); 0 for discrete actions
}

// actor acts with a copy of a learner's network, one observation at a time.
type actor struct {
	source, own  grad.Tree
	seed         uint64
	act          *grad.Executable[float32]
	observation  agent.Observation
	state        []float32
	sample, mode choice
}

// choice is one of the two actions that the program gives at once.
type choice struct {
	agent.Action
	logProbability []float32 // the program's memory
}

var _ agent.Policy = (*actor)(nil)

// New returns a policy that acts as apply says, whose network has the parameters own. They take over
// the present values of source, now and with every Refresh. Apply reads what package observation makes of
// what is seen.
func New[D Distribution](s Settings, source, own grad.Tree, apply func(t *grad.Tracer, observation *grad.Value) D) (agent.Policy, error) {
	return newActor(s, 0, source, own, func(t *grad.Tracer) {
		distribution := apply(t, observation.Input(t, s.Sizes, 1))
		s.outputActions(t, distribution, distribution, Noise(t, s.Sizes, s.Stream, 1))
	})
}

// NewRecurrent returns a policy with a memory: apply returns, besides the distribution [1, action], the memory
// [1, size] that follows from observation [1, observation], the action before, previous [1, action], and
// memory. The state that the caller keeps is the memory, behind it the action, clipped to the bounds of the
// task, and behind that the noise that made it, Noise's: 0 for the mode.
func NewRecurrent[D Distribution](s Settings, m Memory, source, own grad.Tree, apply func(t *grad.Tracer, observation, previous, memory *grad.Value) (D, *grad.Value)) (agent.Policy, error) {
	return newRecurrent(s, m, source, own, func(t *grad.Tracer, observation, previous, memory *grad.Value) (sample, mode step[D]) {
		distribution, next := apply(t, observation, previous, memory)
		return step[D]{distribution, next}, step[D]{distribution, next}
	})
}

// NewFiltering is NewRecurrent for a network whose memory is a random guess at the state of the world: apply is
// told whether to take the most likely one, in order to act deterministically.
func NewFiltering[D Distribution](s Settings, m Memory, source, own grad.Tree, apply func(t *grad.Tracer, observation, previous, memory *grad.Value, deterministic bool) (D, *grad.Value)) (agent.Policy, error) {
	return newRecurrent(s, m, source, own, func(t *grad.Tracer, observation, previous, memory *grad.Value) (sample, mode step[D]) {
		sample.distribution, sample.memory = apply(t, observation, previous, memory, false)
		mode.distribution, mode.memory = apply(t, observation, previous, memory, true)
		return sample, mode
	})
}

// step is what a recurrent network makes of an observation.
type step[D Distribution] struct {
	distribution D
	memory       *grad.Value
}

// newRecurrent returns a policy of the steps that apply makes, one to sample from and one for the mode.
func newRecurrent[D Distribution](s Settings, m Memory, source, own grad.Tree, apply func(t *grad.Tracer, observation, previous, memory *grad.Value) (sample, mode step[D])) (agent.Policy, error) {
	size := StateSize(m.Size, s.Sizes)
	return newActor(s, size, source, own, func(t *grad.Tracer) {
		memory, previous, before := SplitState(t.Input("state", 1, size), s.Sizes)
		sample, mode := apply(t, observation.Input(t, s.Sizes, 1), previous, memory)
		fresh := Noise(t, s.Sizes, s.Stream, 1)
		noise := before.Mul(grad.Scalar(m.Correlation)).Add(fresh.Mul(grad.Scalar(math.Sqrt(1 - m.Correlation*m.Correlation))))
		sampled, likely := s.outputActions(t, sample.distribution, mode.distribution, noise)
		outputState := func(name string, memory, action, noise *grad.Value) {
			t.Output(name, memory.Concat(1, action.Clip(-1, 1)).Concat(1, noise))
		}
		outputState("sample_state", sample.memory, sampled, noise)
		outputState("mode_state", mode.memory, likely, t.Value(grad.Scalar(0)).Broadcast(noise.Shape()...))
	})
}

// Noise makes actions: standard normal [batch..., action], or uniform on (0, 1) if they are discrete.
func Noise(t *grad.Tracer, sizes agent.Sizes, stream uint64, batch ...int) *grad.Value {
	shape := append(slices.Clone(batch), sizes.Action)
	if sizes.Discrete {
		return t.Uniform(stream, shape...)
	}
	return t.Normal(stream, shape...)
}

// StateSize is the size of the state of a recurrent policy with a memory of so many numbers.
func StateSize(memory int, sizes agent.Sizes) int { return memory + 2*sizes.Action }

// SplitState takes a state [batch, size] apart: memory [batch, memory], previous action and noise [batch, action].
func SplitState(state *grad.Value, sizes agent.Sizes) (memory, previous, noise *grad.Value) {
	size := state.Shape()[1]
	action, last := size-2*sizes.Action, size-sizes.Action
	return state.Slice(1, 0, action), state.Slice(1, action, last), state.Slice(1, last, size)
}

// outputActions outputs the action that noise makes of one distribution, and the mode of another.
func (s Settings) outputActions(t *grad.Tracer, sample, mode Distribution, noise *grad.Value) (sampled, likely *grad.Value) {
	output := func(name string, distribution Distribution, action *grad.Value) *grad.Value {
		t.Output(name, action)
		t.Output(name+"_log_probability", distribution.LogProb(action))
		return action
	}
	return output("sample", sample, sample.Sample(noise)), output("mode", mode, mode.Mode())
}

// newActor compiles a policy with size numbers of state.
func newActor(s Settings, size int, source, own grad.Tree, trace func(t *grad.Tracer)) (agent.Policy, error) {
	program, err := grad.Trace(trace)
	if err != nil {
		return nil, err
	}
	act, err := grad.Compile(program, nil)
	if err != nil {
		return nil, err
	}
	a := &actor{source: source, own: own, seed: s.Seed, act: act, observation: observation.Memory(act, s.Sizes)}
	a.sample, a.mode = choiceOf(act, "sample"), choiceOf(act, "mode")
	if size > 0 {
		a.state = act.Input("state")
		a.sample.State, a.mode.State = act.Output("sample_state"), act.Output("mode_state")
	}
	a.Refresh()
	return a, nil
}

// choiceOf is the memory of the action that the program outputs under a name.
func choiceOf(act *grad.Executable[float32], name string) choice {
	return choice{agent.Action{Values: act.Output(name)}, act.Output(name + "_log_probability")}
}

// StateSize is the size of the state.
func (a *actor) StateSize() int { return len(a.state) }

// Act chooses an action for an observation and a state.
func (a *actor) Act(seen agent.Observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	copy(a.observation.Numbers, seen.Numbers)
	copy(a.observation.Image, seen.Image)
	copy(a.state, state)
	a.act.Seed(a.seed, occasion)
	a.act.Run()
	chosen := &a.sample
	if deterministic {
		chosen = &a.mode
	}
	chosen.LogProbability = chosen.logProbability[0]
	return chosen.Action
}

// Refresh takes over the source's present parameters.
func (a *actor) Refresh() {
	for i, parameter := range a.own {
		copy(parameter.Data, a.source[i].Data)
	}
}
