package grad_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

type layer struct{ Weight, Bias *grad.Parameter }

type network struct {
	LayerNorm layer
	Hidden    []layer
	Shared    *layer
	Absent    *grad.Parameter
	Any       any
	Rate      float64
	hidden    *grad.Parameter
}

func newNetwork() network {
	p := func() *grad.Parameter { return grad.NewParameter(2, 3) }
	return network{
		LayerNorm: layer{p(), p()}, Hidden: []layer{{p(), p()}, {Weight: p()}},
		Shared: &layer{Bias: p()}, Any: p(), hidden: p(),
	}
}

func TestTreeNames(t *testing.T) {
	var names []string
	tree := grad.TreeOf(newNetwork())
	for _, named := range tree {
		names = append(names, named.Name)
	}
	equal(t, "names", names, []string{
		"layer_norm/weight", "layer_norm/bias", "hidden/0/weight", "hidden/0/bias", "hidden/1/weight", "shared/bias", "any",
	})
	equal(t, "size", []int{tree.Size()}, []int{7 * 6})
	equal(t, "under", []string{tree.Under("net")[0].Name}, []string{"net/layer_norm/weight"})
	equal(t, "alone", []string{grad.TreeOf(grad.NewParameter()).Under("p")[0].Name}, []string{"p"})
	equal(t, "nothing", []int{len(grad.TreeOf(nil)), len(grad.TreeOf(3))}, []int{0, 0})
}

// A tree holds the network's own parameters; Like makes new ones.
func TestTreeSharesAndLikeDoesNot(t *testing.T) {
	n := newNetwork()
	tree := grad.TreeOf(n)
	like := tree.Like()
	tree[0].Filled(7)
	equal(t, "network", n.LayerNorm.Weight.Data[:1], []float32{7})
	equal(t, "like", like[0].Data[:1], []float32{0})
	equal(t, "difference", []string{tree.Diff(like)}, []string{""})
}

func TestCopyFromGoesByName(t *testing.T) {
	target := grad.Tree{{"a", grad.NewParameter(1)}, {"b", grad.NewParameter(1)}}
	source := grad.Tree{{"b", grad.NewParameter(1).Filled(2)}, {"a", grad.NewParameter(1).Filled(1)}}
	if err := target.CopyFrom(source); err != nil {
		t.Fatal(err)
	}
	equal(t, "values", []float32{target[0].Data[0], target[1].Data[0]}, []float32{1, 2})
}

func TestCopyFromRefusesOtherTrees(t *testing.T) {
	target := grad.Tree{{"same", grad.NewParameter(1)}, {"gone", grad.NewParameter(2)}, {"other", grad.NewParameter(3)}}
	source := grad.Tree{{"same", grad.NewParameter(1).Filled(9)}, {"other", grad.NewParameter(3, 1)}, {"extra", grad.NewParameter(4)}}
	err := target.CopyFrom(source)
	if err == nil {
		t.Fatal("copied")
	}
	equal(t, "message", []string{err.Error()}, []string{"grad: parameters do not fit:\n" +
		"  gone [2]: missing\n" +
		"  other: shape [3 1] where [3] is needed\n" +
		"  extra [4]: not wanted"})
	equal(t, "the common parameter", target[0].Data, []float32{0})
}
