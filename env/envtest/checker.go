package envtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// verdict carries the error that ends a rule up to rule.check, so that a rule reads as a list of
// demands. It never leaves the package.
type verdict struct{ error }

// checker opens the environments of one rule and states demands on them.
type checker struct {
	newEnvironment func(seed uint64) (env.Environment, error)
	deterministic  bool
	opened         []env.Environment
}

// failf ends the rule with an error.
func (c *checker) failf(format string, args ...any) {
	panic(verdict{fmt.Errorf(format, args...)})
}

// demand ends the rule if err is not nil.
func (c *checker) demand(err error, format string, args ...any) {
	if err != nil {
		c.failf("%s: %w", fmt.Sprintf(format, args...), err)
	}
}

// skip ends the rule as not applicable.
func (c *checker) skip(why string) { c.failf("%w: %s", ErrNotApplicable, why) }

// open makes an environment, which closeAll will close.
func (c *checker) open(seed uint64) env.Environment {
	e, err := c.newEnvironment(seed)
	c.demand(err, "making the environment with seed %d", seed)
	if e == nil {
		c.failf("making the environment with seed %d gave neither an environment nor an error", seed)
	}
	c.opened = append(c.opened, e)
	return e
}

// closeAll closes what open made. Errors of Close have a rule of their own.
func (c *checker) closeAll() {
	for _, e := range c.opened {
		func() {
			defer func() { _ = recover() }()
			_ = e.Close()
		}()
	}
}

// reset is e.Reset with the demands on a FIRST step.
func (c *checker) reset(e env.Environment) env.TimeStep {
	step, err := e.Reset()
	c.demand(err, "Reset")
	c.demandFirst(step, "Reset")
	return step
}

// step is e.Step, which must not fail.
func (c *checker) step(e env.Environment, action []float64) env.TimeStep {
	step, err := e.Step(action)
	c.demand(err, "Step(%v)", action)
	return step
}

// demandFirst ends the rule unless step is as env.Restart makes it.
func (c *checker) demandFirst(step env.TimeStep, call string) {
	if step.Type != env.First {
		c.failf("%s gave a %s step, want FIRST", call, step.Type)
	}
	if step.Reward != 0 || step.Discount != 1 {
		c.failf("%s gave reward %g and discount %g, a FIRST step has reward 0 and discount 1", call, step.Reward, step.Discount)
	}
}

// demandConform ends the rule unless step keeps to specs and to the ranges of reward and discount.
func (c *checker) demandConform(specs []env.Spec, step env.TimeStep, when string) {
	if step.Type > env.Last {
		c.failf("%s: the step type is %d, want FIRST, MID or LAST", when, uint8(step.Type))
	}
	if len(step.Observation) != len(specs) {
		c.failf("%s: the observation has %d arrays, there are %d specs", when, len(step.Observation), len(specs))
	}
	for i, spec := range specs {
		c.demand(spec.CheckArray(step.Observation[i]), "%s", when)
	}
	if math.IsNaN(step.Reward) || math.IsInf(step.Reward, 0) {
		c.failf("%s: the reward is %v, must be finite", when, step.Reward)
	}
	if !(step.Discount >= 0 && step.Discount <= 1) {
		c.failf("%s: the discount is %v, must be in [0, 1]", when, step.Discount)
	}
	if (step.Type == env.Last) != (step.Terminated() != step.Truncated()) {
		c.failf("%s: a LAST step is terminated or truncated, not both, and no other step is either", when)
	}
}

// demandSame ends the rule unless two records agree bit for bit.
func (c *checker) demandSame(got, want []env.TimeStep, what string) {
	for i := range want {
		c.demand(difference(got[i], want[i]), "%s: step %d", what, i)
	}
}

// record plays count steps of e and keeps them. Step is called even after LAST, so that a record
// may go over several episodes.
func (c *checker) record(e env.Environment, actions *sampler, count int) []env.TimeStep {
	steps := make([]env.TimeStep, count)
	for i := range steps {
		steps[i] = keep(c.step(e, actions.next()))
	}
	return steps
}

// keep returns a copy of step that outlives the environment's next step.
func keep(step env.TimeStep) env.TimeStep {
	step.Rewards, step.Satisfied, step.Observation = slices.Clone(step.Rewards), slices.Clone(step.Satisfied), step.Observation.Clone()
	return step
}

// difference says where two time steps differ in any bit, or returns nil.
func difference(got, want env.TimeStep) error {
	switch {
	case got.Type != want.Type:
		return fmt.Errorf("type %s, want %s", got.Type, want.Type)
	case !sameBits(got.Reward, want.Reward):
		return fmt.Errorf("reward %v, want %v", got.Reward, want.Reward)
	case (got.Rewards == nil) != (want.Rewards == nil) || !slices.EqualFunc(got.Rewards, want.Rewards, sameBits):
		return fmt.Errorf("rewards %v, want %v", got.Rewards, want.Rewards)
	case !slices.Equal(got.Satisfied, want.Satisfied):
		return fmt.Errorf("constraints that hold %v, want %v", got.Satisfied, want.Satisfied)
	case !sameBits(got.Discount, want.Discount):
		return fmt.Errorf("discount %v, want %v", got.Discount, want.Discount)
	case len(got.Observation) != len(want.Observation):
		return fmt.Errorf("%d observations, want %d", len(got.Observation), len(want.Observation))
	}
	for i := range want.Observation {
		a, b := got.Observation[i], want.Observation[i]
		if !slices.EqualFunc(a.Float64, b.Float64, sameBits) || !slices.Equal(a.Uint8, b.Uint8) {
			return fmt.Errorf("observation %d is not the same bit for bit", i)
		}
	}
	return nil
}

// sameBits is equality that tells 0 from -0 and finds NaN equal to itself.
func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// sampler draws random actions. Equal seeds give equal actions.
type sampler struct {
	spec   env.Spec
	random *rand.Rand
}

func newSampler(e env.Environment, seed uint64) *sampler {
	return &sampler{spec: e.Action(), random: rand.New(rand.NewPCG(seed, 0))}
}

// next draws an action: uniform within the bounds, one of the values if discrete, and normal where
// there are no bounds.
func (s *sampler) next() []float64 {
	action := make([]float64, s.spec.Size())
	for i := range action {
		switch {
		case !finitelyBounded(s.spec, i):
			action[i] = s.random.NormFloat64()
		case s.spec.Kind == env.Int:
			action[i] = s.spec.Minimum[i] + float64(s.random.IntN(int(s.spec.Maximum[i]-s.spec.Minimum[i])+1))
		default:
			action[i] = s.spec.Minimum[i] + s.random.Float64()*(s.spec.Maximum[i]-s.spec.Minimum[i])
		}
	}
	return action
}

// finitelyBounded reports whether element i of spec has two bounds that mean something: with bounds as
// wide as MuJoCo's largest number, a simulator says that there are none.
func finitelyBounded(spec env.Spec, i int) bool {
	const unlimited = 1e9
	return spec.Bounded() && spec.Maximum[i]-spec.Minimum[i] < unlimited
}
