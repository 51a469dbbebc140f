package remote

import (
	"errors"
	"io"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// session is one stream: what it created and what it has joined.
type session struct {
	server  *Server
	created []string
	world   *world // joined, or nil
	action  []float64
	last    env.TimeStep
	playing bool // an episode has begun and not ended
}

// loop answers one request after another until the client closes the stream. The watchdog sleeps
// while the server itself is at work.
func (s *session) loop(stream grpc.ServerStream, watchdog *time.Timer) error {
	for {
		var received frame
		if err := stream.RecvMsg(&received); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		watchdog.Stop()
		answer := frame(s.answer(received).Encode(nil))
		watchdog.Reset(s.server.limits.Stall)
		if err := stream.SendMsg(answer); err != nil {
			return err
		}
	}
}

// end gives back what the stream held.
func (s *session) end() error {
	var problems []error
	if s.world != nil {
		problems = append(problems, s.server.worlds.leave(s.world))
	}
	for _, name := range s.created {
		problems = append(problems, s.server.worlds.abandon(name))
	}
	return errors.Join(problems...)
}

// answer carries out a request. What fails changes nothing and is answered by an error.
func (s *session) answer(data []byte) wire.Response {
	request, err := wire.DecodeRequest(data, s.server.limits.Message)
	if err != nil {
		err = status.Error(codes.InvalidArgument, err.Error())
	}
	response := wire.Response{Kind: request.Kind}
	if err == nil {
		err = s.dispatch(request, &response)
	}
	if err != nil {
		return wire.Response{Kind: wire.Error, Code: int32(status.Code(err)), Message: status.Convert(err).Message()}
	}
	return response
}

func (s *session) dispatch(request wire.Request, response *wire.Response) error {
	if request.Kind != wire.CreateWorld {
		for name := range request.Settings {
			return status.Errorf(codes.InvalidArgument, "%v has no setting %q", request.Kind, name)
		}
	}
	switch request.Kind {
	case wire.CreateWorld:
		return s.create(request, response)
	case wire.JoinWorld:
		return s.join(request, response)
	case wire.Step:
		return s.step(request, response)
	case wire.Reset:
		return s.reset(response)
	case wire.ResetWorld:
		return s.server.worlds.reset(request.World, s)
	case wire.LeaveWorld:
		return s.leave()
	case wire.DestroyWorld:
		return s.destroy(request.World)
	}
	return status.Errorf(codes.InvalidArgument, "this server does not answer the request %v", request.Kind)
}

func (s *session) create(request wire.Request, response *wire.Response) error {
	name, seed, err := creationSettings(request.Settings)
	if err != nil {
		return err
	}
	task, err := s.server.tasks.Find(name)
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	made, err := s.server.worlds.create(task, seed)
	if err != nil {
		return err
	}
	s.created = append(s.created, made.name)
	response.World = made.name
	return nil
}

// creationSettings reads the settings of a new world.
func creationSettings(settings map[string]wire.Tensor) (task string, seed uint64, err error) {
	for name, setting := range settings {
		switch name {
		case taskSetting:
			task, err = textSetting(setting)
		case seedSetting:
			seed, err = seedOf(setting)
		default:
			err = errors.New("there is no such setting; there are task and seed")
		}
		if err != nil {
			return "", 0, status.Errorf(codes.InvalidArgument, "setting %.100q: %v", name, err)
		}
	}
	if task == "" {
		return "", 0, status.Error(codes.InvalidArgument, "the setting task is missing: the name of a task")
	}
	return task, seed, nil
}

// The names of the settings of a new world.
const (
	taskSetting = "task"
	seedSetting = "seed"
)

func textSetting(setting wire.Tensor) (string, error) {
	texts, ok := setting.Values.([]string)
	if _, err := setting.Dimensions(1); !ok || err != nil {
		return "", errors.New("must be one text")
	}
	return texts[0], nil
}

// seedOf reads a whole number of any type that is not negative.
func seedOf(setting wire.Tensor) (uint64, error) {
	if _, err := setting.Dimensions(1); err == nil {
		switch values := setting.Values.(type) {
		case []uint64:
			return values[0], nil
		case []int64:
			if values[0] >= 0 {
				return uint64(values[0]), nil
			}
		default:
			var value [1]float64
			if setting.Type().Whole() && setting.Floats(value[:]) == nil && value[0] >= 0 {
				return uint64(value[0]), nil
			}
		}
	}
	return 0, errors.New("must be one whole number, not negative")
}

func (s *session) join(request wire.Request, response *wire.Response) error {
	if s.world != nil {
		return status.Errorf(codes.FailedPrecondition, "world %q is joined already: leave it first", s.world.name)
	}
	joined, err := s.server.worlds.join(request.World, s)
	if err != nil {
		return err
	}
	s.world, s.playing, s.action = joined, false, joined.layout.resting()
	response.Specs = joined.layout.specs
	return nil
}

func (s *session) leave() error {
	if s.world == nil {
		return nil
	}
	left := s.world
	s.world = nil
	return s.server.worlds.leave(left)
}

func (s *session) destroy(name string) error {
	err := s.server.worlds.destroy(name)
	if err == nil {
		s.created = slices.DeleteFunc(s.created, func(created string) bool { return created == name })
	}
	return err
}

// errNotJoined answers what only makes sense in a world.
var errNotJoined = status.Error(codes.FailedPrecondition, "no world is joined: join one first")

// reset ends the episode; the next step begins another.
func (s *session) reset(response *wire.Response) error {
	if s.world == nil {
		return errNotJoined
	}
	s.playing = false
	response.Specs = s.world.layout.specs
	return nil
}

// step takes one step. Between two episodes it begins one and does not look at the actions.
func (s *session) step(request wire.Request, response *wire.Response) error {
	if s.world == nil {
		return errNotJoined
	}
	layout := &s.world.layout
	if err := layout.checkRequested(request.Requested); err != nil {
		return err
	}
	var err error
	response.State, err = s.advance(request.Actions)
	if err != nil {
		return err
	}
	response.Observations = layout.tensors(s.last, request.Requested)
	return nil
}

// advance moves the environment on and returns the state it is in then.
func (s *session) advance(actions map[uint64]wire.Tensor) (wire.State, error) {
	if s.server.worlds.takeInterruption(s.world) && s.playing {
		s.playing = false
		s.last.Type, s.last.Reward, s.last.Discount = env.Last, 0, 1
		return wire.Interrupted, nil
	}
	var err error
	if s.playing {
		if err = s.world.layout.readActions(actions, s.action); err != nil {
			return 0, err
		}
		s.last, err = s.world.environment.Step(s.action)
	} else {
		s.last, err = s.world.environment.Reset()
	}
	if err != nil {
		s.playing = false
		return 0, status.Errorf(codes.Internal, "world %q: %v", s.world.name, err)
	}
	s.playing = s.last.Type != env.Last
	return stateOf(s.last), nil
}

func stateOf(step env.TimeStep) wire.State {
	switch {
	case step.Terminated():
		return wire.Terminated
	case step.Truncated():
		return wire.Interrupted
	}
	return wire.Running
}
