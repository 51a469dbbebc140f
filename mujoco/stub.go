//go:build !cgo

package mujoco

import (
	"image"
	"time"
)

// modelHandle and dataHandle hold nothing: without cgo there is no model and no simulation.
type (
	modelHandle struct{}
	dataHandle  struct{}
)

// Version is "none": the program was built without the library.
func Version() string { return "none" }

// Compile returns ErrUnavailable.
func Compile(xml string, files map[string][]byte) (*Model, error) { return nil, ErrUnavailable }

// Load returns ErrUnavailable.
func Load(path string) (*Model, error) { return nil, ErrUnavailable }

// Close does nothing.
func (m *Model) Close() {}

// NewData returns ErrUnavailable.
func NewData(m *Model) (*Data, error) { return nil, ErrUnavailable }

// Close does nothing.
func (d *Data) Close() {}

// Reset does nothing.
func (d *Data) Reset() {}

// Forward returns ErrUnavailable.
func (d *Data) Forward() error { return ErrUnavailable }

// Collide returns ErrUnavailable.
func (d *Data) Collide() error { return ErrUnavailable }

// ForwardPassive returns ErrUnavailable.
func (d *Data) ForwardPassive() error { return ErrUnavailable }

// ContactGeoms panics: without a simulation there are no contacts.
func (d *Data) ContactGeoms(i int) (first, second int) { panic(ErrUnavailable) }

// ContactDistance panics: without a simulation there are no contacts.
func (d *Data) ContactDistance(i int) float64 { panic(ErrUnavailable) }

func (d *Data) settle() error { return ErrUnavailable }

// Step returns ErrUnavailable.
func (d *Data) Step(control []float64, substeps int) error { return ErrUnavailable }

// TimePlainLoop returns ErrUnavailable.
func (d *Data) TimePlainLoop(controls []float64, substeps int) (time.Duration, error) {
	return 0, ErrUnavailable
}

// Renderer draws simulations of one model.
type Renderer struct{}

// BackendInUse is AnyBackend: nothing draws.
func BackendInUse() Backend { return AnyBackend }

// NewRenderer returns ErrUnavailable.
func NewRenderer(m *Model, profile Profile, backend Backend) (*Renderer, error) {
	return nil, ErrUnavailable
}

// Render returns ErrUnavailable.
func (r *Renderer) Render(d *Data, camera, width, height int, picture *image.RGBA) error {
	return ErrUnavailable
}

// View returns ErrUnavailable.
func (r *Renderer) View(d *Data, camera, width, height int, picture []uint8) error {
	return ErrUnavailable
}

// Close does nothing.
func (r *Renderer) Close() {}
