package wrap

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// Episode is a whole episode.
type Episode struct {
	Steps   []env.TimeStep // from FIRST to LAST
	Actions [][]float64    // action i led from step i to step i+1
}

// Return is the sum of the rewards.
func (e Episode) Return() float64 {
	sum := 0.0
	for _, step := range e.Steps {
		sum += step.Reward
	}
	return sum
}

type recorder struct {
	base
	receive func(Episode)
	episode Episode // so far; empty between episodes
}

// RecordEpisodes hands each episode to receive when its LAST step is reached, before Step returns it.
// The episode is the receiver's to keep. Episodes that Reset abandons are not whole and are dropped.
// A snapshot holds the episode so far.
func RecordEpisodes(inner env.Environment, receive func(Episode)) (env.Environment, error) {
	const kind = "record episodes"
	if receive == nil {
		return nil, fmt.Errorf("wrap: %s: there is no function to receive them", kind)
	}
	return offer(&recorder{base: base{Environment: inner, kind: kind}, receive: receive}), nil
}

func (r *recorder) Reset() (env.TimeStep, error) {
	step, err := r.Environment.Reset()
	if err == nil {
		r.add(step, nil)
	}
	return step, err
}

func (r *recorder) Step(action []float64) (env.TimeStep, error) {
	step, err := r.Environment.Step(action)
	if err == nil {
		r.add(step, action)
	}
	return step, err
}

// add appends step, and action if it was applied.
func (r *recorder) add(step env.TimeStep, action []float64) {
	kept := step
	kept.Rewards, kept.Satisfied, kept.Observation = slices.Clone(step.Rewards), slices.Clone(step.Satisfied), step.Observation.Clone()
	switch {
	case step.Type == env.First:
		r.episode = Episode{}
	case len(r.episode.Steps) == 0:
		return // the environment was wrapped in the middle of an episode
	default:
		r.episode.Actions = append(r.episode.Actions, slices.Clone(action))
	}
	r.episode.Steps = append(r.episode.Steps, kept)
	if step.Type == env.Last {
		whole := r.episode
		r.episode = Episode{}
		r.receive(whole)
	}
}

// The episode so far has no fixed size.
func (r *recorder) save() ([]byte, error) { return json.Marshal(r.episode) }

func (r *recorder) restore(own []byte) error {
	var episode Episode
	if err := json.Unmarshal(own, &episode); err != nil {
		return err
	}
	r.episode = episode
	return nil
}
