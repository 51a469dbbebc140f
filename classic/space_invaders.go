package classic

import (
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	invadersName = "classic/space_invaders"
	fleetRows    = 4 // of aliens, at first the upper ones
	fleetLeft    = 2 // their first column, and behind the last
	fleetRight   = 8
	fleetPause   = 10 // steps in which the fleet takes one; as many as there are aliens, if they are fewer
	alienPause   = 10 // steps between their shots
	cannonPause  = 5  // and between those of the cannon
	cannonRow    = side - 1
)

// The planes of space_invaders. Aliens are on the plane of the side that they move to; the gauges count the steps to the
// next shot of the cannon, to that of the aliens and to the next step of the fleet.
const (
	invadersGauge = iota
	invadersLeft
	invadersRight
	invadersAlienShot
	invadersShot
	invadersCannon
)

// cells of a board are 1 where a thing of some kind is.
type cells [side][side]int

// invaders is a fleet of aliens that come nearer, and a cannon against them.
type invaders struct {
	aliens, shots, alienShots cells
	direction                 int // of the fleet: 1 or -1
	cannon                    int // its column
	load, aim, wait           int // steps to the next shot of the cannon, to that of the aliens, to the next step of the fleet
}

// NewSpaceInvaders makes the task classic/space_invaders: shoot aliens, which earn 1 each. They go from side to side, a row
// down at each turn and faster when they are fewer, and shoot too. The moves are 0 (stay), 1 (left), 2 (right) and 3
// (fire). The game is over when an alien or its shot meets the cannon, or an alien is in the last row. After the last
// alien comes another fleet. The planes of the board are gauges, aliens that move left, aliens that move right, their
// shots, shots of the cannon, and the cannon.
func NewSpaceInvaders(seed uint64) (env.Environment, error) {
	colours := []color.RGBA{{}, rodColour, rodColour, waterColour, goalColour, accentColour}
	return newGridGame(invadersName, &invaders{}, 4, colours, seed), nil
}

func (v *invaders) set(*rand.Rand) {
	*v = invaders{direction: -1, cannon: side / 2, aim: alienPause, wait: fleetPause}
	v.arrive()
}

// arrive puts a fleet in place.
func (v *invaders) arrive() {
	for row := range fleetRows {
		for column := fleetLeft; column < fleetRight; column++ {
			v.aliens[row][column] = 1
		}
	}
}

func (v *invaders) play(move int, _ *rand.Rand) (points int, over bool) {
	v.command(move)
	v.shots.shift(-1, 0)
	points = v.hit()
	v.alienShots.shift(1, 0)
	over = v.alienShots[cannonRow][v.cannon] == 1
	if v.wait--; v.wait <= 0 {
		v.march()
		points += v.hit()
	}
	v.fire()
	if v.aliens == (cells{}) {
		v.arrive()
	}
	return points, over || v.aliens[cannonRow] != [side]int{}
}

// command moves the cannon or lets it fire.
func (v *invaders) command(move int) {
	v.load = max(v.load-1, 0)
	switch {
	case move == 1:
		v.cannon = max(v.cannon-1, 0)
	case move == 2:
		v.cannon = min(v.cannon+1, side-1)
	case move == 3 && v.load == 0:
		v.shots[cannonRow][v.cannon], v.load = 1, cannonPause
	}
}

// hit removes aliens that shots are at, with the shots, and counts them.
func (v *invaders) hit() (count int) {
	for row := range v.aliens {
		for column, alien := range v.aliens[row] {
			if alien == 1 && v.shots[row][column] == 1 {
				v.aliens[row][column], v.shots[row][column] = 0, 0
				count++
			}
		}
	}
	return count
}

// march moves the fleet to its side, or down if it is at the edge.
func (v *invaders) march() {
	edge := 0
	if v.direction == 1 {
		edge = side - 1
	}
	atEdge, count := false, 0
	for row := range v.aliens {
		atEdge = atEdge || v.aliens[row][edge] == 1
		for _, alien := range v.aliens[row] {
			count += alien
		}
	}
	v.wait = min(count, fleetPause)
	if atEdge {
		v.direction = -v.direction
		v.aliens.shift(1, 0)
		return
	}
	v.aliens.shift(0, v.direction)
}

// fire lets the lowest alien of the column that is nearest to the cannon, the left one of two, shoot when it is time.
func (v *invaders) fire() {
	if v.aim--; v.aim > 0 {
		return
	}
	v.aim = alienPause
	for distance := range side {
		for _, column := range [2]int{v.cannon - distance, v.cannon + distance} {
			if row := v.lowest(column); row >= 0 {
				v.alienShots[row][column] = 1
				return
			}
		}
	}
}

// lowest is the row of the lowest alien of a column, or -1.
func (v *invaders) lowest(column int) int {
	if column < 0 || column >= side {
		return -1
	}
	for row := side - 1; row >= 0; row-- {
		if v.aliens[row][column] == 1 {
			return row
		}
	}
	return -1
}

// shift moves everything by so many rows and columns. What leaves the board is gone.
func (c *cells) shift(rows, columns int) {
	var moved cells
	for row := range c {
		for column, present := range c[row] {
			r, k := row+rows, column+columns
			if present == 1 && r >= 0 && r < side && k >= 0 && k < side {
				moved[r][k] = 1
			}
		}
	}
	*c = moved
}

func (v *invaders) draw(b board) {
	b.gauge(invadersGauge, 0, v.load)
	b.gauge(invadersGauge, 1, v.aim)
	b.gauge(invadersGauge, 2, v.wait)
	v.aliens.draw(b, invadersLeft+(v.direction+1)/2)
	v.alienShots.draw(b, invadersAlienShot)
	v.shots.draw(b, invadersShot)
	b.mark(invadersCannon, cannonRow, v.cannon)
}

func (c *cells) draw(b board, plane int) {
	for row := range c {
		for column, present := range c[row] {
			if present == 1 {
				b.mark(plane, row, column)
			}
		}
	}
}

func (v *invaders) numbers() []*int {
	all := []*int{&v.direction, &v.cannon, &v.load, &v.aim, &v.wait}
	for _, c := range []*cells{&v.aliens, &v.shots, &v.alienShots} {
		for row := range c {
			for column := range c[row] {
				all = append(all, &c[row][column])
			}
		}
	}
	return all
}
