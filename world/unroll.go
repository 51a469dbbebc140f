package world

import (
	"slices"

	"github.com/reverie-rl/reverie/grad"
)

// carry is a state as what a scan carries.
func (s State) carry() []*grad.Value { return []*grad.Value{s.Deterministic, s.Stochastic} }

// stateOf is the inverse of carry.
func stateOf(carry []*grad.Value) State { return State{carry[0], carry[1]} }

// Filter observes one step after the other, beginning with state start: embeddings [time, batch, embedding],
// actions [time, batch, action] that led to each, first [time, batch] where episodes begin, and noise [time,
// batch, ...], or none for modes. It returns [time, batch, ...].
func (r RSSM) Filter(t *grad.Tracer, start State, embeddings, actions, first, noise *grad.Value) Observed {
	arrays := []*grad.Value{embeddings, actions, first}
	if noise != nil {
		arrays = append(arrays, noise)
	}
	scan := grad.Scan{Length: actions.Shape()[0]}
	_, all := scan.Run(t, start.carry(), arrays, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		o := r.Observe(stateOf(carry), elements[0], elements[1], elements[2], optional(elements, 3))
		return o.carry(), append(o.carry(), o.Prior, o.Posterior)
	})
	return Observed{stateOf(all), all[2], all[3]}
}

// Follow imagines what comes of actions [time, batch, action] after start, with noise [time, batch, ...], or
// none for modes. It returns the states arrived at, [time, batch, ...].
func (r RSSM) Follow(t *grad.Tracer, start State, actions, noise *grad.Value) State {
	arrays := []*grad.Value{actions}
	if noise != nil {
		arrays = append(arrays, noise)
	}
	scan := grad.Scan{Length: actions.Shape()[0]}
	_, all := scan.Run(t, start.carry(), arrays, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		s := r.Imagine(stateOf(carry), elements[0], optional(elements, 1))
		return s.carry(), s.carry()
	})
	return stateOf(all)
}

// Policy chooses actions [batch, action] for the features of states, with its own part of the noise for the
// step. What else it returns is kept of each step.
type Policy func(features, noise *grad.Value) (action *grad.Value, further []*grad.Value)

// Dream imagines trajectories of a policy from start [batch, ...], with noise [time, batch, ...] of the model
// and of the policy. It returns the features of the states, the start among them, [time+1, batch, features],
// and what else the policy returned, [time, ...]. Gradients flow through all of it.
func (r RSSM) Dream(t *grad.Tracer, start State, noise, policyNoise *grad.Value, policy Policy) (features *grad.Value, further []*grad.Value) {
	scan := grad.Scan{Length: noise.Shape()[0]}
	arrays := []*grad.Value{noise, policyNoise}
	_, all := scan.Run(t, start.carry(), arrays, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		before := stateOf(carry)
		action, further := policy(r.Features(before), elements[1])
		after := r.Imagine(before, action, elements[0])
		return after.carry(), slices.Concat([]*grad.Value{r.Features(after)}, further)
	})
	return r.Features(start).KeepAxis(0).Concat(0, all[0]), all[1:]
}

// optional is element i, or nil if there are not so many.
func optional(elements []*grad.Value, i int) *grad.Value {
	if i < len(elements) {
		return elements[i]
	}
	return nil
}
