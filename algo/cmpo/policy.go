package cmpo

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
)

// Policy returns a policy that acts with a copy of the online policy's present parameters.
func (l *learner) Policy() (agent.Policy, error) {
	return gaussian.NewPolicy(l.policy, l.Seed, offpolicy.StreamPolicy)
}
