package mujoco

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ErrUnavailable is what every constructor returns in a program built without cgo. It wraps
// errors.ErrUnsupported.
var ErrUnavailable = fmt.Errorf("mujoco: this program was built without cgo, which MuJoCo needs: "+
	"apt-get install libmujoco-dev libosmesa6-dev, then build with CGO_ENABLED=1 (%w)", errors.ErrUnsupported)

// CompileError says why a model could not be compiled.
type CompileError struct {
	File         string // main file of the model
	Line, Column int    // place in the XML, from 1; 0 where it is not known
	Text         string // MuJoCo's own words, on one line
}

// Error gives file, place and reason.
func (e *CompileError) Error() string {
	place := ""
	if e.Line > 0 {
		place = fmt.Sprintf(", line %d", e.Line)
	}
	if e.Column > 0 {
		place += fmt.Sprintf(", column %d", e.Column)
	}
	return fmt.Sprintf("mujoco: %s%s: %s", e.File, place, e.Text)
}

// MuJoCo's parser, its schema check and its compiler each write places in their own way.
var (
	linePattern   = regexp.MustCompile(`(?i)line(?: number)?\s*=?\s*(\d+)`)
	columnPattern = regexp.MustCompile(`(?i)column\s*=?\s*(\d+)`)
)

// elementPattern finds the element that MuJoCo complains of.
var elementPattern = regexp.MustCompile(`[Ee]lement '(\w+)'`)

// complete fills in the column, which MuJoCo seldom tells, from the text of the main file: where on the
// line the element begins.
func (e *CompileError) complete(source string) *CompileError {
	lines := strings.Split(source, "\n")
	if e.Column > 0 || e.Line == 0 || e.Line > len(lines) {
		return e
	}
	start := -1
	if element := elementPattern.FindStringSubmatch(e.Text); element != nil {
		start = strings.Index(lines[e.Line-1], "<"+element[1])
	}
	if start < 0 {
		start = strings.Index(lines[e.Line-1], "<")
	}
	e.Column = start + 1
	return e
}

// newCompileError reads the place out of MuJoCo's text.
func newCompileError(file, text string) *CompileError {
	number := func(pattern *regexp.Regexp) int {
		for _, match := range pattern.FindAllStringSubmatch(text, -1) {
			if n, err := strconv.Atoi(match[1]); err == nil && n > 0 {
				return n
			}
		}
		return 0
	}
	return &CompileError{
		File: file, Line: number(linePattern), Column: number(columnPattern),
		Text: strings.Join(strings.Fields(text), " "),
	}
}

// WarningKind is what MuJoCo warns of.
type WarningKind int

// The warnings, in MuJoCo's order.
const (
	SingularInertia WarningKind = iota // the inertia matrix is nearly singular
	ContactsFull                       // more contacts than the model has room for
	ConstraintsFull                    // more constraints than the model has room for
	VisualGeomsFull                    // more geoms to draw than the scene has room for
	BadPosition                        // a NaN or huge number in QPos
	BadVelocity                        // a NaN or huge number in QVel
	BadAcceleration                    // a NaN or huge number in the accelerations
	BadControl                         // a NaN or huge number in Ctrl
)

// String describes the warning in words.
func (k WarningKind) String() string {
	names := [...]string{
		"nearly singular inertia matrix", "too many contacts", "too many constraints", "too many geoms to draw",
		"bad number in qpos", "bad number in qvel", "bad number in qacc", "bad number in ctrl",
	}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("warning %d", int(k))
	}
	return names[k]
}

// Warning is the error for a MuJoCo warning. The simulation is not to be trusted any more: Reset
// or Restore it.
type Warning struct {
	Kind WarningKind
	Time float64 // simulation time in seconds at the beginning of the physics step that raised it
	Info int     // the index of the bad number, or the size of what is full
}

// Error names the warning, its time and MuJoCo's number for it.
func (w *Warning) Error() string {
	return fmt.Sprintf("mujoco: %s at time %.6g s (info %d)", w.Kind, w.Time, w.Info)
}
