package bc

import (
	"fmt"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// Streams of the random generator.
const (
	streamParameters = iota + 1
	streamPolicy
)

// learner is the policy, its optimiser, and the traced update that changes them.
type learner struct {
	config  *Config
	sizes   agent.Sizes
	seed    uint64
	updates int64

	policy    gaussian.Network
	optimiser *optim.Adam

	step   *grad.Executable[float32]
	batch  replay.Transitions // of which the step reads observations and actions
	report report.Report
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("bc", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, sizes: sizes, seed: seed}
	l.policy = newPolicy(c, sizes, rand.New(rand.NewPCG(seed, streamParameters)))
	l.optimiser = optim.NewAdam(grad.TreeOf(l.policy), c.LearningRate)
	program, err := grad.Trace(l.trace)
	if err != nil {
		return nil, err
	}
	if l.step, err = grad.Compile(program, workers); err != nil {
		return nil, err
	}
	l.bind()
	return l, nil
}

// trace traces one update; docs/bc.md gives the formulas of the metrics.
func (l *learner) trace(t *grad.Tracer) {
	actions := t.Input("action", l.config.Batch, l.sizes.Action)
	policy := l.policy.Apply(t.Input("observation", l.config.Batch, l.sizes.Observation))
	likelihood := logLikelihood(policy, actions)
	loss := likelihood.Neg()
	norm := l.optimiser.Minimise(t, loss, l.config.GradientNorm)
	l.report.Add(t, "policy/loss", loss)
	l.report.Add(t, "policy/mean_size", policy.Mean.Abs().Mean())
	l.report.Add(t, "policy/deviation", policy.Deviation.Mean())
	l.report.Add(t, "policy/gradient_norm", norm)
	l.report.Add(t, "cloning/log_likelihood", likelihood)
	l.report.Add(t, "cloning/error", modeError(policy, actions))
}

// bind connects the batch and the metrics to the memory of the traced step.
func (l *learner) bind() {
	l.report.Bind(l.step)
	layout := replay.Layout{Observation: l.sizes.Observation, Action: l.sizes.Action, Reward: 1}
	l.batch = replay.NewTransitions(layout, l.config.Batch)
	l.batch.Observation, l.batch.Action = l.step.Input("observation"), l.step.Input("action")
}

// Step makes one update from a batch drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	if err := experience.SampleTransitions(l.batch, 1, 1); err != nil {
		return err
	}
	l.step.Run()
	l.updates++
	if err := l.report.Read(); err != nil {
		return fmt.Errorf("bc: update %d: %w", l.updates, err)
	}
	return nil
}

// Programs is the traced step.
func (l *learner) Programs() []*grad.Executable[float32] {
	return []*grad.Executable[float32]{l.step}
}

// Metrics describes the last update.
func (l *learner) Metrics() track.Metrics { return l.report.Metrics() }

// Updates is the number of updates made.
func (l *learner) Updates() int64 { return l.updates }

// Resume sets the number of updates made.
func (l *learner) Resume(updates int64) { l.updates = updates }

// Parts names the policy and the state of its optimiser.
func (l *learner) Parts() []agent.Part {
	return []agent.Part{
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.optimiser)},
	}
}
