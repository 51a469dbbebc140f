package remote

import (
	"cmp"
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/env"
)

// Limits is what a server allows its clients. A field that is 0 has its default.
type Limits struct {
	Worlds  int           // at once, of all clients; 64
	Message int           // bytes of a message, encoded and in memory; 64 MiB
	Stall   time.Duration // for which a client may be silent, or leave answers unread; 10 minutes
	Idle    time.Duration // without any client after which Serve returns; by default it never does
}

// Server offers the tasks of a catalogue.
type Server struct {
	tasks  env.Catalogue
	limits Limits
	worlds worlds
	idle   idleness
	loops  sync.WaitGroup // of the open streams
}

// NewServer makes a server of tasks.
func NewServer(tasks env.Catalogue, limits Limits) *Server {
	limits.Worlds = cmp.Or(limits.Worlds, 64)
	limits.Message = cmp.Or(limits.Message, defaultMessage)
	limits.Stall = cmp.Or(limits.Stall, 10*time.Minute)
	return &Server{tasks: tasks, limits: limits, worlds: worlds{limit: limits.Worlds, byName: map[string]*world{}}}
}

// Serve answers the clients that connect to listener until the context ends or, if Limits say so,
// there has been no client for some time; neither is an error. It closes the listener and every
// world.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := grpc.NewServer(
		grpc.ForceServerCodecV2(codec{}), grpc.MaxRecvMsgSize(s.limits.Message), grpc.MaxSendMsgSize(s.limits.Message),
		grpc.MaxConcurrentStreams(uint32(2*s.limits.Worlds)), grpc.ConnectionTimeout(10*time.Second),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 20 * time.Second}),
		grpc.WaitForHandlers(true),
	)
	server.RegisterService(description(s.handle), nil)
	s.idle.start(s.limits.Idle, stop)
	defer s.idle.stop()
	stopped := make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() { server.Stop(); close(stopped) })
	err := server.Serve(listener)
	if unwatch() { // Serve failed by itself
		server.Stop()
	} else {
		<-stopped
		err = nil
	}
	s.loops.Wait()
	return errors.Join(err, s.worlds.closeAll())
}

// handle serves one stream. The work is done by a goroutine of its own, because only the return of
// this function ends a stream whose client has stalled.
func (s *Server) handle(_ any, stream grpc.ServerStream) error {
	s.idle.enter()
	defer s.idle.leave()
	stall := make(chan struct{})
	watchdog := time.AfterFunc(s.limits.Stall, sync.OnceFunc(func() { close(stall) }))
	defer watchdog.Stop()
	done := make(chan error, 1)
	s.loops.Go(func() {
		session := &session{server: s}
		err := session.loop(stream, watchdog)
		done <- errors.Join(err, session.end())
	})
	select {
	case err := <-done:
		return err
	case <-stall:
		return status.Errorf(codes.DeadlineExceeded, "the client was silent for %v", s.limits.Stall)
	}
}

// idleness calls a function when there has been no client for some time.
type idleness struct {
	mutex   sync.Mutex
	clients int
	after   time.Duration // 0 never calls
	timer   *time.Timer
}

func (i *idleness) start(after time.Duration, call func()) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.after = after
	if after > 0 {
		i.timer = time.AfterFunc(after, call)
	}
}

func (i *idleness) enter() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.clients++
	if i.timer != nil {
		i.timer.Stop()
	}
}

func (i *idleness) leave() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.clients--
	if i.timer != nil && i.clients == 0 {
		i.timer.Reset(i.after)
	}
}

func (i *idleness) stop() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.timer != nil {
		i.timer.Stop()
	}
}
