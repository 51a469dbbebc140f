package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/reverie-rl/reverie/replay"
)

// ReplaySpeed is how fast a table of items is. Items are windows of 50 steps, one from every step.
type ReplaySpeed struct {
	Rows    string `json:"rows"`    // vectors of 24 numbers, or images of 64 x 64 x 3 bytes
	Sampler string `json:"sampler"` // uniform or prioritised
	Clients int    `json:"clients"` // that insert or sample at the same time
	// InsertsPerSecond counts steps, each with its item, stored in a full table by all clients.
	InsertsPerSecond float64 `json:"inserts_per_second"`
	// SamplesPerSecond counts items, in batches of 16 into memory of the caller.
	SamplesPerSecond float64 `json:"samples_per_second"`
	StepsPerSecond   float64 `json:"steps_per_second"` // 50 for each item
	// CopyRatio is the time of a sample in that of copying as many bytes from as large a memory, the
	// two taking turns; 0 for several clients.
	CopyRatio float64 `json:"copy_ratio,omitempty"`
}

// replayWindow and replayBatch are the steps of an item and the items of a batch.
const replayWindow, replayBatch = 50, 16

// replayCase is a table to time.
type replayCase struct {
	rows, sampler string
	layout        replay.Layout
	steps         int
	open          func() replay.Selector
}

// replayCases are the tables that are timed.
func replayCases() []replayCase {
	images := replay.Layout{Image: 64 * 64 * 3, Action: 6, Reward: 1}
	prioritised := func() replay.Selector { return replay.Prioritised(0.6) }
	return []replayCase{
		{"vectors", "uniform", vectors, 100_000, replay.Uniform},
		{"vectors", "prioritised", vectors, 100_000, prioritised},
		{"images", "uniform", images, 4_000, replay.Uniform},
		{"images", "prioritised", images, 4_000, prioritised},
	}
}

// ReplayTables times tables of vectors and of images, uniform and prioritised, with 1 and 4 clients,
// in about the given time.
func ReplayTables(ctx context.Context, duration time.Duration) ([]ReplaySpeed, error) {
	cases, clients := replayCases(), []int{1, 4}
	each := duration / time.Duration(2*len(cases)*len(clients))
	var speeds []ReplaySpeed
	for _, c := range cases {
		for _, count := range clients {
			speed, err := c.measure(ctx, count, each)
			if err != nil {
				return nil, err
			}
			speeds = append(speeds, speed)
		}
	}
	return speeds, nil
}

func (c replayCase) measure(ctx context.Context, clients int, duration time.Duration) (ReplaySpeed, error) {
	speed := ReplaySpeed{Rows: c.rows, Sampler: c.sampler, Clients: clients}
	table, err := replay.NewItemTable(replay.ItemConfig{Layout: c.layout, Sampler: c.open(), MaxSteps: c.steps})
	if err != nil {
		return speed, err
	}
	var inserts, samples []func() error
	for range clients {
		insert, err := c.insert(ctx, table)
		if err != nil {
			return speed, err
		}
		batch := replay.NewBatch(c.layout, replayBatch, replay.View{Length: replayWindow})
		inserts = append(inserts, insert)
		samples = append(samples, func() error { return table.Sample(ctx, batch) })
	}
	for table.Status().Counts.Deletes == 0 { // until it is full
		if err := inserts[0](); err != nil {
			return speed, err
		}
	}
	if speed.InsertsPerSecond, err = perSecond(inserts, duration); err != nil {
		return speed, err
	}
	if speed.SamplesPerSecond, err = perSecond(samples, duration); err != nil {
		return speed, err
	}
	speed.SamplesPerSecond *= replayBatch
	speed.StepsPerSecond = speed.SamplesPerSecond * replayWindow
	if clients == 1 {
		speed.CopyRatio, err = c.copyRatio(samples[0], duration)
	}
	return speed, err
}

// insert returns what stores a step with its item.
func (c replayCase) insert(ctx context.Context, table *replay.ItemTable) (func() error, error) {
	writer, err := table.NewWriter(replay.Windows(replayWindow, 1))
	if err != nil {
		return nil, err
	}
	l := c.layout
	step := replay.Step{
		Observation: make([]float32, l.Observation), Image: make([]byte, l.Image),
		Action: make([]float32, l.Action), Reward: make([]float32, l.Reward), Discount: 1,
	}
	fillNormal(rand.New(rand.NewPCG(1, 1)), step.Observation, step.Action, step.Reward)
	if err := writer.Begin(ctx, step); err != nil {
		return nil, err
	}
	return func() error { return writer.Append(ctx, step) }, nil
}

// perSecond returns how often works are done in a second, all together, each by a client of its own.
// It is the median of rounds of a few milliseconds, so that what else the machine does now and then
// does not count.
func perSecond(works []func() error, duration time.Duration) (float64, error) {
	repeats := 1
	var rates []float64
	for begin := time.Now(); time.Since(begin) < duration || len(rates) < 3; {
		took, err := round(works, repeats)
		if err != nil {
			return 0, err
		}
		if took < 3*time.Millisecond && len(rates) == 0 {
			repeats *= 2
			continue
		}
		rates = append(rates, float64(repeats*len(works))/took.Seconds())
	}
	return median(rates), nil
}

// round lets every client do its work so many times, and returns the time of all.
func round(works []func() error, repeats int) (time.Duration, error) {
	var group sync.WaitGroup
	errs := make([]error, len(works))
	begin := time.Now()
	for i, work := range works {
		group.Go(func() {
			for n := 0; n < repeats && errs[i] == nil; n++ {
				errs[i] = work()
			}
		})
	}
	group.Wait()
	return time.Since(begin), errors.Join(errs...)
}

// copyRatio compares the time of a batch with that of copying its bytes, which are one piece for
// each item.
func (c replayCase) copyRatio(sample func() error, duration time.Duration) (float64, error) {
	rowBytes := c.layout.Image + 4*c.layout.Observation
	item := (replayWindow + 1) * rowBytes
	source, batch := make([]byte, c.steps*rowBytes), make([]byte, replayBatch*item)
	for i := range source {
		source[i] = byte(i)
	}
	random := rand.New(rand.NewPCG(3, 3))
	var ratios []float64
	for begin := time.Now(); time.Since(begin) < duration || len(ratios) < 5; {
		start := time.Now()
		for k := range replayBatch {
			from := random.IntN(c.steps-replayWindow) * rowBytes
			copy(batch[k*item:(k+1)*item], source[from:])
		}
		copied := time.Since(start)
		start = time.Now()
		if err := sample(); err != nil {
			return 0, err
		}
		ratios = append(ratios, time.Since(start).Seconds()/copied.Seconds())
	}
	return median(ratios), nil
}
