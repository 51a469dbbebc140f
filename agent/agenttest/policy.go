package agenttest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/agent"
)

// act returns the chosen action in memory of its own.
func act(policy agent.Policy, observation []float32, occasion uint64, deterministic bool) agent.Action {
	action := policy.Act(observation, occasion, deterministic)
	action.Values = slices.Clone(action.Values)
	return action
}

func same(a, b agent.Action) bool {
	return a.LogProbability == b.LogProbability && slices.Equal(a.Values, b.Values)
}

// checkAction tells what is wrong with an action.
func checkAction(action agent.Action) error {
	if len(action.Values) != sizes.Action {
		return fmt.Errorf("the action has %d elements, want %d", len(action.Values), sizes.Action)
	}
	for _, x := range append(action.Values, action.LogProbability) {
		if !finite(float64(x)) {
			return fmt.Errorf("the action %v has the log-probability %v", action.Values, action.LogProbability)
		}
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
	for i, observation := range observations() {
		kept := slices.Clone(observation)
		action := act(policy, observation, 1, true)
		if err := checkAction(action); err != nil {
			return err
		}
		for _, occasion := range []uint64{1, 2, 1 << 40} {
			act(policy, observations()[0], occasion, false)
			if again := act(policy, observation, occasion, true); !same(action, again) {
				return fmt.Errorf("the deterministic action is %+v and %+v at one observation", action, again)
			}
		}
		if !slices.Equal(observation, kept) {
			return errors.New("acting changed the observation")
		}
		if i > 0 && same(action, first[0]) {
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
	rows := observations()
	var actions []agent.Action
	for occasion := range uint64(8) {
		action := act(policy, rows[occasion%2], occasion, false)
		if err := checkAction(action); err != nil {
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
	observation := observations()[0]
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
	observation := observations()[0]
	before := act(policy, observation, 1, true)
	if err := t.learn(updates); err != nil {
		return err
	}
	if kept := act(policy, observation, 1, true); !same(before, kept) {
		return fmt.Errorf("without Refresh the action went from %+v to %+v", before, kept)
	}
	policy.Refresh()
	refreshed := act(policy, observation, 1, true)
	if same(before, refreshed) {
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
