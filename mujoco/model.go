package mujoco

import (
	"fmt"
	"strings"
)

// Object is a kind of named model element.
type Object int

// The kinds of elements that have names. Ids count from 0 within each kind.
const (
	Body Object = iota
	Joint
	Geom
	Site
	Camera
	Tendon
	Actuator
	Sensor
	objects // the number of kinds
)

// String names the kind as MJCF does.
func (o Object) String() string {
	return [...]string{"body", "joint", "geom", "site", "camera", "tendon", "actuator", "sensor"}[o]
}

// Integrator is the rule that advances time.
type Integrator int

// The integrators, in MuJoCo's order.
const (
	Euler Integrator = iota
	RK4
	Implicit
)

// Options are a model's global settings as compiled.
type Options struct {
	Timestep                  float64 // physics step in seconds
	Integrator                Integrator
	Gravity                   [3]float64 // m/s^2
	Density, Viscosity        float64    // of the medium, kg/m^3 and kg/(m s)
	Cone, Solver              int        // mjtCone, mjtSolver
	Iterations                int        // most iterations of the constraint solver
	Tolerance                 float64    // of the constraint solver
	DisableFlags, EnableFlags int        // mjtDisableBit, mjtEnableBit
}

// ModelArrays are the constants of a model, in MuJoCo's memory and MuJoCo's names: row i belongs to
// the element with id i. Writing to them changes the model for every Data that uses it.
type ModelArrays struct {
	QPos0 []float64 // [nq] default positions

	BodyPos, BodyQuat   []float64 // [nbody, 3], [nbody, 4] frame relative to the parent
	BodyIPos, BodyIQuat []float64 // [nbody, 3], [nbody, 4] inertial frame
	BodyMass            []float64 // [nbody] kg
	BodyInertia         []float64 // [nbody, 3] kg m^2
	BodySubtreeMass     []float64 // [nbody] kg
	BodyParent          []int32   // [nbody]

	JntType                                   []int32   // [njnt] 0 free, 1 ball, 2 slide, 3 hinge
	JntQPosAdr, JntDofAdr, JntBody            []int32   // [njnt] where the joint's numbers begin
	JntLimited                                []uint8   // [njnt]
	JntRange                                  []float64 // [njnt, 2] m or rad
	JntPos, JntAxis                           []float64 // [njnt, 3]
	JntStiffness                              []float64 // [njnt]
	JntSolRef, JntSolImp                      []float64 // [njnt, 2], [njnt, 5]
	DofDamping, DofArmature, DofFrictionLoss  []float64 // [nv]
	QPosSpring                                []float64 // [nq]
	GeomType, GeomBody, GeomCondim            []int32   // [ngeom]
	GeomContype, GeomConaffinity              []int32   // [ngeom]
	GeomSize, GeomPos, GeomQuat, GeomFriction []float64 // [ngeom, 3], the quaternions [ngeom, 4]
	GeomSolRef, GeomSolImp                    []float64 // [ngeom, 2], [ngeom, 5]
	GeomRBound                                []float64 // [ngeom] radius of the bounding sphere
	GeomRGBA                                  []float32 // [ngeom, 4]
	SiteType, SiteBody                        []int32   // [nsite]
	SiteSize, SitePos, SiteQuat               []float64 // [nsite, 3], the quaternions [nsite, 4]
	SiteRGBA                                  []float32 // [nsite, 4]
	CamMode, CamBody, CamTarget               []int32   // [ncam]
	CamPos, CamQuat, CamFovy                  []float64 // [ncam, 3], [ncam, 4], [ncam] degrees
	LightPos                                  []float64 // [nlight, 3]
	LightDiffuse                              []float32 // [nlight, 3]

	HFieldData []float32 // the heights of all height fields, in units of the greatest that each may have

	TendonAdr, TendonNum []int32   // [ntendon] the tendon's rows of the Wrap arrays
	WrapType, WrapObject []int32   // [nwrap]
	WrapPrm              []float64 // [nwrap] coefficients of fixed tendons

	ActuatorTrnType                  []int32   // [nu] mjtTrn
	ActuatorTrnID                    []int32   // [nu, 2]
	ActuatorGear                     []float64 // [nu, 6]
	ActuatorCtrlLimited              []uint8   // [nu]
	ActuatorCtrlRange                []float64 // [nu, 2]
	ActuatorGainPrm, ActuatorBiasPrm []float64 // [nu, mjNGAIN], [nu, mjNBIAS]

	SensorAdr, SensorDim []int32 // [nsensor] where the sensor's numbers lie in Data.SensorData
	SensorNeedStage      []int32 // [nsensor] mjtStage
}

// Model is a compiled model: what the simulated world consists of.
type Model struct {
	NQ, NV, NU, NA int // positions, velocities, controls, actuator states
	NSensorData    int
	Options        Options
	ModelArrays

	names [objects][]string
	ids   [objects]map[string]int
	modelHandle
}

// Count is the number of elements of a kind.
func (m *Model) Count(kind Object) int { return len(m.names[kind]) }

// Names lists the elements of a kind in the order of their ids; nameless ones are "".
func (m *Model) Names(kind Object) []string { return m.names[kind] }

// ID is the id of the element of a kind called name, or an error that lists the names there are.
func (m *Model) ID(kind Object, name string) (int, error) {
	id, ok := m.ids[kind][name]
	if !ok {
		return -1, fmt.Errorf("mujoco: no %s is called %q; there are: %s", kind, name, strings.Join(m.names[kind], ", "))
	}
	return id, nil
}

// index makes ids from names.
func (m *Model) index() {
	for kind, names := range m.names {
		m.ids[kind] = make(map[string]int, len(names))
		for id, name := range names {
			if name != "" {
				m.ids[kind][name] = id
			}
		}
	}
}
