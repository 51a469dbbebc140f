package grad

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Profile adds up where the time of programs goes. One profile may serve many executables.
type Profile struct {
	rows map[string]*profileRow
	runs int
}

// profileRow is one line of the table: a stage, or stages that are fused, of one place in the source.
type profileRow struct {
	name, origin string
	calls        int
	time         time.Duration
	operations   float64 // floating-point operations of all calls, where they are counted
}

// Measure makes every following Run add its time to profile, stage by stage; nil ends that. It slows
// programs of many small stages.
func (e *Executable[T]) Measure(profile *Profile) { e.profile = profile }

// runMeasured is Run with a clock.
func (e *Executable[T]) runMeasured() {
	e.profile.runs++
	for i := range e.steps {
		start := time.Now()
		e.workers.Run(e.steps[i].tiles, e.steps[i].run)
		e.profile.add(&e.steps[i], time.Since(start))
	}
}

func (p *Profile) add(s *step, elapsed time.Duration) {
	if len(s.values) == 0 {
		return
	}
	first := s.values[0]
	name, origin := s.name(), describe(first.origin)
	key := name + origin
	row := p.rows[key]
	if row == nil {
		if p.rows == nil {
			p.rows = map[string]*profileRow{}
		}
		row = &profileRow{name: name, origin: origin}
		p.rows[key] = row
	}
	row.calls++
	row.time += elapsed
	row.operations += s.work
}

// name lists the operations of a stage, and the shape of its result.
func (s *step) name() string {
	const most = 6
	var names []string
	for i, v := range s.values {
		if i == most {
			names = append(names, fmt.Sprintf("%d more", len(s.values)-most))
			break
		}
		names = append(names, v.op.String())
	}
	return fmt.Sprint(strings.Join(names, " "), s.values[len(s.values)-1].shape)
}

// String is the profile as a table, the most expensive first: the share of the time, milliseconds and
// calls in a run, billions of floating-point operations of matrix products a second, the operations
// that are done together with the shape of their result, and where the first was traced.
func (p *Profile) String() string {
	rows := slices.SortedFunc(maps.Values(p.rows), func(a, b *profileRow) int {
		return cmp.Or(cmp.Compare(b.time, a.time), cmp.Compare(a.name+a.origin, b.name+b.origin))
	})
	total := time.Duration(0)
	for _, row := range rows {
		total += row.time
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "share\tms/run\tcalls/run\tGFLOP/s\toperations\ttraced at")
	for _, row := range rows {
		rate := "-"
		if row.operations > 0 && row.time > 0 {
			rate = fmt.Sprintf("%.1f", row.operations/float64(row.time.Nanoseconds()))
		}
		fmt.Fprintf(w, "%.1f%%\t%.4f\t%.3g\t%s\t%s\t%s\n", 100*row.time.Seconds()/max(total.Seconds(), 1e-12),
			1e3*row.time.Seconds()/float64(p.runs), float64(row.calls)/float64(p.runs), rate, row.name, row.origin)
	}
	w.Flush()
	return b.String()
}

// cost is the number of floating-point operations of matrix products and convolutions; others have
// none that count beside their way to memory.
func (v *Value) cost() float64 {
	switch v.op {
	case opMatMul, opBatchMatMul:
		p := matrices(v)
		return 2 * float64(p.M) * float64(p.N) * float64(p.K) * float64(max(1, batchSize(v)))
	case opConvolve:
		return 2 * float64(v.shape.Size()) * float64(v.patchwork.patchSize())
	case opConvolveTransposed:
		return 2 * float64(v.inputs[0].shape.Size()) * float64(v.patchwork.patchSize())
	case opConvolveKernel:
		return 2 * float64(v.inputs[1].shape.Size()) * float64(v.patchwork.patchSize())
	}
	return 0
}
