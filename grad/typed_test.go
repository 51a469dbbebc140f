package grad_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/kernel"
)

// A batch of images is as exact as it was filled in, on all kernels, and so are the masks and actions
// beside it.
func TestTypedInputs(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		t.Output("images", t.Bytes("images", 3, 101, 101))
		t.Output("actions", t.Integers("actions", 4))
		t.Output("masks", t.Booleans("masks", 2))
		t.Bytes("unused", 2)
	})
	for _, set := range kernel.Sets() {
		executable, err := grad.CompileWith(program, set, nil)
		if err != nil {
			t.Fatal(err)
		}
		images := executable.Bytes("images")
		want := make([]float32, len(images))
		for run := range 2 {
			for i := range images {
				images[i] = uint8(i*7 + run)
				want[i] = float32(images[i])
			}
			copy(executable.Integers("actions"), []int32{-3, 1 << 24, 0, -1 << 24})
			copy(executable.Booleans("masks"), []bool{true, false})
			executable.Bytes("unused")[1] = 1
			executable.Run()
			equal(t, "images", executable.Output("images"), want)
			equal(t, "actions", executable.Output("actions"), []float32{-3, 1 << 24, 0, -1 << 24})
			equal(t, "masks", executable.Output("masks"), []float32{1, 0})
		}
	}
}

// Integers that float32 does not hold show.
func TestLargeIntegersBecomeNaN(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) { t.Output("x", t.Integers("x", 3)) })
	copy(executable.Integers("x"), []int32{1<<24 + 1, -1<<24 - 1, math.MinInt32})
	executable.Run()
	for _, x := range executable.Output("x") {
		if !math.IsNaN(x) {
			t.Errorf("a large integer became %g", x)
		}
	}
}

// Typed inputs feed scans, lookups and gradients like others.
func TestTypedInputsInAProgram(t *testing.T) {
	table := grad.NewParameter(3, 1)
	copy(table.Data, []float32{10, 20, 30})
	executable := reference(t, func(t *grad.Tracer) {
		rows := t.Value(table).Gather(t.Integers("indices", 2))
		t.Output("rows", rows)
		t.Output("gradient", grad.Gradient(rows.Sum(), table)[0])
		zero := t.Value(grad.Scalar(0)).Broadcast(1)
		final, _ := grad.Scan{Length: 3}.Run(t, []*grad.Value{zero}, []*grad.Value{t.Booleans("start", 3, 1)}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
			return []*grad.Value{elements[0].Where(grad.Scalar(1), carry[0].Add(grad.Scalar(1)))}, nil
		})
		t.Output("since start", final[0])
	})
	copy(executable.Integers("indices"), []int32{2, 0})
	copy(executable.Booleans("start"), []bool{false, true, false})
	executable.Run()
	equal(t, "rows", executable.Output("rows"), []float64{30, 10})
	equal(t, "gradient", executable.Output("gradient"), []float64{1, 0, 1})
	equal(t, "since start", executable.Output("since start"), []float64{2})
}

func TestTypedInputsAreFoundInTheirTypeAlone(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) { t.Output("y", t.Bytes("x", 1)) })
	for name, use := range map[string]func(){
		`no input "x" of integers`: func() { executable.Integers("x") },
		`no input "x" of booleans`: func() { executable.Booleans("x") },
		`no input "y" of bytes`:    func() { executable.Bytes("y") },
		`no input "x"`:             func() { executable.Input("x") },
	} {
		func() {
			defer func() { contains(t, fmt.Sprint(recover()), name) }()
			use()
		}()
	}
	contains(t, message(t, func(t *grad.Tracer) { t.Bytes("x", 1); t.Input("x", 1) }), "input", `"x"`, "already")
}
