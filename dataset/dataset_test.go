package dataset

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// schema has everything that rows may have.
func schema() stream.Schema {
	return stream.Schema{
		Task: "test/task", Agent: "mpo", ActionRepeat: 2,
		Layout: replay.Layout{Observation: 6, Action: 2, Reward: 1, Image: 5, State: 3},
		Observations: []stream.Field{
			{Name: "position", Shape: []int{2, 2}, Kind: "float64"},
			{Name: "height", Shape: []int{}, Kind: "float64"},
			{Name: "a", Shape: []int{1}, Kind: "float64"},
		},
		Action:  stream.Field{Name: "action", Shape: []int{2}, Kind: "float64", Minimum: []float64{-1, -2}, Maximum: []float64{1, 2}},
		Physics: stream.Physics{Model: "test", Size: 2},
	}
}

// plain is the least that rows may have.
func plain() stream.Schema {
	s := schema()
	s.Layout.Image, s.Layout.State, s.Physics = 0, 0, stream.Physics{}
	return s
}

// episode makes an episode up.
func episode(s stream.Schema, number int64, steps int, end End) *Episode {
	random := rand.New(rand.NewPCG(uint64(number), 1))
	e := &Episode{ID: episodeID("one", number), Schema: s, Rows: replay.NewRows(s.Layout, steps+1), End: end}
	fill := func(values []float32) {
		for i := range values {
			values[i] = float32(random.NormFloat64())
		}
	}
	fill(e.Rows.Observation)
	fill(e.Rows.State)
	fill(e.Rows.Action[:steps*s.Layout.Action])
	fill(e.Rows.Reward[:steps*s.Layout.Reward])
	fill(e.Rows.LogProbability[:steps])
	for i := range e.Rows.Image {
		e.Rows.Image[i] = byte(random.IntN(256))
	}
	for range (steps + 1) * s.Physics.Size {
		e.Physics = append(e.Physics, random.NormFloat64())
	}
	for i := range steps + 1 {
		e.Rows.Step[i] = int64(i)
		if i < steps {
			e.Rows.Discount[i], e.Rows.Version[i] = 1, uint64(number)
		}
	}
	if end == Terminated {
		e.Rows.Discount[steps-1] = 0
	}
	return e
}

// some are a few episodes that end in all ways.
func some(s stream.Schema) []*Episode {
	return []*Episode{episode(s, 0, 7, Terminated), episode(s, 8, 1, Truncated), episode(s, 10, 30, Cut), episode(s, 41, 12, Truncated)}
}

func each(episodes []*Episode) iter.Seq2[*Episode, error] {
	return func(yield func(*Episode, error) bool) {
		for _, e := range episodes {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func collect(t require, episodes iter.Seq2[*Episode, error]) []*Episode {
	var all []*Episode
	for e, err := range episodes {
		noError(t, err)
		all = append(all, e)
	}
	return all
}

// require is what testing and rapid have in common.
type require interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

func noError(t require, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expectError(t require, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error %v does not contain %q", err, word)
		}
	}
}

// bits makes a comparison exact: floats by their bits.
var bits = cmp.Options{
	cmp.Comparer(func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }),
	cmp.Comparer(func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }),
}

func expectSame(t require, got, want []*Episode) {
	t.Helper()
	if difference := cmp.Diff(want, got, bits, cmpopts.EquateEmpty()); difference != "" {
		t.Errorf("other episodes (-want +got):\n%.3000s", difference)
	}
}

func openFolder(t require, folder string) *Dataset {
	t.Helper()
	d, err := Open(folder)
	noError(t, err)
	return d
}

// finite draws numbers, odd ones among them.
func finite(t *rapid.T) float32 {
	return rapid.OneOf(rapid.SampledFrom([]float32{0, float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32, -1}), rapid.Float32Range(-10, 10)).Draw(t, "x")
}

func drawSchema(t *rapid.T) stream.Schema {
	s := stream.Schema{Task: "test/task", ActionRepeat: 1}
	for i := range rapid.IntRange(1, 3).Draw(t, "fields") {
		shape := rapid.SampledFrom([][]int{{}, {1}, {3}, {2, 2}, {0}}).Draw(t, "shape")
		s.Observations = append(s.Observations, stream.Field{Name: fmt.Sprint("field ", i), Shape: shape, Kind: "float64"})
		s.Layout.Observation += fieldSize(s.Observations[i])
	}
	if s.Layout.Observation == 0 {
		s.Observations, s.Layout.Observation = []stream.Field{{Name: "x", Shape: []int{}, Kind: "float64"}}, 1
	}
	s.Layout.Action, s.Layout.Reward = rapid.IntRange(1, 3).Draw(t, "action"), rapid.IntRange(1, 2).Draw(t, "reward")
	s.Layout.Image, s.Layout.State = rapid.IntRange(0, 4).Draw(t, "image"), rapid.IntRange(0, 2).Draw(t, "state")
	s.Physics.Size = rapid.IntRange(0, 2).Draw(t, "physics")
	s.Action = stream.Field{Name: "action", Shape: []int{s.Layout.Action}, Kind: "float64"}
	return s
}

func drawEpisode(t *rapid.T, s stream.Schema, number int64) *Episode {
	e := episode(s, number, rapid.IntRange(1, 20).Draw(t, "steps"), rapid.SampledFrom([]End{Terminated, Truncated, Cut}).Draw(t, "end"))
	for _, values := range [][]float32{e.Rows.Observation, e.Rows.State, e.Rows.Action[:e.Steps()*s.Layout.Action], e.Rows.LogProbability[:e.Steps()]} {
		if len(values) > 0 {
			values[rapid.IntRange(0, len(values)-1).Draw(t, "place")] = finite(t)
		}
	}
	late := rapid.SampledFrom([]int64{0, 0, 17}).Draw(t, "late")
	for i := range e.Rows.Step {
		e.Rows.Step[i] += late
	}
	return e
}

// What is read is what was written, to the last bit, however it lies in row groups and files.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchema(t)
		var episodes []*Episode
		for i := range rapid.IntRange(1, 8).Draw(t, "episodes") {
			episodes = append(episodes, drawEpisode(t, s, int64(i)))
		}
		folder, err := os.MkdirTemp("", "dataset")
		noError(t, err)
		defer os.RemoveAll(folder)
		l := limits{group: rapid.SampledFrom([]int{1, 1000, usual.group}).Draw(t, "group"), file: rapid.SampledFrom([]int64{1, 5000, usual.file}).Draw(t, "file")}
		summary, err := write(folder, each(episodes), l)
		noError(t, err)
		d := openFolder(t, folder)
		expectSame(t, collect(t, d.Episodes()), episodes)
		if !reflect.DeepEqual(d.Summary(), summary) {
			t.Errorf("the summary is %+v, was %+v", d.Summary(), summary)
		}
		for _, fault := range d.Check().Faults {
			t.Errorf("check: %v", fault)
		}
	})
}

func TestSameBytes(t *testing.T) {
	one, other := t.TempDir(), t.TempDir()
	for _, folder := range []string{one, other} {
		_, err := write(folder, each(some(schema())), limits{group: 500, file: 2000})
		noError(t, err)
	}
	entries, err := os.ReadDir(one)
	noError(t, err)
	if len(entries) < 3 {
		t.Fatalf("%d files, want several", len(entries))
	}
	for _, entry := range entries {
		if read(t, one, entry.Name()) != read(t, other, entry.Name()) {
			t.Errorf("%s has other bytes", entry.Name())
		}
	}
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	contents, err := os.ReadFile(filepath.Join(folder, name))
	noError(t, err)
	return string(contents)
}

// Row groups and files begin with the first row of an episode.
func TestWholeEpisodes(t *testing.T) {
	folder, s := t.TempDir(), plain()
	var episodes []*Episode
	for i := range int64(30) {
		episodes = append(episodes, episode(s, i, 5+int(i), Truncated))
	}
	summary, err := write(folder, each(episodes), limits{group: 5000, file: 20_000})
	noError(t, err)
	groups := 0
	for _, file := range summary.Files {
		f, err := openSource(filepath.Join(folder, file.Name))
		noError(t, err)
		defer f.file.Close()
		for _, group := range f.parquet.RowGroups() {
			groups++
			l, err := f.find(isFirstColumn, flags)
			noError(t, err)
			first, err := readCells(group, l, parquet.Value.Boolean, nil)
			noError(t, err)
			if !first.values[0] {
				t.Errorf("%s: a row group begins inside an episode", file.Name)
			}
		}
	}
	if len(summary.Files) < 2 || groups <= len(summary.Files) {
		t.Errorf("%d files, %d row groups: want several of both", len(summary.Files), groups)
	}
}

// The file's columns are those of the documentation, in that order.
func TestColumns(t *testing.T) {
	folder := t.TempDir()
	_, err := Write(folder, each(some(schema())))
	noError(t, err)
	s, err := openSource(filepath.Join(folder, "episodes-00000.parquet"))
	noError(t, err)
	defer s.file.Close()
	want := "episode_id step is_first is_last is_terminal is_truncated observation.position observation.height observation.a " +
		"action reward discount log_probability state version image physics"
	if got := strings.Join(s.names(), " "); got != want {
		t.Errorf("the columns are\n%s, want\n%s", got, want)
	}
	for name, want := range map[string]string{
		"observation.position": "repeated group list", "observation.height": "required float", "action": "optional group action (LIST)",
		"reward": "optional float reward", "episode_id": "required binary episode_id (STRING)", "version": "required int64 version (INT(64,false))",
	} {
		if text := s.parquet.Schema().String(); !strings.Contains(text, want) {
			t.Errorf("%s is not %q:\n%s", name, want, text)
		}
	}
	var described stream.Schema
	value, _ := s.parquet.Lookup(schemaKey)
	noError(t, json.Unmarshal([]byte(value), &described))
	if !reflect.DeepEqual(described, schema()) {
		t.Errorf("the metadata has %+v", described)
	}
}

// Pictures that are stored as images are no part of the flat row.
func TestPicturesAreNotObservations(t *testing.T) {
	s := plain()
	s.Observations = append(s.Observations, stream.Field{Name: "pixels", Shape: []int{4, 4, 3}, Kind: "uint8"})
	s.Layout.Image = 48
	folder, episodes := t.TempDir(), some(s)
	_, err := Write(folder, each(episodes))
	noError(t, err)
	expectSame(t, collect(t, openFolder(t, folder).Episodes()), episodes)
}

func TestSummary(t *testing.T) {
	s := plain()
	episodes := some(s)
	for _, e := range episodes {
		clear(e.Rows.Reward)
	}
	episodes[0].Rows.Reward[3], episodes[2].Rows.Reward[0], episodes[3].Rows.Reward[11] = 4, 100, 8
	summary, err := Write(t.TempDir(), each(episodes))
	noError(t, err)
	if want := (Totals{4, 50, Ends{1, 2, 1}}); summary.Totals != want {
		t.Errorf("totals are %+v, want %+v", summary.Totals, want)
	}
	if want := (Range{3, 0, 4, 8}); len(summary.Returns) != 1 || summary.Returns[0] != want { // the one that was cut does not count
		t.Errorf("returns are %+v, want %+v", summary.Returns, want)
	}
}

func TestWriteRefuses(t *testing.T) {
	nan, huge := episode(schema(), 5, 4, Truncated), episode(schema(), 5, 4, Truncated)
	nan.Rows.Observation[6+4] = float32(math.NaN())
	huge.Physics[3] = math.Inf(1)
	terminal, discount, early, steps := episode(schema(), 5, 4, Terminated), episode(schema(), 5, 4, Truncated), episode(schema(), 5, 4, Cut), episode(schema(), 5, 4, Cut)
	terminal.Rows.Discount[3], discount.Rows.Discount[1], early.Rows.Discount[2], steps.Rows.Step[2] = 1, 1.5, 0, 7
	short, empty, other := episode(schema(), 5, 4, Cut), episode(schema(), 5, 0, Cut), episode(plain(), 5, 4, Cut)
	short.Rows.Reward = short.Rows.Reward[:3]
	for _, test := range []struct {
		faulty *Episode
		words  string
	}{
		{nan, "row 1: observation.height is NaN"}, {huge, "row 1: physics[1] is +Inf"}, {terminal, "row 3: the episode is terminal, but its last discount is 1"},
		{discount, "row 1: discount is 1.5"}, {early, "row 2: discount is 0, but the episode goes on"}, {steps, "row 2: step is 7 after 1"},
		{short, "reward has 3 elements in 5 rows, want 5"}, {empty, "no step"}, {other, "another schema"},
	} {
		folder := filepath.Join(t.TempDir(), "new")
		_, err := Write(folder, each([]*Episode{episode(schema(), 0, 3, Truncated), test.faulty}))
		expectError(t, err, "episode one/000000000005", test.words)
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
			t.Errorf("%s: the folder is left with %v, %v", test.words, entries, err)
		}
	}
	_, err := Write(t.TempDir(), each(nil))
	expectError(t, err, "no episode")
	folder := t.TempDir()
	noError(t, os.WriteFile(filepath.Join(folder, "mine.txt"), nil, 0o644))
	_, err = Write(folder, each(some(schema())))
	expectError(t, err, folder, "not empty", "mine.txt")
}

func TestStats(t *testing.T) {
	s := plain()
	short, long := episode(s, 0, 2, Terminated), episode(s, 3, 4, Truncated)
	copy(short.Rows.Reward, []float32{1, 2})
	copy(long.Rows.Reward, []float32{4, 0, 4, -3})
	stats, err := Measure(each([]*Episode{short, long, episode(s, 9, 6, Cut)}))
	noError(t, err)
	if want := (Totals{3, 12, Ends{1, 1, 1}}); stats.Totals != want {
		t.Errorf("totals are %+v, want %+v", stats.Totals, want)
	}
	if want := (Distribution{2, 4, 1, 3, 3.5, 4, 4.5, 5}); stats.Returns[0] != want {
		t.Errorf("returns are %+v, want %+v", stats.Returns[0], want)
	}
	if want := (Distribution{3, 4, math.Sqrt(8. / 3), 2, 3, 4, 5, 6}); stats.Lengths != want {
		t.Errorf("lengths are %+v, want %+v", stats.Lengths, want)
	}
	one, err := Measure(each([]*Episode{long}))
	noError(t, err)
	for _, column := range one.Columns {
		column.squares = 0
		if want := (Moments{Name: "reward", Count: 4, Mean: 1.25, Std: 2.947456530637899, Minimum: -3, Maximum: 4}); column.Name == "reward" && column != want {
			t.Errorf("reward is %+v, want %+v", column, want)
		}
		if column.Name == "observation.position[3]" && column.Count != 5 {
			t.Errorf("%+v, want all 5 rows", column)
		}
	}
}

func TestHead(t *testing.T) {
	s := plain()
	rows, err := Head(each([]*Episode{episode(s, 0, 1, Terminated), episode(s, 2, 3, Cut)}), 3)
	noError(t, err)
	if len(rows) != 3 {
		t.Fatalf("%d rows, want 3", len(rows))
	}
	text, err := json.Marshal(rows[1])
	noError(t, err)
	for _, want := range []string{`{"episode_id":"one/000000000000","step":1,"is_first":false,"is_last":true,"is_terminal":true,"is_truncated":false,"observation.position":[`, `"action":null,"reward":null,"discount":null,`, `"version":0}`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the row is %s, without %s", text, want)
		}
	}
}

func TestTasksThatDoNotFitTheRewards(t *testing.T) {
	_, err := columnsOf(stream.Schema{Layout: replay.Layout{Observation: 1, Action: 1, Reward: 2}, Tasks: []string{"left", "right"}})
	if want := "there are 2 tasks or objectives, [left right], and 2 rewards in a step"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want one that says %q", err, want)
	}
}
