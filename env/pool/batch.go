package pool

import "github.com/reverie-rl/reverie/env"

// AutoReset says what happens when an episode has ended.
type AutoReset uint8

const (
	// NextStep is dm_env's way: the step after a LAST step begins an episode, ignores its action and
	// gives a FIRST step. No transition leads to a FIRST step.
	NextStep AutoReset = iota
	// SameStep begins an episode in the step that ended one. Its row has type, reward and discount of
	// the LAST step; Observation and Images are those of the new FIRST step, and the observation of
	// the LAST step is in FinalObservation and FinalImages.
	SameStep
	// Disabled begins no episode: stepping an environment after its LAST step is an error until it is
	// Reset.
	Disabled
)

// String gives the mode's name.
func (a AutoReset) String() string { return [...]string{"NextStep", "SameStep", "Disabled"}[a] }

// Batch is the latest time step of each environment. Row i belongs to environment i.
type Batch struct {
	Observation []float32 // [environments, width]: all float64 observations, in the order of the specs
	Images      []uint8   // [environments, bytes]: all uint8 observations, in the order of the specs
	Type        []env.StepType
	Reward      []float64 // of the transition that led here, 0 at FIRST
	Rewards     []float64 // [environments, tasks] of an env.MultiTask: likewise of all its tasks; else empty
	Discount    []float64 // of what follows, 1 at FIRST
	// Errors holds what went wrong in the latest step of each environment, or nil. The rest of a row
	// with an error is what it was before.
	Errors []error
	// FinalObservation and FinalImages are, under SameStep, the observations of each environment's
	// latest LAST step; otherwise they are nil.
	FinalObservation []float32
	FinalImages      []uint8

	width, bytes, tasks int // of a row
}

// newBatch makes a batch of count rows for observations of specs, and for the rewards of so many tasks.
func newBatch(count int, specs []env.Spec, tasks int, mode AutoReset) Batch {
	b := Batch{
		Rewards: make([]float64, count*tasks), tasks: tasks,
		Type: make([]env.StepType, count), Reward: make([]float64, count), Discount: make([]float64, count),
		Errors: make([]error, count),
	}
	for _, spec := range specs {
		if spec.Kind == env.Uint8 {
			b.bytes += spec.Size()
		} else {
			b.width += spec.Size()
		}
	}
	b.Observation, b.Images = make([]float32, count*b.width), make([]uint8, count*b.bytes)
	if mode == SameStep {
		b.FinalObservation, b.FinalImages = make([]float32, count*b.width), make([]uint8, count*b.bytes)
	}
	return b
}

// Row is the observation that environment i acts on next.
func (b *Batch) Row(i int) (observation []float32, image []uint8) {
	return row(b.Observation, i, b.width), row(b.Images, i, b.bytes)
}

// Arrival is the observation to which the latest action of environment i led. It reports false if
// the action led nowhere, because the step began an episode or was an error: then there is no
// transition to learn from.
func (b *Batch) Arrival(i int) (observation []float32, image []uint8, arrived bool) {
	if b.Type[i] == env.First || b.Errors[i] != nil {
		return nil, nil, false
	}
	if b.Type[i] == env.Last && b.FinalObservation != nil {
		return row(b.FinalObservation, i, b.width), row(b.FinalImages, i, b.bytes), true
	}
	observation, image = b.Row(i)
	return observation, image, true
}

// setRewards keeps the rewards of all tasks of environment i, or zeros if it has none at this step.
func (b *Batch) setRewards(i int, rewards []float64) {
	kept := row(b.Rewards, i, b.tasks)
	clear(kept)
	copy(kept, rewards)
}

// row is row i of an array whose rows have width elements.
func row[T any](array []T, i, width int) []T { return array[i*width : (i+1)*width : (i+1)*width] }

// flatten writes the arrays of an observation one after another, by kind.
func flatten(floats []float32, bytes []uint8, observation env.Observation) {
	for _, array := range observation {
		for i, x := range array.Float64 {
			floats[i] = float32(x)
		}
		floats = floats[len(array.Float64):]
		bytes = bytes[copy(bytes, array.Uint8):]
	}
}
