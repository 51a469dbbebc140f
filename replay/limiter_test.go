package replay

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// With 4 samples an insert, 100 items at first and a buffer of 50 the band is [350, 450].
func TestLimitsWorkedExample(t *testing.T) {
	limits := SampleToInsertRatio(4, 100, 50)
	if limits.MinDifference != 350 || limits.MaxDifference != 450 {
		t.Fatalf("the band is [%v, %v], want [350, 450]", limits.MinDifference, limits.MaxDifference)
	}
	var counts Counts
	for limits.mayInsert(counts) {
		if limits.maySample(counts, 1) != (counts.Inserts >= 100) {
			t.Errorf("after %d inserts a sample is allowed: %v", counts.Inserts, counts.Inserts < 100)
		}
		counts.Inserts++
	}
	if counts.Inserts != 112 {
		t.Errorf("%d inserts without a sample, want 112", counts.Inserts)
	}
	counts = Counts{Inserts: 100}
	for limits.maySample(counts, 1) {
		counts.Samples++
	}
	if counts.Samples != 50 {
		t.Errorf("%d samples after 100 inserts, want 50", counts.Samples)
	}
}

func TestLimitsRefuse(t *testing.T) {
	for want, limits := range map[string]Limits{
		"SamplesPerInsert is 0":    SampleToInsertRatio(0, 1, 1),
		"SamplesPerInsert is NaN":  SampleToInsertRatio(math.NaN(), 1, 1),
		"SamplesPerInsert is +Inf": SampleToInsertRatio(math.Inf(1), 1, 1),
		"MinSize is 0":             MinSize(0),
		"not below":                Queue(0),
		"can stop for ever":        SampleToInsertRatio(0.5, 10, 0.7),
	} {
		if err := limits.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q", limits, err, want)
		}
	}
	if err := Queue(4).checkBatch(5); err == nil {
		t.Error("5 samples at once of a queue of 4 items are not refused")
	}
}

// Every state that whole-number limits can reach is visited. Limits are refused if and only if one
// of these states stops both sides, as long as the first sample comes at MinSize.
func TestLimitsAreRefusedWhenTheyCanStop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := Limits{
			SamplesPerInsert: float64(rapid.IntRange(1, 5).Draw(t, "ratio")),
			MinSize:          rapid.IntRange(1, 4).Draw(t, "size"),
			MinDifference:    float64(rapid.IntRange(-6, 6).Draw(t, "min")) / 2,
		}
		limits.MaxDifference = limits.MinDifference + float64(rapid.IntRange(1, 16).Draw(t, "band"))/2
		batch := rapid.IntRange(1, 4).Draw(t, "batch")
		refused := limits.checkBatch(batch) != nil
		stuck := canStop(limits, batch)
		first := limits.difference(Counts{Inserts: int64(limits.MinSize)})
		if stuck && !refused {
			t.Fatalf("%+v can stop and is not refused", limits)
		}
		if refused && !stuck && first-1 >= limits.MinDifference {
			t.Fatalf("%+v is refused and cannot stop", limits)
		}
	})
}

// canStop visits all states that inserts and samples of 1 to batch items lead to.
func canStop(limits Limits, batch int) bool {
	seen := map[Counts]bool{}
	states := []Counts{{}}
	for len(states) > 0 && len(seen) < 2000 {
		counts := states[0]
		states = states[1:]
		if seen[counts] {
			continue
		}
		seen[counts] = true
		if !limits.mayInsert(counts) && !limits.maySample(counts, batch) {
			return true
		}
		if limits.mayInsert(counts) {
			states = append(states, Counts{Inserts: counts.Inserts + 1, Samples: counts.Samples})
		}
		for n := 1; n <= batch; n++ {
			if limits.maySample(counts, n) {
				states = append(states, Counts{Inserts: counts.Inserts, Samples: counts.Samples + int64(n)})
			}
		}
	}
	return false
}

// client inserts or samples once, through a limiter.
func client(ctx context.Context, lock *sync.Mutex, l *limiter, side side, count int) error {
	lock.Lock()
	defer lock.Unlock()
	if _, err := l.await(ctx, lock, side, count); err != nil {
		return err
	}
	if side == inserting {
		l.counts.Inserts++
	} else {
		l.counts.Samples += int64(count)
	}
	l.wake()
	return nil
}

func TestLimiterServesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lock, l := &sync.Mutex{}, &limiter{limits: Queue(100)}
		var order []int
		served := []int{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5} // after 1, 2, ... inserts
		l.counts.Inserts = 1
		for want := range 5 {
			go func() {
				if err := client(t.Context(), lock, l, sampling, 5-want); err != nil { // the first waits for most
					t.Error(err)
				}
				order = append(order, want)
			}()
			synctest.Wait()
		}
		for inserts := 1; inserts < 15; inserts++ {
			if err := client(t.Context(), lock, l, inserting, 1); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if want := served[inserts]; len(order) != want {
				t.Errorf("after %d inserts %d clients were served, want %d", inserts+1, len(order), want)
			}
		}
		for i, got := range order {
			if got != i {
				t.Errorf("clients were served in the order %v", order)
			}
		}
	})
}

func TestLimiterSaysWhoWaitsForWhat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lock, l := &sync.Mutex{}, &limiter{limits: SampleToInsertRatio(4, 100, 50)}
		stop := func(side side, count int, parts ...string) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := client(ctx, lock, l, side, count)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("error %v", err)
			}
			for _, part := range append(parts, "waited 3s") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not contain %q", err, part)
				}
			}
		}
		stop(sampling, 7, "sampling 7 items", "0 items are there, fewer than MinSize 100", "waits for inserts")
		l.counts = Counts{Inserts: 112}
		stop(inserting, 1, "inserting an item", "inserts x 4 - samples would be 452, above MaxDifference 450", "waits for samples (112 inserted")
		l.counts = Counts{Inserts: 100, Samples: 50}
		stop(sampling, 1, "would be 349, below MinDifference 350", "waits for inserts")
		l.counts, l.maxTimesSampled, l.samplesLeft = Counts{Inserts: 100}, 1, 2
		stop(sampling, 3, "may be sampled 2 more times")
		if l.waits != [sides]time.Duration{3 * time.Second, 9 * time.Second} {
			t.Errorf("clients waited %v", l.waits)
		}
	})
}

// A limiter that both sides wait for returns an error to the second, instead of waiting for ever.
func TestLimiterStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lock, l := &sync.Mutex{}, &limiter{limits: Queue(3), counts: Counts{Inserts: 3}}
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error)
		go func() { first <- client(ctx, lock, l, inserting, 1) }()
		synctest.Wait()
		time.Sleep(time.Second)
		if want := []string{"inserting an item waited 1s: inserts x 1 - samples would be 4, above MaxDifference 3: waits for samples (3 inserted, 0 deleted, 0 sampled)"}; !slices.Equal(l.waiting(), want) {
			t.Errorf("waiting: %q", l.waiting())
		}
		err := client(ctx, lock, l, sampling, 4)
		if !errors.Is(err, ErrStalled) || !strings.Contains(err.Error(), "waits for inserts") {
			t.Errorf("error %v", err)
		}
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if err := client(t.Context(), lock, l, sampling, 3); err != nil {
			t.Errorf("the limiter does not go on: %v", err)
		}
	})
}
