package agenttest

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// fixedConfig is the settings of an algorithm that learns nothing and has one fault, or none.
type fixedConfig struct{ fault string }

func (c *fixedConfig) Validate() error { return nil }

func (c *fixedConfig) Schedule() agent.Schedule {
	if c.fault == "wants to learn" {
		return agent.Schedule{StepsPerUpdate: 1}
	}
	return agent.Schedule{Warmup: math.MaxInt64, StepsPerUpdate: 1}
}

func fixed(fault string) agent.Algorithm {
	return agent.Algorithm{
		Name: "fixed", Untrained: true,
		Presets: map[string]func() agent.Config{"default": func() agent.Config { return &fixedConfig{fault} }},
		New: func(config agent.Config, _ agent.Sizes, seed uint64, _ *grad.Workers) (agent.Learner, error) {
			c, ok := config.(*fixedConfig)
			if !ok {
				return nil, errors.New("fixed: not a fixedConfig")
			}
			return &fixedLearner{c.fault, seed}, nil
		},
	}
}

type fixedLearner struct {
	fault string
	seed  uint64
}

func (l *fixedLearner) Step(*replay.Sampler) error {
	if l.fault == "learns" {
		return nil
	}
	return errors.New("fixed: there is nothing to learn")
}

func (l *fixedLearner) Parts() []agent.Part {
	if l.fault == "has parts" {
		return []agent.Part{{Name: "policy", Tree: grad.Tree{{Name: "w", Parameter: grad.NewParameter(1)}}}}
	}
	return nil
}

func (l *fixedLearner) Metrics() track.Metrics                { return nil }
func (l *fixedLearner) Updates() int64                        { return 0 }
func (l *fixedLearner) Policy() (agent.Policy, error)         { return &fixedPolicy{fixedLearner: l}, nil }
func (l *fixedLearner) Resume(int64)                          {}
func (l *fixedLearner) Programs() []*grad.Executable[float32] { return nil }

// fixedPolicy moves towards 0, with noise.
type fixedPolicy struct {
	*fixedLearner
	copies int
	place  [3]float64
}

func (p *fixedPolicy) In(task env.Task, workers int) (agent.Simulating, error) {
	made, err := task.New(0)
	if _, ok := made.(env.Snapshotter); err == nil && !ok && p.fault != "copies anything" {
		err = errors.New("fixed: it cannot be saved")
	}
	return &fixedPolicy{fixedLearner: p.fixedLearner, copies: workers}, err
}

func (p *fixedPolicy) Stand(snapshot []byte) error {
	if _, err := binary.Decode(snapshot, binary.LittleEndian, &p.place); err != nil && p.fault != "stands anywhere" {
		return err
	}
	return nil
}

func (p *fixedPolicy) Act(_ agent.Observation, _ []float32, occasion uint64, deterministic bool) agent.Action {
	action := agent.Action{Values: []float32{float32(-p.place[0]), float32(-p.place[1])}}
	if !deterministic {
		action.Values[0] += rand.New(rand.NewPCG(p.seed, occasion)).Float32()
	}
	if p.fault == "counts copies" {
		action.Values[1] += float32(p.copies)
	}
	return action
}

func (p *fixedPolicy) StateSize() int { return 0 }
func (p *fixedPolicy) Refresh()       {}
func (p *fixedPolicy) Close() error   { return nil }
