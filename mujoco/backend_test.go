//go:build cgo

package mujoco

import (
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCandidates looks at the order of the back ends and at what is refused.
func TestCandidates(t *testing.T) {
	for _, c := range []struct {
		wanted, inUse Backend
		want          []Backend
	}{
		{AnyBackend, AnyBackend, []Backend{OSMesa, EGL}},
		{EGL, AnyBackend, []Backend{EGL}},
		{AnyBackend, EGL, []Backend{EGL}},
		{EGL, EGL, []Backend{EGL}},
		{OSMesa, EGL, nil},
		{Backend(7), AnyBackend, nil},
	} {
		got, err := candidates(c.wanted, c.inUse)
		if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil) {
			t.Errorf("%v wanted, %v in use: %v (%v), want %v", c.wanted, c.inUse, got, err, c.want)
		}
	}
}

// Variables that make TestPictureInOwnProcess draw: a process has one back end.
const (
	pictureVariable = "REVERIE_TEST_PICTURE"
	backendVariable = "REVERIE_TEST_BACKEND"
)

// TestPictureInOwnProcess writes pictures in both profiles to a file, for TestBackendsDrawTheSame.
func TestPictureInOwnProcess(t *testing.T) {
	file := os.Getenv(pictureVariable)
	if file == "" {
		t.Skip("only runs as a part of TestBackendsDrawTheSame")
	}
	backend := map[string]Backend{"osmesa": OSMesa, "egl": EGL}[os.Getenv(backendVariable)]
	d := bouncingData(t, "Euler")
	var pictures []byte
	for _, profile := range []Profile{Faithful, Fast} {
		r, err := NewRenderer(d.Model(), profile, backend)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var picture image.RGBA
		render(t, r, d, 0, 64, 48, &picture)
		pictures = append(pictures, picture.Pix...)
	}
	if err := os.WriteFile(file, pictures, 0o600); err != nil {
		t.Fatal(err)
	}
}

// drawWith returns the pictures of a back end, or skips the test where the machine has none.
func drawWith(t *testing.T, backend Backend) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pictures")
	command := exec.Command(os.Args[0], "-test.run=^TestPictureInOwnProcess$")
	command.Env = append(os.Environ(), pictureVariable+"="+file, backendVariable+"="+backend.String())
	output, err := command.CombinedOutput()
	if err != nil && strings.Contains(string(output), "mujoco: no renderer") {
		t.Skipf("%v cannot be had on this machine: %s", backend, output)
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", backend, err, output)
	}
	pictures, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return pictures
}

// TestBackendsDrawTheSame compares pictures of the back ends. Graphics cards round differently, so
// they need not be equal.
func TestBackendsDrawTheSame(t *testing.T) {
	software, other := drawWith(t, OSMesa), drawWith(t, EGL)
	if len(software) == 0 || len(software) != len(other) {
		t.Fatalf("pictures of %d and %d bytes", len(software), len(other))
	}
	sum, different := 0, 0
	for i, value := range software {
		difference := max(value, other[i]) - min(value, other[i])
		sum += int(difference)
		different += int(min(difference, 1))
	}
	t.Logf("%d of %d bytes differ", different, len(software))
	if mean := float64(sum) / float64(len(software)); mean > 2 {
		t.Errorf("the pictures differ by %.1f on the average", mean)
	}
}

// TestHungDriver has no patience for the first picture: the renderer is given up, and Close returns.
func TestHungDriver(t *testing.T) {
	d := bouncingData(t, "Euler")
	r, err := NewRenderer(d.Model(), Faithful, AnyBackend)
	if err != nil {
		t.Fatal(err)
	}
	r.patience = time.Nanosecond
	picture := new(image.RGBA)
	if err := r.Render(d, 0, 700, 500, picture); !errors.Is(err, errHung) {
		t.Errorf("a driver that takes longer than %v: %v", r.patience, err)
	}
	if err := r.Render(d, 0, 8, 8, picture); err == nil || !strings.Contains(err.Error(), "Close") {
		t.Errorf("a renderer that was given up: %v", err)
	}
	r.Close()
	<-r.ended // the model must outlive the picture
}

func TestOneBackendAProcess(t *testing.T) {
	d := bouncingData(t, "Euler")
	r, err := NewRenderer(d.Model(), Fast, AnyBackend)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	other := EGL
	if backendInUse.Backend == EGL {
		other = OSMesa
	}
	if _, err := NewRenderer(d.Model(), Fast, other); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second back end: %v", err)
	}
}
