package classic

import (
	"image"
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	side          = 10   // rows and columns of a board
	gridLimit     = 1000 // steps of an episode of a grid game
	stickyActions = 0.1  // the chance that the action before is repeated
)

// rules is what is particular to a game on a board of 10 by 10 cells.
type rules interface {
	// set puts the pieces where a game begins.
	set(random *rand.Rand)
	// play makes a move and returns the points that it earned, and whether the game is over.
	play(move int, random *rand.Rand) (points int, over bool)
	// draw marks the cells of each plane.
	draw(b board)
	// numbers is everything that set and play change.
	numbers() []*int
}

// grid makes dynamics out of rules. Its memory is the points of the last move, whether the game is over, the move,
// and behind them the numbers of the rules.
type grid struct {
	rules
	memory  []float64
	numbers []*int
}

// GridGame is one of the small games on a board of 10 by 10 cells: breakout, freeway, space_invaders or asterix. They are
// in the manner of MinAtar (Young and Tian, 2019, "MinAtar: An Atari-Inspired Testbed for Thorough and Reproducible
// Reinforcement Learning Experiments", arXiv 1903.03176), with rules of our own. The observation "board" [10, 10,
// planes] is 1 where a piece is and 0 elsewhere, a plane for each kind of piece; it tells all of a game's state but
// the move before. With a chance of 0.1 that move is made again in place of the one that was chosen. Episodes are cut
// off after 1000 steps.
type GridGame struct {
	shell
	game    *grid
	colours []color.RGBA // of the planes, the later on top; a plane without a colour is not seen
}

// newGridGame makes a game with moves 0 to moves-1 and a plane for each of colours.
func newGridGame(name string, r rules, moves int, colours []color.RGBA, seed uint64) *GridGame {
	game := &grid{rules: r, numbers: r.numbers()}
	game.memory = make([]float64, 3+len(game.numbers))
	planes := len(colours)
	cells := side * side * planes
	g := &GridGame{game: game, colours: colours, shell: shell{
		dynamics:     game,
		name:         name,
		body:         name,
		observations: []env.Spec{{Name: "board", Shape: []int{side, side, planes}, Minimum: make([]float64, cells), Maximum: filled(cells, 1)}},
		action:       env.Spec{Name: "move", Kind: env.Int, Minimum: []float64{0}, Maximum: []float64{float64(moves - 1)}},
		limit:        gridLimit,
	}}
	g.start(seed)
	return g
}

// store and load keep the rules' numbers in the memory, where snapshots find them.
func (g *grid) store() {
	for i, number := range g.numbers {
		g.memory[3+i] = float64(*number)
	}
}

func (g *grid) load() {
	for i, number := range g.numbers {
		*number = int(g.memory[3+i])
	}
}

func (g *grid) begin(random *rand.Rand) {
	clear(g.memory)
	g.set(random)
	g.store()
}

func (g *grid) advance(action []float64, random *rand.Rand) {
	g.load()
	if random.Float64() >= stickyActions {
		g.memory[2] = action[0]
	}
	points, over := g.play(int(g.memory[2]), random)
	g.memory[0], g.memory[1] = float64(points), 0
	if over {
		g.memory[1] = 1
	}
	g.store()
}

func (g *grid) arrived(physics []float64) (reward float64, ended bool) {
	return physics[0], physics[1] == 1
}

func (g *grid) observe(cells []float64) {
	clear(cells)
	g.draw(board{cells, len(cells) / (side * side)})
}

func (g *grid) state() []float64   { return g.memory }
func (g *grid) physics() []float64 { return g.memory[:2] }

// board is the cells of an observation, [10, 10, planes].
type board struct {
	cells  []float64
	planes int
}

// mark puts a piece on a plane. Cells beyond an edge are those of the other side.
func (b board) mark(plane, row, column int) {
	b.cells[(wrapped(row)*side+wrapped(column))*b.planes+plane] = 1
}

// gauge marks as many cells of a row of a plane, from the left, as a counter has steps to go.
func (b board) gauge(plane, row, count int) {
	for column := range count {
		b.mark(plane, row, column)
	}
}

func wrapped(place int) int { return (place + side) % side }

// Render implements env.Renderer. There is one camera, number 0.
func (g *GridGame) Render(camera, width, height int) (*image.RGBA, error) {
	if err := checkView(g.name, camera, width, height); err != nil {
		return nil, err
	}
	planes := len(g.colours)
	seen := board{make([]float64, side*side*planes), planes}
	g.game.load()
	g.game.draw(seen)
	picture := newCanvas(width, height)
	cell := min(picture.width, picture.height) / side
	left, top := (picture.width-side*cell)/2, (picture.height-side*cell)/2
	for i := range side * side {
		shade := gridColour
		for plane, colour := range g.colours {
			if seen.cells[i*planes+plane] == 1 && colour != (color.RGBA{}) {
				shade = colour
			}
		}
		x, y := left+float32(i%side)*cell, top+float32(i/side)*cell
		picture.rectangle(x+0.05*cell, y+0.05*cell, 0.9*cell, 0.9*cell, shade)
	}
	return picture.image, nil
}
