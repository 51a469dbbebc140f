//go:build cgo

package mujoco

// #include <stdlib.h>
// #include "native.h"
import "C"

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// patience is how long a driver may take over a context, or over its first picture.
const patience = time.Minute

// Renderer draws simulations of one model. It may be used by several goroutines; they take turns. An
// OpenGL context belongs to a thread, so each Renderer keeps one thread busy waiting until Close.
type Renderer struct {
	model    *Model
	jobs     chan func(*C.renderer)
	ended    chan struct{} // closed when the thread has freed its context
	mutex    sync.Mutex    // guards what follows, and jobs against Close
	patience time.Duration // for the first picture; 0 when it is drawn
}

// backendInUse is that of all renderers: MuJoCo's table of OpenGL functions belongs to the process.
var backendInUse struct {
	sync.Mutex
	Backend
}

// NewRenderer starts a renderer for m, whose textures and meshes it copies at the first picture.
// Close it before the model.
func NewRenderer(m *Model, profile Profile, backend Backend) (*Renderer, error) {
	backendInUse.Lock()
	defer backendInUse.Unlock()
	choice, err := candidates(backend, backendInUse.Backend)
	if err != nil {
		return nil, err
	}
	failed := errors.New("mujoco: no renderer")
	for _, candidate := range choice {
		r, err := startRenderer(m, profile, candidate)
		if err == nil {
			backendInUse.Backend = candidate
			return r, nil
		}
		failed = fmt.Errorf("%w; %v: %w", failed, candidate, err)
	}
	return nil, failed
}

// startRenderer starts a renderer with a certain back end.
func startRenderer(m *Model, profile Profile, backend Backend) (*Renderer, error) {
	r := &Renderer{model: m, jobs: make(chan func(*C.renderer)), ended: make(chan struct{}), patience: patience}
	started := make(chan error, 1)
	go serve(m.live(), profile, backend, r.jobs, started, r.ended)
	if err := await(started, patience); err != nil {
		close(r.jobs)
		return nil, err
	}
	return r, nil
}

// await returns what the renderer's thread answers. Drivers have been seen to hang, so it waits for no
// longer than patience, unless that is 0.
func await(answer <-chan error, patience time.Duration) error {
	if patience == 0 {
		return <-answer
	}
	select {
	case err := <-answer:
		return err
	case <-time.After(patience):
		return fmt.Errorf("%w within %v", errHung, patience)
	}
}

var errHung = errors.New("the OpenGL driver did not answer")

// serve owns the OpenGL context: it does jobs on one thread until they end. The thread is never
// unlocked, so it ends with the goroutine and nobody inherits its OpenGL state.
func serve(model *C.mjModel, profile Profile, backend Backend, jobs <-chan func(*C.renderer), started chan<- error, ended chan<- struct{}) {
	runtime.LockOSThread()
	defer close(ended)
	fast, egl, text := C.int(0), C.int(0), newErrorText()
	defer C.free(unsafe.Pointer(text))
	if profile == Fast {
		fast = 1
	}
	if backend == EGL {
		egl = 1
	}
	native := C.new_renderer(model, fast, egl, text)
	if native == nil {
		started <- errors.New(C.GoString(text))
		return
	}
	defer C.free_renderer(native)
	started <- nil
	for job := range jobs {
		job(native)
	}
}

// Render draws d as seen by camera, an id or -1 for a free camera that shows the whole model, into
// picture, which gets the size width x height. The first picture of a size beyond the earlier ones
// takes longer, a few tenths of a second. A driver that does not finish the very first one within a minute
// is an error and the end of the Renderer; the model, d and picture must then be left as they are.
func (r *Renderer) Render(d *Data, camera, width, height int, picture *image.RGBA) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.jobs == nil {
		return errors.New("mujoco: use of a Renderer after its Close, or after its driver hung")
	}
	if d.model != r.model {
		return errors.New("mujoco: this Renderer is for the simulations of another Model")
	}
	if err := checkPicture(r.model, camera, width, height); err != nil {
		return err
	}
	fitImage(picture, width, height)
	simulation, done := d.live(), make(chan error, 1)
	r.jobs <- func(native *C.renderer) { done <- draw(native, simulation, camera, picture) }
	err := await(done, r.patience)
	r.patience = 0
	if errors.Is(err, errHung) {
		close(r.jobs)
		r.jobs = nil
		return fmt.Errorf("mujoco: no first picture: %w", err)
	}
	return err
}

// draw fills picture; it runs on the renderer's thread.
func draw(native *C.renderer, simulation *C.simulation, camera int, picture *image.RGBA) error {
	text := newErrorText()
	defer C.free(unsafe.Pointer(text))
	size := picture.Rect.Size()
	failed := C.render(native, simulation, C.int(camera), C.int(size.X), C.int(size.Y),
		(*C.uchar)(&picture.Pix[0]), C.int(picture.Stride), text)
	if failed != 0 {
		return fmt.Errorf("mujoco: rendering failed: %s", C.GoString(text))
	}
	return nil
}

// Close frees the renderer and ends its thread.
func (r *Renderer) Close() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.jobs != nil {
		close(r.jobs)
		<-r.ended
		r.jobs = nil
	}
}
