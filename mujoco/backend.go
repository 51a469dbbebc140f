package mujoco

import "fmt"

// Backend is a library that draws without a display.
type Backend int

// The back ends. All renderers of a process have the same one, because MuJoCo looks OpenGL's functions
// up only once.
const (
	AnyBackend Backend = iota // the one already in use, or else OSMesa, or else EGL
	OSMesa                    // in software: the same pixels on every machine
	EGL                       // on a graphics card, or in software by Mesa
)

// String names the back end.
func (b Backend) String() string {
	names := [...]string{"any", "osmesa", "egl"}
	if b < 0 || int(b) >= len(names) {
		return fmt.Sprintf("Backend(%d)", int(b))
	}
	return names[b]
}

// candidates lists the back ends to try for wanted, in a process that uses inUse already or AnyBackend.
func candidates(wanted, inUse Backend) ([]Backend, error) {
	switch {
	case wanted < AnyBackend || wanted > EGL:
		return nil, fmt.Errorf("mujoco: there is no back end %d", int(wanted))
	case inUse != AnyBackend && wanted != AnyBackend && wanted != inUse:
		return nil, fmt.Errorf("mujoco: no renderer with %v: this process draws with %v already, and MuJoCo knows one back end a process", wanted, inUse)
	case inUse != AnyBackend:
		return []Backend{inUse}, nil
	case wanted != AnyBackend:
		return []Backend{wanted}, nil
	}
	return []Backend{OSMesa, EGL}, nil
}
