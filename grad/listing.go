package grad

import (
	"fmt"
	"slices"
	"strings"
)

// String lists the operations, a line each, with the body of a scan indented below it: what is
// computed from what, the shape, billions of floating-point operations where they count, and the line
// that traced it.
func (p *Program) String() string { return listing(p.values, func(*Value) string { return "" }) }

// String is the listing of the program with the place of each result in the arena, in elements.
func (e *Executable[T]) String() string {
	places := map[*Value]block{}
	for i, v := range e.program.values {
		places[v] = e.blocks[i]
	}
	header := fmt.Sprintf("arena of %d elements, %d stages, %.4g GFLOP in products\n", len(e.arena), len(e.steps), totalCost(e.program.values)/1e9)
	return header + listing(e.program.values, func(v *Value) string {
		if b := places[v]; b.size > 0 {
			return fmt.Sprintf(" @%d+%d", b.start, b.size)
		}
		return ""
	})
}

// totalCost is the number of floating-point operations of the products and convolutions of a run.
func totalCost(values []*Value) float64 {
	total := 0.0
	for _, v := range values {
		if total += v.cost(); v.op == opScan {
			total += float64(v.scan.length) * totalCost(v.scan.body)
		}
	}
	return total
}

func listing(values []*Value, place func(*Value) string) string {
	var b strings.Builder
	for _, v := range values {
		v.list(&b, "", place)
	}
	return b.String()
}

func (v *Value) list(b *strings.Builder, indent string, place func(*Value) string) {
	fmt.Fprintf(b, "%s%%%d = %s", indent, v.id, v.op)
	for _, input := range v.inputs {
		fmt.Fprintf(b, " %%%d%v", input.id, input.shape)
	}
	if v.name != "" {
		fmt.Fprintf(b, " %q", v.name)
	}
	if v.op == opConstant {
		fmt.Fprintf(b, " %g", v.constant)
	}
	fmt.Fprintf(b, " -> %v%s", v.shape, place(v))
	if cost := v.cost(); cost > 0 {
		fmt.Fprintf(b, " %.3g GFLOP", cost/1e9)
	}
	if origin := describe(v.origin); origin != "" {
		fmt.Fprintf(b, " at %s", origin)
	}
	b.WriteString("\n")
	if v.op == opScan {
		fmt.Fprintf(b, "%s    %d steps of\n", indent, v.scan.length)
		for _, inner := range slices.Concat(v.scan.carries, v.scan.elements, v.scan.body) {
			inner.list(b, indent+"    ", place)
		}
	}
}
