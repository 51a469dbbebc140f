package pool_test

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/pool"
	"github.com/reverie-rl/reverie/env/wrap"
)

// A pool of several tasks has the rewards of all of them, also of a step that ended an episode and began another.
func TestRewardsOfSeveralTasks(t *testing.T) {
	newShort := func(seed uint64) (env.Environment, error) {
		e, err := classic.NewPointMultitask(seed)
		if err != nil {
			return nil, err
		}
		return wrap.TimeLimit(e, 3)
	}
	for _, mode := range []pool.AutoReset{pool.NextStep, pool.SameStep} {
		p, err := pool.New(newShort, pool.Config{Environments: 2, Workers: 2, AutoReset: mode, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		alone, _ := newShort(pool.Seed(5, 1, 0, pool.StreamEnvironment))
		_, _ = alone.Reset()
		batch, err := p.Reset()
		if err != nil || !slices.Equal(batch.Rewards, make([]float64, 8)) {
			t.Fatalf("%v: after Reset the rewards are %v, %v", mode, batch.Rewards, err)
		}
		for range 3 {
			want, _ := alone.Step([]float64{1, -1})
			if batch, err = p.Step([]float64{0, 0, 1, -1}); err != nil || !slices.Equal(batch.Rewards[4:], want.Rewards) {
				t.Errorf("%v: the rewards are %v, want %v; %v", mode, batch.Rewards[4:], want.Rewards, err)
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}
