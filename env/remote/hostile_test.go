package remote

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// send sends bytes as a request and returns the answer.
func (r raw) send(data []byte) (wire.Response, error) {
	r.Helper()
	if err := r.calls.SendMsg(frame(data)); err != nil {
		r.Fatal(err)
	}
	var received frame
	if err := r.calls.RecvMsg(&received); err != nil {
		return wire.Response{}, err
	}
	response, err := wire.DecodeResponse(received, defaultMessage)
	if err != nil {
		r.Fatal(err)
	}
	return response, nil
}

// Malformed requests are answered, and the stream goes on.
func TestMalformedRequests(t *testing.T) {
	host, _ := serve(t, Limits{Message: 1 << 16})
	c := dial(t, host)
	c.begin()
	good := act(wire.Tensor{Shape: []int32{2, 2}, Values: []float64{1, 1, 1, 1}}).Encode(nil)
	for name, data := range map[string][]byte{
		"empty": nil, "noise": []byte("noise"), "cut": good[:len(good)-3],
		"a huge length": {0x1a, 0xff, 0xff, 0xff, 0xff, 0x07},
		"growth":        wire.Request{Kind: wire.Step, Requested: make([]uint64, 1<<14)}.Encode(nil),
	} {
		response, err := c.send(data)
		if err != nil || response.Kind != wire.Error || codes.Code(response.Code) != codes.InvalidArgument {
			t.Errorf("%s: the answer is %+v, %v", name, response, err)
		}
	}
	expectCount(c, wire.Running, 1)
	_, err := c.send(make([]byte, 1<<16+1))
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a message beyond the limit: %v", err)
	}
}

// A frame that claims to be large, and does not come, takes no memory.
func TestClaimedSize(t *testing.T) {
	host, server := serve(t, Limits{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 20 {
		connection, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := connection.Write(halfMessage(defaultMessage)); err != nil {
			t.Fatal(err)
		}
	}
	if !eventually(func() bool {
		server.idle.mutex.Lock()
		defer server.idle.mutex.Unlock()
		return server.idle.clients == 20
	}) {
		t.Error("the calls did not arrive")
	}
	time.Sleep(50 * time.Millisecond) // for the sizes, which come after
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 32<<20 {
		t.Errorf("%d MiB were taken", taken>>20)
	}
}

// halfMessage is the beginning of an HTTP/2 connection with a call whose first message claims size
// bytes, of which none follow.
func halfMessage(size uint32) []byte {
	header := func(name, value string) string { // literal, without indexing or compression
		return "\x00" + string(rune(len(name))) + name + string(rune(len(value))) + value
	}
	headers := header(":method", "POST") + header(":scheme", "http") + header(":path", "/"+service+"/"+method) +
		header(":authority", "x") + header("content-type", "application/grpc") + header("te", "trailers")
	data := []byte{0, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size)}
	frame := func(kind, flags, stream byte, payload []byte) []byte {
		return append([]byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, stream}, payload...)
	}
	all := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	all = append(all, frame(4, 0, 0, nil)...)             // SETTINGS
	all = append(all, frame(1, 4, 1, []byte(headers))...) // HEADERS, complete
	return append(all, frame(0, 0, 1, data)...)           // DATA
}

// A flood of worlds is refused beyond the limit, from one client or many; what is destroyed makes
// room.
func TestFloodOfWorlds(t *testing.T) {
	host, _ := serve(t, Limits{Worlds: 3})
	request := wire.Request{Kind: wire.CreateWorld, Settings: taskSettings("test/echo")}
	var clients sync.WaitGroup
	var created sync.Map
	for range 4 {
		c := dial(t, host)
		clients.Go(func() {
			for range 100 {
				if response, err := c.ask(request); err == nil {
					created.Store(response.World, true)
				} else if status.Code(err) != codes.ResourceExhausted {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	count := 0
	for range created.Range {
		count++
	}
	if count != 3 {
		t.Errorf("%d worlds were made, want 3", count)
	}
	c := dial(t, host)
	c.refused(codes.ResourceExhausted, "there are 3 worlds", request)
	for world := range created.Range {
		c.must(wire.Request{Kind: wire.DestroyWorld, World: world.(string)})
		c.must(request)
	}
}

// A world ends with the stream that made it, when nobody is in it.
func TestWorldsEndWithTheirStream(t *testing.T) {
	host, server := serve(t, Limits{})
	creator, guest := dial(t, host), dial(t, host)
	left, joined := creator.create("test/echo"), creator.create("test/echo")
	guest.must(wire.Request{Kind: wire.JoinWorld, World: joined})
	_ = creator.close()
	gone := func(world string) func() bool {
		return func() bool {
			server.worlds.mutex.Lock()
			defer server.worlds.mutex.Unlock()
			return server.worlds.byName[world] == nil
		}
	}
	if !eventually(gone(left)) || gone(joined)() {
		t.Errorf("the free world is gone: %v, the joined one: %v", gone(left)(), gone(joined)())
	}
	expectCount(guest, wire.Running, 0)
	guest.must(wire.Request{Kind: wire.LeaveWorld})
	if !gone(joined)() {
		t.Error("the world stays when its guest has left")
	}
}

// A client that is silent is given up, and its world closed.
func TestSilentClient(t *testing.T) {
	t.Parallel()
	host, server := serve(t, Limits{Stall: brief})
	c := dial(t, host)
	c.enter("test/echo")
	var received frame
	if err := c.calls.RecvMsg(&received); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("the stream of a silent client ends with %v", err)
	}
	if !eventually(server.worlds.empty) {
		t.Error("the world of a silent client stays")
	}
}

// A client that sends requests and reads no answers is given up as well.
func TestClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	host, server := serve(t, Limits{Stall: brief})
	c := dial(t, host)
	c.enter("test/pixels")
	request := frame(wire.Request{Kind: wire.Step, Requested: []uint64{1}, Actions: nil}.Encode(nil))
	sent := make(chan error, 1)
	go func() {
		for {
			if err := c.calls.SendMsg(request); err != nil {
				sent <- err
				return
			}
		}
	}()
	if !eventually(server.worlds.empty) {
		t.Error("the world stays")
	}
	_ = c.close()
	<-sent
}

// A server stops by itself when no client has come for some time, and not while one is there.
func TestIdleServer(t *testing.T) {
	t.Parallel()
	server, listener := NewServer(catalogue(), Limits{Idle: brief}), listen(t)
	done := make(chan error, 1)
	go func() { done <- server.Serve(context.Background(), listener) }()
	c := dial(t, listener.Addr().String())
	c.begin()
	time.Sleep(3 * brief / 2)
	expectCount(c, wire.Running, 1)
	_ = c.close()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("the server does not stop")
	}
}

// A server that is stopped closes its worlds, and the client says that it is gone.
func TestServerStops(t *testing.T) {
	made := newEcho()
	server := NewServer(env.Catalogue{{Name: "test/echo", New: func(uint64) (env.Environment, error) { return made, nil }}}, Limits{})
	listener := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	e := openTask(t, task(t, listener.Addr().String(), "test/echo"), 1)
	if _, err := e.Reset(); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-done; err != nil || made.closed != 1 {
		t.Errorf("Serve: %v, and the environment was closed %d times", err, made.closed)
	}
	for range 2 {
		_, err := e.Step(make([]float64, 4))
		expectError(t, err, "test/echo#1", listener.Addr().String())
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestServeReportsItsListener(t *testing.T) {
	listener := listen(t)
	_ = listener.Close()
	if err := NewServer(nil, Limits{}).Serve(context.Background(), listener); err == nil {
		t.Error("serving a closed listener is no error")
	}
}

// Many clients act at once, each in its own world.
func TestManyClients(t *testing.T) {
	host, _ := serve(t, Limits{})
	var clients sync.WaitGroup
	for seed := range uint64(8) {
		clients.Go(func() {
			if err := play(task(t, host, "classic/catch"), seed, 200); err != nil {
				t.Error(err)
			}
		})
	}
	clients.Wait()
}

// play steps an environment beside the local one.
func play(remote env.Task, seed uint64, steps int) error {
	ours, err := remote.New(seed)
	if err != nil {
		return err
	}
	defer ours.Close()
	local, err := catalogue().Find("classic/catch")
	if err != nil {
		return err
	}
	theirs, err := local.New(seed)
	if err != nil {
		return err
	}
	for i := range steps {
		action := []float64{float64(i * int(seed) % 3)}
		got, err := ours.Step(action)
		want, _ := theirs.Step(action)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("seed %d, step %d: %v, want %v; %w", seed, i, got, want, err)
		}
	}
	return nil
}
