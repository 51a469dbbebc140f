package grad_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// line is where the caller is, as errors print it.
func line() string {
	_, _, number, _ := runtime.Caller(1)
	return fmt.Sprintf("grad/errors_test.go:%d", number)
}

// message is the error of tracing build, which must fail and return no program.
func message(t *testing.T, build func(t *grad.Tracer)) string {
	t.Helper()
	program, err := grad.Trace(build)
	if err == nil || program != nil {
		t.Fatalf("traced without an error")
	}
	return err.Error()
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func TestErrorsNameOperationShapesAndLine(t *testing.T) {
	for name, c := range map[string]struct {
		make func(x *grad.Value) // x [2, 3]
		says []string
	}{
		"add":                 {func(x *grad.Value) { x.Add(grad.NewParameter(4)) }, []string{"add", "[2 3]", "[4]"}},
		"matmul":              {func(x *grad.Value) { x.MatMul(grad.NewParameter(2, 5)) }, []string{"matmul", "[2 3]", "[2 5]"}},
		"matmul rank":         {func(x *grad.Value) { x.MatMul(grad.NewParameter(3)) }, []string{"matmul", "[2 3]", "[3]"}},
		"batch matmul":        {func(x *grad.Value) { x.BatchMatMul(x) }, []string{"batch matmul", "[2 3] and [2 3]"}},
		"batch matmul batch":  {func(x *grad.Value) { x.KeepAxis(0).BatchMatMul(grad.NewParameter(2, 3, 5)) }, []string{"[1 2 3] and [2 3 5]"}},
		"reshape":             {func(x *grad.Value) { x.Reshape(5) }, []string{"reshape", "[2 3]", "[5]"}},
		"broadcast":           {func(x *grad.Value) { x.Broadcast(4, 3) }, []string{"broadcast", "[2 3]", "[4 3]"}},
		"shrinking":           {func(x *grad.Value) { x.Broadcast(3) }, []string{"broadcast", "[2 3]", "[3]"}},
		"transpose":           {func(x *grad.Value) { x.Transpose(0, 0) }, []string{"transpose", "[2 3]", "[0 0]"}},
		"concat":              {func(x *grad.Value) { x.Concat(1, grad.NewParameter(3, 3)) }, []string{"concat", "[2 3]", "[3 3]", "axis 1"}},
		"gather":              {func(x *grad.Value) { x.Sum().Gather(x) }, []string{"gather", "[]", "no rows"}},
		"one-hot":             {func(x *grad.Value) { x.OneHot(-1) }, []string{"one-hot", "-1"}},
		"where":               {func(x *grad.Value) { x.Where(grad.NewParameter(3), grad.NewParameter(4)) }, []string{"where", "[2 3]", "[3]", "[4]"}},
		"where mask":          {func(x *grad.Value) { x.Where(grad.NewParameter(4), grad.Scalar(0)) }, []string{"where", "[2 3]", "[4]"}},
		"argmax":              {func(x *grad.Value) { x.ArgMax(2) }, []string{"argmax", "axis 2", "[2 3]"}},
		"argmax of nothing":   {func(x *grad.Value) { x.Slice(1, 1, 1).ArgMax(1) }, []string{"argmax", "axis 1", "[2 0]", "empty"}},
		"top-k":               {func(x *grad.Value) { x.TopK(4) }, []string{"top-k", "4", "[2 3]"}},
		"backward recurrence": {func(x *grad.Value) { x.BackwardRecurrence(grad.NewParameter(4)) }, []string{"backward recurrence", "[2 3]", "[4]"}},
		"forward recurrence":  {func(x *grad.Value) { x.Sum().ForwardRecurrence(grad.Scalar(1)) }, []string{"forward recurrence", "[]"}},
		"cumulative sum":      {func(x *grad.Value) { x.CumulativeSum(2) }, []string{"cumulative sum", "axis 2", "[2 3]"}},
		"straight-through":    {func(x *grad.Value) { grad.StraightThrough(x.Sum(0), x) }, []string{"straight-through", "[3] and [2 3]"}},
		"stack":               {func(x *grad.Value) { grad.Stack(0, x, x.Sum(0)) }, []string{"stack", "[2 3]", "[3]"}},
		"pad":                 {func(x *grad.Value) { x.Pad(1, -1, 2) }, []string{"pad", "-1", "axis 1", "[2 3]"}},
		"slice":               {func(x *grad.Value) { x.Slice(1, 2, 4) }, []string{"slice", "[2, 4)", "axis 1", "[2 3]"}},
		"sum":                 {func(x *grad.Value) { x.Sum(2) }, []string{"sum", "axis 2", "[2 3]"}},
		"maximum":             {func(x *grad.Value) { x.Maximum(-3) }, []string{"maximum", "axis -3", "[2 3]"}},
		"log-sum-exp":         {func(x *grad.Value) { x.LogSumExp(2) }, []string{"log-sum-exp", "axis 2", "[2 3]"}},
		"keep axis":           {func(x *grad.Value) { x.KeepAxis(3) }, []string{"keep axis", "axis 3", "[2 3]"}},
		"standardise":         {func(x *grad.Value) { x.Sum().Standardise(1) }, []string{"standardise", "scalar"}},
		"gradient":            {func(x *grad.Value) { grad.Gradient(x, x) }, []string{"gradient", "[2 3]", "scalar"}},
		"patches":             {func(x *grad.Value) { x.Patches(grad.Window{Height: 1, Width: 1, Stride: 1}) }, []string{"patches", "[2 3]"}},
		"stride":              {func(x *grad.Value) { x.KeepAxis(2).Patches(grad.Window{Height: 1, Width: 1}) }, []string{"patches", "Stride:0"}},
		"window":              {func(x *grad.Value) { x.KeepAxis(2).Patches(grad.Window{Height: 3, Width: 1, Stride: 1}) }, []string{"patches", "Height:3", "[2 3 1]"}},
		"overlap add":         {func(x *grad.Value) { x.KeepAxis(2).OverlapAdd(grad.Window{Height: 1, Width: 1, Stride: 2}, 3, 4) }, []string{"overlap_add", "[2 3 1]", "[3 4 1]", "[2 2 1]"}},
		"patch":               {func(x *grad.Value) { x.KeepAxis(2).OverlapAdd(grad.Window{Height: 2, Width: 1, Stride: 1}, 3, 3) }, []string{"overlap_add", "[2 3 1]", "Height:2"}},
	} {
		t.Run(name, func(t *testing.T) {
			var here string
			got := message(t, func(t *grad.Tracer) {
				x := t.Input("x", 2, 3)
				here = line()
				c.make(x)
			})
			contains(t, got, c.says...)
			contains(t, got, "called from "+nextLine(here))
		})
	}
}

// nextLine is the line after one that line returned.
func nextLine(here string) string {
	var number int
	fmt.Sscanf(here[strings.Index(here, ":"):], ":%d", &number)
	return fmt.Sprintf("grad/errors_test.go:%d", number+1)
}

func TestErrorsOfEffectsNameShapes(t *testing.T) {
	parameter, first, second := grad.NewParameter(2), grad.NewParameter(2), grad.NewParameter(2)
	contains(t, message(t, func(t *grad.Tracer) { t.Assign(parameter, t.Input("x", 3)) }), "assign", "[3]", "[2]")
	state := grad.AdamState{Parameter: parameter, First: first, Second: second}
	contains(t, message(t, func(t *grad.Tracer) {
		t.Adam(state, t.Input("x", 3), grad.Scalar(1), grad.Scalar(1), grad.Scalar(1))
	}), "adam", "[3]", "[2]")
	contains(t, message(t, func(t *grad.Tracer) {
		t.Adam(state, t.Input("x", 2), grad.Scalar(1), parameter, grad.Scalar(1))
	}), "adam", "[2]", "scalar")
}

// A mistake in the use of a layer names the layer's line and the line that called it.
func TestErrorsInLayersNameTheCaller(t *testing.T) {
	network := nn.NewTorso(4, []int{8, 8}, rand.New(rand.NewPCG(1, 1)))
	var here string
	got := message(t, func(t *grad.Tracer) {
		x := t.Input("x", 5, 3)
		here = line()
		network.Apply(x)
	})
	contains(t, got, "matmul", "[5 3]", "[4 8]", "nn/nn.go:", "called from "+nextLine(here))
}

func TestNamesAreUnique(t *testing.T) {
	contains(t, message(t, func(t *grad.Tracer) { t.Input("x", 1); t.Input("x", 1) }), "input", `"x"`, "already")
	contains(t, message(t, func(t *grad.Tracer) {
		x := t.Input("x", 1)
		t.Output("y", x)
		t.Output("y", x)
	}), "output", `"y"`, "already")
}

func TestProgramsCannotBeMixed(t *testing.T) {
	var foreign *grad.Value
	trace(t, func(t *grad.Tracer) { foreign = t.Input("x", 2) })
	for name, use := range map[string]func(t *grad.Tracer, own *grad.Value){
		"operand":  func(_ *grad.Tracer, own *grad.Value) { own.Mul(foreign) },
		"concat":   func(_ *grad.Tracer, own *grad.Value) { own.Concat(0, foreign) },
		"output":   func(t *grad.Tracer, _ *grad.Value) { t.Output("y", foreign) },
		"assign":   func(t *grad.Tracer, _ *grad.Value) { t.Assign(grad.NewParameter(2), foreign) },
		"target":   func(_ *grad.Tracer, own *grad.Value) { grad.Gradient(own.Sum(), foreign) },
		"argument": func(t *grad.Tracer, _ *grad.Value) { t.Call("f", nil, nil, foreign) },
	} {
		t.Run(name, func(t *testing.T) {
			contains(t, message(t, func(t *grad.Tracer) { use(t, t.Input("own", 2)) }), "another program", "errors_test.go")
		})
	}
}

// Only mistakes in tracing become errors: a panic of the traced code itself goes on.
func TestForeignPanicsPass(t *testing.T) {
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("recovered %v, want the panic of the traced code", r)
		}
	}()
	program, err := grad.Trace(func(*grad.Tracer) { panic("mine") })
	t.Errorf("traced to %v, %v", program, err)
}

func TestUnknownNamesPanic(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) { t.Output("y", t.Input("x", 1)) })
	for name, use := range map[string]func(){
		`no input "y"`:  func() { executable.Input("y") },
		`no output "x"`: func() { executable.Output("x") },
	} {
		func() {
			defer func() { contains(t, fmt.Sprint(recover()), name) }()
			use()
		}()
	}
}
