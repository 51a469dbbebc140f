package replaytest

import (
	"math"

	"github.com/reverie-rl/reverie/replay"
)

// model is replay memory written for clarity alone: a list of rows, from which the oldest are cut.
type model struct {
	capacity int
	rows     []row
}

// row is an observation with the step taken there, nil while there is none.
type row struct {
	observation []float32
	step        *replay.Step
}

func (m *model) begin(observation []float32) {
	m.rows = append(m.rows, row{observation: observation})
	m.rows = m.rows[max(0, len(m.rows)-m.capacity):]
}

func (m *model) append(step replay.Step) {
	m.rows[len(m.rows)-1].step = &step
	m.begin(step.Observation)
}

// open reports whether a step may follow: an episode has begun and was not terminated.
func (m *model) open() bool {
	if len(m.rows) < 2 {
		return len(m.rows) == 1
	}
	previous := m.rows[len(m.rows)-2].step
	return previous == nil || previous.Discount > 0
}

// starts returns the rows from which length steps follow in one episode.
func (m *model) starts(length int) []int {
	var starts []int
	for i := range m.rows {
		steps := 0
		for i+steps < len(m.rows) && m.rows[i+steps].step != nil {
			steps++
		}
		if steps >= length {
			starts = append(starts, i)
		}
	}
	return starts
}

// find returns the row with an observation, -1 if there is none. The test histories begin each
// observation with a number of its own.
func (m *model) find(observation []float32) int {
	for i, row := range m.rows {
		if row.observation[0] == observation[0] {
			return i
		}
	}
	return -1
}

// transition computes the n-step item that begins at row start, term by term.
func (m *model) transition(start, n int, gamma float64) (reward []float64, discount float64, next []float32) {
	reward = make([]float64, len(m.rows[start].step.Reward))
	steps := 0
	for steps < n && m.rows[start+steps].step != nil {
		for j := range reward {
			reward[j] += m.weight(start, steps, gamma) * float64(m.rows[start+steps].step.Reward[j])
		}
		steps++
	}
	return reward, m.weight(start, steps, gamma), m.rows[start+steps].observation
}

// weight returns gamma^k d_t+1 ... d_t+k for t = start.
func (m *model) weight(start, k int, gamma float64) float64 {
	weight := math.Pow(gamma, float64(k))
	for i := range k {
		weight *= float64(m.rows[start+i].step.Discount)
	}
	return weight
}
