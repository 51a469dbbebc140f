//go:build cgo

package arm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
	"github.com/reverie-rl/reverie/mujoco"
)

// TestConformance checks a task of each kind against the contract of package env; reverie envcheck checks all.
func TestConformance(t *testing.T) {
	for _, name := range []string{
		"planar_reach", "planar_stack_sparse", "planar_match", "planar_lift_distractor", "planar_lift_relit", "planar_stack_switching", "planar_multitask",
		"stack_ball", "multitask",
	} {
		t.Run(name, func(t *testing.T) {
			envtest.Run(t, func(seed uint64) (env.Environment, error) {
				return New("arm/"+name, seed, Config{Profile: mujoco.Fast})
			})
		})
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, task := range Tasks() {
		if seen[task.Name] {
			t.Errorf("two tasks are called %s", task.Name)
		}
		seen[task.Name] = true
	}
	if _, err := New("arm/planar_lfit", 1, Config{}); err == nil || !strings.Contains(err.Error(), "arm/planar_lift") {
		t.Errorf("a misspelt task: %v, want a suggestion", err)
	}
}

func TestModelIsWhole(t *testing.T) {
	for _, task := range Tasks() {
		text, err := Model(task.Name)
		if err != nil {
			t.Fatal(err)
		}
		model, err := mujoco.Compile(text, nil)
		if err != nil {
			t.Fatalf("%s: %v", task.Name, err)
		}
		model.Close()
	}
	if _, err := Model("arm/planar_lfit"); err == nil || !strings.Contains(err.Error(), "arm/planar_lift") {
		t.Errorf("no task: %v", err)
	}
}

// step takes a step.
func step(t testing.TB, e env.Environment, action ...float64) env.TimeStep {
	t.Helper()
	next, err := e.Step(action)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestEpisodesLastAHundredSteps(t *testing.T) {
	e := open(t, "planar_lift", 1)
	for i := range 101 {
		if got := step(t, e, 0, 0, 0); (got.Type == env.Last) != (i == 100) || got.Terminated() {
			t.Fatalf("step %d is %s with discount %g", i, got.Type, got.Discount)
		}
	}
}

// TestSparseRewardsAreSuccess plays with the expert, who stacks red on blue.
func TestSparseRewardsAreSuccess(t *testing.T) {
	for _, o := range objectives() {
		e := open(t, "planar_"+o.name+"_sparse", 3)
		first := step(t, e)
		expert, successes := &planarExpert{scene: e.scene, stacks: true}, 0
		for next := first; next.Type != env.Last; {
			next = step(t, e, expert.act()...)
			if next.Reward != indicator(e.Success()) {
				t.Fatalf("%s: reward %g with success %v", o.name, next.Reward, e.Success())
			}
			successes += int(next.Reward)
		}
		if successes == 0 && o.name != "match" {
			t.Errorf("%s: no success on the way to a stack", o.name)
		}
	}
}

// TestRewardsOfSeveralTasksAreThoseOfEach compares the rewards of a task of several with what the single tasks
// say of the same physics, and counts which are played.
func TestRewardsOfSeveralTasksAreThoseOfEach(t *testing.T) {
	opened, err := New("arm/planar_multitask", 1, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	e, played := opened.(*MultiTask), map[int]int{}
	var single []*Environment
	for _, name := range e.Tasks() {
		single = append(single, open(t, "planar_"+name, 2))
	}
	physics, random := make([]float64, e.PhysicsSpec().Size), rand.New(rand.NewPCG(1, 2))
	for range 30 {
		first, err := e.Reset()
		if err != nil || first.Rewards != nil {
			t.Fatalf("FIRST has the rewards %v (%v)", first.Rewards, err)
		}
		now := slices.Index(first.Observation[len(first.Observation)-1].Float64, 1)
		played[now]++
		next := step(t, e, random.Float64(), -random.Float64(), random.Float64())
		if err := e.Physics(physics); err != nil {
			t.Fatal(err)
		}
		if len(next.Rewards) != len(single) || next.Reward != next.Rewards[now] {
			t.Fatalf("reward %g of task %d, all rewards %v", next.Reward, now, next.Rewards)
		}
		for i, other := range single {
			if reward, _, err := other.RewardOf(physics); err != nil || reward != next.Rewards[i] {
				t.Fatalf("%s: reward %v (%v), want %v", e.Tasks()[i], reward, err, next.Rewards[i])
			}
		}
	}
	if len(played) != len(single) {
		t.Errorf("of %d tasks these were played: %v", len(single), played)
	}
}

// TestSingleTasksTellWhichTheyAre offers physics of a single task to that of several.
func TestSingleTasksTellWhichTheyAre(t *testing.T) {
	opened, err := New("arm/planar_multitask", 1, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	several := opened.(*MultiTask)
	physics, rewards := make([]float64, several.PhysicsSpec().Size), make([]float64, len(several.Tasks()))
	for i, name := range several.Tasks() {
		e := open(t, "planar_"+name, 4)
		step(t, e)
		next := step(t, e, 0, -1, 0)
		if err := e.Physics(physics); err != nil {
			t.Fatal(err)
		}
		if task, err := several.RewardsOf(physics, rewards); err != nil || task != i || rewards[i] != next.Reward {
			t.Errorf("%s: task %d with reward %v (%v), want %d with %v", name, task, rewards[i], err, i, next.Reward)
		}
	}
	physics[len(physics)-1] = float64(len(rewards))
	if _, err := several.RewardsOf(physics, rewards); err == nil {
		t.Error("physics of a task there is none of were accepted")
	}
}

// TestTasksOfABodyTakeOverEachOthersPhysics relabels the expert's steps for other tasks, backwards, and compares
// with an environment of that task that does the same.
func TestTasksOfABodyTakeOverEachOthersPhysics(t *testing.T) {
	for _, pair := range [][2]string{{"planar_lift", "planar_stack"}, {"planar_stack_sparse", "planar_hover_blue"}, {"planar_match", "planar_move"}} {
		from, to, twin := open(t, pair[0], 1), open(t, pair[1], 2), open(t, pair[1], 1)
		if err := to.PhysicsSpec().CheckSource(from.PhysicsSpec()); err != nil {
			t.Fatal(err)
		}
		step(t, from)
		step(t, twin)
		expert := &planarExpert{scene: from.scene, stacks: true}
		var physics [][]float64
		var rewards []float64
		for range 90 {
			action := expert.act()
			step(t, from, action...)
			rewards = append(rewards, step(t, twin, action...).Reward)
			physics = append(physics, make([]float64, from.PhysicsSpec().Size))
			if err := from.Physics(physics[len(physics)-1]); err != nil {
				t.Fatal(err)
			}
		}
		for i := range slices.Backward(physics) {
			if reward, _, err := to.RewardOf(physics[i]); err != nil || reward != rewards[i] {
				t.Fatalf("%v: step %d: reward %v (%v), want %v", pair, i, reward, err, rewards[i])
			}
		}
	}
}

func TestOtherBodiesAreOtherPhysics(t *testing.T) {
	if err := open(t, "planar_lift", 1).PhysicsSpec().CheckSource(open(t, "planar_lift_distractor", 1).PhysicsSpec()); err == nil {
		t.Error("a third block does not make another body")
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	e := open(t, "planar_stack_distractor", 1)
	action := []float64{.1, -.1, .5}
	step(t, e)
	if allocations := testing.AllocsPerRun(300, func() { step(t, e, action...) }); allocations != 0 {
		t.Errorf("%g allocations a step", allocations)
	}
}

// pixels is what an agent sees of the present state.
func pixels(t testing.TB, e *Environment, size int) []uint8 {
	t.Helper()
	picture := make([]uint8, 3*size*size)
	if err := e.View(0, size, size, picture); err != nil {
		t.Fatal(err)
	}
	return picture
}

// count counts the pixels that are clearly of a colour.
func count(picture []uint8, is func(r, g, b int) bool) int {
	n := 0
	for i := 0; i < len(picture); i += 3 {
		if is(int(picture[i]), int(picture[i+1]), int(picture[i+2])) {
			n++
		}
	}
	return n
}

// TestBlocksCanBeToldApartInPictures counts pixels of each block's colour at the sizes that agents see.
func TestBlocksCanBeToldApartInPictures(t *testing.T) {
	e := open(t, "planar_lift_distractor", 1)
	step(t, e)
	for size, least := range map[int]int{32: 4, 64: 16} {
		picture := pixels(t, e, size)
		for name, is := range map[string]func(r, g, b int) bool{
			"red":    func(r, g, b int) bool { return r > 2*g && r > 2*b && r > 80 },
			"blue":   func(r, g, b int) bool { return b > 2*r && 2*b > 3*g && b > 80 },
			"yellow": func(r, g, b int) bool { return r > 2*b && g > 2*b && r > 80 },
		} {
			if n := count(picture, is); n < least {
				t.Errorf("%d pixels of %d x %d are %s, want %d", n, size, size, name, least)
			}
		}
	}
}

// TestVariationsShow demands that relit episodes look different, that a block switches its colour, and that both
// look the same after a snapshot was restored elsewhere.
func TestVariationsShow(t *testing.T) {
	for _, name := range []string{"planar_lift_relit", "planar_lift_switching"} {
		e, other := open(t, name, 1), open(t, name, 2)
		looks := map[string]bool{}
		for range 8 {
			if _, err := e.Reset(); err != nil {
				t.Fatal(err)
			}
			looks[fmt.Sprint(e.Data().Model().GeomRGBA, e.Data().Model().LightDiffuse)] = true
			for range 2 * switchingSteps {
				step(t, e, 0, 0, 0)
				pixels(t, e, 8)
				looks[fmt.Sprint(e.Data().Model().GeomRGBA, e.Data().Model().LightDiffuse)] = true
			}
		}
		if len(looks) < 4 {
			t.Errorf("%s has %d looks in 8 episodes", name, len(looks))
		}
		snapshot, err := e.Save()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(pixels(t, e, 32), pixels(t, other, 32)) {
			t.Errorf("%s looks different after a snapshot was restored", name)
		}
	}
}

func TestClosedEnvironment(t *testing.T) {
	e := open(t, "planar_lift", 1)
	step(t, e)
	e.Close()
	if _, err := e.Step(make([]float64, 3)); err == nil || e.Success() {
		t.Errorf("after Close: %v, success %v", err, e.Success())
	}
}
