package replay_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/internal/safetensors"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/replay/replaytest"
)

// memory is a table with a sampler of its own.
type memory struct {
	*replay.Table
	*replay.Sampler
	capacity int
	seed     uint64
}

func open(layout replay.Layout, capacity int, seed uint64) (replaytest.Memory, error) {
	table, err := replay.NewTable(layout, capacity)
	if err != nil {
		return nil, err
	}
	sampler, err := replay.NewSampler(seed, table)
	return memory{table, sampler, capacity, seed}, err
}

// Len is that of the table: a sampler has one too.
func (m memory) Len() int { return m.Table.Len() }

func (m memory) Reopen() (replaytest.Memory, error) {
	other, err := open(m.Layout(), m.capacity, m.seed)
	if err != nil {
		return nil, err
	}
	reopened := other.(memory)
	reopened.Draw = m.Draw
	for _, part := range m.Save() {
		var data bytes.Buffer
		if err := part.Write(&data); err != nil {
			return nil, err
		}
		if err := reopened.Restore(data.Bytes()); err != nil {
			return nil, err
		}
	}
	return reopened, nil
}

func TestTable(t *testing.T) { replaytest.Run(t, open) }

var layout = replay.Layout{Observation: 3, Action: 2, Reward: 1}

// play stores step i of episodes of 7 steps.
func play(t testing.TB, table *replay.Table, i int) {
	t.Helper()
	if i%7 == 0 {
		if err := table.Begin(replay.Step{Observation: []float32{float32(i), 0, 0}}); err != nil {
			t.Fatal(err)
		}
	}
	step := replay.Step{
		Action: []float32{float32(i), 1}, Reward: []float32{1}, Discount: 1,
		Observation: []float32{float32(i), 1, 1}, Version: uint64(i),
	}
	if err := table.Append(step); err != nil {
		t.Fatal(err)
	}
}

// fill stores steps in new episodes.
func fill(t testing.TB, table *replay.Table, steps int) {
	t.Helper()
	for i := range steps {
		play(t, table, i)
	}
}

func newTable(t testing.TB, capacity int) *replay.Table {
	t.Helper()
	table, err := replay.NewTable(layout, capacity)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// saved returns the bytes of every part by name.
func saved(t *testing.T, table *replay.Table) map[string]string {
	t.Helper()
	data := map[string]string{}
	for _, part := range table.Save() {
		var written bytes.Buffer
		if err := part.Write(&written); err != nil {
			t.Fatal(err)
		}
		data[part.Name] = written.String()
	}
	return data
}

// Memory that was in use before leaves no trace in a row without an action.
func TestFinalRowsAreSavedAsZeros(t *testing.T) {
	table := newTable(t, 40)
	fill(t, table, 14*7)
	data := saved(t, table)
	for name, part := range data {
		file, err := safetensors.Read([]byte(part))
		if err != nil {
			t.Fatal(err)
		}
		step, err1 := safetensors.Values[int64](file, "step", -1)
		action, err2 := safetensors.Values[float32](file, "action", -1, 2)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for i := range step {
			if final := step[i] == 7; final == (action[2*i+1] != 0) {
				t.Errorf("%s: row %d is final: %v, with action %v", name, i, final, action[2*i:2*i+2])
			}
		}
	}
}

func TestRestoredTableIsSavedAsTheSameBytes(t *testing.T) {
	for steps := range 150 {
		table, copied := newTable(t, 50), newTable(t, 50)
		fill(t, table, steps)
		restore(t, copied, table)
		want := saved(t, table)
		got := saved(t, copied)
		for name := range want {
			if got[name] != want[name] || len(got) != len(want) {
				t.Fatalf("after %d steps: part %s differs or %d parts became %d", steps, name, len(want), len(got))
			}
		}
	}
}

func restore(t *testing.T, into, from *replay.Table) {
	t.Helper()
	for _, part := range from.Save() {
		var data bytes.Buffer
		if err := part.Write(&data); err != nil {
			t.Fatal(err)
		}
		if err := into.Restore(data.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
}

// A resumed run may have another capacity, and goes on from there.
func TestRestoreWithAnotherCapacity(t *testing.T) {
	table := newTable(t, 50)
	fill(t, table, 140)
	for _, capacity := range []int{20, 33, 51, 170} {
		other, again := newTable(t, capacity), newTable(t, capacity)
		restore(t, other, table)
		fill(t, other, 30)
		restore(t, again, other)
		if held := other.Len(); held != again.Len() || held > capacity || held < min(capacity, 80)*2/3 {
			t.Errorf("capacity %d: %d steps held, %d after a second restore", capacity, held, again.Len())
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	table := newTable(t, 50)
	fill(t, table, 40)
	var parts [][]byte
	for _, part := range table.Save() {
		var data bytes.Buffer
		if err := part.Write(&data); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, data.Bytes())
	}
	gap := newTable(t, 50)
	if err := gap.Restore(parts[0]); err != nil {
		t.Fatal(err)
	}
	wide, err := replay.NewTable(replay.Layout{Observation: 4, Action: 2, Reward: 1}, 50)
	if err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"missing or out of order":        gap.Restore(parts[2]),
		`"observation" has shape`:        wide.Restore(parts[0]),
		"too few for a header":           newTable(t, 50).Restore(nil),
		`first_row is "", not a row num`: newTable(t, 50).Restore([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}")),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not contain %q", err, want)
		}
	}
	if err := gap.Restore(parts[1]); err != nil {
		t.Errorf("the next part is refused after a wrong one: %v", err)
	}
}

// Checkpoints of a growing table, saved in between and loaded last, draw as the table does.
func TestCheckpointedTableDrawsTheSame(t *testing.T) {
	store := checkpoint.Open(t.TempDir())
	table, loaded := newTable(t, 80), newTable(t, 80)
	for step := range 15 {
		fill(t, table, 13)
		if err := store.Save(int64(step), nil, asPayloads(table)); err != nil {
			t.Fatal(err)
		}
	}
	generation, _, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range generation.Names() {
		data, err := generation.Read(name)
		if err == nil {
			err = loaded.Restore(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(draw(t, table), draw(t, loaded)); diff != "" {
		t.Error(diff)
	}
}

func asPayloads(table *replay.Table) (payloads []checkpoint.Payload) {
	for _, part := range table.Save() {
		payloads = append(payloads, checkpoint.Payload(part))
	}
	return payloads
}

func draw(t *testing.T, table *replay.Table) replay.Sequences {
	t.Helper()
	sampler, err := replay.NewSampler(9, table)
	if err != nil {
		t.Fatal(err)
	}
	batch := replay.NewSequences(layout, 20, 3)
	if err := sampler.SampleSequences(batch, 3); err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestNewTableRefuses(t *testing.T) {
	if _, err := replay.NewTable(replay.Layout{Observation: 1, Action: 1}, 10); err == nil {
		t.Error("a layout without a reward was accepted")
	}
	if _, err := replay.NewTable(layout, 1); err == nil {
		t.Error("a capacity of 1 was accepted")
	}
}

func TestSamplerOfSeveralTables(t *testing.T) {
	first, second := newTable(t, 50), newTable(t, 500)
	fill(t, first, 10)
	fill(t, second, 30)
	sampler, err := replay.NewSampler(1, first, newTable(t, 10), second)
	if err != nil {
		t.Fatal(err)
	}
	batch := replay.NewTransitions(layout, 4000)
	if err := sampler.SampleTransitions(batch, 1, 1); err != nil {
		t.Fatal(err)
	}
	late := 0
	for item := range 4000 {
		if batch.Action[2*item] >= 10 {
			late++
		}
	}
	if late < 1800 || late > 2200 { // 20 of the 40 steps; 6 deviations are 190
		t.Errorf("%d of 4000 draws from the steps that are half of all", late)
	}
}

// recentWindows draws windows of three steps from the newest rows, and counts where they begin.
func recentWindows(t *testing.T, sampler *replay.Sampler, windows, recent int) map[int]int {
	t.Helper()
	batch := replay.NewSequences(layout, windows, 3)
	if err := sampler.SampleRecentSequences(batch, 3, recent); err != nil {
		t.Fatal(err)
	}
	counts := map[int]int{}
	for item := range windows {
		first := batch.Action[2*3*item]
		for k := range 3 {
			if batch.Action[2*(3*item+k)] != first+float32(k) {
				t.Fatalf("a window holds the actions %v", batch.Action[2*3*item:2*3*(item+1)])
			}
		}
		counts[int(first)]++
	}
	return counts
}

// openEpisode is a table with one episode that is still open, of this many steps; the action of a step is
// its number.
func openEpisode(t *testing.T, capacity, steps int) *replay.Table {
	t.Helper()
	table := newTable(t, capacity)
	if err := table.Begin(replay.Step{Observation: []float32{0, 0, 0}}); err != nil {
		t.Fatal(err)
	}
	for i := range steps {
		err := table.Append(replay.Step{
			Action: []float32{float32(i), 0}, Reward: []float32{0}, Discount: 1, Observation: []float32{float32(i + 1), 0, 0},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func TestRecentWindowsAreUniform(t *testing.T) {
	for _, c := range []struct{ capacity, recent, first, last int }{
		{1000, 10, 91, 97},    // observations 91 ... 100
		{1000, 4, 97, 97},     // room for one window
		{1000, 500, 0, 97},    // more than there is
		{50, 1 << 40, 51, 97}, // more than is held
	} {
		sampler, err := replay.NewSampler(3, openEpisode(t, c.capacity, 100))
		if err != nil {
			t.Fatal(err)
		}
		starts := c.last - c.first + 1
		counts := recentWindows(t, sampler, 200*starts, c.recent)
		for start := c.first; start <= c.last; start++ {
			if counts[start] < 100 || counts[start] > 300 { // 200 each; 7 deviations are 100
				t.Errorf("%d newest rows: %d of %d windows begin at step %d", c.recent, counts[start], 200*starts, start)
			}
		}
		if len(counts) != starts {
			t.Errorf("%d newest rows: windows begin at %v", c.recent, counts)
		}
	}
}

// Draw k is that of a new sampler which is set to k, whatever was drawn before, and the sampler of another
// seed draws another one.
func TestRecentWindowsAreRepeatable(t *testing.T) {
	table := openEpisode(t, 1000, 100)
	drawn := func(seed, draw uint64) map[int]int {
		sampler, err := replay.NewSampler(seed, table)
		if err != nil {
			t.Fatal(err)
		}
		sampler.Draw = draw
		counts := recentWindows(t, sampler, 20, 50)
		if sampler.Draw != draw+1 {
			t.Errorf("the next draw is %d after %d", sampler.Draw, draw)
		}
		return counts
	}
	if diff := cmp.Diff(drawn(1, 7), drawn(1, 7)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(drawn(1, 7), drawn(1, 8)) || cmp.Equal(drawn(1, 7), drawn(2, 7)) {
		t.Error("other draws are the same")
	}
}

// Episodes that ended are recent too, no window crosses their border, and all tables have newest rows.
func TestRecentWindowsOfSeveralTables(t *testing.T) {
	one, other := openEpisode(t, 1000, 20), openEpisode(t, 1000, 50)
	if err := one.Begin(replay.Step{Observation: []float32{0, 0, 0}}); err != nil {
		t.Fatal(err)
	}
	sampler, err := replay.NewSampler(1, one, other)
	if err != nil {
		t.Fatal(err)
	}
	for start := range recentWindows(t, sampler, 300, 6) {
		if start != 16 && start != 17 && (start < 45 || start > 47) {
			t.Errorf("a window begins at step %d", start)
		}
	}
}

// Earlier experience is not recent.
func TestRecentWindowsAreNotMixed(t *testing.T) {
	sampler, err := replay.NewSampler(1, openEpisode(t, 1000, 20))
	if err == nil {
		err = sampler.Mix(0.5, openEpisode(t, 1000, 500))
	}
	if err != nil {
		t.Fatal(err)
	}
	for start := range recentWindows(t, sampler, 300, 1000) {
		if start > 17 {
			t.Errorf("a window begins at step %d of the earlier experience", start)
		}
	}
}

func TestRecentWindowsRefuse(t *testing.T) {
	newSampler := func(table *replay.Table) *replay.Sampler {
		sampler, err := replay.NewSampler(1, table)
		if err != nil {
			t.Fatal(err)
		}
		return sampler
	}
	long := newSampler(openEpisode(t, 100, 50))
	for want, draw := range map[string]func() error{
		"among the 3 newest observations, want at least 4": func() error { return long.SampleRecentSequences(replay.NewSequences(layout, 1, 3), 3, 3) },
		"sequences of length 0":                            func() error { return long.SampleRecentSequences(replay.NewSequences(layout, 1, 1), 0, 3) },
		"Observation has":                                  func() error { return long.SampleRecentSequences(replay.NewSequences(layout, 1, 4), 2, 9) },
		"no step is stored yet": func() error {
			return newSampler(newTable(t, 9)).SampleRecentSequences(replay.NewSequences(layout, 1, 3), 3, 9)
		},
		"no episode has 3 steps": func() error {
			return newSampler(openEpisode(t, 9, 2)).SampleRecentSequences(replay.NewSequences(layout, 1, 3), 3, 9)
		},
	} {
		if err := draw(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not contain %q", err, want)
		}
	}
	if long.Draw != 0 {
		t.Errorf("a refused draw counts: the next one is %d", long.Draw)
	}
}

func TestRecentWindowsDoNotAllocate(t *testing.T) {
	sampler, err := replay.NewSampler(1, openEpisode(t, 100, 50))
	if err != nil {
		t.Fatal(err)
	}
	batch := replay.NewSequences(layout, 4, 3)
	if count := testing.AllocsPerRun(100, func() {
		if err := sampler.SampleRecentSequences(batch, 3, 20); err != nil {
			t.Fatal(err)
		}
	}); count != 0 {
		t.Errorf("%v allocations", count)
	}
}

func TestNewSamplerRefuses(t *testing.T) {
	if _, err := replay.NewSampler(1); err == nil {
		t.Error("no table was accepted")
	}
	other, err := replay.NewTable(replay.Layout{Observation: 1, Action: 1, Reward: 1}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := replay.NewSampler(1, newTable(t, 10), other); err == nil {
		t.Error("two layouts were accepted")
	}
}

func BenchmarkSampleTransitions(b *testing.B) {
	layout := replay.Layout{Observation: 24, Action: 6, Reward: 1}
	table, err := replay.NewTable(layout, 1_000_000)
	if err != nil {
		b.Fatal(err)
	}
	observation, action := make([]float32, 24), make([]float32, 6)
	for i := range 1_000_000 {
		if i%1000 == 0 {
			_ = table.Begin(replay.Step{Observation: observation})
		}
		observation[0] = rand.Float32()
		_ = table.Append(replay.Step{Action: action, Reward: []float32{1}, Discount: 1, Observation: observation})
	}
	sampler, err := replay.NewSampler(1, table)
	if err != nil {
		b.Fatal(err)
	}
	batch := replay.NewTransitions(layout, 256)
	for b.Loop() {
		if err := sampler.SampleTransitions(batch, 5, 0.99); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	table := newTable(b, 100_000)
	if err := table.Begin(replay.Step{Observation: []float32{0, 0, 0}}); err != nil {
		b.Fatal(err)
	}
	step := replay.Step{Action: []float32{0, 0}, Reward: []float32{1}, Discount: 1, Observation: []float32{1, 2, 3}}
	for b.Loop() {
		_ = table.Append(step)
	}
}
