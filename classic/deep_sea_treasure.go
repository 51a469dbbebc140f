package classic

import (
	"image"
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	treasureName    = "classic/deep_sea_treasure"
	treasureRows    = 11
	treasureColumns = 10
	treasureLimit   = 100 // steps
)

// treasures lie on the sea floor, one in each column, the more valuable the deeper. Below one is rock.
var treasures = [treasureColumns]struct {
	row   int
	value float64
}{{1, 1}, {2, 2}, {3, 3}, {4, 5}, {4, 8}, {4, 16}, {7, 24}, {7, 50}, {9, 74}, {10, 124}}

// treasureMoves are the rows and columns that the submarine moves by: up, down, left, right.
var treasureMoves = [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}

// treasureHunt is a submarine over a sea floor that falls to the right.
type treasureHunt struct {
	memory [2]float64 // row and column of the submarine
}

// DeepSeaTreasure is an env.MultiObjective whose sea can be seen.
type DeepSeaTreasure struct {
	shell
	hunt    *treasureHunt
	rewards [2]float64
}

// NewDeepSeaTreasure makes the task classic/deep_sea_treasure (Vamplew et al., 2011, "Empirical evaluation methods for
// multiobjective reinforcement learning algorithms"), an env.MultiObjective: dive for a treasure, and be back soon. The
// objectives are "treasure", the value of what is found, which ends the episode, and "time", -1 a step; the reward is
// their sum. The observation "place" [11, 10] is 1 where the submarine is, which starts in the upper left corner; the
// action is 0 (up), 1 (down), 2 (left) or 3 (right), and one that leads into rock or out of the sea moves nothing.
// Episodes are cut off after 100 steps. TreasureFront tells what can be had.
func NewDeepSeaTreasure(seed uint64) (env.Environment, error) {
	hunt, cells := &treasureHunt{}, treasureRows*treasureColumns
	d := &DeepSeaTreasure{hunt: hunt, shell: shell{
		dynamics:     hunt,
		name:         treasureName,
		body:         treasureName,
		observations: []env.Spec{{Name: "place", Shape: []int{treasureRows, treasureColumns}, Minimum: make([]float64, cells), Maximum: filled(cells, 1)}},
		action:       env.Spec{Name: "move", Kind: env.Int, Minimum: []float64{0}, Maximum: []float64{3}},
		limit:        treasureLimit,
	}}
	d.start(seed)
	return d, nil
}

// TreasureFront lists the returns of NewDeepSeaTreasure that no other is better than in both objectives, treasure and
// time: those of the shortest way to each treasure. Between its ends the front is concave, so that no weighted sum of
// the two prefers what lies there.
func TreasureFront() [][]float64 {
	var front [][]float64
	for column, treasure := range treasures {
		front = append(front, []float64{treasure.value, -float64(treasure.row + column)})
	}
	return front
}

func (h *treasureHunt) begin(*rand.Rand) { h.memory = [2]float64{} }

func (h *treasureHunt) advance(action []float64, _ *rand.Rand) {
	move := treasureMoves[int(action[0])]
	row, column := int(h.memory[0])+move[0], int(h.memory[1])+move[1]
	if row < 0 || column < 0 || column >= treasureColumns || row > treasures[column].row {
		return
	}
	h.memory = [2]float64{float64(row), float64(column)}
}

// treasureAt is the value of what lies where the submarine is, 0 in open water.
func treasureAt(physics []float64) float64 {
	if treasure := treasures[int(physics[1])]; treasure.row == int(physics[0]) {
		return treasure.value
	}
	return 0
}

func (h *treasureHunt) arrived(physics []float64) (reward float64, ended bool) {
	value := treasureAt(physics)
	return value - 1, value > 0
}

func (h *treasureHunt) observe(place []float64) {
	clear(place)
	place[int(h.memory[0])*treasureColumns+int(h.memory[1])] = 1
}

func (h *treasureHunt) state() []float64   { return h.memory[:] }
func (h *treasureHunt) physics() []float64 { return h.memory[:] }

// Objectives implements env.MultiObjective.
func (d *DeepSeaTreasure) Objectives() []string { return []string{"treasure", "time"} }

// Step implements env.Environment.
func (d *DeepSeaTreasure) Step(action []float64) (env.TimeStep, error) {
	step, err := d.shell.Step(action)
	if err == nil && step.Type != env.First {
		d.rewards = [2]float64{treasureAt(d.hunt.memory[:]), -1}
		step.Rewards = d.rewards[:]
	}
	return step, err
}

// Render implements env.Renderer. There is one camera, number 0.
func (d *DeepSeaTreasure) Render(camera, width, height int) (*image.RGBA, error) {
	if err := checkView(treasureName, camera, width, height); err != nil {
		return nil, err
	}
	picture := newCanvas(width, height)
	cell := min(picture.width/treasureColumns, picture.height/treasureRows)
	left, top := (picture.width-treasureColumns*cell)/2, (picture.height-treasureRows*cell)/2
	square := func(row, column float64, shade color.RGBA) {
		picture.rectangle(left+float32(column)*cell+0.05*cell, top+float32(row)*cell+0.05*cell, 0.9*cell, 0.9*cell, shade)
	}
	for column, treasure := range treasures {
		for row := range treasure.row {
			square(float64(row), float64(column), gridColour)
		}
		square(float64(treasure.row), float64(column), blueColour)
	}
	square(d.hunt.memory[0], d.hunt.memory[1], accentColour)
	return picture.image, nil
}
