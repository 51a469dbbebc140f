package dataset

import (
	"context"
	"errors"
	"iter"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// history is all rows of a writer, and what they are.
type history struct {
	writer  string
	all     *Episode // its rows and physics
	kinds   []byte
	missing []bool // rows whose chunk is missing
}

// drawHistory makes up a history of a few episodes; the last one may go on.
func drawHistory(t *rapid.T, writer string, s stream.Schema) *history {
	h := &history{writer: writer, all: &Episode{Schema: s, Rows: new(replay.Rows)}}
	for i := range rapid.IntRange(1, 6).Draw(t, "episodes") {
		e := drawEpisode(t, s, int64(len(writer)+i))
		for j := range e.Rows.Step { // histories begin at step 0
			e.Rows.Step[j] = int64(j)
		}
		h.all.extend(e.Rows, e.Physics)
		for range e.Steps() {
			h.kinds = append(h.kinds, stream.Acted)
		}
		h.kinds = append(h.kinds, byte(e.End))
	}
	h.kinds = h.kinds[:len(h.kinds)-rapid.IntRange(0, 2).Draw(t, "open")]
	h.missing = make([]bool, len(h.kinds))
	return h
}

// chunks cuts the history into chunks, of which some are missing.
func (h *history) chunks(t *rapid.T) []*stream.Chunk {
	var chunks []*stream.Chunk
	for begin := 0; begin < len(h.kinds); {
		end := min(len(h.kinds), begin+rapid.IntRange(1, 9).Draw(t, "rows"))
		if rapid.IntRange(0, 5).Draw(t, "missing") == 0 {
			for i := begin; i < end; i++ {
				h.missing[i] = true
			}
		} else {
			chunks = append(chunks, h.chunk(begin, end))
		}
		begin = end
	}
	return chunks
}

func (h *history) chunk(begin, end int) *stream.Chunk {
	layout, size, length := h.all.Schema.Layout, h.all.Schema.Physics.Size, end
	open := h.kinds[end-1] == stream.Acted
	if open {
		length++
	}
	return &stream.Chunk{
		Header: stream.Header{Writer: h.writer, First: int64(begin), Rows: end - begin, Open: open, Schema: h.all.Schema},
		Data:   h.all.Rows.Slice(layout, begin, length), Kinds: h.kinds[begin:end], Physics: h.all.Physics[begin*size : length*size],
	}
}

// episodes is what can be had of the history, row by row.
func (h *history) episodes() (all []*Episode, missing int64) {
	var e *Episode
	layout, size := h.all.Schema.Layout, h.all.Schema.Physics.Size
	end := func(how End) {
		if e.End = how; e.Steps() > 0 {
			all = append(all, e)
		}
		e = nil
	}
	add := func(i int) { e.extend(h.all.Rows.Slice(layout, i, i+1), h.all.Physics[i*size:(i+1)*size]) }
	seen := false
	var gap int64
	for i, kind := range h.kinds {
		if h.missing[i] {
			gap++
			continue
		}
		if seen {
			missing += gap
		}
		seen, gap = true, 0
		if e == nil {
			e = &Episode{ID: episodeID(h.writer, int64(i)), Schema: h.all.Schema, Rows: new(replay.Rows)}
		}
		add(i)
		switch {
		case kind != stream.Acted:
			end(End(kind))
		case i+1 == len(h.kinds) || h.missing[i+1]:
			add(i + 1)
			makeFinal(layout, e.Rows, e.Steps())
			end(Cut)
		}
	}
	return all, missing
}

func eachChunk(chunks []*stream.Chunk) iter.Seq2[*stream.Chunk, error] {
	return func(yield func(*stream.Chunk, error) bool) {
		for _, chunk := range chunks {
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

// Of any chunks of two writers come the episodes that a literal reading finds, and missing rows are counted.
func TestFromChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		histories := []*history{drawHistory(t, "one", schema()), drawHistory(t, "two", schema())}
		var chunks []*stream.Chunk
		one, two := histories[0].chunks(t), histories[1].chunks(t)
		for len(one)+len(two) > 0 {
			if len(two) == 0 || len(one) > 0 && rapid.Bool().Draw(t, "one") {
				one, two = two, one
			}
			chunks, two = append(chunks, two[0]), two[1:]
		}
		got := map[string][]*Episode{}
		var losses Losses
		for e, err := range FromChunks(eachChunk(chunks)) {
			if err != nil && !losses.Count(err) {
				t.Fatal(err)
			}
			if err == nil {
				got[e.ID[:3]] = append(got[e.ID[:3]], e)
			}
		}
		rows := int64(0)
		for _, h := range histories {
			want, missing := h.episodes()
			expectSame(t, got[h.writer], want)
			rows += missing
		}
		if losses.Rows != rows {
			t.Errorf("%d rows are missing, want %d", losses.Rows, rows)
		}
	})
}

func TestErrorsOfALogArePassedOn(t *testing.T) {
	h := &history{writer: "one", all: episode(plain(), 0, 4, Terminated), kinds: []byte{0, 0, 0, 0, stream.Terminated}}
	damage, broken := &stream.DamageError{First: 3, Last: 5, Reason: errors.New("broken disk")}, errors.New("the server is gone")
	chunks := func(yield func(*stream.Chunk, error) bool) {
		_ = yield(h.chunk(0, 2), nil) && yield(nil, damage) && yield(h.chunk(2, 5), nil) && yield(nil, broken)
	}
	folder := filepath.Join(t.TempDir(), "data")
	_, err := Write(folder, FromChunks(chunks))
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want that of the server", err)
	}
	good := func(yield func(*stream.Chunk, error) bool) { _ = yield(nil, damage) && yield(h.chunk(0, 5), nil) }
	summary, err := Write(folder, FromChunks(good))
	noError(t, err)
	if summary.Losses != (Losses{Messages: 3}) || summary.Episodes != 1 {
		t.Errorf("the summary is %+v", summary)
	}
	_, err = Write(t.TempDir(), FromChunks(eachChunk([]*stream.Chunk{h.chunk(0, 5), h.chunk(2, 5)})))
	expectError(t, err, "row 2 of writer one comes again", "History")
}

func TestCheckEpisodes(t *testing.T) {
	good, nan := episode(plain(), 3, 4, Cut), episode(plain(), 8, 4, Cut)
	nan.Rows.Reward[2] = float32(math.NaN())
	report, err := CheckEpisodes(func(yield func(*Episode, error) bool) {
		_ = yield(nil, &GapError{"one", stream.Range{Begin: 1, End: 3}}) && yield(good, nil) && yield(nan, nil)
	})
	noError(t, err)
	if len(report.Faults) != 2 || report.Episodes != 1 {
		t.Fatalf("the report is %+v", report)
	}
	expectError(t, report.Faults[0], "rows 1 to 2 of writer one are missing")
	expectError(t, report.Faults[1], "row 2, episode one/000000000008: reward is NaN")
}

func openLog(t *testing.T, folder string) *stream.Log {
	t.Helper()
	log, err := stream.Open(t.Context(), stream.Config{Folder: folder})
	noError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	return log
}

// Episodes go through a log and come back the same, but for their identities.
func TestThroughALog(t *testing.T) {
	s := schema()
	episodes := []*Episode{episode(s, 0, 900, Truncated), episode(s, 1, 1300, Cut), episode(s, 2, 1, Terminated), episode(s, 3, 40, Cut)}
	folder := t.TempDir()
	_, err := Write(folder, each(episodes))
	noError(t, err)
	log := openLog(t, t.TempDir())
	totals, err := Import(t.Context(), folder, log, "again")
	noError(t, err)
	if want := (Totals{4, 2241, Ends{1, 1, 2}}); totals != want {
		t.Errorf("totals are %+v, want %+v", totals, want)
	}
	got := collect(t, FromChunks(log.History(t.Context())))
	first := int64(0)
	for _, e := range episodes {
		e.ID = episodeID("again", first)
		first += int64(e.Rows.Len())
	}
	expectSame(t, got, episodes)
}

func TestImportRefuses(t *testing.T) {
	folder, rows := t.TempDir(), foreignRows()
	rows[3].Height = 1e300
	writeForeign(t, folder, rows)
	_, err := Import(t.Context(), folder, openLog(t, t.TempDir()), "again")
	expectError(t, err, "data.parquet", "row 3", "height is +Inf")
	_, err = Import(t.Context(), t.TempDir(), nil, "again")
	expectError(t, err, "neither dataset.json")
	ended, cancel := context.WithCancel(t.Context())
	log := openLog(t, t.TempDir())
	whole := t.TempDir()
	_, err = Write(whole, each(some(plain())))
	noError(t, err)
	cancel()
	if _, err = Import(ended, whole, log, "again"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// A table that is filled is the one that lived the episodes.
func TestFill(t *testing.T) {
	episodes := some(plain())
	episodes[1].Rows.Step[0], episodes[1].Rows.Step[1] = 31, 32 // its beginning is missing
	want, got := newTable(t), newTable(t)
	for _, e := range episodes {
		noError(t, want.Begin(replay.Step{Observation: e.stepTo(0).Observation}))
		for i := range e.Steps() {
			noError(t, want.Append(e.stepTo(i+1)))
		}
	}
	losses, err := Fill(got, func(yield func(*Episode, error) bool) {
		_ = yield(nil, &GapError{"one", stream.Range{Begin: 3, End: 5}})
		each(episodes)(yield)
	})
	noError(t, err)
	if losses != (Losses{Rows: 2}) {
		t.Errorf("losses are %+v", losses)
	}
	if a, b := saved(t, got), saved(t, want); a != b {
		t.Error("the table is another one")
	}
	pictures, err := Fill(newTable(t), each(some(schema())))
	noError(t, err)
	if pictures != (Losses{}) {
		t.Errorf("losses are %+v", pictures)
	}
	wide := plain()
	wide.Layout.Action = 3
	_, err = Fill(newTable(t), each([]*Episode{episode(wide, 7, 2, Cut)}))
	expectError(t, err, "episode one/000000000007", "action has 9 elements")
}

func newTable(t *testing.T) *replay.Table {
	t.Helper()
	table, err := replay.NewTable(plain().Layout, 1000)
	noError(t, err)
	return table
}

// saved is the bytes that a table saves as.
func saved(t *testing.T, table *replay.Table) string {
	t.Helper()
	var all strings.Builder
	for _, part := range table.Save() {
		noError(t, part.Write(&all))
	}
	return all.String()
}
