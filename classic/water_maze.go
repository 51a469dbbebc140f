package classic

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	mazeName     = "classic/water_maze"
	poolRadius   = 1.0  // m
	platform     = 0.25 // m, its radius
	platformStay = 8    // steps on the platform, from the one that reaches it
	swimmerMass  = 0.2  // kg: within about 0.2 s a force has its effect
	swimmerForce = 1.0  // N at most along each axis
	waterDrag    = 1.0  // N s/m: the highest speed along an axis is 1 m/s
	mazeStep     = 0.2  // s
	mazeLimit    = 80   // steps: about one search of the whole pool, and then a few visits
)

// waterMaze is Morris's water maze (Learning and Motivation 12, 1981) as it is given to agents with a memory by
// Heess et al., Memory-based Control with Recurrent Neural Networks (arXiv 1512.04455): a swimmer looks for a
// platform under the surface and, each time it has found it, is put back elsewhere in the pool. As in Morris's
// experiments it climbs the platform and is left there for a while, from where it can see where that is.
//
// The swimmer is a point with drag, integrated by semi-implicit Euler with implicit drag,
//
//	v' = (v + h force / m) / (1 + h b / m)
//	x' = x + h v'
//
// which stops at the wall and slides along it.
type waterMaze struct {
	memory [7]float64 // position in m, velocity in m/s, position of the platform in m, steps on it
}

// WaterMaze is an environment whose pool can be seen.
type WaterMaze struct {
	shell
	pool *waterMaze
}

// NewWaterMaze makes the task classic/water_maze: find the hidden platform of this episode, and go back there
// again and again. The observations are "position" [2] in m from the middle of a pool of radius 1,
// "velocity" [2] in m/s, and "platform" [1], which is 1 on the platform and 0 elsewhere: nothing else tells
// where it is. The action is a force in [-1, 1] N along each axis. The step that reaches the platform has
// reward 1, all others 0. Whatever is done then, the swimmer stands in the middle of the platform for 7 further
// steps, and is at rest at a random place after the next. The platform, of radius 0.25, is anywhere in the pool and
// stays there until the episode is cut off after 80 steps of 0.2 s.
func NewWaterMaze(seed uint64) (env.Environment, error) {
	pool := &waterMaze{}
	w := &WaterMaze{pool: pool, shell: shell{
		dynamics: pool,
		name:     mazeName,
		body:     mazeName,
		observations: []env.Spec{
			{Name: "position", Shape: []int{2}, Minimum: filled(2, -poolRadius), Maximum: filled(2, poolRadius)},
			{Name: "velocity", Shape: []int{2}},
			{Name: "platform", Shape: []int{1}, Minimum: []float64{0}, Maximum: []float64{1}},
		},
		action: env.Spec{Name: "force", Shape: []int{2}, Minimum: filled(2, -swimmerForce), Maximum: filled(2, swimmerForce)},
		limit:  mazeLimit,
	}}
	w.start(seed)
	return w, nil
}

func (w *waterMaze) begin(random *rand.Rand) {
	w.memory = [7]float64{}
	w.memory[4], w.memory[5] = inDisc(random, poolRadius-platform)
	w.release(random)
}

// release puts the swimmer at rest anywhere but on the platform.
func (w *waterMaze) release(random *rand.Rand) {
	w.memory[2], w.memory[3], w.memory[6] = 0, 0, 0
	for placed := false; !placed; placed = !w.overPlatform() {
		w.memory[0], w.memory[1] = inDisc(random, poolRadius)
	}
}

// inDisc draws a point that is uniform in a disc.
func inDisc(random *rand.Rand, radius float64) (x, y float64) {
	distance := radius * math.Sqrt(random.Float64())
	sin, cos := math.Sincos(2 * math.Pi * random.Float64())
	return distance * cos, distance * sin
}

// overPlatform tells whether the swimmer is where the platform is.
func (w *waterMaze) overPlatform() bool {
	return math.Hypot(w.memory[0]-w.memory[4], w.memory[1]-w.memory[5]) <= platform
}

// onPlatform tells whether the swimmer stands on the platform.
func (w *waterMaze) onPlatform() bool { return w.memory[6] > 0 }

func (w *waterMaze) advance(action []float64, random *rand.Rand) {
	if w.onPlatform() {
		w.stay(random)
		return
	}
	for i, force := range action {
		velocity := (w.memory[2+i] + mazeStep*force/swimmerMass) / (1 + mazeStep*waterDrag/swimmerMass)
		w.memory[2+i] = velocity
		w.memory[i] += mazeStep * velocity
	}
	w.meetWall()
	if w.overPlatform() {
		w.memory = [7]float64{w.memory[4], w.memory[5], 0, 0, w.memory[4], w.memory[5], 1}
	}
}

// stay is a step on the platform, or the one that ends the visit.
func (w *waterMaze) stay(random *rand.Rand) {
	if w.memory[6] == platformStay {
		w.release(random)
		return
	}
	w.memory[6]++
}

// meetWall keeps the swimmer in the pool, without the velocity that led out of it.
func (w *waterMaze) meetWall() {
	distance := math.Hypot(w.memory[0], w.memory[1])
	if distance <= poolRadius {
		return
	}
	x, y := w.memory[0]/distance, w.memory[1]/distance // outward
	w.memory[0], w.memory[1] = poolRadius*x, poolRadius*y
	if outward := w.memory[2]*x + w.memory[3]*y; outward > 0 {
		w.memory[2] -= outward * x
		w.memory[3] -= outward * y
	}
}

func (w *waterMaze) arrived(physics []float64) (reward float64, ended bool) {
	if physics[6] == 1 {
		return 1, false
	}
	return 0, false
}

func (w *waterMaze) observe(observation []float64) {
	copy(observation, w.memory[:4])
	observation[4] = min(w.memory[6], 1)
}

func (w *waterMaze) state() []float64   { return w.memory[:] }
func (w *waterMaze) physics() []float64 { return w.memory[:] }

// Interval is the time between two steps, in seconds.
func (w *WaterMaze) Interval() float64 { return mazeStep }

// Render implements env.Renderer. There is one camera, number 0, above the pool. It sees the platform only
// while the swimmer is on it, so that a picture tells no more than the other observations.
func (w *WaterMaze) Render(camera, width, height int) (*image.RGBA, error) {
	if err := checkView(w.name, camera, width, height); err != nil {
		return nil, err
	}
	picture := newCanvas(width, height)
	x, y := picture.width/2, picture.height/2
	metre := 0.46 * min(picture.width, picture.height) / poolRadius
	disc := func(place []float64, radius float32, shade color.RGBA) {
		picture.disc(x+metre*float32(place[0]), y-metre*float32(place[1]), metre*radius, shade)
	}
	disc([]float64{0, 0}, 1.06*poolRadius, rodColour)
	disc([]float64{0, 0}, poolRadius, waterColour)
	if w.pool.onPlatform() {
		disc(w.pool.memory[4:], platform, goalColour)
	}
	disc(w.pool.memory[:2], 0.05, accentColour)
	return picture.image, nil
}
