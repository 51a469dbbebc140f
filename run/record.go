package run

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/track"
)

// Film is how Record draws.
type Film struct {
	Camera          string // a name, or a number in digits
	Width, Height   int
	FramesPerSecond float64
}

// DefaultFilm is small enough for a web page.
func DefaultFilm() Film { return Film{Camera: "0", Width: 320, Height: 240, FramesPerSecond: 25} }

// LongestFilm is the number of steps after which Record cuts an episode off unless told otherwise: every
// picture takes memory.
const LongestFilm = 1000

// Record plays episodes with the deterministic policy and writes what the camera sees to path, whose
// extension says how: .gif, .avi or .png. It returns the returns of the episodes. A task that cannot
// draw itself is an error.
func (t *Trained) Record(path string, episodes Episodes, film Film) (Evaluation, error) {
	var result Evaluation
	if err := prepareFile(path, ".gif", ".avi", ".png"); err != nil {
		return result, err
	}
	episodes.Longest = cmp.Or(episodes.Longest, LongestFilm)
	episodes.Workers = t.Experiment.Config.Workers
	task := episodes.limited(t.Experiment.PlayedTask())
	environment, err := task.New(rng.Mix(episodes.Seed, streamEvaluation))
	if err != nil {
		return result, err
	}
	defer environment.Close()
	renderer, ok := environment.(env.Renderer)
	if !ok {
		return result, fmt.Errorf("the task %s cannot be drawn; `reverie eval` plays it without pictures", t.Experiment.Config.Task)
	}
	number, err := wrap.Camera(environment, film.Camera)
	if err != nil {
		return result, err
	}
	shots := camera{film: film, number: number, renderer: renderer, stride: 1}
	if paced, ok := environment.(env.Paced); ok {
		shots.stride = max(1, int(math.Round(1/(film.FramesPerSecond*paced.Interval()))))
		film.FramesPerSecond = 1 / (float64(shots.stride) * paced.Interval()) // the film takes as long as the episode
	}
	result, err = episodes.play(task, environment, t.Policy, shots.see)
	if err != nil {
		return result, err
	}
	return result, track.WriteVideo(path, shots.frames, film.FramesPerSecond)
}

// camera keeps a picture of the first of every stride time steps of an episode.
type camera struct {
	film     Film
	number   int // of the task's camera
	renderer env.Renderer
	stride   int
	count    int // time steps seen of the episode
	frames   []*image.RGBA
}

func (c *camera) see(step env.TimeStep, _ []float32) error {
	if step.Type == env.First {
		c.count = 0
	}
	c.count++
	if (c.count-1)%c.stride != 0 {
		return nil
	}
	frame, err := c.renderer.Render(c.number, c.film.Width, c.film.Height)
	c.frames = append(c.frames, frame)
	return err
}

// prepareFile finds out what is wrong with path before the work is done, and makes its folder.
func prepareFile(path string, extensions ...string) error {
	if !slices.Contains(extensions, strings.ToLower(filepath.Ext(path))) {
		return fmt.Errorf("%s: the extension %q is not known, choose %s", path, filepath.Ext(path), strings.Join(extensions, ", "))
	}
	folder := filepath.Dir(path)
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(folder, ".probe.*"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written, choose another file with --out: %w", path, err)
	}
	return nil
}
