package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// Streams from which the seeds of a run's components are derived.
const (
	streamEnvironment = iota + 1
	streamLearner
	streamSampler
	streamEvaluation
)

// session is a run in memory: all that changes from one environment step to the next.
type session struct {
	experiment  *Experiment
	folder      string
	store       *checkpoint.Store
	environment env.Environment
	relabeller  env.Relabeller // the environment, if it is one
	learner     agent.Learner
	policy      agent.Policy
	dreamer     agent.Dreamer // nil if the learner has no model to look into
	actor       *actor        // the policy in the environment
	table       *replay.Table
	sampler     *replay.Sampler
	log         *stream.Log
	writer      *stream.Writer // of the rows that go into table
	workers     *grad.Workers
	trapped     *grad.NotFiniteError // what the learner's programs ran into, with Trap

	state       state
	sizes       agent.Sizes
	observation agent.Observation // the newest
	recurrent   []float32         // the policy's state, to act with at observation
	action      []float64
	reward      []float32 // of the task that is played, and then of all tasks if there are several
	tasks       []string  // their names, nil if there is one
	objectives  []string  // likewise
	physics     []float64 // beside the observation
}

// state is what a checkpoint keeps besides parameters and replay.
type state struct {
	Step        int64           `json:"step"`
	Updates     int64           `json:"updates"`
	Draw        uint64          `json:"draw"` // of the sampler
	Episodes    int64           `json:"episodes"`
	Playing     bool            `json:"playing"`     // an episode has begun and not ended
	Return      float64         `json:"return"`      // of the episode so far
	LastReturn  float64         `json:"last_return"` // of the last whole episode
	Evaluation  Evaluation      `json:"evaluation"`  // the last
	Evaluations []float64       `json:"evaluations"` // mean returns of all evaluations
	Window      window          `json:"window"`      // the learner's metrics since the last line
	Observation []float32       `json:"observation"`
	Image       []byte          `json:"image,omitempty"`
	Recurrent   []float32       `json:"recurrent,omitempty"` // the policy's state
	Stream      stream.Position `json:"stream"`              // behind the newest row of the replay
	Environment []byte          `json:"environment"`         // its snapshot, if it can make one
}

// What a run folder holds.
const (
	configFile       = "config.toml"
	metricsFile      = "metrics.jsonl"
	checkpointFolder = "checkpoints"
)

// newSession makes a run that has not begun.
func newSession(e *Experiment, folder string) (*session, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	s := &session{experiment: e, folder: folder, store: checkpoint.Open(filepath.Join(folder, checkpointFolder))}
	var err error
	if s.environment, err = e.PlayedTask().New(s.environmentSeed()); err != nil {
		return nil, err
	}
	if err := s.build(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// environmentSeed is what the environment is made with.
func (s *session) environmentSeed() uint64 {
	return rng.Mix(s.experiment.Config.Seed, streamEnvironment)
}

// ofEnvironment adds to an error which environment it is about.
func (s *session) ofEnvironment(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("environment of seed %d: %w", s.environmentSeed(), err)
}

// build makes the learner, its policy and the replay for the session's environment.
func (s *session) build() error {
	e := s.experiment
	sizes, err := e.Algorithm.SizesOf(s.environment)
	if err != nil {
		return fmt.Errorf("%s on %s: %w", e.Config.Agent, e.Config.Task, err)
	}
	s.sizes, s.observation = sizes, agent.NewObservation(sizes)
	s.action, s.reward = make([]float64, s.environment.Action().Size()), make([]float32, sizes.Layout(0).Reward)
	if several, ok := s.environment.(env.MultiTask); ok {
		s.tasks = several.Tasks()
	}
	s.objectives = env.Objectives(s.environment)
	if relabeller, ok := s.environment.(env.Relabeller); ok {
		s.relabeller, s.physics = relabeller, make([]float64, relabeller.PhysicsSpec().Size)
	}
	if e.Config.Workers > 1 {
		s.workers = grad.NewWorkers(e.Config.Workers)
	}
	if s.learner, err = e.newLearner(sizes, rng.Mix(e.Config.Seed, streamLearner), s.workers); err != nil {
		return err
	}
	if err := freeze(s.learner.Parts(), e.Config.Freeze); err != nil {
		return fmt.Errorf("%s: %w", e.Config.Agent, err)
	}
	if e.Config.Trap {
		s.trap()
	}
	if s.policy, err = s.learner.Policy(); err != nil {
		return err
	}
	if s.dreamer, err = newDreamer(s.learner, dreamSpan(sizes)); err != nil && !errors.Is(err, ErrNoModel) {
		return err
	}
	if s.actor, err = enter(s.policy, e.PlayedTask(), s.environment, e.Config.Workers); err != nil {
		return err
	}
	s.recurrent = make([]float32, s.policy.StateSize())
	if s.table, err = replay.NewTable(sizes.Layout(len(s.recurrent)), e.Config.ReplayCapacity); err != nil {
		return err
	}
	s.sampler, err = replay.NewSampler(rng.Mix(e.Config.Seed, streamSampler), s.table)
	return err
}

// close ends what the session has open. What was acted is in the log then, if it can be written.
func (s *session) close() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	s.workers.Close()
	return errors.Join(append(errs, s.actor.leave(), s.environment.Close())...)
}

// save writes a checkpoint of everything. The replay is not in it but its place in the log, where it is
// safe before the checkpoint is. An offline run has no log of its own.
func (s *session) save() error {
	tree := wholeTree(s.learner.Parts())
	if err := checkParameters(tree); err != nil {
		return err
	}
	if s.writer != nil {
		if err := s.writer.Flush(); err != nil {
			return err
		}
		s.state.Stream = s.writer.Position()
	}
	s.state.Updates, s.state.Draw = s.learner.Updates(), s.sampler.Draw
	s.state.Observation, s.state.Image, s.state.Recurrent = s.observation.Numbers, s.observation.Image, s.recurrent
	if snapshotter, ok := s.environment.(env.Snapshotter); ok {
		var err error
		if s.state.Environment, err = snapshotter.Save(); err != nil { // between episodes too: their starts are random
			return err
		}
	}
	return s.store.Save(s.state.Step, s.state, []checkpoint.Payload{
		{Name: parametersFile, Write: writeParameters(tree)},
		{Name: partsFile, Write: writeSpecs(specsOf(tree))},
	})
}

// load takes over the newest checkpoint that is whole and reports those that are not on warnings.
// The error wraps checkpoint.ErrNone if there is no checkpoint; the session is then as it was.
func (s *session) load(warnings io.Writer) error {
	generation, err := newest(s.store, warnings)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(generation.State, &s.state); err != nil {
		return fmt.Errorf("%s: %w", generation.Folder, err)
	}
	if err := loadParameters(generation, s.learner.Parts()); err != nil {
		return fmt.Errorf("%w\nresume with the settings that the run had, or begin another with --out", err)
	}
	return s.resume()
}

// resume puts the loaded state in its places.
func (s *session) resume() error {
	s.learner.Resume(s.state.Updates)
	s.policy.Refresh()
	s.sampler.Draw = s.state.Draw
	copy(s.observation.Numbers, s.state.Observation)
	copy(s.observation.Image, s.state.Image)
	copy(s.recurrent, s.state.Recurrent)
	if s.state.Environment == nil {
		s.state.Playing = false // the episode cannot go on; the next step begins another
		return nil
	}
	snapshotter, ok := s.environment.(env.Snapshotter)
	if !ok {
		return fmt.Errorf("%s cannot restore the snapshot in the checkpoint", s.experiment.Config.Task)
	}
	return snapshotter.Restore(s.state.Environment)
}

// newest loads a store and reports what it had to skip.
func newest(store *checkpoint.Store, warnings io.Writer) (*checkpoint.Generation, error) {
	generation, skipped, err := store.Load()
	if errors.Is(err, checkpoint.ErrNone) {
		return nil, fmt.Errorf("%w yet: the run has to train up to its first", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w\nput a copy in their place, or train anew in another folder", err)
	}
	for _, one := range skipped {
		fmt.Fprintf(warnings, "warning: %s cannot be used: %v\n", one.Folder, one.Reason)
	}
	if len(skipped) > 0 {
		fmt.Fprintf(warnings, "warning: using the checkpoint before, of step %d\n", generation.Step)
	}
	return generation, nil
}

// Trained is what a finished or running run has learned.
type Trained struct {
	Experiment *Experiment
	Sizes      agent.Sizes // of what is seen and done
	Learner    agent.Learner
	Policy     agent.Policy
	Step       int64 // at which it was saved
}

// Open loads what was learned from the newest usable checkpoint in folder.
func Open(folder string, catalogues Catalogues, warnings io.Writer) (*Trained, error) {
	e, err := LoadExperiment(folder, catalogues)
	if err != nil {
		return nil, err
	}
	environment, err := e.PlayedTask().New(0)
	if err != nil {
		return nil, err
	}
	defer environment.Close()
	sizes, err := e.Algorithm.SizesOf(environment)
	if err != nil {
		return nil, err
	}
	learner, err := e.newLearner(sizes, 0, nil)
	if err != nil {
		return nil, err
	}
	generation, err := newest(checkpoint.Open(filepath.Join(folder, checkpointFolder)), warnings)
	if err != nil {
		return nil, err
	}
	if err := loadParameters(generation, learner.Parts()); err != nil {
		return nil, err
	}
	policy, err := learner.Policy()
	return &Trained{e, sizes, learner, policy, generation.Step}, err
}
