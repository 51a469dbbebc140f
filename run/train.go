package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// ErrStopped says that a run was asked to stop, and saved a checkpoint to resume from.
var ErrStopped = errors.New("stopped")

// Options is how a training run is started.
type Options struct {
	Folder string
	Resume bool   // go on from the newest checkpoint in Folder
	From   string // RUN or RUN:part,part: parameters to start from
	Output io.Writer
}

// Result is what a training run came to.
type Result struct {
	Step        int64
	Evaluation  Evaluation // the last
	Evaluations []float64  // the mean return of each, in order
	Folder      string
}

// Score is the mean of the last three evaluations: neighbouring ones differ too much to trust one.
func (r Result) Score() float64 {
	last := r.Evaluations[max(0, len(r.Evaluations)-3):]
	return Evaluation{Returns: last}.Mean()
}

// Train runs an experiment to its last step, or until the context ends, which is ErrStopped.
func Train(ctx context.Context, e *Experiment, o Options) (result *Result, err error) {
	lock, err := prepareFolder(e, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	s, err := newSession(e, o.Folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.start(o); err != nil {
		return nil, err
	}
	log, err := openLog(s, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	return s.loop(ctx, log)
}

// start loads what the run begins with, and stores the settings.
func (s *session) start(o Options) error {
	if o.Resume {
		if err := s.load(o.Output); err != nil {
			return err
		}
	} else if o.From != "" {
		if err := s.inherit(o.From, o.Output); err != nil {
			return err
		}
	}
	settings, err := s.experiment.encode()
	if err != nil {
		return err
	}
	return track.WriteFile(filepath.Join(s.folder, "config.toml"), settings)
}

// loop is the whole of training: act, remember, learn, and now and then log, evaluate and save.
func (s *session) loop(ctx context.Context, log *runLog) (*Result, error) {
	config, schedule := s.experiment.Config, s.experiment.Agent.Schedule()
	var last Evaluation
	saved := int64(-1)
	for s.state.Step < config.Steps {
		if err := s.act(); err != nil {
			return nil, fmt.Errorf("step %d: %w", s.state.Step, err)
		}
		step := s.state.Step
		if step >= schedule.Warmup && step%schedule.StepsPerUpdate == 0 {
			if err := s.learner.Step(s.sampler); err != nil {
				return nil, fmt.Errorf("step %d: %w", step, err)
			}
			s.policy.Refresh()
			s.state.Window.add(s.learner.Metrics())
		}
		if step%config.LogEvery == 0 {
			if err := log.training(s); err != nil {
				return nil, err
			}
		}
		if step%config.EvaluateEvery == 0 || step == config.Steps {
			var err error
			if last, err = s.evaluate(log); err != nil {
				return nil, err
			}
		}
		stopped := ctx.Err() != nil
		if step%config.CheckpointEvery == 0 || step == config.Steps || stopped {
			if err := s.save(); err != nil {
				return nil, err
			}
			saved = step
		}
		log.progress.Set(step, s.learner.Updates())
		if stopped {
			return nil, fmt.Errorf("%w at step %d, saved in %s", ErrStopped, saved, s.folder)
		}
	}
	log.progress.Finish(s.state.Step, s.learner.Updates())
	return &Result{Step: s.state.Step, Evaluation: last, Evaluations: s.state.Evaluations, Folder: s.folder}, log.curve(s)
}

// act takes one environment step, after beginning an episode if none is open, and remembers it.
func (s *session) act() error {
	if !s.state.Playing {
		first, err := s.environment.Reset()
		if err != nil {
			return err
		}
		agent.Flatten(s.observation, first.Observation)
		if err := s.table.Begin(s.observation); err != nil {
			return err
		}
		s.state.Playing, s.state.Return = true, 0
	}
	chosen := s.policy.Act(s.observation, uint64(s.state.Step), false)
	agent.Scale(s.action, chosen.Values, s.environment.Action())
	next, err := s.environment.Step(s.action)
	if err != nil {
		return err
	}
	agent.Flatten(s.observation, next.Observation)
	s.reward[0] = float32(next.Reward)
	err = s.table.Append(replay.Step{
		Action: chosen.Values, LogProbability: chosen.LogProbability, Reward: s.reward,
		Discount: float32(next.Discount), Observation: s.observation, Version: uint64(s.learner.Updates()),
	})
	s.state.Step++
	s.state.Return += next.Reward
	if next.Type == env.Last {
		s.state.Playing = false
		s.state.Episodes++
		s.state.LastReturn = s.state.Return
	}
	return err
}

// evaluate plays with the deterministic policy. The start states depend on the seed and the step.
func (s *session) evaluate(log *runLog) (Evaluation, error) {
	config := s.experiment.Config
	seed := rng.Mix(config.Seed, streamEvaluation, uint64(s.state.Step))
	evaluation, err := Evaluate(s.experiment.Task, s.policy, config.EvaluateEpisodes, seed)
	if err != nil {
		return evaluation, fmt.Errorf("evaluation at step %d: %w", s.state.Step, err)
	}
	s.state.Evaluations = append(s.state.Evaluations, evaluation.Mean())
	return evaluation, errors.Join(log.evaluation(s.state.Step, evaluation), log.curve(s))
}

// prepareFolder takes the run's folder, and refuses one that holds a run unless it is to be resumed.
func prepareFolder(e *Experiment, o Options) (*checkpoint.Lock, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Folder, 0o755); err != nil {
		return nil, fmt.Errorf("cannot create the run folder: %w", err)
	}
	lock, err := checkpoint.LockFolder(o.Folder)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(o.Folder, "config.toml")); err == nil && !o.Resume {
		return nil, errors.Join(&ExistsError{o.Folder}, lock.Unlock())
	}
	return lock, nil
}

// ExistsError says that a folder holds a run already.
type ExistsError struct{ Folder string }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%s holds a run already: add --resume to go on with it, or choose another folder with --out", e.Folder)
}
