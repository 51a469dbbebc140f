//go:build cgo

package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// recorded is a rollout of control/testdata, whose test tells where the numbers come from.
type recorded struct {
	MuJoCo    int
	Snapshots []struct {
		T                      int
		QPos, QVel, SensorData []float64
		Observation            map[string][]float64
		Reward                 map[string]float64
	}
}

// TestRolloutReproducesRecords runs the command on the recorded controls of every domain.
func TestRolloutReproducesRecords(t *testing.T) {
	for task, record := range map[string]struct{ model, reward string }{
		"acrobot-swingup":        {"acrobot", "swingup"},
		"acrobot-swingup_sparse": {"acrobot", "swingup_sparse"},
		"cartpole-balance":       {"cartpole_1", "dense"},
		"cartpole-swingup":       {"cartpole_1", "dense"},
		"cartpole-two_poles":     {"cartpole_2", "dense"},
		"cartpole-three_poles":   {"cartpole_3", "dense"},
		"pendulum-swingup":       {"pendulum", "swingup"},
		"point_mass-easy":        {"point_mass", "easy"},
		"reacher-easy":           {"reacher", "easy(target .05)"},
		"reacher-hard":           {"reacher", "hard(target .015)"},
	} {
		t.Run(task, func(t *testing.T) {
			var want recorded
			if err := json.Unmarshal([]byte(read(t, "../../control/testdata/"+record.model+"_rollout.json")), &want); err != nil {
				t.Fatal(err)
			}
			if version := strings.ReplaceAll(mujoco.Version(), ".", ""); version != strconv.Itoa(want.MuJoCo) {
				t.Skipf("recorded with MuJoCo %d, this is %s, whose numbers may differ", want.MuJoCo, version)
			}
			compareRollout(t, "control/"+task, want, record.reward)
		})
	}
}

func compareRollout(t *testing.T, task string, want recorded, reward string) {
	first, last := want.Snapshots[0], want.Snapshots[len(want.Snapshots)-1]
	input := rolloutInput{QPos: make([]float64, len(first.QPos)), QVel: make([]float64, len(first.QVel)), Controls: sinusoid(t, task, last.T)}
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "in.json")
	write(t, file, string(text))
	result := succeed(t, "rollout", "--task", task, "--in", file, "--json")
	steps := decode[rolloutStep](t, result.out)
	if len(steps) != last.T+1 || result.log != "" {
		t.Fatalf("%d steps, want %d; log %q", len(steps), last.T+1, result.log)
	}
	for _, snapshot := range want.Snapshots {
		got := steps[snapshot.T]
		near(t, "step", []float64{float64(got.Step)}, []float64{float64(snapshot.T)})
		near(t, "qpos", got.QPos, snapshot.QPos)
		near(t, "qvel", got.QVel, snapshot.QVel)
		near(t, "sensordata", got.SensorData, snapshot.SensorData)
		near(t, "reward, discount", []float64{got.Reward, got.Discount}, []float64{snapshot.Reward[reward], 1})
		for name, values := range snapshot.Observation {
			near(t, name, got.Observation[name], values)
		}
	}
}

// sinusoid is the controls that the recorded rollouts were driven with.
func sinusoid(t *testing.T, name string, steps int) [][]float64 {
	task, err := catalogues().Tasks.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	report, err := describeTask(task)
	if err != nil || report.Unavailable != "" {
		t.Fatal(report.Unavailable, err)
	}
	low, high := report.Action.Minimum, report.Action.Maximum
	controls := make([][]float64, steps)
	for k := range controls {
		for i := range low {
			controls[k] = append(controls[k], (low[i]+high[i])/2+.25*(high[i]-low[i])*math.Sin(.1*float64(k)+float64(i)))
		}
	}
	return controls
}

// near compares number by number to 1e-9, relative above 0.001 and in its units below.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-9*max(1e-3, math.Abs(want[i]))) {
			t.Errorf("%s[%d] = %.17g, want %.17g", what, i, got[i], want[i])
		}
	}
}

func TestRolloutWithPictures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in.json")
	write(t, file, `{"qpos":[0,0],"qvel":[0,0],"controls":[[1]]}`)
	arguments := []string{"rollout", "--task", "control/cartpole-swingup", "--in", file, "--json", "--pixels", "4"}
	if result := reverie(arguments...); strings.Contains(result.log, "no renderer") {
		t.Skip(result.log)
	}
	var seen [2][]float64
	for i, camera := range []string{"fixed", "lookatcart"} {
		steps := decode[rolloutStep](t, succeed(t, append(arguments, "--camera", camera)...).out)
		seen[i] = steps[1].Observation["pixels"]
		if len(steps) != 2 || len(seen[i]) != 4*4*3 || len(steps[0].Observation["position"]) != 3 {
			t.Errorf("%d steps, the second with %d colours", len(steps), len(seen[i]))
		}
	}
	if slices.Equal(seen[0], seen[1]) {
		t.Error("the cameras see the same")
	}
	fail(t, exitUsage, []string{`no camera is called "above"`, "lookatcart"}, append(arguments, "--camera", "above")...)
}

func TestRolloutMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in.json")
	state := `{"qpos":[0,0],"qvel":[0,0],"controls":`
	for name, test := range map[string]struct{ input, word string }{
		"empty file":         {``, "at byte 0"},
		"cut off":            {`{"qpos":[1`, "at byte 10"},
		"not a number":       {`{"qpos":[NaN]}`, "at byte 10"},
		"text":               {`{"qpos":["x"]}`, "at byte 12"},
		"unknown field":      {`{"positions":[0]}`, `unknown field "positions"`},
		"two objects":        {state + `[]} {}`, "at byte 43"},
		"wrong qpos":         {`{"qpos":[0],"qvel":[0,0]}`, "qpos has 1 elements and qvel 2, the model takes 2 and 2"},
		"wrong action":       {state + `[[0],[0,1]]}`, "controls[1]: env: action has 2 elements, the task takes 1"},
		"action out of JSON": {state + `[[1e999]]}`, "at byte 45"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, file, test.input)
			result := fail(t, exitUsage, []string{file, test.word}, "rollout", "--task", "control/cartpole-swingup", "--in", file)
			if result.out != "" {
				t.Errorf("printed before the mistake was found: %s", result.out)
			}
		})
	}
}

func TestRolloutBeyondTheEpisode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in.json")
	write(t, file, fmt.Sprintf(`{"qpos":[0,0],"qvel":[0,0],"controls":[[0]%s]}`, strings.Repeat(",[0]", 1001)))
	result := fail(t, exitFailed, []string{"the episode ended at step 1000; 2 controls are left"}, "rollout", "--task", "control/cartpole-swingup", "--in", file, "--json")
	if steps := decode[rolloutStep](t, result.out); len(steps) != 1001 {
		t.Errorf("%d steps were printed, want 1001", len(steps))
	}
}

// Without --json the same is printed for people.
func TestRolloutIndented(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in.json")
	write(t, file, `{"qpos":[0,0],"qvel":[0,0],"controls":[[0.5]]}`)
	out := succeed(t, "rollout", "--task", "control/cartpole-swingup", "--in", file).out
	decoder := json.NewDecoder(strings.NewReader(out))
	for number := range 2 {
		var step rolloutStep
		if err := decoder.Decode(&step); err != nil || step.Step != number {
			t.Errorf("step %d: got %+v, %v", number, step, err)
		}
	}
}

// TestSimulatedTaskKilledAndResumed is the promise of the same bytes on a simulated task.
func TestSimulatedTaskKilledAndResumed(t *testing.T) {
	more := []string{"--task", "control/cartpole-swingup", "--steps", "8000"}
	want := reference(t, append(more, "--set", "workers=1")...)
	killAndResume(t, want, func(folder string) []string { return small(folder, append(more, "--set", "workers=2")...) })
}
