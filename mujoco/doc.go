// Package mujoco binds the MuJoCo physics library (libmujoco) and its renderer.
//
// A Model is compiled from MJCF text and says what the world is; a Data is one simulation of it.
// Their arrays are slices over MuJoCo's own memory: reading and writing them costs nothing, and
// they must not be used after Close. MuJoCo's fatal errors and warnings come back as Go errors and
// are never printed. A Renderer draws a Data into an image without a display.
//
// The package needs cgo and libmujoco, and for a Renderer OSMesa or EGL at run time. Built without cgo
// it has the same API, whose constructors return ErrUnavailable.
//
// One Data is for one goroutine at a time. Many Data may share a Model if none writes to it.
package mujoco
