package envtest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/env"
)

// fault is a way in which a walker breaks the contract.
type fault int

const (
	none fault = iota
	unnamedSpec
	sameNames
	uint8Action
	resetGivesMid
	resetHasReward
	resetFails
	newStepsAtOnce
	newUsesAction
	lastStepsOn
	lastNeedsReset
	firstInTheMiddle
	wrongSize
	nanObservation
	beyondBounds
	infiniteReward
	discountAboveOne
	refusesOutOfBounds
	acceptsWrongSize
	acceptsNaN
	badActionMoves
	changesAction
	keepsAction
	specsOverwrite
	sharedState
	unseeded
	ignoresSeed
	saveForgetsRandom
	saveForgetsCount
	saveIsAlive
	restoreTrustsAll
	restoreBreaks
	physicsOfOthers
	physicsIncomplete
	physicsMoves
	rewardOfPresent
	rewardOfMoves
	rewardOfWrites
	rewardOfEnds
	rewardOfTrustsAll
	physicsTrustsAll
	renderSize
	renderBlank
	renderMoves
	closeCrashes
	closeFails
	makeFails
	panics
)

const walkLimit = 20

// walker is a point on a line, pushed by its action and by noise. It is correct but for its fault.
type walker struct {
	fault    fault
	seed     uint64
	source   *rand.PCG
	random   *rand.Rand
	position float64
	count    int
	playing  bool
	closed   bool
	buffer   []float64
	action   []float64
	saved    []byte
	common   *float64 // shared by all instances, wrongly
}

// walkers returns a maker of walkers with a fault.
func walkers(f fault) func(uint64) (env.Environment, error) {
	common := new(float64)
	return func(seed uint64) (env.Environment, error) {
		if f == makeFails {
			return nil, errors.New("no walker today")
		}
		switch f {
		case unseeded:
			seed = rand.Uint64()
		case ignoresSeed:
			seed = 1
		}
		source := rand.NewPCG(seed, 0)
		return &walker{fault: f, seed: seed, source: source, random: rand.New(source), buffer: make([]float64, 2), common: common}, nil
	}
}

func (w *walker) Observations() []env.Spec {
	second := "speed"
	switch w.fault {
	case unnamedSpec:
		second = ""
	case sameNames:
		second = "position"
	case specsOverwrite:
		w.buffer[0] = 0
	}
	return []env.Spec{
		{Name: "position", Shape: []int{1}, Minimum: []float64{-100}, Maximum: []float64{100}},
		{Name: second},
	}
}

func (w *walker) Action() env.Spec {
	spec := env.Spec{Name: "push", Shape: []int{1}, Minimum: []float64{-1}, Maximum: []float64{1}}
	if w.fault == uint8Action {
		spec.Kind = env.Uint8
	}
	return spec
}

func (w *walker) Reset() (env.TimeStep, error) {
	if w.fault == resetFails && w.playing {
		return env.TimeStep{}, errors.New("already playing")
	}
	w.position, w.count, w.playing = w.random.Float64(), 0, true
	step := env.Restart(w.observe(0))
	switch w.fault {
	case resetGivesMid:
		step.Type = env.Mid
	case resetHasReward:
		step.Reward = 1
	}
	return step, nil
}

func (w *walker) Step(action []float64) (env.TimeStep, error) {
	if !w.playing && !(w.fault == newStepsAtOnce && w.count == 0) {
		return w.begin(action)
	}
	if err := w.check(action); err != nil {
		return env.TimeStep{}, err
	}
	push := min(max(action[0], -1), 1)
	switch w.fault {
	case changesAction:
		action[0] = push / 2
	case keepsAction:
		if w.action != nil && math.IsNaN(w.action[0]) {
			push = 0
		}
		w.action = action
	case sharedState:
		*w.common += push
		push = *w.common
	case panics:
		panic("a leg fell off")
	}
	return w.advance(push)
}

// begin is what Step does instead of a step on a new walker or after LAST.
func (w *walker) begin(action []float64) (env.TimeStep, error) {
	ended := w.count > 0
	if ended && w.fault == lastNeedsReset {
		return env.TimeStep{}, errors.New("the episode is over")
	}
	step, err := w.Reset()
	switch {
	case !ended && w.fault == newUsesAction:
		step.Observation[0].Float64[0] += action[0]
	case ended && w.fault == lastStepsOn:
		w.position += action[0]
		step = env.Transition(0, w.observe(0))
	}
	return step, err
}

func (w *walker) check(action []float64) error {
	if w.fault == refusesOutOfBounds && len(action) == 1 && math.Abs(action[0]) > 1 {
		return errors.New("out of bounds")
	}
	err := w.Action().CheckAction(action)
	switch {
	case w.fault == acceptsWrongSize && len(action) > 1:
		return nil
	case w.fault == acceptsNaN && len(action) == 1:
		return nil
	case w.fault == badActionMoves && err != nil:
		w.position++
	}
	return err
}

func (w *walker) advance(push float64) (env.TimeStep, error) {
	w.position += push + 0.1*w.random.NormFloat64()
	w.count++
	step := env.Transition(-math.Abs(w.position), w.observe(push))
	if w.count == walkLimit {
		w.playing = false
		step = env.Truncation(step.Reward, step.Observation)
	}
	switch w.fault {
	case wrongSize:
		step.Observation[1].Float64 = nil
	case nanObservation:
		step.Observation[1].Float64[0] = math.NaN()
	case beyondBounds:
		step.Observation[0].Float64[0] = 101
	case infiniteReward:
		step.Reward = math.Inf(1)
	case discountAboveOne:
		step.Discount = 1.5
	case firstInTheMiddle:
		if w.count == walkLimit/2 {
			step = env.Restart(step.Observation)
		}
	}
	return step, nil
}

func (w *walker) observe(speed float64) env.Observation {
	w.buffer[0], w.buffer[1] = w.position, speed
	return env.Observation{{Float64: w.buffer[:1]}, {Float64: w.buffer[1:]}}
}

func (w *walker) Close() error {
	if w.closed && w.fault == closeCrashes {
		panic("closed twice")
	}
	w.closed = true
	if w.fault == closeFails {
		return errors.New("it is jammed")
	}
	return nil
}

func (w *walker) Save() ([]byte, error) {
	random, err := w.source.MarshalBinary()
	if w.fault == saveForgetsRandom {
		random, err = rand.NewPCG(1, 2).MarshalBinary()
	}
	state := append([]byte{}, random...)
	state = binary.LittleEndian.AppendUint64(state, math.Float64bits(w.position))
	count := w.count
	if w.fault == saveForgetsCount {
		count = 1
	}
	state = append(state, byte(count), byte(len(state)))
	if w.playing {
		state[len(state)-1] = 1
	}
	state = binary.LittleEndian.AppendUint32(state, crc32.ChecksumIEEE(state))
	if w.fault == saveIsAlive {
		w.saved = append(w.saved[:0], state...)
		return w.saved, err
	}
	return state, err
}

func (w *walker) Restore(state []byte) error {
	if w.fault == restoreBreaks {
		w.position = 0
	}
	end := len(state) - 4
	if w.fault != restoreTrustsAll && (end < 10 || binary.LittleEndian.Uint32(state[end:]) != crc32.ChecksumIEEE(state[:end])) {
		return errors.New("the snapshot is damaged")
	}
	if end < 10 {
		return nil
	}
	w.count, w.playing = int(state[end-2]), state[end-1] == 1
	w.position = math.Float64frombits(binary.LittleEndian.Uint64(state[end-10:]))
	return w.source.UnmarshalBinary(bytes.Clone(state[:end-10]))
}

func (w *walker) PhysicsSpec() env.PhysicsSpec {
	if w.fault == physicsOfOthers {
		return env.PhysicsSpec{Model: fmt.Sprint("walker ", w.seed), Size: 2}
	}
	return env.PhysicsSpec{Model: "walker", Size: 2}
}

// Physics writes the position and the count.
func (w *walker) Physics(into []float64) error {
	if err := w.PhysicsSpec().CheckSize(into); err != nil && w.fault != physicsTrustsAll {
		return err
	}
	numbers := []float64{w.position, float64(w.count)}
	switch w.fault {
	case physicsIncomplete:
		numbers[0] = 0
	case physicsMoves:
		w.position++
	}
	copy(into, numbers)
	return nil
}

func (w *walker) RewardOf(physics []float64) (reward, discount float64, err error) {
	if err := w.PhysicsSpec().CheckPhysics(physics); err != nil && w.fault != rewardOfTrustsAll {
		return 0, 0, err
	}
	reward, discount = 0, 1
	if len(physics) > 0 {
		reward = -math.Abs(physics[0])
	}
	switch {
	case w.fault == rewardOfPresent:
		reward = -math.Abs(w.position)
	case w.fault == rewardOfMoves:
		w.position = physics[0]
	case w.fault == rewardOfWrites:
		physics[0]++
	case w.fault == rewardOfEnds && physics[1] == walkLimit:
		discount = 0
	}
	return reward, discount, nil
}

func (w *walker) Render(camera, width, height int) (*image.RGBA, error) {
	if w.fault == renderSize {
		width, height = height, width
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	switch w.fault {
	case renderBlank:
		return picture, nil
	case renderMoves:
		w.position += 0.01
	}
	picture.SetRGBA(width/2, height/2, color.RGBA{255, 0, 0, 255})
	return picture, nil
}
