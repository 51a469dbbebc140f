package run

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/checkpoint"
)

// treeOf makes parameters of one row each, with the names in turn counting up from start.
func treeOf(start float32, names ...string) grad.Tree {
	var tree grad.Tree
	for i, name := range names {
		tree = append(tree, grad.Named{Name: name, Parameter: grad.NewParameter(1, 2).Filled(start + float32(i))})
	}
	return tree
}

// By hand: the hash of a part is that of a line for each parameter, in the order of their names.
func TestHashByHand(t *testing.T) {
	one := fmt.Sprintf("%x", sha256.Sum256([]byte{0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f})) // 1 and 1
	two := fmt.Sprintf("%x", sha256.Sum256([]byte{0, 0, 0, 0x40, 0, 0, 0, 0x40}))       // 2 and 2
	want := fmt.Sprintf("%x", sha256.Sum256([]byte("bias [1 2] "+two+"\ninner/weight [1 2] "+one+"\n")))
	specs := specsOf(treeOf(1, "model/inner/weight", "model/bias"))
	if len(specs) != 1 || specs[0].Name != "model" || specs[0].SHA256 != want || specs[0].Size != 4 {
		t.Errorf("got %+v, want the hash %s", specs, want)
	}
	var inside []string
	for _, spec := range specs[0].Inside {
		inside = append(inside, spec.Name)
	}
	if !slices.Equal(inside, []string{"model/inner", "model/bias"}) {
		t.Errorf("inside are %v", inside)
	}
}

// The hash of a part does not depend on what the part is called and changes with everything in it.
func TestHashTellsPartsApart(t *testing.T) {
	hash := func(part string, tree grad.Tree) string { return specOf(part, parameterSpecs(tree)).SHA256 }
	want := hash("critic", treeOf(1, "critic/a", "critic/b"))
	if hash("target", treeOf(1, "target/a", "target/b")) != want {
		t.Error("a copy has another hash")
	}
	if hash("critic", treeOf(1, "critic/a", "critic/b", "criticism/c")) != want {
		t.Error("the hash depends on another part")
	}
	flat := treeOf(1, "critic/a", "critic/b")
	flat[0].Shape = []int{2, 1}
	for what, tree := range map[string]grad.Tree{"content": treeOf(2, "critic/a", "critic/b"), "name": treeOf(1, "critic/a", "critic/c"), "shape": flat} {
		if hash("critic", tree) == want {
			t.Errorf("another %s has the same hash", what)
		}
	}
}

func TestSpecAt(t *testing.T) {
	tree := treeOf(1, "model/encoder/first/weight", "model/encoder/bias", "policy/bias")
	specs := specsOf(tree)
	for _, path := range []string{"model", "model/encoder", "model/encoder/first", "policy/bias"} {
		spec, found := specAt(specs, path)
		if want := specOf(path, parameterSpecs(tree)); !found || spec.Name != path || spec.SHA256 != want.SHA256 {
			t.Errorf("%s is %+v", path, spec)
		}
	}
	for _, path := range []string{"mod", "model/enc", "model/encoder/bias/x", ""} {
		if spec, found := specAt(specs, path); found {
			t.Errorf("%q is %+v", path, spec)
		}
	}
}

// The specs of a checkpoint that was made before there were specs are those of its parameters.
func TestSpecsOfAnOlderCheckpoint(t *testing.T) {
	tree := treeOf(1, "model/weight", "policy/weight")
	store := checkpoint.Open(t.TempDir())
	payloads := []checkpoint.Payload{{Name: parametersFile, Write: writeParameters(tree)}, {Name: partsFile, Write: writeSpecs(specsOf(tree))}}
	for count := 1; count <= 2; count++ {
		if err := store.Save(1, nil, payloads[:count]); err != nil {
			t.Fatal(err)
		}
		generation, err := store.Look()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := specsIn(generation); err != nil || !reflect.DeepEqual(got, specsOf(tree)) {
			t.Errorf("with %d payloads the specs are %+v, %v", count, got, err)
		}
	}
}
