package grad_test

import (
	"fmt"
	"log"

	"github.com/reverie-rl/reverie/grad"
)

// compiled is what a program of a library would return with its error.
func compiled(build func(t *grad.Tracer)) *grad.Executable[float32] {
	program, err := grad.Trace(build)
	if err != nil {
		log.Fatal(err)
	}
	executable, err := grad.Compile(program, nil)
	if err != nil {
		log.Fatal(err)
	}
	return executable
}

// Discounted returns of an episode that ends after the third step, and begins anew.
func ExampleValue_BackwardRecurrence() {
	run := compiled(func(t *grad.Tracer) {
		rewards, goesOn := t.Input("rewards", 5), t.Booleans("goes on", 5)
		t.Output("returns", rewards.BackwardRecurrence(goesOn.Mul(grad.Scalar(0.5))))
	})
	copy(run.Input("rewards"), []float32{1, 1, 1, 4, 4})
	copy(run.Booleans("goes on"), []bool{true, true, false, true, true})
	run.Run()
	fmt.Println(run.Output("returns"))
	// Output: [1.75 1.5 1 6 4]
}

// Attention (Vaswani et al., 2017) of queries [batch, heads, time, size] to keys and values.
func ExampleValue_BatchMatMul() {
	attention := func(queries, keys, values *grad.Value) *grad.Value {
		scores := queries.BatchMatMul(keys.Transpose(0, 1, 3, 2))
		return scores.Softmax(-1).BatchMatMul(values)
	}
	run := compiled(func(t *grad.Tracer) {
		x := t.Input("x", 1, 1, 3, 2)
		t.Output("mixed", attention(x.Mul(grad.Scalar(100)), x, x))
	})
	copy(run.Input("x"), []float32{1, 0, 0, 1, -1, -1})
	run.Run()
	fmt.Printf("%.2f\n", run.Output("mixed"))
	// Output: [1.00 0.00 0.00 1.00 -1.00 -1.00]
}

// A one-hot sample that a gradient passes straight through.
func ExampleStraightThrough() {
	run := compiled(func(t *grad.Tracer) {
		logits := t.Input("logits", 3)
		sample := grad.StraightThrough(t.Categorical(1, logits).OneHot(3), logits.Softmax(0))
		score := sample.Mul(t.Input("worth", 3)).Sum()
		t.Output("sample", sample)
		t.Output("gradient", grad.Gradient(score, logits)[0])
	})
	copy(run.Input("logits"), []float32{0, 0, 100})
	copy(run.Input("worth"), []float32{1, 2, 3})
	run.Run()
	fmt.Println(run.Output("sample"), run.Output("gradient")[2])
	// Output: [0 0 1] 0
}

// Images are copied in as they are, and scaled in the program.
func ExampleTracer_Bytes() {
	run := compiled(func(t *grad.Tracer) {
		t.Output("pixels", t.Bytes("image", 2, 2).Div(grad.Scalar(255)).Sub(grad.Scalar(0.5)))
	})
	copy(run.Bytes("image"), []byte{0, 255, 51, 102})
	run.Run()
	fmt.Printf("%.1f\n", run.Output("pixels"))
	// Output: [-0.5 0.5 -0.3 -0.1]
}
