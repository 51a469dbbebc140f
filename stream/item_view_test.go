package stream_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// itemTable describes a table that is filled from a log.
type itemTable struct {
	config  replay.ItemConfig
	pattern replay.Pattern
}

// itemTables are new descriptions: no two tables share a selector.
func itemTables() map[string]itemTable {
	layout := schema().Layout
	return map[string]itemTable{
		"prioritised": {replay.ItemConfig{Layout: layout, Sampler: replay.Prioritised(0.6), MaxSteps: 900, Seed: 1}, replay.NStep(3)},
		"windows":     {replay.ItemConfig{Layout: layout, Remover: replay.Oldest(), MaxItems: 50, Context: 2, Seed: 2}, replay.Windows(7, 3)},
		"episodes":    {replay.ItemConfig{Layout: layout, Sampler: replay.WithoutReplacement(), MaxItems: 20, Seed: 3}, replay.Episodes()},
	}
}

func savedItems(t *testing.T, table *replay.ItemTable) string {
	t.Helper()
	var all bytes.Buffer
	for _, part := range table.Save() {
		fmt.Fprintln(&all, part.Name)
		noError(t, part.Write(&all))
	}
	return all.String()
}

// A table of items that a log fills is the table that the actor would have filled.
func TestItemViews(t *testing.T) {
	for name := range itemTables() {
		t.Run(name, func(t *testing.T) {
			log := open(t, stream.Config{Folder: t.TempDir()})
			w, err := log.NewWriter(t.Context(), "one", schema())
			noError(t, err)
			a := &actor{seed: 11}
			for _, row := range []int64{300, 301, 1700, 2500} {
				a.play(t, w, nil, row)
				noError(t, w.Flush())
			}
			filled, direct := newItems(t, itemTables()[name]), newItems(t, itemTables()[name])
			view := stream.NewItemView(filled.writer)
			for chunk, err := range log.Read(t.Context(), stream.From(0)) {
				noError(t, err)
				noError(t, view.Add(t.Context(), chunk))
			}
			playItems(t, &actor{seed: 11}, direct.writer, a.row)
			if savedItems(t, filled.table) != savedItems(t, direct.table) {
				t.Error("the log makes another table")
			}
		})
	}
}

// playItems acts until row, into a table of items.
func playItems(t *testing.T, a *actor, w *replay.Writer, row int64) {
	t.Helper()
	for a.row < row {
		now := a.live()
		if now.first != nil {
			noError(t, w.Begin(t.Context(), *now.first))
		}
		noError(t, w.Append(t.Context(), now.step))
		if now.last {
			noError(t, w.End(t.Context()))
		}
	}
}

// No item reaches over a gap in the log.
func TestItemViewOfAGap(t *testing.T) {
	log := open(t, stream.Config{Folder: t.TempDir()})
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	(&actor{seed: 12}).play(t, w, nil, 3000)
	noError(t, w.Flush())
	items := newItems(t, itemTable{replay.ItemConfig{Layout: schema().Layout}, replay.Windows(7, 1)})
	view, rows := stream.NewItemView(items.writer), map[float32]int64{} // rows by their action
	for chunk, err := range log.Read(t.Context(), stream.From(0)) {
		noError(t, err)
		if chunk.Message == 2 {
			continue
		}
		noError(t, view.Add(t.Context(), chunk))
		for i := range chunk.Rows {
			rows[chunk.Data.Action[2*i]] = chunk.First + int64(i)
		}
	}
	batch := replay.NewBatch(schema().Layout, 64, replay.View{Length: 7})
	for range 100 {
		noError(t, items.table.Sample(t.Context(), batch))
		for i := range batch.Mask {
			row, known := rows[batch.Action[2*i]]
			if batch.Mask[i] == 1 && !known {
				t.Fatal("a step of the missing chunk was sampled")
			}
			if i%7 > 0 && batch.Mask[i] == 1 && rows[batch.Action[2*(i-1)]] != row-1 {
				t.Fatalf("row %d follows row %d in an item", row, rows[batch.Action[2*(i-1)]])
			}
		}
	}
}

// items is a table and its only writer.
type items struct {
	table  *replay.ItemTable
	writer *replay.Writer
}

func newItems(t *testing.T, kind itemTable) items {
	t.Helper()
	table, err := replay.NewItemTable(kind.config)
	noError(t, err)
	writer, err := table.NewWriter(kind.pattern)
	noError(t, err)
	return items{table, writer}
}
