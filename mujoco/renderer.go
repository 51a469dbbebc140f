package mujoco

import (
	"fmt"
	"image"
)

// Profile chooses between the looks of a picture and the time it takes.
type Profile int

// The profiles.
const (
	Faithful Profile = iota // shadows, reflections and multisampling, as the model asks for them
	Fast                    // none of these, and round shapes of 16 sides: many times faster, for observations
)

// checkPicture returns an error unless camera exists in m and a picture of the size can be made.
func checkPicture(m *Model, camera, width, height int) error {
	const largest = 8192 // beyond it software OpenGL gives no buffer
	if camera < -1 || camera >= m.Count(Camera) {
		return fmt.Errorf("mujoco: there is no camera %d; 0 to %d are %q, -1 is the free camera",
			camera, m.Count(Camera)-1, m.Names(Camera))
	}
	if width < 1 || height < 1 || width > largest || height > largest {
		return fmt.Errorf("mujoco: a picture of %d x %d pixels; width and height must be from 1 to %d", width, height, largest)
	}
	return nil
}

// fitImage gives picture the size width x height, in its own memory if that suffices.
func fitImage(picture *image.RGBA, width, height int) {
	size := 4 * width * height
	if cap(picture.Pix) < size {
		picture.Pix = make([]uint8, size)
	}
	picture.Pix, picture.Stride, picture.Rect = picture.Pix[:size], 4*width, image.Rect(0, 0, width, height)
}
