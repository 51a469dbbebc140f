package remote

import (
	"errors"
	"fmt"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/env"
)

// world is an environment and its place among the others of a server.
type world struct {
	name        string
	environment env.Environment // used by the stream that has joined, only
	layout      layout

	// Guarded by the mutex of worlds.
	joined      *session // nil if nobody has
	abandoned   bool     // its creator is gone: it is closed when nobody is joined
	interrupted bool     // somebody reset it under the joined stream
}

// worlds are those of all streams of a server.
type worlds struct {
	mutex  sync.Mutex
	limit  int
	count  int // of worlds and of those being made
	made   int // ever: names do not come back
	byName map[string]*world
}

// create makes a world with a new environment of task. A place is taken first: an environment may be
// large.
func (w *worlds) create(task env.Task, seed uint64) (*world, error) {
	if err := w.reserve(); err != nil {
		return nil, err
	}
	environment, err := task.New(seed)
	if err != nil {
		w.release()
		return nil, status.Errorf(codes.Internal, "making %s: %v", task.Name, err)
	}
	layout, err := newLayout(environment)
	if err != nil {
		w.release()
		return nil, errors.Join(status.Errorf(codes.Internal, "%s: %v", task.Name, err), environment.Close())
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.made++
	made := &world{name: fmt.Sprintf("%s#%d", task.Name, w.made), environment: environment, layout: layout}
	w.byName[made.name] = made
	return made, nil
}

func (w *worlds) reserve() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.count >= w.limit {
		return status.Errorf(codes.ResourceExhausted, "there are %d worlds, more are not allowed: destroy one first", w.count)
	}
	w.count++
	return nil
}

func (w *worlds) release() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.count--
}

// find returns the world called name. The mutex must be held.
func (w *worlds) find(name string) (*world, error) {
	found, known := w.byName[name]
	if !known {
		return nil, status.Errorf(codes.NotFound, "no world is called %q", name)
	}
	return found, nil
}

// join gives the world called name to a stream.
func (w *worlds) join(name string, s *session) (*world, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	found, err := w.find(name)
	if err != nil {
		return nil, err
	}
	if found.joined != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "world %q has been joined by another client", name)
	}
	found.joined, found.interrupted = s, false
	return found, nil
}

// leave takes the world back from its stream.
func (w *worlds) leave(left *world) error {
	w.mutex.Lock()
	left.joined = nil
	abandoned := left.abandoned
	w.mutex.Unlock()
	if abandoned {
		return w.destroy(left.name)
	}
	return nil
}

// abandon destroys a world whose creator is gone, or leaves that to the stream that has joined it.
func (w *worlds) abandon(name string) error {
	w.mutex.Lock()
	left, known := w.byName[name]
	if known {
		left.abandoned = true
	}
	free := known && left.joined == nil
	w.mutex.Unlock()
	if free {
		return w.destroy(name)
	}
	return nil
}

// reset ends the episode of the world called name. A stream that has joined it and did not ask for
// that is told at its next step.
func (w *worlds) reset(name string, by *session) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	found, err := w.find(name)
	if err != nil {
		return err
	}
	if found.joined == by {
		by.playing = false
	} else if found.joined != nil {
		found.interrupted = true
	}
	return nil
}

// takeInterruption tells, once, whether the world was reset by another stream.
func (w *worlds) takeInterruption(joined *world) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	interrupted := joined.interrupted
	joined.interrupted = false
	return interrupted
}

// destroy closes the world called name, which nobody may be joined to.
func (w *worlds) destroy(name string) error {
	w.mutex.Lock()
	found, err := w.find(name)
	if err == nil && found.joined != nil {
		err = status.Errorf(codes.FailedPrecondition, "world %q is still joined: leave it first", name)
	}
	if err == nil {
		delete(w.byName, name)
	}
	w.mutex.Unlock()
	if err != nil {
		return err
	}
	err = found.environment.Close()
	w.release()
	if err != nil {
		return status.Errorf(codes.Internal, "closing world %q: %v", name, err)
	}
	return nil
}

// closeAll closes what is left when all streams have ended.
func (w *worlds) closeAll() error {
	var problems []error
	for _, left := range w.byName {
		problems = append(problems, left.environment.Close())
	}
	clear(w.byName)
	return errors.Join(problems...)
}
