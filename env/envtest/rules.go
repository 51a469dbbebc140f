package envtest

import (
	"math"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

const (
	seed        = 7    // of the environments, where the choice does not matter
	actionSeed  = 11   // of the actions, likewise
	shortPlay   = 60   // steps that show most faults, cheap for any simulator
	longestPlay = 2500 // steps after which an episode counts as endless
	seedsTried  = 8    // a seed may agree with another by chance, but not all of them
)

// rules is the contract, from the simplest demands to the hardest.
var rules = []rule{
	{"specs are valid and their names unique", specsValid},
	{"Reset gives FIRST, also twice in a row", resetTwice},
	{"Step on a new environment is Reset and ignores the action", stepWhenNew},
	{"Step after LAST is Reset and ignores the action", stepAfterLast},
	{"observations, rewards and discounts conform", stepsConform},
	{"of several tasks, one is told and the rewards of all are given", tasksConform},
	{"of several tasks, each is drawn in some episodes", tasksDrawn},
	{"of several objectives, each has a reward", objectivesConform},
	{"of several constraints, each is told at every step", constraintsConform},
	{"actions at the bounds and beyond are accepted", extremeActions},
	{"a bad action is an error and changes nothing", badActions},
	{"Step neither changes nor keeps the action", actionNotKept},
	{"an observation stays until the next step", observationStays},
	{"instances share nothing", instancesApart},
	{"the same seed gives the same sequence", sameSeed},
	{"different seeds give different sequences", differentSeeds},
	{"a snapshot restores the state bit for bit", snapshotContinues},
	{"a damaged snapshot is an error and changes nothing", snapshotDamaged},
	{"the physics of a step give its reward again", physicsRepeat},
	{"bad physics are an error and change nothing", physicsBad},
	{"Render gives a picture and changes nothing", renderPicture},
	{"Close twice does not crash", closeTwice},
}

func specsValid(c *checker) {
	e := c.open(seed)
	names := map[string]bool{}
	for _, spec := range e.Observations() {
		c.demand(spec.Validate(), "observation spec")
		if names[spec.Name] {
			c.failf("two observations are named %q", spec.Name)
		}
		names[spec.Name] = true
	}
	if len(names) == 0 {
		c.failf("there is no observation")
	}
	action := e.Action()
	c.demand(action.Validate(), "action spec")
	switch {
	case action.Kind == env.Uint8:
		c.failf("the action is of kind uint8, want float64 or int")
	case action.Kind == env.Int && !action.Bounded():
		c.failf("the discrete action %q has no bounds", action.Name)
	}
}

func resetTwice(c *checker) {
	e := c.open(seed)
	c.reset(e)
	c.reset(e)
	actions := newSampler(e, actionSeed)
	if step := c.step(e, actions.next()); step.Type == env.First {
		c.failf("the step after Reset is FIRST again")
	}
	c.reset(e)
}

func stepWhenNew(c *checker) {
	want := keep(c.reset(c.open(seed)))
	for try := range uint64(2) {
		e := c.open(seed)
		got := c.step(e, newSampler(e, try).next())
		c.demandFirst(got, "the first Step")
		c.demand(difference(got, want), "the first Step is not what Reset gives")
	}
}

// stepAfterLast plays twins in lockstep to the end of an episode, then steps one and resets the other.
func stepAfterLast(c *checker) {
	stepped, reset := c.open(seed), c.open(seed)
	c.reset(stepped)
	c.reset(reset)
	actions := newSampler(stepped, actionSeed)
	for range longestPlay {
		action := actions.next()
		got, want := c.step(stepped, action), c.step(reset, action)
		c.demand(difference(got, want), "two instances with one seed drift apart")
		if got.Type == env.First {
			c.failf("a FIRST step came without a LAST step before it")
		}
		if got.Type == env.Last {
			got = c.step(stepped, actions.next())
			c.demandFirst(got, "Step after LAST")
			c.demand(difference(got, c.reset(reset)), "Step after LAST is not what Reset gives")
			return
		}
	}
	c.skip("no episode ended")
}

// stepsConform plays until it has seen a few episodes or enough steps.
func stepsConform(c *checker) {
	e := c.open(seed)
	specs := e.Observations()
	actions := newSampler(e, actionSeed)
	for range 3 {
		c.demandConform(specs, c.reset(e), "Reset")
		for range 5 * shortPlay {
			step := c.step(e, actions.next())
			c.demandConform(specs, step, "Step")
			if step.Type == env.Last {
				break
			}
		}
	}
}

func extremeActions(c *checker) {
	e := c.open(seed)
	specs, spec := e.Observations(), e.Action()
	actions := [][]float64{make([]float64, spec.Size())}
	if spec.Bounded() {
		actions = append(actions, spec.Minimum, spec.Maximum, beyond(spec, -1), beyond(spec, 1))
	}
	for _, action := range actions {
		c.reset(e)
		for range shortPlay {
			c.demandConform(specs, c.step(e, slices.Clone(action)), "an extreme action")
		}
	}
}

// beyond returns an action outside the bounds of spec, on the side of sign.
func beyond(spec env.Spec, sign float64) []float64 {
	action := make([]float64, spec.Size())
	for i := range action {
		edge, span := spec.Maximum[i], spec.Maximum[i]-spec.Minimum[i]
		if sign < 0 {
			edge = spec.Minimum[i]
		}
		if math.IsInf(edge, 0) || math.IsInf(span, 0) {
			edge, span = 0, 1
		}
		action[i] = edge + sign*(span+1)
	}
	return action
}

func badActions(c *checker) {
	victim, twin := c.open(seed), c.open(seed)
	c.reset(victim)
	c.reset(twin)
	victimActions, twinActions := newSampler(victim, actionSeed), newSampler(twin, actionSeed)
	for _, bad := range badVariants(victimActions.spec.Size()) {
		if _, err := victim.Step(bad); err == nil {
			c.failf("the action %v was accepted", bad)
		}
		got, want := c.record(victim, victimActions, 3), c.record(twin, twinActions, 3)
		for i := range want {
			c.demand(difference(got[i], want[i]), "after the action %v was refused", bad)
		}
		// An environment past its LAST step ignores the action, so each variant begins an episode.
		c.demand(difference(c.reset(victim), c.reset(twin)), "Reset after the action %v was refused", bad)
	}
}

// badVariants lists what must be refused where an array has size elements.
func badVariants(size int) [][]float64 {
	variants := [][]float64{make([]float64, size+1)}
	if size == 0 {
		return variants
	}
	variants = append(variants, make([]float64, size-1))
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, i := range []int{0, size - 1} {
			action := make([]float64, size)
			action[i] = value
			variants = append(variants, action)
		}
	}
	return variants
}

func actionNotKept(c *checker) {
	e, twin := c.open(seed), c.open(seed)
	c.reset(e)
	c.reset(twin)
	actions, twinActions := newSampler(e, actionSeed), newSampler(twin, actionSeed)
	for range shortPlay {
		want := actions.next()
		lent := slices.Clone(want)
		got := keep(c.step(e, lent))
		if !slices.EqualFunc(lent, want, sameBits) {
			c.failf("Step changed the caller's action from %v to %v", want, lent)
		}
		for i := range lent {
			lent[i] = math.NaN()
		}
		c.demand(difference(got, c.step(twin, twinActions.next())), "a change of the action after Step shows")
	}
}

// observationStays asks the environment everything but Reset and Step, and looks whether that or
// its answer overwrites the observation.
func observationStays(c *checker) {
	e := c.open(seed)
	c.reset(e)
	for actions, i := newSampler(e, actionSeed), 0; i < shortPlay/4; i++ {
		step := c.step(e, actions.next())
		kept := keep(step)
		e.Observations()
		e.Action()
		if snapshotter, ok := e.(env.Snapshotter); ok {
			_, err := snapshotter.Save()
			c.demand(err, "Save")
		}
		c.demand(difference(step, kept), "the observation changed before the next step")
		c.step(e, actions.next())
	}
}

// instancesApart compares an environment that plays alone with one that plays beside another.
func instancesApart(c *checker) {
	alone := c.open(seed)
	want := c.record(alone, newSampler(alone, actionSeed), shortPlay)
	together, other := c.open(seed), c.open(seed+1)
	actions, otherActions := newSampler(together, actionSeed), newSampler(other, actionSeed+1)
	for i := range want {
		got := c.step(together, actions.next())
		c.step(other, otherActions.next())
		c.demand(difference(got, want[i]), "another instance disturbs this one")
	}
}

func sameSeed(c *checker) {
	a, b := c.open(seed), c.open(seed)
	c.demandSame(c.sequence(a), c.sequence(b), "two instances with one seed")
}

// differentSeeds cannot ask every pair of seeds to differ: a small task has few initial states.
func differentSeeds(c *checker) {
	if c.deterministic {
		c.skip("declared deterministic")
	}
	first := c.sequence(c.open(0))
	for other := uint64(1); other < seedsTried; other++ {
		for i, step := range c.sequence(c.open(other)) {
			if difference(step, first[i]) != nil {
				return
			}
		}
	}
	c.failf("seeds 0 to %d all give one sequence; declare the task deterministic if it is", seedsTried-1)
}

// sequence records three beginnings of episodes.
func (c *checker) sequence(e env.Environment) []env.TimeStep {
	actions := newSampler(e, actionSeed)
	var steps []env.TimeStep
	for range 3 {
		steps = append(steps, keep(c.reset(e)))
		steps = append(steps, c.record(e, actions, shortPlay/2)...)
	}
	return steps
}

func closeTwice(c *checker) {
	e := c.open(seed)
	c.reset(e)
	c.demand(e.Close(), "Close")
	_ = e.Close() // may be an error
	c.demand(c.open(seed).Close(), "Close of a new environment")
}
