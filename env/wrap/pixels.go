package wrap

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// PixelsName is the name of the observation that Pixels adds.
const PixelsName = "pixels"

type pixels struct {
	observer
	renderer              env.Renderer
	camera, width, height int
	colours               []uint8
	shown                 env.Observation
}

// Pixels adds the observation PixelsName, of Kind Uint8 and shape [height, width, 3]: what the task's
// camera number camera sees, in red, green and blue. It draws once a step, so apply it after
// ActionRepeat, and use Select to show the picture alone. It is an error if the task cannot draw
// itself; a camera that does not exist is an error of Reset and Step.
func Pixels(inner env.Environment, camera, width, height int) (env.Environment, error) {
	const kind = "pixels"
	renderer, ok := inner.(env.Renderer)
	if !ok {
		return nil, fmt.Errorf("wrap: %s: the task cannot draw itself; its observations are %s", kind, strings.Join(namesOf(inner.Observations()), ", "))
	}
	if width < 1 || height < 1 {
		return nil, fmt.Errorf("wrap: %s: a picture of %d x %d pixels, want 1 x 1 or more", kind, width, height)
	}
	spec := env.Spec{Name: PixelsName, Shape: []int{height, width, 3}, Kind: env.Uint8}
	p := &pixels{renderer: renderer, camera: camera, width: width, height: height, colours: make([]uint8, 0, spec.Size())}
	p.base = base{Environment: inner, kind: kind}
	p.specs = append(slices.Clone(inner.Observations()), spec)
	p.shown = make(env.Observation, len(p.specs))
	p.observe = p.draw
	if _, err := find(kind, p.specs, namesOf(p.specs)); err != nil {
		return nil, err
	}
	return offer(p), nil
}

func (p *pixels) draw(step env.TimeStep) (env.Observation, error) {
	picture, err := p.renderer.Render(p.camera, p.width, p.height)
	if err != nil {
		return nil, err
	}
	p.colours = appendColours(p.colours[:0], picture)
	p.shown[copy(p.shown, step.Observation)] = env.Array{Uint8: p.colours}
	return p.shown, nil
}

// appendColours appends the pixels of picture, row after row, without their opacity.
func appendColours(to []uint8, picture *image.RGBA) []uint8 {
	size := picture.Rect.Size()
	for y := range size.Y {
		row := picture.Pix[y*picture.Stride:][:4*size.X]
		for x := 0; x < len(row); x += 4 {
			to = append(to, row[x], row[x+1], row[x+2])
		}
	}
	return to
}
