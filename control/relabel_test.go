//go:build cgo

package control

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// arrival is a step as a log keeps it.
type arrival struct {
	physics          []float64
	reward, discount float64
}

// recordPlay begins an episode and takes steps with random actions, beyond its end if it is shorter.
func recordPlay(t *testing.T, e *Environment, random *rand.Rand, steps int) []arrival {
	t.Helper()
	reset(t, e)
	action := make([]float64, e.Action().Size())
	var arrivals []arrival
	for len(arrivals) < steps {
		for i := range action {
			low, high := e.Action().Minimum[i], e.Action().Maximum[i]
			action[i] = max(-10, low) + (min(10, high)-max(-10, low))*random.Float64()
		}
		step := act(t, e, action...)
		if step.Type == env.First {
			continue
		}
		arrivals = append(arrivals, arrival{make([]float64, e.PhysicsSpec().Size), step.Reward, step.Discount})
		if err := e.Physics(arrivals[len(arrivals)-1].physics); err != nil {
			t.Fatal(err)
		}
	}
	return arrivals
}

// changes reports whether not all rewards are the same.
func changes(arrivals []arrival) bool {
	for _, a := range arrivals {
		if a.reward != arrivals[0].reward {
			return true
		}
	}
	return false
}

// relabel asks e for the reward and the discount of an arrival.
func relabel(t *testing.T, e *Environment, a arrival) arrival {
	t.Helper()
	reward, discount, err := e.RewardOf(a.physics)
	if err != nil {
		t.Fatal(err)
	}
	return arrival{a.physics, reward, discount}
}

// skilled lists the tasks in which chance earns nothing.
var skilled = []string{"cartpole-swingup_sparse", "finger-spin", "hopper-hop"}

// TestRelabellingRepeatsRewards records many beginnings of episodes of every task and asks a second
// environment, whose seed is another, for their rewards: backwards, so that none can come from the state
// before.
func TestRelabellingRepeatsRewards(t *testing.T) {
	for _, task := range tasks() {
		t.Run(task.name, func(t *testing.T) {
			e, other := open(t, task.name, 1), open(t, task.name, 2)
			if e.PhysicsSpec() != other.PhysicsSpec() {
				t.Errorf("two environments have the physics of %v and %v", e.PhysicsSpec(), other.PhysicsSpec())
			}
			episodes, random := 40, rand.New(rand.NewPCG(3, 4))
			if physicsOf(e).model.NV > 10 { // slow
				episodes = 5
			}
			var arrivals []arrival
			for range episodes {
				arrivals = append(arrivals, recordPlay(t, e, random, 50)...)
			}
			if chance := !slices.Contains(skilled, task.name); chance && !changes(arrivals) {
				t.Errorf("all rewards are %v, so the test is too easy", arrivals[0].reward)
			}
			for i, a := range slices.Backward(arrivals) {
				if got := relabel(t, other, a); got.reward != a.reward || got.discount != a.discount {
					t.Fatalf("step %d of %d: reward %v and discount %v, want %v and %v", i, len(arrivals), got.reward, got.discount, a.reward, a.discount)
				}
			}
		})
	}
}

// TestRelabellingForAnotherTask compares the rewards of one task's steps in another task with those of
// an environment of that task that is put in the very state of the first.
func TestRelabellingForAnotherTask(t *testing.T) {
	for _, pair := range [][2]string{
		{"cartpole-swingup", "cartpole-swingup_sparse"}, {"cartpole-balance", "cartpole-swingup_sparse"},
		{"reacher-easy", "reacher-hard"}, {"reacher-hard", "reacher-easy"},
		{"walker-stand", "walker-walk"}, {"walker-walk", "walker-run"},
		{"finger-turn_easy", "finger-turn_hard"}, {"fish-swim", "fish-upright"}, {"fish-upright", "fish-swim"},
		{"hopper-hop", "hopper-stand"}, {"humanoid-run", "humanoid-stand"},
		{"quadruped-run", "quadruped-walk"}, {"dog-trot", "dog-stand"}, {"dog-stand", "dog-run"},
	} {
		t.Run(pair[0]+" for "+pair[1], func(t *testing.T) {
			e, target, twin := open(t, pair[0], 1), open(t, pair[1], 2), open(t, pair[1], 3)
			if err := target.PhysicsSpec().CheckSource(e.PhysicsSpec()); err != nil {
				t.Error(err)
			}
			of, played := taskOf(t, pair[1]).bind(physicsOf(twin)), taskOf(t, pair[0]).bind(physicsOf(e)) // at the default state
			reset(t, twin)                                                                                // sets what is the task's own
			same, random := true, rand.New(rand.NewPCG(5, 6))
			for range 50 {
				a := recordPlay(t, e, random, 1+random.IntN(4))
				last := a[len(a)-1]
				want := rewardInStateOf(t, twin, of, e, played)
				if got := relabel(t, target, last); got.reward != want {
					t.Fatalf("reward %v, want %v", got.reward, want)
				}
				same = same && want == last.reward
			}
			if same {
				t.Error("both tasks gave all steps the same rewards, so the test is too easy")
			}
		})
	}
}

// rewardInStateOf takes a simulation to the whole state of another, and the goals to where they are there.
func rewardInStateOf(t *testing.T, e *Environment, of binding, other *Environment, played binding) float64 {
	t.Helper()
	for i, goal := range played.Goals {
		copy(of.Goals[i], goal)
	}
	if err := physicsOf(e).data.Restore(physicsOf(other).data.Save(nil)); err != nil {
		t.Fatal(err)
	}
	return of.Reward()
}

// TestBodies lists the tasks that can take over each other's steps.
func TestBodies(t *testing.T) {
	tasksOf := map[string][]string{}
	for _, task := range tasks() {
		e := open(t, task.name, 1)
		model := e.PhysicsSpec().Model
		tasksOf[model] = append(tasksOf[model], task.name)
	}
	var got []string
	for _, names := range tasksOf {
		if len(names) > 1 {
			got = append(got, strings.Join(names, " "))
		}
	}
	slices.Sort(got)
	want := []string{
		"acrobot-swingup acrobot-swingup_sparse",
		"cartpole-balance cartpole-balance_sparse cartpole-swingup cartpole-swingup_sparse",
		"dog-run dog-stand dog-trot dog-walk",
		"finger-turn_easy finger-turn_hard",
		"fish-swim fish-upright",
		"hopper-hop hopper-stand",
		"humanoid-run humanoid-run_pure_state humanoid-stand humanoid-walk",
		"humanoid_CMU-run humanoid_CMU-stand humanoid_CMU-walk",
		"quadruped-run quadruped-walk",
		"reacher-easy reacher-hard",
		"walker-run walker-stand walker-walk",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the bodies with several tasks are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestTerminationIsRelabelled brings a linear system to its goal, where its episodes end.
func TestTerminationIsRelabelled(t *testing.T) {
	e := open(t, "lqr-lqr_2_1", 1)
	if _, err := e.SetState([]float64{1e-8, 0}, []float64{0, 1e-8}); err != nil {
		t.Fatal(err)
	}
	if step := act(t, e, 0); !step.Terminated() {
		t.Fatalf("the step to the goal has discount %g", step.Discount)
	}
	physics := make([]float64, e.PhysicsSpec().Size)
	if err := e.Physics(physics); err != nil {
		t.Fatal(err)
	}
	for position, want := range map[float64]float64{physics[0]: 0, .1: 1} {
		physics[0] = position
		if _, discount, err := e.RewardOf(physics); err != nil || discount != want {
			t.Errorf("with a ball at %g the discount is %g, want %g; %v", position, discount, want, err)
		}
	}
}

// TestSkillIsRelabelled writes down states that are worth something in the tasks in which chance earns
// nothing.
func TestSkillIsRelabelled(t *testing.T) {
	for _, test := range []struct {
		name  string
		place int // in the physics: positions, then velocities
		value float64
	}{{"cartpole-swingup_sparse", 1, 0}, {"finger-spin", 3 + 2, -16}, {"hopper-hop", 7 + 0, 3}} {
		e := open(t, test.name, 1)
		if _, err := e.SetState(physicsOf(e).model.QPos0, make([]float64, physicsOf(e).model.NV)); err != nil {
			t.Fatal(err)
		}
		a := arrival{physics: make([]float64, e.PhysicsSpec().Size)}
		if err := e.Physics(a.physics); err != nil {
			t.Fatal(err)
		}
		a.physics[test.place] = test.value
		if got := relabel(t, e, a); got.reward != 1 {
			t.Errorf("%s: the reward is %g, want 1", test.name, got.reward)
		}
	}
}

func TestBadPhysicsAreRefused(t *testing.T) {
	e := open(t, "walker-walk", 1)
	reset(t, e)
	physics := make([]float64, e.PhysicsSpec().Size)
	errShort := e.Physics(physics[1:])
	_, _, errSize := e.RewardOf(physics[1:])
	physics[0] = 1e12 // more than MuJoCo computes with
	_, _, errHuge := e.RewardOf(physics)
	e.Close()
	_, _, errClosed := e.RewardOf(physics)
	for want, err := range map[string]error{"numbers for the physics of control/walker@": errShort, "there are": errSize, "relabelling": errHuge, "closed": errClosed} {
		if err == nil || !strings.Contains(err.Error(), "walker-walk") || !strings.Contains(err.Error(), want) {
			t.Errorf("got the error %v, want one with %q", err, want)
		}
	}
	if err := e.Physics(physics); err == nil {
		t.Error("a closed environment has physics")
	}
}

func TestRelabellingAllocatesNothing(t *testing.T) {
	e := open(t, "reacher-easy", 1)
	reset(t, e)
	physics := make([]float64, e.PhysicsSpec().Size)
	if allocations := testing.AllocsPerRun(100, func() {
		if err := e.Physics(physics); err != nil {
			t.Fatal(err)
		}
		if _, _, err := e.RewardOf(physics); err != nil {
			t.Fatal(err)
		}
	}); allocations != 0 {
		t.Errorf("%g allocations a step", allocations)
	}
}
