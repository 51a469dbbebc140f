package envtest

import (
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// physicsRepeat records physics, rewards and discounts, and asks a second environment, which plays an
// episode of its own, for the latter: backwards, so that no answer can come from the state before.
func physicsRepeat(c *checker) {
	e, other, twin := c.open(seed), c.open(seed+1), c.open(seed+1)
	first, second := c.relabeller(e), c.relabeller(other)
	c.demand(first.PhysicsSpec().CheckSource(second.PhysicsSpec()), "two environments of one task")
	kept := c.recordArrivals(e)
	actions, twinActions := newSampler(other, actionSeed), newSampler(twin, actionSeed)
	for i, arrived := range slices.Backward(kept) {
		c.demandReward(second, arrived, "in a second environment")
		if i%7 == 0 {
			c.demand(difference(c.step(other, actions.next()), c.step(twin, twinActions.next())), "after RewardOf")
			c.demandReward(first, arrived, "in the same environment")
		}
	}
}

// arrival is what is recorded of a step.
type arrival struct {
	physics          []float64
	reward, discount float64
	rewards          []float64 // of all tasks, if there are several
}

// recordArrivals plays a little more than an episode, if that is short, beside a twin that is not asked
// for its physics.
func (c *checker) recordArrivals(e env.Environment) []arrival {
	relabeller, twin := c.relabeller(e), c.open(seed)
	actions, twinActions := newSampler(e, actionSeed), newSampler(twin, actionSeed)
	var kept []arrival
	for range 2 * shortPlay {
		step := c.step(e, actions.next())
		arrived := arrival{make([]float64, relabeller.PhysicsSpec().Size), step.Reward, step.Discount, slices.Clone(step.Rewards)}
		c.demand(relabeller.Physics(arrived.physics), "Physics")
		c.demand(difference(step, c.step(twin, twinActions.next())), "after Physics")
		if step.Type != env.First { // whose reward has no meaning
			kept = append(kept, arrived)
		}
	}
	return kept
}

// demandReward ends the rule unless the reward and the discount of a step are computed as they were.
func (c *checker) demandReward(relabeller env.Relabeller, arrived arrival, where string) {
	physics := slices.Clone(arrived.physics)
	reward, discount, err := relabeller.RewardOf(physics)
	c.demand(err, "RewardOf %s", where)
	if !sameBits(reward, arrived.reward) || !sameBits(discount, arrived.discount) {
		c.failf("RewardOf %s gives reward %v and discount %v, the step had %v and %v", where, reward, discount, arrived.reward, arrived.discount)
	}
	if several, ok := relabeller.(env.MultiRelabeller); ok { // those of objectives are not asked for
		c.demandAllRewards(several, physics, arrived, where)
	}
	if !slices.EqualFunc(physics, arrived.physics, sameBits) {
		c.failf("RewardOf %s changed the caller's physics", where)
	}
}

// demandAllRewards ends the rule unless the rewards of all tasks are computed as they were.
func (c *checker) demandAllRewards(relabeller env.MultiRelabeller, physics []float64, arrived arrival, where string) {
	rewards := make([]float64, len(arrived.rewards))
	task, err := relabeller.RewardsOf(physics, rewards)
	c.demand(err, "RewardsOf %s", where)
	if !slices.EqualFunc(rewards, arrived.rewards, sameBits) {
		c.failf("RewardsOf %s gives %v, the step had %v", where, rewards, arrived.rewards)
	}
	if task < 0 || task >= len(rewards) || !sameBits(rewards[task], arrived.reward) {
		c.failf("RewardsOf %s says that task %d of %d was played, with the reward %v", where, task, len(rewards), arrived.reward)
	}
}

// physicsBad offers physics of the wrong size and with elements that are no numbers.
func physicsBad(c *checker) {
	e, twin := c.open(seed), c.open(seed)
	relabeller := c.relabeller(e)
	actions, twinActions := newSampler(e, actionSeed), newSampler(twin, actionSeed)
	for _, bad := range badVariants(relabeller.PhysicsSpec().Size) {
		c.demandSame(c.record(e, actions, 2), c.record(twin, twinActions, 2), "after bad physics were refused")
		if len(bad) != relabeller.PhysicsSpec().Size && relabeller.Physics(bad) == nil {
			c.failf("Physics wrote into %d numbers, the spec says %d", len(bad), relabeller.PhysicsSpec().Size)
		}
		if _, _, err := relabeller.RewardOf(bad); err == nil {
			c.failf("RewardOf accepted the physics %v", bad)
		}
		if several, ok := relabeller.(env.MultiRelabeller); ok {
			if _, err := several.RewardsOf(bad, make([]float64, len(e.(env.MultiTask).Tasks()))); err == nil {
				c.failf("RewardsOf accepted the physics %v", bad)
			}
		}
	}
}

// relabeller returns e as a Relabeller, or ends the rule.
func (c *checker) relabeller(e env.Environment) env.Relabeller {
	relabeller, ok := e.(env.Relabeller)
	if !ok {
		c.skip("the environment is no Relabeller")
	}
	_, several := e.(env.MultiTask)
	if _, all := e.(env.MultiRelabeller); several != all {
		c.failf("a MultiTask (%v) that is a Relabeller has to tell the rewards of all its tasks, and no other (MultiRelabeller: %v)", several, all)
	}
	return relabeller
}
