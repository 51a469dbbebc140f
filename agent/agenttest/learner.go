package agenttest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// checkPresets: there is a default, each preset is valid, and no two callers share one.
func (s suite) checkPresets() error {
	if _, ok := s.algorithm.Presets["default"]; !ok {
		return errors.New(`there is no preset "default"`)
	}
	for name, preset := range s.algorithm.Presets {
		config := preset()
		if err := config.Validate(); err != nil {
			return fmt.Errorf("preset %q: %w", name, err)
		}
		if schedule := config.Schedule(); schedule.Warmup < 0 || schedule.StepsPerUpdate < 1 {
			return fmt.Errorf("preset %q has the schedule %+v", name, schedule)
		}
		if config == preset() {
			return fmt.Errorf("preset %q returns the same memory twice", name)
		}
	}
	return s.preset().Validate()
}

// foreign is the configuration of some other algorithm.
type foreign struct{ agent.Config }

func (s suite) checkForeignConfig() error {
	if _, err := s.algorithm.New(&foreign{s.preset()}, s.sizes, 1, nil); err == nil {
		return errors.New("a learner was made from the configuration of another algorithm")
	}
	return nil
}

// checkParts: names tell parameters apart, and stay with the same parameters.
func (s suite) checkParts() error {
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	before := t.tree()
	seen := map[string]bool{}
	for _, part := range t.Parts() {
		if part.Name == "" || len(part.Tree) == 0 || seen[part.Name] {
			return fmt.Errorf("part %q has %d parameters, and a name that is empty or not its own", part.Name, len(part.Tree))
		}
		seen[part.Name] = true
	}
	for _, named := range before {
		if seen[named.Name] {
			return fmt.Errorf("two parameters are called %q", named.Name)
		}
		seen[named.Name] = true
	}
	if err := t.learn(updates); err != nil {
		return err
	}
	if !slices.Equal(before, t.tree()) {
		return errors.New("the parts are not the same parameters after some updates")
	}
	return nil
}

// checkMetrics: finite numbers under the same names in the same order, and a count of the updates.
func (s suite) checkMetrics() error {
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	var names []string
	for update := range int64(updates) {
		if err := t.learn(1); err != nil {
			return err
		}
		if t.Updates() != update+1 {
			return fmt.Errorf("%d updates are counted, %d were made", t.Updates(), update+1)
		}
		metrics := t.Metrics()
		if update == 0 {
			names = namesOf(metrics)
		}
		if !slices.Equal(namesOf(metrics), names) || len(names) == 0 {
			return fmt.Errorf("the metrics are %v after update %d, were %v", namesOf(metrics), update+1, names)
		}
		if err := finiteMetrics(metrics); err != nil {
			return err
		}
	}
	return nil
}

func namesOf(metrics track.Metrics) []string {
	var names []string
	for _, metric := range metrics {
		names = append(names, metric.Name)
	}
	return names
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func finiteMetrics(metrics track.Metrics) error {
	for _, metric := range metrics {
		if !finite(metric.Value) {
			return fmt.Errorf("metric %s is %v", metric.Name, metric.Value)
		}
	}
	return nil
}

// checkEmptyReplay: without experience a step is an error, and nothing has happened, whichever
// update it would have been.
func (s suite) checkEmptyReplay() error {
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	table, err := newTable(t.layout)
	if err != nil {
		return err
	}
	empty, err := replay.NewSampler(1, table)
	if err != nil {
		return err
	}
	for range updates {
		before, count := t.snapshot(), t.Updates()
		if t.Step(empty) == nil {
			return errors.New("a step without experience is no error")
		}
		if name, found := different(before, t.tree()); found || t.Updates() != count {
			return fmt.Errorf("a step without experience, after %d updates, changed something: %s, %d updates", count, name, t.Updates())
		}
		if err := t.learn(1); err != nil {
			return err
		}
	}
	return nil
}

// checkSeeds: the seed decides everything.
func (s suite) checkSeeds() error {
	var trees []grad.Tree
	for _, seed := range []uint64{1, 1, 2} {
		t, err := s.trained(seed, nil)
		if err != nil {
			return err
		}
		trees = append(trees, t.tree())
	}
	if name, found := different(trees[0], trees[1]); found {
		return fmt.Errorf("two learners of one seed differ: %s", name)
	}
	if _, found := different(trees[0], trees[2]); !found {
		return errors.New("learners of different seeds are the same")
	}
	return nil
}

// checkWorkers: more workers change no bit.
func (s suite) checkWorkers() error {
	alone, err := s.trained(1, nil)
	if err != nil {
		return err
	}
	workers := grad.NewWorkers(2)
	defer workers.Close()
	together, err := s.trained(1, workers)
	if err != nil {
		return err
	}
	if name, found := different(alone.tree(), together.tree()); found {
		return fmt.Errorf("one worker and two learn different things: %s", name)
	}
	return nil
}

// checkResume: a new learner with the parts of another, its number of updates and its sampler's
// position goes on exactly as the other does. This is what proves that the parts are complete.
func (s suite) checkResume() error {
	for first := range updates {
		whole, err := s.trainee(1, nil)
		if err != nil {
			return err
		}
		resumed, err := s.trainee(1, nil)
		if err != nil {
			return err
		}
		if err := whole.learn(first); err != nil {
			return err
		}
		if err := resumed.tree().CopyFrom(whole.tree()); err != nil {
			return err
		}
		resumed.Resume(whole.Updates())
		resumed.sampler.Draw = whole.sampler.Draw
		if err := errors.Join(whole.learn(updates-first), resumed.learn(updates-first)); err != nil {
			return err
		}
		if name, found := different(whole.tree(), resumed.tree()); found || whole.Updates() != resumed.Updates() {
			return fmt.Errorf("a learner resumed after %d updates ends with other parameters: %s", first, name)
		}
	}
	return nil
}

// checkHugeRewards: numbers that overflow are reported, not learned in silence.
func (s suite) checkHugeRewards() error {
	if _, err := newSampler(s.sizes, math.NaN(), s.sizes.Layout(0)); err == nil {
		return errors.New("replay took a reward that is no number")
	}
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	if t.sampler, err = newSampler(s.sizes, 1e30, t.layout); err != nil {
		return err
	}
	for range updates {
		if t.learn(1) != nil {
			return nil
		}
		if err := finiteMetrics(t.Metrics()); err != nil {
			return fmt.Errorf("without an error: %w", err)
		}
		for _, named := range t.tree() {
			if slices.ContainsFunc(named.Data, func(x float32) bool { return !finite(float64(x)) }) {
				return fmt.Errorf("without an error: %s is not finite", named.Name)
			}
		}
	}
	return nil
}

// checkAllocation: once everything is in place, learning and acting take no memory.
func (s suite) checkAllocation() error {
	t, err := s.trained(1, nil)
	if err != nil {
		return err
	}
	policy, err := t.Policy()
	if err != nil {
		return err
	}
	observation, state := s.observations()[0], make([]float32, policy.StateSize())
	for what, do := range map[string]func(){
		"Step":            func() { err = errors.Join(err, t.learn(1)) },
		"Metrics":         func() { t.Metrics() },
		"Act":             func() { policy.Act(observation, state, 1, false) },
		"Act in its mode": func() { policy.Act(observation, state, 1, true) },
		"Refresh":         policy.Refresh,
	} {
		if n := testing.AllocsPerRun(2*updates, do); n > 0 {
			err = errors.Join(err, fmt.Errorf("%s allocates %v times", what, n))
		}
	}
	return err
}
