package world

import (
	"slices"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/par"
	"github.com/reverie-rl/reverie/internal/rng"
)

// rolloutBlock is how many sequences a program scores at once: few enough that workers share small batches. Sizes from
// 64 to 500 are equally fast.
const rolloutBlock = 125

// Rollout scores sequences of actions by what a model makes of them, all from one state. It is a plan.Rollout. It
// is used by one goroutine at a time, and spreads blocks of sequences over its workers.
type Rollout struct {
	sequence int // numbers of a sequence
	workers  *par.Workers
	programs []*grad.Executable[float32]
	idle     chan *grad.Executable[float32] // of programs

	start []float32
	seed  uint64
	calls uint64 // of Score since Stand

	actions, scores []float32 // of the Score that is being worked on
	score           func(tile int)
}

// RolloutSizes are what the program of a Rollout reads.
type RolloutSizes struct {
	State           int // numbers of the state to start from
	Horizon, Action int // actions in a sequence, and numbers of each
}

// NewRollout compiles a rollout. score traces the returns [block] of actions [horizon, block, action] from the
// state start [1, state]. The programs read the parameters as they are when they run.
func NewRollout(sizes RolloutSizes, workers *grad.Workers, score func(t *grad.Tracer, start, actions *grad.Value) *grad.Value) (*Rollout, error) {
	program, err := grad.Trace(func(t *grad.Tracer) {
		actions := t.Input("actions", rolloutBlock, sizes.Horizon, sizes.Action)
		t.Output("scores", score(t, t.Input("start", 1, sizes.State), actions.Transpose(1, 0, 2)))
	})
	if err != nil {
		return nil, err
	}
	r := &Rollout{
		sequence: sizes.Horizon * sizes.Action, workers: workers,
		idle: make(chan *grad.Executable[float32], workers.Count()), start: make([]float32, sizes.State),
	}
	r.score = r.scoreBlock
	for range workers.Count() {
		made, err := grad.Compile(program, nil)
		if err != nil {
			return nil, err
		}
		r.programs = append(r.programs, made)
		r.idle <- made
	}
	return r, nil
}

// Stand makes start the state that sequences begin in. What is random in the model is a function of seed, of the
// number of Score calls since, and of the place among the sequences.
func (r *Rollout) Stand(start []float32, seed uint64) {
	copy(r.start, start)
	r.seed, r.calls = seed, 0
}

// Score writes the returns of actions [samples, horizon, action] into scores [samples].
func (r *Rollout) Score(actions, scores []float32) {
	r.actions, r.scores = actions, scores
	r.workers.Run((len(scores)+rolloutBlock-1)/rolloutBlock, r.score)
	r.calls++
}

// scoreBlock scores one block with a program that nobody uses. The last block may be short: what is left over in
// the program's memory is scored for nobody.
func (r *Rollout) scoreBlock(tile int) {
	program := <-r.idle
	begin, end := tile*rolloutBlock, min((tile+1)*rolloutBlock, len(r.scores))
	copy(program.Input("start"), r.start)
	copy(program.Input("actions"), r.actions[begin*r.sequence:end*r.sequence])
	program.Seed(rng.Mix(r.seed, r.calls), uint64(tile))
	program.Run()
	copy(r.scores[begin:end], program.Output("scores"))
	r.idle <- program
}

// Programs are the compiled programs, one for each worker.
func (r *Rollout) Programs() []*grad.Executable[float32] { return slices.Clone(r.programs) }

// NewRollout compiles a rollout of horizon actions from states given by their features. Their returns are those of
// Return, along samples of the prior if sampled is set and along its modes if not, with value at the end of the
// horizon unless it is nil.
func (m Model) NewRollout(horizon int, sampled bool, value *Scalar, workers *grad.Workers) (*Rollout, error) {
	sizes := RolloutSizes{State: m.RSSM.FeatureSize(), Horizon: horizon, Action: m.RSSM.sizes.Action}
	return NewRollout(sizes, workers, func(t *grad.Tracer, start, actions *grad.Value) *grad.Value {
		var noise *grad.Value
		if sampled {
			noise = m.RSSM.latent.Noise(t, streamRollout, horizon, rolloutBlock)
		}
		return m.Return(t, m.RSSM.StateOf(start.Broadcast(rolloutBlock, sizes.State)), actions, noise, value)
	})
}

// streamRollout is the stream of the random numbers of rollouts.
const streamRollout = 1

// Return is what actions [time, batch, action] are expected to bring after start, [batch]: with predicted rewards
// r, chances c that the episode goes on, and the value v of the last state unless it is nil,
//
//	Σ_t (Π_k<t c_k) r_t + (Π_k c_k) v
//
// along samples of the prior with noise [time, batch, ...], or its modes without.
func (m Model) Return(t *grad.Tracer, start State, actions, noise *grad.Value, value *Scalar) *grad.Value {
	features := m.RSSM.Features(m.RSSM.Follow(t, start, actions, noise))
	rewards := m.Reward.Mean(features)
	steps, batch := rewards.Shape()[0], rewards.Shape()[1]
	if value != nil {
		last := features.Slice(0, steps-1, steps)
		rewards = rewards.Concat(0, value.Mean(last))
	}
	if m.Continuation == nil {
		return rewards.Sum(0)
	}
	chances := m.Continuation.Mean(features.Slice(0, 0, rewards.Shape()[0]-1))
	first := t.Value(grad.Scalar(1)).Broadcast(1, batch)
	reached := first.Pad(0, 0, chances.Shape()[0]).ForwardRecurrence(chances.Pad(0, 1, 0))
	return rewards.Mul(reached).Sum(0)
}
