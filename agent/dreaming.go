package agent

import (
	"errors"
	"fmt"
	"slices"
)

// Dreaming is a Learner with a model of the world that tells what it expects.
type Dreaming interface {
	Learner
	// Dreamer returns what predicts with the learner's parameters as they are when it is asked. It is used
	// while the learner rests, and changes nothing of it. It is an error if the span makes no sense.
	Dreamer(span Span) (Dreamer, error)
}

// Dreamer predicts a segment of an episode: it looks at the first observations, and then follows the recorded
// actions without looking. A dream is a pure function of the parameters, the learner's seed and the segment;
// what was observed behind the context has no part in it. It is an error if the segment is not of the task or
// of more steps than the span has. It is used by one goroutine at a time.
type Dreamer func(segment Segment) (Dream, error)

// Span is the extent of dreams.
type Span struct {
	Context int // observations that are looked at, at least 1
	Horizon int // steps behind them that are predicted, at most
	Samples int // futures drawn from the model, at least 1
}

// Validate returns an error for each field that makes no sense.
func (s Span) Validate() error {
	var problems []error
	for _, field := range []struct {
		name         string
		value, least int
	}{{"context", s.Context, 1}, {"horizon", s.Horizon, 0}, {"samples", s.Samples, 1}} {
		if field.value < field.least {
			problems = append(problems, fmt.Errorf("agent: the %s of a dream is %d, must be at least %d", field.name, field.value, field.least))
		}
	}
	return errors.Join(problems...)
}

// Steps is the most observations that a segment has.
func (s Span) Steps() int { return s.Context + s.Horizon }

// Segment is steps of one episode that follow each other.
type Segment struct {
	Observations [][]float32 // [steps][observation], flat
	Pictures     [][]byte    // [steps][height·width·channels], as Observation has them; nil if there are none
	Actions      [][]float32 // [steps-1][action] in canonical units: action i led from step i to step i+1
}

// Validate returns an error unless the segment is of a task of these sizes and fits into span.
func (s Segment) Validate(sizes Sizes, span Span) error {
	steps := len(s.Observations)
	if steps < 1 || steps > span.Steps() || len(s.Actions) != steps-1 {
		return fmt.Errorf("agent: the segment has %d observations and %d actions between them; want 1 to %d, and one action less", steps, len(s.Actions), span.Steps())
	}
	for i, row := range s.Observations {
		if len(row) != sizes.Observation {
			return fmt.Errorf("agent: observation %d of the segment has %d numbers, want %d", i, len(row), sizes.Observation)
		}
	}
	if size := sizes.Image.Bytes(); size > 0 && len(s.Pictures) != steps || slices.ContainsFunc(s.Pictures, func(p []byte) bool { return len(p) != size }) {
		return fmt.Errorf("agent: the segment has %d pictures, want one of %d bytes for each of %d observations", len(s.Pictures), size, steps)
	}
	for i, row := range s.Actions {
		if len(row) != sizes.Action {
			return fmt.Errorf("agent: action %d of the segment has %d numbers, want %d", i, len(row), sizes.Action)
		}
	}
	return nil
}

// Dream is what a model makes of a segment. The steps of the context are reconstructed from the most likely
// states that filtering finds; of those behind it there is the mean over the samples and their standard
// deviation, with n in the denominator, which is 0 in the context.
type Dream struct {
	Observations, Deviations  [][]float32 // [steps][observation]
	Pictures                  [][]byte    // [steps][height·width·channels], means; nil if the model sees none
	Rewards, RewardDeviations []float32   // [steps], of the reward on arrival; that at step 0 has no meaning
	Continuations             []float32   // [steps]: the probability that the episode goes on; nil if the model always says so
	Divergences               [][]float32 // [context][variable]: KL of posterior and prior of each latent variable, nats
}
