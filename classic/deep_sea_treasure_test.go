package classic

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// dive goes right to a column, and then down until the episode ends. It returns the sum of the objectives and of the
// rewards.
func dive(t *testing.T, column int) (objectives [2]float64, reward float64) {
	t.Helper()
	e, _ := NewDeepSeaTreasure(1)
	taken := 0
	step, err := e.Reset()
	for err == nil && step.Type != env.Last {
		action := []float64{1}
		if taken < column {
			action[0] = 3
		}
		step, err = e.Step(action)
		taken++
		reward += step.Reward
		for i, r := range step.Rewards {
			objectives[i] += r
		}
	}
	if err != nil || !step.Terminated() {
		t.Fatalf("column %d ends with %+v, %v", column, step, err)
	}
	return objectives, reward
}

// The shortest way to each treasure has the returns of the front, which are those of the literature.
func TestTreasureFront(t *testing.T) {
	want := [][]float64{{1, -1}, {2, -3}, {3, -5}, {5, -7}, {8, -8}, {16, -9}, {24, -13}, {50, -14}, {74, -17}, {124, -19}}
	for column, point := range TreasureFront() {
		objectives, reward := dive(t, column)
		if !slices.Equal(point, want[column]) || !slices.Equal(objectives[:], want[column]) || reward != want[column][0]+want[column][1] {
			t.Errorf("the treasure of column %d returns %v and %v, and is on the front with %v; want %v", column, objectives, reward, point, want[column])
		}
	}
}

// Nothing moves into rock or out of the sea, and time passes.
func TestTreasureIsWalledIn(t *testing.T) {
	e, _ := NewDeepSeaTreasure(1)
	d := e.(*DeepSeaTreasure)
	for _, c := range []struct {
		from, to [2]float64
		move     float64
	}{
		{[2]float64{0, 0}, [2]float64{0, 0}, 0},
		{[2]float64{0, 0}, [2]float64{0, 0}, 2},
		{[2]float64{0, 9}, [2]float64{0, 9}, 3},
		{[2]float64{6, 6}, [2]float64{6, 6}, 2},
		{[2]float64{3, 3}, [2]float64{3, 4}, 3},
		{[2]float64{3, 9}, [2]float64{2, 9}, 0},
	} {
		if _, err := e.Reset(); err != nil {
			t.Fatal(err)
		}
		d.hunt.memory = c.from
		step, err := e.Step([]float64{c.move})
		if err != nil || d.hunt.memory != c.to || !slices.Equal(step.Rewards, []float64{0, -1}) || step.Type != env.Mid {
			t.Errorf("move %v from %v leads to %v and %+v, %v; want %v", c.move, c.from, d.hunt.memory, step, err, c.to)
		}
	}
}
