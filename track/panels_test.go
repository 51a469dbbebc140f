package track

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func panel(name string) Panel {
	return Panel{Name: name, Truth: []float64{0, 1, 0, -1}, Predicted: []float64{0, 1, math.NaN(), 1e30}, Deviation: []float64{0, 0.1, 0.2, math.Inf(1)}}
}

// Numbers that are not finite, and those that are far away, leave a picture of what is near.
func TestPanels(t *testing.T) {
	panels := []Panel{panel("angle"), panel("speed"), panel("torque"), panel("reward")}
	for _, extension := range []string{".png", ".svg"} {
		path := filepath.Join(t.TempDir(), "dream"+extension)
		if err := Panels(path, "a dream", panels, 2); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if extension == ".png" {
			picture, err := png.Decode(bytes.NewReader(content))
			if err != nil || picture.Bounds().Dx() < 500 || picture.Bounds().Dy() < 300 {
				t.Errorf("the picture is of %v (%v)", picture.Bounds(), err)
			}
			continue
		}
		for _, word := range []string{"<svg", ">a dream<", ">angle<", ">reward<", "Arial"} {
			if !bytes.Contains(content, []byte(word)) {
				t.Errorf("the SVG has no %s", word)
			}
		}
	}
}

// By hand: of a truth from -1 to 1 and a prediction up to 2.5, and one without bounds.
func TestPanelHeightsByHand(t *testing.T) {
	p := Panel{Truth: []float64{-1, 1}, Predicted: []float64{0, 2.5}}
	if low, high, err := p.heights(); low != -1.12 || high != 2.62 || err != nil {
		t.Errorf("the panel shows [%v, %v] (%v)", low, high, err)
	}
	p.Predicted[0] = -1e9
	if low, high, err := p.heights(); low != -3.12 || high != 2.62 || err != nil {
		t.Errorf("the panel shows [%v, %v] (%v)", low, high, err)
	}
}

func TestPanelsThatCannotBeDrawn(t *testing.T) {
	folder := t.TempDir()
	unequal, unreal := panel("angle"), panel("speed")
	unequal.Deviation, unreal.Truth[0] = nil, math.NaN()
	for _, test := range []struct {
		word, file string
		panels     []Panel
	}{
		{".svg", "dream.pdf", []Panel{panel("angle")}},
		{"no panels", "dream.png", nil},
		{`"angle"`, "dream.png", []Panel{unequal}},
		{"not finite", "dream.png", []Panel{unreal}},
	} {
		err := Panels(filepath.Join(folder, test.file), "a dream", test.panels, 2)
		if err == nil || !strings.Contains(err.Error(), test.word) || !strings.Contains(err.Error(), test.file) {
			t.Errorf("the error is %v, want one with %q", err, test.word)
		}
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
