//go:build cgo

package mujoco

import (
	"errors"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// bouncing is a model in which nearly everything occurs that a state consists of: contacts, friction,
// an actuator with a state, a mocap body, user data, and sensors of all stages.
// INTEGRATOR is to be replaced.
const bouncing = `<mujoco>
  <option timestep=".005" integrator="INTEGRATOR"/>
  <size nuserdata="2"/>
  <worldbody>
    <light pos="0 0 4"/>
    <camera name="side" pos="0 -3 1" xyaxes="1 0 0 0 0 1"/>
    <camera name="top" pos="0 0 3"/>
    <geom name="floor" type="plane" size="2 2 .1" rgba=".2 .4 .2 1"/>
    <body name="handle" mocap="true" pos="1 0 1"><geom name="handle" size=".05" contype="0" conaffinity="0"/></body>
    <body name="box" pos="0 0 .4">
      <freejoint name="free"/>
      <geom name="box" type="box" size=".1 .15 .05" rgba=".8 .2 .2 1"/>
      <site name="corner" pos=".1 .15 .05" size=".15"/>
      <body name="arm" pos="0 0 .06">
        <joint name="hinge" type="hinge" axis="0 1 0" limited="true" range="-90 90" damping=".01"/>
        <geom name="arm" type="capsule" fromto="0 0 0 .2 0 .1" size=".02"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <general name="motor" joint="hinge" dyntype="filter" dynprm=".05" gainprm=".2" ctrllimited="true" ctrlrange="-1 1"/>
  </actuator>
  <sensor>
    <jointpos name="angle" joint="hinge"/>
    <gyro name="gyro" site="corner"/>
    <accelerometer name="accelerometer" site="corner"/>
    <touch name="touch" site="corner"/>
  </sensor>
</mujoco>`

func model(t testing.TB, xml string) *Model {
	t.Helper()
	m, err := Compile(xml, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func data(t testing.TB, m *Model) *Data {
	t.Helper()
	d, err := NewData(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func bouncingData(t testing.TB, integrator string) *Data {
	t.Helper()
	return data(t, model(t, strings.Replace(bouncing, "INTEGRATOR", integrator, 1)))
}

func steps(t testing.TB, d *Data, from, count, substeps int) {
	t.Helper()
	for i := range count {
		if err := d.Step([]float64{math.Sin(.3 * float64(from+i))}, substeps); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCompileErrorsTellThePlace(t *testing.T) {
	for name, c := range map[string]struct {
		xml          string
		line, column int
		words        string
	}{
		"malformed XML":     {"<mujoco>\n<worldbody>\n</mujoco>", 3, 10, "worldbody"},
		"unknown attribute": {"<mujoco>\n<worldbody>\n  <body foo='1'/></worldbody></mujoco>", 3, 3, "foo"},
		"massless body":     {"<mujoco>\n<worldbody>\n\n<body><joint/></body></worldbody></mujoco>", 4, 1, "mass"},
		"missing mesh":      {"<mujoco>\n<asset>\n<mesh name='a' file='nowhere.stl'/></asset></mujoco>", 3, 1, "nowhere.stl"},
		"missing include":   {"<mujoco>\n<include file='nowhere.xml'/></mujoco>", 2, 1, "nowhere.xml"},
		"no XML at all":     {"nonsense", 0, 0, ""},
		"nothing":           {" ", 0, 0, "empty"},
	} {
		_, err := Compile(c.xml, nil)
		var compile *CompileError
		if !errors.As(err, &compile) {
			t.Errorf("%s: %v, want a *CompileError", name, err)
			continue
		}
		if c.line != 0 && (compile.Line != c.line || compile.Column != c.column) || !strings.Contains(compile.Text, c.words) {
			t.Errorf("%s: %q in line %d, column %d, want %q in line %d, column %d", name, compile.Text, compile.Line, compile.Column, c.words, c.line, c.column)
		}
	}
}

func TestCompileErrorTellsTheColumn(t *testing.T) {
	err := newCompileError("a.xml", "XML Error: no such thing\nElement 'geom', line 12, column 7\n")
	if want := "mujoco: a.xml, line 12, column 7: XML Error: no such thing Element 'geom', line 12, column 7"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if err := newCompileError("a.xml", "Object name = a, id = 0, line = 3, column = -1"); err.Line != 3 || err.Column != 0 {
		t.Errorf("line %d, column %d, want line 3 and no column", err.Line, err.Column)
	}
}

func TestLoad(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "nowhere.xml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("loading a file that does not exist: %v", err)
	}
	path := filepath.Join(t.TempDir(), "box.xml")
	if err := os.WriteFile(path, []byte(strings.Replace(bouncing, "INTEGRATOR", "Euler", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
}

func TestIncludedFiles(t *testing.T) {
	part := []byte(`<mujoco><worldbody><geom name="ball" size="1"/></worldbody></mujoco>`)
	m, err := Compile(`<mujoco><include file="part.xml"/></mujoco>`, map[string][]byte{"part.xml": part})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if id, err := m.ID(Geom, "ball"); err != nil || id != 0 {
		t.Errorf("the included geom has id %d (%v)", id, err)
	}
	if _, err := Compile("<mujoco/>", map[string][]byte{"part.xml": nil}); err == nil {
		t.Error("an empty file was accepted")
	}
}

func TestNames(t *testing.T) {
	m := model(t, strings.Replace(bouncing, "INTEGRATOR", "Euler", 1))
	for name, want := range map[string]struct {
		kind Object
		id   int
	}{
		"arm": {Body, 3}, "hinge": {Joint, 1}, "box": {Geom, 2}, "corner": {Site, 0}, "top": {Camera, 1},
		"motor": {Actuator, 0}, "touch": {Sensor, 3},
	} {
		if id, err := m.ID(want.kind, name); err != nil || id != want.id {
			t.Errorf("%s %q has id %d (%v), want %d", want.kind, name, id, err, want.id)
		}
	}
	_, err := m.ID(Joint, "hing")
	if err == nil || !strings.Contains(err.Error(), `no joint is called "hing"; there are: free, hinge`) {
		t.Errorf("an unknown joint: %v", err)
	}
}

func TestArraysAreMuJoCosOwn(t *testing.T) {
	d := bouncingData(t, "Euler")
	m := d.Model()
	if m.NQ != 8 || m.NV != 7 || m.NU != 1 || m.NA != 1 || m.NSensorData != 8 || len(d.UserData) != 2 || len(d.MocapPos) != 3 {
		t.Errorf("sizes are %d %d %d %d %d", m.NQ, m.NV, m.NU, m.NA, m.NSensorData)
	}
	d.QPos[2] = 3
	m.BodyPos[3*3+2] = .5 // the arm sits higher on the box
	if err := d.Forward(); err != nil {
		t.Fatal(err)
	}
	if box, arm := d.XPos[3*2+2], d.XPos[3*3+2]; box != 3 || arm != 3.5 {
		t.Errorf("box and arm are at height %g and %g, want 3 and 3.5", box, arm)
	}
}

// TestSaveRestore compares a run with one that was restored on its way, in the same and in another
// simulation, with substeps and with every integrator.
func TestSaveRestore(t *testing.T) {
	for _, integrator := range []string{"Euler", "RK4", "implicit"} {
		t.Run(integrator, func(t *testing.T) {
			d := bouncingData(t, integrator)
			other := data(t, d.Model())
			steps(t, other, 5, 30, 3)
			d.UserData[1], d.XFrcApplied[6*2+1], d.QFrcApplied[6], d.MocapPos[0] = 4, .1, .001, 2
			for round := range 12 {
				state := d.Save(nil)
				steps(t, d, round, 7, 4)
				want, contacts := d.Save(nil), d.Contacts()
				for _, restored := range []*Data{d, other} {
					if err := restored.Restore(state); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(restored.Save(nil), state) {
						t.Fatal("what was restored is not what was saved")
					}
					steps(t, restored, round, 7, 4)
					if !slices.Equal(restored.Save(nil), want) || !slices.Equal(restored.XPos, d.XPos) || restored.Contacts() != contacts {
						t.Fatalf("round %d: the run after a restore differs", round)
					}
				}
			}
			if d.Contacts() == 0 {
				t.Error("the box never touched the floor, so the test is too easy")
			}
		})
	}
}

// TestRestoredQuantities compares all that depends on position and velocity right after a restore.
func TestRestoredQuantities(t *testing.T) {
	d := bouncingData(t, "Euler")
	other := data(t, d.Model())
	steps(t, d, 0, 60, 2)
	if err := other.Restore(d.Save(nil)); err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2][]float64{
		"xpos": {d.XPos, other.XPos}, "xmat": {d.XMat, other.XMat}, "site_xpos": {d.SiteXPos, other.SiteXPos},
		"geom_xpos": {d.GeomXPos, other.GeomXPos}, "subtree_com": {d.SubtreeCOM, other.SubtreeCOM}, "sensordata": {d.SensorData, other.SensorData},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s is %v after a restore, was %v", name, pair[1], pair[0])
		}
	}
	if err := other.Restore([]float64{1}); err == nil {
		t.Error("a state of one number was accepted")
	}
}

func TestForwardPassiveIgnoresActuators(t *testing.T) {
	d := bouncingData(t, "Euler")
	d.Act[0] = 1
	if err := d.ForwardPassive(); err != nil {
		t.Fatal(err)
	}
	passive := d.QAcc[6]
	if err := d.Forward(); err != nil {
		t.Fatal(err)
	}
	if passive == d.QAcc[6] || d.Model().Options.DisableFlags != 0 {
		t.Errorf("the hinge accelerates by %g with and without its motor", passive)
	}
}

func TestWarnings(t *testing.T) {
	directory := t.TempDir()
	t.Chdir(directory)
	for kind, spoil := range map[WarningKind]func(*Data){
		BadPosition:     func(d *Data) { d.QPos[0] = math.NaN() },
		BadVelocity:     func(d *Data) { d.QVel[3] = 1e12 },
		BadAcceleration: func(d *Data) { d.XFrcApplied[6*2] = 1e20 },
		BadControl:      func(d *Data) {},
	} {
		d := bouncingData(t, "RK4")
		steps(t, d, 0, 2, 2)
		control := []float64{0}
		if kind == BadControl {
			control[0] = math.NaN()
		}
		spoil(d)
		err := d.Step(control, 3)
		var warning *Warning
		if !errors.As(err, &warning) || warning.Kind != kind || math.Abs(warning.Time-.02) > 1e-9 {
			t.Errorf("got %v, want %v at time 0.02", err, kind)
		}
		d.Reset()
		if err := d.Forward(); err != nil {
			t.Errorf("after a reset: %v", err)
		}
	}
	if files, err := os.ReadDir(directory); err != nil || len(files) != 0 {
		t.Errorf("MuJoCo wrote files: %v (%v)", files, err)
	}
}

func TestFullContactListIsAWarning(t *testing.T) {
	xml := strings.Replace(bouncing, `nuserdata="2"`, `nuserdata="2" nconmax="1"`, 1)
	d := data(t, model(t, strings.Replace(xml, "INTEGRATOR", "Euler", 1)))
	for range 100 {
		err := d.Step([]float64{0}, 1)
		var warning *Warning
		if errors.As(err, &warning) && warning.Kind == ContactsFull {
			return
		}
	}
	t.Error("a box lay on its four corners with room for one contact, and there was no warning")
}

// TestFatalErrors makes MuJoCo give up: the process lives on, and so does every other simulation.
func TestFatalErrors(t *testing.T) {
	small := func(stack string) string {
		xml := strings.Replace(bouncing, `nuserdata="2"`, `nuserdata="2" nstack="`+stack+`"`, 1)
		return strings.Replace(xml, "INTEGRATOR", "Euler", 1)
	}
	if _, err := Compile(small("8"), nil); err == nil || !strings.Contains(err.Error(), "Stack overflow") {
		t.Errorf("a stack of 8 numbers: %v", err)
	}
	d := data(t, model(t, small("150"))) // enough in the air, too little on the floor
	for range 3 {
		d.QPos[2] = .05
		if err := d.Forward(); err == nil || !strings.Contains(err.Error(), "Stack overflow") {
			t.Fatalf("a stack of 150 numbers: %v", err)
		}
		d.Reset()
	}
	steps(t, bouncingData(t, "Euler"), 0, 5, 1)
}

func TestWrongControlSize(t *testing.T) {
	d := bouncingData(t, "Euler")
	before := d.Save(nil)
	if err := d.Step([]float64{1, 2}, 1); err == nil || !strings.Contains(err.Error(), "2 elements, the model takes 1") {
		t.Errorf("two controls for one actuator: %v", err)
	}
	if err := d.Step([]float64{1}, 0); err == nil {
		t.Error("a step of no physics steps was accepted")
	}
	if !slices.Equal(d.Save(nil), before) {
		t.Error("a refused control changed the state")
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	d, control := bouncingData(t, "Euler"), []float64{.5}
	if allocations := testing.AllocsPerRun(100, func() { d.Step(control, 2) }); allocations != 0 {
		t.Errorf("%g allocations a step", allocations)
	}
}

// TestPlainLoop plays the loop's first steps by hand: both must end in the same state.
func TestPlainLoop(t *testing.T) {
	for _, integrator := range []string{"Euler", "RK4"} {
		d := bouncingData(t, integrator)
		controls := make([]float64, 20)
		for i := range controls {
			controls[i] = math.Sin(.1 * float64(i))
		}
		if _, err := d.TimePlainLoop(controls, 3); err != nil {
			t.Fatal(err)
		}
		want := d.Save(nil)
		d.Reset()
		if err := d.Forward(); err != nil {
			t.Fatal(err)
		}
		for i := range controls {
			if err := d.Step(controls[i:i+1], 3); err != nil {
				t.Fatal(err)
			}
		}
		got := d.Save(nil)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Fatalf("%s: number %d of the state is %g, the plain loop has %g", integrator, i, got[i], want[i])
			}
		}
	}
}

func TestUseAfterClose(t *testing.T) {
	m, err := Compile(strings.Replace(bouncing, "INTEGRATOR", "Euler", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := data(t, m)
	d.Close()
	d.Close()
	mustPanic(t, "Data", func() { d.Step([]float64{0}, 1) })
	mustPanic(t, "Data", func() { d.Reset() })
	d = data(t, m)
	m.Close()
	m.Close()
	mustPanic(t, "Model", func() { d.Step([]float64{0}, 1) })
	mustPanic(t, "Model", func() { NewData(m) })
}

// mustPanic demands that f panics with a text that says what was closed.
func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, what+" after its Close") {
			t.Errorf("panic %q, want one about the closed %s", text, what)
		}
	}()
	f()
}

// TestForgottenModels leaves freeing to the garbage collector.
func TestForgottenModels(t *testing.T) {
	for range 20 {
		m, err := Compile(strings.Replace(bouncing, "INTEGRATOR", "Euler", 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewData(m)
		if err != nil {
			t.Fatal(err)
		}
		steps(t, d, 0, 2, 1)
		runtime.KeepAlive(d)
		runtime.GC()
	}
}

func TestSharedModelInParallel(t *testing.T) {
	m := model(t, strings.Replace(bouncing, "INTEGRATOR", "Euler", 1))
	results := make([][]float64, 4)
	var group sync.WaitGroup
	for i := range results {
		d := data(t, m)
		group.Go(func() {
			for j := range 200 {
				if d.ForwardPassive() != nil || d.Step([]float64{math.Sin(float64(j))}, 2) != nil {
					return
				}
			}
			results[i] = d.Save(nil)
		})
	}
	group.Wait()
	for i, result := range results {
		if len(result) == 0 || !slices.Equal(result, results[0]) {
			t.Errorf("simulation %d differs from simulation 0", i)
		}
	}
}

func TestRender(t *testing.T) {
	d := bouncingData(t, "Euler")
	for _, profile := range []Profile{Faithful, Fast} {
		r, err := NewRenderer(d.Model(), profile, AnyBackend)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var first, second, larger image.RGBA
		for _, picture := range []*image.RGBA{&first, &second} {
			render(t, r, d, 0, 64, 48, picture)
		}
		render(t, r, d, 1, 700, 500, &larger)
		render(t, r, d, 0, 64, 48, &second)
		if first.Rect.Dx() != 64 || first.Rect.Dy() != 48 || !slices.Equal(first.Pix, second.Pix) {
			t.Error("two pictures of one state differ")
		}
		// The box is red and in the middle; the sky is black above it and the floor green below.
		sky, box, floor := first.RGBAAt(32, 2), first.RGBAAt(31, 36), first.RGBAAt(5, 46)
		if box.R <= box.G || floor.G <= floor.R || sky.R+sky.G+sky.B != 0 || box.A != 255 {
			t.Errorf("profile %d: sky %v, box %v, floor %v", profile, sky, box, floor)
		}
	}
}

func render(t *testing.T, r *Renderer, d *Data, camera, width, height int, picture *image.RGBA) {
	t.Helper()
	if err := r.Render(d, camera, width, height, picture); err != nil {
		t.Fatal(err)
	}
}

// TestView compares what an agent sees with the picture for people.
func TestView(t *testing.T) {
	d := bouncingData(t, "Euler")
	r, err := NewRenderer(d.Model(), Fast, AnyBackend)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rendered image.RGBA
	render(t, r, d, 0, 40, 30, &rendered)
	picture := make([]uint8, 3*40*30)
	view := func() {
		if err := r.View(d, 0, 40, 30, picture); err != nil {
			t.Fatal(err)
		}
	}
	if allocations := testing.AllocsPerRun(5, view); allocations > 0 {
		t.Errorf("%v allocations a picture", allocations)
	}
	for i := range 40 * 30 {
		if !slices.Equal(picture[3*i:3*i+3], rendered.Pix[4*i:4*i+3]) {
			t.Fatalf("pixel %d is %v, rendered as %v", i, picture[3*i:3*i+3], rendered.Pix[4*i:4*i+4])
		}
	}
	if err := r.View(d, 0, 40, 31, picture); err == nil || !strings.Contains(err.Error(), "3600 bytes for a picture of 40 x 31") {
		t.Errorf("a picture larger than its memory: %v", err)
	}
}

// TestRenderFollowsHeightFields looks down on a height field and raises a part of it.
func TestRenderFollowsHeightFields(t *testing.T) {
	m, err := Compile(`<mujoco>
		<asset><hfield name="hills" nrow="5" ncol="5" size="1 1 1 .1"/></asset>
		<worldbody><geom type="hfield" hfield="hills"/><camera pos="-2 0 1" xyaxes="0 -1 0 .5 0 1"/></worldbody>
	</mujoco>`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	d, err := NewData(m)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r, err := NewRenderer(m, Fast, AnyBackend)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var flat, hilly image.RGBA
	render(t, r, d, 0, 64, 48, &flat)
	m.HFieldData[12] = 1
	render(t, r, d, 0, 64, 48, &hilly)
	if len(m.HFieldData) != 25 || slices.Equal(flat.Pix, hilly.Pix) {
		t.Errorf("a change of one of %d heights does not show", len(m.HFieldData))
	}
}

// TestCollide moves a box into the floor and asks where it is and what touches, before any forces.
func TestCollide(t *testing.T) {
	d := bouncingData(t, "Euler")
	if err := d.Collide(); err != nil || d.Contacts() != 0 {
		t.Fatalf("%d contacts in the air (%v)", d.Contacts(), err)
	}
	d.QPos[2] = -.01
	if err := d.Collide(); err != nil || d.Contacts() == 0 {
		t.Errorf("%d contacts in the floor (%v)", d.Contacts(), err)
	}
}

func TestRenderErrors(t *testing.T) {
	d := bouncingData(t, "Euler")
	r, err := NewRenderer(d.Model(), Fast, AnyBackend)
	if err != nil {
		t.Fatal(err)
	}
	picture := new(image.RGBA)
	render(t, r, d, -1, 8, 8, picture)
	errCamera := r.Render(d, 2, 8, 8, picture)
	errSize := r.Render(d, 0, 0, 8, picture)
	render(t, r, bouncingData(t, "RK4"), 0, 8, 8, picture) // looks the same
	larger := strings.Replace(bouncing, "</worldbody>", `<geom size="1"/></worldbody>`, 1)
	errOther := r.Render(data(t, model(t, strings.Replace(larger, "INTEGRATOR", "Euler", 1))), 0, 8, 8, picture)
	r.Close()
	r.Close()
	errClosed := r.Render(d, 0, 8, 8, picture)
	for word, err := range map[string]error{"side": errCamera, "0 x 8": errSize, "another Model": errOther, "Close": errClosed} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("got %v, want an error about %q", err, word)
		}
	}
}
