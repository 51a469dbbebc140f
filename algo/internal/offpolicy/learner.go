// Package offpolicy is what learners share that improve a policy and a critic from replayed
// experience: the traced update with its batch, target networks, and the bookkeeping of agent.Learner.
package offpolicy

import (
	"fmt"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/algo/internal/report"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// Streams of the random generator.
const (
	StreamParameters = iota + 1
	StreamLearner    // actions that the bootstrap samples
	StreamPolicy     // noise of acting
	StreamGradient   // actions that the policy's loss samples
)

// Settings are what a Learner needs to know of its algorithm.
type Settings struct {
	Name  string // of the algorithm, for errors
	Sizes agent.Sizes
	Seed  uint64

	Batch, NStep int     // transitions in an update, and rewards in a transition
	Discount     float64 // γ
	TargetPeriod int64   // updates between copies to the target networks; 0 if the update itself moves them
}

// Learner is the part of an agent.Learner that does not depend on the algorithm, which embeds it.
type Learner struct {
	Settings

	Online, Target grad.Tree // networks and their target copies
	Transitions    replay.Transitions
	Report         report.Report
	After          func() // what follows every run of the traced update, if anything

	updates int64
	step    *grad.Executable[float32]
}

// Batch is the inputs of an update from n-step transitions: in the state Observation the action Action
// was taken, n rewards add up to Reward, and Discount is that of the value of the state Next.
type Batch struct {
	Observation, Action, Next *grad.Value // [batch, observation or action]
	Reward, Discount          *grad.Value // [batch]

	Rewards []*grad.Value // of each objective of the task, [batch] each; the reward, if there are none
}

// Compile traces and compiles the update.
func (l *Learner) Compile(trace func(t *grad.Tracer), workers *grad.Workers) error {
	program, err := grad.Trace(trace)
	if err != nil {
		return err
	}
	if l.step, err = grad.Compile(program, workers); err != nil {
		return err
	}
	l.Report.Bind(l.step)
	return nil
}

// CompileTransitions compiles an update from Transitions, whose memory is the program's.
func (l *Learner) CompileTransitions(trace func(t *grad.Tracer, batch Batch), workers *grad.Workers) error {
	err := l.Compile(func(t *grad.Tracer) { trace(t, l.batch(t)) }, workers)
	if err != nil {
		return err
	}
	l.Transitions = replay.Transitions{
		Observation: l.Memory("observation"), Action: l.Memory("action"), LogProbability: make([]float32, l.Batch),
		Reward: l.Memory("reward"), Discount: l.Memory("discount"), Next: l.Memory("next"),
	}
	return nil
}

// batch traces the inputs of an update from transitions.
func (l *Learner) batch(t *grad.Tracer) Batch {
	reward, rewards := l.rewards(t)
	return Batch{
		Observation: t.Input("observation", l.Batch, l.Sizes.Observation),
		Action:      t.Input("action", l.Batch, l.Sizes.Action),
		Next:        t.Input("next", l.Batch, l.Sizes.Observation),
		Reward:      reward,
		Discount:    t.Input("discount", l.Batch),
		Rewards:     rewards,
	}
}

// rewards traces the input of rewards, and takes it apart if the task has several objectives.
func (l *Learner) rewards(t *grad.Tracer) (reward *grad.Value, objectives []*grad.Value) {
	if l.Sizes.Objectives == 0 {
		reward = t.Input("reward", l.Batch)
		return reward, []*grad.Value{reward}
	}
	rows := t.Input("reward", l.Batch, 1+l.Sizes.Objectives)
	for i := range 1 + l.Sizes.Objectives {
		objectives = append(objectives, rows.Slice(1, i, i+1).Reshape(l.Batch))
	}
	return objectives[0], objectives[1:]
}

// Memory is that of an input of the compiled update.
func (l *Learner) Memory(input string) []float32 { return l.step.Input(input) }

// Seen is the memory of the observations that package observation has made inputs of the compiled update.
func (l *Learner) Seen() agent.Observation { return observation.Memory(l.step, l.Sizes) }

// Step makes one update from transitions drawn from experience.
func (l *Learner) Step(experience *replay.Sampler) error {
	if err := experience.SampleTransitions(l.Transitions, l.NStep, l.Discount); err != nil {
		return err
	}
	return l.Update()
}

// Update makes one update from the batch that is in place.
func (l *Learner) Update() error {
	if l.TargetPeriod > 0 && l.updates%l.TargetPeriod == 0 {
		l.CopyTargets()
	}
	return l.Run()
}

// CopyTargets sets the target networks to the online ones, except for what is frozen of them.
func (l *Learner) CopyTargets() {
	for i, target := range l.Target {
		if !target.Frozen {
			copy(target.Data, l.Online[i].Data)
		}
	}
}

// Run runs the traced update on the batch that is in place, with the target networks as they are.
func (l *Learner) Run() error {
	l.step.Seed(l.Seed, uint64(l.updates))
	l.step.Run()
	if l.After != nil {
		l.After()
	}
	l.updates++
	if err := l.Report.Read(); err != nil {
		return fmt.Errorf("%s: update %d: %w", l.Name, l.updates, err)
	}
	return nil
}

// Programs is the traced update.
func (l *Learner) Programs() []*grad.Executable[float32] {
	return []*grad.Executable[float32]{l.step}
}

// Metrics describes the last update.
func (l *Learner) Metrics() track.Metrics { return l.Report.Metrics() }

// Updates is the number of updates made.
func (l *Learner) Updates() int64 { return l.updates }

// Resume sets the number of updates made.
func (l *Learner) Resume(updates int64) { l.updates = updates }
