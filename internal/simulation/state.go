package simulation

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/reverie-rl/reverie/env"
)

// State is a copy of what the simulation holds at one moment, in MuJoCo's order.
type State struct {
	Time       float64   // seconds since the episode began
	QPos, QVel []float64 // generalised positions and velocities
	Act        []float64 // actuator states
	Ctrl       []float64 // the latest control
	SensorData []float64
}

// State returns a copy of the present state.
func (e *Environment) State() (State, error) {
	if err := e.open(); err != nil {
		return State{}, err
	}
	d := e.data
	return State{
		Time: d.Time(), QPos: copyOf(d.QPos), QVel: copyOf(d.QVel), Act: copyOf(d.Act),
		Ctrl: copyOf(d.Ctrl), SensorData: copyOf(d.SensorData),
	}, nil
}

// DefaultState returns the positions of the model as it is written, at rest.
func (e *Environment) DefaultState() (qpos, qvel []float64, err error) {
	if err := e.open(); err != nil {
		return nil, nil, err
	}
	return copyOf(e.model.QPos0), make([]float64, e.model.NV), nil
}

// copyOf is never nil, so that it is written as [] where there is nothing.
func copyOf(array []float64) []float64 { return append([]float64{}, array...) }

// SetState begins an episode at the given positions and velocities, with everything else as
// compiled and nothing drawn at random: targets, sizes and gains are the model's own. The FIRST
// step it returns carries, unlike that of Reset, the reward of the state under zero control. The
// episode is as long as any other: the Step after its LAST step begins a random one.
func (e *Environment) SetState(qpos, qvel []float64) (env.TimeStep, error) {
	if err := e.open(); err != nil {
		return env.TimeStep{}, err
	}
	if err := e.checkState(qpos, qvel); err != nil {
		return env.TimeStep{}, fmt.Errorf("%s: %w", e.task.Name, err)
	}
	for i, drawn := range e.binding.Drawn {
		copy(drawn, e.compiled[i])
	}
	e.binding.follow()
	d := e.data
	d.Reset()
	copy(d.QPos, qpos)
	copy(d.QVel, qvel)
	if e.binding.Hold != nil {
		e.binding.Hold()
	}
	e.over = true
	if err := d.Forward(); err != nil {
		return env.TimeStep{}, e.failed("state before step", err)
	}
	e.count, e.over = 0, false
	first := env.Restart(e.observe())
	first.Reward = e.binding.Reward()
	return first, nil
}

// checkState returns an error unless the sizes are the model's and all numbers are finite.
func (e *Environment) checkState(qpos, qvel []float64) error {
	m := e.model
	if len(qpos) != m.NQ || len(qvel) != m.NV {
		return fmt.Errorf("qpos has %d elements and qvel %d, the model takes %d and %d", len(qpos), len(qvel), m.NQ, m.NV)
	}
	for name, array := range map[string][]float64{"qpos": qpos, "qvel": qvel} {
		for i, value := range array {
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return fmt.Errorf("element %d of %s is %v, must be finite", i, name, value)
			}
		}
	}
	return nil
}

// A snapshot is: the task's name (length as 2 bytes), the random stream (length as 2 bytes), whether
// the episode is over, the step count, the constants drawn at random, the simulation's state, and a
// CRC-32 of all that, little-endian.

// Save returns the whole state: simulation, random stream, step count and drawn model constants.
func (e *Environment) Save() ([]byte, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	stream, err := e.source.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("%s: saving the random stream: %w", e.task.Name, err)
	}
	snapshot := appendBytes(e.header(), stream)
	snapshot = append(snapshot, 0)
	if e.over {
		snapshot[len(snapshot)-1] = 1
	}
	snapshot = binary.LittleEndian.AppendUint64(snapshot, uint64(e.count))
	var numbers []float64
	for _, array := range e.binding.constants() {
		numbers = append(numbers, array...)
	}
	for _, number := range e.data.Save(numbers) {
		snapshot = binary.LittleEndian.AppendUint64(snapshot, math.Float64bits(number))
	}
	return binary.LittleEndian.AppendUint32(snapshot, crc32.ChecksumIEEE(snapshot)), nil
}

// Restore takes the environment to what Save saw in it or in another one of the same task. A
// snapshot that is damaged or of another task is an error and changes nothing.
func (e *Environment) Restore(snapshot []byte) error {
	if err := e.open(); err != nil {
		return err
	}
	if err := e.restore(snapshot); err != nil {
		return fmt.Errorf("%s: restoring a snapshot: %w", e.task.Name, err)
	}
	return nil
}

func (e *Environment) restore(snapshot []byte) error {
	rest, err := e.checkSnapshot(snapshot)
	if err != nil {
		return err
	}
	stream, rest := rest[:2+binary.LittleEndian.Uint16(rest)], rest[2+binary.LittleEndian.Uint16(rest):]
	if err := e.source.UnmarshalBinary(stream[2:]); err != nil {
		return err
	}
	over, count := rest[0] == 1, binary.LittleEndian.Uint64(rest[1:])
	numbers := make([]float64, (len(rest)-9)/8)
	for i := range numbers {
		numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(rest[9+8*i:]))
	}
	for _, array := range e.binding.constants() {
		numbers = numbers[copy(array, numbers):]
	}
	e.binding.follow()
	if err := e.data.Restore(numbers); err != nil {
		return err
	}
	e.over, e.count = over, int(count)
	return nil
}

// checkSnapshot returns what follows the header in a snapshot that Save of this task wrote.
func (e *Environment) checkSnapshot(snapshot []byte) ([]byte, error) {
	end := len(snapshot) - 4
	if end < 0 || crc32.ChecksumIEEE(snapshot[:end]) != binary.LittleEndian.Uint32(snapshot[end:]) {
		return nil, errors.New("it is damaged: its checksum does not fit")
	}
	header := e.header()
	if end < len(header) || string(snapshot[:len(header)]) != string(header) {
		return nil, errors.New("it is of another task")
	}
	return snapshot[len(header):end], nil
}

// header begins a snapshot and names what it is a snapshot of.
func (e *Environment) header() []byte { return appendBytes(nil, []byte(e.task.Name)) }

// appendBytes appends the length of b and b.
func appendBytes(to, b []byte) []byte {
	return append(binary.LittleEndian.AppendUint16(to, uint16(len(b))), b...)
}
