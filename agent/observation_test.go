package agent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

func TestFlattenKeepsTheOrder(t *testing.T) {
	sizes := agent.Sizes{Observation: 5}
	row := agent.NewObservation(sizes)
	sizes.Flatten(row, env.Observation{{Float64: []float64{1, 2}}, {Float64: nil}, {Float64: []float64{3}}, {Float64: []float64{0.1, 5}}})
	if want := []float32{1, 2, 3, 0.1, 5}; !slices.Equal(row.Numbers, want) {
		t.Errorf("the row is %v, want %v", row.Numbers, want)
	}
}

// By hand: two pictures of 1 x 2 pixels, one grey and one in colours, around a number.
func TestFlattenStacksPictures(t *testing.T) {
	sizes, err := agent.SizesOf(task{
		observations: []env.Spec{
			{Name: "grey", Shape: []int{1, 2, 1}, Kind: env.Uint8}, {Name: "x"}, {Name: "colours", Shape: []int{1, 2, 3}, Kind: env.Uint8},
		},
		action: env.Spec{Name: "u", Shape: []int{2}},
	})
	if want := (agent.Sizes{Observation: 1, Action: 2, Image: agent.ImageSize{Height: 1, Width: 2, Channels: 4}}); err != nil || sizes != want {
		t.Fatalf("the sizes are %+v, %v, want %+v", sizes, err, want)
	}
	row := agent.NewObservation(sizes)
	sizes.Flatten(row, env.Observation{{Uint8: []uint8{7, 8}}, {Float64: []float64{9}}, {Uint8: []uint8{1, 2, 3, 4, 5, 6}}})
	if want := []byte{7, 1, 2, 3, 8, 4, 5, 6}; !slices.Equal(row.Image, want) || row.Numbers[0] != 9 {
		t.Errorf("the row is %v, want %v and 9", row, want)
	}
}

func TestPicturesThatAgentsCannotUse(t *testing.T) {
	picture := func(name string, shape ...int) env.Spec { return env.Spec{Name: name, Shape: shape, Kind: env.Uint8} }
	for want, observations := range map[string][]env.Spec{
		`observation "b" is a picture of 4 x 2 pixels, another one has 4 x 3`: {picture("a", 4, 3, 3), picture("b", 4, 2, 3)},
		`observation "a" has the shape [4 3]`:                                 {picture("a", 4, 3)},
		`observation "a" is of kind int`:                                      {{Name: "a", Kind: env.Int}},
	} {
		if _, err := agent.SizesOf(task{observations: observations}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one that says %q", err, want)
		}
	}
}

func TestAlgorithmsWithoutPictures(t *testing.T) {
	camera := task{observations: []env.Spec{{Name: "camera", Shape: []int{64, 64, 3}, Kind: env.Uint8}}}
	if _, err := (agent.Algorithm{Images: true}).SizesOf(camera); err != nil {
		t.Error(err)
	}
	_, err := agent.Algorithm{}.SizesOf(camera)
	if want := `"camera" is of kind uint8; this agent reads states`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want one that says %q", err, want)
	}
}
