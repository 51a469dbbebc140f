package classic

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

// dynamics is what is particular to a task.
type dynamics interface {
	// begin draws an initial state.
	begin(random *rand.Rand)
	// advance applies an action that is within its bounds for one step.
	advance(action []float64, random *rand.Rand)
	// arrived returns the reward of a step that left these physics and whether the task ended there. It
	// depends on nothing else and leaves the state alone.
	arrived(physics []float64) (reward float64, ended bool)
	// observe writes the observation.
	observe(observation []float64)
	// state is the memory that, with the random stream, determines all that follows.
	state() []float64
	// physics is the part of state that arrived asks for.
	physics() []float64
}

// shell makes an env.Environment, env.Snapshotter and env.Relabeller out of dynamics.
type shell struct {
	dynamics
	name         string
	body         string     // Model of env.PhysicsSpec: tasks of one body differ in their rewards alone
	observations []env.Spec // of Kind Float64, written one after the other by observe
	action       env.Spec   // bounded
	limit        int        // steps after which an episode is cut off

	source      *rand.PCG
	random      *rand.Rand
	count       int  // steps taken in this episode
	playing     bool // false on a new environment and after LAST
	buffer      []float64
	observation env.Observation // windows into buffer
	clipped     []float64
}

// start fills what follows from the description of the task and gives it its random stream.
func (s *shell) start(seed uint64) {
	s.source = rand.NewPCG(seed, 0)
	s.random = rand.New(s.source)
	s.clipped = make([]float64, s.action.Size())
	size := 0
	for _, spec := range s.observations {
		size += spec.Size()
	}
	s.buffer = make([]float64, size)
	rest := s.buffer
	for _, spec := range s.observations {
		s.observation = append(s.observation, env.Array{Float64: rest[:spec.Size():spec.Size()]})
		rest = rest[spec.Size():]
	}
}

// Observations implements env.Environment.
func (s *shell) Observations() []env.Spec { return s.observations }

// Action implements env.Environment.
func (s *shell) Action() env.Spec { return s.action }

// Reset implements env.Environment.
func (s *shell) Reset() (env.TimeStep, error) {
	s.begin(s.random)
	s.count, s.playing = 0, true
	s.observe(s.buffer)
	return env.Restart(s.observation), nil
}

// Step implements env.Environment.
func (s *shell) Step(action []float64) (env.TimeStep, error) {
	if !s.playing {
		return s.Reset()
	}
	if err := s.action.CheckAction(action); err != nil {
		return env.TimeStep{}, fmt.Errorf("%s: %w", s.name, err)
	}
	s.advance(s.clip(action), s.random)
	reward, ended := s.arrived(s.physics())
	s.count++
	s.observe(s.buffer)
	s.playing = !ended && s.count < s.limit
	switch {
	case ended:
		return env.Termination(reward, s.observation), nil
	case !s.playing:
		return env.Truncation(reward, s.observation), nil
	}
	return env.Transition(reward, s.observation), nil
}

// clip returns action moved into its bounds, and to whole numbers if it is discrete.
func (s *shell) clip(action []float64) []float64 {
	for i, value := range action {
		if s.action.Kind == env.Int {
			value = math.Round(value)
		}
		s.clipped[i] = min(max(value, s.action.Minimum[i]), s.action.Maximum[i])
	}
	return s.clipped
}

// PhysicsSpec implements env.Relabeller.
func (s *shell) PhysicsSpec() env.PhysicsSpec {
	return env.PhysicsSpec{Model: s.body, Size: len(s.physics())}
}

// Physics implements env.Relabeller.
func (s *shell) Physics(into []float64) error {
	if err := s.PhysicsSpec().CheckSize(into); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	copy(into, s.physics())
	return nil
}

// RewardOf implements env.Relabeller.
func (s *shell) RewardOf(physics []float64) (reward, discount float64, err error) {
	if err := s.PhysicsSpec().CheckPhysics(physics); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", s.name, err)
	}
	reward, ended := s.arrived(physics)
	if ended {
		return reward, 0, nil
	}
	return reward, 1, nil
}

// CoordinateCount is the size of the state.
func (s *shell) CoordinateCount() int { return len(s.state()) }

// Coordinates writes the state into into.
func (s *shell) Coordinates(into []float64) { copy(into, s.state()) }

// MoveTo changes the state, and neither the step count nor the random stream.
func (s *shell) MoveTo(coordinates []float64) error {
	copy(s.state(), coordinates)
	return nil
}

// Close implements env.Environment.
func (s *shell) Close() error { return nil }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save implements env.Snapshotter. The layout is: the task's name, the random stream, the step
// count (8 bytes), playing (1 byte), the state (8 bytes an element), CRC-32C (4 bytes).
func (s *shell) Save() ([]byte, error) {
	random, err := s.source.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("%s: save the random stream: %w", s.name, err)
	}
	snapshot := append([]byte(s.name), random...)
	snapshot = binary.LittleEndian.AppendUint64(snapshot, uint64(s.count))
	snapshot = append(snapshot, 0)
	if s.playing {
		snapshot[len(snapshot)-1] = 1
	}
	for _, value := range s.state() {
		snapshot = binary.LittleEndian.AppendUint64(snapshot, math.Float64bits(value))
	}
	return binary.LittleEndian.AppendUint32(snapshot, crc32.Checksum(snapshot, castagnoli)), nil
}

// Restore implements env.Snapshotter. It checks everything before it changes anything.
func (s *shell) Restore(snapshot []byte) error {
	own, err := s.Save() // for its size: it is fixed for a task
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(snapshot, []byte(s.name)) || len(snapshot) != len(own) {
		return fmt.Errorf("%s: this is no snapshot of the task: it has %d bytes, want %d that begin with the task's name", s.name, len(snapshot), len(own))
	}
	body, sum := snapshot[:len(snapshot)-4], binary.LittleEndian.Uint32(snapshot[len(snapshot)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return fmt.Errorf("%s: the snapshot is damaged: its checksum does not match", s.name)
	}
	fixed := len(body) - 8*len(s.state()) // where the state begins; before it 9 bytes of count and playing
	if err := s.source.UnmarshalBinary(body[len(s.name) : fixed-9]); err != nil {
		return fmt.Errorf("%s: restore the random stream: %w", s.name, err)
	}
	s.count = int(binary.LittleEndian.Uint64(body[fixed-9:]))
	s.playing = body[fixed-1] == 1
	for i := range s.state() {
		s.state()[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[fixed+8*i:]))
	}
	return nil
}
