package env

import (
	"fmt"
	"math"
)

// Relabeller is an Environment whose rewards can be computed once more, for steps that were recorded
// in another environment: a log that keeps the physics beside each step can serve any task of the
// same body, under that task's own reward.
type Relabeller interface {
	// PhysicsSpec describes the physics. It is the same for all tasks of one body.
	PhysicsSpec() PhysicsSpec
	// Physics writes the numbers of the present state that rewards depend on into into, which has as
	// many elements as PhysicsSpec says. It changes nothing and does not allocate.
	Physics(into []float64) error
	// RewardOf returns, bit for bit, the reward and the discount that Step gives on arrival where
	// Physics writes physics: discount 0 if the task ends there, and 1 where only a time limit ends
	// the episode. The episode that is being played is left alone. Physics of the wrong size or with
	// a NaN or infinite element are an error.
	RewardOf(physics []float64) (reward, discount float64, err error)
}

// MultiRelabeller is a Relabeller that tells the rewards of all tasks of a MultiTask. The task that is played is
// among the numbers of its physics, and so it is in those of each of its tasks alone, if that is of the same body.
type MultiRelabeller interface {
	Relabeller
	// RewardsOf writes into into, which has an element for each task, the Rewards that Step gives on arrival
	// where Physics writes physics, bit for bit, and returns the number of the task that is played there. The
	// episode that is being played is left alone, and nothing is allocated. Physics of the wrong size, with a
	// NaN or infinite element, or of no task there is are an error.
	RewardsOf(physics, into []float64) (task int, err error)
}

// PhysicsSpec describes what a Relabeller's Physics writes.
type PhysicsSpec struct {
	// Model names the body that the numbers belong to, as in control/walker@0e4c75b1. Tasks with the
	// same Model differ in their rewards, not in how they move.
	Model string
	Size  int // how many numbers
}

// String names the model and counts the numbers.
func (s PhysicsSpec) String() string { return fmt.Sprintf("%s (%d numbers)", s.Model, s.Size) }

// CheckSource returns an error that names both unless physics of the spec recorded are physics of s.
func (s PhysicsSpec) CheckSource(recorded PhysicsSpec) error {
	if recorded != s {
		return fmt.Errorf("env: the steps were recorded with the physics of %v, the task has those of %v; relabel steps of another task of its body", recorded, s)
	}
	return nil
}

// CheckPhysics returns an error unless physics has the spec's size and only finite elements.
func (s PhysicsSpec) CheckPhysics(physics []float64) error {
	if err := s.CheckSize(physics); err != nil {
		return err
	}
	for i, value := range physics {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("env: element %d of the physics of %v is %v, must be finite", i, s, value)
		}
	}
	return nil
}

// CheckSize returns an error unless physics has as many elements as the spec says.
func (s PhysicsSpec) CheckSize(physics []float64) error {
	if len(physics) != s.Size {
		return fmt.Errorf("env: there are %d numbers for the physics of %v", len(physics), s)
	}
	return nil
}
