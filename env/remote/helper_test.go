package remote

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
	"github.com/reverie-rl/reverie/env/wrap"
)

// patience is how long tests wait for what takes next to no time.
const patience = 20 * time.Second

// brief is a limit that tests wait for. A busy machine must keep it where it is not to be exceeded.
const brief = time.Second

// TestMain fails the tests if they leave goroutines behind.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	if code == 0 && !eventually(func() bool { return runtime.NumGoroutine() <= before }) {
		stacks := make([]byte, 1<<16)
		fmt.Printf("goroutines are left behind:\n%s\n", stacks[:runtime.Stack(stacks, true)])
		code = 1
	}
	os.Exit(code)
}

// eventually waits for a condition.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// catalogue is what the test servers offer.
func catalogue() env.Catalogue {
	return append(env.Catalogue(classic.Tasks()),
		env.Task{Name: "test/echo", New: func(uint64) (env.Environment, error) { return newEcho(), nil }},
		env.Task{Name: "test/broken", New: func(uint64) (env.Environment, error) { return nil, os.ErrPermission }},
		env.Task{Name: "test/pixels", New: func(seed uint64) (env.Environment, error) {
			e, err := classic.NewPendulum(seed)
			if err != nil {
				return nil, err
			}
			return wrap.Pixels(e, 0, 16, 12)
		}})
}

// serve starts a server that ends with the test, and returns its address.
func serve(t testing.TB, limits Limits) (host string, server *Server) {
	t.Helper()
	server = NewServer(catalogue(), limits)
	listener := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return listener.Addr().String(), server
}

// empty tells whether there are no worlds.
func (w *worlds) empty() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.count == 0
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// serveForeign starts a server whose every stream is handled by the given function.
func serveForeign(t testing.TB, handle func(grpc.ServerStream) error) (host string) {
	t.Helper()
	listener := listen(t)
	server := grpc.NewServer(grpc.ForceServerCodecV2(codec{}), grpc.WaitForHandlers(true))
	server.RegisterService(description(func(_ any, stream grpc.ServerStream) error { return handle(stream) }), nil)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() { server.Stop(); <-done })
	return listener.Addr().String()
}

// raw is a client that can send anything.
type raw struct {
	testing.TB
	*stream
}

func dial(t testing.TB, host string) raw {
	t.Helper()
	s, err := open(host, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return raw{t, s}
}

// must sends a request that is to succeed.
func (r raw) must(request wire.Request) wire.Response {
	r.Helper()
	response, err := r.ask(request)
	if err != nil {
		r.Fatal(err)
	}
	return response
}

// refused sends a request that is to fail with a code and words, and leave the stream usable.
func (r raw) refused(code codes.Code, words string, request wire.Request) {
	r.Helper()
	_, err := r.ask(request)
	if status.Code(err) != code || !strings.Contains(fmt.Sprint(err), words) {
		r.Errorf("%+v: error %v, want %v with %q", request, err, code, words)
	}
	if r.broken != nil {
		r.Errorf("%+v broke the stream", request)
	}
}

// create makes a world of a task and returns its name.
func (r raw) create(task string) string {
	r.Helper()
	return r.must(wire.Request{Kind: wire.CreateWorld, Settings: taskSettings(task)}).World
}

// enter makes a world and joins it.
func (r raw) enter(task string) wire.Specs {
	r.Helper()
	return r.must(wire.Request{Kind: wire.JoinWorld, World: r.create(task)}).Specs
}

// begin makes a world of the echo task and takes its first step.
func (r raw) begin() {
	r.Helper()
	r.enter("test/echo")
	r.must(wire.Request{Kind: wire.Step})
}

func text(value string) wire.Tensor { return wire.Tensor{Values: []string{value}} }

func taskSettings(task string) map[string]wire.Tensor {
	return map[string]wire.Tensor{taskSetting: text(task)}
}

// echo observes its last action [2, 2] and the number of steps; the fourth step is the last, and the
// episodes end and are cut off in turn.
type echo struct {
	last   [4]float64
	count  [1]float64
	ending bool
	closed int
}

func newEcho() *echo { return &echo{ending: true} }

func (e *echo) Observations() []env.Spec {
	return []env.Spec{{Name: "action.last", Shape: []int{2, 2}}, {Name: "action.count", Kind: env.Int, Minimum: []float64{0}, Maximum: []float64{4}}}
}

func (e *echo) Action() env.Spec {
	return env.Spec{Name: "action", Shape: []int{2, 2}, Minimum: []float64{-1, -1, -1, -1}, Maximum: []float64{1, 2, 3, 4}}
}

func (e *echo) observation() env.Observation {
	return env.Observation{{Float64: e.last[:]}, {Float64: e.count[:]}}
}

func (e *echo) Reset() (env.TimeStep, error) {
	e.last, e.count[0] = [4]float64{}, 0
	return env.Restart(e.observation()), nil
}

func (e *echo) Step(action []float64) (env.TimeStep, error) {
	copy(e.last[:], action)
	e.count[0]++
	switch {
	case e.count[0] < 4:
		return env.Transition(action[0], e.observation()), nil
	case e.ending:
		e.ending = false
		return env.Termination(action[0], e.observation()), nil
	}
	e.ending = true
	return env.Truncation(action[0], e.observation()), nil
}

func (e *echo) Close() error {
	e.closed++
	return nil
}
