package run

import (
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
	stride := 1
	if paced, ok := environment.(env.Paced); ok {
		stride = max(1, int(math.Round(1/(film.FramesPerSecond*paced.Interval()))))
		film.FramesPerSecond = 1 / (float64(stride) * paced.Interval()) // so that the film takes as long as the episode
	}
	var frames []*image.RGBA
	for range episodes {
		count := 0
		score, err := playEpisode(environment, t.Policy, func(env.TimeStep) error {
			count++
			if (count-1)%stride != 0 {
				return nil
			}
			frame, err := renderer.Render(film.Camera, film.Width, film.Height)
			frames = append(frames, frame)
			return err
		})
		if err != nil {
			return result, err
		}
		result.Returns = append(result.Returns, score)
	}
	return result, track.WriteVideo(path, frames, film.FramesPerSecond)
}

// prepareFilm finds out what is wrong with path before the work is done, and makes its folder.
func prepareFilm(path string) error {
	extensions := []string{".gif", ".avi", ".png"}
	if !slices.Contains(extensions, strings.ToLower(filepath.Ext(path))) {
		return fmt.Errorf("%s: the extension %q is not known, choose %s", path, filepath.Ext(path), strings.Join(extensions, ", "))
	}
	return os.MkdirAll(filepath.Dir(path), 0o755)
}
