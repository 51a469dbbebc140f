package grad_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
)

func TestThereIsNoSnapshotBeforeTheFirst(t *testing.T) {
	if snapshot := new(grad.Snapshots).Latest(); snapshot != nil {
		t.Errorf("got %+v", snapshot)
	}
}

// A snapshot keeps its values when the parameters go on.
func TestSnapshotsDoNotChange(t *testing.T) {
	var snapshots grad.Snapshots
	parameter := grad.NewParameter(2).Filled(1)
	snapshots.Publish(1, grad.TreeOf(parameter))
	first := snapshots.Latest()
	parameter.Filled(2)
	snapshots.Publish(2, grad.TreeOf(parameter))
	equal(t, "first", first.Parameters[0].Data, []float32{1, 1})
	equal(t, "second", snapshots.Latest().Parameters[0].Data, []float32{2, 2})
	if first.Version != 1 || snapshots.Latest().Version != 2 {
		t.Errorf("versions %d and %d, want 1 and 2", first.Version, snapshots.Latest().Version)
	}
}

// Actors run policies with the latest snapshot while a learner changes the parameters. Each action is the
// one that the learner itself found for its version: no snapshot is half one version and half another.
// `make race` runs this with the race detector.
func TestActorsReadSnapshotsBesideALearner(t *testing.T) {
	const actors, versions = 3, 20
	workers := grad.NewWorkers(2)
	defer workers.Close()
	network := nn.NewMLP([]int{8, 32, 2}, rand.New(rand.NewPCG(1, 1)))
	tree, adam := grad.TreeOf(network), optim.NewAdam(grad.TreeOf(network), 1e-2)
	learner := fast(t, workers, func(t *grad.Tracer) {
		loss := network.Apply(t.Normal(1, 16, 8)).Sub(t.Normal(2, 16, 2)).Square().Mean()
		adam.Minimise(t, loss, 0)
		t.Output("loss", loss)
	})

	judge, judged := newActor(t)
	var snapshots grad.Snapshots
	snapshots.Publish(0, tree)
	var running sync.WaitGroup
	var satisfied atomic.Int64 // actors that have seen enough versions
	seen := make([]map[int64][]float32, actors)
	for i := range actors {
		policy, own := newActor(t)
		seen[i] = map[int64][]float32{}
		running.Go(func() {
			defer satisfied.Add(1)
			for last := int64(0); len(seen[i]) < versions; {
				snapshot := snapshots.Latest()
				if snapshot.Version < last {
					t.Errorf("version %d after %d", snapshot.Version, last)
					return
				}
				last = snapshot.Version
				if err := own.CopyFrom(snapshot.Parameters); err != nil {
					t.Error(err)
					return
				}
				policy.Run()
				seen[i][last] = slices.Clone(policy.Output("action"))
				runtime.Gosched() // the learner's turn, where processors are few
			}
		})
	}
	want := map[int64][]float32{}
	for update := int64(0); satisfied.Load() < actors; update++ {
		if err := judged.CopyFrom(tree); err != nil {
			t.Error(err)
		}
		judge.Run()
		want[update] = slices.Clone(judge.Output("action"))
		snapshots.Publish(update, tree)
		learner.Seed(1, uint64(update))
		learner.Run()
	}
	running.Wait()
	for _, actions := range seen {
		for version, action := range actions {
			if !slices.Equal(action, want[version]) {
				t.Errorf("version %d: action %v, want %v", version, action, want[version])
			}
		}
	}
}

// newActor returns a program that acts on one observation, and its parameters.
func newActor(t *testing.T) (*grad.Executable[float32], grad.Tree) {
	network := nn.NewMLP([]int{8, 32, 2}, rand.New(rand.NewPCG(2, 2)))
	policy := fast(t, nil, func(t *grad.Tracer) { t.Output("action", network.Apply(t.Input("observation", 1, 8)).Tanh()) })
	for i := range policy.Input("observation") {
		policy.Input("observation")[i] = float32(i) / 8
	}
	return policy, grad.TreeOf(network)
}
