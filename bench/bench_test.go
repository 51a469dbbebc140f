package bench_test

import (
	"strings"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/bench"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/grad"
)

// Learner steps must not allocate: garbage would pause every run. A step of pixel_world_model is so long that what
// the log's server allocates every second would be counted.
func TestWorkDoesNotAllocate(t *testing.T) {
	workers := grad.NewWorkers(2)
	defer workers.Close()
	for _, name := range []string{"mlp_adam", "mpo", "dmpo", "mompo", "cmpo", "d4pg", "sac", "svg", "svg_one", "svg_infinity", "rdpg", "dreamer", "ivg", "gru", "conv_vae", "rssm_world_model", "dreamer_small", "planet", "pets", "replay"} {
		work, err := bench.Learner(name, workers)
		if err != nil {
			t.Fatal(err)
		}
		step := func() {
			if err := work.Step(); err != nil {
				t.Fatal(err)
			}
		}
		if allocations := fewestAllocations(step); allocations > 0 {
			t.Errorf("%s allocates %v times a step", name, allocations)
		}
	}
}

// fewestAllocations is the least of several counts: on a busy machine the runtime's own are among them.
func fewestAllocations(step func()) float64 {
	fewest := testing.AllocsPerRun(3, step)
	for range 5 {
		if fewest == 0 {
			break
		}
		fewest = min(fewest, testing.AllocsPerRun(3, step))
	}
	return fewest
}

func TestUnknownWorkIsRefused(t *testing.T) {
	if _, err := bench.Learner("nonsense", nil); err == nil || !strings.Contains(err.Error(), "mpo, dmpo, mompo, cmpo, d4pg, sac, svg, svg_one, svg_infinity, rdpg, dreamer, ivg, gru") {
		t.Errorf("the error is %v", err)
	}
}

func TestMeasureReturnsTheMedian(t *testing.T) {
	count := 0
	median, err := bench.Measure(bench.Work{Step: func() error {
		if count++; count == 1 {
			time.Sleep(30 * time.Millisecond) // the first is not counted
		}
		time.Sleep(time.Millisecond)
		return nil
	}}, 10*time.Millisecond)
	if err != nil || median < time.Millisecond || median > 20*time.Millisecond {
		t.Errorf("median %v, error %v", median, err)
	}
}

func TestEnvironmentWithoutASimulator(t *testing.T) {
	for _, task := range classic.Tasks() {
		environment, err := task.New(1)
		if err != nil {
			t.Fatal(err)
		}
		speed, err := bench.Environment(environment, 10*time.Millisecond)
		if err != nil || !(speed.StepsPerSecond > 0) || speed.PlainPerSecond != 0 {
			t.Errorf("%s: %+v, error %v", task.Name, speed, err)
		}
	}
}

// Every table is timed with 1 and 4 clients, one of them beside a plain copy.
func TestReplayTables(t *testing.T) {
	speeds, err := bench.ReplayTables(t.Context(), 200*time.Millisecond)
	if err != nil || len(speeds) != 8 {
		t.Fatalf("%d tables, error %v", len(speeds), err)
	}
	for _, s := range speeds {
		if s.InsertsPerSecond <= 0 || s.StepsPerSecond != 50*s.SamplesPerSecond || (s.CopyRatio > 0) != (s.Clients == 1) {
			t.Errorf("%+v", s)
		}
	}
}

func TestStream(t *testing.T) {
	speed, err := bench.Stream(t.Context(), 10, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if speed.RecoveredRows != 10_000 || !(speed.PublishMBPerSecond > 0 && speed.BarePublishMBPerSecond > 0 && speed.ReadMBPerSecond > 0 && speed.BareReadMBPerSecond > 0 && speed.SecondsPerGB > 0) {
		t.Errorf("measured %+v", speed)
	}
}

// A decision of PlaNet can be timed.
func TestPlanetDecision(t *testing.T) {
	work, err := bench.Learner("planet_decision", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := work.Step(); err != nil || len(work.Programs) != 1 {
		t.Errorf("%d programs, and the error is %v", len(work.Programs), err)
	}
}
