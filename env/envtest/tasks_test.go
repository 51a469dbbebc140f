package envtest

import (
	"errors"
	"math"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// taskFault is a way in which a walker of several tasks breaks the contract.
type taskFault int

const (
	noTaskFault taskFault = iota
	oneTask
	sameTasks
	taskNotLast
	taskUnnamed
	notOneHot
	twoAsked
	taskChanges
	firstHasRewards
	fewRewards
	rewardOfAnother
	infiniteRewards
	neverDrawn
	rewardsOfOthers
	taskOfOthers
	rewardsOfTrustsAll
	noRewardsOf
)

// errand is a walker that is asked to be left or right of the origin, and that has the number of the task among
// its physics. It is correct but for its fault.
type errand struct {
	*walker
	fault   taskFault
	task    int
	row     []float64
	rewards []float64
}

// errands returns a maker of errands with a fault.
func errands(f taskFault) func(uint64) (env.Environment, error) {
	return func(seed uint64) (env.Environment, error) {
		made, err := walkers(none)(seed)
		e := &errand{made.(*walker), f, 0, make([]float64, 2), make([]float64, 2)}
		if f == noRewardsOf {
			return struct {
				env.MultiTask
				env.Relabeller
			}{e, e}, err
		}
		return e, err
	}
}

func (e *errand) Tasks() []string {
	switch e.fault {
	case oneTask:
		return []string{"left"}
	case sameTasks:
		return []string{"left", "left"}
	}
	return []string{"left", "right"}
}

func (e *errand) Observations() []env.Spec {
	told := env.Spec{Name: env.TaskName, Shape: []int{2}}
	switch e.fault {
	case taskUnnamed:
		told.Name = "errand"
	case taskNotLast:
		return append([]env.Spec{told}, e.walker.Observations()...)
	}
	return append(e.walker.Observations(), told)
}

func (e *errand) Reset() (env.TimeStep, error) {
	step, err := e.walker.Reset()
	e.task = 0
	if e.random.Float64() < 0.5 && e.fault != neverDrawn {
		e.task = 1
	}
	step = e.told(step)
	if e.fault == firstHasRewards {
		step.Rewards = e.rewards
	}
	return step, err
}

func (e *errand) Step(action []float64) (env.TimeStep, error) {
	if !e.playing {
		return e.Reset()
	}
	step, err := e.walker.Step(action)
	if err != nil {
		return step, err
	}
	if e.fault == taskChanges && e.count == walkLimit/2 {
		e.task = 1 - e.task
	}
	step.Rewards = errandRewards(e.position, e.rewards)
	step.Reward = step.Rewards[e.task]
	switch e.fault {
	case fewRewards:
		step.Rewards = step.Rewards[:1]
	case rewardOfAnother:
		step.Reward = step.Rewards[1-e.task]
	case infiniteRewards:
		step.Rewards[1-e.task] = math.Inf(1)
	}
	return e.told(step), nil
}

// errandRewards writes the rewards at a position.
func errandRewards(position float64, into []float64) []float64 {
	into[0], into[1] = -position, position
	return into
}

// told is a step with the row that tells the task.
func (e *errand) told(step env.TimeStep) env.TimeStep {
	clear(e.row)
	e.row[e.task] = 1
	switch e.fault {
	case notOneHot:
		e.row[e.task] = 0.5
	case twoAsked:
		e.row[0], e.row[1] = 1, 1
	case taskNotLast:
		step.Observation = append(env.Observation{{Float64: e.row}}, step.Observation...)
		return step
	}
	step.Observation = append(step.Observation, env.Array{Float64: e.row})
	return step
}

func (e *errand) Save() ([]byte, error) {
	state, err := e.walker.Save()
	return append([]byte{byte(e.task)}, state...), err
}

func (e *errand) Restore(state []byte) error {
	if len(state) == 0 || state[0] > 1 {
		return errors.New("no task")
	}
	if err := e.walker.Restore(state[1:]); err != nil {
		return err
	}
	e.task = int(state[0])
	return nil
}

func (e *errand) PhysicsSpec() env.PhysicsSpec { return env.PhysicsSpec{Model: "walker", Size: 2} }

// Physics writes the position and the task.
func (e *errand) Physics(into []float64) error {
	if err := e.PhysicsSpec().CheckSize(into); err != nil {
		return err
	}
	into[0], into[1] = e.position, float64(e.task)
	return nil
}

func (e *errand) RewardOf(physics []float64) (reward, discount float64, err error) {
	if err := e.PhysicsSpec().CheckPhysics(physics); err != nil {
		return 0, 0, err
	}
	return errandRewards(physics[0], make([]float64, 2))[int(physics[1])], 1, nil
}

func (e *errand) RewardsOf(physics, into []float64) (task int, err error) {
	if e.fault == rewardsOfTrustsAll && (len(physics) != 2 || physics[1]-physics[1] != 0) {
		return 0, nil
	}
	if err := e.PhysicsSpec().CheckPhysics(physics); err != nil {
		return 0, err
	}
	errandRewards(physics[0], into)
	task = int(physics[1])
	switch e.fault {
	case rewardsOfOthers:
		into[1-task]++
	case taskOfOthers:
		task = 1 - task
	}
	return task, nil
}

// brokenTasks says which rule catches which fault of several tasks.
var brokenTasks = map[taskFault]struct{ name, rule string }{
	oneTask:            {"a list of one task", "of several tasks, one is told"},
	sameTasks:          {"two tasks of one name", "of several tasks, one is told"},
	taskNotLast:        {"the task is told first", "of several tasks, one is told"},
	taskUnnamed:        {"the task is told under another name", "of several tasks, one is told"},
	notOneHot:          {"the task is told by a half", "of several tasks, one is told"},
	twoAsked:           {"two tasks are told", "of several tasks, one is told"},
	taskChanges:        {"the task changes in an episode", "of several tasks, one is told"},
	firstHasRewards:    {"FIRST has rewards", "of several tasks, one is told"},
	fewRewards:         {"a reward is missing", "of several tasks, one is told"},
	rewardOfAnother:    {"the reward is another task's", "of several tasks, one is told"},
	infiniteRewards:    {"an infinite reward of another task", "of several tasks, one is told"},
	neverDrawn:         {"a task is never drawn", "of several tasks, each is drawn"},
	rewardsOfOthers:    {"RewardsOf gives another reward", "the physics of a step"},
	taskOfOthers:       {"RewardsOf tells another task", "the physics of a step"},
	rewardsOfTrustsAll: {"RewardsOf accepts whatever it gets", "bad physics"},
	noRewardsOf:        {"a Relabeller of one reward", "the physics of a step"},
}

func TestSeveralTasksPass(t *testing.T) {
	for _, finding := range Check(errands(noTaskFault)) {
		if finding.Failed() {
			t.Errorf("%s: %v", finding.Rule, finding.Err)
		}
	}
}

func TestEveryFaultOfSeveralTasksIsCaught(t *testing.T) {
	for f := noTaskFault + 1; f <= noRewardsOf; f++ {
		want, ok := brokenTasks[f]
		if !ok {
			t.Fatalf("fault %d has no entry in the table", f)
		}
		t.Run(want.name, func(t *testing.T) {
			if !fails(Check(errands(f)), want.rule) {
				t.Errorf("no finding of a rule that begins with %q", want.rule)
			}
		})
	}
}

// rewarded is a walker that gives Rewards and is no MultiTask.
type rewarded struct{ env.Environment }

func (r rewarded) Step(action []float64) (env.TimeStep, error) {
	step, err := r.Environment.Step(action)
	step.Rewards = []float64{step.Reward}
	return step, err
}

func TestRewardsOfOneTaskAreCaught(t *testing.T) {
	findings := Check(func(seed uint64) (env.Environment, error) {
		e, err := walkers(none)(seed)
		return rewarded{e}, err
	})
	if !fails(findings, "of several tasks, one is told") {
		t.Error("a list of rewards of an environment that is no MultiTask passed")
	}
}
