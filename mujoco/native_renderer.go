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
	"unsafe"
)

// Renderer draws simulations of one model in software. It may be used by several goroutines; they
// take turns. An OpenGL context belongs to a thread, so each Renderer keeps one thread busy waiting
// until Close.
type Renderer struct {
	model *Model
	jobs  chan func(*C.renderer)
	ended chan struct{} // closed when the thread has freed its context
	mutex sync.Mutex    // guards jobs against Close
}

// NewRenderer starts a renderer for m, whose textures and meshes it copies at the first picture.
// Close it before the model.
func NewRenderer(m *Model, profile Profile) (*Renderer, error) {
	r := &Renderer{model: m, jobs: make(chan func(*C.renderer)), ended: make(chan struct{})}
	started := make(chan error)
	go serve(m.live(), profile, r.jobs, started, r.ended)
	if err := <-started; err != nil {
		return nil, err
	}
	return r, nil
}

// serve owns the OpenGL context: it does jobs on one thread until they end. The thread is never
// unlocked, so it ends with the goroutine and nobody inherits its OpenGL state.
func serve(model *C.mjModel, profile Profile, jobs <-chan func(*C.renderer), started chan<- error, ended chan<- struct{}) {
	runtime.LockOSThread()
	defer close(ended)
	fast, text := C.int(0), newErrorText()
	defer C.free(unsafe.Pointer(text))
	if profile == Fast {
		fast = 1
	}
	native := C.new_renderer(model, fast, text)
	if native == nil {
		started <- fmt.Errorf("mujoco: no renderer: %s", C.GoString(text))
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
// takes longer, a few tenths of a second.
func (r *Renderer) Render(d *Data, camera, width, height int, picture *image.RGBA) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.jobs == nil {
		return errors.New("mujoco: use of a Renderer after its Close")
	}
	if d.model != r.model {
		return errors.New("mujoco: this Renderer is for the simulations of another Model")
	}
	if err := checkPicture(r.model, camera, width, height); err != nil {
		return err
	}
	fitImage(picture, width, height)
	simulation, done := d.live(), make(chan error)
	r.jobs <- func(native *C.renderer) { done <- draw(native, simulation, camera, picture) }
	return <-done
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
