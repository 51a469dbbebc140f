package mompo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// actions is a policy with its improvement, as it differs between actions that are numbers and those that are choices.
type actions interface {
	// networks are the policy and its target copy.
	networks() (online, target any)
	// duals are the temperatures and multipliers, and the optimiser of those that are descended.
	duals() (any, *optim.Adam)
	// improve traces the improvement in states [batch, observation], where the critic values actions of the target
	// policy by each objective.
	improve(t *grad.Tracer, states *grad.Value, target critic.Critic, preferences []preference) outcome
	// project is called after every update.
	project()
	// act returns a policy that acts with a copy of the network's present parameters.
	act(sizes agent.Sizes, seed uint64) (agent.Policy, error)
}

// outcome is what an improvement found and left to do.
type outcome struct {
	values       []*grad.Value // of the states by each objective, [batch]
	loss         *grad.Value   // of the policy, a scalar
	temperatures []*grad.Value // of each objective that matters, [1]
	minimise     func()        // traces the step of the duals
	report       func(r *report.Report)
}

// preferred picks, of what is valued by each objective, what matters, signed so that more is better.
func preferred(values []*grad.Value, preferences []preference) []*grad.Value {
	var picked []*grad.Value
	for _, p := range preferences {
		value := values[p.objective]
		if p.sign < 0 {
			value = value.Neg()
		}
		picked = append(picked, value)
	}
	return picked
}

// continuous is actions that are numbers, of which some are sampled.
type continuous struct {
	policy, target gaussian.Network
	operator       improvement.Operator
	samples        int
}

func (n continuous) networks() (online, target any) { return n.policy, n.target }
func (n continuous) duals() (any, *optim.Adam)      { return n.operator, n.operator.Optimiser() }
func (n continuous) project()                       { n.operator.Project() }

func (n continuous) improve(t *grad.Tracer, states *grad.Value, target critic.Critic, preferences []preference) outcome {
	policy := n.target.Apply(states).Stop()
	repeated, drawn := offpolicy.Sample(t, policy, states, n.samples)
	var values, means []*grad.Value
	for _, value := range target.Apply(repeated, drawn) {
		values, means = append(values, value.Stop()), append(means, value.Stop().Mean(0))
	}
	wanted := preferred(values, preferences)
	i := n.operator.Improve(t, n.policy.Apply(states), improvement.Sampled{Target: policy, Actions: drawn, Values: wanted[0], Others: wanted[1:]})
	return outcome{means, i.Policy, i.Temperatures[:len(wanted)],
		func() { n.operator.Minimise(t, i) }, func(r *report.Report) { n.operator.Report(t, r, i) }}
}

func (n continuous) act(_ agent.Sizes, seed uint64) (agent.Policy, error) {
	return gaussian.NewPolicy(n.policy, seed, offpolicy.StreamPolicy)
}

// discrete is actions that are choices, of which all are weighed.
type discrete struct {
	policy, target categorical
	operator       improvement.ChoiceOperator
	config         *Config
	each           *grad.Parameter // [choices, choices]: every choice, one-hot
}

func (n discrete) networks() (online, target any) { return n.policy, n.target }
func (n discrete) duals() (any, *optim.Adam)      { return n.operator, n.operator.Optimiser() }
func (n discrete) project()                       { n.operator.Project() }

func (n discrete) improve(t *grad.Tracer, states *grad.Value, target critic.Critic, preferences []preference) outcome {
	choices, batch := n.each.Shape[0], states.Shape()[0]
	policy := n.target.Apply(states).Stop()
	probabilities := policy.Probabilities().Transpose(1, 0)
	repeated := states.Broadcast(choices, batch, states.Shape()[1])
	each := t.Value(n.each).Reshape(choices, 1, choices).Broadcast(choices, batch, choices)
	var values, means []*grad.Value
	for _, value := range target.Apply(repeated, each) {
		values, means = append(values, value.Stop()), append(means, value.Stop().Mul(probabilities).Sum(0))
	}
	i := n.operator.Improve(t, n.policy.Apply(states), policy, preferred(values, preferences))
	return outcome{means, i.Policy, i.Temperatures,
		func() { n.operator.Minimise(t, i) }, func(r *report.Report) { n.operator.Report(t, r, i) }}
}

func (n discrete) act(sizes agent.Sizes, seed uint64) (agent.Policy, error) {
	own := newCategorical(n.config, sizes, rand.New(rand.NewPCG(0, 0)))
	s := actor.Settings{Sizes: sizes, Seed: seed, Stream: offpolicy.StreamPolicy}
	return actor.New(s, grad.TreeOf(n.policy), grad.TreeOf(own), func(_ *grad.Tracer, observation *grad.Value) dist.Categorical {
		return own.Apply(observation)
	})
}
