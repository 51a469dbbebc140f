package classic

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
)

func TestContract(t *testing.T) {
	for _, task := range Tasks() {
		var options []envtest.Option
		if slices.Contains(task.Tags, envtest.DeterministicTag) {
			options = append(options, envtest.Deterministic())
		}
		t.Run(task.Name, func(t *testing.T) { envtest.Run(t, task.New, options...) })
	}
}

// play runs one episode and returns its steps after FIRST, observations not kept.
func play(t *testing.T, e env.Environment, policy func(env.TimeStep) []float64) []env.TimeStep {
	t.Helper()
	step, err := e.Reset()
	var steps []env.TimeStep
	for err == nil && step.Type != env.Last {
		step, err = e.Step(policy(step))
		steps = append(steps, step)
	}
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func TestCatchIsWonByFollowingTheBall(t *testing.T) {
	e, _ := NewCatch(3)
	game := e.(*Catch).game
	follow := func(env.TimeStep) []float64 {
		ball, paddle := game.memory[1], game.memory[2]
		return []float64{1 + min(max(ball-paddle, -1), 1)}
	}
	for range 20 {
		steps := play(t, e, follow)
		last := steps[len(steps)-1]
		if len(steps) != 9 || !last.Terminated() || last.Reward != 1 {
			t.Fatalf("after %d steps: %+v", len(steps), last)
		}
	}
}

func TestCatchIsLostByFleeing(t *testing.T) {
	e, _ := NewCatch(3)
	game := e.(*Catch).game
	flee := func(env.TimeStep) []float64 {
		if game.memory[1] < 2 {
			return []float64{2}
		}
		return []float64{0}
	}
	steps := play(t, e, flee)
	if last := steps[len(steps)-1]; last.Reward != -1 || !last.Terminated() {
		t.Errorf("a miss gave %+v", last)
	}
}

func TestCatchBoard(t *testing.T) {
	e, _ := NewCatch(0)
	step, _ := e.Reset()
	board := step.Observation[0].Float64
	sum := 0.0
	for _, cell := range board {
		sum += cell
	}
	if sum != 2 || board[9*5+2] != 1 {
		t.Errorf("the first board must show one ball and the paddle in the middle: %v", board)
	}
}

// The states below were computed with MuJoCo 2.2.2 for control/pendulum from upright at rest, with
// torque sin(0.1 s)/2 at step s.
func TestPendulumMovesAsInMuJoCo(t *testing.T) {
	want := map[int][2]float64{
		1:  {0, 0},
		2:  {7.891969695401431e-05, 0.003945984847700716},
		5:  {0.0015653864020127417, 0.039017996040202604},
		10: {0.012686211018287142, 0.17118256003822085},
		20: {0.09795191938395162, 0.6820744127326234},
		50: {1.6986309130041546, 5.853789833657793},
	}
	body := &pendulum{reward: denseReward}
	for s := range 50 {
		body.advance([]float64{0.5 * math.Sin(0.1*float64(s))}, nil)
		expected, ok := want[s+1]
		if !ok {
			continue
		}
		for i, value := range expected {
			if math.Abs(body.memory[i]-value) > 1e-9 {
				t.Errorf("step %d, element %d: %v, want %v", s+1, i, body.memory[i], value)
			}
		}
	}
}

func TestPendulumRewards(t *testing.T) {
	degree := math.Pi / 180
	tests := []struct{ angle, velocity, torque, dense, sparse float64 }{
		{0, 0, 0, 1, 1},
		{math.Pi, 0, 0, 0, 0},
		{math.Pi / 2, 0, 0, 0.5, 0},
		{0, math.Sqrt(10), 0, 0.5, 1},
		{0, 0, 1, 0.95, 1},
		{7.9 * degree, 0, 0, (1 + math.Cos(7.9*degree)) / 2, 1},
		{-8.1 * degree, 0, 0, (1 + math.Cos(8.1*degree)) / 2, 0},
	}
	for _, test := range tests {
		if got := denseReward(test.angle, test.velocity, test.torque); math.Abs(got-test.dense) > 1e-12 {
			t.Errorf("dense reward at %+v is %v", test, got)
		}
		if got := sparseReward(test.angle, test.velocity, test.torque); got != test.sparse {
			t.Errorf("sparse reward at %+v is %v", test, got)
		}
	}
}

// pump swings the pendulum up by feeding it energy, and holds it there by feedback.
func pump(step env.TimeStep) []float64 {
	cos, sin, velocity := step.Observation[0].Float64[0], step.Observation[0].Float64[1], step.Observation[1].Float64[0]
	if cos > 0.98 {
		return []float64{-12*sin - 3*velocity}
	}
	energy := pendulumInertia*velocity*velocity/2 + pendulumMass*gravity*pendulumLength*(cos-1)
	return []float64{math.Copysign(1, -energy*velocity)}
}

func TestPendulumCanBeSwungUp(t *testing.T) {
	for _, test := range []struct {
		make func(uint64) (env.Environment, error)
		best float64
	}{{NewPendulum, 600}, {NewPendulumSwingup, 600}} {
		e, _ := test.make(1)
		sum := 0.0
		steps := play(t, e, pump)
		for _, step := range steps {
			if step.Reward < 0 || step.Reward > 1 {
				t.Fatalf("reward %v is outside [0, 1]", step.Reward)
			}
			sum += step.Reward
		}
		if len(steps) != 1000 || !steps[999].Truncated() {
			t.Errorf("the episode has %d steps and ends with %+v", len(steps), steps[len(steps)-1])
		}
		if sum < test.best {
			t.Errorf("the energy controller scores %.0f, want at least %.0f", sum, test.best)
		}
		t.Logf("the energy controller scores %.0f", sum)
	}
}

// A reward that random or no torque collects would hide whether anything was learned.
func TestPendulumMustBeSwungUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	policies := map[string]func(env.TimeStep) []float64{
		"no torque":     func(env.TimeStep) []float64 { return []float64{0} },
		"full torque":   func(env.TimeStep) []float64 { return []float64{1} },
		"random torque": func(env.TimeStep) []float64 { return []float64{2*random.Float64() - 1} },
	}
	for name, policy := range policies {
		e, _ := NewPendulum(5)
		sum := 0.0
		for range 10 {
			for _, step := range play(t, e, policy) {
				sum += step.Reward / 10
			}
		}
		if sum > 200 {
			t.Errorf("%s scores %.0f on average, too close to the 800 of a good policy", name, sum)
		}
		t.Logf("%s scores %.0f", name, sum)
	}
}

func TestRenderRefusesWhatItCannotDraw(t *testing.T) {
	for _, task := range Tasks() {
		e, _ := task.New(0)
		renderer, ok := e.(env.Renderer)
		if !ok {
			continue
		}
		for _, view := range [][3]int{{1, 64, 64}, {-1, 64, 64}, {0, 0, 64}, {0, 64, -1}} {
			if _, err := renderer.Render(view[0], view[1], view[2]); err == nil {
				t.Errorf("%s: camera %d, %dx%d pixels were drawn", task.Name, view[0], view[1], view[2])
			}
		}
	}
}

func TestRestoreRefusesAnotherTask(t *testing.T) {
	dense, _ := NewPendulum(0)
	sparse, _ := NewPendulumSwingup(0)
	snapshot, err := sparse.(env.Snapshotter).Save()
	if err != nil {
		t.Fatal(err)
	}
	if dense.(env.Snapshotter).Restore(snapshot) == nil {
		t.Error("a snapshot of classic/pendulum-swingup was restored into classic/pendulum")
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, task := range Tasks() {
		e, _ := task.New(0)
		action := make([]float64, e.Action().Size())
		if allocations := testing.AllocsPerRun(100, func() { _, _ = e.Step(action) }); allocations != 0 {
			t.Errorf("%s: a step allocates %v times", task.Name, allocations)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, task := range Tasks() {
		b.Run(task.Name, func(b *testing.B) {
			e, _ := task.New(0)
			action := make([]float64, e.Action().Size())
			for b.Loop() {
				if _, err := e.Step(action); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	e, _ := NewPendulum(0)
	for b.Loop() {
		if _, err := e.(env.Renderer).Render(0, 320, 240); err != nil {
			b.Fatal(err)
		}
	}
}
