// Package bench times the platform's units of work: learner steps that other frameworks can be
// timed on too, the stepping of environments, and replay. Results of learning runs are stored
// beside it, in bench/results.
package bench

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/reverie-rl/reverie/algo/cmpo"
	"github.com/reverie-rl/reverie/algo/d4pg"
	"github.com/reverie-rl/reverie/algo/dmpo"
	"github.com/reverie-rl/reverie/algo/dreamer"
	"github.com/reverie-rl/reverie/algo/ivg"
	"github.com/reverie-rl/reverie/algo/mompo"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/algo/pets"
	"github.com/reverie-rl/reverie/algo/planet"
	"github.com/reverie-rl/reverie/algo/rdpg"
	"github.com/reverie-rl/reverie/algo/sac"
	"github.com/reverie-rl/reverie/algo/svg"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
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

// works are those of Learner, in the order in which they are listed.
var works = []struct {
	name string
	make func(workers *grad.Workers) (Work, error)
}{
	{"mlp_adam", MLPAdam},
	{"mpo", learnerStep(mpo.Algorithm(), "default", improvementSettings)},
	{"dmpo", learnerStep(dmpo.Algorithm(), "default", improvementSettings)},
	{"mompo", learnerStepOn(twoObjectives, mompo.Algorithm(), "default", sampledSettings)},
	{"cmpo", learnerStepOn(twoObjectives, cmpo.Algorithm(), "default", improvementSettings)},
	{"d4pg", learnerStep(d4pg.Algorithm(), "default", transitionSettings)},
	{"sac", learnerStep(sac.Algorithm(), "default", transitionSettings)},
	{"svg", learnerStep(svg.Algorithm(), "default", sampledSettings)},
	{"svg_one", learnerStep(svg.Algorithm(), "one", transitionSettings)},
	{"svg_infinity", learnerStep(svg.Algorithm(), "infinity", layerSettings)},
	{"rdpg", learnerStep(rdpg.Algorithm(), "default", "")},
	{"dreamer", learnerStep(dreamer.Algorithm(), "default", "")},
	{"ivg", learnerStep(ivg.Algorithm(), "default", "")},
	{"gru", GRU},
	{"conv_vae", ConvVAE},
	{"rssm_world_model", RSSMWorldModel},
	{"pixel_world_model", PixelWorldModel},
	{"dreamer_small", learnerStep(dreamer.Algorithm(), "default", firstDreamerSettings)},
	{"planet", learnerStep(planet.Algorithm(), "default", "")},
	{"pets", learnerStep(pets.Algorithm(), "default", "")},
	{"planet_decision", PlanetDecision},
	{"replay", func(*grad.Workers) (Work, error) { return Replay() }},
}

// Learner returns the work called name, or an error that lists the names.
func Learner(name string, workers *grad.Workers) (Work, error) {
	var names []string
	for _, work := range works {
		if work.name == name {
			return work.make(workers)
		}
		names = append(names, work.name)
	}
	return Work{}, fmt.Errorf("no work is called %q; there are %s, stream, env, pool and frames", name, strings.Join(names, ", "))
}
