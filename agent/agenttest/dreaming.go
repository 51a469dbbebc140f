package agenttest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/reverie-rl/reverie/agent"
)

// span of the dreams that are checked.
var span = agent.Span{Context: 3, Horizon: 4, Samples: 5}

// Segment returns so many steps of an episode of a task of these sizes, as random as they can be.
func Segment(sizes agent.Sizes, steps int) agent.Segment {
	random := rand.New(rand.NewPCG(5, 6))
	var s agent.Segment
	for step := range steps {
		s.Observations = append(s.Observations, normal(random, sizes.Observation, 1))
		if size := sizes.Image.Bytes(); size > 0 {
			s.Pictures = append(s.Pictures, noise(random, size))
		}
		action := randomAction(sizes, random)
		if step < steps-1 {
			s.Actions = append(s.Actions, action)
		}
	}
	return s
}

// checkDreams: what a learner with a model dreams is a function of the parameters, the seed and the segment's
// context and actions, and dreaming changes nothing.
func (s suite) checkDreams() error {
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	learner, ok := t.Learner.(agent.Dreaming)
	if !ok {
		return nil
	}
	if err := t.learn(updates); err != nil {
		return err
	}
	dreamer, err := learner.Dreamer(span)
	if err != nil {
		return err
	}
	short, err := learner.Dreamer(agent.Span{Context: span.Context, Samples: 1})
	if err != nil {
		return err
	}
	return errors.Join(checkDream(t, dreamer), checkOpenLoop(s.sizes, dreamer), checkNoHorizon(s.sizes, dreamer, short),
		checkForeignSpans(learner), checkForeignSegments(s.sizes, dreamer), checkDreamsFollow(t, dreamer))
}

// checkDream: a dream is of the sizes of the task, the same again, and no matter to the learner.
func checkDream(t *trainee, dreamer agent.Dreamer) error {
	before := t.snapshot()
	dream, err := dreamer(Segment(t.sizes, span.Steps()))
	if err != nil {
		return err
	}
	if err := checkNumbers(t.sizes, dream, span.Steps()); err != nil {
		return err
	}
	another, err := t.Learner.(agent.Dreaming).Dreamer(span)
	if err != nil {
		return err
	}
	for _, dreamer := range []agent.Dreamer{dreamer, another} {
		if again, err := dreamer(Segment(t.sizes, span.Steps())); err != nil || !reflect.DeepEqual(again, dream) {
			return fmt.Errorf("two dreams of one segment differ: %+v and %+v (%v)", dream, again, err)
		}
	}
	if name, found := different(before, t.tree()); found {
		return fmt.Errorf("dreaming changed the learner: %s", name)
	}
	return nil
}

// checkDreamsFollow: a dream is of the parameters as they are.
func checkDreamsFollow(t *trainee, dreamer agent.Dreamer) error {
	before, err := dreamer(Segment(t.sizes, span.Steps()))
	if err != nil {
		return err
	}
	if err := t.learn(updates); err != nil {
		return err
	}
	if after, err := dreamer(Segment(t.sizes, span.Steps())); err != nil || reflect.DeepEqual(after, before) {
		return fmt.Errorf("after some updates the dream is the same (%v)", err)
	}
	return nil
}

// checkNumbers tells what is wrong with a dream of so many steps, more than the context.
func checkNumbers(sizes agent.Sizes, d agent.Dream, steps int) error {
	if len(d.Pictures) > 0 != (sizes.Image.Bytes() > 0) {
		return fmt.Errorf("the dream has %d pictures of a task with pictures of %d bytes", len(d.Pictures), sizes.Image.Bytes())
	}
	lengths := []int{len(d.Observations), len(d.Deviations), len(d.Rewards), len(d.RewardDeviations)}
	if d.Continuations != nil {
		lengths = append(lengths, len(d.Continuations))
	}
	if slices.ContainsFunc(lengths, func(n int) bool { return n != steps }) || len(d.Divergences) != span.Context {
		return fmt.Errorf("the dream of %d steps has %v, and divergences of %d steps, want %d", steps, lengths, len(d.Divergences), span.Context)
	}
	for _, picture := range d.Pictures {
		if len(picture) != sizes.Image.Bytes() {
			return fmt.Errorf("a picture of the dream has %d bytes, want %d", len(picture), sizes.Image.Bytes())
		}
	}
	for _, row := range slices.Concat(d.Observations, d.Deviations) {
		if len(row) != sizes.Observation {
			return fmt.Errorf("an observation of the dream has %d numbers, want %d", len(row), sizes.Observation)
		}
	}
	positive := slices.Concat(append(slices.Concat(d.Deviations, d.Divergences), d.RewardDeviations)...)
	for _, x := range slices.Concat(append(slices.Clone(d.Observations), positive, d.Rewards)...) {
		if !finite(float64(x)) {
			return fmt.Errorf("a number of the dream is %v", x)
		}
	}
	if lowest := slices.Min(positive); lowest < -1e-5 {
		return fmt.Errorf("a deviation or a divergence of the dream is %v", lowest)
	}
	if slices.ContainsFunc(d.Continuations, func(p float32) bool { return !(p >= 0 && p <= 1) }) {
		return fmt.Errorf("the probabilities that the episode goes on are %v", d.Continuations)
	}
	if apart := slices.Max(append(slices.Concat(d.Deviations[:span.Context]...), 0)); apart > 1e-4 {
		return fmt.Errorf("the greatest deviation between samples in the context is %v, want 0", apart)
	}
	return nil
}

// disturb changes what is seen at a step.
func disturb(s agent.Segment, step int) {
	if len(s.Observations[step]) > 0 {
		s.Observations[step][0]++
		return
	}
	for i := range s.Pictures[step] {
		s.Pictures[step][i] ^= 0xff
	}
}

// checkOpenLoop: actions count, observations behind the context do not.
func checkOpenLoop(sizes agent.Sizes, dreamer agent.Dreamer) error {
	last := span.Steps() - 1
	for what, c := range map[string]struct {
		change func(agent.Segment)
		counts bool
	}{
		"an observation behind the context": {func(s agent.Segment) { disturb(s, span.Context) }, false},
		"the last of the context":           {func(s agent.Segment) { disturb(s, span.Context-1) }, true},
		"the last action":                   {func(s agent.Segment) { rotate(s.Actions[last-1]) }, true},
	} {
		plain, changed := Segment(sizes, span.Steps()), Segment(sizes, span.Steps())
		c.change(changed)
		before, err := dreamer(plain)
		if err != nil {
			return err
		}
		after, err := dreamer(changed)
		if err != nil {
			return err
		}
		same := reflect.DeepEqual(before.Observations[last], after.Observations[last])
		if sizes.Observation == 0 { // pictures are too coarse to tell
			same = before.Rewards[last] == after.Rewards[last]
		}
		if same == c.counts {
			return fmt.Errorf("%s was changed; that the last prediction follows is %v, want %v", what, !c.counts, c.counts)
		}
	}
	return nil
}

// rotate moves every number of an action one place to the left, which makes another choice of a one-hot row.
func rotate(action []float32) { copy(action, append(slices.Clone(action[1:]), action[0])) }

// checkNoHorizon: a dream without a horizon is the reconstruction of the filtered states, and with one it
// begins with it. That of a shorter segment is a part of that of a longer one.
func checkNoHorizon(sizes agent.Sizes, long, short agent.Dreamer) error {
	whole, part := Segment(sizes, span.Steps()), Segment(sizes, span.Steps())
	part.Observations, part.Actions = part.Observations[:span.Context], part.Actions[:span.Context-1]
	part.Pictures = part.Pictures[:min(span.Context, len(part.Pictures))]
	dream, err := long(whole)
	if err != nil {
		return err
	}
	for _, dreamer := range []agent.Dreamer{short, long} {
		other, err := dreamer(part)
		if err != nil {
			return err
		}
		if len(other.Observations) != span.Context || len(other.Divergences) != span.Context {
			return fmt.Errorf("the dream of %d steps has %d, and %d divergences", span.Context, len(other.Observations), len(other.Divergences))
		}
		for step := range span.Context {
			if !closeTo(other.Observations[step], dream.Observations[step]) || !closeTo(other.Divergences[step], dream.Divergences[step]) {
				return fmt.Errorf("step %d of the context is %v without a horizon, and %v with one", step, other.Observations[step], dream.Observations[step])
			}
		}
		if !closeTo(other.Rewards, dream.Rewards[:span.Context]) {
			return fmt.Errorf("the rewards in the context are %v without a horizon, and %v with one", other.Rewards, dream.Rewards)
		}
	}
	return nil
}

// closeTo tells whether two rows are the same up to rounding.
func closeTo(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) <= 1e-4*(1+math.Abs(float64(y))) })
}

// checkForeignSpans: spans that make no sense are errors.
func checkForeignSpans(learner agent.Dreaming) error {
	for _, wrong := range []agent.Span{{Horizon: 1, Samples: 1}, {Context: 1, Horizon: -1, Samples: 1}, {Context: 1, Horizon: 1}} {
		if _, err := learner.Dreamer(wrong); err == nil {
			return fmt.Errorf("the span %+v is no error", wrong)
		}
	}
	return nil
}

// cut takes the first number, or byte, from what is seen at a step.
func cut(s *agent.Segment, step int) {
	if len(s.Observations[step]) > 0 {
		s.Observations[step] = s.Observations[step][1:]
		return
	}
	s.Pictures[step] = s.Pictures[step][1:]
}

// checkForeignSegments: segments that are not of the task, or too long, are errors.
func checkForeignSegments(sizes agent.Sizes, dreamer agent.Dreamer) error {
	for what, change := range map[string]func(s *agent.Segment){
		"of no steps":                  func(s *agent.Segment) { *s = agent.Segment{} },
		"with a step too many":         func(s *agent.Segment) { *s = Segment(sizes, span.Steps()+1) },
		"with an action too many":      func(s *agent.Segment) { s.Actions = append(s.Actions, s.Actions[0]) },
		"with an observation cut off":  func(s *agent.Segment) { cut(s, 1) },
		"with an action of one number": func(s *agent.Segment) { s.Actions[1] = s.Actions[1][1:] },
	} {
		wrong := Segment(sizes, span.Steps())
		change(&wrong)
		if _, err := dreamer(wrong); err == nil {
			return errors.New("a segment " + what + " is no error")
		}
	}
	return nil
}
