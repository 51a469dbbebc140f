package mompo

import "github.com/reverie-rl/reverie/agent"

// Policy returns a policy that acts with a copy of the online policy's present parameters.
func (l *learner) Policy() (agent.Policy, error) { return l.actions.act(l.Sizes, l.Seed) }
