package classic

import (
	"image"
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	catchName    = "classic/catch"
	catchRows    = 10
	catchColumns = 5
)

// catch is the game on a board of 10 rows and 5 columns that bsuite made a standard test: a ball
// falls one row a step, and the paddle in the last row must be under it when it arrives.
type catch struct {
	memory [3]float64 // row and column of the ball, column of the paddle
}

// Catch is an environment whose board can be seen.
type Catch struct {
	shell
	game *catch
}

// NewCatch makes the task classic/catch. The observation "board" [10, 5] is 1 at the ball and at
// the paddle and 0 elsewhere; the action is 0 (left), 1 (stay) or 2 (right). The reward is 1 for a
// catch and -1 for a miss, both of which end the episode after 9 steps.
func NewCatch(seed uint64) (env.Environment, error) {
	game := &catch{}
	cells := catchRows * catchColumns
	c := &Catch{game: game, shell: shell{
		dynamics:     game,
		name:         catchName,
		body:         catchName,
		observations: []env.Spec{{Name: "board", Shape: []int{catchRows, catchColumns}, Minimum: make([]float64, cells), Maximum: filled(cells, 1)}},
		action:       env.Spec{Name: "move", Kind: env.Int, Minimum: []float64{0}, Maximum: []float64{2}},
		limit:        catchRows,
	}}
	c.start(seed)
	return c, nil
}

func (c *catch) begin(random *rand.Rand) {
	c.memory = [3]float64{0, float64(random.IntN(catchColumns)), catchColumns / 2}
}

func (c *catch) advance(action []float64, _ *rand.Rand) {
	row, paddle := &c.memory[0], &c.memory[2]
	*paddle = min(max(*paddle+action[0]-1, 0), catchColumns-1)
	*row++
}

func (c *catch) arrived(physics []float64) (reward float64, ended bool) {
	switch row, ball, paddle := physics[0], physics[1], physics[2]; {
	case row < catchRows-1:
		return 0, false
	case paddle == ball:
		return 1, true
	}
	return -1, true
}

func (c *catch) observe(board []float64) {
	clear(board)
	board[int(c.memory[0])*catchColumns+int(c.memory[1])] = 1
	board[(catchRows-1)*catchColumns+int(c.memory[2])] = 1
}

func (c *catch) state() []float64   { return c.memory[:] }
func (c *catch) physics() []float64 { return c.memory[:] }

// Render implements env.Renderer. There is one camera, number 0.
func (c *Catch) Render(camera, width, height int) (*image.RGBA, error) {
	if err := checkView(catchName, camera, width, height); err != nil {
		return nil, err
	}
	picture := newCanvas(width, height)
	cell := min(picture.width/catchColumns, picture.height/catchRows)
	left, top := (picture.width-catchColumns*cell)/2, (picture.height-catchRows*cell)/2
	square := func(row, column float64, shade color.RGBA) {
		x, y := left+float32(column)*cell, top+float32(row)*cell
		picture.rectangle(x+0.05*cell, y+0.05*cell, 0.9*cell, 0.9*cell, shade)
	}
	for row := range catchRows {
		for column := range catchColumns {
			square(float64(row), float64(column), gridColour)
		}
	}
	square(catchRows-1, c.game.memory[2], rodColour)
	square(c.game.memory[0], c.game.memory[1], accentColour)
	return picture.image, nil
}

// filled returns size elements of the same value.
func filled(size int, value float64) []float64 {
	values := make([]float64, size)
	for i := range values {
		values[i] = value
	}
	return values
}
