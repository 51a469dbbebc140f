package envtest

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// tasksConform plays some episodes and looks at what is said of the tasks at every step. One task alone has
// no list of rewards, but for that of its objectives.
func tasksConform(c *checker) {
	e := c.open(seed)
	several, ok := e.(env.MultiTask)
	if !ok {
		for _, step := range c.record(e, newSampler(e, actionSeed), shortPlay/4) {
			if step.Rewards != nil && env.Objectives(e) == nil {
				c.failf("a step has %d Rewards, but the environment is no MultiTask and no MultiObjective", len(step.Rewards))
			}
		}
		c.skip("the environment is no MultiTask")
	}
	place := c.demandTasks(several)
	actions, asked := newSampler(e, actionSeed), -1
	for range 5 * shortPlay {
		step := c.step(e, actions.next())
		played := c.played(step.Observation[place].Float64)
		if step.Type == env.First {
			asked = played
		}
		if played != asked {
			c.failf("the task changes from %d to %d within an episode", asked, played)
		}
		c.demandRewards(step, played, len(several.Tasks()))
	}
}

// demandTasks ends the rule unless the tasks have names and the observation that tells which is played. It
// returns the place of that.
func (c *checker) demandTasks(e env.MultiTask) int {
	names := slices.Clone(e.Tasks())
	slices.Sort(names)
	if len(names) < 2 || len(slices.Compact(names)) != len(e.Tasks()) || names[0] == "" {
		c.failf("the tasks are %q, want two or more names, each once", e.Tasks())
	}
	place := env.TaskPlace(e.Observations())
	if place < 0 {
		c.failf("there is no observation of numbers, want the last to be %q", env.TaskName)
	}
	if spec := e.Observations()[place]; spec.Name != env.TaskName || !slices.Equal(spec.Shape, []int{len(e.Tasks())}) {
		c.failf("the last observation of numbers is %q of shape %v, want %q of shape [%d]", spec.Name, spec.Shape, env.TaskName, len(e.Tasks()))
	}
	return place
}

// played is the place of the 1 in a one-hot row.
func (c *checker) played(row []float64) int {
	place := slices.Index(row, 1)
	for i, x := range row {
		if i != place && x != 0 || place < 0 {
			c.failf("the observation %q is %v, want a 1 and zeros", env.TaskName, row)
		}
	}
	return place
}

// demandRewards ends the rule unless a step has the rewards of all tasks, and that of the one that is played.
func (c *checker) demandRewards(step env.TimeStep, played, tasks int) {
	if step.Type == env.First {
		if step.Rewards != nil {
			c.failf("a FIRST step has the Rewards %v, want none", step.Rewards)
		}
		return
	}
	c.demandFinite(step, tasks)
	if !sameBits(step.Reward, step.Rewards[played]) {
		c.failf("Reward is %v, and Rewards has %v for task %d, which is played", step.Reward, step.Rewards[played], played)
	}
}

// demandFinite ends the rule unless a step has so many rewards, all finite.
func (c *checker) demandFinite(step env.TimeStep, count int) {
	if len(step.Rewards) != count {
		c.failf("a %s step has %d Rewards, want %d", step.Type, len(step.Rewards), count)
	}
	for i, reward := range step.Rewards {
		if math.IsNaN(reward) || math.IsInf(reward, 0) {
			c.failf("element %d of the Rewards is %v, must be finite", i, reward)
		}
	}
}

// tasksDrawn begins episodes from a few seeds until every task was played. By chance, one of n tasks is missing
// from 20 n draws with a probability below n exp(-20).
func tasksDrawn(c *checker) {
	several, ok := c.open(seed).(env.MultiTask)
	if !ok {
		c.skip("the environment is no MultiTask")
	}
	place, tasks := c.demandTasks(several), len(several.Tasks())
	drawn := make([]bool, tasks)
	for from := range uint64(4) {
		e := c.open(from)
		for range 5 * tasks {
			drawn[c.played(c.reset(e).Observation[place].Float64)] = true
		}
	}
	if missing := slices.Index(drawn, false); missing >= 0 {
		c.failf("task %d, %s, is never played in %d episodes", missing, several.Tasks()[missing], 20*tasks)
	}
}
