package classic

import (
	"image"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

const (
	pendulumName = "classic/pendulum"
	swingupName  = "classic/pendulum-swingup"

	pendulumMass    = 1.0   // kg
	pendulumLength  = 0.5   // m, from the hinge to the centre of mass
	pendulumInertia = 0.251 // kg m^2 about the hinge: a sphere of radius 0.05 m at the end of a massless rod
	pendulumDamping = 0.1   // N m s/rad
	pendulumTorque  = 1.0   // N m at most, about a fifth of what would hold the rod level
	pendulumStep    = 0.02  // s
	pendulumLimit   = 1000  // steps
	gravity         = 9.81  // m/s^2
)

// pendulum is a mass on a rod, driven by a torque too weak to lift it: it has to be swung up.
// Its physics are those of control/pendulum, and so is its integrator: semi-implicit Euler with
// implicit damping,
//
//	v' = v + h (m g l sin(angle) + torque - b v) / (I + h b)
//	angle' = angle + h v'
type pendulum struct {
	memory [3]float64 // angle in rad, 0 is upright; velocity in rad/s; the latest torque in N m
	reward func(angle, velocity, torque float64) float64
}

// Pendulum is an environment whose pendulum can be seen.
type Pendulum struct {
	shell
	body *pendulum
}

// NewPendulum makes the task classic/pendulum: swing up and stay there. The observations are
// "orientation" [2] = (cos, sin) of the angle from upright and "velocity" [1] in rad/s; the action
// is a torque in [-1, 1] N m. An episode starts at rest at any angle and is cut off after 1000
// steps of 0.02 s. The reward of a step lies in [0, 1] and rises smoothly towards upright, calm
// and effortless:
//
//	(1 + cos(angle))/2 * 1/(1 + velocity^2/10) * (1 - torque^2/20)
func NewPendulum(seed uint64) (env.Environment, error) {
	return newPendulum(pendulumName, seed, denseReward), nil
}

// NewPendulumSwingup makes the task classic/pendulum-swingup: as NewPendulum, but the reward is 1
// within 8 degrees of upright and 0 elsewhere.
func NewPendulumSwingup(seed uint64) (env.Environment, error) {
	return newPendulum(swingupName, seed, sparseReward), nil
}

func newPendulum(name string, seed uint64, reward func(angle, velocity, torque float64) float64) *Pendulum {
	body := &pendulum{reward: reward}
	p := &Pendulum{body: body, shell: shell{
		dynamics: body,
		name:     name,
		body:     pendulumName,
		observations: []env.Spec{
			{Name: "orientation", Shape: []int{2}, Minimum: filled(2, -1), Maximum: filled(2, 1)},
			{Name: "velocity", Shape: []int{1}},
		},
		action: env.Spec{Name: "torque", Shape: []int{1}, Minimum: []float64{-pendulumTorque}, Maximum: []float64{pendulumTorque}},
		limit:  pendulumLimit,
	}}
	p.start(seed)
	return p
}

func denseReward(angle, velocity, torque float64) float64 {
	return (1 + math.Cos(angle)) / 2 / (1 + velocity*velocity/10) * (1 - torque*torque/20)
}

func sparseReward(angle, _, _ float64) float64 {
	if math.Cos(angle) >= math.Cos(8*math.Pi/180) {
		return 1
	}
	return 0
}

func (p *pendulum) begin(random *rand.Rand) {
	p.memory = [3]float64{(2*random.Float64() - 1) * math.Pi}
}

func (p *pendulum) advance(action []float64, _ *rand.Rand) {
	angle, velocity, torque := p.memory[0], p.memory[1], action[0]
	force := pendulumMass*gravity*pendulumLength*math.Sin(angle) + torque - pendulumDamping*velocity
	velocity += pendulumStep * force / (pendulumInertia + pendulumStep*pendulumDamping)
	angle += pendulumStep * velocity
	p.memory = [3]float64{angle, velocity, torque}
}

func (p *pendulum) arrived(physics []float64) (reward float64, ended bool) {
	return p.reward(physics[0], physics[1], physics[2]), false
}

func (p *pendulum) observe(observation []float64) {
	observation[1], observation[0] = math.Sincos(p.memory[0])
	observation[2] = p.memory[1]
}

func (p *pendulum) state() []float64   { return p.memory[:] }
func (p *pendulum) physics() []float64 { return p.memory[:] }

// Interval is the time between two steps, in seconds.
func (p *Pendulum) Interval() float64 { return pendulumStep }

// Render implements env.Renderer. There is one camera, number 0, which looks along the hinge.
func (p *Pendulum) Render(camera, width, height int) (*image.RGBA, error) {
	if err := checkView(p.name, camera, width, height); err != nil {
		return nil, err
	}
	picture := newCanvas(width, height)
	x, y := picture.width/2, picture.height/2
	length := 0.38 * min(picture.width, picture.height)
	sin, cos := math.Sincos(p.body.memory[0])
	bobX, bobY := x+length*float32(sin), y-length*float32(cos)
	picture.disc(x, y, 1.02*length, gridColour)
	picture.disc(x, y, 0.98*length, backgroundColour)
	picture.disc(x, y-length, 0.18*length, goalColour)
	picture.line(x, y, bobX, bobY, 0.07*length, rodColour)
	picture.disc(x, y, 0.07*length, rodColour)
	picture.disc(bobX, bobY, 0.13*length, accentColour)
	return picture.image, nil
}
