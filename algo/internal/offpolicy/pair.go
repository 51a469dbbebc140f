package offpolicy

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// Pair is the parameters of a policy and a critic that both have target copies, and the optimisers of the two that
// learn.
type Pair struct {
	policy, critic, targetPolicy, targetCritic grad.Tree
	policyOptimiser, criticOptimiser           *optim.Adam
}

// NewPair lets the learner's target networks be targetPolicy and targetCritic, which become copies of the policy and
// the critic, and makes optimisers with this learning rate.
func (l *Learner) NewPair(policy, critic, targetPolicy, targetCritic any, rate float64) Pair {
	l.Online, l.Target = grad.TreeOf([]any{policy, critic}), grad.TreeOf([]any{targetPolicy, targetCritic})
	l.CopyTargets()
	p := Pair{policy: grad.TreeOf(policy), critic: grad.TreeOf(critic), targetPolicy: grad.TreeOf(targetPolicy), targetCritic: grad.TreeOf(targetCritic)}
	p.policyOptimiser, p.criticOptimiser = optim.NewAdam(p.policy, rate), optim.NewAdam(p.critic, rate)
	return p
}

// Minimise traces a step of the critic and one of the policy down their losses, with gradients of at most this norm,
// and returns the norms that they had.
func (p Pair) Minimise(t *grad.Tracer, criticLoss, policyLoss *grad.Value, limit float64) (criticNorm, policyNorm *grad.Value) {
	criticNorm = p.criticOptimiser.Minimise(t, criticLoss, limit)
	return criticNorm, p.policyOptimiser.Minimise(t, policyLoss, limit)
}

// Parts names the networks and the state of their optimisers, with duals and that of their optimiser if there are any.
func (p Pair) Parts(duals, dualOptimiser grad.Tree) []agent.Part {
	var parts []agent.Part
	for _, part := range []agent.Part{
		{Name: "policy", Tree: p.policy},
		{Name: "critic", Tree: p.critic},
		{Name: "target_policy", Tree: p.targetPolicy, CopyOf: "policy"},
		{Name: "target_critic", Tree: p.targetCritic, CopyOf: "critic"},
		{Name: "duals", Tree: duals},
		{Name: "policy_optimiser", Tree: grad.TreeOf(p.policyOptimiser)},
		{Name: "critic_optimiser", Tree: grad.TreeOf(p.criticOptimiser)},
		{Name: "dual_optimiser", Tree: dualOptimiser},
	} {
		if len(part.Tree) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}
