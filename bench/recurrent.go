package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
)

// GRU is one step of a recurrent network: 50 time steps of a batch of 32, 64 inputs, 200 units, the
// mean square of the state at each step, Adam.
func GRU(workers *grad.Workers) (Work, error) {
	const length, batch, inputs, size = 50, 32, 64, 200
	random := rand.New(rand.NewPCG(1, 1))
	cell := nn.NewGRU(inputs, size, random)
	adam := optim.NewAdam(grad.TreeOf(cell), 3e-4)
	program, err := grad.Trace(func(t *grad.Tracer) {
		x, initial := t.Input("x", length, batch, inputs), t.Value(grad.Scalar(0)).Broadcast(batch, size)
		_, states := grad.Scan{Length: length}.Run(t, []*grad.Value{initial}, []*grad.Value{x},
			func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
				h := cell.Step(elements[0], carry[0])
				return []*grad.Value{h}, []*grad.Value{h}
			})
		loss := states[0].Square().Mean(1, 2).Sum()
		adam.Minimise(t, loss, 0)
		t.Output("loss", loss)
	})
	if err != nil {
		return Work{}, err
	}
	step, err := grad.Compile(program, workers)
	if err != nil {
		return Work{}, err
	}
	fillNormal(random, step.Input("x"))
	return run(step), nil
}
