package control

import (
	"math"

	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// physics is a simulation with access by name. The names are constants of our own models, so an
// unknown one is a mistake in the program.
type physics struct {
	model *mujoco.Model
	data  *mujoco.Data
}

// compile compiles the MJCF text of a task.
func compile(xml string) (*mujoco.Model, error) {
	return mujoco.Compile(xml, map[string][]byte{"common.xml": commonXML})
}

// row is the part of array, which has width numbers for each element of a kind, that belongs to
// the element called name.
func (p physics) row(array []float64, width int, kind mujoco.Object, name string) []float64 {
	return simulation.Row(p.model, array, width, kind, name)
}

// bodyMatrix is the rotation of a body's frame: xx, xy, xz, yx, yy, yz, zx, zy, zz, where the
// second letter names the body's axis.
func (p physics) bodyMatrix(name string) []float64 { return p.row(p.data.XMat, 9, mujoco.Body, name) }

// bodyPosition is where a body's frame is in the world.
func (p physics) bodyPosition(name string) []float64 { return p.row(p.data.XPos, 3, mujoco.Body, name) }

// bodyCentre is where a body's centre of mass is in the world.
func (p physics) bodyCentre(name string) []float64 { return p.row(p.data.XIPos, 3, mujoco.Body, name) }

// geomPosition is where a geom is in the world.
func (p physics) geomPosition(name string) []float64 {
	return p.row(p.data.GeomXPos, 3, mujoco.Geom, name)
}

// geomSize is a geom's size; the radius comes first for spheres.
func (p physics) geomSize(name string) []float64 {
	return p.row(p.model.GeomSize, 3, mujoco.Geom, name)
}

// siteSize is a site's size; the radius comes first for spheres.
func (p physics) siteSize(name string) []float64 {
	return p.row(p.model.SiteSize, 3, mujoco.Site, name)
}

// jointDamping is the damping of a slide or hinge.
func (p physics) jointDamping(name string) []float64 {
	id, err := p.model.ID(mujoco.Joint, name)
	if err != nil {
		panic(err)
	}
	dof := p.model.JntDofAdr[id]
	return p.model.DofDamping[dof : dof+1 : dof+1]
}

// hideSite makes a site invisible.
func (p physics) hideSite(name string) {
	id, err := p.model.ID(mujoco.Site, name)
	if err != nil {
		panic(err)
	}
	p.model.SiteRGBA[4*id+3] = 0
}

// sitePosition is where a site is in the world.
func (p physics) sitePosition(name string) []float64 {
	return p.row(p.data.SiteXPos, 3, mujoco.Site, name)
}

// sensor is what a sensor reads.
func (p physics) sensor(name string) []float64 {
	id, err := p.model.ID(mujoco.Sensor, name)
	if err != nil {
		panic(err)
	}
	start, end := p.model.SensorAdr[id], p.model.SensorAdr[id]+p.model.SensorDim[id]
	return p.data.SensorData[start:end:end]
}

// Places in bodyMatrix.
const (
	xx = 0
	xz = 2
	zx = 6
	zy = 7
	zz = 8
)

// distance is the Euclidean distance of two points.
func distance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}
