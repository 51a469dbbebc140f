package dist_test

import (
	"fmt"
	"log"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// A policy head: raw outputs of a network become an action within (-1, 1) and its log-density.
func ExampleTanhGaussian() {
	program, err := grad.Trace(func(t *grad.Tracer) {
		policy := dist.DreamerTanhGaussian(t.Input("mean", 1, 2), t.Input("deviation", 1, 2))
		action, logProb := policy.SampleWithLogProb(t.Input("noise", 1, 2))
		t.Output("action", action)
		t.Output("log-density", logProb)
	})
	if err != nil {
		log.Fatal(err)
	}
	head, err := grad.Compile(program, nil)
	if err != nil {
		log.Fatal(err)
	}
	copy(head.Input("mean"), []float32{0.5, -1})
	copy(head.Input("noise"), []float32{0.01, 0.02})
	head.Run()
	fmt.Printf("%.3f %.3f\n", head.Output("action"), head.Output("log-density"))
	// Output: [0.499 -0.710] [-4.069]
}

// A value head as in DreamerV3: the loss of a prediction against a return, and the prediction.
func ExampleValueDistribution() {
	support := dist.SymexpSupport(-20, 20, 255)
	program, err := grad.Trace(func(t *grad.Tracer) {
		value := dist.ValueDistribution{Support: support, Logits: t.Input("logits", 1, 255)}
		t.Output("loss", value.LogProb(t.Input("return", 1)).Neg())
		t.Output("prediction", value.Mean())
	})
	if err != nil {
		log.Fatal(err)
	}
	head, err := grad.Compile(program, nil)
	if err != nil {
		log.Fatal(err)
	}
	head.Input("return")[0] = 731
	head.Run()
	fmt.Printf("%.3f %g\n", head.Output("loss")[0], head.Output("prediction")[0])
	// Output: 5.541 0
}
