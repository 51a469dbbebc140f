package gradtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// stored is what a file of reference numbers says about one block: a network or a distribution with
// its parameters, inputs and output; the loss, which is the mean squared difference of the output
// from the target, with its gradients; and the losses before each of the first steps of Adam.
type stored struct {
	Parameters, Inputs, Gradients map[string]array
	Output, Target                array
	Losses                        []float64
}

type array struct {
	Shape []int
	Data  []float64
}

// storedRate is the learning rate of the stored losses; the other constants of Adam are the paper's.
const storedRate = 0.01

// Stored compares a block with the numbers that the JSON file at path holds under name, made by
// another implementation in float64: its output, all gradients, and the losses of its training. It
// does so in float64 and in float32. The tree lists the block's parameters under the names of the
// file; their values are set. Apply computes the output from the inputs and parameters of the file,
// by name.
func Stored(t *testing.T, path, name string, tree grad.Tree, apply func(in map[string]*grad.Value) *grad.Value) {
	t.Helper()
	want := readStored(t, path, name)
	setParameters(t, tree, want.Parameters)
	program, err := grad.Trace(func(t *grad.Tracer) { want.trace(t, tree, apply) })
	if err != nil {
		t.Fatal(err)
	}
	exact, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	replay(t, want, exact, 1e-9)
	fast, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	replay(t, want, fast, 1e-4)
}

func readStored(t *testing.T, path, name string) stored {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var blocks map[string]stored
	if err := json.Unmarshal(text, &blocks); err != nil {
		t.Fatal(err)
	}
	block, ok := blocks[name]
	if !ok {
		t.Fatalf("%s holds nothing called %q", path, name)
	}
	return block
}

func setParameters(t *testing.T, tree grad.Tree, values map[string]array) {
	t.Helper()
	if len(tree) != len(values) {
		t.Fatalf("the block has %d parameters, the file %d", len(tree), len(values))
	}
	for _, named := range tree {
		value, ok := values[named.Name]
		if !ok || !slices.Equal(value.Shape, named.Shape) {
			t.Fatalf("parameter %s has shape %v, in the file %v", named.Name, named.Shape, value.Shape)
		}
		for i, x := range value.Data {
			named.Data[i] = float32(x)
		}
	}
}

// trace records one step of training that outputs everything the file tells.
func (s stored) trace(t *grad.Tracer, tree grad.Tree, apply func(in map[string]*grad.Value) *grad.Value) {
	values := map[string]*grad.Value{}
	var names []string
	var targets []grad.Operand
	add := func(name string, value *grad.Value) {
		values[name], names, targets = value, append(names, name), append(targets, value)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Inputs)) {
		add(name, t.Input(name, s.Inputs[name].Shape...))
	}
	for _, named := range tree {
		add(named.Name, t.Value(named.Parameter))
	}
	output := apply(values)
	loss := output.Sub(t.Input("target", s.Target.Shape...)).Square().Mean()
	t.Output("output", output)
	t.Output("loss", loss)
	gradients := grad.Gradient(loss, targets...)
	for i, name := range names {
		t.Output("gradient of "+name, gradients[i])
	}
	count := grad.NewParameter()
	step := t.Value(count).Add(grad.Scalar(1))
	for i, named := range tree {
		t.Adam(grad.AdamState{
			Parameter: named.Parameter, First: grad.NewParameter(named.Shape...), Second: grad.NewParameter(named.Shape...),
			Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
		}, gradients[len(s.Inputs)+i], grad.Scalar(1), grad.Scalar(storedRate), step)
	}
	t.Assign(count, step)
}

// replay runs the training and compares.
func replay[T grad.Float](t *testing.T, want stored, executable *grad.Executable[T], tolerance float64) {
	t.Helper()
	fill := func(name string, values array) {
		for i, x := range values.Data {
			executable.Input(name)[i] = T(x)
		}
	}
	for name, input := range want.Inputs {
		fill(name, input)
	}
	fill("target", want.Target)
	for i, loss := range want.Losses {
		executable.Run()
		if i == 0 {
			agree(t, "output", executable.Output("output"), want.Output.Data, tolerance)
			for name, gradient := range want.Gradients {
				agree(t, "gradient of "+name, executable.Output("gradient of "+name), gradient.Data, tolerance)
			}
		}
		agree(t, fmt.Sprint("loss before step ", i+1), executable.Output("loss"), []float64{loss}, tolerance)
	}
}

func agree[T grad.Float](t *testing.T, what string, got []T, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%T: %s has %d elements, stored are %d", got, what, len(got), len(want))
	}
	for i, x := range got {
		if !(math.Abs(float64(x)-want[i]) <= tolerance*(1+math.Abs(want[i]))) {
			t.Fatalf("%T: %s, element %d is %.12g, stored is %.12g", got, what, i, x, want[i])
		}
	}
}
