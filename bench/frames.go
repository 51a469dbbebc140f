package bench

import (
	"time"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/mujoco"
)

// Drawing is how fast a task draws what an agent sees.
type Drawing struct {
	FramesPerSecond float64
	Backend         mujoco.Backend
}

// Frames draws pictures of size x size pixels of a control task's first camera, one after another as an
// episode with sinusoidal actions goes on, for the given time. Only the drawing is timed; the speed is that
// of the median picture.
func Frames(task string, size int, backend mujoco.Backend, duration time.Duration) (Drawing, error) {
	environment, err := control.New(task, 1, control.Config{Backend: backend})
	if err != nil {
		return Drawing{}, err
	}
	defer environment.Close()
	if _, err := environment.Reset(); err != nil {
		return Drawing{}, err
	}
	picture := make([]uint8, 3*size*size)
	if err := environment.View(0, size, size, picture); err != nil { // starts the renderer
		return Drawing{}, err
	}
	actions := sinusoids(environment.Action())
	var seconds []float64
	for start := time.Now(); len(seconds) == 0 || time.Since(start) < duration; {
		if _, err := environment.Step(actions[len(seconds)%len(actions)]); err != nil {
			return Drawing{}, err
		}
		begin := time.Now()
		if err := environment.View(0, size, size, picture); err != nil {
			return Drawing{}, err
		}
		seconds = append(seconds, time.Since(begin).Seconds())
	}
	return Drawing{1 / median(seconds), mujoco.BackendInUse()}, nil
}
