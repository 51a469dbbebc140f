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
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/internal/lock"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
	"github.com/reverie-rl/reverie/track"
)

// ErrStopped says that a run was asked to stop, and saved a checkpoint to resume from.
var ErrStopped = errors.New("stopped")

// Options is how a training run is started.
type Options struct {
	Folder string
	Resume bool      // go on from the newest checkpoint in Folder
	Output io.Writer // progress and warnings; nil drops them
}

// Result is what a training run came to.
type Result struct {
	Step        int64
	Evaluation  Evaluation // the last
	Evaluations []float64  // the mean return of each, in order
	Folder      string
}

// Score is the mean of the last three evaluations: neighbouring ones differ too much to trust one.
func (r Result) Score() float64 { return Score(r.Evaluations) }

// Score is the mean of the last three of a run's evaluations.
func Score(evaluations []float64) float64 {
	return Evaluation{Returns: evaluations[max(0, len(evaluations)-3):]}.Mean()
}

// Train runs an experiment to its last step, or until the context ends, which is ErrStopped.
func Train(ctx context.Context, e *Experiment, o Options) (result *Result, err error) {
	if o.Output == nil {
		o.Output = io.Discard
	}
	s, err := newSession(e, o.Folder)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := s.close(); err == nil { // an error of the log would come twice
			err = closing
		}
	}()
	held, err := prepareFolder(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, held.Unlock()) }()
	if err := s.start(ctx, o); err != nil {
		return nil, err
	}
	log, err := openLog(s, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	result, err = s.loop(ctx, log)
	if err != nil && !errors.Is(err, ErrStopped) {
		err = fmt.Errorf("%w\nwhat was saved in %s is kept: when the cause is removed, --resume goes on from there", err, s.folder)
	}
	return result, err
}

// start loads what the run begins with, and then stores the settings: those of a run that cannot go
// on with them stay as they were.
func (s *session) start(ctx context.Context, o Options) error {
	err := checkpoint.ErrNone
	if o.Resume {
		if err = s.load(o.Output); errors.Is(err, checkpoint.ErrNone) {
			fmt.Fprintf(o.Output, "%s holds no checkpoint yet: starting from the beginning\n", s.folder)
		}
	}
	if errors.Is(err, checkpoint.ErrNone) {
		err = s.inherit(o.Output)
	}
	if err == nil {
		err = s.openExperience(ctx, o.Output)
	}
	s.reportMemory(o.Output)
	if err != nil {
		return err
	}
	settings, err := s.experiment.encode()
	if err != nil {
		return err
	}
	return track.WriteFile(filepath.Join(s.folder, configFile), settings)
}

// loop is the whole of training: act, remember, learn, and now and then log, evaluate and save.
func (s *session) loop(ctx context.Context, log *runLog) (*Result, error) {
	config, schedule := s.experiment.Config, s.schedule()
	defer func() { log.progress.Finish(s.state.Step, s.learner.Updates()) }()
	for s.state.Step < config.Steps {
		before := s.state.Step
		if err := s.advance(); err != nil {
			return nil, fmt.Errorf("step %d: %w", s.state.Step, err)
		}
		step := s.state.Step
		passed := func(every int64) int64 { return step/every - before/every } // multiples: an action may take several steps
		if step >= schedule.Warmup {
			if err := s.learn(passed(schedule.StepsPerUpdate)); err != nil {
				return nil, fmt.Errorf("step %d: %w", step, err)
			}
		}
		if passed(config.LogEvery) > 0 {
			if err := log.training(s); err != nil {
				return nil, err
			}
		}
		if passed(config.EvaluateEvery) > 0 || step >= config.Steps {
			if err := s.evaluate(log); err != nil {
				return nil, err
			}
		}
		stopped := ctx.Err() != nil && step < config.Steps
		if passed(config.CheckpointEvery) > 0 || step >= config.Steps || stopped {
			if err := s.save(); err != nil {
				return nil, err
			}
		}
		log.progress.Set(step, s.learner.Updates())
		if stopped {
			return nil, fmt.Errorf("%w at step %d, saved in %s", ErrStopped, step, s.folder)
		}
	}
	return &Result{Step: s.state.Step, Evaluation: s.state.Evaluation, Evaluations: s.state.Evaluations, Folder: s.folder}, log.curve(s)
}

// schedule is the ratio of learning to steps: offline, where nobody acts, they are the same.
func (s *session) schedule() agent.Schedule {
	if s.experiment.Config.Offline != "" {
		return agent.Schedule{StepsPerUpdate: 1}
	}
	return s.experiment.Agent.Schedule()
}

// advance takes a step: it acts, or offline only counts.
func (s *session) advance() error {
	if s.experiment.Config.Offline != "" {
		s.state.Step++
		return nil
	}
	return s.act()
}

// act applies one action, after beginning an episode if none is open, and remembers what came of it.
func (s *session) act() error {
	if !s.state.Playing {
		first, err := s.environment.Reset()
		if err != nil {
			return s.ofEnvironment(err)
		}
		s.sizes.Flatten(s.observation, first.Observation)
		clear(s.recurrent)
		if err := s.begin(); err != nil {
			return err
		}
		s.state.Playing, s.state.Return = true, 0
	}
	chosen, err := s.actor.act(s.observation, s.recurrent, uint64(s.state.Step), false)
	if err != nil {
		return s.ofEnvironment(err)
	}
	copy(s.recurrent, chosen.State)
	agent.Scale(s.action, chosen.Values, s.environment.Action())
	next, err := s.environment.Step(s.action)
	if err != nil {
		return s.ofEnvironment(err)
	}
	s.sizes.Flatten(s.observation, next.Observation)
	if err := s.receive(next); err != nil {
		return s.ofEnvironment(err)
	}
	err = s.remember(replay.Step{
		Action: chosen.Values, LogProbability: chosen.LogProbability, Reward: s.reward,
		Discount: float32(next.Discount), Observation: s.observation.Numbers, Image: s.observation.Image, State: s.recurrent,
		Version: uint64(s.learner.Updates()),
	}, next.Type == env.Last)
	s.state.Step += int64(wrap.Taken(s.environment))
	s.state.Return += next.Reward
	if next.Type == env.Last {
		s.state.Playing = false
		s.state.Episodes++
		s.state.LastReturn = s.state.Return
	}
	return err
}

// learn makes a number of updates.
func (s *session) learn(updates int64) error {
	for range updates {
		err := s.learner.Step(s.sampler)
		if s.trapped != nil {
			return dumpTrapped(s.folder, s.trapped)
		}
		if err != nil {
			return err
		}
		s.policy.Refresh()
		s.state.Window.add(s.learner.Metrics())
	}
	return nil
}

// evaluate plays with the deterministic policy. The start states depend on the seed and the step.
func (s *session) evaluate(log *runLog) error {
	config := s.experiment.Config
	seed := rng.Mix(config.Seed, streamEvaluation, uint64(s.state.Step))
	notes := s.newNotebook()
	evaluation, err := evaluate(s.experiment.PlayedTask(), s.policy, Episodes{Count: config.EvaluateEpisodes, Seed: seed, Workers: config.Workers}, notes.note)
	for _, e := range notes.episodes {
		err = errors.Join(err, s.dream(e))
	}
	if err != nil {
		return fmt.Errorf("evaluation at step %d: %w", s.state.Step, err)
	}
	s.state.Evaluation = evaluation
	s.state.Evaluations = append(s.state.Evaluations, evaluation.Mean())
	return errors.Join(log.evaluation(s.state.Step, evaluation), log.curve(s))
}

// prepareFolder takes the run's folder, and refuses one that holds a run unless it is to be resumed.
func prepareFolder(o Options) (*lock.Lock, error) {
	if err := os.MkdirAll(o.Folder, 0o755); err != nil {
		return nil, fmt.Errorf("cannot create the run folder: %w; choose another with --out", err)
	}
	held, err := lock.Folder(o.Folder)
	if err != nil {
		return nil, err
	}
	if !o.Resume && holdsRun(o.Folder) {
		return nil, errors.Join(&ExistsError{o.Folder}, held.Unlock())
	}
	return held, nil
}

// Exists tells whether folder holds a run that can be gone on with.
func Exists(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, configFile))
	return err == nil
}

// holdsRun tells whether there is anything in folder that a new run would mix with its own.
func holdsRun(folder string) bool {
	for _, name := range []string{configFile, metricsFile, checkpointFolder} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			return true
		}
	}
	return stream.Holds(filepath.Join(folder, StreamFolder)) // what was killed before it acted left an empty log
}

// ExistsError says that a folder holds a run already.
type ExistsError struct{ Folder string }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%s holds a run already: leave out --no-resume to go on with it, or choose another folder with --out", e.Folder)
}
