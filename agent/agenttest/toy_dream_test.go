package agenttest

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
)

// Dreamer is that of a model in which every action is added to the last observation, and samples lie apart
// more and more. Where the weight comes in does not matter: a dream has to follow it.
func (l *toyLearner) Dreamer(span agent.Span) (agent.Dreamer, error) {
	if err := span.Validate(); err != nil && l.fault != "dreams over any span" {
		return nil, err
	}
	return func(s agent.Segment) (agent.Dream, error) {
		if err := s.Validate(l.sizes, span); err != nil {
			if l.fault == "dreams of any segment" {
				err = nil
			}
			return agent.Dream{}, err
		}
		return l.dream(s, span), nil
	}, nil
}

func (l *toyLearner) dream(s agent.Segment, span agent.Span) agent.Dream {
	var d agent.Dream
	last := make([]float32, l.sizes.Observation)
	for step, seen := range s.Observations {
		row, apart := make([]float32, l.sizes.Observation), float32(0)
		switch {
		case step < span.Context || l.fault == "peeks":
			copy(row, seen)
			if l.fault == "reconstructs less with a horizon" && span.Horizon > 0 {
				row[0]++
			}
		default:
			copy(row, last)
			if l.fault != "ignores actions" {
				for i, x := range s.Actions[step-1] {
					row[0] += float32(i) * x
				}
			}
			apart = float32(step)
		}
		if step < span.Context {
			d.Divergences = append(d.Divergences, []float32{l.Weight.Data[0] * l.Weight.Data[0]})
		}
		copy(last, row)
		d.Observations = append(d.Observations, row)
		d.Deviations = append(d.Deviations, []float32{apart, apart, apart})
		d.Rewards, d.RewardDeviations = append(d.Rewards, row[0]), append(d.RewardDeviations, apart)
		d.Continuations = append(d.Continuations, 1)
	}
	return l.spoil(d)
}

// spoil gives a dream its fault.
func (l *toyLearner) spoil(d agent.Dream) agent.Dream {
	switch l.fault {
	case "dreams at random":
		d.Rewards[0] = rand.Float32()
	case "dreams with few numbers":
		d.Observations[0] = d.Observations[0][1:]
	case "dreams no number":
		d.Rewards[1] = float32(math.NaN())
	case "dreams too short":
		d.Rewards = d.Rewards[1:]
	case "continues for sure twice":
		d.Continuations[0] = 2
	case "negative deviation":
		d.RewardDeviations[0] = -1
	case "unsure of what it saw":
		d.Deviations[0][0] = 1
	case "learns from dreams":
		l.Weight.Data[0]++
	case "dreams as it was":
		for i := range d.Divergences {
			d.Divergences[i] = []float32{0}
		}
	}
	return d
}
