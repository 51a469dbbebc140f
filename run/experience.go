package run

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// StreamFolder is where, in a run's folder, its experience log is.
const StreamFolder = "stream"

// streamConfig says where a run's experience log is.
func (e *Experiment) streamConfig(folder string, warnings io.Writer) stream.Config {
	config := stream.Config{
		Retention: stream.Retention{Steps: e.Config.RetainSteps}, Quota: e.Config.StreamQuota, Warnings: warnings,
	}
	if config.URL = e.Config.Stream; config.URL == "" {
		config.Folder = filepath.Join(folder, StreamFolder)
	}
	return config
}

// writerName is the name under which a run writes.
func (e *Experiment) writerName() string {
	name := fmt.Sprintf("%s-%s-%d", e.Config.Agent, e.Config.Task, e.Config.Seed)
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
}

// schema describes the rows of the session.
func (s *session) schema() stream.Schema {
	config := s.experiment.Config
	described := stream.Schema{
		Task: config.Task, Agent: config.Agent, ActionRepeat: config.ActionRepeat,
		Layout: s.table.Layout(), Action: stream.FieldOf(s.environment.Action()), View: config.view(), Tasks: s.tasks, Objectives: s.objectives,
	}
	for _, spec := range s.environment.Observations() {
		described.Observations = append(described.Observations, stream.FieldOf(spec))
	}
	if s.relabeller != nil {
		described.Physics = stream.Physics(s.relabeller.PhysicsSpec())
	}
	return described
}

// view says what is done to the observations that their specs do not show.
func (c Config) view() string {
	var words []string
	if c.Delay > 0 {
		words = append(words, fmt.Sprintf("delay %d", c.Delay))
	}
	if c.Flicker > 0 {
		words = append(words, fmt.Sprintf("flicker %g", c.Flicker))
	}
	return strings.Join(words, ", ")
}

// openExperience opens what the learner draws from.
func (s *session) openExperience(ctx context.Context, warnings io.Writer) error {
	if s.experiment.Config.Offline != "" {
		return s.openOffline(ctx, warnings)
	}
	if err := s.openStream(ctx, warnings); err != nil {
		return err
	}
	return s.openEarlier(ctx, warnings)
}

// openStream opens the experience log and fills the replay with what it has from before the position in
// the session's state.
func (s *session) openStream(ctx context.Context, warnings io.Writer) error {
	var err error
	if s.log, err = stream.Open(ctx, s.experiment.streamConfig(s.folder, warnings)); err != nil {
		return err
	}
	view := stream.NewView(s.table)
	at, kept := s.state.Stream, int64(s.experiment.Config.ReplayCapacity)
	writer, found, err := s.log.Resume(ctx, s.experiment.writerName(), s.schema(), at, kept, view.Add)
	if err != nil {
		return err
	}
	s.writer = writer
	reportLosses(warnings, found)
	if err := view.Finish(); err != nil {
		return err
	}
	if s.state.Playing && !writer.Playing() {
		return s.begin() // the observation that the log ended with is lost, but the episode goes on
	}
	return nil
}

// reportMemory tells how much memory a replay with pictures will take.
func (s *session) reportMemory(output io.Writer) {
	if s.sizes.Image.Bytes() == 0 {
		return
	}
	bytes, capacity := s.table.Layout().RowBytes(), s.experiment.Config.ReplayCapacity
	fmt.Fprintf(output, "a step takes %d bytes of memory, and the replay %.2g GB when it holds replay_capacity, %d\n", bytes, float64(bytes)*float64(capacity)/1e9, capacity)
}

// reportLosses tells what of the replay could not be read.
func reportLosses(warnings io.Writer, found stream.Recovery) {
	for _, damage := range found.Damaged {
		fmt.Fprintln(warnings, "warning: experience log:", damage)
	}
	lost := int64(0)
	for _, rows := range found.Lost {
		fmt.Fprintf(warnings, "warning: experience log: rows %v are damaged or gone\n", rows)
		lost += rows.End - rows.Begin
	}
	if lost > 0 {
		fmt.Fprintf(warnings, "warning: going on without %d of %d rows of replay: the run will not end as one that lost nothing\n", lost, lost+found.Rows)
	}
}

// begin remembers the first observation of an episode.
func (s *session) begin() error {
	first := replay.Step{Observation: s.observation.Numbers, Image: s.observation.Image, State: s.recurrent}
	if err := s.ofEnvironment(s.table.Begin(first)); err != nil {
		return err
	}
	if err := s.observePhysics(); err != nil {
		return err
	}
	return s.writer.Begin(first, s.physics)
}

// remember remembers a step in the replay, which refuses what is not finite, and in the log.
func (s *session) remember(step replay.Step, last bool) error {
	if err := s.ofEnvironment(s.table.Append(step)); err != nil {
		return err
	}
	if err := s.observePhysics(); err != nil {
		return err
	}
	return s.writer.Append(step, s.physics, last)
}

// receive fills the session's reward with what a step gave.
func (s *session) receive(step env.TimeStep) error {
	if want := len(s.reward) - 1; len(step.Rewards) != want {
		return fmt.Errorf("a step gave rewards for %d tasks or objectives, and there are %d: %v", len(step.Rewards), want, s.schema().Rewards())
	}
	s.reward[0] = float32(step.Reward)
	for i, reward := range step.Rewards {
		s.reward[1+i] = float32(reward)
	}
	return nil
}

// observePhysics reads the numbers of the simulator from which rewards can be computed again, if it has any.
func (s *session) observePhysics() error {
	if s.relabeller == nil {
		return nil
	}
	return s.relabeller.Physics(s.physics)
}
