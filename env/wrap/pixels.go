package wrap

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// PixelsName is the name of the observation that Pixels adds.
const PixelsName = "pixels"

// ErrNotDrawn is the error of Pixels around a task without pictures.
var ErrNotDrawn = errors.New("the task cannot draw itself")

type pixels struct {
	observer
	view                  func(camera, width, height int, picture []uint8) error
	camera, width, height int
	picture               []uint8
	shown                 env.Observation
}

// Pixels adds the observation PixelsName, of Kind Uint8 and shape [height, width, 3]: what the task's
// camera number camera sees, in red, green and blue. The task draws it as an env.Viewer or, if it is
// none, as an env.Renderer. It draws once a step, so apply Pixels after ActionRepeat, and use Select to
// show the picture alone. It is an error if the task cannot draw itself; a camera that does not exist is
// an error of Reset and Step.
func Pixels(inner env.Environment, camera, width, height int) (env.Environment, error) {
	return newPixels(inner, PixelsName, camera, width, height)
}

// newPixels adds a picture as the observation called name.
func newPixels(inner env.Environment, name string, camera, width, height int) (env.Environment, error) {
	const kind = "pixels"
	view := viewOf(inner)
	if view == nil {
		return nil, fmt.Errorf("wrap: %s: %w; its observations are %s", kind, ErrNotDrawn, strings.Join(namesOf(inner.Observations()), ", "))
	}
	if width < 1 || height < 1 {
		return nil, fmt.Errorf("wrap: %s: a picture of %d x %d pixels, want 1 x 1 or more", kind, width, height)
	}
	spec := env.Spec{Name: name, Shape: []int{height, width, 3}, Kind: env.Uint8}
	p := &pixels{view: view, camera: camera, width: width, height: height, picture: make([]uint8, spec.Size())}
	p.base = base{Environment: inner, kind: kind}
	p.specs = append(slices.Clone(inner.Observations()), spec)
	p.shown = make(env.Observation, len(p.specs))
	p.observe = p.draw
	if _, err := find(kind, p.specs, namesOf(p.specs)); err != nil {
		return nil, err
	}
	return offerObserver(p)
}

// Camera returns the number of the camera called name of e, or of what e wraps: a name, or a number in
// digits, which every task that can draw itself understands.
func Camera(e env.Environment, name string) (int, error) {
	var names []string
	if viewer := viewerOf(e); viewer != nil {
		names = viewer.Cameras()
	}
	if place := slices.Index(names, name); place >= 0 && name != "" {
		return place, nil
	}
	number, err := strconv.Atoi(name)
	if err != nil {
		return 0, fmt.Errorf("wrap: no camera is called %q; there are %q, and their numbers from 0 on", name, names)
	}
	return number, nil
}

// viewerOf is e or what it wraps, as far as that is a viewer; else nil. Wrappers change nothing about
// what a camera sees.
func viewerOf(e env.Environment) env.Viewer {
	for {
		if viewer, ok := e.(env.Viewer); ok {
			return viewer
		}
		wrapper, ok := e.(layer)
		if !ok {
			return nil
		}
		e = wrapper.wrapped()
	}
}

// viewOf returns how to draw e, or nil if it cannot be drawn.
func viewOf(e env.Environment) func(camera, width, height int, picture []uint8) error {
	if viewer := viewerOf(e); viewer != nil {
		return viewer.View
	}
	renderer, ok := e.(env.Renderer)
	if !ok {
		return nil
	}
	return func(camera, width, height int, picture []uint8) error {
		rendered, err := renderer.Render(camera, width, height)
		if err == nil {
			copyColours(picture, rendered)
		}
		return err
	}
}

func (p *pixels) draw(step env.TimeStep) (env.Observation, error) {
	if err := p.view(p.camera, p.width, p.height, p.picture); err != nil {
		return nil, err
	}
	p.shown[copy(p.shown, step.Observation)] = env.Array{Uint8: p.picture}
	return p.shown, nil
}

// copyColours copies the pixels of a picture, row after row, without their opacity.
func copyColours(to []uint8, from *image.RGBA) {
	size := from.Rect.Size()
	for y := range size.Y {
		row := from.Pix[y*from.Stride:][:4*size.X]
		for x := 0; x < len(row); x += 4 {
			to = to[copy(to, row[x:x+3]):]
		}
	}
}
