package run

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/track"
)

// Film is how Record draws.
type Film struct {
	Camera, Width, Height int
	FramesPerSecond       float64
}

// DefaultFilm is small enough for a web page.
func DefaultFilm() Film { return Film{Width: 320, Height: 240, FramesPerSecond: 25} }

// Record plays episodes with the deterministic policy and writes what the camera sees to path, whose
// extension says how: .gif, .avi or .png. It returns the returns of the episodes. A task that cannot
// draw itself is an error.
func (t *Trained) Record(path string, episodes int, seed uint64, film Film) (Evaluation, error) {
	var result Evaluation
	if err := prepareFilm(path); err != nil {
		return result, err
	}
	environment, err := t.Experiment.Task.New(rng.Mix(seed, streamEvaluation))
	if err != nil {
		return result, err
	}
	defer environment.Close()
	renderer, ok := environment.(env.Renderer)
	if !ok {
		return result, fmt.Errorf("the task %s cannot be drawn; `reverie eval` plays it without pictures", t.Experiment.Config.Task)
	}
	shots := camera{film: film, renderer: renderer, stride: 1}
	if paced, ok := environment.(env.Paced); ok {
		shots.stride = max(1, int(math.Round(1/(film.FramesPerSecond*paced.Interval()))))
		film.FramesPerSecond = 1 / (float64(shots.stride) * paced.Interval()) // the film takes as long as the episode
	}
	for range episodes {
		shots.count = 0
		score, err := playEpisode(environment, t.Policy, shots.see)
		if err != nil {
			return result, err
		}
		result.Returns = append(result.Returns, score)
	}
	return result, track.WriteVideo(path, shots.frames, film.FramesPerSecond)
}

// camera keeps a picture of the first of every stride time steps of an episode.
type camera struct {
	film     Film
	renderer env.Renderer
	stride   int
	count    int // time steps seen
	frames   []*image.RGBA
}

func (c *camera) see(env.TimeStep) error {
	c.count++
	if (c.count-1)%c.stride != 0 {
		return nil
	}
	frame, err := c.renderer.Render(c.film.Camera, c.film.Width, c.film.Height)
	c.frames = append(c.frames, frame)
	return err
}

// prepareFilm finds out what is wrong with path before the work is done, and makes its folder.
func prepareFilm(path string) error {
	extensions := []string{".gif", ".avi", ".png"}
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
