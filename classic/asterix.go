package classic

import (
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	asterixName  = "classic/asterix"
	arrivalPause = 10 // steps between arrivals
	moverPause   = 5  // steps in which movers take one
	treasureOdds = 3  // one arrival of so many is a treasure
)

// The planes of asterix. The trail of a mover is the cell behind it; the gauges count the steps to the next arrival and
// to the next step of the movers.
const (
	asterixGauge = iota
	asterixTrail
	asterixEnemy
	asterixTreasure
	asterixPlayer
)

// asterix is a field with eight rows, in each of which an enemy or a treasure may cross.
type asterix struct {
	movers       [side - 2]mover
	row, column  int // of the player
	arrive, move int // steps to the next arrival, and to the next step of the movers
}

// mover is an enemy or a treasure.
type mover struct{ present, treasure, column, direction int } // present and treasure are 0 or 1

// NewAsterix makes the task classic/asterix: collect treasures, which earn 1, and keep away from enemies, who end the
// game. Both cross the board in one of the rows 1 to 8, which the player does not leave. The moves are 0 (stay), 1
// (left), 2 (up), 3 (right) and 4 (down). The planes of the board are gauges, trail, enemy, treasure and player.
func NewAsterix(seed uint64) (env.Environment, error) {
	return newGridGame(asterixName, &asterix{}, 5, []color.RGBA{{}, waterColour, rodColour, goalColour, accentColour}, seed), nil
}

func (a *asterix) set(*rand.Rand) {
	*a = asterix{row: side / 2, column: side / 2, arrive: arrivalPause, move: moverPause}
}

func (a *asterix) play(move int, random *rand.Rand) (points int, over bool) {
	if a.arrive--; a.arrive == 0 {
		a.arrive = arrivalPause
		a.admit(random)
	}
	switch move {
	case 1:
		a.column = max(a.column-1, 0)
	case 2:
		a.row = max(a.row-1, 1)
	case 3:
		a.column = min(a.column+1, side-1)
	case 4:
		a.row = min(a.row+1, side-2)
	}
	if points, over = a.touch(); over {
		return points, over
	}
	if a.move--; a.move > 0 {
		return points, over
	}
	a.move = moverPause
	for i := range a.movers {
		a.movers[i].step()
	}
	more, over := a.touch()
	return points + more, over
}

// admit lets somebody enter one of the free rows, if there is any.
func (a *asterix) admit(random *rand.Rand) {
	first, right, treasure := random.IntN(len(a.movers)), random.IntN(2), random.IntN(treasureOdds) == 0
	for k := range a.movers {
		m := &a.movers[(first+k)%len(a.movers)]
		if m.present == 1 {
			continue
		}
		*m = mover{present: 1, column: (1 - right) * (side - 1), direction: 2*right - 1}
		if treasure {
			m.treasure = 1
		}
		return
	}
}

// touch settles what is where the player is.
func (a *asterix) touch() (points int, over bool) {
	m := &a.movers[a.row-1]
	if m.present == 0 || m.column != a.column {
		return 0, false
	}
	if m.treasure == 0 {
		return 0, true
	}
	*m = mover{}
	return 1, false
}

// step moves on, and off the board.
func (m *mover) step() {
	if m.column += m.direction; m.column < 0 || m.column >= side {
		*m = mover{}
	}
}

func (a *asterix) draw(cells board) {
	cells.gauge(asterixGauge, 0, a.arrive)
	cells.gauge(asterixGauge, side-1, a.move)
	for i, m := range a.movers {
		if m.present == 0 {
			continue
		}
		cells.mark(asterixTrail, i+1, m.column-m.direction)
		cells.mark(asterixEnemy+m.treasure, i+1, m.column)
	}
	cells.mark(asterixPlayer, a.row, a.column)
}

func (a *asterix) numbers() []*int {
	all := []*int{&a.row, &a.column, &a.arrive, &a.move}
	for i := range a.movers {
		m := &a.movers[i]
		all = append(all, &m.present, &m.treasure, &m.column, &m.direction)
	}
	return all
}
