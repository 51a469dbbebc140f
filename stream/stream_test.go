package stream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

func schema() stream.Schema {
	return stream.Schema{
		Task: "test/task", Agent: "mpo", ActionRepeat: 1,
		Layout:       replay.Layout{Observation: 3, Action: 2, Reward: 1},
		Observations: []stream.Field{{Name: "place", Shape: []int{3}, Kind: "float64"}},
		Action:       stream.Field{Name: "action", Shape: []int{2}, Kind: "float64", Minimum: []float64{-1, -1}, Maximum: []float64{1, 1}},
		Physics:      stream.Physics{Model: "test", Size: 2},
	}
}

// places are the kinds of servers that every test runs on.
func places(t *testing.T, test func(t *testing.T, config stream.Config)) {
	t.Run("inside", func(t *testing.T) { test(t, stream.Config{Folder: filepath.Join(t.TempDir(), "stream")}) })
	t.Run("outside", func(t *testing.T) { test(t, stream.Config{URL: startServer(t) + "/log"}) })
}

// startServer starts a server as a user would, on a free port of loopback.
func startServer(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, SyncAlways: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s.ClientURL()
}

func open(t testing.TB, config stream.Config) *stream.Log {
	t.Helper()
	log, err := stream.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expectError(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error %v does not contain %q", err, word)
		}
	}
}

// actor plays a made-up environment: what it appends is a function of seed and the row alone. Like a run, it
// can be copied to resume later.
type actor struct {
	seed    uint64
	row     int64
	playing bool
}

// lived is one step of an actor, and the observation that an episode began with, if it did.
type lived struct {
	first *replay.Step
	step  replay.Step
	last  bool
	row   int64
}

// physics is the made-up physics where an observation was made.
func (l lived) physics(of []float32) []float64 { return []float64{float64(of[0]) / 3, float64(l.row)} }

// live takes one step.
func (a *actor) live() lived {
	random := rand.New(rand.NewPCG(a.seed, uint64(a.row)))
	vector := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(random.NormFloat64())
		}
		return values
	}
	now := lived{row: a.row}
	if !a.playing {
		now.first = &replay.Step{Observation: vector(3)}
	}
	now.step = replay.Step{Action: vector(2), Reward: vector(1), LogProbability: vector(1)[0], Discount: 1, Observation: vector(3), Version: uint64(a.row / 10)}
	now.last = random.IntN(30) == 0
	if now.last && random.IntN(2) == 0 {
		now.step.Discount = 0
	}
	a.row, a.playing = a.row+1, !now.last
	if now.last {
		a.row++
	}
	return now
}

// act appends the rows of one step to a writer and to a table, either of which may be nil.
func (a *actor) act(t testing.TB, w *stream.Writer, table *replay.Table) {
	t.Helper()
	now := a.live()
	if now.first != nil && w != nil {
		noError(t, w.Begin(*now.first, now.physics(now.first.Observation)))
	}
	if now.first != nil && table != nil {
		noError(t, table.Begin(replay.Step{Observation: now.first.Observation}))
	}
	if w != nil {
		noError(t, w.Append(now.step, now.physics(now.step.Observation), now.last))
	}
	if table != nil {
		noError(t, table.Append(now.step))
	}
}

// play acts until row.
func (a *actor) play(t testing.TB, w *stream.Writer, table *replay.Table, row int64) {
	t.Helper()
	for a.row < row {
		a.act(t, w, table)
	}
}

func newTable(t testing.TB, capacity int) *replay.Table {
	t.Helper()
	table, err := replay.NewTable(schema().Layout, capacity)
	noError(t, err)
	return table
}

// saved is the bytes that a table saves as.
func saved(t testing.TB, table *replay.Table) string {
	t.Helper()
	var all bytes.Buffer
	for _, part := range table.Save() {
		fmt.Fprintln(&all, part.Name)
		noError(t, part.Write(&all))
	}
	return all.String()
}

// readTable reads all chunks of a log into a table.
func readTable(t testing.TB, log *stream.Log, capacity int) *replay.Table {
	t.Helper()
	table := newTable(t, capacity)
	view := stream.NewView(table)
	for chunk, err := range log.Read(t.Context(), stream.From(0)) {
		noError(t, err)
		noError(t, view.Add(chunk))
	}
	noError(t, view.Finish())
	return table
}

// What was flushed is in the log, whoever opens it then, and makes an equal table.
func TestWrittenRowsAreRead(t *testing.T) {
	places(t, func(t *testing.T, config stream.Config) {
		log := open(t, config)
		w, err := log.NewWriter(t.Context(), "one", schema())
		noError(t, err)
		a, table := &actor{seed: 1}, newTable(t, 5000)
		for _, row := range []int64{7, 1500, 3777} {
			a.play(t, w, table, row)
			noError(t, w.Flush())
			if got := w.Position().Row; got != a.row {
				t.Errorf("the writer stands at row %d, want %d", got, a.row)
			}
		}
		if saved(t, readTable(t, log, 5000)) != saved(t, table) {
			t.Error("the log makes another table")
		}
		noError(t, w.Close())
		noError(t, log.Close())
		if saved(t, readTable(t, open(t, config), 5000)) != saved(t, table) {
			t.Error("the log that was opened again makes another table")
		}
	})
}

func TestChunksDescribeThemselves(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	a := &actor{seed: 2}
	a.play(t, w, nil, 2500)
	noError(t, w.Flush())
	next, sequence := int64(0), uint64(0)
	for chunk, err := range log.Read(t.Context(), stream.From(0)) {
		noError(t, err)
		sequence++
		if chunk.First != next || chunk.Sequence != sequence || chunk.Writer != "one" || fmt.Sprint(chunk.Schema) != fmt.Sprint(schema()) {
			t.Errorf("the header is %+v, want row %d and sequence %d", chunk.Header, next, sequence)
		}
		versions := chunk.Data.Version[:chunk.Rows]
		if got, want := chunk.Versions, []uint64{uint64(chunk.First / 10), slices.Max(versions)}; !slices.Equal(got, want) {
			t.Errorf("versions are %v, want %v", got, want)
		}
		for i := range chunk.Data.Len() {
			if got, want := chunk.Physics[2*i], float64(chunk.Data.Observation[3*i])/3; got != want {
				t.Fatalf("physics of row %d are %v, want %v", i, got, want)
			}
		}
		next = chunk.End()
	}
	if next != a.row || sequence != 3 {
		t.Errorf("%d chunks end at row %d, want 3 and %d", sequence, next, a.row)
	}
}

// TestResume resumes at a position behind which the log goes on: nothing is written twice, and the
// table is that of a writer that was never stopped.
func TestResume(t *testing.T) {
	places(t, func(t *testing.T, config stream.Config) {
		log := open(t, config)
		w, _, err := log.Resume(t.Context(), "one", schema(), stream.Position{}, 800, nil)
		noError(t, err)
		a, table := &actor{seed: 3}, newTable(t, 800)
		a.play(t, w, table, 1234)
		noError(t, w.Flush())
		position, kept := w.Position(), *a
		a.play(t, w, table, 3456)
		noError(t, w.Close())
		before, err := log.Status(t.Context())
		noError(t, err)

		again, resumed := newTable(t, 800), kept
		view := stream.NewView(again)
		w, found, err := log.Resume(t.Context(), "one", schema(), position, 800, view.Add)
		noError(t, err)
		noError(t, view.Finish())
		if found.Relived != a.row-kept.row || len(found.Lost) > 0 || w.Playing() != kept.playing {
			t.Errorf("found %+v, playing %v", found, w.Playing())
		}
		resumed.play(t, w, again, 3456)
		noError(t, w.Flush())
		if after, err := log.Status(t.Context()); err != nil || after != before {
			t.Errorf("the log has %+v, had %+v, %v", after, before, err)
		}
		a.play(t, nil, table, 4000)
		resumed.play(t, w, again, 4000)
		noError(t, w.Flush())
		if saved(t, again) != saved(t, table) {
			t.Error("the resumed writer has another table")
		}
	})
}

// A future that turns out otherwise is replaced, and stays in the log.
func TestAnotherFuture(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	a := &actor{seed: 4}
	a.play(t, w, nil, 1000)
	noError(t, w.Flush())
	position, kept := w.Position(), *a
	a.play(t, w, nil, 5000)
	noError(t, w.Close())

	other, table := kept, newTable(t, 10_000)
	(&actor{seed: 4}).play(t, nil, table, 1000)
	w, _, err = log.Resume(t.Context(), "one", schema(), position, 0, nil)
	noError(t, err)
	other.play(t, w, table, 2000) // as before
	other.seed = 5
	other.play(t, w, table, 4000) // otherwise
	noError(t, w.Flush())
	if got := w.Position(); got.Epoch != 1 || got.Row != other.row {
		t.Errorf("the position is %+v", got)
	}
	at := w.Position()
	noError(t, w.Close())

	again := newTable(t, 10_000)
	view := stream.NewView(again)
	at.Oldest = 0
	w, found, err := log.Resume(t.Context(), "one", schema(), at, at.Row, view.Add)
	noError(t, err)
	noError(t, view.Finish())
	if saved(t, again) != saved(t, table) || len(found.Lost) > 0 || found.Relived != 0 {
		t.Errorf("the history is another one: %+v", found)
	}
	noError(t, w.Close())
	again = newTable(t, 10_000)
	view = stream.NewView(again)
	for chunk, err := range log.History(t.Context()) {
		noError(t, err)
		noError(t, view.Add(chunk))
	}
	noError(t, view.Finish())
	if saved(t, again) != saved(t, table) {
		t.Error("History is another one")
	}
	_, _, err = log.Resume(t.Context(), "one", schema(), stream.Position{Row: 3000}, 0, nil)
	expectError(t, err, "another history was written from row", "row 3000 cannot be resumed")
}

// A third process that resumes before the fork lives the newest history once more.
func TestForkIsRelived(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 1}).play(t, w, nil, 3000)
	noError(t, w.Close())
	second := &actor{seed: 2}
	w, err = log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	second.play(t, w, nil, 2000)
	noError(t, w.Close())
	before, err := log.Status(t.Context())
	noError(t, err)
	w, err = log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 2}).play(t, w, nil, 2000)
	noError(t, w.Close())
	if after, err := log.Status(t.Context()); err != nil || after != before {
		t.Errorf("the log has %+v, had %+v, %v", after, before, err)
	}
	if w.Position().Epoch != 1 {
		t.Errorf("the position is %+v", w.Position())
	}
}

// An actor that cannot go back goes on behind what is there; the episode that was open is cut.
func TestContinueWriter(t *testing.T) {
	places(t, func(t *testing.T, config stream.Config) {
		log := open(t, config)
		w, err := log.NewWriter(t.Context(), "one", schema())
		noError(t, err)
		a := &actor{seed: 1}
		for a.row < 1500 || !a.playing {
			a.act(t, w, nil)
		}
		noError(t, w.Close())
		end := w.Position().Row
		w, found, err := log.ContinueWriter(t.Context(), "one", schema())
		noError(t, err)
		if w.Position().Row != end || !w.Playing() || found.Relived != 0 || len(found.Lost) > 0 {
			t.Errorf("the writer stands at %+v, playing %v, and found %+v", w.Position(), w.Playing(), found)
		}
		(&actor{seed: 2}).play(t, w, nil, 100)
		noError(t, w.Close())
		kinds := map[int64]byte{}
		for chunk, err := range log.History(t.Context()) {
			noError(t, err)
			for i, kind := range chunk.Kinds {
				kinds[chunk.First+int64(i)] = kind
			}
		}
		if kinds[end] != stream.Cut || kinds[end-1] != stream.Acted || kinds[end+1] != stream.Acted {
			t.Errorf("around row %d the kinds are %d, %d, %d", end, kinds[end-1], kinds[end], kinds[end+1])
		}
	})
}

func TestReadFromSequenceTimeAndLive(t *testing.T) {
	places(t, func(t *testing.T, config stream.Config) {
		log := open(t, config)
		w, err := log.NewWriter(t.Context(), "one", schema())
		noError(t, err)
		a := &actor{seed: 6}
		a.play(t, w, nil, 1000)
		noError(t, w.Flush())
		time.Sleep(20 * time.Millisecond)
		middle := time.Now()
		begin := a.row
		ctx, cancel := context.WithCancel(t.Context())
		rows := make(chan int64, 100)
		go func() {
			defer close(rows)
			for chunk, err := range log.Follow(ctx, stream.Live()) {
				if err != nil {
					t.Error(err)
				} else {
					rows <- chunk.First
				}
			}
		}()
		time.Sleep(100 * time.Millisecond)
		a.play(t, w, nil, 3000)
		noError(t, w.Flush())
		first := func(start stream.Start) int64 {
			for chunk, err := range log.Read(t.Context(), start) {
				noError(t, err)
				return chunk.First
			}
			return -1
		}
		if got := first(stream.From(0)); got != 0 {
			t.Errorf("from the beginning: row %d", got)
		}
		if got := first(stream.Since(middle)); got != begin {
			t.Errorf("since: row %d, want %d", got, begin)
		}
		if got := first(stream.From(100)); got != -1 {
			t.Errorf("from behind the end: row %d", got)
		}
		if got := <-rows; got != begin {
			t.Errorf("live: row %d, want %d", got, begin)
		}
		cancel()
		for range rows {
		}
	})
}

// Of two writers of one name the second to publish is refused.
func TestTwoProcessesUnderOneName(t *testing.T) {
	config := stream.Config{URL: startServer(t) + "/log"}
	one, other := open(t, config), open(t, config)
	first, err := one.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	second, err := other.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 7}).play(t, first, nil, 10)
	noError(t, first.Flush())
	(&actor{seed: 8}).play(t, second, nil, 10)
	expectError(t, second.Flush(), "another process writes", "one", "rows 0 to")
	expectError(t, second.Begin(replay.Step{Observation: make([]float32, 3)}, make([]float64, 2)), "another process writes")
	(&actor{seed: 7, row: 10, playing: true}).play(t, first, nil, 20)
	noError(t, first.Flush())
}

func TestSecondProcessOnAFolder(t *testing.T) {
	config := stream.Config{Folder: t.TempDir()}
	open(t, config)
	_, err := stream.Open(t.Context(), config)
	expectError(t, err, config.Folder, "in use by process", fmt.Sprint(os.Getpid()))
}

func TestRetention(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir(), Retention: stream.Retention{Steps: 2500}})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 9}).play(t, w, nil, 10_000)
	noError(t, w.Flush())
	oldest := int64(-1)
	for chunk, err := range log.Read(t.Context(), stream.From(0)) {
		noError(t, err)
		if oldest < 0 {
			oldest = chunk.First
		}
	}
	if kept := w.Position().Row - oldest; kept < 2500 || kept > 4500 {
		t.Errorf("%d rows are kept, want 2500 and a chunk or two", kept)
	}
	status, err := log.Status(t.Context())
	if err != nil || status.Missing != 0 || status.First < 2 {
		t.Errorf("the status is %+v, %v", status, err)
	}
}

func TestRetentionOfBytesAndAge(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir(), Retention: stream.Retention{Bytes: 200_000, Age: time.Hour}})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 9}).play(t, w, nil, 20_000)
	noError(t, w.Flush())
	if status, err := log.Status(t.Context()); err != nil || status.Bytes > 200_000 || status.First < 2 {
		t.Errorf("the status is %+v, %v", status, err)
	}
}

// A log of a program that only reads keeps the retention that it has.
func TestReadersLeaveRetentionAlone(t *testing.T) {
	config := stream.Config{URL: startServer(t) + "/log", Retention: stream.Retention{Bytes: 200_000}}
	log := open(t, config)
	open(t, stream.Config{URL: config.URL})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 9}).play(t, w, nil, 20_000)
	noError(t, w.Flush())
	if status, err := log.Status(t.Context()); err != nil || status.Bytes > 200_000 {
		t.Errorf("the status is %+v, %v", status, err)
	}
}

func TestQuota(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir(), Quota: 150_000})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	a := &actor{seed: 10}
	for err == nil && a.row < 100_000 {
		a.play(t, w, nil, a.row+500)
		err = w.Flush()
	}
	expectError(t, err, "no room for more experience", "quota of 150000")
	if !errors.Is(err, stream.ErrFull) {
		t.Errorf("%v is not ErrFull", err)
	}
	table := newTable(t, 100_000)
	(&actor{seed: 10}).play(t, nil, table, a.row-500)
	if saved(t, readTable(t, log, 100_000)) != saved(t, table) {
		t.Error("what was acknowledged is not what is there")
	}
}

func TestReserve(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir(), Reserve: 1 << 60})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 10}).play(t, w, nil, 5)
	expectError(t, w.Flush(), "no space left on device beyond the reserve", "make room and go on")
}

func TestNames(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	_, err := log.NewWriter(t.Context(), "a.b", schema())
	expectError(t, err, `"a.b"`, "letters, digits")
	for _, url := range []string{"nats://127.0.0.1:4222", "nats://127.0.0.1:4222/a/b", "nats://127.0.0.1:4222/>"} {
		_, err := stream.Open(t.Context(), stream.Config{URL: url})
		expectError(t, err, "names no log")
	}
	_, err = stream.Open(t.Context(), stream.Config{})
	expectError(t, err, "a folder or a URL")
	_, err = stream.Open(t.Context(), stream.Config{URL: "nats://127.0.0.1:1/log"})
	expectError(t, err, "no server answers at nats://127.0.0.1:1")
}

func TestHolds(t *testing.T) {
	folder := t.TempDir()
	log := open(t, stream.Config{Folder: folder})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	if stream.Holds(folder) {
		t.Error("a log without a message holds something")
	}
	(&actor{}).play(t, w, nil, 1)
	noError(t, w.Flush())
	if !stream.Holds(folder) {
		t.Error("the log holds nothing")
	}
}

func TestRowsOfAnotherLayout(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{}).play(t, w, nil, 10)
	noError(t, w.Close())
	other := schema()
	other.Layout.Observation = 4
	_, err = log.NewWriter(t.Context(), "one", other)
	expectError(t, err, "the rows of one have layout", "another log")
}

func TestRowTooLarge(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	wide := schema()
	wide.Layout.Observation = 2_000_000
	_, err := log.NewWriter(t.Context(), "one", wide)
	expectError(t, err, "too large for messages", "max_payload")
}
