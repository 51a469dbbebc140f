//go:build cgo

package pool

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/mujoco"
)

// newReacher is a simulated task of short episodes.
func newReacher(seed uint64) (env.Environment, error) {
	e, err := control.New("control/reacher-easy", seed, control.Config{Profile: mujoco.Fast})
	if err != nil {
		return nil, err
	}
	return wrap.TimeLimit(e, 17)
}

// newDrawn is newReacher with pictures.
func newDrawn(seed uint64) (env.Environment, error) {
	e, err := newReacher(seed)
	if err != nil {
		return nil, err
	}
	return wrap.Pixels(e, 0, 16, 16)
}

func TestWorkersDoNotChangeSimulations(t *testing.T) { sameForAnyWorkers(t, newReacher, 50) }

func TestWorkersDoNotChangePictures(t *testing.T) {
	e, err := newDrawn(1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Reset(); errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	config := Config{Environments: 3, Workers: 2, AutoReset: SameStep}
	got := together(t, newDrawn, config, 30)
	for i := range got {
		if !reflect.DeepEqual(got[i], alone(t, newDrawn, config, i, 30)) {
			t.Errorf("environment %d does not show what it shows alone", i)
		}
	}
}

// TestManyEpisodes plays 10,000 cycles of Reset and Step, for the race detector above all.
func TestManyEpisodes(t *testing.T) {
	var want string
	for _, workers := range []int{1, 8} {
		p := open(t, newReacher, Config{Environments: 8, Workers: workers})
		actions, sum := make([]float64, len(p.actions)), 0.0
		for turn := range 10_000 / 8 {
			if _, err := p.Reset(); err != nil {
				t.Fatal(err)
			}
			batch, err := p.Step(actionsOf(actions, turn))
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range batch.Observation {
				sum += float64(x) * float64(1+i%7)
			}
		}
		if got := fmt.Sprint(sum, p.batch.Observation); want == "" {
			want = got
		} else if got != want {
			t.Errorf("%d workers: %s, with one: %s", workers, got, want)
		}
	}
}
