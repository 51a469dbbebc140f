package env

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestStepKinds(t *testing.T) {
	tests := []struct {
		name                  string
		step                  TimeStep
		kind                  StepType
		discount              float64
		terminated, truncated bool
	}{
		{"restart", Restart(nil), First, 1, false, false},
		{"transition", Transition(2, nil), Mid, 1, false, false},
		{"termination", Termination(2, nil), Last, 0, true, false},
		{"truncation", Truncation(2, nil), Last, 1, false, true},
	}
	for _, test := range tests {
		step := test.step
		if step.Type != test.kind || step.Discount != test.discount ||
			step.Terminated() != test.terminated || step.Truncated() != test.truncated {
			t.Errorf("%s: got %+v", test.name, step)
		}
	}
	if got := First.String() + Mid.String() + Last.String(); got != "FIRSTMIDLAST" {
		t.Errorf("step types print as %s", got)
	}
}

func TestCloneKeepsAnObservation(t *testing.T) {
	original := Observation{{Float64: []float64{1, 2}}, {Uint8: []uint8{3}}}
	clone := original.Clone()
	original[0].Float64[0], original[1].Uint8[0] = 9, 9
	if !slices.Equal(clone[0].Float64, []float64{1, 2}) || !slices.Equal(clone[1].Uint8, []uint8{3}) {
		t.Errorf("the clone changed with the original: %v", clone)
	}
}

func TestSpecValidate(t *testing.T) {
	tests := []struct {
		spec Spec
		want string // part of the error, empty for none
	}{
		{Spec{Name: "free", Shape: []int{2, 3}}, ""},
		{Spec{Name: "bounded", Shape: []int{2}, Minimum: []float64{0, 0}, Maximum: []float64{1, 0}}, ""},
		{Spec{}, "no name"},
		{Spec{Name: "negative", Shape: []int{-1}}, "dimension 0 is -1"},
		{Spec{Name: "short", Shape: []int{2}, Minimum: []float64{0}, Maximum: []float64{1, 1}}, "1 minima and 2 maxima"},
		{Spec{Name: "crossed", Minimum: []float64{2}, Maximum: []float64{1}}, "minimum 2 above maximum 1"},
		{Spec{Name: "unknown", Minimum: []float64{math.NaN()}, Maximum: []float64{1}}, "minimum NaN"},
	}
	for _, test := range tests {
		expect(t, test.spec.Name, test.spec.Validate(), test.want)
	}
}

func TestCheckAction(t *testing.T) {
	spec := Spec{Name: "action", Shape: []int{2}, Minimum: []float64{-1, -1}, Maximum: []float64{1, 1}}
	expect(t, "beyond the bounds", spec.CheckAction([]float64{5, -5}), "")
	expect(t, "too short", spec.CheckAction([]float64{1}), "has 1 elements, the task takes 2")
	expect(t, "NaN", spec.CheckAction([]float64{0, math.NaN()}), "element 1 of 2 is NaN")
	expect(t, "infinite", spec.CheckAction([]float64{math.Inf(-1), 0}), "element 0 of 2 is -Inf")
}

func TestCheckArray(t *testing.T) {
	floats := Spec{Name: "position", Shape: []int{1}, Minimum: []float64{0}, Maximum: []float64{1}}
	bytes := Spec{Name: "pixels", Shape: []int{2, 1, 3}, Kind: Uint8}
	expect(t, "good", floats.CheckArray(Array{Float64: []float64{1}}), "")
	expect(t, "outside", floats.CheckArray(Array{Float64: []float64{1.5}}), "outside its bounds [0, 1]")
	expect(t, "NaN", floats.CheckArray(Array{Float64: []float64{math.NaN()}}), "must be finite")
	expect(t, "wrong kind", floats.CheckArray(Array{Uint8: []uint8{1}}), "has 0 elements")
	expect(t, "good image", bytes.CheckArray(Array{Uint8: make([]uint8, 6)}), "")
	expect(t, "short image", bytes.CheckArray(Array{Uint8: make([]uint8, 5)}), "has 5 bytes, its spec says 6")
}

func TestCatalogueFind(t *testing.T) {
	catalogue := Catalogue{{Name: "control/walker-walk"}, {Name: "control/walker-run"}, {Name: "classic/catch"}}
	if task, err := catalogue.Find("classic/catch"); err != nil || task.Name != "classic/catch" {
		t.Errorf("Find gave %q, %v", task.Name, err)
	}
	_, err := catalogue.Find("control/walker-wlak")
	expect(t, "a misspelt name", err, "nearest: control/walker-walk")
}

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"walk", "wlak", 2}} {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %d edits, want %d", test.a, test.b, got, test.want)
		}
	}
}

// expect fails the test unless err contains want, or is nil where want is empty.
func expect(t *testing.T, what string, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want %q", what, err, want)
	}
}

func TestTagged(t *testing.T) {
	catalogue := Catalogue{{Name: "a", Tags: []string{"easy", "new"}}, {Name: "b", Tags: []string{"easy"}}, {Name: "c"}}
	for _, test := range []struct {
		tags []string
		want string // the names of the tasks
	}{{nil, "abc"}, {[]string{"easy"}, "ab"}, {[]string{"easy", "new"}, "a"}} {
		tagged, err := catalogue.Tagged(test.tags...)
		names := ""
		for _, task := range tagged {
			names += task.Name
		}
		if err != nil || names != test.want {
			t.Errorf("%v: tasks %q, %v, want %q", test.tags, names, err, test.want)
		}
	}
	_, err := catalogue.Tagged("easy", "hard")
	expect(t, "unknown", err, `no task has the tag "hard"; the tags are easy, new`)
}

func TestPhysicsSpec(t *testing.T) {
	walker, reacher := PhysicsSpec{"control/walker@1", 2}, PhysicsSpec{"control/reacher@2", 2}
	expect(t, "the same body", walker.CheckSource(walker), "")
	expect(t, "another body", walker.CheckSource(reacher),
		"recorded with the physics of control/reacher@2 (2 numbers), the task has those of control/walker@1 (2 numbers)")
	expect(t, "another size", walker.CheckSource(PhysicsSpec{"control/walker@1", 3}), "control/walker@1 (3 numbers)")
	expect(t, "good", walker.CheckPhysics([]float64{1, 2}), "")
	expect(t, "too short", walker.CheckPhysics([]float64{1}), "there are 1 numbers for the physics of control/walker@1 (2 numbers)")
	expect(t, "NaN", walker.CheckPhysics([]float64{1, math.NaN()}), "element 1 of the physics of control/walker@1 (2 numbers) is NaN")
	expect(t, "infinite", walker.CheckPhysics([]float64{math.Inf(1), 2}), "element 0")
}
