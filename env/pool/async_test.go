package pool

import (
	"errors"
	"reflect"
	"runtime"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// openAsync makes an asynchronous pool that the test closes.
func openAsync(t *testing.T, newEnvironment func(uint64) (env.Environment, error), config Config) *Async {
	t.Helper()
	a, err := NewAsync(newEnvironment, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// TestAsyncPlaysWhatEnvironmentsPlayAlone keeps all environments busy until each has played its
// turns: what comes back more than once, or never, would show in its story.
func TestAsyncPlaysWhatEnvironmentsPlayAlone(t *testing.T) {
	const turns = 60
	for _, mode := range []AutoReset{NextStep, SameStep} {
		for _, workers := range []int{1, 2, 8} {
			config := Config{Environments: 5, Workers: workers, AutoReset: mode, Seed: 3}
			a := openAsync(t, newPendulum, config)
			got := playAsync(t, a, turns)
			for i := range got {
				if want := alone(t, newPendulum, config, i, turns); !reflect.DeepEqual(got[i], want) {
					t.Errorf("%v, %d workers: environment %d does not play what it plays alone", mode, workers, i)
				}
			}
			if _, err := a.Receive(); err == nil {
				t.Error("more was received than was sent")
			}
		}
	}
}

// playAsync sends every environment turns actions, the next one as soon as it is back.
func playAsync(t *testing.T, a *Async, turns int) [][]moment {
	t.Helper()
	stories := make([][]moment, len(a.environments))
	actions := make([]float64, len(a.actions))
	send := func(i int) {
		action := row(actionsOf(actions, len(stories[i])), i, a.Action().Size())
		if err := a.Send(i, action); err != nil {
			t.Fatal(err)
		}
		clear(action) // the environment must have kept nothing of it
	}
	for i := range stories {
		send(i)
	}
	for range turns * len(stories) {
		i, err := a.Receive()
		if err != nil {
			t.Fatal(err)
		}
		stories[i] = append(stories[i], at(a.Batch(), i))
		if len(stories[i]) < turns {
			send(i)
		}
	}
	return stories
}

func TestAsyncReceivesInOrderOfCompletion(t *testing.T) {
	all, newDiary := diaries(3)
	all[0].wait = make(chan struct{})
	a := openAsync(t, newDiary, Config{Environments: 3, Workers: 2})
	for i := range all {
		if err := a.Send(i, make([]float64, 2)); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, a.Send(0, make([]float64, 2)), "environment 0: it is on its way")
	for _, want := range []int{1, 2} { // the other worker plays them while the first waits
		if i, err := a.Receive(); i != want || err != nil {
			t.Errorf("received %d (%v), want %d", i, err, want)
		}
	}
	close(all[0].wait)
	if i, err := a.Receive(); i != 0 || err != nil {
		t.Errorf("received %d (%v), want 0", i, err)
	}
}

func TestAsyncErrors(t *testing.T) {
	all, newDiary := diaries(2)
	cause := errors.New("unwell")
	all[1].broken = cause
	a := openAsync(t, newDiary, Config{Environments: 2, Workers: 1, AutoReset: Disabled})
	_, err := a.Receive()
	expect(t, err, "no environment is on its way")
	expect(t, a.Send(0, nil), "has 0 elements, want 2")
	expect(t, a.Send(2, make([]float64, 2)), "no environment 2; there are 0 to 1")
	expect(t, a.Reset(-1), "no environment -1")
	for _, test := range []struct {
		index int
		begin bool
		want  string // of the error, empty for none
	}{{0, false, "environment 0: no episode"}, {0, true, ""}, {0, false, ""}, {1, true, "environment 1: unwell"}, {0, false, ""}} {
		err := a.send(test.index, make([]float64, 2), test.begin)
		if err != nil {
			t.Fatal(err)
		}
		i, err := a.Receive()
		if i != test.index || (err == nil) != (test.want == "") {
			t.Errorf("received %d (%v), want %d", i, err, test.index)
		}
		if test.want != "" {
			expect(t, err, test.want)
		}
	}
}

func TestAsyncAllocatesNothing(t *testing.T) {
	a := openAsync(t, newPendulum, Config{Environments: 2, Workers: 2})
	action := make([]float64, 1)
	count := testing.AllocsPerRun(200, func() {
		for i := range 2 {
			_ = a.Send(i, action)
		}
		for range 2 {
			_, _ = a.Receive()
		}
	})
	if count != 0 {
		t.Errorf("%g allocations a step", count)
	}
}

func TestAsyncCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	all, newDiary := diaries(3)
	a, err := NewAsync(newDiary, Config{Environments: 3, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all { // which are on their way at Close
		if err := a.Send(i, make([]float64, 2)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	expect(t, a.Send(0, make([]float64, 2)), "closed")
	_, err = a.Receive()
	expect(t, err, "closed")
	for i, d := range all {
		if d.episode != 1 || d.closed != 1 {
			t.Errorf("environment %d began %d episodes and was closed %d times", i, d.episode, d.closed)
		}
	}
	noGoroutinesSince(t, before)
}
