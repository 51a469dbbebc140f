package mujoco

import "fmt"

// DataArrays are the numbers of a simulation, in MuJoCo's memory and MuJoCo's names: row i belongs
// to the element with id i.
type DataArrays struct {
	QPos, QVel, Act []float64 // [nq], [nv], [na] the state
	Ctrl            []float64 // [nu] control
	QFrcApplied     []float64 // [nv] generalised forces from outside
	XFrcApplied     []float64 // [nbody, 6] forces and torques from outside
	MocapPos        []float64 // [nmocap, 3]
	MocapQuat       []float64 // [nmocap, 4]
	UserData        []float64 // [nuserdata]
	QAccWarmstart   []float64 // [nv] where the constraint solver begins

	QAcc          []float64 // [nv] accelerations
	ActuatorForce []float64 // [nu]
	SensorData    []float64 // [nsensordata]

	XPos, XQuat, XMat  []float64 // [nbody, 3], [nbody, 4], [nbody, 9] body frames in the world
	XIPos              []float64 // [nbody, 3] centres of mass
	GeomXPos, GeomXMat []float64 // [ngeom, 3], [ngeom, 9]
	SiteXPos, SiteXMat []float64 // [nsite, 3], [nsite, 9]
	XAnchor            []float64 // [njnt, 3] joint anchors
	SubtreeCOM         []float64 // [nbody, 3]

	time    []float64 // [1]
	rawQPos []float64 // [nq] QPos before its quaternions were normalised for XPos and all that follows
	ncon    []int32   // [1]
}

// Data is one simulation of a Model.
type Data struct {
	DataArrays
	model   *Model
	saved   [][]float64 // what Save saves, in order
	physics [][]float64 // what Physics writes, in order
	pace    pace
	dataHandle
}

// Model is the model that d simulates.
func (d *Data) Model() *Model { return d.model }

// Time is the simulation time in seconds.
func (d *Data) Time() float64 { return d.time[0] }

// SetTime changes the simulation time, and nothing else.
func (d *Data) SetTime(seconds float64) { d.time[0] = seconds }

// Contacts is the number of detected contacts.
func (d *Data) Contacts() int { return int(d.ncon[0]) }

// savedArrays lists the state, and after it what a simulation carries over from its last substep:
// accelerations and what is sensed from them are not a function of position and velocity alone.
func (a *DataArrays) savedArrays() [][]float64 {
	return [][]float64{
		a.time, a.rawQPos, a.QPos, a.QVel, a.Act, a.Ctrl, a.QFrcApplied, a.XFrcApplied, a.MocapPos, a.MocapQuat,
		a.UserData, a.QAccWarmstart, a.QAcc, a.ActuatorForce, a.SensorData,
	}
}

// StateSize is the number of numbers that Save appends.
func (d *Data) StateSize() int { return sizeOf(d.saved) }

// Save appends the whole state to state: time, positions, velocities, activations, control, applied
// forces, mocap poses, user data, the solver's warm start, and the latest accelerations and sensor
// readings. Constants of the model are not part of it. After writing to the arrays, call Forward
// before Save.
func (d *Data) Save(state []float64) []float64 {
	for _, array := range d.saved {
		state = append(state, array...)
	}
	return state
}

// Restore takes the simulation to what Save saw in this or another Data of an equal model. What
// follows equals, bit for bit, what followed then. A state of the wrong size changes nothing.
func (d *Data) Restore(state []float64) error {
	if len(state) != d.StateSize() {
		return fmt.Errorf("mujoco: the state has %d numbers, this model's has %d", len(state), d.StateSize())
	}
	d.Reset()
	fill(d.saved, state)
	copy(d.QPos, d.rawQPos)
	if err := d.settle(); err != nil {
		return fmt.Errorf("mujoco: restoring a state: %w", err)
	}
	fill(d.saved, state) // once more: settling overwrote what was sensed from accelerations
	return nil
}
