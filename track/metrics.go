package track

import "errors"

// Metric is one named number.
type Metric struct {
	Name  string // words joined by slashes, as in loss/critic
	Value float64
}

// Metrics is an ordered list of named numbers. The zero value is empty and ready to use; with
// Reset it is filled again and again without allocation.
type Metrics []Metric

// Set gives the metric called name a value, in its old place if it has one, else at the end.
func (m *Metrics) Set(name string, value float64) {
	for i := range *m {
		if (*m)[i].Name == name {
			(*m)[i].Value = value
			return
		}
	}
	*m = append(*m, Metric{name, value})
}

// Get returns the value of the metric called name, and whether there is one.
func (m Metrics) Get(name string) (float64, bool) {
	for _, metric := range m {
		if metric.Name == name {
			return metric.Value, true
		}
	}
	return 0, false
}

// Reset empties the list and keeps its memory.
func (m *Metrics) Reset() { *m = (*m)[:0] }

// Sink takes the metrics of a run, in the order of their steps. It is used by one goroutine at a
// time and does not keep the metrics after Write.
type Sink interface {
	// Write records metrics that belong to an environment step.
	Write(step int64, metrics Metrics) error
	Close() error
}

// Tee returns a sink that writes to each of sinks. One that fails does not stop the others.
func Tee(sinks ...Sink) Sink { return tee(sinks) }

type tee []Sink

func (t tee) Write(step int64, metrics Metrics) error {
	var all []error
	for _, sink := range t {
		all = append(all, sink.Write(step, metrics))
	}
	return errors.Join(all...)
}

func (t tee) Close() error {
	var all []error
	for _, sink := range t {
		all = append(all, sink.Close())
	}
	return errors.Join(all...)
}
