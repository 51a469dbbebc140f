package realworld

import (
	"math"

	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// constrainedDomains are those with constraints.
var constrainedDomains = []string{"cartpole", "humanoid", "manipulator", "quadruped", "walker"}

// Constraints lists the constraints of a task of package control, such as swingup of the domain cartpole, in the
// suite's order, ActionRate last; none for other tasks. Corrected takes out what look like mistakes.
func Constraints(domain, task string, corrected bool) []Constraint {
	switch domain {
	case "cartpole":
		return cartpoleConstraints(task)
	case "walker":
		return walkerConstraints(corrected)
	case "humanoid":
		return humanoidConstraints(corrected)
	case "quadruped":
		return quadrupedConstraints(task)
	case "manipulator":
		return manipulatorConstraints()
	}
	return nil
}

// condition ignores actions.
func condition(holds func() bool) func(moment) bool { return func(moment) bool { return holds() } }

// below is the constraint that a number of the simulation stays below limit times the safety coefficient.
func below(name string, limit float64, read func(d *mujoco.Data) func() float64) Constraint {
	return Constraint{name, limit, func(d *mujoco.Data, limit, c float64) func(moment) bool {
		x := read(d)
		return condition(func() bool { return x() < limit*c })
	}}
}

// actionRate is the constraint that no element of an action changes by limit times the coefficient.
func actionRate(limit float64) Constraint {
	return Constraint{ActionRate, limit, func(_ *mujoco.Data, limit, c float64) func(moment) bool {
		return func(m moment) bool {
			for i, u := range m.action {
				if !(math.Abs(m.before[i]-u) < limit*c) {
					return false
				}
			}
			return true
		}
	}}
}

// upright is the constraint that the vertical part of a body's z axis stays above 1 - scale times the coefficient.
func upright(name, body string, scale float64) Constraint {
	return Constraint{name, scale, func(d *mujoco.Data, scale, c float64) func(moment) bool {
		frame := matrix(d, body)
		return condition(func() bool { return frame[8] > 1-scale*c })
	}}
}

// matrix is the rotation of a body's frame, row by row.
func matrix(d *mujoco.Data, body string) []float64 {
	return simulation.Row(d.Model(), d.XMat, 9, mujoco.Body, body)
}

// sensor is what a sensor reads.
func sensor(d *mujoco.Data, name string) []float64 {
	m := d.Model()
	address, size := simulation.Row(m, m.SensorAdr, 1, mujoco.Sensor, name)[0], simulation.Row(m, m.SensorDim, 1, mujoco.Sensor, name)[0]
	return d.SensorData[address : address+size]
}

// sensors reads the largest norm of several sensors.
func strongest(names ...string) func(d *mujoco.Data) func() float64 {
	return func(d *mujoco.Data) func() float64 {
		var forces [][]float64
		for _, name := range names {
			forces = append(forces, sensor(d, name))
		}
		return func() float64 {
			most := 0.0
			for _, force := range forces {
				square := 0.0
				for _, x := range force {
					square += x * x
				}
				most = max(most, math.Sqrt(square))
			}
			return most
		}
	}
}

func cartpoleConstraints(task string) []Constraint {
	reach, acceleration := 2.0, 130.0
	if task == "balance" || task == "balance_sparse" {
		reach, acceleration = 1.5, 10
	}
	return []Constraint{
		below("slider_pos", reach, func(d *mujoco.Data) func() float64 { return func() float64 { return math.Abs(d.QPos[0]) } }),
		below("slider_accel", acceleration, func(d *mujoco.Data) func() float64 { return func() float64 { return math.Abs(d.QAcc[0]) } }),
		{"balance_velocity", 0, func(d *mujoco.Data, _, c float64) func(moment) bool {
			pole, cosine, most := matrix(d, "pole_1"), math.Cos((1-c)/.5+.15), .5*c
			return condition(func() bool { return !(pole[8] > cosine && math.Abs(d.QVel[1]) > most) })
		}},
		actionRate(1.5),
	}
}

// walkerAngles are the joints of the walker and their ranges in degrees.
var walkerAngles = []struct {
	joint     string
	low, high float64
}{
	{"left_hip", -30, 110}, {"right_hip", -30, 110}, {"left_knee", -160, 15}, {"right_knee", -160, 15}, {"left_ankle", -75, 60}, {"right_ankle", -75, 60},
}

func walkerConstraints(corrected bool) []Constraint {
	return []Constraint{
		{"joint_angle", 0, func(d *mujoco.Data, _, c float64) func(moment) bool { return walkerAngleCondition(d, c, corrected) }},
		below("joint_velocity", 65, func(d *mujoco.Data) func() float64 { return func() float64 { return largest(d.QVel[3:]) } }),
		{"dangerous_fall", .5, func(d *mujoco.Data, limit, c float64) func(moment) bool {
			torso := matrix(d, "torso")
			return condition(func() bool { return -torso[6] > -limit*c })
		}},
		upright("torso_upright", "torso", 1),
		actionRate(1.55),
	}
}

// walkerAngleCondition holds, in the original, if any joint is above its lower bound and any joint, perhaps another
// one, below its upper bound; corrected, if all are within both.
func walkerAngleCondition(d *mujoco.Data, c float64, corrected bool) func(moment) bool {
	angles := make([]*float64, len(walkerAngles))
	for i, one := range walkerAngles {
		place := simulation.Row(d.Model(), d.Model().JntQPosAdr, 1, mujoco.Joint, one.joint)[0]
		angles[i] = &d.QPos[place]
	}
	return condition(func() bool {
		above, under := 0, 0
		for i, one := range walkerAngles {
			if *angles[i] > c*one.low*math.Pi/180 {
				above++
			}
			if *angles[i] < c*one.high*math.Pi/180 {
				under++
			}
		}
		if corrected {
			return above == len(angles) && under == len(angles)
		}
		return above > 0 && under > 0
	})
}

func humanoidConstraints(corrected bool) []Constraint {
	first := 7 // the original leaves out one hinge: their velocities begin at 6
	if corrected {
		first = 6
	}
	return []Constraint{
		below("joint_angle", math.Pi, func(d *mujoco.Data) func() float64 { return func() float64 { return largest(d.QPos[7:]) } }),
		below("joint_velocity", 90, func(d *mujoco.Data) func() float64 { return func() float64 { return largest(d.QVel[first:]) } }),
		upright("upright", "torso", 1),
		below("dangerous_fall", 100, strongest("head_touch", "torso_touch")),
		below("foot_force", 8000, strongest("right_right_foot_touch", "left_right_foot_touch", "right_left_foot_touch", "left_left_foot_touch")),
		actionRate(1.85),
	}
}

func quadrupedConstraints(task string) []Constraint {
	speed, force := 20.0, 20000.0
	if task == "run" {
		speed, force = .4, 300000 // so it is in the original
	}
	return []Constraint{
		below("joint_angle", 60*math.Pi/180, func(d *mujoco.Data) func() float64 { return hinges(d, d.Model().JntQPosAdr, d.QPos) }),
		below("joint_velocity", speed, func(d *mujoco.Data) func() float64 { return hinges(d, d.Model().JntDofAdr, d.QVel) }),
		upright("upright", "torso", .7),
		below("foot_force", force, strongest("force_toe_front_left", "force_toe_front_right", "force_toe_back_right", "force_toe_back_left")),
		actionRate(1.4),
	}
}

// hinges reads the largest absolute value at the addresses of all hinges.
func hinges(d *mujoco.Data, addresses []int32, numbers []float64) func() float64 {
	const hinge = 3
	var places []int32
	for joint, kind := range d.Model().JntType {
		if kind == hinge {
			places = append(places, addresses[joint])
		}
	}
	return func() float64 { return largestAt(numbers, places) }
}

func largestAt(numbers []float64, places []int32) float64 {
	most := 0.0
	for _, place := range places {
		most = max(most, math.Abs(numbers[place]))
	}
	return most
}

func manipulatorConstraints() []Constraint {
	joints := func(d *mujoco.Data, numbers []float64) func() float64 {
		m := d.Model()
		places := []int32{simulation.Row(m, m.JntDofAdr, 1, mujoco.Joint, "arm_shoulder")[0], simulation.Row(m, m.JntDofAdr, 1, mujoco.Joint, "arm_elbow")[0]}
		return func() float64 { return largestAt(numbers, places) }
	}
	return []Constraint{
		{"joint_angle", 0, func(d *mujoco.Data, _, c float64) func(moment) bool {
			m := d.Model()
			shoulder := &d.QPos[simulation.Row(m, m.JntQPosAdr, 1, mujoco.Joint, "arm_shoulder")[0]]
			elbow := &d.QPos[simulation.Row(m, m.JntQPosAdr, 1, mujoco.Joint, "arm_elbow")[0]]
			return condition(func() bool {
				return math.Abs(*shoulder) < c*160*math.Pi/180 && math.Abs(*elbow) < c*140*math.Pi/180
			})
		}},
		below("joint_velocity", 10, func(d *mujoco.Data) func() float64 { return joints(d, d.QVel) }),
		below("joint_accel", 3600, func(d *mujoco.Data) func() float64 { return joints(d, d.QAcc) }),
		below("grasp_force", 5, func(d *mujoco.Data) func() float64 {
			return func() float64 { return math.Log1p(largest(d.SensorData)) }
		}),
		actionRate(1.5),
	}
}
