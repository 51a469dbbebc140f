package classic

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// follow moves the paddle to where the ball will come down.
func (b *breakout) follow() int {
	flying := *b
	for flying.row+flying.rowSpeed != paddleRow {
		flying.play(0, nil)
	}
	return towards(b.paddle, flying.column, 1, 2)
}

// towards is the move less, more or 0 that brings a place nearer to a target.
func towards(place, target, less, more int) int {
	switch {
	case target < place:
		return less
	case target > place:
		return more
	}
	return 0
}

// cross goes up where no car comes.
func (f *freeway) cross() int {
	random := rand.New(rand.NewPCG(1, 1))
	for _, move := range []int{1, 0, 2} {
		ahead := *f
		if points, _ := ahead.play(move, random); points > 0 || ahead.row != side-1 || f.row == side-1 {
			return move
		}
	}
	return 0
}

// collect goes to the nearest treasure by a way on which nobody is met in the next two steps.
func (a *asterix) collect() int {
	best, highest := 0, math.Inf(-1)
	for move := range 5 {
		if worth := a.worth(move); worth > highest {
			best, highest = move, worth
		}
	}
	return best
}

// worth is how good a move is: worse than death is nothing, a treasure is better than all, and to be near one good.
func (a *asterix) worth(move int) float64 {
	ahead, random := *a, rand.New(rand.NewPCG(1, 1))
	points, over := ahead.play(move, random)
	later := ahead
	_, doomed := later.play(0, random)
	worth := 100 * float64(points)
	if over || doomed {
		worth -= 1000
	}
	nearest := 20.0
	for i, m := range ahead.movers {
		distance := math.Abs(float64(ahead.row-i-1)) + math.Abs(float64(ahead.column-m.column))
		if m.present == 1 && m.treasure == 1 {
			nearest = min(nearest, distance)
		}
		if m.present == 1 && m.treasure == 0 && distance < 2 {
			worth -= 5
		}
	}
	return worth - nearest - 0.1*math.Abs(float64(ahead.column)-4.5)
}

// defend shoots at the nearest column of aliens, unless that is its death within three steps.
func (v *invaders) defend() int {
	target, nearest := v.cannon, side
	for column := range side {
		if distance := max(column-v.cannon, v.cannon-column); v.lowest(column) >= 0 && distance < nearest {
			target, nearest = column, distance
		}
	}
	wanted := towards(v.cannon, target, 1, 2)
	if nearest <= 1 && v.load <= 1 {
		wanted = 3
	}
	for _, move := range []int{wanted, 0, 1, 2} {
		if v.survives(move) {
			return move
		}
	}
	return wanted
}

// survives tells whether the game goes on for a move and two steps of rest.
func (v *invaders) survives(move int) bool {
	ahead := *v
	for _, m := range []int{move, 0, 0} {
		if _, over := ahead.play(m, nil); over {
			return false
		}
	}
	return true
}

// players are the games with a player that knows the rules, and bounds of the mean return of random moves and of this
// player.
var players = []struct {
	name           string
	make           func(uint64) (env.Environment, error)
	moves          int
	choose         func(r rules) int
	random, player float64
}{
	{asterixName, NewAsterix, 5, func(r rules) int { return r.(*asterix).collect() }, 2, 5},
	{breakoutName, NewBreakout, 3, func(r rules) int { return r.(*breakout).follow() }, 2, 50},
	{freewayName, NewFreeway, 3, func(r rules) int { return r.(*freeway).cross() }, 2, 50},
	{invadersName, NewSpaceInvaders, 4, func(r rules) int { return r.(*invaders).defend() }, 6, 20},
}

// The games can be played well, and are not by chance. docs/environments.md has the numbers of many episodes.
func TestPlayersOfGridGames(t *testing.T) {
	const episodes = 20
	for _, p := range players {
		mean := func(choose func(r rules) int) (mean, deviation float64) {
			made, err := p.make(1)
			if err != nil {
				t.Fatal(err)
			}
			game, squares := made.(*GridGame), 0.0
			for range episodes {
				total := 0.0
				for _, step := range play(t, game, func(env.TimeStep) []float64 { return []float64{float64(choose(game.game.rules))} }) {
					total += step.Reward
				}
				mean += total / episodes
				squares += total * total / episodes
			}
			return mean, math.Sqrt(squares - mean*mean)
		}
		source := rand.New(rand.NewPCG(2, 2))
		random, spread := mean(func(rules) int { return source.IntN(p.moves) })
		player, playerSpread := mean(p.choose)
		t.Logf("%s: random %.2f ± %.2f, player %.1f ± %.1f", p.name, random, spread, player, playerSpread)
		if random > p.random || player < p.player {
			t.Errorf("%s: random moves return %g, want at most %g; the player returns %g, want at least %g", p.name, random, p.random, player, p.player)
		}
	}
}
