package mujoco

import "fmt"

// stageAcceleration is MuJoCo's mjSTAGE_ACC: sensors of this stage measure accelerations and forces.
const stageAcceleration = 3

// physicsArrays lists what determines all that Step leaves evaluated. Positions are those before their
// quaternions were normalised; what is sensed from accelerations belongs to the last physics step and
// does not follow from the state.
func (d *Data) physicsArrays() [][]float64 {
	arrays := [][]float64{d.rawQPos, d.QVel, d.Act, d.Ctrl}
	m := d.model
	for sensor, stage := range m.SensorNeedStage {
		if stage == stageAcceleration {
			start := m.SensorAdr[sensor]
			arrays = append(arrays, d.SensorData[start:start+m.SensorDim[sensor]])
		}
	}
	return arrays
}

// PhysicsSize is the number of numbers that Physics writes.
func (d *Data) PhysicsSize() int { return sizeOf(d.physics) }

// Physics writes positions, velocities, activations, control and the readings of sensors of
// accelerations and forces into the first PhysicsSize numbers of into. From them SetPhysics finds, bit
// for bit, where everything is, how it moves and what every sensor reads; they are not enough, as
// those of Save are, to go on in the same way.
func (d *Data) Physics(into []float64) {
	for _, array := range d.physics {
		into = into[copy(into, array):]
	}
}

// SetPhysics puts what Physics wrote, in this or another Data of a model with the same elements, in
// place, and evaluates what depends on position and velocity, as Step leaves it. Physics of the wrong
// size change nothing.
func (d *Data) SetPhysics(physics []float64) error {
	if len(physics) != d.PhysicsSize() {
		return fmt.Errorf("mujoco: the physics have %d numbers, this model's have %d", len(physics), d.PhysicsSize())
	}
	fill(d.physics, physics)
	copy(d.QPos, d.rawQPos)
	if err := d.settle(); err != nil {
		return fmt.Errorf("mujoco: setting the physics: %w", err)
	}
	return nil
}

// sizeOf is the number of numbers in arrays.
func sizeOf(arrays [][]float64) int {
	size := 0
	for _, array := range arrays {
		size += len(array)
	}
	return size
}

// fill copies numbers into arrays, one array after the other.
func fill(arrays [][]float64, numbers []float64) {
	for _, array := range arrays {
		numbers = numbers[copy(array, numbers):]
	}
}
