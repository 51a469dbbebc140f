// Package dreaming is the agent.Dreamer of any algorithm that learns a model of the world.
package dreaming

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/world"
)

// StreamFuture is the random stream of the imagined latents: that of no learner.
const StreamFuture = 1 << 20

// dreamer is a compiled forecast.
type dreamer struct {
	sizes agent.Sizes
	span  agent.Span
	seed  uint64
	run   *grad.Executable[float32]
	// continues is whether the model predicts ends of episodes.
	continues bool
}

// Prediction is what a model says of a sequence of batch 1, of which it has seen the context alone. Behind the context
// there is a sample of the future each.
type Prediction struct {
	Observation  *grad.Value // [steps, samples, observation], numbers and pixels as package observation makes them
	Reward       *grad.Value // [steps, samples], on arrival
	Continuation *grad.Value // [steps, samples]: the probability that the episode goes on; nil if the model always says so
	KL           *grad.Value // [context, variables]: of posterior and prior, in nats
}

// Predictor traces what a model says of a sequence, which has no rewards and no masks but First.
type Predictor func(t *grad.Tracer, s world.Sequence, span agent.Span) Prediction

// OfWorld predicts with a world.Model.
func OfWorld(model world.Model) Predictor {
	return func(t *grad.Tracer, s world.Sequence, span agent.Span) Prediction {
		forecast := model.Forecast(t, s, span.Context, span.Samples, StreamFuture)
		p := Prediction{Observation: model.Decoder.Mean(forecast.Features), Reward: model.Reward.Mean(forecast.Features), KL: forecast.KL}
		if model.Continuation != nil {
			p.Continuation = model.Continuation.Mean(forecast.Features)
		}
		return p
	}
}

// New returns what predicts as predict does, with the parameters as they are at every dream.
func New(predict Predictor, sizes agent.Sizes, seed uint64, span agent.Span) (agent.Dreamer, error) {
	if err := span.Validate(); err != nil {
		return nil, err
	}
	d := &dreamer{sizes: sizes, span: span, seed: seed}
	program, err := grad.Trace(func(t *grad.Tracer) { d.continues = trace(t, predict, sizes, span) })
	if err != nil {
		return nil, err
	}
	d.run, err = grad.Compile(program, nil)
	return d.dream, err
}

// trace traces what the model says of one segment: outputs are [steps, ...]. It returns whether ends of episodes are
// among them.
func trace(t *grad.Tracer, predict Predictor, sizes agent.Sizes, span agent.Span) (continues bool) {
	steps := span.Steps()
	p := predict(t, world.Sequence{
		Observation: observation.Input(t, sizes, steps, 1),
		Action:      t.Input("action", steps, 1, sizes.Action).Clip(-1, 1),
		First:       t.Value(grad.Scalar(1)).Broadcast(1, 1).Pad(0, 0, steps-1),
	}, span)
	output := func(name string, x *grad.Value) {
		mean, deviation := world.Spread(x)
		t.Output(name, mean)
		t.Output(name+"_deviation", deviation)
	}
	if numbers := sizes.Observation; numbers > 0 {
		output("observation", p.Observation.Slice(-1, 0, numbers))
	}
	if size := observation.Size(sizes); size > sizes.Observation {
		t.Output("picture", p.Observation.Slice(-1, sizes.Observation, size).Mean(1))
	}
	output("reward", p.Reward)
	if p.Continuation != nil {
		output("continuation", p.Continuation)
	}
	t.Output("kl", p.KL)
	return p.Continuation != nil
}

// dream fills the program with a segment, which may be shorter: what is behind it has no influence on what
// comes before.
func (d *dreamer) dream(segment agent.Segment) (agent.Dream, error) {
	if err := segment.Validate(d.sizes, d.span); err != nil {
		return agent.Dream{}, err
	}
	seen := observation.Memory(d.run, d.sizes)
	fill(seen.Numbers, segment.Observations)
	fill(seen.Image, segment.Pictures)
	fill(d.run.Input("action")[d.sizes.Action:], segment.Actions) // none led to the first observation
	d.run.Seed(d.seed, 0)
	d.run.Run()
	steps := len(segment.Observations)
	values := func(name string) []float32 { return slices.Clone(d.run.Output(name)[:steps]) }
	numbers := func(name string) [][]float32 {
		if d.sizes.Observation == 0 {
			return make([][]float32, steps)
		}
		return rows(d.run.Output(name), steps, d.sizes.Observation)
	}
	variables := len(d.run.Output("kl")) / d.span.Context
	dream := agent.Dream{
		Observations:     numbers("observation"),
		Deviations:       numbers("observation_deviation"),
		Rewards:          values("reward"),
		RewardDeviations: values("reward_deviation"),
		Divergences:      rows(d.run.Output("kl"), min(steps, d.span.Context), variables),
	}
	if d.continues {
		dream.Continuations = values("continuation")
	}
	if size := d.sizes.Image.Bytes(); size > 0 {
		dream.Pictures = pictures(d.run.Output("picture"), steps, size)
	}
	return dream, nil
}

// pictures are the first pictures of so many bytes in memory, where pixels are numbers from -½ to ½.
func pictures(memory []float32, count, size int) [][]byte {
	all := make([][]byte, count)
	for i := range all {
		all[i] = make([]byte, size)
		for j, x := range memory[i*size : (i+1)*size] {
			all[i][j] = byte(math.Round(255 * float64(min(max(x+0.5, 0), 1))))
		}
	}
	return all
}

// fill writes rows one after another into memory, and zeros behind them.
func fill[E float32 | byte](memory []E, rows [][]E) {
	for _, row := range rows {
		memory = memory[copy(memory, row):]
	}
	clear(memory)
}

// rows are the first rows of so many numbers in memory, in memory of their own.
func rows(memory []float32, count, size int) [][]float32 {
	all := make([][]float32, count)
	for i := range all {
		all[i] = slices.Clone(memory[i*size : (i+1)*size])
	}
	return all
}
