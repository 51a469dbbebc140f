package replay_test

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/replay/replaytest"
)

// items is an ItemTable that knows how it was made.
type items struct {
	*replay.ItemTable
	configure func() replay.ItemConfig
	patterns  *[]replay.Pattern
}

func openItems(configure func() replay.ItemConfig) (replaytest.Items, error) {
	table, err := replay.NewItemTable(configure())
	return items{table, configure, new([]replay.Pattern)}, err
}

func (i items) NewWriter(pattern replay.Pattern) (replaytest.Writer, error) {
	*i.patterns = append(*i.patterns, pattern)
	return i.ItemTable.NewWriter(pattern)
}

func (i items) Reopen() (replaytest.Items, []replaytest.Writer, error) {
	reopened, err := openItems(i.configure)
	if err != nil {
		return nil, nil, err
	}
	var writers []replaytest.Writer
	for _, pattern := range *i.patterns {
		writer, err := reopened.NewWriter(pattern)
		if err != nil {
			return nil, nil, err
		}
		writers = append(writers, writer)
	}
	table := reopened.(items).ItemTable
	for _, part := range i.Save() {
		var data bytes.Buffer
		if err := part.Write(&data); err != nil {
			return nil, nil, err
		}
		if err := table.Restore(data.Bytes()); err != nil {
			return nil, nil, err
		}
	}
	return reopened, writers, nil
}

func TestItemTable(t *testing.T) { replaytest.RunItems(t, openItems) }

var _ replay.Sampling = (*replay.Mixture)(nil)

// filled is a table with two writers whose episodes are open.
func filled(t *testing.T) items {
	t.Helper()
	made, err := openItems(func() replay.ItemConfig {
		return replay.ItemConfig{Layout: layout, Sampler: replay.WithoutReplacement(), Context: 1, MaxSteps: 100}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []replay.Pattern{replay.NStep(2), replay.Episodes()} {
		writer, err := made.NewWriter(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 30 {
			step := replay.Step{Action: make([]float32, 2), Reward: []float32{1}, Discount: 1, Observation: make([]float32, 3)}
			if n%11 == 0 {
				err = writer.Begin(t.Context(), step)
			} else {
				err = writer.Append(t.Context(), step)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return made.(items)
}

// savedItems returns the parts of a table.
func savedItems(t *testing.T, table items) [][]byte {
	t.Helper()
	var parts [][]byte
	for _, part := range table.Save() {
		var data bytes.Buffer
		if err := part.Write(&data); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, data.Bytes())
	}
	return parts
}

func TestRestoredItemTableIsSavedAsTheSameBytes(t *testing.T) {
	table := filled(t)
	reopened, _, err := table.Reopen()
	if err != nil {
		t.Fatal(err)
	}
	want, got := savedItems(t, table), savedItems(t, reopened.(items))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A part with a changed byte is refused, or gives a table that works.
func TestRestoreOfDamagedItems(t *testing.T) {
	table := filled(t)
	parts := savedItems(t, table)
	last := parts[len(parts)-1]
	refused := 0
	for i := 8; i < len(last); i += 7 {
		last[i] ^= 0x41
		err := restoreItems(t, table.configure(), parts)
		if err != nil {
			refused++
		}
		last[i] ^= 0x41
	}
	if refused < len(last)/7/4 {
		t.Errorf("only %d of %d changes were refused", refused, len(last))
	}
}

// restoreItems restores a table and, if it can, uses it.
func restoreItems(t *testing.T, config replay.ItemConfig, parts [][]byte) error {
	t.Helper()
	table, err := replay.NewItemTable(config)
	if err != nil {
		t.Fatal(err)
	}
	var writers []*replay.Writer
	for _, pattern := range []replay.Pattern{replay.NStep(2), replay.Episodes()} {
		writer, err := table.NewWriter(pattern)
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, writer)
	}
	for _, part := range parts {
		if err := table.Restore(part); err != nil {
			return err
		}
	}
	for _, writer := range writers {
		_ = writer.Begin(t.Context(), replay.Step{Observation: make([]float32, 3)})
	}
	if table.MaySample(40) {
		return table.Sample(t.Context(), replay.NewBatch(layout, 40, replay.View{Length: 3, BurnIn: 1}))
	}
	return nil
}

func TestRestoreOfItemsRefuses(t *testing.T) {
	table := filled(t)
	parts := savedItems(t, table)
	restore := func(writers int, parts ...[]byte) error {
		other, err := replay.NewItemTable(table.configure())
		if err != nil {
			t.Fatal(err)
		}
		for range writers {
			if _, err := other.NewWriter(replay.Episodes()); err != nil {
				t.Fatal(err)
			}
		}
		for _, part := range parts {
			if err := other.Restore(part); err != nil {
				return err
			}
		}
		return other.Restore(parts[0])
	}
	for want, err := range map[string]error{
		"had 2 writers, this one has 1": restore(1, parts...),
		"its rows are not there":        restore(2, parts[len(parts)-1]),
		"begins at block 0, want":       restore(2, parts[0], parts[0]),
		"pattern":                       restore(2, parts...),
		"not new":                       table.Restore(parts[0]),
		"too few for a header":          restore(2, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not contain %q", err, want)
		}
	}
}

// The memory that a full table really takes is its byte budget and no more than a tenth above it,
// with the selectors that need most and with items as small as they can be.
func TestMemoryStaysInsideTheBudget(t *testing.T) {
	const budget = 8 << 20
	heap := func() int64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before := heap()
	table, err := replay.NewItemTable(replay.ItemConfig{
		Layout: layout, Sampler: replay.Prioritised(1), Remover: replay.LowestPriority(), MaxBytes: budget,
	})
	if err != nil {
		t.Fatal(err)
	}
	writer, err := table.NewWriter(replay.NStep(1))
	if err != nil {
		t.Fatal(err)
	}
	step := replay.Step{Action: make([]float32, 2), Reward: []float32{1}, Discount: 1, Observation: make([]float32, 3)}
	if err := writer.Begin(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	for range 60_000 {
		if err := writer.Append(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	status := table.Status()
	if taken := heap() - before; status.Bytes < budget*9/10 || taken > budget*11/10 {
		t.Errorf("the table takes %d bytes for a budget of %d, and says %+v", taken, budget, status)
	}
	runtime.KeepAlive(table)
}

// By hand: one step with two rewards, read whole and as the first alone.
func TestItemTransitionsOfTheFirstReward(t *testing.T) {
	layout := replay.Layout{Observation: 1, Action: 1, Reward: 2}
	table, err := replay.NewItemTable(replay.ItemConfig{Layout: layout, Sampler: replay.Uniform(), MaxSteps: 10})
	noError(t, err)
	writer, err := table.NewWriter(replay.NStep(1))
	noError(t, err)
	noError(t, writer.Begin(t.Context(), replay.Step{Observation: []float32{0}}))
	noError(t, writer.Append(t.Context(), replay.Step{Action: []float32{0}, Reward: []float32{3, 4}, Discount: 1, Observation: []float32{1}}))
	drawn := make([]replay.Drawn, 2)
	for rewards, want := range map[int][]float32{1: {3, 3}, 2: {3, 4, 3, 4}} {
		batch := replay.NewTransitions(replay.Layout{Observation: 1, Action: 1, Reward: rewards}, 2)
		noError(t, table.SampleTransitions(t.Context(), batch, drawn, 1))
		if !slices.Equal(batch.Reward, want) {
			t.Errorf("the rewards are %v, want %v", batch.Reward, want)
		}
	}
}
