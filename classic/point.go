package classic

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	pointName      = "classic/point"
	pointMultitask = "classic/point-multitask"

	pointSide  = 1.0  // m, from the middle of the table to each of its four edges
	pointMass  = 0.5  // kg: within about 0.5 s a force has its effect
	pointForce = 1.0  // N at most along each axis
	pointDrag  = 1.0  // N s/m: the highest speed along an axis is 1 m/s
	pointStep  = 0.05 // s
	pointLimit = 200  // steps
	pointReach = 0.3  // m from a goal at which the reward has fallen to 1 - tanh(1)^2 = 0.42
	pointCalm  = 0.3  // m/s at which the reward for being slow has fallen as far
)

// pointTasks are the tasks of a point on the table, by their numbers.
var pointTasks = []struct {
	name   string
	reward func(x, y, velocityX, velocityY float64) float64
}{
	{"red", func(x, y, _, _ float64) float64 { return closeness(math.Hypot(x-redX, y-goalY), pointReach) }},
	{"blue", func(x, y, _, _ float64) float64 { return closeness(math.Hypot(x+redX, y-goalY), pointReach) }},
	{"slow", func(_, _, velocityX, velocityY float64) float64 {
		return closeness(math.Hypot(velocityX, velocityY), pointCalm)
	}},
	{"fast", func(_, _, velocityX, velocityY float64) float64 { return min(math.Hypot(velocityX, velocityY), 1) }},
}

// The red goal is at (redX, goalY) and the blue one at (-redX, goalY), in m.
const redX, goalY = 0.5, 0.4

// closeness falls smoothly from 1 at distance 0, to 0.42 at scale and on towards 0.
func closeness(distance, scale float64) float64 {
	tanh := math.Tanh(distance / scale)
	return 1 - tanh*tanh
}

// point is a mass that slides on a table with an edge around it. It is integrated by semi-implicit Euler with
// implicit drag, as the swimmer of the water maze, and stops at the edge that it meets.
type point struct {
	memory [5]float64 // position in m, velocity in m/s, the number of the task that is played
	tasks  []int      // of which an episode draws one
}

// Point is an environment whose table can be seen.
type Point struct {
	shell
	point *point
}

// MultitaskPoint is a Point that is several tasks.
type MultitaskPoint struct {
	*Point
	rewards []float64
}

// NewPointRed makes the task classic/point-red: slide to the red goal and stay there. The observations are
// "position" [2] in m from the middle of a table with sides of 2 m, and "velocity" [2] in m/s; the action is a
// force in [-1, 1] N along each axis. An episode starts anywhere, with a velocity of up to 0.5 m/s along each
// axis, and is cut off after 200 steps of 0.05 s. The reward lies in [0, 1]: 1 - tanh(d/0.3)^2 at d m from the
// goal, which is at (0.5, 0.4).
func NewPointRed(seed uint64) (env.Environment, error) { return newPointTask(0, seed), nil }

// NewPointBlue makes the task classic/point-blue: as NewPointRed, with the goal at (-0.5, 0.4).
func NewPointBlue(seed uint64) (env.Environment, error) { return newPointTask(1, seed), nil }

// NewPointSlow makes the task classic/point-slow: as NewPointRed, but the reward is 1 - tanh(v/0.3)^2 at a
// speed of v m/s.
func NewPointSlow(seed uint64) (env.Environment, error) { return newPointTask(2, seed), nil }

// NewPointFast makes the task classic/point-fast: as NewPointRed, but the reward is the speed in m/s, and 1
// beyond. It takes turns, for the table ends.
func NewPointFast(seed uint64) (env.Environment, error) { return newPointTask(3, seed), nil }

// newPointTask makes a task alone.
func newPointTask(task int, seed uint64) *Point {
	return newPoint(pointName+"-"+pointTasks[task].name, seed, task)
}

// NewPointMultitask makes the task classic/point-multitask, an env.MultiTask: red, blue, slow and fast, which
// are the tasks of the other constructors. Each episode asks for one of them.
func NewPointMultitask(seed uint64) (env.Environment, error) {
	m := &MultitaskPoint{newPoint(pointMultitask, seed, 0, 1, 2, 3), make([]float64, len(pointTasks))}
	return m, nil
}

func newPoint(name string, seed uint64, tasks ...int) *Point {
	body := &point{tasks: tasks}
	p := &Point{point: body, shell: shell{
		dynamics: body,
		name:     name,
		body:     pointName,
		observations: []env.Spec{
			{Name: "position", Shape: []int{2}, Minimum: filled(2, -pointSide), Maximum: filled(2, pointSide)},
			{Name: "velocity", Shape: []int{2}},
		},
		action: env.Spec{Name: "force", Shape: []int{2}, Minimum: filled(2, -pointForce), Maximum: filled(2, pointForce)},
		limit:  pointLimit,
	}}
	if count := len(tasks); count > 1 {
		p.observations = append(p.observations, env.Spec{Name: env.TaskName, Shape: []int{count}, Minimum: filled(count, 0), Maximum: filled(count, 1)})
	}
	p.start(seed)
	return p
}

func (p *point) begin(random *rand.Rand) {
	for i := range 2 {
		p.memory[i] = pointSide * (2*random.Float64() - 1)
		p.memory[2+i] = random.Float64() - 0.5
	}
	p.memory[4] = float64(p.tasks[random.IntN(len(p.tasks))])
}

func (p *point) advance(action []float64, _ *rand.Rand) {
	for i, force := range action {
		velocity := (p.memory[2+i] + pointStep*force/pointMass) / (1 + pointStep*pointDrag/pointMass)
		place := p.memory[i] + pointStep*velocity
		if math.Abs(place) > pointSide {
			place, velocity = math.Copysign(pointSide, place), 0
		}
		p.memory[i], p.memory[2+i] = place, velocity
	}
}

// arrived gives the reward of the only task, or of the one that the physics say is played.
func (p *point) arrived(physics []float64) (reward float64, ended bool) {
	task := p.tasks[0]
	if len(p.tasks) > 1 {
		task = int(math.Round(physics[4])) // who looks for derivatives changes it a little
	}
	return pointReward(task, physics), false
}

// pointReward is the reward of a task.
func pointReward(task int, physics []float64) float64 {
	return pointTasks[task].reward(physics[0], physics[1], physics[2], physics[3])
}

func (p *point) observe(observation []float64) {
	rest := observation[copy(observation, p.memory[:4]):]
	for i := range rest { // none, if there is one task alone
		rest[i] = 0
		if math.Round(p.memory[4]) == float64(i) {
			rest[i] = 1
		}
	}
}

func (p *point) state() []float64   { return p.memory[:] }
func (p *point) physics() []float64 { return p.memory[:] }

// Tasks implements env.MultiTask.
func (m *MultitaskPoint) Tasks() []string {
	var names []string
	for _, task := range pointTasks {
		names = append(names, task.name)
	}
	return names
}

// Step implements env.Environment.
func (m *MultitaskPoint) Step(action []float64) (env.TimeStep, error) {
	step, err := m.Point.Step(action)
	if err == nil && step.Type != env.First {
		step.Rewards = m.rewardsAt(m.point.memory[:], m.rewards)
	}
	return step, err
}

// rewardsAt writes the rewards of all tasks into into.
func (m *MultitaskPoint) rewardsAt(physics, into []float64) []float64 {
	for task := range into {
		into[task] = pointReward(task, physics)
	}
	return into
}

// RewardOf implements env.Relabeller.
func (m *MultitaskPoint) RewardOf(physics []float64) (reward, discount float64, err error) {
	if _, err := m.taskOf(physics); err != nil {
		return 0, 0, err
	}
	return m.Point.RewardOf(physics)
}

// RewardsOf implements env.MultiRelabeller.
func (m *MultitaskPoint) RewardsOf(physics, into []float64) (task int, err error) {
	if task, err = m.taskOf(physics); err != nil {
		return 0, err
	}
	if len(into) != len(pointTasks) {
		return 0, fmt.Errorf("%s: there is room for %d rewards, want that for %d tasks", m.name, len(into), len(pointTasks))
	}
	m.rewardsAt(physics, into)
	return task, nil
}

// taskOf is the number of the task that is played.
func (m *MultitaskPoint) taskOf(physics []float64) (int, error) {
	if err := m.PhysicsSpec().CheckPhysics(physics); err != nil {
		return 0, fmt.Errorf("%s: %w", m.name, err)
	}
	task := int(physics[4])
	if float64(task) != physics[4] || task < 0 || task >= len(pointTasks) {
		return 0, fmt.Errorf("%s: element 4 of the physics is %v, want the number of a task, 0 to %d", m.name, physics[4], len(pointTasks)-1)
	}
	return task, nil
}

// Interval is the time between two steps, in seconds.
func (p *Point) Interval() float64 { return pointStep }

// Render implements env.Renderer. There is one camera, number 0, above the table.
func (p *Point) Render(camera, width, height int) (*image.RGBA, error) {
	if err := checkView(p.name, camera, width, height); err != nil {
		return nil, err
	}
	picture := newCanvas(width, height)
	x, y := picture.width/2, picture.height/2
	metre := 0.46 * min(picture.width, picture.height) / pointSide
	disc := func(placeX, placeY float64, radius float32, shade color.RGBA) {
		picture.disc(x+metre*float32(placeX), y-metre*float32(placeY), metre*radius, shade)
	}
	for _, side := range [...]float32{-1, 1} {
		picture.line(x-metre, y+side*metre, x+metre, y+side*metre, 0.02*metre, gridColour)
		picture.line(x+side*metre, y-metre, x+side*metre, y+metre, 0.02*metre, gridColour)
	}
	disc(redX, goalY, 0.12, accentColour)
	disc(-redX, goalY, 0.12, blueColour)
	disc(p.point.memory[0], p.point.memory[1], 0.06, rodColour)
	return picture.image, nil
}
