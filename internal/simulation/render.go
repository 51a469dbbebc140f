package simulation

import (
	"fmt"
	"image"

	"github.com/reverie-rl/reverie/mujoco"
)

// Cameras lists the names of the model's cameras.
func (e *Environment) Cameras() []string {
	if e.model == nil { // closed
		return nil
	}
	return e.model.Names(mujoco.Camera)
}

// Render draws the present state as seen by a camera of the model; -1 is a free camera that shows
// all of it. The first call starts a renderer, which takes a few tenths of a second.
func (e *Environment) Render(camera, width, height int) (*image.RGBA, error) {
	renderer, err := e.renderer(e.config.Profile)
	if err != nil {
		return nil, err
	}
	e.paint()
	picture := new(image.RGBA)
	if err := renderer.Render(e.data, camera, width, height, picture); err != nil {
		return nil, e.failed("render", err)
	}
	return picture, nil
}

// View draws what an agent sees, with the profile mujoco.Fast: [height, width, 3] in red, green and
// blue. The first call starts a renderer; later ones do not allocate.
func (e *Environment) View(camera, width, height int, picture []uint8) error {
	renderer, err := e.renderer(mujoco.Fast)
	if err != nil {
		return err
	}
	e.paint()
	if err := renderer.View(e.data, camera, width, height, picture); err != nil {
		return e.failed("view", err)
	}
	return nil
}

// paint brings the looks in line with the state.
func (e *Environment) paint() {
	if e.binding.Paint != nil {
		e.binding.Paint()
	}
}

// renderer returns the renderer with a profile, which it starts at the first call.
func (e *Environment) renderer(profile mujoco.Profile) (*mujoco.Renderer, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	if e.renderers[profile] == nil {
		if e.drawn == nil {
			drawn, err := e.task.Drawn()
			if err != nil {
				return nil, fmt.Errorf("%s: the model to draw: %w", e.task.Name, err)
			}
			e.drawn = drawn
		}
		renderer, err := mujoco.NewRenderer(e.drawn, profile, e.config.Backend)
		if err != nil {
			return nil, err
		}
		e.renderers[profile] = renderer
	}
	return e.renderers[profile], nil
}
