package track

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
)

const (
	aviQuality  = 90      // of the JPEG pictures
	aviLimit    = 1 << 30 // bytes: what players of this index accept
	aviHasIndex = 0x10    // flag of the main header
	aviKeyFrame = 0x10    // flag of an index entry
)

// WriteAVI writes frames, all of one size, as a Motion JPEG video: a RIFF file with a header, the
// pictures, and an index of them.
func WriteAVI(w io.Writer, frames []*image.RGBA, fps float64) error {
	movie := []byte("movi")
	var index []byte
	largest := 0
	for i, frame := range frames {
		var picture bytes.Buffer
		if err := jpeg.Encode(&picture, frame, &jpeg.Options{Quality: aviQuality}); err != nil {
			return fmt.Errorf("encode frame %d: %w", i, err)
		}
		largest = max(largest, picture.Len())
		index = appendWords(append(index, "00dc"...), aviKeyFrame, len(movie), picture.Len())
		movie = appendChunk(movie, "00dc", picture.Bytes())
		if len(movie) > aviLimit {
			return fmt.Errorf("the video exceeds %d bytes at frame %d of %d: write fewer or smaller frames", aviLimit, i, len(frames))
		}
	}
	content := append([]byte("AVI "), aviHeader(frames, fps, largest)...)
	content = appendChunk(content, "LIST", movie)
	content = appendChunk(content, "idx1", index)
	_, err := w.Write(appendChunk(nil, "RIFF", content))
	return err
}

// aviHeader is the list hdrl: the main header and one video stream.
func aviHeader(frames []*image.RGBA, fps float64, largest int) []byte {
	const scale = 1000 // frame rates are given in thousandths
	rate := int(math.Round(fps * scale))
	size := frames[0].Bounds().Size()
	main := appendWords(nil, int(math.Round(1e6/fps)), int(math.Ceil(float64(largest)*fps)), 0, aviHasIndex,
		len(frames), 0, 1, largest, size.X, size.Y, 0, 0, 0, 0)
	stream := appendWords([]byte("vidsMJPG"), 0, 0, 0, scale, rate, 0, len(frames), largest, -1, 0, 0)
	stream = binary.LittleEndian.AppendUint32(stream, uint32(size.X)|uint32(size.Y)<<16)
	format := appendWords(nil, 40, size.X, size.Y, 1|24<<16) // header size, plane 1, 24 bits a pixel
	format = appendWords(append(format, "MJPG"...), 3*size.X*size.Y, 0, 0, 0, 0)

	list := appendChunk([]byte("strl"), "strh", stream)
	list = appendChunk(list, "strf", format)
	header := appendChunk([]byte("hdrl"), "avih", main)
	header = appendChunk(header, "LIST", list)
	return appendChunk(nil, "LIST", header)
}

// appendChunk appends a RIFF chunk, padded to an even number of bytes.
func appendChunk(file []byte, name string, content []byte) []byte {
	file = appendWords(append(file, name...), len(content))
	file = append(file, content...)
	if len(content)%2 == 1 {
		file = append(file, 0)
	}
	return file
}

// appendWords appends numbers of 4 bytes, the lowest first.
func appendWords(file []byte, words ...int) []byte {
	for _, word := range words {
		file = binary.LittleEndian.AppendUint32(file, uint32(word))
	}
	return file
}
