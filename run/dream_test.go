package run

import (
	"errors"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// A notebook keeps what was seen, done and got in the first episodes, and lets others pass.
func TestNotebook(t *testing.T) {
	n := &notebook{sizes: agent.Sizes{Observation: 3, Image: agent.ImageSize{Height: 1, Width: 2, Channels: 1}}, most: 2}
	shown := env.Observation{{Float64: []float64{1, 2}}, {Uint8: []byte{5, 6}}, {Float64: []float64{3}}}
	action := []float32{0.5}
	for range 3 {
		for _, step := range []env.TimeStep{env.Restart(shown), env.Transition(2, shown), env.Termination(3, shown)} {
			if err := n.note(step, action); err != nil {
				t.Fatal(err)
			}
		}
		shown[0].Float64[0]++
		shown[1].Uint8[0]++
		action[0]++
	}
	if len(n.episodes) != 2 {
		t.Fatalf("%d episodes are kept", len(n.episodes))
	}
	want := &episode{
		Segment: agent.Segment{
			Observations: [][]float32{{2, 2, 3}, {2, 2, 3}, {2, 2, 3}}, Pictures: [][]byte{{6, 6}, {6, 6}, {6, 6}}, Actions: [][]float32{{1.5}, {1.5}},
		},
		rewards: []float32{0, 2, 3}, discounts: []float32{1, 1, 0},
	}
	if !reflect.DeepEqual(n.episodes[1], want) {
		t.Errorf("got %+v, want %+v", n.episodes[1], want)
	}
	part := want.part(1, 9)
	if len(part.Observations) != 2 || len(part.Pictures) != 2 || len(part.Actions) != 1 || len(part.rewards) != 2 || part.discounts[1] != 0 {
		t.Errorf("the part is %+v", part)
	}
}

// pictured is an episode of pictures, and a model that predicts the first of them for ever.
func pictured() (*episode, agent.Dreamer) {
	e := &episode{}
	for i := range 8 {
		e.Observations, e.Pictures = append(e.Observations, []float32{float32(i)}), append(e.Pictures, []byte{byte(30 * i), 0, 0, 9})
		e.rewards = append(e.rewards, 1)
	}
	e.Actions, e.discounts = make([][]float32, 7), make([]float32, 8)
	return e, func(s agent.Segment) (agent.Dream, error) {
		d := agent.Dream{Observations: s.Observations, Deviations: s.Observations}
		for range s.Pictures {
			d.Pictures, d.Rewards, d.RewardDeviations = append(d.Pictures, s.Pictures[0]), append(d.Rewards, 1), append(d.RewardDeviations, 0)
		}
		return d, nil
	}
}

// Pictures become films and strips, numbers curves.
func TestDrawingPictures(t *testing.T) {
	folder := t.TempDir()
	e, dreamer := pictured()
	d := drawing{[]env.Spec{{Name: "pixels", Shape: []int{2, 2, 1}, Kind: env.Uint8}, {Name: "place"}}, agent.Sizes{Observation: 1, Image: agent.ImageSize{Height: 2, Width: 2, Channels: 1}}, "a dream"}
	for _, name := range []string{"dream.gif", "dream.png", "dream.svg"} {
		if err := d.draw(filepath.Join(folder, name), dreamer, e); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(filepath.Join(folder, "dream.gif"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if film, err := gif.DecodeAll(file); err != nil || len(film.Image) != 8 || film.Config.Width != 300 {
		t.Errorf("the film is wrong: %v", err)
	}
	strip, err := os.Open(filepath.Join(folder, "dream.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer strip.Close()
	if picture, err := png.Decode(strip); err != nil || picture.Bounds().Dx() != 800 || picture.Bounds().Dy() != 300 {
		t.Errorf("the strip is wrong: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "dream.svg"))
	if err != nil || !strings.Contains(string(content), ">place<") {
		t.Errorf("the curves are wrong: %v", err)
	}
	e.Pictures = nil
	if err := d.draw(filepath.Join(folder, "again.gif"), dreamer, e); err == nil || !strings.Contains(err.Error(), "no pictures") {
		t.Errorf("a film of numbers is %v", err)
	}
}

func TestNumberNames(t *testing.T) {
	got := numberNames([]env.Spec{{Name: "height"}, {Name: "pixels", Shape: []int{2, 2, 3}, Kind: env.Uint8}, {Name: "speed", Shape: []int{2}}})
	if want := []string{"height", "speed[0]", "speed[1]"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// MPO has no model: its runs have no dreams, and say so.
func TestRunsWithoutAModelHaveNoDreams(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	e := onLadder(20, nil)
	if _, _, err := train(t, e, folder, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, dreamFolder)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there are dreams: %v", err)
	}
	learner, err := e.Algorithm.New(e.Agent, agent.Sizes{Observation: 3, Action: 2}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	trained := &Trained{Experiment: e, Learner: learner}
	if err := trained.RecordDream(filepath.Join(folder, "dream.png"), Episodes{}); !errors.Is(err, ErrNoModel) {
		t.Errorf("a dream of MPO is %v", err)
	}
	if _, err := trained.ExamineModel(Episodes{Count: 1}); !errors.Is(err, ErrNoModel) || !strings.Contains(err.Error(), "mpo on test/ladder") {
		t.Errorf("a report on MPO is %v", err)
	}
}
