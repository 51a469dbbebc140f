package literal

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// Near fails the test unless got is close to want, relative to 1 + |want|.
func Near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

// Metric returns a metric of the last update.
func Metric(t *testing.T, l agent.Learner, name string) float64 {
	t.Helper()
	value, ok := l.Metrics().Get(name)
	if !ok {
		t.Fatalf("there is no metric %q", name)
	}
	return value
}

// Shake makes all networks of a learner different, those of further trees among them, and puts a random
// batch in place: half of the discounts are 0, as after a termination. Three updates count as made.
func Shake(l *offpolicy.Learner, further ...grad.Tree) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, named := range slices.Concat(append(further, l.Online, l.Target)...) {
		for i := range named.Data {
			named.Data[i] += float32(0.3 * random.NormFloat64())
		}
	}
	b := l.Transitions
	Fill(random, b.Discount, b.Observation, b.Action, b.Reward, b.Next)
	l.Resume(3)
}

// Fill puts normal numbers in slabs, and 0 and 0.97 by turns in discounts.
func Fill(random *rand.Rand, discounts []float32, slabs ...[]float32) {
	for _, slab := range slabs {
		for i := range slab {
			slab[i] = float32(random.NormFloat64())
		}
	}
	for i := range discounts {
		discounts[i] = float32(i%2) * 0.97
	}
}

// Loss is a loss of an update in its literal version, and the parameters that descend it.
type Loss struct {
	Name  string // of which there are the metrics NAME/loss and NAME/gradient_norm
	Value func() float64
	Tree  grad.Tree
}

// CheckUpdate runs the update of a learner, and fails the test unless its losses are those of the
// literal versions before it, and the norms of their gradients those of finite differences.
func CheckUpdate(t *testing.T, l agent.Learner, run func() error, losses ...Loss) {
	t.Helper()
	want := map[string]float64{}
	for _, loss := range losses {
		want[loss.Name+"/loss"] = loss.Value()
		want[loss.Name+"/gradient_norm"] = GradientNorm(loss.Tree, loss.Value)
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	for name, value := range want {
		Near(t, name, Metric(t, l, name), value, 1e-3)
	}
}

// GradientNorm is the norm of the gradient of loss, by central differences.
func GradientNorm(tree grad.Tree, loss func() float64) float64 {
	const step = 1e-4
	sum := 0.0
	for _, named := range tree {
		for i, x := range named.Data {
			at := func(x float32) float64 {
				named.Data[i] = x
				return loss()
			}
			high, low := x+step, x-step
			slope := (at(high) - at(low)) / (float64(high) - float64(low))
			named.Data[i] = x
			sum += slope * slope
		}
	}
	return math.Sqrt(sum)
}
