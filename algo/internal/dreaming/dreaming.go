// Package dreaming is the agent.Dreamer of any algorithm that learns a world.Model.
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

// New returns what predicts with model, whose parameters it reads at every dream.
func New(model world.Model, sizes agent.Sizes, seed uint64, span agent.Span) (agent.Dreamer, error) {
	if err := span.Validate(); err != nil {
		return nil, err
	}
	program, err := grad.Trace(func(t *grad.Tracer) { trace(t, model, sizes, span) })
	if err != nil {
		return nil, err
	}
	run, err := grad.Compile(program, nil)
	if err != nil {
		return nil, err
	}
	d := &dreamer{sizes: sizes, span: span, seed: seed, run: run, continues: model.Continuation != nil}
	return d.dream, nil
}

// trace traces what the model says of one segment: outputs are [steps, ...].
func trace(t *grad.Tracer, model world.Model, sizes agent.Sizes, span agent.Span) {
	steps := span.Steps()
	forecast := model.Forecast(t, world.Sequence{
		Observation: observation.Input(t, sizes, steps, 1),
		Action:      t.Input("action", steps, 1, sizes.Action).Clip(-1, 1),
		First:       t.Value(grad.Scalar(1)).Broadcast(1, 1).Pad(0, 0, steps-1),
	}, span.Context, span.Samples, StreamFuture)
	output := func(name string, x *grad.Value) {
		mean, deviation := world.Spread(x)
		t.Output(name, mean)
		t.Output(name+"_deviation", deviation)
	}
	predicted := model.Decoder.Mean(forecast.Features)
	if numbers := sizes.Observation; numbers > 0 {
		output("observation", predicted.Slice(-1, 0, numbers))
	}
	if size := observation.Size(sizes); size > sizes.Observation {
		t.Output("picture", predicted.Slice(-1, sizes.Observation, size).Mean(1))
	}
	output("reward", model.Reward.Mean(forecast.Features))
	output("continuation", model.Continues(t, forecast.Features))
	t.Output("kl", forecast.KL)
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
