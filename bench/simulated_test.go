//go:build cgo

package bench_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/bench"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/mujoco"
)

func TestEnvironmentWithASimulator(t *testing.T) {
	environment, err := control.New("control/reacher-easy", 1, control.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer environment.Close()
	speed, err := bench.Environment(environment, 10*time.Millisecond)
	if err != nil || !(speed.PlainPerSecond > 0) || !(speed.Ratio > 0) || speed.PhysicsSteps != 1 {
		t.Errorf("%+v, error %v", speed, err)
	}
}

func TestPool(t *testing.T) {
	task, err := control.Tasks().Find("control/reacher-easy")
	if err != nil {
		t.Fatal(err)
	}
	speed, err := bench.Pool(task, 3, 10*time.Millisecond) // which does not divide the environments
	if err != nil || !(speed.OneWorker > 0) || !(speed.Workers > 0) || !(speed.Apart > 0) || !(speed.Ratio > 0) || !(speed.Limit > 0) {
		t.Errorf("%+v, error %v", speed, err)
	}
	if _, err := bench.Pool(task, 1, time.Millisecond); err == nil || !strings.Contains(err.Error(), "from 2 to 16") {
		t.Errorf("one worker: %v", err)
	}
}

func TestFrames(t *testing.T) {
	speed, err := bench.Frames("control/reacher-easy", 16, mujoco.AnyBackend, 10*time.Millisecond)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil || !(speed.FramesPerSecond > 0) || speed.Backend == mujoco.AnyBackend {
		t.Errorf("%+v, error %v", speed, err)
	}
}
