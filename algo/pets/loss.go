package pets

import (
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/world"
)

// fit is the loss of the ensemble on a batch, of which every member has its own part.
func (l *learner) fit(t *grad.Tracer, batch offpolicy.Batch) world.EnsembleFit {
	own := func(x *grad.Value, size ...int) *grad.Value {
		return x.Reshape(append([]int{l.config.Members, l.config.Batch}, size...)...)
	}
	return l.model.Fit(t, world.Transitions{
		Observation: own(batch.Observation, l.Sizes.Observation), Action: own(batch.Action.Clip(-1, 1), l.Sizes.Action),
		Next: own(batch.Next, l.Sizes.Observation), Reward: own(batch.Reward),
	})
}
