package run

import (
	"encoding/json"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/dataset"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// onPoint is a training on a task of the point, with episodes of 7 steps.
func onPoint(t *testing.T, name string, steps int64) *Experiment {
	t.Helper()
	task, err := env.Catalogue(classic.Tasks()).Find(name)
	if err != nil {
		t.Fatal(err)
	}
	e := onLadder(steps, nil)
	e.Config.Task = name
	e.Task = wrap.Task(task, func(inner env.Environment) (env.Environment, error) { return wrap.TimeLimit(inner, 7) })
	return e
}

// loggedEpisodes are those in a run's experience log.
func loggedEpisodes(t *testing.T, folder string) []*dataset.Episode {
	t.Helper()
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(folder, StreamFolder)})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	return collected(t, dataset.FromChunks(log.History(t.Context())))
}

func collected(t *testing.T, episodes iter.Seq2[*dataset.Episode, error]) []*dataset.Episode {
	t.Helper()
	var all []*dataset.Episode
	for e, err := range episodes {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// checkRewards compares the rewards of an episode with those of its physics, and its rows with the task there.
func checkRewards(t *testing.T, e *dataset.Episode) (played int) {
	t.Helper()
	made, _ := classic.NewPointMultitask(1)
	rewards := make([]float64, 4)
	for i := range e.Steps() {
		task, err := made.(env.MultiRelabeller).RewardsOf(e.Physics[5*(i+1):5*(i+2)], rewards)
		if err != nil {
			t.Fatal(err)
		}
		got := e.Rows.Reward[5*i : 5*(i+1)]
		want := []float32{float32(rewards[task])}
		for _, reward := range rewards {
			want = append(want, float32(reward))
		}
		row := e.Rows.Observation[8*i+4 : 8*i+8]
		if !slices.Equal(got, want) || row[task] != 1 {
			t.Fatalf("step %d of %s: rewards %v and task %v, want %v and %d", i, e.ID, got, row, want, task)
		}
		played = task
	}
	return played
}

// A run on several tasks stores the rewards of all of them, and learns from that of the one played.
func TestSeveralTasksAreLoggedWithAllRewards(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	e := onPoint(t, "classic/point-multitask", 150)
	e.Config.EvaluateEpisodes = 5
	result, output, err := train(t, e, folder, false)
	if err != nil {
		t.Fatal(err)
	}
	tasks := []string{"red", "blue", "slow", "fast"}
	seen := make([]bool, 4)
	for _, episode := range loggedEpisodes(t, folder) {
		if !slices.Equal(episode.Schema.Tasks, tasks) || episode.Schema.Layout.Reward != 5 {
			t.Fatalf("the schema is %+v", episode.Schema)
		}
		seen[checkRewards(t, episode)] = true
	}
	if slices.Contains(seen, false) {
		t.Errorf("the tasks %v were played", seen)
	}
	for i, score := range result.Evaluation.Tasks {
		if score.Name != tasks[i] || score.Episodes != []int{2, 1, 1, 1}[i] {
			t.Errorf("the evaluation of task %d is %+v", i, score)
		}
	}
	if !strings.Contains(output, ", evaluated: red ") {
		t.Errorf("the progress does not name the tasks:\n%s", output)
	}
	metrics, err := os.ReadFile(filepath.Join(folder, metricsFile))
	for _, name := range tasks {
		if err != nil || !strings.Contains(string(metrics), `"evaluation/return/`+name+`"`) {
			t.Errorf("no line has the return of %s: %v", name, err)
		}
	}
}

// A run on several tasks that is stopped and resumed ends as one that was not.
func TestSeveralTasksResume(t *testing.T) {
	whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
	if _, _, err := train(t, onPoint(t, "classic/point-multitask", 60), whole, false); err != nil {
		t.Fatal(err)
	}
	for _, steps := range []int64{33, 60} {
		if _, _, err := train(t, onPoint(t, "classic/point-multitask", steps), parts, steps > 33); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(learned(t, whole), learned(t, parts)) {
		t.Error("the resumed run learned something else")
	}
	one, two := remembered(t, whole), remembered(t, parts)
	if !slices.Equal(one.Reward, two.Reward) || !slices.Equal(one.Observation, two.Observation) {
		t.Error("the resumed run saw something else")
	}
}

// resting does nothing.
type resting struct{ still }

func (resting) Act(agent.Observation, []float32, uint64, bool) agent.Action {
	return agent.Action{Values: []float32{0, 0}}
}

// Tasks are evaluated in turn, each by its own reward.
func TestEvaluateSeveralTasks(t *testing.T) {
	task := onPoint(t, "classic/point-multitask", 1).Task
	var asked []int
	sums := make([]float64, 0, 6)
	evaluation, err := evaluate(task, resting{}, Episodes{Count: 6, Seed: 3}, func(step env.TimeStep, _ []float32) error {
		if step.Type == env.First {
			asked, sums = append(asked, slices.Index(step.Observation[2].Float64, 1)), append(sums, 0)
			return nil
		}
		sums[len(sums)-1] += step.Rewards[asked[len(asked)-1]]
		return nil
	})
	if err != nil || !slices.Equal(asked, []int{0, 1, 2, 3, 0, 1}) || !slices.Equal(evaluation.Returns, sums) {
		t.Fatalf("%v, %v: tasks %v with returns %v, want %v", evaluation, err, asked, evaluation.Returns, sums)
	}
	want := []float64{(sums[0] + sums[4]) / 2, (sums[1] + sums[5]) / 2, sums[2], sums[3]}
	for i, score := range evaluation.Tasks {
		if math.Abs(score.Mean-want[i]) > 1e-12 {
			t.Errorf("%s has %v, want %v", score.Name, score.Mean, want[i])
		}
	}
	if few, err := Evaluate(task, resting{}, Episodes{Count: 2, Seed: 3}); err != nil || len(few.Tasks) != 2 {
		t.Errorf("two episodes give %+v, %v", few, err)
	}
}

// monotone lists two tasks and plays the first alone.
type monotone struct{ env.Environment }

func (monotone) Tasks() []string { return []string{"once", "never"} }
func (monotone) Observations() []env.Spec {
	return []env.Spec{{Name: env.TaskName, Shape: []int{2}}}
}

func (m monotone) Reset() (env.TimeStep, error) {
	return env.Restart(env.Observation{{Float64: []float64{1, 0}}}), nil
}

func TestATaskThatIsNeverDrawn(t *testing.T) {
	e := monotone{&ladder{}}
	if _, err := begin(e, 2); err != nil {
		t.Error(err)
	}
	_, err := begin(e, 3)
	expectError(t, err, "none of 200 episodes plays the task never")
}

// Experience of one task alone comes with the rewards of all, and tells the task that was played.
func TestSeveralTasksLearnFromOneAlone(t *testing.T) {
	source, folder := filepath.Join(t.TempDir(), "source"), t.TempDir()
	if _, _, err := train(t, onPoint(t, "classic/point-slow", 40), source, false); err != nil {
		t.Fatal(err)
	}
	e := onPoint(t, "classic/point-multitask", 40)
	e.Config.Offline = source
	s, err := newSession(e, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	table, err := replay.NewTable(s.table.Layout(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	r := earlierRun{session: s, about: Earlier{Run: source}, table: table, warnings: io.Discard}
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(source, StreamFolder)})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	before := collected(t, dataset.FromChunks(log.History(t.Context())))
	for i, episode := range collected(t, r.prepared(dataset.FromChunks(log.History(t.Context())))) {
		if played := checkRewards(t, episode); played != 2 {
			t.Errorf("task %d was played, want 2", played)
		}
		for step := range episode.Steps() {
			if episode.Rows.Reward[5*step] != before[i].Rows.Reward[step] || !slices.Equal(episode.Rows.Observation[8*step:8*step+4], before[i].Rows.Observation[4*step:4*step+4]) {
				t.Fatalf("step %d of %s is not what was recorded", step, episode.ID)
			}
		}
	}
	if !r.about.Relabelled || r.about.Rows == 0 {
		t.Errorf("the experience is %+v", r.about)
	}
}

// Offline and mixed in, through the whole of a training.
func TestTrainingFromOneTaskAlone(t *testing.T) {
	source := filepath.Join(t.TempDir(), "source")
	if _, _, err := train(t, onPoint(t, "classic/point-red", 40), source, false); err != nil {
		t.Fatal(err)
	}
	e, folder := onPoint(t, "classic/point-multitask", 40), filepath.Join(t.TempDir(), "run")
	e.Config.ReplayFrom = source
	if _, _, err := train(t, e, folder, false); err != nil {
		t.Fatal(err)
	}
	var stored Provenance
	text, err := os.ReadFile(filepath.Join(folder, provenanceFile))
	if err == nil {
		err = json.Unmarshal(text, &stored)
	}
	if err != nil || !stored.Earlier[0].Relabelled || stored.Earlier[0].Rows < 40 {
		t.Errorf("the provenance is %s, %v", text, err)
	}
}

func TestExperienceThatDoesNotFitSeveralTasks(t *testing.T) {
	source, several, ladders := filepath.Join(t.TempDir(), "red"), filepath.Join(t.TempDir(), "several"), filepath.Join(t.TempDir(), "ladder")
	for folder, e := range map[string]*Experiment{
		source: onPoint(t, "classic/point-red", 20), several: onPoint(t, "classic/point-multitask", 20), ladders: pricedExperiment("test/first", "ladder", 10, 23),
	} {
		if _, _, err := train(t, e, folder, false); err != nil {
			t.Fatal(err)
		}
	}
	blind := onPoint(t, "classic/point-multitask", 20)
	inner := blind.Task.New
	blind.Task.New = func(seed uint64) (env.Environment, error) {
		e, err := inner(seed)
		return struct{ env.MultiTask }{e.(env.MultiTask)}, err
	}
	half := onPoint(t, "classic/point-multitask", 20)
	half.Task.New = func(seed uint64) (env.Environment, error) {
		e, err := inner(seed)
		return struct {
			env.MultiTask
			env.Relabeller
		}{e.(env.MultiTask), e.(env.Relabeller)}, err
	}
	for _, test := range []struct {
		e     *Experiment
		from  string
		words []string
	}{
		{half, source, []string{"it has the rewards of classic/point-red", "cannot tell those of all its tasks"}},
		{blind, source, []string{"rewards are those of classic/point-red", "classic/point-multitask with these settings cannot tell its own reward"}},
		{onPoint(t, "classic/point-multitask", 20), ladders, []string{"cannot be used for classic/point-multitask", "observation 1: position"}},
		{onPoint(t, "classic/point-red", 20), several, []string{"cannot be used for classic/point-red", "observation 3: none here, task float64[4]", "rewards in a step: 1 here, 5 there"}},
	} {
		test.e.Config.ReplayFrom = test.from
		_, err := drawnFrom(t, test.e, t.TempDir())
		expectError(t, err, test.words...)
	}
}

// miscounting is several tasks that forget a reward.
type miscounting struct{ *classic.MultitaskPoint }

func (m miscounting) Step(action []float64) (env.TimeStep, error) {
	step, err := m.MultitaskPoint.Step(action)
	if step.Rewards != nil {
		step.Rewards = step.Rewards[:3]
	}
	return step, err
}

func TestARewardIsMissing(t *testing.T) {
	e := onPoint(t, "classic/point-multitask", 20)
	e.Task.New = func(seed uint64) (env.Environment, error) {
		made, err := classic.NewPointMultitask(seed)
		return miscounting{made.(*classic.MultitaskPoint)}, err
	}
	_, _, err := train(t, e, t.TempDir(), false)
	expectError(t, err, "environment of seed", "a step gave rewards for 3 tasks or objectives, and there are 4")
}
