//go:build cgo

package mujoco

// #include "native.h"
import "C"

import "unsafe"

// count is a C type that sizes have; it differs between versions of MuJoCo.
type count interface{ ~int32 | ~int64 }

// floats is the array of rows x columns numbers at p.
func floats[N count](p *C.mjtNum, rows N, columns int) []float64 {
	return unsafe.Slice((*float64)(p), int(rows)*columns)
}

// singles is the array of n numbers of single precision at p.
func singles[N count](p *C.float, n N) []float32 { return unsafe.Slice((*float32)(p), int(n)) }

// colours is the array of rows RGBA colours at p.
func colours[N count](p *C.float, rows N) []float32 {
	return singles(p, 4*rows)
}

// ints is the array of n integers at p.
func ints[N count](p *C.int, n N) []int32 { return unsafe.Slice((*int32)(p), int(n)) }

// flags is the array of n truth values at p.
func flags[N count](p *C.mjtByte, n N) []uint8 { return unsafe.Slice((*uint8)(p), int(n)) }

func options(m *C.mjModel) Options {
	opt := &m.opt
	return Options{
		Timestep: float64(opt.timestep), Integrator: Integrator(opt.integrator),
		Gravity: [3]float64{float64(opt.gravity[0]), float64(opt.gravity[1]), float64(opt.gravity[2])},
		Density: float64(opt.density), Viscosity: float64(opt.viscosity),
		Cone: int(opt.cone), Solver: int(opt.solver), Iterations: int(opt.iterations), Tolerance: float64(opt.tolerance),
		DisableFlags: int(opt.disableflags), EnableFlags: int(opt.enableflags),
	}
}

func modelArrays(m *C.mjModel) ModelArrays {
	a := ModelArrays{
		QPos0: floats(m.qpos0, m.nq, 1), QPosSpring: floats(m.qpos_spring, m.nq, 1),
		DofDamping: floats(m.dof_damping, m.nv, 1), DofArmature: floats(m.dof_armature, m.nv, 1),
		DofFrictionLoss: floats(m.dof_frictionloss, m.nv, 1),
		LightPos:        floats(m.light_pos, m.nlight, 3),
		LightDiffuse:    singles(m.light_diffuse, 3*m.nlight),
		HFieldData:      singles(m.hfield_data, m.nhfielddata),
		SensorAdr:       ints(m.sensor_adr, m.nsensor), SensorDim: ints(m.sensor_dim, m.nsensor),
		SensorNeedStage: ints(m.sensor_needstage, m.nsensor),
	}
	a.addBodies(m)
	a.addJoints(m)
	a.addGeoms(m)
	a.addSitesAndCameras(m)
	a.addTendonsAndActuators(m)
	return a
}

func (a *ModelArrays) addBodies(m *C.mjModel) {
	n := m.nbody
	a.BodyPos, a.BodyQuat = floats(m.body_pos, n, 3), floats(m.body_quat, n, 4)
	a.BodyIPos, a.BodyIQuat = floats(m.body_ipos, n, 3), floats(m.body_iquat, n, 4)
	a.BodyMass, a.BodyInertia = floats(m.body_mass, n, 1), floats(m.body_inertia, n, 3)
	a.BodySubtreeMass = floats(m.body_subtreemass, n, 1)
	a.BodyParent = ints(m.body_parentid, n)
}

func (a *ModelArrays) addJoints(m *C.mjModel) {
	n := m.njnt
	a.JntType, a.JntBody = ints(m.jnt_type, n), ints(m.jnt_bodyid, n)
	a.JntQPosAdr, a.JntDofAdr = ints(m.jnt_qposadr, n), ints(m.jnt_dofadr, n)
	a.JntLimited, a.JntRange = flags(m.jnt_limited, n), floats(m.jnt_range, n, 2)
	a.JntPos, a.JntAxis = floats(m.jnt_pos, n, 3), floats(m.jnt_axis, n, 3)
	a.JntStiffness = floats(m.jnt_stiffness, n, 1)
	a.JntSolRef, a.JntSolImp = floats(m.jnt_solref, n, C.mjNREF), floats(m.jnt_solimp, n, C.mjNIMP)
}

func (a *ModelArrays) addGeoms(m *C.mjModel) {
	n := m.ngeom
	a.GeomType, a.GeomBody, a.GeomCondim = ints(m.geom_type, n), ints(m.geom_bodyid, n), ints(m.geom_condim, n)
	a.GeomContype, a.GeomConaffinity = ints(m.geom_contype, n), ints(m.geom_conaffinity, n)
	a.GeomSize, a.GeomFriction = floats(m.geom_size, n, 3), floats(m.geom_friction, n, 3)
	a.GeomPos, a.GeomQuat = floats(m.geom_pos, n, 3), floats(m.geom_quat, n, 4)
	a.GeomSolRef, a.GeomSolImp = floats(m.geom_solref, n, C.mjNREF), floats(m.geom_solimp, n, C.mjNIMP)
	a.GeomRBound = floats(m.geom_rbound, n, 1)
	a.GeomRGBA = colours(m.geom_rgba, n)
}

func (a *ModelArrays) addSitesAndCameras(m *C.mjModel) {
	n := m.nsite
	a.SiteType, a.SiteBody = ints(m.site_type, n), ints(m.site_bodyid, n)
	a.SiteSize, a.SitePos, a.SiteQuat = floats(m.site_size, n, 3), floats(m.site_pos, n, 3), floats(m.site_quat, n, 4)
	a.SiteRGBA = colours(m.site_rgba, n)
	n = m.ncam
	a.CamMode, a.CamBody, a.CamTarget = ints(m.cam_mode, n), ints(m.cam_bodyid, n), ints(m.cam_targetbodyid, n)
	a.CamPos, a.CamQuat, a.CamFovy = floats(m.cam_pos, n, 3), floats(m.cam_quat, n, 4), floats(m.cam_fovy, n, 1)
}

func (a *ModelArrays) addTendonsAndActuators(m *C.mjModel) {
	a.TendonAdr, a.TendonNum = ints(m.tendon_adr, m.ntendon), ints(m.tendon_num, m.ntendon)
	a.WrapType, a.WrapObject = ints(m.wrap_type, m.nwrap), ints(m.wrap_objid, m.nwrap)
	a.WrapPrm = floats(m.wrap_prm, m.nwrap, 1)
	n := m.nu
	a.ActuatorTrnType, a.ActuatorTrnID = ints(m.actuator_trntype, n), ints(m.actuator_trnid, 2*n)
	a.ActuatorGear = floats(m.actuator_gear, n, 6)
	a.ActuatorCtrlLimited, a.ActuatorCtrlRange = flags(m.actuator_ctrllimited, n), floats(m.actuator_ctrlrange, n, 2)
	a.ActuatorGainPrm, a.ActuatorBiasPrm = floats(m.actuator_gainprm, n, C.mjNGAIN), floats(m.actuator_biasprm, n, C.mjNBIAS)
}

func dataArrays(s *C.simulation) DataArrays {
	m, d := s.model, s.data
	a := DataArrays{
		QPos: floats(d.qpos, m.nq, 1), QVel: floats(d.qvel, m.nv, 1), Act: floats(d.act, m.na, 1),
		Ctrl:        floats(d.ctrl, m.nu, 1),
		QFrcApplied: floats(d.qfrc_applied, m.nv, 1), XFrcApplied: floats(d.xfrc_applied, m.nbody, 6),
		MocapPos: floats(d.mocap_pos, m.nmocap, 3), MocapQuat: floats(d.mocap_quat, m.nmocap, 4),
		UserData: floats(d.userdata, m.nuserdata, 1), QAccWarmstart: floats(d.qacc_warmstart, m.nv, 1),
		QAcc: floats(d.qacc, m.nv, 1), ActuatorForce: floats(d.actuator_force, m.nu, 1),
		SensorData: floats(d.sensordata, m.nsensordata, 1),
		time:       floats(&d.time, C.int(1), 1), rawQPos: floats(s.raw_qpos, m.nq, 1), ncon: ints(&d.ncon, C.int(1)),
	}
	a.addFrames(m, d)
	return a
}

func (a *DataArrays) addFrames(m *C.mjModel, d *C.mjData) {
	a.XPos, a.XQuat, a.XMat = floats(d.xpos, m.nbody, 3), floats(d.xquat, m.nbody, 4), floats(d.xmat, m.nbody, 9)
	a.XIPos, a.SubtreeCOM = floats(d.xipos, m.nbody, 3), floats(d.subtree_com, m.nbody, 3)
	a.GeomXPos, a.GeomXMat = floats(d.geom_xpos, m.ngeom, 3), floats(d.geom_xmat, m.ngeom, 9)
	a.SiteXPos, a.SiteXMat = floats(d.site_xpos, m.nsite, 3), floats(d.site_xmat, m.nsite, 9)
	a.XAnchor = floats(d.xanchor, m.njnt, 3)
}
