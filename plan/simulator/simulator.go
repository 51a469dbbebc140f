package simulator

import (
	"errors"
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/par"
	"github.com/reverie-rl/reverie/plan"
)

// Simulator is a plan.Rollout made of environments. It is used by one goroutine at a time.
type Simulator struct {
	sizes   plan.Sizes
	start   []byte // the snapshot from which sequences are played
	copies  []*replica
	idle    chan *replica // of copies
	workers *par.Workers

	actions, scores []float32 // of the Score that is being worked on
	score           func(tile int)
}

// environment is what a Simulator needs of a task.
type environment interface {
	env.Environment
	env.Snapshotter
}

// replica is one of the copies, with room for an action.
type replica struct {
	environment
	spec   env.Spec
	action []float64
}

// New makes a simulator of sequences of the given sizes out of environments of task, of which it plays as
// many as there are workers at the same time. It is an error if they cannot save their state. Close ends it.
func New(task env.Task, sizes plan.Sizes, workers int) (*Simulator, error) {
	s := &Simulator{sizes: sizes, idle: make(chan *replica, workers), workers: par.New(workers)}
	s.score = s.scoreOne
	for range workers {
		if err := s.add(task); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// add makes one more copy.
func (s *Simulator) add(task env.Task) error {
	made, err := task.New(0) // whose randomness is then that of the snapshot
	if err != nil {
		return err
	}
	saving, ok := made.(environment)
	if !ok {
		return errors.Join(fmt.Errorf("simulator: %s cannot save its state, so that nothing can be tried out in it: %w", task.Name, errors.ErrUnsupported), made.Close())
	}
	r := &replica{saving, made.Action(), make([]float64, s.sizes.Action)}
	s.copies = append(s.copies, r)
	s.idle <- r
	return nil
}

// Stand makes snapshot the state from which sequences are played. It is an error if it is none of the task.
func (s *Simulator) Stand(snapshot []byte) error {
	s.start = snapshot
	return s.copies[0].Restore(snapshot)
}

// Score implements plan.Rollout.
func (s *Simulator) Score(actions, scores []float32) {
	s.actions, s.scores = actions, scores
	s.workers.Run(len(scores), s.score)
}

// scoreOne plays one sequence in a copy that nobody uses.
func (s *Simulator) scoreOne(tile int) {
	r := <-s.idle
	size := s.sizes.Size()
	s.scores[tile] = r.returnOf(s.start, s.actions[tile*size:(tile+1)*size])
	s.idle <- r
}

// returnOf is the return of actions [horizon, action] from start, or NaN if the simulator breaks down.
func (r *replica) returnOf(start []byte, actions []float32) float32 {
	if r.Restore(start) != nil {
		return float32(math.NaN())
	}
	total := account{weight: 1}
	for ; len(actions) > 0 && !total.closed; actions = actions[len(r.action):] {
		agent.Scale(r.action, actions[:len(r.action)], r.spec)
		total.add(r.Step(r.action))
	}
	return float32(total.sum)
}

// account adds up the rewards of a sequence.
type account struct {
	sum, weight float64
	closed      bool // the episode is over, or the simulator broke down
}

func (a *account) add(step env.TimeStep, err error) {
	if err != nil {
		a.sum, a.closed = math.NaN(), true
		return
	}
	a.sum += a.weight * step.Reward // 0 at the FIRST step, which follows the LAST one of the state to start from
	a.weight *= step.Discount
	a.closed = step.Type != env.Mid
}

// Close ends the workers and closes the copies.
func (s *Simulator) Close() error {
	s.workers.Close()
	var err error
	for _, r := range s.copies {
		err = errors.Join(err, r.Close())
	}
	return err
}
