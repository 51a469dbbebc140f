// Package bench times the platform's units of work: learner steps that other frameworks can be
// timed on too, the stepping of environments, and replay. Results of learning runs are stored
// beside it, in bench/results.
package bench

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
)

// Work is a unit of work that can be repeated.
type Work struct {
	Step     func() error
	Programs []*grad.Executable[float32] // that Step runs, if any
}

// run is the work of running one program.
func run(program *grad.Executable[float32]) Work {
	return Work{func() error { program.Run(); return nil }, []*grad.Executable[float32]{program}}
}

// Measure repeats work for the given time, at least five times after three that do not count, and
// returns the median time of one.
func Measure(work Work, duration time.Duration) (time.Duration, error) {
	var times []time.Duration
	begin := time.Now()
	for count := 0; count < 8 || time.Since(begin) < duration; count++ {
		start := time.Now()
		if err := work.Step(); err != nil {
			return 0, err
		}
		if count >= 3 {
			times = append(times, time.Since(start))
		}
		if count == 2 {
			begin = time.Now()
		}
	}
	return median(times), nil
}

func median[T cmp.Ordered](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

func fillNormal(random *rand.Rand, slabs ...[]float32) {
	for _, slab := range slabs {
		for i := range slab {
			slab[i] = float32(random.NormFloat64())
		}
	}
}

// MLPAdam is one step of regression: batch 256, a 24-256-256-6 ELU network, mean squared error, Adam.
func MLPAdam(workers *grad.Workers) (Work, error) {
	random := rand.New(rand.NewPCG(1, 1))
	network := nn.NewMLP([]int{24, 256, 256, 6}, random)
	adam := optim.NewAdam(grad.TreeOf(network), 3e-4)
	program, err := grad.Trace(func(t *grad.Tracer) {
		loss := network.Apply(t.Input("x", 256, 24)).Sub(t.Input("y", 256, 6)).Square().Mean()
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
	fillNormal(random, step.Input("x"), step.Input("y"))
	return run(step), nil
}

// MPO is one step of MPO's learner: 24 observations, 6 actions, batch 256, 20 sampled actions,
// networks of three layers of 256, every multiplier by Adam. It includes drawing the batch from
// replay and the copies to the target networks.
func MPO(workers *grad.Workers) (Work, error) {
	config := mpo.Default()
	config.PolicyLayers, config.CriticLayers = []int{256, 256, 256}, []int{256, 256, 256}
	config.Batch, config.Samples, config.NStep = 256, 20, 1
	config.LearningRate, config.Temperature, config.EpsilonPenalty = 1e-4, mpo.TemperatureAdam, 0
	config.InitialTemperature, config.InitialMeanMultiplier, config.InitialDeviationMultiplier = 1, 1, 100
	config.InitialDeviation = 0.3
	sizes := agent.Sizes{Observation: 24, Action: 6}
	learner, err := mpo.Algorithm().New(config, sizes, 1, workers)
	if err != nil {
		return Work{}, err
	}
	sampler, err := randomExperience(sizes, 10_000)
	if err != nil {
		return Work{}, err
	}
	return Work{func() error { return learner.Step(sampler) }, learner.Programs()}, nil
}

// randomExperience is a replay of random steps.
func randomExperience(sizes agent.Sizes, steps int) (*replay.Sampler, error) {
	table, err := replay.NewTable(replay.Layout{Observation: sizes.Observation, Action: sizes.Action, Reward: 1}, steps+1)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(2, 2))
	observation, action, reward := make([]float32, sizes.Observation), make([]float32, sizes.Action), make([]float32, 1)
	fillNormal(random, observation)
	if err := table.Begin(replay.Step{Observation: observation}); err != nil {
		return nil, err
	}
	for range steps {
		fillNormal(random, observation, action, reward)
		if err := table.Append(replay.Step{Action: action, Reward: reward, Discount: 1, Observation: observation}); err != nil {
			return nil, err
		}
	}
	return replay.NewSampler(1, table)
}

// Replay is the drawing of 256 five-step transitions from a replay of 100,000 steps.
func Replay() (Work, error) {
	sizes := agent.Sizes{Observation: 24, Action: 6}
	sampler, err := randomExperience(sizes, 100_000)
	if err != nil {
		return Work{}, err
	}
	batch := replay.NewTransitions(replay.Layout{Observation: sizes.Observation, Action: sizes.Action, Reward: 1}, 256)
	return Work{Step: func() error { return sampler.SampleTransitions(batch, 5, 0.99) }}, nil
}

// Learner returns the work called name, or an error that lists the names.
func Learner(name string, workers *grad.Workers) (Work, error) {
	switch name {
	case "mlp_adam":
		return MLPAdam(workers)
	case "mpo":
		return MPO(workers)
	case "conv_vae":
		return ConvVAE(workers)
	case "gru":
		return GRU(workers)
	case "rssm_world_model":
		return RSSMWorldModel(workers)
	case "dreamer_small":
		return DreamerSmall(workers)
	case "replay":
		return Replay()
	}
	return Work{}, fmt.Errorf("no work is called %q; there are mlp_adam, mpo, gru, conv_vae, rssm_world_model, dreamer_small, replay, stream, env, pool and frames", name)
}
