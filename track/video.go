package track

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"path/filepath"
	"strings"
)

// videoFormats are the writers by file extension.
var videoFormats = map[string]func(w io.Writer, frames []*image.RGBA, fps float64) error{
	".gif": WriteGIF,
	".avi": WriteAVI,
	".png": func(w io.Writer, frames []*image.RGBA, _ float64) error { return WritePNG(w, frames) },
}

// WriteVideo writes frames, all of one size, to path as the file's extension says: .gif plays
// everywhere, .avi (Motion JPEG) has all colours and frame rates and plays in video players, .png
// is a picture of one frame or of a few on a sheet. The file is complete or not there.
func WriteVideo(path string, frames []*image.RGBA, fps float64) error {
	write, ok := videoFormats[strings.ToLower(filepath.Ext(path))]
	if !ok {
		return fmt.Errorf("track: %s: the extension %q is not known, choose .gif, .avi or .png", path, filepath.Ext(path))
	}
	if err := checkFrames(frames); err != nil {
		return fmt.Errorf("track: %s: %w", path, err)
	}
	if !(fps > 0 && fps <= 1000) {
		return fmt.Errorf("track: %s: %g frames a second cannot be written, must be in (0, 1000]", path, fps)
	}
	return replace(path, func(w io.Writer) error { return write(w, frames, fps) })
}

// checkFrames returns an error unless there are frames, all of one size with pixels in it.
func checkFrames(frames []*image.RGBA) error {
	if len(frames) == 0 {
		return errors.New("there are no frames to write")
	}
	size := frames[0].Bounds().Size()
	if size.X < 1 || size.Y < 1 || size.X > 65535 || size.Y > 65535 {
		return fmt.Errorf("frames of %v pixels cannot be written, each side must be 1 to 65535", size)
	}
	for i, frame := range frames {
		if frame.Bounds().Size() != size {
			return fmt.Errorf("frame %d has %v pixels, the first has %v", i, frame.Bounds().Size(), size)
		}
	}
	return nil
}

// WritePNG writes frames, all of one size, as one picture: a single frame as it is, several as a
// sheet of up to 8, evenly spaced in time, in rows of 4.
func WritePNG(w io.Writer, frames []*image.RGBA) error {
	const columns, most = 4, 8
	count := min(len(frames), most)
	if count == 1 {
		return png.Encode(w, frames[0])
	}
	size := frames[0].Bounds().Size()
	rows := (count + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, size.X*min(count, columns), size.Y*rows))
	for i := range count {
		frame := frames[i*(len(frames)-1)/(count-1)]
		corner := image.Pt(i%columns*size.X, i/columns*size.Y)
		draw.Draw(sheet, image.Rectangle{corner, corner.Add(size)}, frame, frame.Bounds().Min, draw.Src)
	}
	return png.Encode(w, sheet)
}
