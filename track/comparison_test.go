package track

import (
	"image/color"
	"strings"
	"testing"
)

// comparison is three steps of pictures of 2 x 1 pixels, of which the prediction misses one by 100.
func comparison(channels int) Comparison {
	c := Comparison{Height: 1, Width: 2, Channels: channels, Context: 1}
	for range 3 {
		c.Truth = append(c.Truth, make([]byte, 2*channels))
		c.Predicted = append(c.Predicted, make([]byte, 2*channels))
	}
	c.Predicted[2][max(0, channels-3)] = 100 // grey, or the last red
	return c
}

// By hand: the difference of 100 is 50 above the grey of no difference, red alone in colour.
func TestComparisonByHand(t *testing.T) {
	for channels, want := range map[int][2]color.RGBA{
		1: {{100, 100, 100, 255}, {178, 178, 178, 255}},
		3: {{100, 0, 0, 255}, {178, 128, 128, 255}},
		6: {{100, 0, 0, 255}, {178, 128, 128, 255}},
	} {
		c := comparison(channels)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		film, strip := c.Film(), c.Strip()
		const wide, high = 96 + comparisonGap, 48 + comparisonGap
		if size := film[0].Bounds().Size(); len(film) != 3 || size.X != 3*wide || size.Y != high {
			t.Fatalf("%d frames of %v", len(film), size)
		}
		if size := strip.Bounds().Size(); size.X != 3*wide || size.Y != 3*high {
			t.Fatalf("the strip has %v", size)
		}
		for i, shade := range want {
			if got := film[2].RGBAAt((i+1)*wide+10, 10); got != shade {
				t.Errorf("pixel of picture %d of the last frame is %v, want %v", i+1, got, shade)
			}
			if got := strip.RGBAAt(2*wide+10, (i+1)*high+10); got != shade {
				t.Errorf("pixel of picture %d of the strip's last column is %v, want %v", i+1, got, shade)
			}
		}
		if got := film[2].RGBAAt(2*wide+90, 10); got != (color.RGBA{128, 128, 128, 255}) {
			t.Errorf("no error is %v", got)
		}
		if seen, dreamt := film[0].RGBAAt(10, 0), film[1].RGBAAt(10, 0); seen != contextColour || dreamt != futureColour {
			t.Errorf("the lines are %v in the context and %v behind it", seen, dreamt)
		}
	}
}

func TestComparisonsThatCannotBeDrawn(t *testing.T) {
	for word, change := range map[string]func(c *Comparison){
		"0 channels":    func(c *Comparison) { c.Channels = 0 },
		"2 predictions": func(c *Comparison) { c.Predicted = c.Predicted[1:] },
		"has 1 bytes":   func(c *Comparison) { c.Truth[1] = c.Truth[1][1:] },
	} {
		c := comparison(1)
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("the error is %v, want one with %q", err, word)
		}
	}
}
