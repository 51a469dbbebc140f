package remote

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// These are the tests of the protocol's published compliance suite, against Server. The echo task
// has one action, DOUBLE [2, 2], and the observations 1 to 4: action.last, action.count, reward and
// discount.

func seeded(seed wire.Tensor) map[string]wire.Tensor {
	return map[string]wire.Tensor{taskSetting: text("test/echo"), seedSetting: seed}
}

func TestCreateAndDestroy(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	first, second := c.create("test/echo"), c.create("test/echo")
	if first == second {
		t.Errorf("two worlds are called %q", first)
	}
	c.must(wire.Request{Kind: wire.DestroyWorld, World: first})
	c.must(wire.Request{Kind: wire.DestroyWorld, World: second})
	c.refused(codes.NotFound, first, wire.Request{Kind: wire.DestroyWorld, World: first})
	for _, seed := range []any{[]uint64{1 << 63}, []int64{1}, []int32{1}, []uint8{1}} {
		c.must(wire.Request{Kind: wire.CreateWorld, Settings: seeded(wire.Tensor{Values: seed})})
	}
	for words, settings := range map[string]map[string]wire.Tensor{
		"setting task is missing":   nil,
		`no task is called "none"`:  taskSettings("none"),
		`"tusk": there is no such`:  {taskSetting: text("test/echo"), "tusk": text("")},
		`"task": must be one text`:  {taskSetting: {Values: []int32{1}}},
		`"seed": must be one whole`: seeded(text("one")),
		"not negative":              seeded(wire.Tensor{Values: []int64{-1}}),
		"whole number":              seeded(wire.Tensor{Values: []float64{1}}),
		"must be one":               seeded(wire.Tensor{Values: []uint64{1, 2}}),
	} {
		c.refused(codes.InvalidArgument, words, wire.Request{Kind: wire.CreateWorld, Settings: settings})
	}
	c.refused(codes.Internal, "permission denied", wire.Request{Kind: wire.CreateWorld, Settings: taskSettings("test/broken")})
}

func TestJoinAndLeave(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	c.must(wire.Request{Kind: wire.LeaveWorld}) // not joined
	world := c.create("test/echo")
	join := wire.Request{Kind: wire.JoinWorld, World: world}
	c.refused(codes.NotFound, "nowhere", wire.Request{Kind: wire.JoinWorld, World: "nowhere"})
	c.refused(codes.InvalidArgument, "bad", wire.Request{Kind: wire.JoinWorld, World: world, Settings: map[string]wire.Tensor{"bad": text("")}})
	specs := c.must(join).Specs
	c.refused(codes.FailedPrecondition, "is joined already", join)
	dial(t, host).refused(codes.FailedPrecondition, "joined by another", join)
	c.refused(codes.FailedPrecondition, "still joined", wire.Request{Kind: wire.DestroyWorld, World: world})
	c.must(wire.Request{Kind: wire.LeaveWorld})
	if diff := cmp.Diff(specs, c.must(join).Specs); diff != "" {
		t.Errorf("the specs changed:\n%s", diff)
	}
	names := map[string]bool{}
	for _, spec := range specs.Observations {
		names[spec.Name] = true
	}
	if len(names) != 4 || !names["action.last"] || !names["reward"] || !names["discount"] {
		t.Errorf("the observations are called %v", names)
	}
}

func TestReset(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	c.refused(codes.FailedPrecondition, "no world is joined", wire.Request{Kind: wire.Reset})
	c.refused(codes.FailedPrecondition, "no world is joined", wire.Request{Kind: wire.Step})
	specs := c.enter("test/echo")
	c.must(wire.Request{Kind: wire.Step})
	c.must(wire.Request{Kind: wire.Step})
	c.refused(codes.InvalidArgument, "bad", wire.Request{Kind: wire.Reset, Settings: map[string]wire.Tensor{"bad": text("")}})
	for range 3 {
		if diff := cmp.Diff(specs, c.must(wire.Request{Kind: wire.Reset}).Specs); diff != "" {
			t.Errorf("the specs changed:\n%s", diff)
		}
	}
	expectCount(c, wire.Running, 0)
}

// expectCount takes a step and compares the state and the number of steps in the episode.
func expectCount(c raw, state wire.State, count int32) {
	c.Helper()
	response := c.must(wire.Request{Kind: wire.Step, Requested: []uint64{2}})
	want := wire.Response{Kind: wire.Step, State: state, Observations: map[uint64]wire.Tensor{2: {Values: []int32{count}}}}
	if diff := cmp.Diff(want, response); diff != "" {
		c.Errorf("the step differs:\n%s", diff)
	}
}

func TestResetWorld(t *testing.T) {
	host, _ := serve(t, Limits{})
	c, other := dial(t, host), dial(t, host)
	world := c.create("test/echo")
	reset := wire.Request{Kind: wire.ResetWorld, World: world}
	c.refused(codes.NotFound, "nowhere", wire.Request{Kind: wire.ResetWorld, World: "nowhere"})
	c.must(reset) // not joined
	c.must(wire.Request{Kind: wire.JoinWorld, World: world})
	expectCount(c, wire.Running, 0)
	expectCount(c, wire.Running, 1)
	c.must(reset)
	expectCount(c, wire.Running, 0)
	expectCount(c, wire.Running, 1)
	other.must(reset)
	expectCount(c, wire.Interrupted, 1)
	expectCount(c, wire.Running, 0)
}

func TestEpisodeStates(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	c.enter("test/echo")
	for _, last := range []wire.State{wire.Terminated, wire.Interrupted} {
		for count := range int32(4) {
			expectCount(c, wire.Running, count)
		}
		expectCount(c, last, 4)
	}
}

func TestRequestedObservations(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	specs := c.enter("test/echo")
	requests := [][]uint64{nil, {1, 2, 3, 4}, {4, 4, 2, 4}}
	for id := range specs.Observations {
		requests = append(requests, []uint64{id})
	}
	for _, requested := range requests {
		sent := c.must(wire.Request{Kind: wire.Step, Requested: requested}).Observations
		distinct := map[uint64]bool{}
		for _, id := range requested {
			distinct[id] = true
			if spec := specs.Observations[id]; sent[id].Type() != spec.Type || !cmp.Equal(sent[id].Shape, spec.Shape) {
				t.Errorf("observation %d is %+v, its spec %+v", id, sent[id], spec)
			}
		}
		if len(sent) != len(distinct) {
			t.Errorf("%d observations for the request %v", len(sent), requested)
		}
	}
	c.refused(codes.InvalidArgument, "123456", wire.Request{Kind: wire.Step, Requested: []uint64{1, 123456}})
}

func TestFirstActionsAreIgnored(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	c.enter("test/echo")
	nonsense := wire.Request{Kind: wire.Step, Actions: map[uint64]wire.Tensor{99: text("nonsense")}, Requested: []uint64{2}}
	for range 2 {
		if first := c.must(nonsense); first.State != wire.Running || !cmp.Equal(first.Observations[2].Values, []int32{0}) {
			t.Errorf("the first step is %+v", first)
		}
		c.refused(codes.InvalidArgument, "no action 99", nonsense)
		c.must(wire.Request{Kind: wire.Reset})
	}
}

func act(action wire.Tensor) wire.Request {
	return wire.Request{Kind: wire.Step, Actions: map[uint64]wire.Tensor{1: action}, Requested: []uint64{1}}
}

func TestGoodActions(t *testing.T) {
	host, _ := serve(t, Limits{})
	values, filled := []float64{-1, 0, 1, 4}, []float64{.5, .5, .5, .5}
	for _, test := range []struct {
		sent wire.Tensor
		want []float64
	}{
		{wire.Tensor{Shape: []int32{2, 2}, Values: values}, values},
		{wire.Tensor{Shape: []int32{-1, 2}, Values: values}, values},
		{wire.Tensor{Shape: []int32{2, -1}, Values: values}, values},
		{wire.Tensor{Shape: []int32{2, 2}, Values: filled[:1]}, filled},
	} {
		c := dial(t, host)
		c.begin()
		for _, request := range []wire.Request{act(test.sent), {Kind: wire.Step, Requested: []uint64{1}}} { // and again, unsent
			if got := c.must(request).Observations[1].Values; !cmp.Equal(got, test.want) {
				t.Errorf("%+v arrived as %v", test.sent, got)
			}
		}
	}
}

func TestBadActions(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	c.begin()
	square := []int32{2, 2}
	for _, test := range []struct {
		sent  wire.Tensor
		words string
	}{
		{wire.Tensor{Shape: square, Values: make([]float32, 4)}, "of type FLOAT, want DOUBLE"},
		{wire.Tensor{Shape: square}, "of type INVALID"},
		{wire.Tensor{Shape: square, Values: make([]float64, 3)}, "do not fill"},
		{wire.Tensor{Shape: []int32{4}, Values: make([]float64, 4)}, "the shape is [4], want [2 2]"},
		{wire.Tensor{Shape: []int32{2, 2, 1}, Values: make([]float64, 4)}, "the shape is [2 2 1]"},
		{wire.Tensor{Shape: []int32{-1, -1}, Values: make([]float64, 4)}, "two negative"},
		{wire.Tensor{Shape: []int32{1 << 30, 1 << 30}, Values: make([]float64, 1)}, "more than 4 elements"},
		{wire.Tensor{Values: make([]float64, 1)}, "the shape is []"},
	} {
		c.refused(codes.InvalidArgument, test.words, act(test.sent))
		c.refused(codes.InvalidArgument, "action 1 (action)", act(test.sent))
	}
	for i := range 4 {
		for _, value := range []float64{-1.5, 4.5} {
			values := make([]float64, 4)
			values[i] = value
			c.refused(codes.InvalidArgument, fmt.Sprintf("element %d is %g, outside its bounds", i, value), act(wire.Tensor{Shape: square, Values: values}))
		}
	}
	expectCount(c, wire.Running, 1) // nothing was applied
}

func TestUnknownRequests(t *testing.T) {
	host, _ := serve(t, Limits{})
	c := dial(t, host)
	c.refused(codes.InvalidArgument, "extension", wire.Request{Kind: wire.Extension})
	c.refused(codes.InvalidArgument, "empty message", wire.Request{Kind: 13})
}
