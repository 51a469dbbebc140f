package main

import (
	"bufio"
	"encoding/json"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/run"
)

// decode reads JSON lines, without a field that T does not have and without anything between them.
func decode[T any](t *testing.T, text string) []T {
	t.Helper()
	var values []T
	for line := range strings.Lines(text) {
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		var value T
		if err := decoder.Decode(&value); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		values = append(values, value)
	}
	return values
}

func TestTasksJSON(t *testing.T) {
	result := succeed(t, "tasks", "--json")
	reports := decode[taskReport](t, result.out)
	if len(reports) != len(catalogues().Tasks) || result.log != "" {
		t.Errorf("%d tasks, want %d; log %q", len(reports), len(catalogues().Tasks), result.log)
	}
	for _, report := range reports {
		if report.Name == "classic/pendulum" {
			want := taskReport{
				Name: "classic/pendulum", Tags: report.Tags,
				Observations: []specReport{
					{Name: "orientation", Shape: []int{2}, Kind: "float64", Minimum: []float64{-1, -1}, Maximum: []float64{1, 1}},
					{Name: "velocity", Shape: []int{1}, Kind: "float64"},
				},
				Action: &specReport{Name: "torque", Shape: []int{1}, Kind: "float64", Minimum: []float64{-1}, Maximum: []float64{1}},
			}
			if !reflect.DeepEqual(report, want) {
				t.Errorf("got %+v", report)
			}
		}
		if report.Unavailable == "" && (len(report.Observations) == 0 || report.Action == nil) {
			t.Errorf("%s has no specs", report.Name)
		}
	}
}

func TestTasksForPeople(t *testing.T) {
	out := succeed(t, "tasks").out
	if lines := strings.Count(out, "\n"); lines != len(catalogues().Tasks) {
		t.Errorf("%d lines for %d tasks", lines, len(catalogues().Tasks))
	}
	if !strings.Contains(out, "classic/catch") || !strings.Contains(out, "velocity [1]") {
		t.Errorf("tasks prints:\n%s", out)
	}
}

func TestTasksByTag(t *testing.T) {
	easy := decode[taskReport](t, succeed(t, "tasks", "--tag", "benchmarking", "--tag", "easy", "--json").out)
	if len(easy) == 0 {
		t.Error("no task is easy")
	}
	for _, report := range easy {
		if !slices.Contains(report.Tags, "easy") || !slices.Contains(report.Tags, "benchmarking") {
			t.Errorf("%s has the tags %v", report.Name, report.Tags)
		}
	}
	if planet := succeed(t, "tasks", "--tag", "planet6").out; strings.Count(planet, "\n") != 6 {
		t.Errorf("--tag planet6 lists:\n%s", planet)
	}
}

func TestEvalJSON(t *testing.T) {
	folder := reference(t)
	result := succeed(t, "eval", folder, "--episodes", "3", "--seed", "7", "--json")
	reports := decode[evaluationReport](t, result.out)
	if len(reports) != 1 || result.log != "" {
		t.Fatalf("%d objects, log %q", len(reports), result.log)
	}
	got := reports[0]
	evaluation := run.Evaluation{Returns: got.Returns}
	want := evaluationReport{"classic/pendulum", "mpo", 3000, 3, evaluation.Mean(), evaluation.Deviation(), got.Returns, nil, nil, nil}
	if !reflect.DeepEqual(got, want) || len(got.Returns) != 3 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if again := succeed(t, "eval", folder, "--episodes", "3", "--seed", "7", "--json"); again.out != result.out {
		t.Errorf("the same seed gives %s and then %s", result.out, again.out)
	}
	if other := succeed(t, "eval", folder, "--episodes", "3", "--seed", "8", "--json"); other.out == result.out {
		t.Error("another seed gives the same returns")
	}
}

func TestBenchJSON(t *testing.T) {
	result := succeed(t, "bench", "mlp_adam", "--time", "50ms", "--threads", "1", "--json")
	reports := decode[benchReport](t, result.out)
	if len(reports) != 1 || result.log != "" {
		t.Fatalf("%d objects, log %q", len(reports), result.log)
	}
	if got := reports[0]; got.Peer != "reverie" || got.Work != "mlp_adam" || got.Threads != 1 || !(got.MS > 0) || math.IsInf(got.MS, 0) {
		t.Errorf("got %+v", got)
	}
}

func TestModel(t *testing.T) {
	if out := succeed(t, "model", "control/walker-walk").out; !strings.Contains(out, `<mujoco model="walker">`) || strings.Contains(out, "<include") {
		t.Errorf("the model is\n%s", out)
	}
}

func TestEnvcheck(t *testing.T) {
	if out := succeed(t, "envcheck", "classic/pendulum").out; out != "classic/pendulum: conforms\n" {
		t.Errorf("envcheck prints %q", out)
	}
}

func TestEnvcheckWithPictures(t *testing.T) {
	if out := succeed(t, "envcheck", "classic/pendulum", "--pixels", "8").out; out != "classic/pendulum: conforms\n" {
		t.Errorf("envcheck prints %q", out)
	}
	fail(t, exitFailed, []string{"1 of 1 tasks"}, "envcheck", "classic/lqr", "--pixels", "8")
}

// TestActionRepeatIsKept trains, evaluates and films with repeated actions.
func TestActionRepeatIsKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	succeed(t, small(folder, "--film", "--set", "action_repeat=2")...)
	expectMovie(t, filepath.Join(folder, "videos", "policy.gif"), 320, 240)
	whole := decode[evaluationReport](t, succeed(t, "eval", folder, "--episodes", "1", "--json").out)[0]
	part := decode[evaluationReport](t, succeed(t, "eval", folder, "--episodes", "1", "--longest", "100", "--json").out)[0]
	if whole.Step != 3000 || part.Mean >= whole.Mean {
		t.Errorf("step %d; return %v, cut off early %v", whole.Step, whole.Mean, part.Mean)
	}
}

// TestTrainLeavesItsFiles trains with a film, and films once more by hand.
// A run that sees less goes on within an episode to the same bytes, and keeps what it sees for life.
func TestPartialViewsAreKept(t *testing.T) {
	views := []string{"--set", "hide=velocities", "--set", "delay=2", "--set", "flicker=0.3", "--set", "evaluate_every=250"}
	folder, want := filepath.Join(t.TempDir(), "run"), reference(t, views...)
	succeed(t, small(folder, append(views, "--steps", "1250")...)...)
	succeed(t, small(folder, "--set", "evaluate_every=250")...)
	expectSame(t, folder, want)
	fail(t, exitUsage, []string{"setting hide: [], was [velocities] cannot be changed"}, small(folder, "--set", "hide=[]")...)
	fail(t, exitFailed, []string{`no observation is called "speed"`}, small(filepath.Join(t.TempDir(), "run"), "--set", "hide=speed")...)
	succeed(t, "eval", folder, "--episodes", "1")
	succeed(t, "record", folder, "--out", filepath.Join(folder, "film.png"))
}

func TestTrainLeavesItsFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	result := succeed(t, small(folder, "--film")...)
	if strings.Contains(result.log, "no film") {
		t.Error(result.log)
	}
	for _, name := range []string{"config.toml", "metrics.jsonl", "checkpoints", "curve.svg", "videos/policy.gif"} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err != nil || !strings.Contains(result.out, path+"\n") {
			t.Errorf("%s: %v; the output is\n%s", name, err, result.out)
		}
	}
	if !strings.Contains(result.out, "events.") {
		t.Errorf("no events are listed:\n%s", result.out)
	}
	movie := filepath.Join(folder, "deeper", "again.gif")
	succeed(t, "record", folder, "--out", movie, "--width", "64", "--height", "48")
	expectMovie(t, movie, 64, 48)
}

// expectMovie checks size and duration: an episode of 1000 steps of 0.02 s takes 20 s.
func expectMovie(t *testing.T, path string, width, height int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	movie, err := gif.DecodeAll(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	hundredths := 0
	for _, delay := range movie.Delay {
		hundredths += delay
	}
	if movie.Config.Width != width || movie.Config.Height != height || hundredths < 1990 || hundredths > 2010 {
		t.Errorf("%d x %d pixels, %d frames in %d hundredths of a second", movie.Config.Width, movie.Config.Height, len(movie.Image), hundredths)
	}
}

// The run folder's name comes from agent, task and seed if there is no --out.
func TestDefaultFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	arguments := small("")
	place := slices.Index(arguments, "--out")
	arguments = append(slices.Delete(arguments, place, place+2), "--set", "seed=4", "--steps", "500")
	succeed(t, arguments...)
	succeed(t, "eval", filepath.Join("runs", "mpo_classic_pendulum_seed4"), "--episodes", "1")
	succeed(t, append(arguments, "--resume", "--steps", "600")...)
}

func TestBenchShowsPrograms(t *testing.T) {
	profile := succeed(t, "bench", "mlp_adam", "--time", "20ms", "--threads", "1", "--profile").out
	listing := succeed(t, "bench", "mlp_adam", "--threads", "1", "--listing").out
	for text, words := range map[string][]string{
		profile: {"share", "GFLOP/s", "matmul", "adam", "bench.go:"},
		listing: {"arena of", "stages", "matmul", "[256 24]", "@", "bench.go:"},
	} {
		for _, word := range words {
			if !strings.Contains(text, word) {
				t.Errorf("no %q in\n%s", word, text)
			}
		}
	}
}

func TestBenchRefusesToProfileWhatIsNoProgram(t *testing.T) {
	for _, work := range []string{"env", "pool", "frames", "replay"} {
		fail(t, exitUsage, []string{"learner steps", work}, "bench", work, "--profile")
	}
}
