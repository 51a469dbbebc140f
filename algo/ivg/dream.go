package ivg

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/dreaming"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/world"
)

var _ agent.Dreaming = (*learner)(nil)

// Dreamer returns what predicts with the model as it is when it is asked.
func (l *learner) Dreamer(span agent.Span) (agent.Dreamer, error) {
	return dreaming.New(l.predict, l.Sizes, l.Seed, span)
}

// predict encodes what is seen in the context, and follows the recorded actions from its end. There is no chance in
// the model: all samples are the same, and its only latent variable has no divergence.
func (l *learner) predict(t *grad.Tracer, s world.Sequence, span agent.Span) dreaming.Prediction {
	seen, task := l.split(s.Observation.Slice(0, 0, span.Context))
	latents := l.model.Encoder.Apply(l.begun(seen))
	if span.Horizon > 0 {
		start := latents.Slice(0, span.Context-1, span.Context).Reshape(1, l.config.LatentSize)
		latents = latents.Concat(0, arrivals(l.model.Transition.Follow(t, start, s.Action.Slice(0, span.Context, span.Steps()))))
	}
	if task != nil { // it stays what it was
		task = task.Slice(0, span.Context-1, span.Context).Broadcast(span.Steps(), 1, l.Sizes.Tasks)
	}
	sampled := func(x *grad.Value) *grad.Value { // [steps, 1, ...] to [steps, samples, ...]
		shape := append([]int{}, x.Shape()...)
		shape[1] = span.Samples
		return x.Broadcast(shape...)
	}
	return dreaming.Prediction{
		Observation: sampled(l.joined(l.model.Decoder.Mean(latents), task)),
		Reward:      sampled(l.rewardOf(latents, s.Action, task)).Mul(grad.Scalar(1 / l.config.RewardScale)),
		KL:          t.Value(grad.Scalar(0)).Broadcast(span.Context, 1),
	}
}

// joined is the inverse of split.
func (l *learner) joined(seen, task *grad.Value) *grad.Value {
	numbers, size := l.Sizes.Observation-l.Sizes.Tasks, seen.Shape()[len(seen.Shape())-1]
	switch {
	case task == nil:
		return seen
	case numbers == 0:
		return with(task, seen)
	case numbers == size:
		return with(seen, task)
	}
	return with(seen.Slice(-1, 0, numbers), task, seen.Slice(-1, numbers, size))
}

// begun is observations [time, 1, observation] from the beginning of an episode, before which there was the first of
// them for as long as a history needs.
func (l *learner) begun(observations *grad.Value) *grad.Value {
	first := observations.Slice(0, 0, 1)
	for range l.config.History - 1 {
		observations = first.Concat(0, observations)
	}
	return observations
}
