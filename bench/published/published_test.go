package published

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/reverie-rl/reverie/control"
)

func TestOn(t *testing.T) {
	found, err := On("control/cartpole-swingup")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]float64{}
	for _, curve := range found {
		methods[curve.Method] = curve.Mean[1]
	}
	if methods["MPO"] != 744 || methods["D4PG"] != 496 || methods["PPO"] != 93 || methods["SAC"] != 865 {
		t.Errorf("the second scores on cartpole-swingup are %v", methods)
	}
	if none, err := On("classic/catch"); len(none) > 0 || err != nil {
		t.Errorf("got %v, %v", none, err)
	}
}

func TestCurvesAreOfKnownTasksAndPossible(t *testing.T) {
	all, err := curves(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, curve := range all {
		if _, err := control.Tasks().Find(curve.Task); err != nil {
			t.Error(err)
		}
		for i, mean := range curve.Mean {
			if mean < 0 || mean > 1000 || i > 0 && curve.Steps[i] <= curve.Steps[i-1] {
				t.Errorf("%s on %s: %v at %v steps", curve.Method, curve.Task, mean, curve.Steps[i])
			}
		}
	}
}

func TestCurvesRefuse(t *testing.T) {
	const head = "source = 'a'\nmeasure = 'b'\nsteps = [1, 2]\n"
	for text, want := range map[string]string{
		head + "[[curve]]\ntask='t'\nmethod='M'\nseeds=3\nmean=[1]":                  "M on t has 1 means",
		head + "[[curve]]\ntask='t'\nmethod='M'\nseeds=3\nmean=[1,2]\ndeviation=[1]": "and 1 deviations",
		head + "[[curve]]\ntask='t'\nmethod='M'\nmean=[1,2]":                         "curve 1 lacks",
		head + "score = 3": "unknown keys",
		"steps = [":        "bad.toml",
	} {
		_, err := curves(fstest.MapFS{"bad.toml": {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
