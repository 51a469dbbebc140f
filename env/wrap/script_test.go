package wrap_test

import (
	"errors"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// script is an environment that plays back an episode, over and over. Its observation "count" holds
// the number of the step, 1 for FIRST, and ten times that; "code" is a byte image of one pixel.
type script struct {
	steps   []env.TimeStep
	next    int
	actions [][]float64 // that were applied
	closed  int
}

func (s *script) Observations() []env.Spec {
	return []env.Spec{{Name: "count", Shape: []int{2}}, {Name: "code", Shape: []int{1, 1, 1}, Kind: env.Uint8}}
}

func (s *script) Action() env.Spec {
	return env.Spec{Name: "action", Shape: []int{2}, Minimum: []float64{0, -2}, Maximum: []float64{10, 2}}
}

func (s *script) Reset() (env.TimeStep, error) { s.next = 0; return s.play() }

func (s *script) Step(action []float64) (env.TimeStep, error) {
	if s.next == 0 || s.next == len(s.steps) {
		return s.Reset()
	}
	if err := s.Action().CheckAction(action); err != nil {
		return env.TimeStep{}, err
	}
	s.actions = append(s.actions, slices.Clone(action))
	return s.play()
}

func (s *script) play() (env.TimeStep, error) {
	step := s.steps[s.next]
	s.next++
	n := float64(s.next)
	step.Observation = env.Observation{{Float64: []float64{n, 10 * n}}, {Uint8: []uint8{uint8(s.next)}}}
	return step, nil
}

func (s *script) Close() error { s.closed++; return nil }

// episode is a script of MID steps with these rewards, ended by last.
func episode(last env.TimeStep, rewards ...float64) *script {
	s := &script{steps: []env.TimeStep{env.Restart(nil)}}
	for _, reward := range rewards {
		s.steps = append(s.steps, env.Transition(reward, nil))
	}
	s.steps = append(s.steps, last)
	return s
}

// saving, drawing, viewing, timed, relabelling and tasked are what a script can have besides.
type saving struct{}

func (saving) Save() ([]byte, error) { return []byte{1}, nil }
func (saving) Restore([]byte) error  { return errors.New("refused by the task") }

type drawing struct{}

// Render draws red, green and blue that tell column, row and camera.
func (drawing) Render(camera, width, height int) (*image.RGBA, error) {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(camera), 255})
		}
	}
	return picture, nil
}

type viewing struct{}

func (viewing) Cameras() []string { return []string{"side", "above", ""} }

// View draws the number of the camera.
func (viewing) View(camera, width, height int, picture []uint8) error {
	for i := range picture {
		picture[i] = uint8(camera)
	}
	return nil
}

type timed struct{}

func (timed) Interval() float64 { return .5 }

type relabelling struct{}

func (relabelling) PhysicsSpec() env.PhysicsSpec { return env.PhysicsSpec{Model: "script", Size: 1} }
func (relabelling) Physics([]float64) error      { return nil }

func (relabelling) RewardOf([]float64) (reward, discount float64, err error) { return 0, 1, nil }

// relabellingAll is relabelling of several tasks.
type relabellingAll struct{ relabelling }

func (relabellingAll) RewardsOf(physics, into []float64) (task int, err error) { return 0, nil }

type tasked struct{}

func (tasked) Tasks() []string { return []string{"left", "right"} }

// must ends the test on an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// playOn takes count steps with the action, and keeps them.
func playOn(t *testing.T, e env.Environment, count int, action ...float64) []env.TimeStep {
	t.Helper()
	var steps []env.TimeStep
	for range count {
		step := must[env.TimeStep](t)(e.Step(action))
		step.Observation = step.Observation.Clone()
		steps = append(steps, step)
	}
	return steps
}

// expectSteps compares types, rewards and discounts.
func expectSteps(t *testing.T, got []env.TimeStep, want ...env.TimeStep) {
	t.Helper()
	for i := range want {
		if i >= len(got) || got[i].Type != want[i].Type || got[i].Reward != want[i].Reward || got[i].Discount != want[i].Discount {
			t.Fatalf("step %d of %d differs:\ngot  %v\nwant %v", i, len(want), got, want)
		}
	}
}

// expectError demands an error with the text want in it.
func expectError(t *testing.T, e env.Environment, err error, want string) {
	t.Helper()
	if err == nil || e != nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got the error %v and the environment %v, want an error with %q", err, e, want)
	}
}
