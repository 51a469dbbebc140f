package classic

import (
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	freewayName   = "classic/freeway"
	lanes         = side - 2
	slowest       = 4 // steps that the slowest car takes for a cell
	chickenColumn = side/2 - 1
)

// The planes of freeway. A car that takes s steps for a cell has a trail on plane freewayTrail + s - 1, as many cells
// behind it as it has steps to go to the next.
const (
	freewayTrail   = 0
	freewayCar     = freewayTrail + slowest
	freewayChicken = freewayCar + 1
)

// freeway is a road of eight lanes, a car in each, and a chicken that wants to cross it.
type freeway struct {
	cars [lanes]car
	row  int // of the chicken, who starts in the last
}

// car moves a cell to one side every few steps, and comes back on the other side of the board.
type car struct {
	column, direction int // direction is 1 or -1
	pause, wait       int // steps from cell to cell, and those to go to the next
}

// NewFreeway makes the task classic/freeway: cross the road again and again. Who reaches the first row earns 1 and
// starts anew with other cars; who is met by a car starts anew without. The moves are 0 (stay), 1 (up) and 2 (down).
// The planes of the board are the trails of cars that take 1, 2, 3 and 4 steps for a cell, cars, and the chicken.
func NewFreeway(seed uint64) (env.Environment, error) {
	trail := color.RGBA{}
	return newGridGame(freewayName, &freeway{}, 3, []color.RGBA{trail, trail, trail, trail, rodColour, accentColour}, seed), nil
}

func (f *freeway) set(random *rand.Rand) {
	f.row = side - 1
	for i := range f.cars {
		pause := 1 + random.IntN(slowest)
		f.cars[i] = car{column: random.IntN(side), direction: 1 - 2*random.IntN(2), pause: pause, wait: pause}
	}
}

func (f *freeway) play(move int, random *rand.Rand) (points int, over bool) {
	switch move {
	case 1:
		f.row--
	case 2:
		f.row = min(f.row+1, side-1)
	}
	if f.row == 0 {
		f.set(random)
		return 1, false
	}
	met := f.met()
	for i := range f.cars {
		f.cars[i].drive()
	}
	if met || f.met() {
		f.row = side - 1
	}
	return 0, false
}

// met tells whether a car is where the chicken is.
func (f *freeway) met() bool {
	return f.row <= lanes && f.cars[f.row-1].column == chickenColumn
}

func (c *car) drive() {
	if c.wait--; c.wait == 0 {
		c.column, c.wait = wrapped(c.column+c.direction), c.pause
	}
}

func (f *freeway) draw(cells board) {
	for i, c := range f.cars {
		cells.mark(freewayTrail+c.pause-1, i+1, c.column-c.direction*c.wait)
		cells.mark(freewayCar, i+1, c.column)
	}
	cells.mark(freewayChicken, f.row, chickenColumn)
}

func (f *freeway) numbers() []*int {
	all := []*int{&f.row}
	for i := range f.cars {
		c := &f.cars[i]
		all = append(all, &c.column, &c.direction, &c.pause, &c.wait)
	}
	return all
}
