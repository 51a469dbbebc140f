package dqn

import (
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// loss is the mean of Huber's loss of y - Q(s, a), y = R + D · Q'(s', argmax Q(s', ·)) (van Hasselt et al., 2016,
// equation 4, with n-step returns). It returns the values [batch] of the recorded choices and their targets too.
func (l *learner) loss(batch offpolicy.Batch) (loss, values, target *grad.Value) {
	best := dist.Categorical{Logits: l.online.Apply(batch.Next)}.Mode()
	next := best.Mul(l.target.Apply(batch.Next)).Sum(-1)
	target = batch.Reward.Add(batch.Discount.Mul(next)).Stop()
	values = batch.Action.Mul(l.online.Apply(batch.Observation)).Sum(-1)
	return huber(target.Sub(values)).Mean(), values, target
}

// huber is ½ e² for errors of at most 1 in size, |e| - ½ beyond.
func huber(e *grad.Value) *grad.Value {
	size := e.Abs()
	inner := size.Min(grad.Scalar(1))
	return inner.Mul(size.Sub(inner.Mul(grad.Scalar(0.5))))
}
