package simulation

import "slices"

// CoordinateCount is the number of positions, velocities and activations together. It is 0 for a model
// with free or ball joints, whose positions are not as many as its velocities and cannot be changed each by
// itself.
func (e *Environment) CoordinateCount() int {
	if m := e.model; m.NQ == m.NV {
		return m.NQ + m.NV + len(e.data.Act)
	}
	return 0
}

// Coordinates writes positions, velocities and activations into into.
func (e *Environment) Coordinates(into []float64) {
	d := e.data
	for _, array := range [][]float64{d.QPos, d.QVel, d.Act} {
		into = into[copy(into, array):]
	}
}

// MoveTo changes positions, velocities and activations, and evaluates what depends on them. All else of the
// state stays: the step count, the random stream and where the constraint solver begins.
func (e *Environment) MoveTo(coordinates []float64) error {
	if err := e.open(); err != nil {
		return err
	}
	d := e.data
	warm := slices.Clone(d.QAccWarmstart)
	for _, array := range [][]float64{d.QPos, d.QVel, d.Act} {
		coordinates = coordinates[copy(array, coordinates):]
	}
	if err := d.Forward(); err != nil {
		return e.failed("moved state before step", err)
	}
	copy(d.QAccWarmstart, warm)
	return nil
}
