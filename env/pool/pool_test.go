package pool

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
)

// sameForAnyWorkers demands that pools of 1, 2 and 8 workers play what the environments play alone.
func sameForAnyWorkers(t *testing.T, newEnvironment func(uint64) (env.Environment, error), turns int) {
	t.Helper()
	for _, mode := range []AutoReset{NextStep, SameStep} {
		config := Config{Environments: 5, AutoReset: mode, Seed: 3}
		want := make([][]moment, config.Environments)
		for i := range want {
			want[i] = alone(t, newEnvironment, config, i, turns)
		}
		if reflect.DeepEqual(want[0], want[1]) {
			t.Error("two environments play the same")
		}
		for _, config.Workers = range []int{1, 2, 8} {
			got := together(t, newEnvironment, config, turns)
			for i := range want {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("%v, %d workers: environment %d does not play what it plays alone", mode, config.Workers, i)
				}
			}
		}
	}
}

// together plays a pool and returns the story of each environment.
func together(t *testing.T, newEnvironment func(uint64) (env.Environment, error), config Config, turns int) [][]moment {
	t.Helper()
	p := open(t, newEnvironment, config)
	stories := make([][]moment, config.Environments)
	actions := make([]float64, config.Environments*p.Action().Size())
	for turn := range turns {
		batch, err := p.Step(actionsOf(actions, turn))
		if err != nil {
			t.Fatal(err)
		}
		for i := range stories {
			stories[i] = append(stories[i], at(batch, i))
		}
	}
	return stories
}

func TestWorkersDoNotChangeResults(t *testing.T) {
	t.Run("pendulum", func(t *testing.T) { sameForAnyWorkers(t, newPendulum, 60) })
	t.Run("catch", func(t *testing.T) { sameForAnyWorkers(t, classic.NewCatch, 60) })
}

// TestNoTransitionCrossesEpisodes forms every transition that a learner could, from what it acted on
// to where it arrived.
func TestNoTransitionCrossesEpisodes(t *testing.T) {
	for mode, turnsOfAnEpisode := range map[AutoReset]int{NextStep: 9, SameStep: 6} { // in three episodes
		_, newDiary := diaries(4)
		p := open(t, newDiary, Config{Environments: 4, Workers: 2, AutoReset: mode})
		batch, err := p.Reset()
		if err != nil {
			t.Fatal(err)
		}
		ends := 0
		for range 10 * turnsOfAnEpisode {
			departures := slices.Clone(batch.Observation)
			if batch, err = p.Step(make([]float64, 8)); err != nil {
				t.Fatal(err)
			}
			for i := range 4 {
				checkTransition(t, batch, i, row(departures, i, 2))
			}
			if batch.Type[0] == env.Last {
				ends++
			}
		}
		if ends != 30 {
			t.Errorf("%v: %d episodes ended, want 30", mode, ends)
		}
	}
}

// checkTransition demands that the latest action led from departure to the next step of the same
// episode, if it led anywhere.
func checkTransition(t *testing.T, batch *Batch, i int, departure []float32) {
	t.Helper()
	arrival, image, arrived := batch.Arrival(i)
	if arrived != (batch.Type[i] != env.First) {
		t.Fatalf("a %v step has arrived: %v", batch.Type[i], arrived)
	}
	if !arrived {
		if batch.Reward[i] != 0 || batch.Discount[i] != 1 {
			t.Fatalf("FIRST has reward %g and discount %g", batch.Reward[i], batch.Discount[i])
		}
		return
	}
	if arrival[0] != departure[0] || arrival[1] != departure[1]+1 {
		t.Fatalf("an action led from %v to %v", departure, arrival)
	}
	if image[0] != uint8(arrival[0]) || image[1] != uint8(arrival[1]) {
		t.Fatalf("at %v the image is %v", arrival, image)
	}
	if batch.Reward[i] != float64(100*arrival[0]+arrival[1]) {
		t.Fatalf("at %v the reward is %g", arrival, batch.Reward[i])
	}
	terminated := batch.Type[i] == env.Last && int(arrival[0])%2 == 0
	if (batch.Discount[i] == 0) != terminated {
		t.Fatalf("at %v the discount is %g", arrival, batch.Discount[i])
	}
}

func TestSameStepShowsBothObservations(t *testing.T) {
	_, newDiary := diaries(1)
	p := open(t, newDiary, Config{Environments: 1, Workers: 1, AutoReset: SameStep})
	want := []struct {
		kind       env.StepType
		row, final []float32
	}{
		{env.First, []float32{1, 0}, []float32{0, 0}}, {env.Mid, []float32{1, 1}, []float32{0, 0}},
		{env.Last, []float32{2, 0}, []float32{1, 2}}, {env.Mid, []float32{2, 1}, []float32{1, 2}},
	}
	for i, w := range want {
		batch, err := p.Step(make([]float64, 2))
		if err != nil || batch.Type[0] != w.kind || !slices.Equal(batch.Observation, w.row) || !slices.Equal(batch.FinalObservation, w.final) {
			t.Errorf("step %d is %v with %v, before it %v (%v)", i, batch.Type, batch.Observation, batch.FinalObservation, err)
		}
	}
}

func TestDisabledWaitsForReset(t *testing.T) {
	all, newDiary := diaries(3)
	p := open(t, newDiary, Config{Environments: 3, Workers: 2, AutoReset: Disabled})
	actions := make([]float64, 6)
	_, err := p.Step(actions)
	expect(t, err, "environment 0: no episode is being played: Reset it", "environment 2")
	if _, err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	all[1].episode = 5 // an episode of 3 steps: the others have 2
	for range 2 {
		if _, err := p.Step(actions); err != nil {
			t.Fatal(err)
		}
	}
	batch, err := p.Step(actions)
	expect(t, err, "environment 0", "environment 2")
	if batch.Errors[1] != nil || all[1].step != 3 || all[0].step != 2 {
		t.Errorf("environment 1 is at step %d with the error %v", all[1].step, batch.Errors[1])
	}
	if batch, err = p.Reset(2, 2, 0); err != nil || !slices.Equal(batch.Type, []env.StepType{env.First, env.Last, env.First}) {
		t.Errorf("after Reset of 0 and 2 the types are %v (%v)", batch.Type, err)
	}
	if all[2].episode != 2 {
		t.Errorf("named twice, environment 2 is in episode %d, want 2", all[2].episode)
	}
	_, err = p.Step(actions)
	expect(t, err, "environment 1")
}

func TestErrorsStayWithTheirEnvironment(t *testing.T) {
	all, newDiary := diaries(4)
	p := open(t, newDiary, Config{Environments: 4, Workers: 2})
	actions := make([]float64, 8)
	if _, err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("unwell")
	all[2].broken = cause
	actions[7] = math.NaN()
	batch, err := p.Step(actions)
	expect(t, err, "environment 2: unwell", "environment 3: env: action element 1 of 2 is NaN")
	if !errors.Is(err, cause) || batch.Errors[0] != nil || batch.Observation[1] != 1 || batch.Observation[5] != 0 {
		t.Errorf("errors %v, observations %v", batch.Errors, batch.Observation)
	}
	if _, _, arrived := batch.Arrival(2); arrived {
		t.Error("an error gives a transition")
	}
	all[2].broken, actions[7] = nil, 0
	if batch, err = p.Step(actions); err != nil || batch.Observation[5] != 1 || batch.Observation[1] != 2 {
		t.Errorf("after the errors: %v (%v)", batch.Observation, err)
	}
}

func TestAFailedResetAfterLastIsAnError(t *testing.T) {
	all, newDiary := diaries(2)
	p := open(t, newDiary, Config{Environments: 2, Workers: 1, AutoReset: SameStep})
	actions := make([]float64, 4)
	for range 2 {
		if _, err := p.Step(actions); err != nil {
			t.Fatal(err)
		}
	}
	all[0].brokenReset = errors.New("stuck")
	batch, err := p.Step(actions)
	expect(t, err, "environment 0: stuck")
	if _, _, arrived := batch.Arrival(0); arrived || batch.Type[1] != env.Last {
		t.Errorf("arrived %v, the types are %v", arrived, batch.Type)
	}
	all[0].brokenReset = nil
	if batch, err = p.Step(actions); err != nil || batch.Type[0] != env.First {
		t.Errorf("the step after it is %v (%v)", batch.Type[0], err)
	}
}

func TestMistakes(t *testing.T) {
	_, newDiary := diaries(2)
	p := open(t, newDiary, Config{Environments: 2, Workers: 1})
	_, err := p.Step(make([]float64, 3))
	expect(t, err, "have 3 elements, want 2 for each of 2")
	_, err = p.Reset(1, 2)
	expect(t, err, "no environment 2; there are 0 to 1")
	for want, config := range map[string]Config{
		"Environments is 0":  {Workers: 1},
		"Workers is 0":       {Environments: 1},
		"AutoReset is 3":     {Environments: 1, Workers: 1, AutoReset: 3},
		"environment 1: not": {Environments: 3, Workers: 1},
	} {
		all, newDiary := diaries(1)
		made := 0
		_, err := New(func(seed uint64) (env.Environment, error) {
			if made++; made > 1 {
				return nil, errors.New("not today")
			}
			return newDiary(seed)
		}, config)
		expect(t, err, want)
		if made > 0 && all[0].closed != 1 {
			t.Error("what was made was not closed")
		}
	}
	tasks := []func(uint64) (env.Environment, error){classic.NewCatch, classic.NewPendulum}
	_, err = New(func(seed uint64) (env.Environment, error) { task := tasks[0]; tasks = tasks[1:]; return task(seed) }, Config{Environments: 2, Workers: 1})
	expect(t, err, "environment 1", "not those of environment 0")
}

func TestSeedsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for root := range uint64(3) {
		for index := range 8 {
			for episode := range uint64(4) {
				for stream := range uint64(3) {
					name := fmt.Sprint(root, index, episode, stream)
					seed := Seed(root, index, episode, stream)
					if other, found := seen[seed]; found {
						t.Errorf("%s and %s have one seed", name, other)
					}
					seen[seed] = name
				}
			}
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, mode := range []AutoReset{NextStep, SameStep} {
		p := open(t, newPendulum, Config{Environments: 6, Workers: 2, AutoReset: mode})
		actions := make([]float64, 6)
		if count := testing.AllocsPerRun(200, func() { _, _ = p.Step(actions) }); count != 0 {
			t.Errorf("%v: %g allocations a step", mode, count)
		}
	}
}

func TestSnapshotContinues(t *testing.T) {
	for _, mode := range []AutoReset{NextStep, SameStep, Disabled} {
		config := Config{Environments: 3, Workers: 2, AutoReset: mode, Seed: 1}
		a := open(t, newPendulum, config)
		config.Seed, config.Workers = 2, 1
		b := open(t, newPendulum, config)
		if _, err := a.Reset(); err != nil {
			t.Fatal(err)
		}
		playTurns(t, a, 0, 17)
		state, err := a.Save()
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Restore(state); err != nil || !reflect.DeepEqual(a.batch, b.batch) {
			t.Fatalf("%v: the batch was not restored (%v)", mode, err)
		}
		if got, want := playTurns(t, b, 17, 6), playTurns(t, a, 17, 6); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: the restored pool plays something else", mode)
		}
		if mode == Disabled {
			continue // the episodes are over
		}
		if got, want := playTurns(t, b, 23, 30), playTurns(t, a, 23, 30); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: the restored pool plays something else later", mode)
		}
	}
}

// playTurns takes turns from number start on, and keeps the rows.
func playTurns(t *testing.T, p *Pool, start, count int) []moment {
	t.Helper()
	actions := make([]float64, len(p.actions))
	var story []moment
	for turn := range count {
		batch, err := p.Step(actionsOf(actions, start+turn))
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.environments {
			story = append(story, at(batch, i))
		}
	}
	return story
}

func TestARefusedSnapshotChangesNothing(t *testing.T) {
	config := Config{Environments: 2, Workers: 1, Seed: 1}
	p, twin := open(t, newPendulum, config), open(t, newPendulum, config)
	playTurns(t, p, 0, 5)
	playTurns(t, twin, 0, 5)
	config.AutoReset = SameStep
	other, err := open(t, newPendulum, config).Save()
	if err != nil {
		t.Fatal(err)
	}
	expect(t, p.Restore(other), "under NextStep")
	parts, err := open(t, newPendulum, Config{Environments: 2, Workers: 1, Seed: 9}).parts()
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = nil // the first environment accepts its part, the second does not
	expect(t, p.Restore(snapshot.Seal(p.kind(), parts...)), "environment 1")
	if got, want := playTurns(t, p, 5, 30), playTurns(t, twin, 5, 30); !reflect.DeepEqual(got, want) {
		t.Error("refused snapshots changed the pool")
	}
}

func TestSaveNeedsSnapshotters(t *testing.T) {
	_, newDiary := diaries(1)
	_, err := open(t, newDiary, Config{Environments: 1, Workers: 1}).Save()
	expect(t, err, "environment 0: it cannot save")
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v is no errors.ErrUnsupported", err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	all, newDiary := diaries(3)
	all[1].broken = errors.New("jammed")
	p, err := New(newDiary, Config{Environments: 3, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Step(make([]float64, 6))
	expect(t, p.Close(), "environment 1: jammed")
	if err := p.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
	_, err = p.Step(make([]float64, 6))
	expect(t, err, "closed")
	_, err = p.Reset()
	expect(t, err, "closed")
	expect(t, p.Restore(nil), "damaged")
	for i, d := range all {
		if d.closed != 1 {
			t.Errorf("environment %d was closed %d times", i, d.closed)
		}
	}
	noGoroutinesSince(t, before)
}

// noGoroutinesSince waits for goroutines to end that have begun since there were count.
func noGoroutinesSince(t *testing.T, count int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > count; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left, there were %d", runtime.NumGoroutine(), count)
		}
	}
}
