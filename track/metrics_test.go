package track

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestMetricsKeepTheirOrder(t *testing.T) {
	var metrics Metrics
	metrics.Set("b", 1)
	metrics.Set("a", 2)
	metrics.Set("b", 3)
	if want := (Metrics{{"b", 3}, {"a", 2}}); !slices.Equal(metrics, want) {
		t.Errorf("got %v, want %v", metrics, want)
	}
	if value, ok := metrics.Get("a"); !ok || value != 2 {
		t.Errorf("a is %v, %v", value, ok)
	}
	if _, ok := metrics.Get("c"); ok {
		t.Error("there is no c")
	}
}

func TestMetricsAreRefilledWithoutAllocation(t *testing.T) {
	metrics := make(Metrics, 0, 4)
	if count := testing.AllocsPerRun(100, func() {
		metrics.Reset()
		metrics.Set("loss", 1)
		metrics.Set("return", 2)
	}); count != 0 {
		t.Errorf("%v allocations", count)
	}
}

// memory is a sink that counts and may fail.
type memory struct {
	steps  []int64
	closed bool
	err    error
}

func (m *memory) Write(step int64, _ Metrics) error {
	m.steps = append(m.steps, step)
	return m.err
}

func (m *memory) Close() error {
	m.closed = true
	return m.err
}

func TestTeeGoesOnAfterAFailure(t *testing.T) {
	broken, sound := &memory{err: errors.New("out of paper")}, &memory{}
	sink := Tee(broken, sound)
	for _, err := range []error{sink.Write(5, nil), sink.Close()} {
		if err == nil || !strings.Contains(err.Error(), "out of paper") {
			t.Errorf("error %v", err)
		}
	}
	if !slices.Equal(sound.steps, []int64{5}) || !sound.closed {
		t.Errorf("the sound sink got %v, closed %v", sound.steps, sound.closed)
	}
}
