package track

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// scene draws a pole that swings before a shaded sky and a chequered floor.
func scene(i, width, height int) *image.RGBA {
	frame := image.NewRGBA(image.Rect(0, 0, width, height))
	sin, cos := math.Sincos(0.1 * float64(i))
	length := 0.3 * float64(height)
	for y := range height {
		for x := range width {
			c := color.RGBA{uint8(90 + 100*y/height), uint8(120 + 80*y/height), 200, 255}
			if y > height*3/4 {
				c = color.RGBA{70, 80, 90, 255}
				if (x/16+y/16)%2 == 0 {
					c = color.RGBA{100, 110, 120, 255}
				}
			}
			dx, dy := float64(x-width/2), float64(y-height/2)
			along := min(max(dx*sin-dy*cos, 0), length)
			cover := min(max(5-math.Hypot(dx-along*sin, dy+along*cos), 0), 1)
			mix := func(under, over uint8) uint8 { return uint8((1-cover)*float64(under) + cover*float64(over)) }
			frame.SetRGBA(x, y, color.RGBA{mix(c.R, 220), mix(c.G, 120), mix(c.B, 40), 255})
		}
	}
	return frame
}

func scenes(count, width, height int) []*image.RGBA {
	frames := make([]*image.RGBA, count)
	for i := range frames {
		frames[i] = scene(i, width, height)
	}
	return frames
}

// distance returns the greatest and the mean difference of a channel between two pictures.
func distance(a, b image.Image) (greatest int, average float64) {
	bounds := a.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			p, q := color.RGBAModel.Convert(a.At(x, y)).(color.RGBA), color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				greatest = max(greatest, max(d, -d))
				average += math.Abs(float64(d))
			}
		}
	}
	return greatest, average / float64(3*bounds.Dx()*bounds.Dy())
}

func TestGIFShowsTheFrames(t *testing.T) {
	frames := scenes(25, 120, 90)
	var file bytes.Buffer
	if err := WriteGIF(&file, frames, 25); err != nil {
		t.Fatal(err)
	}
	movie, err := gif.DecodeAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	if len(movie.Image) != len(frames) || movie.LoopCount != 0 {
		t.Fatalf("%d frames, loop count %d; want %d frames for ever", len(movie.Image), movie.LoopCount, len(frames))
	}
	screen := image.NewRGBA(frames[0].Bounds())
	for i, picture := range movie.Image {
		draw.Draw(screen, picture.Bounds(), picture, picture.Bounds().Min, draw.Over)
		if greatest, average := distance(frames[i], screen); greatest > 24 || average > 4 {
			t.Errorf("frame %d differs by up to %d, %.2f on average", i, greatest, average)
		}
		if movie.Delay[i] != 4 {
			t.Errorf("frame %d is shown for %d0 ms, want 40 ms", i, movie.Delay[i])
		}
	}
	if area := movie.Image[1].Bounds(); area.Dx()*area.Dy() > 120*90/2 {
		t.Errorf("the second frame stores %v, though only the pole moved", area)
	}
}

func TestGIFOfFewColoursIsExact(t *testing.T) {
	frames := make([]*image.RGBA, 3)
	for i := range frames {
		frames[i] = image.NewRGBA(image.Rect(0, 0, 16, 8))
		draw.Draw(frames[i], frames[i].Rect, image.NewUniform(color.RGBA{250, 3, 77, 255}), image.Point{}, draw.Src)
		frames[i].SetRGBA(4+i/2, 3, color.RGBA{1, 200, 9, 255}) // the second frame equals the first
	}
	var file bytes.Buffer
	if err := WriteGIF(&file, frames, 10); err != nil {
		t.Fatal(err)
	}
	movie, err := gif.DecodeAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	screen := image.NewRGBA(frames[0].Bounds())
	for i, picture := range movie.Image {
		draw.Draw(screen, picture.Bounds(), picture, picture.Bounds().Min, draw.Over)
		if !bytes.Equal(screen.Pix, frames[i].Pix) {
			t.Errorf("frame %d is not as drawn", i)
		}
	}
}

func TestGIFKeepsTime(t *testing.T) {
	tests := []struct {
		fps           float64
		frames, total int // shown, and for how many hundredths of a second
	}{{25, 60, 240}, {30, 60, 200}, {50, 60, 120}, {60, 30, 100}, {100, 30, 60}, {12.5, 60, 480}}
	for _, test := range tests {
		stills := make([]*image.RGBA, 60)
		for i := range stills {
			stills[i] = image.NewRGBA(image.Rect(0, 0, 2, 2))
		}
		var file bytes.Buffer
		if err := WriteGIF(&file, stills, test.fps); err != nil {
			t.Fatal(err)
		}
		movie, err := gif.DecodeAll(&file)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, delay := range movie.Delay {
			total += delay
			if delay < 2 {
				t.Errorf("at %g frames a second a delay is %d0 ms, browsers want 20 ms", test.fps, delay)
			}
		}
		if len(movie.Image) != test.frames || total != test.total {
			t.Errorf("at %g frames a second: %d frames in %d0 ms, want %d in %d0 ms", test.fps, len(movie.Image), total, test.frames, test.total)
		}
	}
}

func TestPaletteKeepsARareColour(t *testing.T) {
	frame := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for y := range 256 {
		for x := range 256 {
			frame.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), 0, 255})
		}
	}
	frame.SetRGBA(10, 10, color.RGBA{10, 10, 255, 255})
	q := newQuantiser([]*image.RGBA{frame}, 255)
	if got := q.palette[q.index[bin(10, 10, 255)]].(color.RGBA); got.B < 200 {
		t.Errorf("the only blue pixel became %v", got)
	}
	if len(q.palette) != 255 {
		t.Errorf("the palette has %d colours, want 255", len(q.palette))
	}
}

// aviChunks reads the chunks in a list of chunks.
func aviChunks(t *testing.T, data []byte) (names []string, contents [][]byte) {
	t.Helper()
	for len(data) >= 8 {
		size := int(binary.LittleEndian.Uint32(data[4:]))
		if 8+size > len(data) {
			t.Fatalf("chunk %q of %d bytes goes beyond the end", data[:4], size)
		}
		names, contents = append(names, string(data[:4])), append(contents, data[8:8+size])
		data = data[8+size+size%2:]
	}
	if len(data) != 0 {
		t.Fatalf("%d bytes left over", len(data))
	}
	return names, contents
}

func TestAVIStructure(t *testing.T) {
	frames := scenes(7, 64, 48)
	var file bytes.Buffer
	if err := WriteAVI(&file, frames, 12.5); err != nil {
		t.Fatal(err)
	}
	names, riff := aviChunks(t, file.Bytes())
	if strings.Join(names, " ") != "RIFF" || string(riff[0][:4]) != "AVI " {
		t.Fatalf("the file holds %q", names)
	}
	names, parts := aviChunks(t, riff[0][4:])
	if strings.Join(names, " ") != "LIST LIST idx1" {
		t.Fatalf("the parts are %q", names)
	}
	checkAVIHeader(t, parts[0])
	movie, index := parts[1], parts[2]
	if string(movie[:4]) != "movi" || len(index) != 16*len(frames) {
		t.Fatalf("the list is %q, the index has %d bytes", movie[:4], len(index))
	}
	for i, frame := range frames {
		entry := index[16*i:]
		offset, size := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
		if string(movie[offset:offset+4]) != "00dc" || binary.LittleEndian.Uint32(movie[offset+4:]) != size {
			t.Fatalf("index entry %d does not point at its chunk", i)
		}
		picture, err := jpeg.Decode(bytes.NewReader(movie[offset+8 : offset+8+size]))
		if err != nil {
			t.Fatal(err)
		}
		if _, average := distance(frame, picture); average > 4 {
			t.Errorf("frame %d differs by %.2f on average", i, average)
		}
	}
}

// checkAVIHeader checks the list hdrl of 7 frames of 64x48 pixels at 12.5 a second.
func checkAVIHeader(t *testing.T, header []byte) {
	t.Helper()
	names, parts := aviChunks(t, header[4:])
	if string(header[:4]) != "hdrl" || strings.Join(names, " ") != "avih LIST" {
		t.Fatalf("the header holds %q", names)
	}
	streamNames, stream := aviChunks(t, parts[1][4:])
	if strings.Join(streamNames, " ") != "strh strf" || len(parts[0]) != 56 || len(stream[0]) != 56 || len(stream[1]) != 40 {
		t.Fatalf("the stream holds %q; sizes %d, %d, %d", streamNames, len(parts[0]), len(stream[0]), len(stream[1]))
	}
	for _, field := range []struct {
		name   string
		data   []byte
		offset int
		want   uint32
	}{
		{"microseconds a frame", parts[0], 0, 80000},
		{"frames", parts[0], 16, 7},
		{"width", parts[0], 32, 64},
		{"height", parts[0], 36, 48},
		{"scale", stream[0], 20, 1000},
		{"rate", stream[0], 24, 12500},
		{"length", stream[0], 32, 7},
		{"right and bottom", stream[0], 52, 48<<16 | 64},
		{"format width", stream[1], 4, 64},
		{"compression", stream[1], 16, binary.LittleEndian.Uint32([]byte("MJPG"))},
	} {
		if got := binary.LittleEndian.Uint32(field.data[field.offset:]); got != field.want {
			t.Errorf("%s is %d, want %d", field.name, got, field.want)
		}
	}
}

func TestPNG(t *testing.T) {
	for _, test := range []struct{ frames, width, height int }{{1, 20, 10}, {3, 60, 10}, {30, 80, 20}} {
		path := filepath.Join(t.TempDir(), "sheet.png")
		frames := scenes(test.frames, 20, 10)
		if err := WriteVideo(path, frames, 10); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		picture, err := png.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if size := picture.Bounds().Size(); size != image.Pt(test.width, test.height) {
			t.Errorf("%d frames make a picture of %v", test.frames, size)
		}
		corner := picture.Bounds().Max.Sub(image.Pt(1, 1))
		if got, want := picture.At(corner.X, corner.Y), frames[test.frames-1].At(19, 9); test.frames != 3 && got != want {
			t.Errorf("the last frame does not end the sheet: %v, want %v", got, want)
		}
	}
}

func TestWriteVideoErrors(t *testing.T) {
	good := scenes(2, 8, 8)
	tests := []struct {
		name   string
		file   string
		frames []*image.RGBA
		fps    float64
		want   string
	}{
		{"unknown extension", "a.mp4", good, 25, "choose .gif, .avi or .png"},
		{"no extension", "a", good, 25, "choose .gif, .avi or .png"},
		{"no frames", "a.gif", nil, 25, "no frames"},
		{"empty frames", "a.gif", scenes(1, 0, 5), 25, "each side must be"},
		{"mixed sizes", "a.gif", append(scenes(1, 8, 8), scenes(1, 9, 8)...), 25, "frame 1 has (9,8) pixels"},
		{"no rate", "a.avi", good, 0, "must be in (0, 1000]"},
		{"NaN rate", "a.gif", good, math.NaN(), "must be in (0, 1000]"},
		{"no folder", "missing/a.gif", good, 25, "no such file or folder"},
	}
	for _, test := range tests {
		folder := t.TempDir()
		err := WriteVideo(filepath.Join(folder, test.file), test.frames, test.fps)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.file) {
			t.Errorf("%s: error %v, want the file and %q", test.name, err, test.want)
		}
		if left, _ := os.ReadDir(folder); len(left) != 0 {
			t.Errorf("%s: %v was left behind", test.name, left)
		}
	}
}

func TestVideosAreDeterministic(t *testing.T) {
	for _, extension := range []string{".gif", ".avi", ".png", ".GIF"} {
		var files [2][]byte
		for i := range files {
			path := filepath.Join(t.TempDir(), "video"+extension)
			if err := WriteVideo(path, scenes(5, 64, 48), 25); err != nil {
				t.Fatal(err)
			}
			files[i], _ = os.ReadFile(path)
		}
		if len(files[0]) == 0 || !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s: two files of the same frames differ", extension)
		}
	}
}

func TestLongGIFIsSmallAndQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 200 frames")
	}
	frames := scenes(200, 320, 240)
	path := filepath.Join(t.TempDir(), "long.gif")
	start := time.Now()
	if err := WriteVideo(path, frames, 50); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("200 frames of 320x240: %d bytes in %v", info.Size(), took)
	if info.Size() > 2<<20 {
		t.Errorf("the GIF has %d bytes, want less than 2 MiB", info.Size())
	}
	if took > 10*time.Second { // 0.3 s on a quiet machine; this one may be busy
		t.Errorf("writing took %v", took)
	}
}

func BenchmarkWrite(b *testing.B) {
	frames := scenes(200, 320, 240)
	for _, extension := range []string{".gif", ".avi"} {
		b.Run(extension, func(b *testing.B) {
			for b.Loop() {
				if err := WriteVideo(filepath.Join(b.TempDir(), "a"+extension), frames, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
