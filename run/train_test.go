package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// ladder counts its steps: the observation is the number of the step in the episode, the reward 10
// times that. Odd episodes terminate after 3 steps, even ones are truncated after 5. Fault, if there
// is one, may change what a step returns; steps are counted over all episodes.
type ladder struct {
	episode, count, total int
	fault                 func(total int, step *env.TimeStep)
}

func (l *ladder) Observations() []env.Spec {
	return []env.Spec{{Name: "rung", Shape: []int{1}}, {Name: "constants", Shape: []int{2}}}
}

func (l *ladder) Action() env.Spec { return env.Spec{Name: "push", Shape: []int{2}} }
func (l *ladder) Close() error     { return nil }

func (l *ladder) observe() env.Observation {
	return env.Observation{{Float64: []float64{float64(l.count)}}, {Float64: []float64{-1, 1}}}
}

func (l *ladder) Reset() (env.TimeStep, error) {
	l.episode, l.count = l.episode+1, 0
	return env.Restart(l.observe()), nil
}

func (l *ladder) Step(action []float64) (env.TimeStep, error) {
	if err := l.Action().CheckAction(action); err != nil {
		return env.TimeStep{}, err
	}
	l.count++
	l.total++
	reward := 10 * float64(l.count)
	step := env.Transition(reward, l.observe())
	switch {
	case l.episode%2 == 1 && l.count == 3:
		step = env.Termination(reward, l.observe())
	case l.episode%2 == 0 && l.count == 5:
		step = env.Truncation(reward, l.observe())
	}
	if l.fault != nil {
		l.fault(l.total, &step)
	}
	return step, nil
}

// onLadder is a training on the ladder of as many steps, with a checkpoint after every 10.
func onLadder(steps int64, fault func(total int, step *env.TimeStep)) *Experiment {
	settings := mpo.Default()
	settings.PolicyLayers, settings.CriticLayers, settings.Batch, settings.Warmup = []int{4}, []int{4}, 4, 8
	config := DefaultConfig()
	config.Agent, config.Task, config.Steps, config.Workers = "mpo", "test/ladder", steps, 1
	config.CheckpointEvery, config.LogEvery = 10, 5
	task := env.Task{Name: "test/ladder", New: func(uint64) (env.Environment, error) { return &ladder{fault: fault}, nil }}
	return &Experiment{Config: config, Agent: settings, Task: task, Algorithm: mpo.Algorithm()}
}

func train(t *testing.T, e *Experiment, folder string, resume bool) (*Result, string, error) {
	t.Helper()
	var output bytes.Buffer
	result, err := Train(context.Background(), e, Options{Folder: folder, Resume: resume, Output: &output})
	return result, output.String(), err
}

// remembered returns the rows in a run's experience log, with the observation behind the newest.
func remembered(t *testing.T, folder string) *replay.Rows {
	t.Helper()
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(folder, StreamFolder)})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	all := &replay.Rows{}
	for chunk, err := range log.History(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		kept := all.Len()
		if kept > int(chunk.First) {
			kept-- // the observation that stood alone is the first of this chunk
		}
		layout := chunk.Schema.Layout
		joined := replay.NewRows(layout, kept+chunk.Data.Len())
		joined.Copy(layout, all, 0, 0, kept)
		joined.Copy(layout, chunk.Data, kept, 0, chunk.Data.Len())
		all = joined
	}
	return all
}

// TestReplayOfEndedEpisodes plays one terminated and one truncated episode: both leave their final
// observation, and only the first a discount of 0.
func TestReplayOfEndedEpisodes(t *testing.T) {
	folder := t.TempDir()
	if _, _, err := train(t, onLadder(8, nil), folder, false); err != nil {
		t.Fatal(err)
	}
	want := map[string][]float32{
		"reward":   {10, 20, 30, 0, 10, 20, 30, 40, 50, 0}, // the final rows have no action, reward and discount
		"discount": {1, 1, 0, 0, 1, 1, 1, 1, 1, 0},
	}
	if got := remembered(t, folder).Reward; !slices.Equal(got, want["reward"]) {
		t.Errorf("rewards are %v, want %v", got, want["reward"])
	}
	if got := remembered(t, folder).Discount; !slices.Equal(got, want["discount"]) {
		t.Errorf("discounts are %v, want %v", got, want["discount"])
	}
	var rungs []float32
	for i, x := range remembered(t, folder).Observation {
		if i%3 == 0 {
			rungs = append(rungs, x)
		}
	}
	if want := []float32{0, 1, 2, 3, 0, 1, 2, 3, 4, 5}; !slices.Equal(rungs, want) {
		t.Errorf("observations are %v, want %v", rungs, want)
	}
}

// TestActionRepeat counts the simulator's steps, one at the end of an episode of 3 or 5, and makes as
// many updates for them as without repetition.
func TestActionRepeat(t *testing.T) {
	folder, e := t.TempDir(), onLadder(8, nil)
	e.Config.ActionRepeat = 2
	result, _, err := train(t, e, folder, false)
	if err != nil || result.Step != 8 {
		t.Fatalf("%+v, %v", result, err)
	}
	if got, want := remembered(t, folder).Reward, []float32{30, 30, 0, 30, 70, 50, 0}; !slices.Equal(got, want) {
		t.Errorf("rewards are %v, want %v", got, want)
	}
	for repeat, want := range map[int]int64{1: 17, 2: 17, 7: 18} { // every 2 of the steps 8 to 40; 7 of them last up to 42
		folder, e := t.TempDir(), onLadder(40, func(_ int, step *env.TimeStep) { step.Type, step.Discount = env.Mid, 1 })
		e.Config.ActionRepeat, e.Config.EvaluateEpisodes = repeat, 1
		result, _, err := train(t, e, folder, false)
		if err != nil {
			t.Fatal(err)
		}
		generation, _, err := checkpoint.Open(filepath.Join(folder, checkpointFolder)).Load()
		if err != nil {
			t.Fatal(err)
		}
		var saved state
		if err := json.Unmarshal(generation.State, &saved); err != nil || saved.Updates != want || saved.Step != result.Step {
			t.Errorf("repeat %d: %d updates in %d steps, %v, want %d", repeat, saved.Updates, saved.Step, err, want)
		}
	}
}

// TestEnvironmentThatFails demands that the step, the seed and the element are named, and that the run can go
// on from its last checkpoint when the fault is gone.
func TestEnvironmentThatFails(t *testing.T) {
	for name, test := range map[string]struct {
		fault func(step *env.TimeStep)
		want  string
	}{
		"reward":      {func(s *env.TimeStep) { s.Reward = math.NaN() }, "reward[0] is NaN"},
		"observation": {func(s *env.TimeStep) { s.Observation[1].Float64[1] = math.Inf(1) }, "observation[2] is +Inf"},
		"discount":    {func(s *env.TimeStep) { s.Discount = -1 }, "discount is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			_, _, err := train(t, onLadder(30, func(total int, step *env.TimeStep) {
				if total == 25 {
					test.fault(step)
				}
			}), folder, false)
			expectError(t, err, "step 25: environment of seed ", strconv.FormatUint(rng.Mix(1, streamEnvironment), 10), test.want, folder, "--resume goes on from there")
			result, _, err := train(t, onLadder(30, nil), folder, true)
			if err != nil || result.Step != 30 {
				t.Errorf("resumed to %+v, %v", result, err)
			}
		})
	}
}

// In an evaluation nothing is stored, but the same is checked.
func TestEvaluationOfAnEnvironmentThatFails(t *testing.T) {
	for want, fault := range map[string]func(step *env.TimeStep){
		"reward is NaN":         func(s *env.TimeStep) { s.Reward = math.NaN() },
		"observation[0] is NaN": func(s *env.TimeStep) { s.Observation[0].Float64[0] = math.NaN() },
	} {
		e := onLadder(10, func(total int, step *env.TimeStep) {
			if total == 5 { // step 2 of the second episode
				fault(step)
			}
		})
		_, err := Evaluate(e.Task, still{0, 0}, Episodes{Count: 3, Seed: 1})
		expectError(t, err, "step 2 of an episode", want)
	}
}

// lost is a policy that tries actions out, and fails when it is told where, or where it is.
type lost struct {
	still
	nowhere bool
}

func (l lost) In(env.Task, int) (agent.Simulating, error) {
	if l.nowhere {
		return nil, errors.New("there is nothing to try out")
	}
	return l, nil
}

func (lost) Stand([]byte) error { return errors.New("this is no place") }
func (lost) Close() error       { return nil }

// What a policy that acts with the simulator has to say ends an evaluation and a run.
func TestPolicyThatCannotStand(t *testing.T) {
	task := env.Task{Name: "classic/pendulum", New: classic.NewPendulum}
	_, err := Evaluate(task, lost{still: still{0}}, Episodes{Count: 1})
	expectError(t, err, "step 1 of an episode", "this is no place")
	_, err = Evaluate(task, lost{nowhere: true}, Episodes{Count: 1})
	expectError(t, err, "nothing to try out")
	unsaved := env.Task{Name: "unsaved", New: func(seed uint64) (env.Environment, error) {
		inner, err := classic.NewPendulum(seed)
		return struct{ env.Environment }{inner}, err
	}}
	_, err = Evaluate(unsaved, lost{still: still{0}}, Episodes{Count: 1})
	expectError(t, err, "unsaved cannot be copied")
}

// still is a policy that always does the same.
type still []float32

func (s still) StateSize() int { return 0 }

func (s still) Act(agent.Observation, []float32, uint64, bool) agent.Action {
	return agent.Action{Values: s}
}
func (still) Refresh() {}

func TestActionThatIsNotANumber(t *testing.T) {
	_, err := Evaluate(onLadder(10, nil).Task, still{0, float32(math.NaN())}, Episodes{Count: 1, Seed: 1})
	expectError(t, err, "step 1 of an episode", "action element 1 of 2 is NaN")
	s, err := newSession(onLadder(10, nil), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.openStream(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	s.actor = &actor{policy: still{0, float32(math.NaN())}}
	expectError(t, s.act(), "action element 1 of 2 is NaN")
	if s.state.Step != 0 || s.table.Len() != 0 {
		t.Errorf("the failed step was counted: step %d, %d in replay", s.state.Step, s.table.Len())
	}
}

func TestEpisodeWithoutEnd(t *testing.T) {
	e := onLadder(10, func(_ int, step *env.TimeStep) { step.Type = env.Mid })
	for longest, want := range map[int]float64{0: 10 * LongestEpisode * (LongestEpisode + 1) / 2, 4: 100} {
		got, err := Evaluate(e.Task, still{0, 0}, Episodes{Count: 2, Seed: 1, Longest: longest})
		if err != nil || !slices.Equal(got.Returns, []float64{want, want}) {
			t.Errorf("cut off after %d steps: returns %v, %v, want %v", longest, got.Returns, err, want)
		}
	}
}

func TestEvaluateSumsRewards(t *testing.T) {
	got, err := Evaluate(onLadder(10, nil).Task, still{0, 0}, Episodes{Count: 3, Seed: 1})
	if err != nil || !slices.Equal(got.Returns, []float64{60, 150, 60}) {
		t.Fatalf("returns are %v, %v", got.Returns, err)
	}
	if got.Mean() != 90 || math.Abs(got.Deviation()-math.Sqrt(1800)) > 1e-12 {
		t.Errorf("mean %v, deviation %v", got.Mean(), got.Deviation())
	}
}

// Evaluate depends on the seed and the policy, and on nothing before it.
func TestEvaluateIsAFunction(t *testing.T) {
	task, err := env.Catalogue(classic.Tasks()).Find("classic/lqr")
	if err != nil {
		t.Fatal(err)
	}
	play := func(seed uint64) []float64 {
		evaluation, err := Evaluate(task, still{0.5}, Episodes{Count: 2, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return evaluation.Returns
	}
	first := play(1)
	other := play(2)
	if again := play(1); !slices.Equal(first, again) || slices.Equal(first, other) {
		t.Errorf("seed 1 gives %v and %v, seed 2 %v", first, again, other)
	}
}

// A stop at any step saves it, and the last step is no stop.
func TestStop(t *testing.T) {
	folder := t.TempDir()
	_, err := trainUntil(13, onLadder(20, nil), folder, false)
	if !errors.Is(err, ErrStopped) {
		t.Fatalf("error is %v, want ErrStopped", err)
	}
	expectError(t, err, "step 13", folder)
	generation, _, err := checkpoint.Open(filepath.Join(folder, checkpointFolder)).Load()
	if err != nil || generation.Step != 13 {
		t.Fatalf("the checkpoint is %+v, %v", generation, err)
	}
	result, err := trainUntil(7, onLadder(20, nil), folder, true) // the 7th step from here is the last
	if err != nil || result.Step != 20 {
		t.Errorf("stopped at the last step: %+v, %v", result, err)
	}
}

// trainUntil asks a training to stop during its step number last.
func trainUntil(last int, e *Experiment, folder string, resume bool) (*Result, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e.Task.New = func(uint64) (env.Environment, error) {
		return &ladder{fault: func(total int, _ *env.TimeStep) {
			if total == last {
				cancel()
			}
		}}, nil
	}
	return Train(ctx, e, Options{Folder: folder, Resume: resume})
}

// An environment that cannot be saved begins another episode, and the one that was open counts as
// truncated.
func TestResumeWithoutSnapshots(t *testing.T) {
	folder := t.TempDir()
	if _, _, err := train(t, onLadder(5, nil), folder, false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := train(t, onLadder(8, nil), folder, true); err != nil {
		t.Fatal(err)
	}
	if got, want := remembered(t, folder).Reward, []float32{10, 20, 30, 0, 10, 20, 0, 10, 20, 30, 0}; !slices.Equal(got, want) {
		t.Errorf("rewards are %v, want %v", got, want)
	}
}

func TestScore(t *testing.T) {
	for want, evaluations := range map[float64][]float64{5: {5}, 2: {1, 3}, 3: {100, 2, 3, 4}} {
		if got := (Result{Evaluations: evaluations}).Score(); got != want {
			t.Errorf("the score of %v is %v, want %v", evaluations, got, want)
		}
	}
}

// Parameters that are not finite never make a checkpoint.
func TestNoCheckpointOfNaN(t *testing.T) {
	folder := t.TempDir()
	s, err := newSession(onLadder(10, nil), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.openStream(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := s.save(); err != nil {
		t.Fatal(err)
	}
	s.learner.Parts()[0].Tree[0].Data[1] = float32(math.NaN())
	expectError(t, s.save(), "element 1 of policy/", "is NaN", "resume from the last one")
	files, err := filepath.Glob(filepath.Join(folder, checkpointFolder, "generation-*"))
	if err != nil || len(files) != 1 {
		t.Errorf("the checkpoints are %v, %v", files, err)
	}
}
