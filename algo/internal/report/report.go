// Package report turns scalars of a traced update into the metrics of a learner.
package report

import (
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/track"
)

// Report is the metrics of an update. Add names them while the update is traced, Bind finds them in
// the compiled program, Read takes their values after a run.
type Report struct {
	metrics track.Metrics
	outputs [][]float32 // parallel to metrics
}

// Add makes the scalar value an output of the program and a metric of this name, 0 until Read.
func (r *Report) Add(t *grad.Tracer, name string, value *grad.Value) {
	t.Output(name, value)
	r.metrics.Set(name, 0)
}

// Bind connects the metrics to the memory of the compiled program that they were traced in.
func (r *Report) Bind(program *grad.Executable[float32]) {
	r.outputs = nil
	for _, metric := range r.metrics {
		r.outputs = append(r.outputs, program.Output(metric.Name))
	}
}

// Read takes over what the last run has computed. It returns an error that names the first metric
// that is no longer finite: the parameters are lost then.
func (r *Report) Read() error {
	for i, output := range r.outputs {
		metric := &r.metrics[i]
		metric.Value = float64(output[0])
		if math.IsNaN(metric.Value) || math.IsInf(metric.Value, 0) {
			return fmt.Errorf("%s is %v; the parameters are lost, resume from the last checkpoint", metric.Name, metric.Value)
		}
	}
	return nil
}

// Metrics lists the metrics in the order of Add.
func (r *Report) Metrics() track.Metrics { return r.metrics }
