package classic

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// maze is an environment of the water maze in an episode, with its pool laid open.
func maze(t *testing.T, seed uint64) (*WaterMaze, *waterMaze) {
	t.Helper()
	e, err := NewWaterMaze(seed)
	if err == nil {
		_, err = e.Reset()
	}
	if err != nil {
		t.Fatal(err)
	}
	w := e.(*WaterMaze)
	return w, w.pool
}

func TestWaterMazeMovesByHand(t *testing.T) {
	pool := &waterMaze{memory: [7]float64{0, 0, 0, .12, .7, 0}}
	pool.advance([]float64{1, 0}, nil)
	want := [7]float64{.1, .012, .5, .06, .7, 0} // h / m = 1 s/kg, h b / m = 1
	for i, value := range pool.memory {
		if math.Abs(value-want[i]) > 1e-15 {
			t.Errorf("element %d is %v, want %v", i, value, want[i])
		}
	}
	for range 500 {
		before := pool.memory[3]
		pool.memory[0], pool.memory[1] = 0, 0
		pool.advance([]float64{1, 0}, nil)
		if pool.memory[3] > before {
			t.Fatal("the water drives the swimmer")
		}
	}
	if speed := pool.memory[2]; math.Abs(speed-1) > 1e-9 {
		t.Errorf("the highest speed is %v, want 1", speed)
	}
}

func TestWaterMazeWall(t *testing.T) {
	pool := &waterMaze{memory: [7]float64{.6, .8, 1, 0, -.5, 0}} // at the wall, along x
	pool.meetWall()
	if pool.memory != [7]float64{.6, .8, 1, 0, -.5, 0} {
		t.Errorf("on the wall %v", pool.memory)
	}
	pool.memory[0], pool.memory[1] = 1.2, 1.6
	pool.meetWall()
	want := [7]float64{.6, .8, 1 - .36, -.48, -.5, 0}
	for i, value := range pool.memory {
		if math.Abs(value-want[i]) > 1e-12 {
			t.Errorf("element %d is %v, want %v", i, value, want[i])
		}
	}
}

// Nothing but the observation "platform" and the picture while it is 1 tells where the platform is, which
// stays in its place.
func TestWaterMazeHidesItsPlatform(t *testing.T) {
	e, pool := maze(t, 7)
	picture := func() []byte {
		image, err := e.Render(0, 64, 64)
		if err != nil {
			t.Fatal(err)
		}
		return image.Pix
	}
	hidden := picture()
	place := [2]float64{pool.memory[4], pool.memory[5]}
	pool.memory[4], pool.memory[5] = -place[0], -place[1]
	if pool.overPlatform() || !bytes.Equal(picture(), hidden) {
		t.Error("the picture tells where the hidden platform is")
	}
	pool.memory[4], pool.memory[5] = place[0], place[1]
	pool.memory[0], pool.memory[1] = place[0]+platform+.001, place[1]
	pool.memory[2], pool.memory[3] = -.5, 0
	step, err := e.Step([]float64{-1, 0})
	if err != nil || step.Reward != 1 || step.Observation[2].Float64[0] != 1 || step.Type != env.Mid {
		t.Fatalf("reaching the platform gave %+v, %v", step, err)
	}
	found := picture()
	pool.memory[4] += .01
	if bytes.Equal(picture(), found) {
		t.Error("the picture does not show the platform that the swimmer is on")
	}
	pool.memory[4] -= .01
	if there := [2]float64(pool.memory[:2]); there != place {
		t.Errorf("the swimmer stands at %v, not in the middle of the platform at %v", there, place)
	}
	for range platformStay - 1 {
		step, err = e.Step([]float64{1, 1})
		if err != nil || step.Reward != 0 || step.Observation[2].Float64[0] != 1 || place != [2]float64(pool.memory[:2]) {
			t.Errorf("on the platform: %+v, %v", step, err)
		}
	}
	step, err = e.Step([]float64{1, 1})
	if err != nil || step.Reward != 0 || step.Observation[2].Float64[0] != 0 || pool.memory[2] != 0 || pool.memory[3] != 0 {
		t.Errorf("after the platform: %+v, %v", step, err)
	}
	if place != [2]float64{pool.memory[4], pool.memory[5]} {
		t.Error("the platform moved")
	}
}

func TestWaterMazeStartsAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pool := &waterMaze{}
	var places [4]int // in the quarters of the pool
	outer := 0
	const count = 4000
	for range count {
		pool.begin(random)
		swimmer, hidden := math.Hypot(pool.memory[0], pool.memory[1]), math.Hypot(pool.memory[4], pool.memory[5])
		if swimmer > poolRadius || hidden > poolRadius-platform || pool.overPlatform() {
			t.Fatalf("an episode begins with %v", pool.memory)
		}
		quarter := 0
		if pool.memory[0] > 0 {
			quarter++
		}
		if pool.memory[1] > 0 {
			quarter += 2
		}
		places[quarter]++
		if hidden > (poolRadius-platform)/math.Sqrt2 { // half the area
			outer++
		}
	}
	for _, n := range append(places[:], outer/2) {
		if math.Abs(float64(n)-count/4) > 150 {
			t.Errorf("of %d episodes %v begin in the quarters, %d have the platform in the outer half", count, places, outer)
		}
	}
}

// visits plays an episode and counts how often a swimmer finds the platform. It searches along a spiral or,
// if it remembers, goes straight to where it has been once. The steps of its first search and of the others
// are returned too.
func visits(t *testing.T, seed uint64, remembers bool) (found int, first, later float64) {
	e, _ := maze(t, seed)
	step, err := e.Reset()
	var known [2]float64
	clock, since := 0.0, 0
	for err == nil && step.Type != env.Last {
		at, speed := step.Observation[0].Float64, step.Observation[1].Float64
		since++
		if step.Reward == 1 {
			if found++; found == 1 {
				first = float64(since)
			} else {
				later += float64(since)
			}
		}
		if step.Observation[2].Float64[0] == 1 {
			since, known = 0, [2]float64{at[0], at[1]}
		}
		target := known
		if !remembers || found == 0 {
			clock += .2
			sin, cos := math.Sincos(2.2 * math.Sqrt(clock*8))
			radius := .15 + .75*math.Abs(math.Mod(clock/9, 2)-1)
			target = [2]float64{radius * cos, radius * sin}
		}
		step, err = e.Step([]float64{6*(target[0]-at[0]) - 2*speed[0], 6*(target[1]-at[1]) - 2*speed[1]})
	}
	if err != nil {
		t.Fatal(err)
	}
	return found, first, later / max(1, float64(found-1))
}

// A task that rewards remembering must tell who remembers from who does not.
func TestMemoryPaysInTheWaterMaze(t *testing.T) {
	const episodes = 40
	var with, without int
	var first, later float64
	for seed := range uint64(episodes) {
		n, once, again := visits(t, seed, true)
		with += n
		if n > 1 {
			first += once / episodes
			later += again / episodes
		}
		n, _, _ = visits(t, seed, false)
		without += n
	}
	t.Logf("visits in an episode: %.1f with memory, %.1f without; steps to the first %.0f, to others %.0f",
		float64(with)/episodes, float64(without)/episodes, first, later)
	if with < 2*without || later > first/2 {
		t.Errorf("memory does not pay")
	}
}

func TestRandomSwimmingFindsLittle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	e, _ := maze(t, 3)
	sum := 0.0
	const episodes = 20
	for range episodes {
		for _, step := range play(t, e, func(env.TimeStep) []float64 {
			return []float64{2*random.Float64() - 1, 2*random.Float64() - 1}
		}) {
			sum += step.Reward / episodes
		}
	}
	t.Logf("random forces score %.2f", sum)
	if sum > 2.5 {
		t.Errorf("random forces score %.2f", sum)
	}
}
