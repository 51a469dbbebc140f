package remote

import (
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// catch is the example world of the protocol, as a server of another make: a ball falls on a board
// [10, 10], the paddle starts in column 5 and moves by an INT8 in [-1, 1], the reward at the end is 1
// or -1. The state is that of one stream.
type catch struct {
	seed              uint64
	row, ball, paddle int
	playing           bool
	change            func(*wire.Response) // what the server does wrong, if anything
}

// The identifiers of the catch world are arbitrary.
const (
	catchPaddle = 1
	catchBoard  = 7
	catchReward = 3
)

func catchSpecs() wire.Specs {
	side := func(value int8) wire.Tensor { return wire.Tensor{Values: []int8{value}} }
	return wire.Specs{
		Actions: map[uint64]wire.Spec{catchPaddle: {Name: "paddle", Type: wire.Int8, Minimum: side(-1), Maximum: side(1)}},
		Observations: map[uint64]wire.Spec{
			catchBoard:  {Name: "board", Type: wire.Float, Shape: []int32{10, 10}},
			catchReward: {Name: "reward", Type: wire.Float},
			9:           {Name: "comment", Type: wire.String},
			10:          {Name: "variable", Type: wire.Float, Shape: []int32{-1}},
		},
	}
}

// serveCatch starts catch servers, one a stream, that change their responses.
func serveCatch(t testing.TB, change func(*wire.Response)) (host string) {
	return serveForeign(t, func(stream grpc.ServerStream) error {
		world := &catch{change: change}
		for {
			var received frame
			if err := stream.RecvMsg(&received); err != nil {
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			}
			response := world.answer(received)
			if change != nil {
				change(&response)
			}
			if err := stream.SendMsg(frame(response.Encode(nil))); err != nil {
				return err
			}
		}
	})
}

func (c *catch) answer(data []byte) wire.Response {
	request, err := wire.DecodeRequest(data, defaultMessage)
	if err != nil {
		return wire.Response{Kind: wire.Error, Code: int32(codes.Internal), Message: err.Error()}
	}
	response := wire.Response{Kind: request.Kind}
	switch request.Kind {
	case wire.CreateWorld:
		for name := range request.Settings {
			if name != seedSetting {
				return wire.Response{Kind: wire.Error, Code: int32(codes.Internal), Message: "unrecognized setting " + name}
			}
		}
		if seed, given := request.Settings[seedSetting]; given {
			c.seed = seed.Values.([]uint64)[0]
		}
		response.World = "catch"
	case wire.JoinWorld:
		response.Specs = catchSpecs()
	case wire.Reset:
		response.Specs, c.playing = catchSpecs(), false
	case wire.Step:
		c.step(request, &response)
	}
	return response
}

func (c *catch) step(request wire.Request, response *wire.Response) {
	reward := float32(0)
	response.State = wire.Running
	if !c.playing {
		c.seed = c.seed*6364136223846793005 + 1442695040888963407
		c.row, c.ball, c.paddle, c.playing = 0, int(c.seed>>60)%10, 5, true
	} else {
		c.row++
		c.paddle = min(max(c.paddle+int(request.Actions[catchPaddle].Values.([]int8)[0]), 0), 9)
		if c.row == 9 {
			response.State, reward, c.playing = wire.Terminated, -1, false
			if c.paddle == c.ball {
				reward = 1
			}
		}
	}
	board := make([]float32, 100)
	board[10*c.row+c.ball], board[90+c.paddle] = 1, 1
	all := map[uint64]wire.Tensor{catchBoard: {Shape: []int32{-1, 10}, Values: board}, catchReward: {Values: []float32{reward}}}
	response.Observations = map[uint64]wire.Tensor{}
	for _, id := range request.Requested {
		response.Observations[id] = all[id]
	}
}

// catchTask names a catch server: it knows no setting but the seed.
func catchTask(t testing.TB, host string) env.Task { return task(t, host, "") }

func TestConformanceOfCatch(t *testing.T) {
	envtest.Run(t, catchTask(t, serveCatch(t, nil)).New)
}

func TestCatchSpecs(t *testing.T) {
	e := openTask(t, catchTask(t, serveCatch(t, nil)), 1)
	if diff := cmp.Diff(env.Spec{Name: "paddle", Kind: env.Int, Minimum: []float64{0}, Maximum: []float64{2}}, e.Action()); diff != "" {
		t.Errorf("the action differs:\n%s", diff)
	}
	if diff := cmp.Diff([]env.Spec{{Name: "board", Shape: []int{10, 10}}}, e.Observations()); diff != "" {
		t.Errorf("the observations differ:\n%s", diff)
	}
}

// A policy that follows the ball catches it: actions and rewards mean what they should.
func TestCatchIsWon(t *testing.T) {
	e := openTask(t, catchTask(t, serveCatch(t, nil)), 1)
	for range 20 {
		step, err := e.Reset()
		for err == nil && step.Type != env.Last {
			ball, paddle := columns(step.Observation[0].Float64)
			step, err = e.Step([]float64{1 + float64(min(max(ball-paddle, -1), 1))})
		}
		if err != nil || !step.Terminated() || step.Reward != 1 {
			t.Fatalf("the episode ends with %+v, %v", step, err)
		}
	}
}

// columns finds the ball, and the paddle in the last row.
func columns(board []float64) (ball, paddle int) {
	for i, cell := range board {
		if cell == 1 && i < 90 {
			ball = i % 10
		} else if cell == 1 {
			paddle = i % 10
		}
	}
	return ball, paddle
}

func TestRefusedSettings(t *testing.T) {
	host := serveCatch(t, nil)
	_, err := task(t, host, "walker").New(1)
	expectError(t, err, host, "unrecognized setting task")
}

// Whatever a server does wrong is an error that names it.
func TestFaultyServers(t *testing.T) {
	onJoin := func(edit func(*wire.Specs)) func(*wire.Response) {
		return func(r *wire.Response) {
			if r.Kind == wire.JoinWorld {
				edit(&r.Specs)
			}
		}
	}
	onStep := func(edit func(*wire.Response)) func(*wire.Response) {
		return func(r *wire.Response) {
			if r.Kind == wire.Step {
				edit(r)
			}
		}
	}
	observe := func(tensor wire.Tensor) func(*wire.Response) {
		return onStep(func(r *wire.Response) { r.Observations[catchBoard] = tensor })
	}
	describe := func(spec wire.Spec) func(*wire.Response) {
		return onJoin(func(s *wire.Specs) { s.Observations[catchBoard] = spec })
	}
	for words, change := range map[string]func(*wire.Response){
		"by the response reset":       onStep(func(r *wire.Response) { r.Kind = wire.Reset }),
		"state 2":                     onStep(func(r *wire.Response) { r.State = wire.Terminated }),
		"state 77":                    onStep(func(r *wire.Response) { r.State = 77 }),
		"did not send":                onStep(func(r *wire.Response) { clear(r.Observations) }),
		"is of type DOUBLE":           observe(wire.Tensor{Shape: []int32{10, 10}, Values: make([]float64, 100)}),
		"the shape is [100]":          observe(wire.Tensor{Shape: []int32{100}, Values: make([]float32, 100)}),
		"do not fill":                 observe(wire.Tensor{Shape: []int32{10, 10}, Values: make([]float32, 99)}),
		"more than 8388608":           observe(wire.Tensor{Shape: []int32{1 << 30, 1 << 30}, Values: make([]float32, 1)}),
		"together at most 8388608":    describe(wire.Spec{Name: "board", Type: wire.Float, Shape: []int32{1 << 30}}),
		"no name":                     describe(wire.Spec{Type: wire.Float}),
		"its bounds of type DOUBLE":   describe(wire.Spec{Name: "board", Type: wire.Float, Minimum: wire.Tensor{Values: []float64{0}}}),
		"3 elements, want 1":          describe(wire.Spec{Name: "board", Type: wire.Float, Minimum: wire.Tensor{Values: make([]float32, 3)}}),
		"above maximum":               describe(wire.Spec{Name: "board", Type: wire.Float, Minimum: wire.Tensor{Values: []float32{1}}, Maximum: wire.Tensor{Values: []float32{0}}}),
		"no observation that is":      onJoin(func(s *wire.Specs) { delete(s.Observations, catchBoard) }),
		"its type is STRING":          onJoin(func(s *wire.Specs) { s.Actions[4] = wire.Spec{Name: "speech", Type: wire.String} }),
		`two observations are called`: onJoin(func(s *wire.Specs) { s.Observations[11] = s.Observations[catchBoard] }),
		"out of memory":               func(r *wire.Response) { *r = wire.Response{Kind: wire.Error, Code: 13, Message: "out of memory"} },
	} {
		host := serveCatch(t, change)
		expectError(t, visit(catchTask(t, host)), host, words)
	}
}

// visit makes an environment and takes a few steps.
func visit(task env.Task) error {
	e, err := task.New(1)
	if err != nil {
		return err
	}
	defer e.Close()
	for range 3 {
		if _, err = e.Step([]float64{0}); err != nil {
			return err
		}
	}
	return nil
}

// A server that stops answering in the middle of an episode is given up in time, by Step and Close.
func TestServerThatStopsAnswering(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	steps := 0
	host := serveCatch(t, func(r *wire.Response) {
		if r.Kind == wire.Step {
			if steps++; steps > 2 {
				<-release
			}
		}
	})
	t.Cleanup(func() { close(release) })
	slow, err := Task(Scheme+host+"/", brief)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	expectError(t, visit(slow), host, `world "catch"`, "does not answer for 1s")
	if taken := time.Since(begun); taken > patience {
		t.Errorf("that took %v", taken)
	}
}

// Specs that are not of a catch world: several actions become one, and bounds are completed.
func TestView(t *testing.T) {
	double := func(values ...float64) wire.Tensor { return wire.Tensor{Values: values} }
	v, err := newView(wire.Specs{
		Actions: map[uint64]wire.Spec{
			5: {Name: "arm.left", Type: wire.Double, Shape: []int32{2}, Minimum: double(-1), Maximum: double(1, 2)},
			2: {Name: "grip", Type: wire.Uint8},
			9: {Name: "switch", Type: wire.Bool, Minimum: wire.Tensor{}, Maximum: wire.Tensor{}},
		},
		Observations: map[uint64]wire.Spec{
			1: {Name: "eye.left", Type: wire.Uint8, Shape: []int32{2, 1, 3}},
			4: {Name: "half", Type: wire.Double, Shape: []int32{2}, Minimum: double(0)},
			8: {Name: "count", Type: wire.Int64},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if v.action.Name != "action" || v.action.Size() != 4 {
		t.Errorf("the action is %+v", v.action)
	}
	sent, err := v.actions([]float64{300, -7, 1.5, 0.7})
	want := map[uint64]wire.Tensor{2: {Values: []uint8{255}}, 5: {Shape: []int32{2}, Values: []float64{-1, 1.5}}, 9: {Values: []bool{true}}}
	if diff := cmp.Diff(want, sent); diff != "" || err != nil {
		t.Errorf("sent: %v\n%s", err, diff)
	}
	step := env.TimeStep{Type: env.Mid, Discount: 1}
	err = v.read(&step, map[uint64]wire.Tensor{
		1: {Shape: []int32{2, 1, 3}, Values: []uint8{7}}, 4: {Shape: []int32{-1}, Values: []float64{1, 2}}, 8: {Values: []int64{-3}}, 99: {},
	})
	observed := env.Observation{{Uint8: []uint8{7, 7, 7, 7, 7, 7}}, {Float64: []float64{1, 2}}, {Float64: []float64{-3}}}
	if diff := cmp.Diff(observed, step.Observation); diff != "" || err != nil || step.Reward != 0 || step.Discount != 1 {
		t.Errorf("read: %+v, %v\n%s", step, err, diff)
	}
	half := env.Spec{Name: "half", Shape: []int{2}, Minimum: []float64{0, 0}, Maximum: []float64{math.Inf(1), math.Inf(1)}}
	told := []env.Spec{{Name: "eye.left", Shape: []int{2, 1, 3}, Kind: env.Uint8}, half, {Name: "count"}}
	if diff := cmp.Diff(told, v.observationSpecs()); diff != "" {
		t.Errorf("the observations differ:\n%s", diff)
	}
}

// Servers send the extremes of a type where there are no bounds; an action cannot be scaled to those.
func TestExtremesAreNoBounds(t *testing.T) {
	for _, spec := range []wire.Spec{
		{Name: "force", Type: wire.Float, Minimum: wire.Tensor{Values: []float32{-math.MaxFloat32}}, Maximum: wire.Tensor{Values: []float32{math.MaxFloat32}}},
		{Name: "force", Type: wire.Double, Minimum: wire.Tensor{Values: []float64{-math.MaxFloat64}}, Maximum: wire.Tensor{Values: []float64{1}}},
	} {
		specs := catchSpecs()
		specs.Actions = map[uint64]wire.Spec{1: spec}
		v, err := newView(specs)
		if diff := cmp.Diff(env.Spec{Name: "force"}, v.action); diff != "" || err != nil {
			t.Errorf("%v: the action is bounded: %v\n%s", spec.Type, err, diff)
		}
	}
}
