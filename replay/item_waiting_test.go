package replay

import (
	"testing"
	"testing/synctest"
)

// written is a table with a writer of an open episode of steps rows.
func written(t *testing.T, config ItemConfig, rows int) (*ItemTable, *Writer) {
	t.Helper()
	config.Layout = Layout{Observation: 1, Action: 1, Reward: 1}
	table, err := NewItemTable(config)
	if err != nil {
		t.Fatal(err)
	}
	writer, err := table.NewWriter(NStep(1))
	if err != nil {
		t.Fatal(err)
	}
	one := []float32{1}
	if err := writer.Begin(t.Context(), Step{Observation: one}); err != nil {
		t.Fatal(err)
	}
	for range rows - 1 {
		write(t, writer)
	}
	return table, writer
}

func write(t *testing.T, writer *Writer) {
	t.Helper()
	one := []float32{1}
	if err := writer.Append(t.Context(), Step{Action: one, Reward: one, Discount: 1, Observation: one}); err != nil {
		t.Error(err)
	}
}

// Rows that a batch is being copied from are not written over: the writer waits for the copy.
func TestWriterWaitsForCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, writer := written(t, ItemConfig{Sampler: Oldest(), MaxSteps: 32}, 32)
		drawn := make([]Drawn, 1)
		for range 40 { // every item in turn leaves the table while it is copied
			if err := table.drawAll(t.Context(), drawn, 0); err != nil {
				t.Fatal(err)
			}
			held, value := drawn[0].span, drawn[0].span.block.Observation[0]
			appended := false
			go func() {
				for range 40 {
					write(t, writer)
				}
				appended = true
			}()
			synctest.Wait()
			if appended || held.block.users == 0 || held.block.Observation[0] != value {
				t.Fatalf("40 steps were stored in 32 rows while some are copied: %v", appended)
			}
			table.release(drawn)
			synctest.Wait()
			if status := table.Status(); !appended || status.Steps > 32 {
				t.Fatalf("the writer went on: %v, status %+v", appended, status)
			}
		}
	})
}

// Two clients wait to insert the same key: the second finds the item of the first, sets its priority
// and is not counted.
func TestSameKeyWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, writer := written(t, ItemConfig{Limits: Queue(2), MaxTimesSampled: 1}, 3)
		for priority := range 2 {
			go func() {
				if err := writer.Insert(t.Context(), 7, float64(priority), 1); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		drawn := make([]Drawn, 2)
		if err := table.drawAll(t.Context(), drawn, 0); err != nil {
			t.Fatal(err)
		}
		table.release(drawn)
		synctest.Wait()
		if status, want := table.Status(), (Counts{Inserts: 3, Samples: 2, Deletes: 2}); status.Counts != want {
			t.Errorf("counts %+v, want %+v", status.Counts, want)
		}
		if priority, _, found := table.Find(7); !found || priority != 1 {
			t.Errorf("the item is found: %v, with priority %v", found, priority)
		}
	})
}

// Items that leave to make room for rows can let others in: whoever waits for that is told.
func TestRemovalsWakeWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, waiting := written(t, ItemConfig{Limits: Queue(4), MaxSteps: 32}, 5)
		inserted := false
		go func() {
			if err := waiting.Insert(t.Context(), 1, 1, 1); err != nil {
				t.Error(err)
			}
			inserted = true
		}()
		synctest.Wait()
		if inserted {
			t.Fatal("a fifth item was let into a queue of four")
		}
		other, err := table.NewWriter(Episodes())
		if err != nil {
			t.Fatal(err)
		}
		one := []float32{1}
		if err := other.Begin(t.Context(), Step{Observation: one}); err != nil {
			t.Fatal(err)
		}
		for err == nil { // until only the rows that the writers need are left
			err = other.Append(t.Context(), Step{Action: one, Reward: one, Discount: 1, Observation: one})
		}
		synctest.Wait()
		if !inserted {
			t.Errorf("the insert still waits: %+v", table.Status())
		}
	})
}
