package agenttest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/agent"
)

// act returns the action chosen at the beginning of an episode, in memory of its own.
func act(policy agent.Policy, observation agent.Observation, occasion uint64, deterministic bool) agent.Action {
	return actWith(policy, observation, make([]float32, policy.StateSize()), occasion, deterministic)
}

// actWith returns the action chosen with a state, in memory of its own.
func actWith(policy agent.Policy, observation agent.Observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	action := policy.Act(observation, state, occasion, deterministic)
	action.Values, action.State = slices.Clone(action.Values), slices.Clone(action.State)
	return action
}

func same(a, b agent.Action) bool {
	return a.LogProbability == b.LogProbability && slices.Equal(a.Values, b.Values) && slices.Equal(a.State, b.State)
}

// alike tells whether actions that should differ do not: no two of numbers may be the same, but choices are so few
// that only all of them may not.
func (s suite) alike(actions []agent.Action) bool {
	for i, a := range actions {
		equal := func(b agent.Action) bool { return slices.Equal(a.Values, b.Values) }
		if !s.sizes.Discrete && slices.ContainsFunc(actions[:i], equal) {
			return true
		}
		if s.sizes.Discrete && !equal(actions[0]) {
			return false
		}
	}
	return s.sizes.Discrete
}

// checkAction tells what is wrong with an action.
func (s suite) checkAction(action agent.Action) error {
	if len(action.Values) != s.sizes.Action {
		return fmt.Errorf("the action has %d elements, want %d", len(action.Values), s.sizes.Action)
	}
	for _, x := range append(action.Values, action.LogProbability) {
		if !finite(float64(x)) {
			return fmt.Errorf("the action %v has the log-probability %v", action.Values, action.LogProbability)
		}
	}
	if s.sizes.Discrete && !(oneHot(action.Values) && action.LogProbability <= 1e-6) {
		return fmt.Errorf("the choice %v has the log-probability %v, want a one-hot row and at most 0", action.Values, action.LogProbability)
	}
	return nil
}

// oneHot tells whether row is 1 in one place and 0 in all others.
func oneHot(row []float32) bool {
	ones := 0
	for _, x := range row {
		if x == 1 {
			ones++
		} else if x != 0 {
			return false
		}
	}
	return ones == 1
}

// checkMemory: what a policy remembers is in the state alone. It is of the size that is told, depends on
// what was seen before, decides what is done, and is not changed but by the caller.
func (s suite) checkMemory() error {
	_, policy, err := s.policy(1)
	if err != nil {
		return err
	}
	size, rows := policy.StateSize(), s.observations()
	var last []agent.Action // of two episodes that differ in their first observation
	for first := range 2 {
		before := act(policy, rows[first], 1, true)
		kept := slices.Clone(before.State)
		after := actWith(policy, rows[2], before.State, 1, true)
		if len(before.State) != size || len(after.State) != size {
			return fmt.Errorf("the states have %d and %d numbers, want %d", len(before.State), len(after.State), size)
		}
		if slices.ContainsFunc(after.State, func(x float32) bool { return !finite(float64(x)) }) {
			return fmt.Errorf("the state is %v", after.State)
		}
		if !slices.Equal(kept, before.State) {
			return errors.New("acting changed the state that it was given")
		}
		if again := actWith(policy, rows[2], before.State, 1, true); !same(after, again) {
			return fmt.Errorf("with one state the action is %+v and %+v: there is some other memory", after, again)
		}
		last = append(last, after)
	}
	if size > 0 && slices.Equal(last[0].Values, last[1].Values) && last[0].LogProbability == last[1].LogProbability {
		return errors.New("the action does not depend on what was seen before")
	}
	return nil
}

// policy returns the policy of a trained learner.
func (s suite) policy(seed uint64) (*trainee, agent.Policy, error) {
	t, err := s.trained(seed, nil)
	if err != nil {
		return nil, nil, err
	}
	policy, err := t.Policy()
	return t, policy, err
}

// checkMode: a deterministic action depends on the observation alone.
func (s suite) checkMode() error {
	_, policy, err := s.policy(1)
	if err != nil {
		return err
	}
	var all []agent.Action
	for _, observation := range s.observations() {
		kept := agent.Observation{Numbers: slices.Clone(observation.Numbers), Image: slices.Clone(observation.Image)}
		action := act(policy, observation, 1, true)
		if err := s.checkAction(action); err != nil {
			return err
		}
		for _, occasion := range []uint64{1, 2, 1 << 40} {
			act(policy, s.observations()[0], occasion, false)
			if again := act(policy, observation, occasion, true); !same(action, again) {
				return fmt.Errorf("the deterministic action is %+v and %+v at one observation", action, again)
			}
		}
		if !slices.Equal(observation.Numbers, kept.Numbers) || !slices.Equal(observation.Image, kept.Image) {
			return errors.New("acting changed the observation")
		}
		all = append(all, action)
	}
	if s.alike(all) {
		return errors.New("the deterministic action does not depend on the observation")
	}
	return nil
}

// checkSample: a random action is a function of the observation and the occasion, and of nothing
// that happened before.
func (s suite) checkSample() error {
	t, policy, err := s.policy(1)
	if err != nil {
		return err
	}
	other, err := t.Policy()
	if err != nil {
		return err
	}
	rows := s.observations()
	var actions [2][]agent.Action // in each of two states
	for occasion := range uint64(2 * len(rows)) {
		action := act(policy, rows[occasion%2], occasion, false)
		if err := s.checkAction(action); err != nil {
			return err
		}
		actions[occasion%2] = append(actions[occasion%2], action)
	}
	for i, inOne := range actions {
		if s.alike(inOne) {
			return errors.New("the random action does not depend on the occasion")
		}
		for j, action := range slices.Backward(inOne) {
			if again := act(other, rows[i], uint64(2*j+i), false); !same(action, again) {
				return fmt.Errorf("the random action is %+v and %+v on one occasion", action, again)
			}
		}
	}
	return nil
}

// checkPolicySeed: with the same parameters, policies of different seeds explore differently.
func (s suite) checkPolicySeed() error {
	one, first, err := s.policy(1)
	if err != nil {
		return err
	}
	two, second, err := s.policy(2)
	if err != nil {
		return err
	}
	if err := two.tree().CopyFrom(one.tree()); err != nil {
		return err
	}
	second.Refresh()
	rows := s.observations()
	if a, b := act(first, rows[0], 1, true), act(second, rows[0], 1, true); !same(a, b) {
		return fmt.Errorf("with the same parameters the deterministic action is %+v and %+v", a, b)
	}
	for occasion := range uint64(len(rows)) {
		if !slices.Equal(act(first, rows[0], occasion, false).Values, act(second, rows[0], occasion, false).Values) {
			return nil
		}
	}
	return errors.New("policies of two seeds draw the same random actions")
}

// modes are the deterministic actions at the suite's observations.
func (s suite) modes(policy agent.Policy) []agent.Action {
	var all []agent.Action
	for _, observation := range s.observations() {
		all = append(all, act(policy, observation, 1, true))
	}
	return all
}

// checkRefresh: a policy keeps its parameters until Refresh, and has the learner's from then on.
func (s suite) checkRefresh() error {
	t, policy, err := s.policy(1)
	if err != nil {
		return err
	}
	before := s.modes(policy)
	if err := t.learn(updates); err != nil {
		return err
	}
	if kept := s.modes(policy); !slices.EqualFunc(before, kept, same) {
		return fmt.Errorf("without Refresh the actions went from %+v to %+v", before, kept)
	}
	policy.Refresh()
	refreshed := s.modes(policy)
	if slices.EqualFunc(before, refreshed, same) {
		return errors.New("after some updates and Refresh the policy acts as before")
	}
	fresh, err := t.Policy()
	if err != nil {
		return err
	}
	if want := s.modes(fresh); !slices.EqualFunc(refreshed, want, same) {
		return fmt.Errorf("a refreshed policy chooses %+v, a new one %+v", refreshed, want)
	}
	return nil
}
