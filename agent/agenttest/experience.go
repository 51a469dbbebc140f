package agenttest

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/replay"
)

// newTable returns an empty table of the suite's task, for a policy with state numbers of recurrent state.
func newTable(state int) (*replay.Table, error) {
	return replay.NewTable(replay.Layout{Observation: sizes.Observation, Action: sizes.Action, Reward: 1, State: state}, 200)
}

// newSampler returns random experience with rewards of the given size: episodes of 20 steps, half of
// them terminated, half cut off.
func newSampler(reward float64, state int) (*replay.Sampler, error) {
	table, err := newTable(state)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(1, 2))
	for episode := range 6 {
		if err := table.Begin(replay.Step{Observation: normal(random, sizes.Observation, 1), State: make([]float32, state)}); err != nil {
			return nil, err
		}
		for step := range 20 {
			discount := float32(1)
			if step == 19 && episode%2 == 0 {
				discount = 0
			}
			if err := table.Append(randomStep(random, reward, discount, state)); err != nil {
				return nil, err
			}
		}
	}
	return replay.NewSampler(1, table)
}

func randomStep(random *rand.Rand, reward float64, discount float32, state int) replay.Step {
	return replay.Step{
		Action: normal(random, sizes.Action, 1), LogProbability: float32(-2 + random.NormFloat64()),
		Reward: normal(random, 1, reward), Discount: discount, Observation: normal(random, sizes.Observation, 1), State: normal(random, state, 1),
	}
}

// normal returns count normal numbers of this deviation.
func normal(random *rand.Rand, count int, deviation float64) []float32 {
	row := make([]float32, count)
	for i := range row {
		row[i] = float32(deviation * random.NormFloat64())
	}
	return row
}

// observations returns some observations to act on.
func observations() [][]float32 {
	random := rand.New(rand.NewPCG(3, 4))
	var rows [][]float32
	for range 4 {
		rows = append(rows, normal(random, sizes.Observation, 1))
	}
	return rows
}
