package mujoco

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/png"
	"math"
	"path"
	"strconv"
	"strings"
)

// MuJoCo believes what binary files say about themselves. checkAsset returns how many bytes of pixels
// or heights a file of an element holds, or an error if its numbers point outside of it.
func checkAsset(element, name string, content []byte) (size float64, err error) {
	switch extension := strings.ToLower(path.Ext(name)); {
	case extension == ".png":
		config, err := png.DecodeConfig(bytes.NewReader(content))
		return 4 * float64(config.Width) * float64(config.Height), err
	case element == "hfield":
		return checkGrid(content, 4)
	case element == "texture":
		return checkGrid(content, 3)
	case element == "skin":
		return 0, checkSkin(content)
	case extension == ".obj":
		return 0, checkOBJ(string(content))
	case extension == ".msh":
		return 0, checkMSH(content)
	case extension == ".stl":
		return 0, checkSTL(content)
	}
	return 0, nil
}

var errAssetSize = errors.New("its size is not what its header says")

// reader takes little-endian numbers off the front of a file.
type reader struct {
	rest []byte
	err  error // errAssetSize once the file was too short
}

// take returns the next count items of size bytes.
func (r *reader) take(count, size int) []byte {
	if count < 0 || size*count > len(r.rest) {
		r.err, r.rest = errAssetSize, nil
		return nil
	}
	taken := r.rest[:size*count]
	r.rest = r.rest[size*count:]
	return taken
}

// integer returns the next integer, 0 if there is none.
func (r *reader) integer() int {
	if word := r.take(1, 4); word != nil {
		return int(int32(binary.LittleEndian.Uint32(word)))
	}
	return 0
}

// floats passes count numbers, which must be finite.
func (r *reader) floats(count int) {
	for values := r.take(count, 4); len(values) > 0; values = values[4:] {
		value := float64(math.Float32frombits(binary.LittleEndian.Uint32(values)))
		if math.IsNaN(value) || math.IsInf(value, 0) {
			r.err = errors.New("it has a number that is not finite")
		}
	}
}

// indices passes count integers, which must be from 0 to limit - 1.
func (r *reader) indices(count, limit int) {
	for values := r.take(count, 4); len(values) > 0; values = values[4:] {
		if value := binary.LittleEndian.Uint32(values); int64(value) >= int64(limit) {
			r.err = fmt.Errorf("it refers to vertex %d of %d", int32(value), limit)
		}
	}
}

// end demands that nothing is left.
func (r *reader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		return errAssetSize
	}
	return r.err
}

// checkGrid checks a file of rows and columns of cells with the given number of bytes.
func checkGrid(content []byte, cell int) (float64, error) {
	r := reader{rest: content}
	rows, columns := r.integer(), r.integer()
	if rows < 1 || columns < 1 || rows > len(content) || columns > len(content) {
		return 0, errAssetSize
	}
	r.take(rows*columns, cell)
	return float64(cell * rows * columns), r.end()
}

// checkMSH checks MuJoCo's own mesh format.
func checkMSH(content []byte) error {
	r := reader{rest: content}
	vertices, normals, coordinates, faces := r.integer(), r.integer(), r.integer(), r.integer()
	r.floats(3 * vertices)
	r.floats(3 * normals)
	r.floats(2 * coordinates)
	r.indices(3*faces, vertices)
	return r.end()
}

// checkSkin checks MuJoCo's skin format.
func checkSkin(content []byte) error {
	r := reader{rest: content}
	vertices, coordinates, faces, bones := r.integer(), r.integer(), r.integer(), r.integer()
	r.floats(3 * vertices)
	r.floats(2 * coordinates)
	r.indices(3*faces, vertices)
	if bones < 0 {
		return errAssetSize
	}
	for range bones {
		r.take(40, 1) // name
		r.floats(7)   // pose
		influenced := r.integer()
		r.indices(influenced, vertices)
		r.floats(influenced)
		if r.err != nil {
			break
		}
	}
	return r.end()
}

// checkSTL checks binary stereolithography: a title of 80 bytes and triangles of 12 numbers and a flag.
func checkSTL(content []byte) error {
	r := reader{rest: content}
	r.take(80, 1)
	for range r.integer() {
		r.floats(12)
		r.take(1, 2)
		if r.err != nil {
			break
		}
	}
	return r.end()
}

// checkOBJ checks that the faces of a Wavefront file refer to vertices, texture coordinates and normals
// that it has.
func checkOBJ(content string) error {
	lines := strings.FieldsFunc(content, func(r rune) bool { return r == '\n' || r == '\r' })
	counts := map[string]int{}
	for _, last := range []bool{false, true} { // faces may refer forward
		before := map[string]int{}
		for _, line := range lines {
			words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
			if len(words) == 0 {
				continue
			}
			before[words[0]]++
			if words[0] != "f" || !last {
				continue
			}
			for _, corner := range words[1:] {
				if err := checkCorner(corner, counts, before); err != nil {
					return err
				}
			}
		}
		counts = before
	}
	return nil
}

// checkCorner checks one corner of a face, such as 3, 3/1, 3//2 or 3/1/2. Numbers below zero count back
// from what came before.
func checkCorner(corner string, counts, before map[string]int) error {
	for i, text := range strings.Split(corner, "/") {
		if text == "" && i > 0 {
			continue
		}
		number, err := strconv.Atoi(text)
		kind := [...]string{"v", "vt", "vn"}[min(i, 2)]
		if err != nil || i > 2 || number == 0 || number > counts[kind] || -number > before[kind] {
			return fmt.Errorf("a face has the corner %q, which is not there", shorten(corner))
		}
	}
	return nil
}
