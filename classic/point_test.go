package classic

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// By hand: tanh(1)^2 = 0.5800257 and tanh(0.5)^2 = 0.2135523.
func TestPointRewards(t *testing.T) {
	for _, test := range []struct {
		physics []float64 // position, velocity
		want    [4]float64
	}{
		{[]float64{0.5, 0.4, 0, 0}, [4]float64{1, 1 - square(math.Tanh(1/0.3)), 1, 0}},
		{[]float64{0.5, 0.1, 0.15, 0}, [4]float64{0.4199743, 1 - square(math.Tanh(math.Hypot(1, 0.3)/0.3)), 0.7864477, 0.15}},
		{[]float64{-0.5, 0.4, 0, -0.3}, [4]float64{1 - square(math.Tanh(1/0.3)), 1, 0.4199743, 0.3}},
		{[]float64{-0.5, 0.25, 0.9, 0.9}, [4]float64{1 - square(math.Tanh(math.Hypot(1, 0.15)/0.3)), 0.7864477, 1 - square(math.Tanh(3*math.Sqrt2)), 1}},
	} {
		for task, want := range test.want {
			if got := pointReward(task, test.physics); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s at %v: %v, want %v", pointTasks[task].name, test.physics, got, want)
			}
		}
	}
}

func square(x float64) float64 { return x * x }

// By hand: v' = (v + 0.1 F) / 1.1 and x' = x + 0.05 v'; the edge stops what meets it.
func TestPointMoves(t *testing.T) {
	p := &point{memory: [5]float64{0, 0.999, 0.45, 0.5, 0}}
	p.advance([]float64{1, -0.5}, nil)
	if want := [5]float64{0.025, 1, 0.5, 0, 0}; !slices.EqualFunc(p.memory[:], want[:], func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
		t.Errorf("the point is at %v, want %v", p.memory, want)
	}
}

// The reward of the task that is asked for is that of the same task alone, from the same state.
func TestPointMultitaskIsItsTasks(t *testing.T) {
	made, _ := NewPointMultitask(5)
	several := made.(*MultitaskPoint)
	if want := []string{"red", "blue", "slow", "fast"}; !slices.Equal(several.Tasks(), want) {
		t.Fatalf("the tasks are %v, want %v", several.Tasks(), want)
	}
	alone := make([]*Point, len(pointTasks))
	for task := range alone {
		alone[task] = newPointTask(task, 1)
		_, _ = alone[task].Reset()
	}
	for range 20 {
		first, _ := several.Reset()
		asked := slices.Index(first.Observation[2].Float64, 1)
		action := []float64{0.3, -0.7}
		for task, one := range alone {
			copy(one.point.memory[:4], several.point.memory[:4])
			one.point.memory[4] = float64(task)
		}
		step, _ := several.Step(action)
		for task, one := range alone {
			want, _ := one.Step(action)
			if step.Rewards[task] != want.Reward || task == asked && step.Reward != want.Reward {
				t.Fatalf("task %d has reward %v of %v with %d asked, alone %v", task, step.Rewards[task], step, asked, want.Reward)
			}
			_, _ = one.Reset()
		}
	}
}

// Experience of a task alone tells the rewards of all, and that it is this task's.
func TestPointTellsAllRewardsOfATaskAlone(t *testing.T) {
	several := open(t, NewPointMultitask).(env.MultiRelabeller)
	physics, rewards := make([]float64, 5), make([]float64, 4)
	for task := range pointTasks {
		alone := newPointTask(task, 3)
		_, _ = alone.Reset()
		step, _ := alone.Step([]float64{1, 1})
		if err := several.PhysicsSpec().CheckSource(alone.PhysicsSpec()); err != nil {
			t.Fatal(err)
		}
		_ = alone.Physics(physics)
		if played, err := several.RewardsOf(physics, rewards); err != nil || played != task || rewards[task] != step.Reward {
			t.Errorf("task %d is taken for %d with rewards %v, %v; it had %v", task, played, rewards, err, step.Reward)
		}
		if reward, _, err := several.RewardOf(physics); err != nil || reward != step.Reward {
			t.Errorf("task %d: reward %v, %v; it had %v", task, reward, err, step.Reward)
		}
	}
	for want, bad := range map[string][]float64{
		"element 4 of the physics is 1.5": {0, 0, 0, 0, 1.5}, "element 4 of the physics is 4": {0, 0, 0, 0, 4},
		"there are 4 numbers": {0, 0, 0, 0}, "element 4 of the physics is -1": {0, 0, 0, 0, -1},
	} {
		if _, err := several.RewardsOf(bad, rewards); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the physics %v: %v, want %q", bad, err, want)
		}
		if _, _, err := several.RewardOf(bad); err == nil {
			t.Errorf("RewardOf accepted the physics %v", bad)
		}
	}
	if _, err := several.RewardsOf(make([]float64, 5), make([]float64, 3)); err == nil || !strings.Contains(err.Error(), "room for 3 rewards") {
		t.Errorf("room for 3 rewards: %v", err)
	}
}

func TestPointMultitaskAllocatesNothing(t *testing.T) {
	e := open(t, NewPointMultitask)
	action, physics, rewards := []float64{1, 0}, make([]float64, 5), make([]float64, 4)
	if allocations := testing.AllocsPerRun(100, func() {
		_, _ = e.Step(action)
		_, _ = e.(env.MultiRelabeller).RewardsOf(physics, rewards)
	}); allocations != 0 {
		t.Errorf("%v allocations a step", allocations)
	}
}
