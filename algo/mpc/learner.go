package mpc

import (
	"errors"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/plan"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// learner has nothing to learn: it makes policies.
type learner struct {
	config *Config
	sizes  plan.Sizes
	seed   uint64
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, _ *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("mpc", config)
	if err != nil {
		return nil, err
	}
	return &learner{c, plan.Sizes{Horizon: c.Horizon, Action: sizes.Action}, seed}, nil
}

// Step is an error.
func (l *learner) Step(*replay.Sampler) error { return errors.New("mpc: there is nothing to learn") }

// Metrics describes no update.
func (l *learner) Metrics() track.Metrics { return nil }

// Updates is 0.
func (l *learner) Updates() int64 { return 0 }

// Policy returns a policy that plans once it is in an environment.
func (l *learner) Policy() (agent.Policy, error) { return newPolicy(l), nil }

// Parts is empty.
func (l *learner) Parts() []agent.Part { return nil }

// Resume has nothing to go on with.
func (l *learner) Resume(int64) {}

// Programs is empty.
func (l *learner) Programs() []*grad.Executable[float32] { return nil }
