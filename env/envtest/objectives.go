package envtest

import (
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// objectivesConform looks at the rewards of an env.MultiObjective.
func objectivesConform(c *checker) {
	e := c.open(seed)
	names := env.Objectives(e)
	if names == nil {
		c.skip("the environment is no MultiObjective")
	}
	c.demandNames("objectives", names)
	if _, several := e.(env.MultiTask); several {
		c.failf("the environment is a MultiTask and a MultiObjective, and its Rewards can be those of one")
	}
	for _, step := range c.record(e, newSampler(e, actionSeed), shortPlay) {
		if step.Type != env.First {
			c.demandFinite(step, len(names))
		} else if step.Rewards != nil {
			c.failf("a FIRST step has the Rewards %v, want none", step.Rewards)
		}
	}
}

// constraintsConform looks at what an env.Constrained, and no other, tells of constraints.
func constraintsConform(c *checker) {
	e := c.open(seed)
	names := env.Constraints(e)
	for _, step := range c.record(e, newSampler(e, actionSeed), shortPlay) {
		if len(step.Satisfied) != len(names) {
			c.failf("a %s step tells of %d constraints, the environment has %d", step.Type, len(step.Satisfied), len(names))
		}
	}
	if names == nil {
		c.skip("the environment is not Constrained")
	}
	c.demandNames("constraints", names)
}

// demandNames ends the rule unless all names are there, each once.
func (c *checker) demandNames(what string, names []string) {
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	if sorted[0] == "" || len(slices.Compact(sorted)) != len(names) {
		c.failf("the %s are %q, want each named, and once", what, names)
	}
}
