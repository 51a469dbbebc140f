package realworld

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
)

// moments are the mean and the deviation of numbers.
func moments(numbers []float64) (mean, deviation float64) {
	for _, x := range numbers {
		mean += x / float64(len(numbers))
	}
	for _, x := range numbers {
		deviation += (x - mean) * (x - mean) / float64(len(numbers))
	}
	return mean, math.Sqrt(deviation)
}

func TestGaussianNoiseHasItsDeviationAndActionsAreClipped(t *testing.T) {
	const count = 4000
	spec := DefaultSpec()
	spec.Gaussian = Gaussian{Actions: 2, Observations: .5}
	inner := newScript(count)
	e := challenged(t, inner, spec, 3)
	var seen []float64
	for i := range count {
		step, err := e.Step([]float64{0, 30})
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, step.Observation[0].Float64[0]-float64(i))
	}
	if mean, deviation := moments(seen); math.Abs(mean) > .03 || math.Abs(deviation-.5) > .02 {
		t.Errorf("observations are off by %.3f ± %.3f, want 0 ± 0.5", mean, deviation)
	}
	if mean, deviation := moments(firsts(inner.actions)); math.Abs(mean) > .1 || math.Abs(deviation-2) > .1 {
		t.Errorf("actions are %.3f ± %.3f, want 0 ± 2", mean, deviation)
	}
	clipped := 0
	for _, action := range inner.actions {
		if action[1] > 30 || math.Abs(action[0]) > 10 {
			t.Fatalf("the action %v is out of its bounds", action)
		}
		if action[1] == 30 {
			clipped++
		}
	}
	if share := float64(clipped) / float64(len(inner.actions)); math.Abs(share-.5) > .05 {
		t.Errorf("%.2f of the actions at their bound are clipped, want half", share)
	}
	if e.Observations()[0].Minimum != nil {
		t.Error("noisy observations have bounds")
	}
}

// literal is fault in the words of the definition.
func literal(probability float64, steps int, key rng.Key, rows [][]float64, stuck bool) [][]float64 {
	left, before := make([]int, len(rows[0])), rows[0]
	var spoiled [][]float64
	for t, row := range rows {
		shown, chance := slices.Clone(row), make([]float64, len(row))
		key.Step = uint64(t)
		rng.Uniform(chance, key, 0)
		for i := range row {
			if left[i] == 0 && chance[i] < probability {
				left[i] = steps
			}
			if left[i] == 0 {
				continue
			}
			left[i]--
			if shown[i] = 0; stuck {
				shown[i] = before[i]
			}
		}
		spoiled, before = append(spoiled, shown), shown
	}
	return spoiled
}

func TestFaultsAgreeWithTheirDefinition(t *testing.T) {
	const count, seed = 60, 5
	for _, test := range []struct {
		probability float64
		steps       int
	}{{.1, 1}, {.3, 3}, {1, 2}, {.5, 0}, {0, 4}} {
		for _, stuck := range []bool{false, true} {
			spec := DefaultSpec()
			f := Faults{test.probability, test.steps, test.probability, test.steps}
			keys := []uint64{streamDroppedObservations, streamDroppedActions}
			if spec.Dropped = f; stuck {
				spec.Dropped, spec.Stuck = Faults{}, f
				keys = []uint64{streamStuckObservations, streamStuckActions}
			}
			inner := newScript(count)
			steps := play(t, challenged(t, inner, spec, seed), count)
			var seen, shown, chosen [][]float64
			for i, step := range steps {
				seen, shown = append(seen, []float64{float64(i), 10*float64(i) + 1}), append(shown, step.Observation[0].Float64)
				if i > 0 {
					chosen = append(chosen, []float64{float64(i), float64(i)})
				}
			}
			if want := literal(f.Observations, f.ObservationSteps, rng.Key{Seed: seed, Stream: keys[0]}, seen, stuck); !reflect.DeepEqual(shown, want) {
				t.Errorf("%+v, stuck %v: observations %v, want %v", test, stuck, shown, want)
			}
			if want := literal(f.Actions, f.ActionSteps, rng.Key{Seed: seed, Stream: keys[1]}, chosen, stuck); !reflect.DeepEqual(inner.actions, want) {
				t.Errorf("%+v, stuck %v: actions %v, want %v", test, stuck, inner.actions, want)
			}
		}
	}
}

func TestFaultsEndWithTheEpisodeUnlessTheyCarry(t *testing.T) {
	for _, carry := range []bool{false, true} {
		spec := DefaultSpec()
		spec.Dropped, spec.Carry = Faults{Observations: .05, ObservationSteps: 50}, carry
		e := challenged(t, newScript(2), spec, 1)
		at := 0
		for ; ; at++ { // FIRST of an episode after one that ended with a fault
			last := play(t, e, 3)[2]
			if last.Observation[0].Float64[1] == 0 {
				break
			}
			if at > 100 {
				t.Fatal("no fault in a hundred episodes")
			}
		}
		dropped := play(t, e, 1)[0].Observation[0].Float64[1] == 0
		if dropped != carry {
			t.Errorf("carry %v: the fault goes on: %v", carry, dropped)
		}
	}
}

func TestRepetitionHoldsEachChoiceForKSteps(t *testing.T) {
	for k, want := range map[int][]float64{1: {1, 2, 3, 4, 5, 6}, 2: {1, 1, 3, 3, 5, 5}, 3: {1, 1, 1, 4, 4, 4}, 0: {1, 2, 3, 4, 5, 6}} {
		spec := DefaultSpec()
		spec.Repetition = Repetition{1, k}
		inner := newScript(10)
		play(t, challenged(t, inner, spec, 1), 7)
		if got := firsts(inner.actions); !slices.Equal(got, want) {
			t.Errorf("%d steps: %v, want %v", k, got, want)
		}
	}
}

func TestDummiesAreNormalAndNew(t *testing.T) {
	spec := DefaultSpec()
	spec.Dummies, spec.Delay.Observations = 3, 2
	e := challenged(t, newScript(1000), spec, 1)
	if specs := e.Observations(); len(specs) != 4 || specs[1].Name != "dummy-0" || specs[3].Name != "dummy-2" || len(specs[3].Shape) != 0 {
		t.Errorf("the observations are %+v", specs)
	}
	steps := play(t, e, 1000)
	mean, deviation := moments(slices.Concat(observed(steps, 1, 0), observed(steps, 2, 0), observed(steps, 3, 0)))
	if math.Abs(mean) > .06 || math.Abs(deviation-1) > .05 {
		t.Errorf("dummies are %.3f ± %.3f, want 0 ± 1", mean, deviation)
	}
	all := observed(steps, 1, 0)
	slices.Sort(all)
	if len(slices.Compact(all)) != 1000 {
		t.Error("a dummy is not drawn anew")
	}
}

// The order of effects on an action is delay, then repetition.
func TestTheOrderOfEffectsOnActions(t *testing.T) {
	spec := DefaultSpec()
	spec.Delay.Actions, spec.Repetition = 1, Repetition{1, 2}
	inner := newScript(10)
	play(t, challenged(t, inner, spec, 1), 7)
	if got, want := firsts(inner.actions), []float64{1, 1, 2, 2, 4, 4}; !slices.Equal(got, want) {
		t.Errorf("delayed and repeated actions are %v, want %v", got, want)
	}
}

// steps without the environment's memory.
func sequence(t *testing.T, e env.Environment) []env.TimeStep { return play(t, e, 40) }

func TestSeedsDecideEverything(t *testing.T) {
	spec, err := Preset("", "hard")
	if err != nil {
		t.Fatal(err)
	}
	a, b := sequence(t, challenged(t, newScript(15), spec, 1)), sequence(t, challenged(t, newScript(15), spec, 1))
	if !reflect.DeepEqual(a, b) {
		t.Error("one seed gives two sequences")
	}
	if c := sequence(t, challenged(t, newScript(15), spec, 2)); reflect.DeepEqual(a, c) {
		t.Error("two seeds give one sequence")
	}
}

// Snapshots in the middle of an episode hold queues, faults, held actions and random streams.
func TestSnapshotsHoldAllBuffers(t *testing.T) {
	tasks := env.Catalogue(classic.Tasks())
	for _, carry := range []string{"false", "true"} {
		task, err := Find("realworld/classic/pendulum?preset=hard&stuck.actions=0.1&stuck.action_steps=4&dropped.actions=0.1&dropped.action_steps=4&repetition.actions=0.5&carry="+carry, tasks)
		if err != nil {
			t.Fatal(err)
		}
		first, second := made(t, task, 1), made(t, task, 2)
		for at := range 25 {
			state, err := first.(env.Snapshotter).Save()
			if err != nil {
				t.Fatal(err)
			}
			if err := second.(env.Snapshotter).Restore(state); err != nil {
				t.Fatal(err)
			}
			if want, got := play(t, first, 30), play(t, second, 30); !reflect.DeepEqual(got, want) {
				t.Fatalf("carry %s: what follows snapshot %d differs", carry, at)
			}
		}
	}
}

func made(t *testing.T, task env.Task, seed uint64) env.Environment {
	t.Helper()
	e, err := task.New(seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}
