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
	"slices"
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
	alike    *Model // the latest model that was found to look like model
	jobs     chan job
	done     chan error    // what came of the latest job
	ended    chan struct{} // closed when the thread has freed its context
	mutex    sync.Mutex    // guards what follows, and jobs against Close
	patience time.Duration // for the first picture; 0 when it is drawn
}

// job is a picture to draw.
type job struct {
	simulation              *C.simulation
	camera                  int
	width, height, channels int // channels are 3, red, green and blue, or 4 with opacity
	picture                 []uint8
}

// backendInUse is that of all renderers: MuJoCo's table of OpenGL functions belongs to the process.
var backendInUse struct {
	sync.Mutex
	Backend
}

// BackendInUse is the back end of this process's renderers, AnyBackend before the first.
func BackendInUse() Backend {
	backendInUse.Lock()
	defer backendInUse.Unlock()
	return backendInUse.Backend
}

// NewRenderer starts a renderer for m, whose textures and meshes it copies at the first picture. It draws
// simulations of m and of models that look like it: the same, but for textures that m has besides. Close it
// before the model.
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
	r := &Renderer{model: m, jobs: make(chan job), done: make(chan error, 1), ended: make(chan struct{}), patience: patience}
	started := make(chan error, 1)
	go serve(m.live(), profile, backend, r.jobs, r.done, started, r.ended)
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
func serve(model *C.mjModel, profile Profile, backend Backend, jobs <-chan job, done, started chan<- error, ended chan<- struct{}) {
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
		done <- job.draw(native, text)
	}
}

// Render draws d as seen by camera, an id or -1 for a free camera that shows the whole model, into
// picture, which gets the size width x height. The first picture of a size beyond the earlier ones
// takes longer, a few tenths of a second. A driver that does not finish the very first one within a minute
// is an error and the end of the Renderer; the model, d and picture must then be left as they are.
func (r *Renderer) Render(d *Data, camera, width, height int, picture *image.RGBA) error {
	if err := checkPicture(r.model, camera, width, height); err != nil {
		return err
	}
	fitImage(picture, width, height)
	return r.draw(d, job{camera: camera, width: width, height: height, channels: 4, picture: picture.Pix})
}

// View is Render into picture [height, width, 3] in red, green and blue. It allocates nothing.
func (r *Renderer) View(d *Data, camera, width, height int, picture []uint8) error {
	if err := checkPicture(r.model, camera, width, height); err != nil {
		return err
	}
	if want := 3 * width * height; len(picture) != want {
		return fmt.Errorf("mujoco: %d bytes for a picture of %d x %d pixels, which takes %d", len(picture), width, height, want)
	}
	return r.draw(d, job{camera: camera, width: width, height: height, channels: 3, picture: picture})
}

// draw has the renderer's thread do a job.
func (r *Renderer) draw(d *Data, j job) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.jobs == nil {
		return errors.New("mujoco: use of a Renderer after its Close, or after its driver hung")
	}
	j.simulation = d.live()
	if d.model != r.alike && !looksLike(r.model.live(), d.model.live()) {
		return errors.New("mujoco: this Renderer is for the simulations of another Model")
	}
	r.alike = d.model
	r.jobs <- j
	err := await(r.done, r.patience)
	r.patience = 0
	if errors.Is(err, errHung) {
		close(r.jobs)
		r.jobs = nil
		return fmt.Errorf("mujoco: no first picture: %w", err)
	}
	return err
}

// looksLike reports whether m can be drawn with the textures and meshes of other.
func looksLike(other, m *C.mjModel) bool {
	return other.ngeom == m.ngeom && other.nsite == m.nsite && other.nbody == m.nbody && other.ncam == m.ncam &&
		other.nlight == m.nlight && other.ntendon == m.ntendon && other.nmat == m.nmat && other.nmeshvert == m.nmeshvert &&
		other.nmesh == m.nmesh && other.nhfielddata == m.nhfielddata && other.nhfield == m.nhfield &&
		other.nskin == m.nskin && other.nskinvert == m.nskinvert && other.ntex >= m.ntex &&
		slices.Equal(ints(other.geom_type, other.ngeom), ints(m.geom_type, m.ngeom))
}

// draw does the job; it runs on the renderer's thread. text has room for an error.
func (j job) draw(native *C.renderer, text *C.char) error {
	failed := C.render(native, j.simulation, C.int(j.camera), C.int(j.width), C.int(j.height), C.int(j.channels),
		(*C.uchar)(&j.picture[0]), text)
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
