// Package objectives is the evaluation of a policy by several objectives at once: a critic for each, in units of that
// objective's largest reward.
package objectives

import (
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/grad"
)

// smallestScale keeps an objective that has had no reward but 0 from being divided by 0.
const smallestScale = 1e-30

// Scales are the largest size of each objective's reward that any update has seen. Rewards are divided by them, so that
// learning does not depend on the units in which objectives are given.
type Scales struct {
	Largest []*grad.Parameter // [1] each, 0 at first
}

// NewScales returns the scales of so many objectives.
func NewScales(count int) Scales {
	var s Scales
	for range count {
		s.Largest = append(s.Largest, grad.NewParameter(1))
	}
	return s
}

// Normalise traces the division of rewards, [batch] for each objective, by their scales, [1] each, which it returns
// too. What is divided takes part in the scale.
func (s Scales) Normalise(t *grad.Tracer, rewards []*grad.Value) (normalised, scales []*grad.Value) {
	for k, reward := range rewards {
		scale := t.Value(s.Largest[k]).Max(reward.Abs().Maximum(0).Reshape(1))
		t.Assign(s.Largest[k], scale)
		scale = scale.Max(grad.Scalar(smallestScale))
		normalised, scales = append(normalised, reward.Div(scale)), append(scales, scale)
	}
	return normalised, scales
}

// Loss is half the mean squared error of each network of a critic, added up. The values [batch] of network k are
// regressed on R_k + D · V_k, where rewards R_k, what follows V_k and the discount D are [batch].
func Loss(values, rewards, following []*grad.Value, discount *grad.Value) *grad.Value {
	var loss *grad.Value
	for k := range values {
		own := critic.Regression(values[k:k+1], rewards[k].Add(discount.Mul(following[k])))
		if loss == nil {
			loss = own
		} else {
			loss = loss.Add(own)
		}
	}
	return loss
}
