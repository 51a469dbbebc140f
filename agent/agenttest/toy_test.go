package agenttest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// toyConfig is the settings of an algorithm that has one fault, or none.
type toyConfig struct{ fault string }

func (c *toyConfig) Validate() error {
	if c.fault == "invalid preset" {
		return errors.New("invalid")
	}
	return nil
}

func (c *toyConfig) Schedule() agent.Schedule { return agent.Schedule{StepsPerUpdate: 1} }

func toy(fault string) agent.Algorithm {
	presets := map[string]func() agent.Config{"default": func() agent.Config { return &toyConfig{fault} }}
	if fault == "no default" {
		presets = nil
	}
	return agent.Algorithm{Name: "toy", Presets: presets, Actions: agent.AnyActions, New: newToy}
}

// toyLearner fits the mean of a policy, a linear function of the observation, to noisy rewards.
type toyLearner struct {
	fault      string
	sizes      agent.Sizes
	seed       uint64
	updates    int64
	Weight     *grad.Parameter
	target     *grad.Parameter // a copy of Weight after every update
	optimiser  *optim.Adam
	step       *grad.Executable[float32]
	batch      replay.Transitions
	metrics    track.Metrics
	lastReward float32 // is state, with the fault "hidden state"
}

const toyBatch = 5

func newToy(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, ok := config.(*toyConfig)
	if !ok {
		if foreign, ok := config.(*foreign); ok && foreign.Config.(*toyConfig).fault == "takes any configuration" {
			return nil, nil
		}
		return nil, errors.New("toy: not a toyConfig")
	}
	l := &toyLearner{fault: c.fault, sizes: sizes, seed: seed, Weight: grad.NewParameter(sizes.Observation, sizes.Action)}
	switch {
	case l.fault == "ignores the seed":
		l.seed = 1
	case l.fault == "counts workers" && workers.Count() > 1:
		l.Weight.Filled(1e-3)
	case l.fault == "draws anywhere":
		l.Weight.Filled(rand.Float32())
	}
	l.target = grad.NewParameter(l.Weight.Shape...)
	copy(l.target.Data, l.Weight.Data)
	if l.fault == "begins apart" {
		l.target.Data[0]++
	}
	l.optimiser = optim.NewAdam(grad.TreeOf(l), 1e-2)
	l.batch = replay.NewTransitions(replay.Layout{Observation: sizes.Observation, Action: sizes.Action, Reward: 1}, toyBatch)
	program, err := grad.Trace(l.trace)
	if err != nil {
		return nil, err
	}
	l.step, err = grad.Compile(program, workers)
	return l, err
}

func (l *toyLearner) trace(t *grad.Tracer) {
	error := t.Input("observation", toyBatch, l.sizes.Observation).MatMul(l.Weight).Sub(t.Input("reward", toyBatch, 1))
	loss := error.Add(t.Normal(1, toyBatch, l.sizes.Action)).Square().Mean()
	t.Output("loss", loss)
	l.optimiser.Minimise(t, loss, 0)
}

func (l *toyLearner) Step(experience *replay.Sampler) error {
	if l.fault == "changes without experience" && l.updates == 5 {
		l.Weight.Data[0]++
	}
	if err := experience.SampleTransitions(l.batch, 1, 0.9); err != nil && l.fault != "learns without experience" {
		return err
	}
	copy(l.step.Input("observation"), l.batch.Observation)
	copy(l.step.Input("reward"), l.batch.Reward)
	if l.fault == "hidden state" {
		l.step.Input("reward")[0], l.lastReward = l.lastReward, l.batch.Reward[0]
	}
	l.step.Seed(l.seed, uint64(l.updates))
	if l.fault != "learns nothing" {
		l.step.Run()
	}
	l.follow()
	l.updates++
	return l.measure()
}

func (l *toyLearner) follow() {
	if !l.target.Frozen || l.fault == "thaws" {
		copy(l.target.Data, l.Weight.Data)
	}
	if l.fault == "wanders" && l.Weight.Frozen {
		l.target.Data[0]++
	}
}

var toySink []float32

func (l *toyLearner) measure() error {
	loss := float64(l.step.Output("loss")[0])
	switch {
	case l.fault == "counts by two":
		l.updates++
	case l.fault == "allocates":
		toySink = make([]float32, 100)
	case l.fault == "renames metrics" && l.updates == 5:
		l.metrics.Reset()
		l.metrics.Set("other", 0)
	case l.fault == "no number":
		loss = math.NaN()
	case l.fault == "new parameters":
		l.Weight = &grad.Parameter{Tensor: l.Weight.Tensor}
	}
	l.metrics.Set("loss", loss)
	if l.fault != "overflows in silence" && !finite(loss) && l.fault != "no number" {
		return fmt.Errorf("toy: the loss is %v", loss)
	}
	return nil
}

func (l *toyLearner) Metrics() track.Metrics { return l.metrics }
func (l *toyLearner) Updates() int64         { return l.updates }

func (l *toyLearner) Resume(updates int64) {
	if l.fault != "does not resume" {
		l.updates = updates
	}
}

func (l *toyLearner) Parts() []agent.Part {
	policy, optimiser := agent.Part{Name: "policy", Tree: grad.TreeOf(l)}, agent.Part{Name: "optimiser", Tree: grad.TreeOf(l.optimiser)}
	target := agent.Part{Name: "target_policy", Tree: grad.Tree{{Name: "weight", Parameter: l.target}}, CopyOf: "policy"}
	switch l.fault {
	case "copies nobody":
		target.CopyOf = "nobody"
	case "does not say what it copies":
		target.CopyOf = ""
	case "forgets the optimiser":
		return []agent.Part{policy}
	case "same names":
		optimiser.Name = "policy"
	case "empty part":
		return []agent.Part{policy, optimiser, {Name: "nothing"}}
	}
	return []agent.Part{policy, target, optimiser}
}

func (l *toyLearner) Policy() (agent.Policy, error) {
	p := &toyPolicy{learner: l, own: grad.NewParameter(l.Weight.Shape...), values: make([]float32, l.sizes.Action)}
	if l.fault == "shares parameters" {
		p.own = l.Weight
	}
	copy(p.own.Data, l.Weight.Data)
	return p, nil
}

func (l *toyLearner) Programs() []*grad.Executable[float32] {
	return []*grad.Executable[float32]{l.step}
}
