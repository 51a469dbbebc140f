package agenttest

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/replay"
)

// newTable returns an empty table.
func newTable(layout replay.Layout) (*replay.Table, error) { return replay.NewTable(layout, 200) }

// newSampler returns random experience of a task with rewards of the given size: episodes of 20 steps, half of
// them terminated, half cut off.
func newSampler(sizes agent.Sizes, reward float64, layout replay.Layout) (*replay.Sampler, error) {
	table, err := newTable(layout)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(1, 2))
	for episode := range 6 {
		first := replay.Step{Observation: normal(random, layout.Observation, 1), State: make([]float32, layout.State), Image: noise(random, layout.Image)}
		if err := table.Begin(first); err != nil {
			return nil, err
		}
		for step := range 20 {
			discount := float32(1)
			if step == 19 && episode%2 == 0 {
				discount = 0
			}
			if err := table.Append(randomStep(sizes, random, reward, discount, layout)); err != nil {
				return nil, err
			}
		}
	}
	return replay.NewSampler(1, table)
}

func randomStep(sizes agent.Sizes, random *rand.Rand, reward float64, discount float32, layout replay.Layout) replay.Step {
	return replay.Step{
		Action: randomAction(sizes, random), LogProbability: float32(-2 + random.NormFloat64()),
		Reward: normal(random, layout.Reward, reward), Discount: discount, Observation: normal(random, layout.Observation, 1), State: normal(random, layout.State, 1),
		Image: noise(random, layout.Image),
	}
}

// randomAction is a row of normal numbers, or one-hot.
func randomAction(sizes agent.Sizes, random *rand.Rand) []float32 {
	if !sizes.Discrete {
		return normal(random, sizes.Action, 1)
	}
	row := make([]float32, sizes.Action)
	row[random.IntN(sizes.Action)] = 1
	return row
}

// normal returns count normal numbers of this deviation.
func normal(random *rand.Rand, count int, deviation float64) []float32 {
	row := make([]float32, count)
	for i := range row {
		row[i] = float32(deviation * random.NormFloat64())
	}
	return row
}

// noise returns a picture of random bytes.
func noise(random *rand.Rand, count int) []byte {
	picture := make([]byte, count)
	for i := range picture {
		picture[i] = byte(random.Uint32())
	}
	return picture
}

// observations returns some observations to act on: many, if only some of them can tell two policies apart because
// choices are few.
func (s suite) observations() []agent.Observation {
	count, random := 4, rand.New(rand.NewPCG(3, 4))
	if s.sizes.Discrete {
		count = 64
	}
	var rows []agent.Observation
	for range count {
		rows = append(rows, agent.Observation{Numbers: normal(random, s.sizes.Observation, 1), Image: noise(random, s.sizes.Image.Bytes())})
	}
	return rows
}
