package agent

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
)

// Observation is what an agent sees of a time step.
type Observation struct {
	Numbers []float32 // [Sizes.Observation]: all arrays of numbers one after another
	Image   []byte    // [height, width, channels] of Sizes.Image: all pictures, stacked along their channels
}

// Layout is that of the rows that replay holds of a task, for a policy with state numbers of recurrent state.
// Where there are several tasks a row has the reward of the task that is played, and then those of all; where
// there are several objectives it has the reward, and then the objectives.
func (s Sizes) Layout(state int) replay.Layout {
	return replay.Layout{Observation: s.Observation, Action: s.Action, Reward: 1 + s.Tasks + s.Objectives, Image: s.Image.Bytes(), State: state}
}

// NewObservation returns memory for an observation of these sizes.
func NewObservation(sizes Sizes) Observation {
	return Observation{make([]float32, sizes.Observation), make([]byte, sizes.Image.Bytes())}
}

// ImageSize is the size of the picture that an agent sees, in pixels and numbers of one: zeros if it sees none.
type ImageSize struct{ Height, Width, Channels int }

// Bytes is the memory of the picture.
func (s ImageSize) Bytes() int { return s.Height * s.Width * s.Channels }

// with is s with the channels of another picture, or an error if that has another size.
func (s ImageSize) with(spec env.Spec) (ImageSize, error) {
	if len(spec.Shape) != 3 || spec.Size() == 0 {
		return s, fmt.Errorf("agent: observation %q has the shape %v; bytes are pictures of shape [height, width, channels]", spec.Name, spec.Shape)
	}
	height, width, channels := spec.Shape[0], spec.Shape[1], spec.Shape[2]
	if s.Channels > 0 && (height != s.Height || width != s.Width) {
		return s, fmt.Errorf("agent: observation %q is a picture of %d x %d pixels, another one has %d x %d; pictures for an agent need one size", spec.Name, height, width, s.Height, s.Width)
	}
	return ImageSize{height, width, s.Channels + channels}, nil
}

// Flatten writes the arrays of an observation of a task with these sizes into row: numbers one after another, and
// pixel by pixel the channels of all pictures.
func (s Sizes) Flatten(row Observation, observation env.Observation) {
	i, channel := 0, 0
	for _, array := range observation {
		for _, x := range array.Float64 {
			row.Numbers[i] = float32(x)
			i++
		}
		if len(array.Uint8) > 0 {
			channel += s.Image.stack(row.Image, array.Uint8, channel)
		}
	}
}

// stack copies a picture into the channels of image from channel on, and returns how many it has.
func (s ImageSize) stack(image, picture []byte, channel int) int {
	channels := len(picture) / (s.Height * s.Width)
	for pixel := range s.Height * s.Width {
		copy(image[pixel*s.Channels+channel:], picture[pixel*channels:(pixel+1)*channels])
	}
	return channels
}
