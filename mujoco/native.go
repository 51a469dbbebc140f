//go:build cgo

package mujoco

/*
#cgo CFLAGS: -std=gnu11 -O2
#cgo LDFLAGS: -lmujoco -ldl -lm
#include <stdlib.h>
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unsafe"
)

func init() { C.install_handlers() }

// Version is the version of the library in use, as in "2.2.2".
func Version() string {
	number := int(C.mj_version())
	return fmt.Sprintf("%d.%d.%d", number/100, number/10%10, number%10)
}

// modelHandle is the C side of a Model.
type modelHandle struct {
	native  *C.mjModel
	cleanup runtime.Cleanup
}

// dataHandle is the C side of a Data.
type dataHandle struct {
	native  *C.simulation
	cleanup runtime.Cleanup
}

// Compile compiles MJCF text. files are what the model may refer to, by name: included XML, meshes,
// height fields, pictures; nothing is read from the disk. What is wrong with the model comes back as a
// *CompileError. The XML must be well-formed and without directives, and a model beyond these limits is
// refused before MuJoCo sees it: 100,000 elements, nested 100 deep; names of 200 bytes; 1 GiB of textures
// and height fields, and of nstack; njmax and nconmax of 10,000; 1,000 keyframes; composites of 10,000.
func Compile(xml string, files map[string][]byte) (*Model, error) {
	const name = "model.xml"
	if _, taken := files[name]; taken {
		return nil, fmt.Errorf("mujoco: no included file may be called %s: that is the model itself", name)
	}
	if strings.TrimSpace(xml) == "" {
		return nil, &CompileError{File: name, Text: "the model is empty"}
	}
	if files == nil {
		files = map[string][]byte{}
	}
	check := checker{files: files, included: map[string]bool{}}
	if err := check.check(name, []byte(xml), 0); err != nil {
		return nil, err
	}
	list := []C.virtual_file{newVirtualFile(name, []byte(xml))}
	for name, content := range files {
		list = append(list, newVirtualFile(name, content))
	}
	defer func() {
		for _, file := range list {
			C.free(unsafe.Pointer(file.name))
			C.free(file.content)
		}
	}()
	return compile(name, xml, list)
}

// newVirtualFile copies a file into C's memory.
func newVirtualFile(name string, content []byte) C.virtual_file {
	return C.virtual_file{name: C.CString(name), content: C.CBytes(content), size: C.int(len(content))}
}

// Load compiles the MJCF file at path, and what it refers to beside it. The XML has the limits that it
// has for Compile, but meshes and other assets are trusted: compile only what you would run.
func Load(path string) (*Model, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("mujoco: no model to load: %w", err)
	}
	check := checker{directory: filepath.Dir(path), included: map[string]bool{}}
	if err := check.check(path, source, 0); err != nil {
		return nil, err
	}
	return compile(path, string(source), nil)
}

func compile(main, source string, files []C.virtual_file) (*Model, error) {
	name, text := C.CString(main), newErrorText()
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(text))
	list := (*C.virtual_file)(C.calloc(C.size_t(len(files)+1), C.sizeof_virtual_file))
	defer C.free(unsafe.Pointer(list))
	copy(unsafe.Slice(list, len(files)), files)
	native := C.compile_files(name, list, C.int(len(files)), text)
	if native == nil {
		return nil, newCompileError(main, C.GoString(text)).complete(source)
	}
	return newModel(native), nil
}

// newErrorText makes room for a message, to be freed by the caller.
func newErrorText() *C.char { return (*C.char)(C.calloc(1, C.ERROR_SIZE)) }

// newModel wraps a compiled model, which it will free.
func newModel(native *C.mjModel) *Model {
	m := &Model{
		NQ: int(native.nq), NV: int(native.nv), NU: int(native.nu), NA: int(native.na),
		NSensorData: int(native.nsensordata),
		Options:     options(native),
		ModelArrays: modelArrays(native),
		names:       modelNames(native),
	}
	m.index()
	m.native = native
	m.cleanup = runtime.AddCleanup(m, func(native *C.mjModel) { C.mj_deleteModel(native) }, native)
	return m
}

// Close frees the model. Its arrays, and every Data and Renderer of it, must not be used any more.
func (m *Model) Close() {
	if m.native != nil {
		m.cleanup.Stop()
		C.mj_deleteModel(m.native)
		m.native, m.ModelArrays = nil, ModelArrays{}
	}
}

// live returns the model in C, and panics if it is closed.
func (m *Model) live() *C.mjModel {
	if m.native == nil {
		panic("mujoco: use of a Model after its Close")
	}
	return m.native
}

// NewData makes a simulation of m in its default state, after a Forward. Close it when it is no
// longer needed.
func NewData(m *Model) (*Data, error) {
	text := newErrorText()
	defer C.free(unsafe.Pointer(text))
	native := C.new_simulation(m.live(), text)
	if native == nil {
		return nil, fmt.Errorf("mujoco: no room for a simulation: %s", C.GoString(text))
	}
	d := &Data{DataArrays: dataArrays(native), model: m}
	d.saved, d.physics = d.savedArrays(), d.physicsArrays()
	d.native = native
	d.cleanup = runtime.AddCleanup(d, func(native *C.simulation) { C.free_simulation(native) }, native)
	if err := d.Forward(); err != nil {
		d.Close()
		return nil, fmt.Errorf("the model's default state: %w", err)
	}
	return d, nil
}

// Close frees the simulation. Its arrays must not be used any more.
func (d *Data) Close() {
	if d.native != nil {
		d.cleanup.Stop()
		C.free_simulation(d.native)
		d.native, d.DataArrays, d.saved, d.physics = nil, DataArrays{}, nil, nil
	}
}

// live returns the simulation in C, and panics if it or its model is closed.
func (d *Data) live() *C.simulation {
	if d.native == nil {
		panic("mujoco: use of a Data after its Close")
	}
	d.model.live()
	return d.native
}

// Reset puts the model's default state in place, at time 0. What depends on it, such as XPos, is
// only up to date after Forward.
func (d *Data) Reset() { C.reset(d.live()) }

// Forward computes everything that depends on the state and the control, without moving on.
func (d *Data) Forward() error {
	code := C.forward(d.live())
	return d.report(code)
}

// ForwardPassive is Forward as if there were no actuators.
func (d *Data) ForwardPassive() error {
	code := C.forward_passive(d.live())
	return d.report(code)
}

// Collide computes where everything is and what touches what, and nothing else. It is much faster than
// Forward, which must follow before the next Step.
func (d *Data) Collide() error {
	code := C.collide(d.live())
	return d.report(code)
}

// settle brings what depends on position and velocity up to date, as Step leaves it.
func (d *Data) settle() error {
	code := C.settle(d.live())
	return d.report(code)
}

// Step applies control, which has NU elements, for a number of physics steps. Call Forward before the
// first Step after Reset or after writing to the state. Before and after Step,
// all that depends on position and velocity belongs to the present state, while accelerations and
// what is sensed from them belong to the beginning of the last physics step. It allocates nothing
// and is one call into C. A warning of MuJoCo is a *Warning and ends the call at once.
func (d *Data) Step(control []float64, substeps int) error {
	native := d.live()
	if len(control) != len(d.Ctrl) {
		return fmt.Errorf("mujoco: the control has %d elements, the model takes %d", len(control), len(d.Ctrl))
	}
	if substeps < 1 {
		return fmt.Errorf("mujoco: a step of %d physics steps, must be 1 or more", substeps)
	}
	copy(d.Ctrl, control)
	d.pace.step()
	// As a number, because Go looks into what a pointer points to before every call.
	if code := C.step(C.uintptr_t(uintptr(unsafe.Pointer(native))), C.int(substeps)); code != C.CALL_DONE {
		return d.report(code)
	}
	return nil
}

// ContactGeoms returns the ids of the two geoms of contact number i, which is less than Contacts.
func (d *Data) ContactGeoms(i int) (first, second int) {
	contacts := unsafe.Slice(d.live().data.contact, d.Contacts())
	return int(contacts[i].geom1), int(contacts[i].geom2)
}

// ContactDistance is the distance of the two geoms of contact number i, which is less than Contacts, in m. It
// is negative where they penetrate each other.
func (d *Data) ContactDistance(i int) float64 {
	return float64(unsafe.Slice(d.live().data.contact, d.Contacts())[i].dist)
}

// report turns the outcome of a call into an error.
func (d *Data) report(code C.int) error {
	switch code {
	case C.CALL_DONE:
		return nil
	case C.CALL_WARNED:
		return &Warning{Kind: WarningKind(d.native.warning), Time: float64(d.native.time), Info: int(d.native.info)}
	default:
		return errors.New("mujoco: fatal error: " + C.GoString(&d.native.error[0]))
	}
}

// TimePlainLoop measures how long a loop in C, with nothing of Go in it, needs to apply controls, NU
// numbers for each control step, for substeps physics steps each, by MuJoCo's own mj_step, mj_step1 and
// mj_step2, which Step goes without parts of: the energies, and where cameras and lights are. The
// simulation begins at the model's default state.
func (d *Data) TimePlainLoop(controls []float64, substeps int) (time.Duration, error) {
	native := d.live()
	count := len(controls) / max(1, len(d.Ctrl))
	if len(controls) == 0 || count*len(d.Ctrl) != len(controls) {
		return 0, fmt.Errorf("mujoco: %d controls, must be some for each of the model's %d", len(controls), len(d.Ctrl))
	}
	start := time.Now()
	code := C.plain_loop(native, (*C.mjtNum)(&controls[0]), C.int(count), C.int(substeps))
	return time.Since(start), d.report(code)
}

// modelNames reads the names of all elements.
func modelNames(m *C.mjModel) [objects][]string {
	counts := [objects]int{
		int(m.nbody), int(m.njnt), int(m.ngeom), int(m.nsite), int(m.ncam), int(m.ntendon), int(m.nu), int(m.nsensor),
	}
	types := [objects]C.int{
		C.mjOBJ_BODY, C.mjOBJ_JOINT, C.mjOBJ_GEOM, C.mjOBJ_SITE, C.mjOBJ_CAMERA, C.mjOBJ_TENDON, C.mjOBJ_ACTUATOR, C.mjOBJ_SENSOR,
	}
	var names [objects][]string
	for kind, count := range counts {
		for id := range count {
			names[kind] = append(names[kind], C.GoString(C.mj_id2name(m, types[kind], C.int(id))))
		}
		names[kind] = slices.Clip(names[kind])
	}
	return names
}
