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
	return nil
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
	if size > 0 && slices.Equal(last[0].Values, last[1].Values) {
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
	var first []agent.Action
	for i, observation := range s.observations() {
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
		if i > 0 && slices.Equal(action.Values, first[0].Values) {
			return errors.New("the deterministic action is the same at two observations")
		}
		first = append(first, action)
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
	var actions []agent.Action
	for occasion := range uint64(8) {
		action := act(policy, rows[occasion%2], occasion, false)
		if err := s.checkAction(action); err != nil {
			return err
		}
		if slices.ContainsFunc(actions, func(a agent.Action) bool { return slices.Equal(a.Values, action.Values) }) {
			return errors.New("the random action is the same on two occasions")
		}
		actions = append(actions, action)
	}
	for i, action := range slices.Backward(actions) {
		again := act(other, rows[i%2], uint64(i), false)
		if !same(action, again) {
			return fmt.Errorf("the random action is %+v and %+v on one occasion", action, again)
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
	observation := s.observations()[0]
	if a, b := act(first, observation, 1, true), act(second, observation, 1, true); !same(a, b) {
		return fmt.Errorf("with the same parameters the deterministic action is %+v and %+v", a, b)
	}
	if slices.Equal(act(first, observation, 1, false).Values, act(second, observation, 1, false).Values) {
		return errors.New("policies of two seeds draw the same random action")
	}
	return nil
}

// checkRefresh: a policy keeps its parameters until Refresh, and has the learner's from then on.
func (s suite) checkRefresh() error {
	t, policy, err := s.policy(1)
	if err != nil {
		return err
	}
	observation := s.observations()[0]
	before := act(policy, observation, 1, true)
	if err := t.learn(updates); err != nil {
		return err
	}
	if kept := act(policy, observation, 1, true); !same(before, kept) {
		return fmt.Errorf("without Refresh the action went from %+v to %+v", before, kept)
	}
	policy.Refresh()
	refreshed := act(policy, observation, 1, true)
	if slices.Equal(before.Values, refreshed.Values) {
		return errors.New("after some updates and Refresh the policy acts as before")
	}
	fresh, err := t.Policy()
	if err != nil {
		return err
	}
	if want := act(fresh, observation, 1, true); !same(refreshed, want) {
		return fmt.Errorf("a refreshed policy chooses %+v, a new one %+v", refreshed, want)
	}
	return nil
}
