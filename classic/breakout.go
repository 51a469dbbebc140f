package classic

import (
	"image/color"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	breakoutName  = "classic/breakout"
	firstBrickRow = 1
	brickRows     = 3
	paddleRow     = side - 1
)

// The planes of breakout. The ball's trail is the cell diagonally behind it.
const (
	breakoutTrail = iota
	breakoutBrick
	breakoutPaddle
	breakoutBall
)

// breakout is a wall of bricks, a ball that flies diagonally and a paddle that must not let it pass.
type breakout struct {
	bricks                [brickRows][side]int // 1 where one stands
	row, column           int                  // of the ball
	rowSpeed, columnSpeed int                  // 1 or -1
	paddle                int                  // its column
}

// NewBreakout makes the task classic/breakout: hit bricks with a ball. A brick earns 1 and turns the ball back; so does
// the paddle, and where it meets the ball sideways it turns it to the side too. The moves are 0 (stay), 1 (left) and 2
// (right). The game is over when the ball passes the paddle. A new wall comes with the ball that meets the paddle
// after the last brick. The planes of the board are trail, brick, paddle and ball.
func NewBreakout(seed uint64) (env.Environment, error) {
	return newGridGame(breakoutName, &breakout{}, 3, []color.RGBA{goalColour, rodColour, rodColour, accentColour}, seed), nil
}

// set lets the ball come from one of the sides, just below the wall.
func (b *breakout) set(random *rand.Rand) {
	b.build()
	b.row, b.rowSpeed, b.paddle = firstBrickRow+brickRows, 1, side/2-1
	b.column, b.columnSpeed = 0, 1
	if random.IntN(2) == 1 {
		b.column, b.columnSpeed = side-1, -1
	}
}

// build puts all bricks in place.
func (b *breakout) build() {
	for row := range b.bricks {
		for column := range b.bricks[row] {
			b.bricks[row][column] = 1
		}
	}
}

func (b *breakout) play(move int, _ *rand.Rand) (points int, over bool) {
	switch move {
	case 1:
		b.paddle = max(b.paddle-1, 0)
	case 2:
		b.paddle = min(b.paddle+1, side-1)
	}
	before := b.column
	b.column += b.columnSpeed
	if b.column < 0 || b.column >= side {
		b.column, b.columnSpeed = before, -b.columnSpeed
	}
	next := b.row + b.rowSpeed
	switch {
	case next < 0:
		b.rowSpeed = 1
	case b.brickAt(next, b.column):
		b.bricks[next-firstBrickRow][b.column] = 0
		b.rowSpeed, points = -b.rowSpeed, 1
	case next == paddleRow:
		over = !b.bounce(before)
	default:
		b.row = next
	}
	return points, over
}

func (b *breakout) brickAt(row, column int) bool {
	row -= firstBrickRow
	return row >= 0 && row < brickRows && b.bricks[row][column] == 1
}

// bounce turns the ball, which was in the column before, back at the paddle, and tells whether the paddle is there.
func (b *breakout) bounce(before int) bool {
	switch b.paddle {
	case before:
	case b.column:
		b.columnSpeed = -b.columnSpeed
	default:
		b.row = paddleRow
		return false
	}
	b.rowSpeed = -1
	if b.bricks == [brickRows][side]int{} {
		b.build()
	}
	return true
}

func (b *breakout) draw(cells board) {
	cells.mark(breakoutTrail, b.row-b.rowSpeed, b.column-b.columnSpeed)
	for row := range b.bricks {
		for column, stands := range b.bricks[row] {
			if stands == 1 {
				cells.mark(breakoutBrick, firstBrickRow+row, column)
			}
		}
	}
	cells.mark(breakoutPaddle, paddleRow, b.paddle)
	cells.mark(breakoutBall, b.row, b.column)
}

func (b *breakout) numbers() []*int {
	all := []*int{&b.row, &b.column, &b.rowSpeed, &b.columnSpeed, &b.paddle}
	for row := range b.bricks {
		for column := range b.bricks[row] {
			all = append(all, &b.bricks[row][column])
		}
	}
	return all
}
