package classic

import (
	"fmt"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// full is a wall with all of its bricks.
func full() (b breakout) {
	b.build()
	return b
}

// flight is a ball in front of a wall without its bricks but those of the last row.
func flight(row, column, rowSpeed, columnSpeed, paddle int) breakout {
	b := full()
	b.bricks[0], b.bricks[1] = [side]int{}, [side]int{}
	b.row, b.column, b.rowSpeed, b.columnSpeed, b.paddle = row, column, rowSpeed, columnSpeed, paddle
	return b
}

func TestBreakoutByHand(t *testing.T) {
	for name, c := range map[string]struct {
		from   breakout
		move   int
		want   [5]int // row, column, their speeds, and the paddle
		points int
		over   bool
	}{
		"free":                     {flight(5, 5, 1, 1, 4), 0, [5]int{6, 6, 1, 1, 4}, 0, false},
		"left wall":                {flight(5, 0, 1, -1, 4), 0, [5]int{6, 0, 1, 1, 4}, 0, false},
		"right wall":               {flight(5, 9, -1, 1, 4), 0, [5]int{4, 9, -1, -1, 4}, 0, false},
		"ceiling":                  {flight(0, 5, -1, 1, 4), 0, [5]int{0, 6, 1, 1, 4}, 0, false},
		"brick from below":         {flight(4, 5, -1, 1, 4), 0, [5]int{4, 6, 1, 1, 4}, 1, false},
		"brick from above":         {flight(2, 5, 1, 1, 4), 0, [5]int{2, 6, -1, 1, 4}, 1, false},
		"paddle":                   {flight(8, 4, 1, 1, 4), 0, [5]int{8, 5, -1, 1, 4}, 0, false},
		"paddle that comes":        {flight(8, 4, 1, 1, 5), 1, [5]int{8, 5, -1, 1, 4}, 0, false},
		"paddle sideways":          {flight(8, 4, 1, 1, 5), 0, [5]int{8, 5, -1, -1, 5}, 0, false},
		"missed":                   {flight(8, 4, 1, 1, 6), 0, [5]int{9, 5, 1, 1, 6}, 0, true},
		"paddle at the left edge":  {flight(5, 5, 1, 1, 0), 1, [5]int{6, 6, 1, 1, 0}, 0, false},
		"paddle at the right edge": {flight(5, 5, 1, 1, 9), 2, [5]int{6, 6, 1, 1, 9}, 0, false},
	} {
		b, before := c.from, 0
		for _, brick := range b.bricks[2] {
			before += brick
		}
		points, over := b.play(c.move, nil)
		got := [5]int{b.row, b.column, b.rowSpeed, b.columnSpeed, b.paddle}
		if got != c.want || points != c.points || over != c.over {
			t.Errorf("%s: %v with %d points, over %v; want %v, %d, %v", name, got, points, over, c.want, c.points, c.over)
		}
		for _, brick := range b.bricks[2] {
			before -= brick
		}
		if before != c.points {
			t.Errorf("%s: %d bricks are gone, want %d", name, before, c.points)
		}
	}
}

func TestANewWallComesWithThePaddle(t *testing.T) {
	b := flight(7, 3, 1, 1, 4)
	b.bricks = [brickRows][side]int{}
	b.play(0, nil)
	if b.bricks != ([brickRows][side]int{}) {
		t.Error("bricks come while the ball is in flight")
	}
	b.play(0, nil)
	if b.bricks != full().bricks || b.rowSpeed != -1 {
		t.Errorf("after the paddle the bricks are %v", b.bricks)
	}
}

func TestFreewayByHand(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	parked := func(row int) freeway { // cars that do not come near
		f := freeway{row: row}
		for i := range f.cars {
			f.cars[i] = car{column: 9, direction: 1, pause: 4, wait: 4}
		}
		return f
	}
	f := parked(9)
	f.cars[3] = car{column: 9, direction: 1, pause: 2, wait: 2}
	for step, want := range []int{9, 0, 0, 1} { // every second step, and from one side to the other
		if f.play(2, random); f.cars[3].column != want || f.row != 9 {
			t.Fatalf("step %d: the car is at %d, want %d; the chicken is in row %d, want 9", step, f.cars[3].column, want, f.row)
		}
	}
	f = parked(2)
	f.cars[0] = car{column: chickenColumn, direction: 1, pause: 1, wait: 1}
	if points, over := f.play(1, random); points != 0 || over || f.row != 9 {
		t.Errorf("who runs into a car is in row %d with %d points, want 9 and none", f.row, points)
	}
	f = parked(2)
	f.cars[1] = car{column: chickenColumn + 1, direction: -1, pause: 4, wait: 1}
	if f.play(0, random); f.row != 9 {
		t.Errorf("whom a car runs into is in row %d, want 9", f.row)
	}
	f = parked(1)
	if points, over := f.play(1, random); points != 1 || over || f.row != 9 || f.cars == parked(1).cars {
		t.Errorf("who arrives has %d points and is in row %d, want 1 and 9, with other cars", points, f.row)
	}
}

func TestAsterixByHand(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	field := func(column, treasure, direction, move int) asterix { // someone in the row above the player
		a := asterix{row: 5, column: 5, arrive: 9, move: move}
		a.movers[3] = mover{1, treasure, column, direction}
		return a
	}
	for name, c := range map[string]struct {
		from        asterix
		move        int
		row, column int
		points      int
		over, gone  bool
	}{
		"stay":               {field(0, 0, 1, 3), 0, 5, 5, 0, false, false},
		"left":               {field(0, 0, 1, 3), 1, 5, 4, 0, false, false},
		"right":              {field(0, 0, 1, 3), 3, 5, 6, 0, false, false},
		"down":               {field(0, 0, 1, 3), 4, 6, 5, 0, false, false},
		"up":                 {field(0, 0, 1, 3), 2, 4, 5, 0, false, false},
		"treasure":           {field(5, 1, 1, 3), 2, 4, 5, 1, false, true},
		"enemy":              {field(5, 0, 1, 3), 2, 4, 5, 0, true, false},
		"enemy comes":        {field(4, 0, 1, 1), 2, 4, 5, 0, true, false},
		"treasure comes":     {field(6, 1, -1, 1), 2, 4, 5, 1, false, true},
		"enemy passes by":    {field(5, 0, 1, 1), 0, 5, 5, 0, false, false},
		"leaves the board":   {field(9, 0, 1, 1), 0, 5, 5, 0, false, true},
		"leaves on the left": {field(0, 1, -1, 1), 0, 5, 5, 0, false, true},
	} {
		a := c.from
		points, over := a.play(c.move, random)
		if a.row != c.row || a.column != c.column || points != c.points || over != c.over || (a.movers[3].present == 0) != c.gone {
			t.Errorf("%s: at %d, %d with %d points, over %v, %+v", name, a.row, a.column, points, over, a.movers[3])
		}
	}
}

// Someone arrives every ten steps, in a free row, from one of the sides; about one of three is a treasure.
func TestArrivalsInAsterix(t *testing.T) {
	random, treasures, right := rand.New(rand.NewPCG(1, 1)), 0, 0
	const arrivals = 3000
	for range arrivals {
		a := asterix{row: 1, arrive: 1, move: 4}
		for i := range a.movers {
			a.movers[i] = mover{present: 1, column: 3, direction: 1}
		}
		a.movers[6] = mover{}
		a.play(0, random)
		m := a.movers[6]
		if m.present != 1 || m.column != (1-m.direction)/2*9 || a.arrive != arrivalPause {
			t.Fatalf("who arrives is %+v, the next one in %d steps", m, a.arrive)
		}
		treasures += m.treasure
		right += (m.direction + 1) / 2
	}
	if share := float64(treasures) / arrivals; math.Abs(share-1.0/3) > 0.03 {
		t.Errorf("the share of treasures is %g", share)
	}
	if share := float64(right) / arrivals; math.Abs(share-0.5) > 0.03 {
		t.Errorf("the share of those that move right is %g", share)
	}
	crowd := asterix{row: 1, arrive: 1, move: 4}
	for i := range crowd.movers {
		crowd.movers[i] = mover{present: 1, column: 3, direction: 1}
	}
	before := crowd.movers
	if crowd.play(0, random); crowd.movers != before {
		t.Errorf("someone came where no row is free: %+v", crowd.movers)
	}
}

// fight is a cannon at column 5 and one alien, nobody about to shoot or to move.
func fight(row, column int) invaders {
	v := invaders{direction: 1, cannon: 5, aim: 9, wait: 9}
	v.aliens[row][column] = 1
	return v
}

func TestSpaceInvadersByHand(t *testing.T) {
	v := fight(7, 5)
	if points, _ := v.play(3, nil); points != 0 || v.shots[8][5] != 1 || v.load != cannonPause {
		t.Errorf("a shot of the cannon is %v, after %d points; the next in %d steps", v.shots, points, v.load)
	}
	if v.play(3, nil); v.shots != (cells{}) {
		t.Errorf("a second shot comes at once: %v", v.shots)
	}
	if v.aliens[0][2] != 1 || v.aliens[3][7] != 1 || v.aliens[4] != [side]int{} {
		t.Errorf("after the last alien the fleet is %v", v.aliens)
	}
	v = fight(4, 8)
	v.wait = 1
	if v.play(0, nil); v.aliens[4][9] != 1 || v.wait != 1 {
		t.Errorf("the fleet is %v with its next step in %d, want it at the edge and 1", v.aliens, v.wait)
	}
	if v.play(0, nil); v.aliens[5][9] != 1 || v.direction != -1 {
		t.Errorf("at the edge the fleet is %v and goes to %d, want it a row lower and -1", v.aliens, v.direction)
	}
	v = fight(8, 9)
	v.wait = 1
	if _, over := v.play(0, nil); !over {
		t.Error("an alien in the last row does not end the game")
	}
	v = fight(2, 0)
	v.alienShots[8][5] = 1
	if _, over := v.play(0, nil); !over {
		t.Error("a shot at the cannon does not end the game")
	}
	v = fight(2, 0)
	v.alienShots[8][5] = 1
	if _, over := v.play(1, nil); over {
		t.Error("a shot beside the cannon ends the game")
	}
	if v.play(0, nil); v.alienShots != (cells{}) {
		t.Errorf("what leaves the board is still there: %v", v.alienShots)
	}
}

// The lowest alien of the nearest column shoots.
func TestAliensShoot(t *testing.T) {
	v := fight(1, 2)
	v.aliens[3][2], v.aliens[5][9], v.aim = 1, 1, 1
	if v.play(0, nil); v.alienShots[3][2] != 1 || v.aim != alienPause {
		t.Errorf("the shot is at %v, the next in %d steps", v.alienShots, v.aim)
	}
}

// About one move of ten is the move before.
func TestActionsStick(t *testing.T) {
	made, _ := NewFreeway(1)
	g := made.(*GridGame)
	if _, err := g.Reset(); err != nil {
		t.Fatal(err)
	}
	stuck := 0
	const steps = 900
	for i := range steps {
		move := float64(i % 2)
		if _, err := g.Step([]float64{move}); err != nil {
			t.Fatal(err)
		}
		if g.game.memory[2] != move {
			stuck++
		}
	}
	// The move of the step before differs from the present one, unless that one stuck itself.
	if share := float64(stuck) / steps; math.Abs(share-stickyActions*(1-stickyActions)) > 0.03 {
		t.Errorf("%g of the moves are those before", share)
	}
}

// The board tells the whole state: in random play, and in good play, no two states look the same.
func TestBoardsTellTheState(t *testing.T) {
	for _, p := range players {
		made, err := p.make(1)
		if err != nil {
			t.Fatal(err)
		}
		g, seen := made.(*GridGame), map[string]string{}
		random := rand.New(rand.NewPCG(3, 3))
		step, err := g.Reset()
		if err != nil {
			t.Fatal(err)
		}
		for range 6000 {
			looks, state := fmt.Sprint(step.Observation[0].Float64), fmt.Sprint(g.game.memory[3:])
			if step.Type == env.Last {
				state = "" // where nothing follows
			} else if before, ok := seen[looks]; ok && before != state {
				t.Fatalf("%s: the states %s and %s look the same", p.name, before, state)
			}
			if state != "" {
				seen[looks] = state
			}
			move := random.IntN(p.moves)
			if step.Type != env.Last && random.IntN(10) > 0 {
				move = p.choose(g.game.rules)
			}
			if step, err = g.Step([]float64{float64(move)}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A picture shows the pieces where the board has them.
func TestGridGamesAreDrawn(t *testing.T) {
	made, _ := NewBreakout(1)
	g := made.(*GridGame)
	if _, err := g.Reset(); err != nil {
		t.Fatal(err)
	}
	picture, err := g.Render(0, 100, 100)
	if err != nil {
		t.Fatal(err)
	}
	b := g.game.rules.(*breakout)
	for what, c := range map[string]struct {
		row, column int
		colour      color.RGBA
	}{
		"ball":   {b.row, b.column, accentColour},
		"brick":  {1, 0, rodColour},
		"paddle": {9, 4, rodColour},
		"empty":  {7, 0, gridColour},
	} {
		if got := picture.RGBAAt(10*c.column+5, 10*c.row+5); got != c.colour {
			t.Errorf("%s: the pixel is %v, want %v", what, got, c.colour)
		}
	}
}
