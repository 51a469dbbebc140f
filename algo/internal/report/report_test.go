package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/track"
)

// The metrics keep their order, have the values of the last run, and the first that is not finite is
// an error.
func TestReport(t *testing.T) {
	var r Report
	program, err := grad.Trace(func(t *grad.Tracer) {
		x := t.Input("x", 1)
		r.Add(t, "z/log", x.Log().Sum())
		r.Add(t, "a/double", x.Mul(grad.Scalar(2)).Sum())
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Bind(executable)
	executable.Input("x")[0] = 1
	executable.Run()
	if err := r.Read(); err != nil {
		t.Fatal(err)
	}
	want := track.Metrics{{Name: "z/log", Value: 0}, {Name: "a/double", Value: 2}}
	if !slices.Equal(r.Metrics(), want) {
		t.Errorf("the metrics are %v, want %v", r.Metrics(), want)
	}
	for x, want := range map[float32]string{0: "z/log is -Inf; ", -1: "z/log is NaN; "} {
		executable.Input("x")[0] = x
		executable.Run()
		if err := r.Read(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("at %v the error is %v, want %q", x, err, want)
		}
	}
}
