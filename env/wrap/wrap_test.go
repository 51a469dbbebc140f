package wrap_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

var (
	first     = env.Restart(nil)
	mid       = env.Transition(0, nil)
	terminal  = env.Termination(100, nil)
	truncated = env.Truncation(100, nil)
)

func TestActionRepeatSumsRewardsAndStopsAtLast(t *testing.T) {
	inner := episode(terminal, 1, 2, 4, 8)
	inner.steps[2].Discount, inner.steps[3].Discount = .5, .25
	e := must[env.Environment](t)(wrap.ActionRepeat(inner, 3))
	got := playOn(t, e, 4, 1, 1)
	expectSteps(t, got, first, env.TimeStep{Type: env.Mid, Reward: 7, Discount: .125}, env.TimeStep{Type: env.Last, Reward: 108, Discount: 0}, first)
	if len(inner.actions) != 5 || got[1].Observation[0].Float64[0] != 4 {
		t.Errorf("%d actions were applied, and the first repetition ends with %v", len(inner.actions), got[1].Observation)
	}
}

func TestRepeatMultiplies(t *testing.T) {
	var e env.Environment = struct {
		*script
		timed
	}{script: episode(terminal)}
	if wrap.Repeat(e) != 1 {
		t.Errorf("a bare task has repeat %d", wrap.Repeat(e))
	}
	for _, times := range []int{2, 3} {
		e = must[env.Environment](t)(wrap.ActionRepeat(e, times))
		e = must[env.Environment](t)(wrap.TimeLimit(e, 9))
	}
	if got := wrap.Repeat(e); got != 6 {
		t.Errorf("2 times 3 repetitions are %d", got)
	}
	if got := e.(env.Paced).Interval(); got != 3 {
		t.Errorf("6 steps of 0.5 s last %g s", got)
	}
}

// TestTakenStopsAtLast plays 7 steps, 2 x 2 at a time.
func TestTakenStopsAtLast(t *testing.T) {
	inner := episode(terminal, 1, 2, 3, 4, 5, 6)
	e := must[env.Environment](t)(wrap.ActionRepeat(inner, 2))
	e = must[env.Environment](t)(wrap.ActionRepeat(e, 2))
	must[env.TimeStep](t)(e.Reset())
	for _, want := range []int{4, 3} {
		must[env.TimeStep](t)(e.Step([]float64{1, 1}))
		if got := wrap.Taken(e); got != want {
			t.Errorf("%d steps were taken, want %d", got, want)
		}
	}
	if got := wrap.Taken(inner); got != 1 {
		t.Errorf("a bare task takes %d steps at once", got)
	}
}

func TestActionScaleMapsTheBounds(t *testing.T) {
	inner := episode(terminal, 0, 0, 0)
	e := must[env.Environment](t)(wrap.ActionScale(inner, -1, 1))
	spec := e.Action()
	if !slices.Equal(spec.Minimum, []float64{-1, -1}) || !slices.Equal(spec.Maximum, []float64{1, 1}) {
		t.Errorf("the action has the bounds %v to %v", spec.Minimum, spec.Maximum)
	}
	playOn(t, e, 1, 0)
	playOn(t, e, 1, -1, 1)
	playOn(t, e, 1, 0, .5)
	playOn(t, e, 1, 1e308, -1e308)
	if want := [][]float64{{0, 2}, {5, 1}, {10, -2}}; !reflect.DeepEqual(inner.actions, want) {
		t.Errorf("the task got %v, want %v", inner.actions, want)
	}
}

func TestActionNoiseIsScaledClippedAndSeeded(t *testing.T) {
	const count = 4000
	applied := func(scale float64, seed uint64, action ...float64) [][]float64 {
		inner := episode(terminal, make([]float64, count)...)
		playOn(t, must[env.Environment](t)(wrap.ActionNoise(inner, scale, seed)), 1+count, action...)
		return inner.actions
	}
	actions := applied(.01, 1, 5, 0)
	for element, want := range []float64{.1, .04} {
		sum, squares := 0.0, 0.0
		for _, action := range actions {
			noise := action[element] - []float64{5, 0}[element]
			sum, squares = sum+noise/count, squares+noise*noise/count
		}
		if deviation := math.Sqrt(squares); math.Abs(deviation-want) > .05*want || math.Abs(sum) > .1*want {
			t.Errorf("element %d: the noise has mean %g and deviation %g, want 0 and %g", element, sum, deviation, want)
		}
	}
	if !reflect.DeepEqual(actions, applied(.01, 1, 5, 0)) || reflect.DeepEqual(actions, applied(.01, 2, 5, 0)) {
		t.Error("the noise must depend on the seed and on nothing else")
	}
	for _, action := range applied(1, 1, 10, 2) {
		if action[0] < 0 || action[0] > 10 || action[1] < -2 || action[1] > 2 {
			t.Fatalf("%v is outside the bounds", action)
		}
	}
	if got := applied(0, 1, 3, 1)[7]; !slices.Equal(got, []float64{3, 1}) {
		t.Errorf("without noise %v was applied", got)
	}
}

func TestIgnoredAndRefusedActionsUseNoNoise(t *testing.T) {
	plain, other := episode(terminal, 0), episode(terminal, 0)
	a := must[env.Environment](t)(wrap.ActionNoise(plain, .1, 3))
	b := must[env.Environment](t)(wrap.ActionNoise(other, .1, 3))
	playOn(t, a, 1, 5, 0)
	if _, err := a.Step([]float64{math.NaN(), 0}); err == nil {
		t.Error("NaN was accepted")
	}
	must[env.TimeStep](t)(b.Reset())
	playOn(t, a, 2, 5, 0)
	playOn(t, b, 2, 5, 0)
	if !reflect.DeepEqual(plain.actions, other.actions) {
		t.Errorf("the task got %v after a Step that began the episode, %v after Reset", plain.actions, other.actions)
	}
}

func TestTimeLimitTruncates(t *testing.T) {
	inner := episode(terminal, 1, 2, 3)
	e := must[env.Environment](t)(wrap.TimeLimit(inner, 2))
	cut := env.Truncation(2, nil)
	expectSteps(t, playOn(t, e, 7, 0, 0), first, env.Transition(1, nil), cut, first, env.Transition(1, nil), cut, first)
	must[env.TimeStep](t)(e.Reset())
	expectSteps(t, playOn(t, e, 2, 0, 0), env.Transition(1, nil), cut)
}

func TestTimeLimitLeavesEndsAlone(t *testing.T) {
	for _, last := range []env.TimeStep{terminal, truncated} {
		for _, limit := range []int{2, 3} {
			e := must[env.Environment](t)(wrap.TimeLimit(episode(last, 0), limit))
			expectSteps(t, playOn(t, e, 5, 0, 0), first, mid, last, first, mid)
		}
	}
}

func TestTheSmallerTimeLimitCounts(t *testing.T) {
	for _, limits := range [][2]int{{2, 3}, {3, 2}, {2, 2}} {
		e := must[env.Environment](t)(wrap.TimeLimit(episode(terminal, 0, 0, 0, 0), limits[0]))
		e = must[env.Environment](t)(wrap.TimeLimit(e, limits[1]))
		expectSteps(t, playOn(t, e, 6, 0, 0), first, mid, env.Truncation(0, nil), first, mid, env.Truncation(0, nil))
	}
}

func TestFrameStack(t *testing.T) {
	e := must[env.Environment](t)(wrap.FrameStack(episode(terminal, 0, 0), 3, "count"))
	if shape := e.Observations()[0].Shape; !slices.Equal(shape, []int{3, 2}) {
		t.Errorf("the stack has the shape %v", shape)
	}
	want := [][]float64{{1, 10, 1, 10, 1, 10}, {1, 10, 1, 10, 2, 20}, {1, 10, 2, 20, 3, 30}, {2, 20, 3, 30, 4, 40}, {1, 10, 1, 10, 1, 10}}
	for i, step := range playOn(t, e, 5, 0, 0) {
		if got := step.Observation[0].Float64; !slices.Equal(got, want[i]) {
			t.Errorf("step %d shows %v, want %v", i, got, want[i])
		}
		if got := step.Observation[1].Uint8; len(got) != 1 {
			t.Errorf("step %d stacks what was not chosen: %v", i, got)
		}
	}
}

func TestFrameStackOfEverything(t *testing.T) {
	e := must[env.Environment](t)(wrap.FrameStack(episode(terminal, 0, 0), 2))
	got := playOn(t, e, 3, 0, 0)[2].Observation
	if !slices.Equal(got[1].Uint8, []uint8{2, 3}) || len(got[0].Float64) != 4 {
		t.Errorf("the stacks are %v", got)
	}
}

func TestPixels(t *testing.T) {
	e := must[env.Environment](t)(wrap.Pixels(struct {
		*script
		drawing
	}{script: episode(terminal, 0)}, 7, 3, 2))
	spec := e.Observations()[2]
	if spec.Name != wrap.PixelsName || spec.Kind != env.Uint8 || !slices.Equal(spec.Shape, []int{2, 3, 3}) {
		t.Errorf("the spec is %+v", spec)
	}
	got := playOn(t, e, 1, 0, 0)[0].Observation
	want := []uint8{0, 0, 7, 1, 0, 7, 2, 0, 7, 0, 1, 7, 1, 1, 7, 2, 1, 7}
	if !slices.Equal(got[2].Uint8, want) || len(got[0].Float64) != 2 {
		t.Errorf("the observation is %v, want the picture %v", got, want)
	}
}

// TestPixelsOfAViewer looks through wrappers, and prefers the picture that is meant for agents.
func TestPixelsOfAViewer(t *testing.T) {
	inner := struct {
		*script
		drawing
		viewing
	}{script: episode(terminal, 0)}
	e := must[env.Environment](t)(wrap.ActionRepeat(inner, 1))
	camera := must[int](t)(wrap.Camera(e, "above"))
	e = must[env.Environment](t)(wrap.Pixels(e, camera, 1, 2))
	if got := playOn(t, e, 1, 0, 0)[0].Observation[2].Uint8; !slices.Equal(got, []uint8{1, 1, 1, 1, 1, 1}) {
		t.Errorf("camera %d shows %v", camera, got)
	}
	if number := must[int](t)(wrap.Camera(e, "-1")); number != -1 {
		t.Errorf("the free camera has the number %d", number)
	}
	for _, name := range []string{"below", ""} {
		if _, err := wrap.Camera(e, name); err == nil || !strings.Contains(err.Error(), `"side" "above" ""`) {
			t.Errorf("camera %q: %v", name, err)
		}
	}
}

func TestSelectAndRename(t *testing.T) {
	e := must[env.Environment](t)(wrap.Rename(episode(terminal, 0), map[string]string{"count": "code", "code": "count"}))
	e = must[env.Environment](t)(wrap.Select(e, "count"))
	if specs := e.Observations(); len(specs) != 1 || specs[0].Name != "count" || specs[0].Kind != env.Uint8 {
		t.Errorf("the specs are %+v", specs)
	}
	if got := playOn(t, e, 1, 0, 0)[0].Observation; len(got) != 1 || !slices.Equal(got[0].Uint8, []uint8{1}) {
		t.Errorf("the observation is %v", got)
	}
}

func TestNormaliseByRunningMoments(t *testing.T) {
	inner := episode(terminal, 0, 0)
	statistics := must[*wrap.Statistics](t)(wrap.NewStatistics(inner))
	e := must[env.Environment](t)(wrap.Normalise(inner, statistics, 1.3))
	// The values 1, 2, 3, 4 have the running means 1, 1.5, 2, 2.5 and variances 0, 1/4, 2/3, 5/4.
	want := []float64{0, 1, 1 / math.Sqrt(2./3), 1.3}
	for i, step := range playOn(t, e, 4, 0, 0) {
		if got := step.Observation[0].Float64[0]; math.Abs(got-want[i]) > 1e-6 {
			t.Errorf("step %d shows %g, want %g", i, got, want[i])
		}
	}
	m := statistics.Observations[0]
	if m.Count != 4 || m.Mean[1] != 25 || m.Variance(1) != 125 {
		t.Errorf("the statistics are %+v", m)
	}
}

func TestFrozenStatisticsStay(t *testing.T) {
	inner := episode(terminal, 0, 0)
	statistics := must[*wrap.Statistics](t)(wrap.NewStatistics(inner, "count"))
	playOn(t, must[env.Environment](t)(wrap.Normalise(inner, statistics, 9)), 4, 0, 0)
	frozen := statistics.Freeze()
	stored := must[[]byte](t)(json.Marshal(frozen))
	loaded := &wrap.Statistics{}
	if err := json.Unmarshal(stored, loaded); err != nil || !reflect.DeepEqual(loaded, frozen) {
		t.Fatalf("%s is loaded as %+v (%v)", stored, loaded, err)
	}
	e := must[env.Environment](t)(wrap.Normalise(episode(terminal, 0, 0), loaded, 9))
	got := playOn(t, e, 1, 0, 0)[0].Observation[0].Float64[0]
	if want := -1.5 / math.Sqrt(1.25); math.Abs(got-want) > 1e-6 {
		t.Errorf("the first step shows %g, want %g", got, want)
	}
	if !reflect.DeepEqual(loaded, frozen) {
		t.Errorf("frozen statistics changed to %+v", loaded)
	}
}

func TestRecordEpisodes(t *testing.T) {
	var got []wrap.Episode
	e := must[env.Environment](t)(wrap.RecordEpisodes(episode(terminal, 1, 2), func(e wrap.Episode) { got = append(got, e) }))
	playOn(t, e, 2, 9, 9)
	must[env.TimeStep](t)(e.Reset()) // abandons an episode
	for i := range 3 {
		playOn(t, e, 1, float64(i), 0)
	}
	playOn(t, e, 4, 1, 1)
	if len(got) != 2 || got[0].Return() != 103 || !reflect.DeepEqual(got[0].Actions, [][]float64{{0, 0}, {1, 0}, {2, 0}}) {
		t.Fatalf("the episodes are %+v", got)
	}
	expectSteps(t, got[0].Steps, first, env.Transition(1, nil), env.Transition(2, nil), terminal)
	for i, step := range got[0].Steps {
		if step.Observation[0].Float64[0] != float64(i+1) {
			t.Errorf("step %d was kept as %v", i, step.Observation)
		}
	}
}

func TestARecordSurvivesASnapshot(t *testing.T) {
	var got []wrap.Episode
	newRecorded := func(seed uint64) env.Environment {
		e := must[env.Environment](t)(classic.NewCatch(seed))
		return must[env.Environment](t)(wrap.RecordEpisodes(e, func(e wrap.Episode) { got = append(got, e) }))
	}
	a, b := newRecorded(1), newRecorded(2)
	playOn(t, a, 5, 0)
	state := must[[]byte](t)(a.(env.Snapshotter).Save())
	if err := b.(env.Snapshotter).Restore(state); err != nil {
		t.Fatal(err)
	}
	playOn(t, a, 5, 2)
	playOn(t, b, 5, 2)
	if len(got) != 2 || len(got[0].Steps) != 10 || !reflect.DeepEqual(got[0], got[1]) {
		t.Errorf("the episodes of an environment and its copy are\n%+v", got)
	}
}

// TestOptionalInterfaces tries every combination under every kind of wrapper.
func TestOptionalInterfaces(t *testing.T) {
	s := episode(terminal, 0)
	inners := append(everyCombination(s), severalTasks(s)...)
	for _, inner := range inners {
		e := must[env.Environment](t)(wrap.TimeLimit(inner, 2))
		e = must[env.Environment](t)(wrap.Select(e, "count"))
		if got, want := abilities(e), abilities(inner); got != want {
			t.Errorf("saves, draws, is paced, relabels, is several tasks and relabels all: %v, want %v", got, want)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if s.closed != len(inners) {
		t.Errorf("%d of %d Close reached the task", s.closed, len(inners))
	}
}

// TestSumsAreNotRelabelled repeats actions, once and twice.
func TestSumsAreNotRelabelled(t *testing.T) {
	for times, want := range map[int]bool{1: true, 2: false} {
		e := must[env.Environment](t)(wrap.ActionRepeat(must[env.Environment](t)(classic.NewPendulum(1)), times))
		e = must[env.Environment](t)(wrap.TimeLimit(e, 9))
		if _, got := e.(env.Relabeller); got != want {
			t.Errorf("actions applied %d times: a Relabeller is %v, want %v", times, got, want)
		}
	}
}

func abilities(e env.Environment) [6]bool {
	_, saves := e.(env.Snapshotter)
	_, draws := e.(env.Renderer)
	_, paced := e.(env.Paced)
	_, relabels := e.(env.Relabeller)
	_, several := e.(env.MultiTask)
	_, relabelsAll := e.(env.MultiRelabeller)
	return [6]bool{saves, draws, paced, relabels, several, relabelsAll}
}

func TestARefusedRestoreChangesNothing(t *testing.T) {
	e := must[env.Environment](t)(wrap.TimeLimit(struct {
		*script
		saving
	}{script: episode(terminal, 0, 0, 0)}, 2))
	state := must[[]byte](t)(e.(env.Snapshotter).Save())
	playOn(t, e, 2, 0, 0)
	if err := e.(env.Snapshotter).Restore(state); err == nil || !strings.Contains(err.Error(), "refused by the task") {
		t.Errorf("Restore gave %v", err)
	}
	expectSteps(t, playOn(t, e, 1, 0, 0), env.Truncation(0, nil)) // the count was kept
}

func TestSnapshotsOfOtherWrappersAreRefused(t *testing.T) {
	newPendulum := func() env.Environment { return must[env.Environment](t)(classic.NewPendulum(1)) }
	limited := must[env.Environment](t)(wrap.TimeLimit(newPendulum(), 5)).(env.Snapshotter)
	three := must[env.Environment](t)(wrap.FrameStack(newPendulum(), 3)).(env.Snapshotter)
	two := must[env.Environment](t)(wrap.FrameStack(newPendulum(), 2)).(env.Snapshotter)
	if err := limited.Restore(must[[]byte](t)(three.Save())); err == nil || !strings.Contains(err.Error(), "time limit") {
		t.Errorf("the snapshot of another wrapper: %v", err)
	}
	if err := three.Restore(must[[]byte](t)(two.Save())); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("the snapshot of a smaller stack: %v", err)
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	for _, w := range wrappers() {
		if w.name == "RecordEpisodes" || w.name == "all" {
			continue // episodes that are handed out are new
		}
		e := must[env.Environment](t)(w.apply(must[env.Environment](t)(classic.NewPendulum(1)), 1))
		action := []float64{.5}
		if count := testing.AllocsPerRun(100, func() { _, _ = e.Step(action) }); count != 0 {
			t.Errorf("%s: %g allocations a step", w.name, count)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	s := episode(terminal)
	catch := must[env.Environment](t)(classic.NewCatch(1))
	free := struct{ unbounded }{unbounded{s, nil}}
	infinite := struct{ unbounded }{unbounded{s, []float64{math.Inf(1), 2}}}
	seen := must[*wrap.Statistics](t)(wrap.NewStatistics(s))
	for i, test := range []struct {
		apply func() (env.Environment, error)
		want  string
	}{
		{func() (env.Environment, error) { return wrap.ActionRepeat(s, 0) }, "0 times"},
		{func() (env.Environment, error) { return wrap.ActionScale(s, 1, 1) }, "[1, 1]"},
		{func() (env.Environment, error) { return wrap.ActionScale(s, -1, math.NaN()) }, "[-1, NaN]"},
		{func() (env.Environment, error) { return wrap.ActionScale(catch, -1, 1) }, "kind int"},
		{func() (env.Environment, error) { return wrap.ActionScale(free, -1, 1) }, "no bounds"},
		{func() (env.Environment, error) { return wrap.ActionNoise(infinite, .1, 1) }, "element 0 of the action has the bounds [0, +Inf]"},
		{func() (env.Environment, error) { return wrap.ActionNoise(s, -1, 1) }, "scale is -1"},
		{func() (env.Environment, error) { return wrap.TimeLimit(s, 0) }, "0 steps"},
		{func() (env.Environment, error) { return wrap.FrameStack(s, 0) }, "0 frames"},
		{func() (env.Environment, error) { return wrap.FrameStack(s, 2, "cuont") }, `"cuont"; there are count, code`},
		{func() (env.Environment, error) { return wrap.Select(s) }, "there are count, code"},
		{func() (env.Environment, error) { return wrap.Select(s, "code", "code") }, `"code" is named twice`},
		{func() (env.Environment, error) { return wrap.Rename(s, map[string]string{"x": "y"}) }, `"x"; there are count, code`},
		{func() (env.Environment, error) { return wrap.Rename(s, map[string]string{"code": "count"}) }, `"count" is named twice`},
		{func() (env.Environment, error) { return wrap.Pixels(s, 0, 8, 8) }, "cannot draw itself"},
		{func() (env.Environment, error) { return wrap.Pixels(catch, 0, 8, 0) }, "8 x 0 pixels"},
		{func() (env.Environment, error) { return wrap.Normalise(s, seen, 0) }, "clipped to 0"},
		{func() (env.Environment, error) { return wrap.Normalise(s, &wrap.Statistics{}, 1) }, "of no observation"},
		{func() (env.Environment, error) { return wrap.Normalise(s, seen.Freeze(), 1) }, "have seen nothing"},
		{func() (env.Environment, error) { return wrap.Normalise(catch, seen, 1) }, `"count"; there are board`},
		{func() (env.Environment, error) { return wrap.RecordEpisodes(s, nil) }, "no function"},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			e, err := test.apply()
			expectError(t, e, err, test.want)
		})
	}
	if _, err := wrap.NewStatistics(s, "code"); err == nil || !strings.Contains(err.Error(), "kind uint8") {
		t.Errorf("statistics of an image: %v", err)
	}
	short := &wrap.Statistics{Observations: []wrap.Moments{{Name: "count", Mean: []float64{1}, Squares: []float64{1}}}}
	if _, err := wrap.Normalise(s, short, 1); err == nil || !strings.Contains(err.Error(), "1 means") {
		t.Errorf("statistics of another size: %v", err)
	}
}

// unbounded has an action with no bounds, or with another maximum.
type unbounded struct {
	*script
	maximum []float64
}

func (u unbounded) Action() env.Spec {
	spec := u.script.Action()
	spec.Maximum = u.maximum
	if u.maximum == nil {
		spec.Minimum = nil
	}
	return spec
}

func TestPixelsTwiceNeedAnotherName(t *testing.T) {
	e := must[env.Environment](t)(wrap.Pixels(must[env.Environment](t)(classic.NewCatch(1)), 0, 8, 8))
	again, err := wrap.Pixels(e, 0, 4, 4)
	expectError(t, again, err, "named twice")
	e = must[env.Environment](t)(wrap.Rename(e, map[string]string{wrap.PixelsName: "large"}))
	if _, err := wrap.Pixels(e, 0, 4, 4); err != nil {
		t.Error(err)
	}
}

func TestInnermost(t *testing.T) {
	inner := episode(terminal)
	var e env.Environment = inner
	for range 3 {
		if wrap.Innermost(e) != env.Environment(inner) {
			t.Errorf("inside is %v", wrap.Innermost(e))
		}
		e = must[env.Environment](t)(wrap.ActionRepeat(e, 2))
		e = must[env.Environment](t)(wrap.TimeLimit(e, 9))
	}
}
