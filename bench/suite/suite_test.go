package suite

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/bench/published"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

var catalogues = run.Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{mpo.Algorithm()}}

// quick is a suite that takes a second.
const quick = `
seeds = [1, 2]
[[run]]
agent = "mpo"
task = "classic/pendulum"
steps = 300
settings = ["warmup=50", "batch=8", "samples=2", "policy_layers=[8]", "critic_layers=[8]", "steps_per_update=50", "evaluate_every=100", "evaluate_episodes=1", "checkpoint_every=100"]
[[run]]
name = "other"
agent = "mpo"
task = "classic/pendulum"
steps = 200
seeds = [7]
settings = ["warmup=50", "batch=8", "samples=2", "policy_layers=[8]", "critic_layers=[8]", "steps_per_update=50", "evaluate_every=100", "evaluate_episodes=1"]
`

// load writes a list to a file called mpo.toml and loads it.
func load(t *testing.T, list string) (*Suite, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mpo.toml")
	if err := os.WriteFile(path, []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func mustLoad(t *testing.T, list string) *Suite {
	t.Helper()
	s, err := load(t, list)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(folder string) Options {
	return Options{Runs: filepath.Join(folder, "runs"), Results: filepath.Join(folder, "results"), Parallel: 2, Output: io.Discard}
}

func plan(t *testing.T, s *Suite, o Options) *Plan {
	t.Helper()
	p, err := s.Plan(catalogues, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func expectError(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error %v does not contain %q", err, word)
		}
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSuiteIsMadeOnce(t *testing.T) {
	s, o := mustLoad(t, quick), options(t.TempDir())
	var output bytes.Buffer
	o.Output = &output
	if err := plan(t, s, o).Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(output.String(), "mpo on classic/pendulum, seed 2: score ") {
		t.Errorf("the output is\n%s", output.String())
	}
	about := read(t, o.Results, "mpo", "pendulum", "seed2", aboutFile) // the suite's name is not repeated
	for _, want := range []string{"commit     ", "processor  ", "reverie train mpo --task classic/pendulum --steps 300 --seed 2 --set workers=1 --set warmup=50", "wall time  "} {
		if !strings.Contains(about, want) {
			t.Errorf("about.txt lacks %q:\n%s", want, about)
		}
	}
	_ = read(t, o.Results, "mpo", "other", "pendulum", "seed7", configFile)
	if p := plan(t, s, o); len(p.pending) != 0 || len(p.jobs) != 3 {
		t.Errorf("%d of %d runs are to be made again", len(p.pending), len(p.jobs))
	}
	_, err := mustLoad(t, strings.ReplaceAll(quick, "300", "400")).Plan(catalogues, o)
	expectError(t, err, "seed1 holds results of other settings", "steps: 400, was 300")
}

// A suite that is stopped begins no more runs, and goes on with those that it began to the same bytes.
func TestStoppedSuiteGoesOn(t *testing.T) {
	s, whole, cut := mustLoad(t, quick), options(t.TempDir()), options(t.TempDir())
	if err := plan(t, s, whole).Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cut.Output, cut.Parallel = stopper{cancel}, 1
	err := plan(t, s, cut).Train(ctx)
	if !errors.Is(err, run.ErrStopped) || exists(filepath.Join(cut.Results, "mpo", "pendulum", "seed1", aboutFile)) {
		t.Fatalf("the suite was not stopped: %v", err)
	}
	expectError(t, err, "3 of 3 runs to be made", "the same command goes on")
	cut.Output = io.Discard
	if err := plan(t, s, cut).Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	const folder = "mpo/pendulum/seed1"
	if about := read(t, cut.Results, folder, aboutFile); !strings.Contains(about, "since it was gone on with") {
		t.Errorf("about.txt is\n%s", about)
	}
	for i, o := range []Options{whole, cut} {
		curve, err := Evaluations(filepath.Join(o.Results, folder))
		if err != nil || len(curve) != 3 {
			t.Fatalf("suite %d has the curve %v; %v", i, curve, err)
		}
	}
	if a, b := returns(t, whole, folder), returns(t, cut, folder); a != b {
		t.Errorf("the last evaluations are %v and %v", a, b)
	}
}

func returns(t *testing.T, o Options, folder string) float64 {
	t.Helper()
	curve, err := Evaluations(filepath.Join(o.Results, folder))
	if err != nil {
		t.Fatal(err)
	}
	return curve[len(curve)-1].Y
}

// stopper stops a suite at its first line of progress.
type stopper struct{ cancel context.CancelFunc }

func (s stopper) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte("step ")) {
		s.cancel()
	}
	return len(text), nil
}

// Runs begin with parts of those of another entry, which are made before them, seed by seed.
func TestRunsBeginWithOthers(t *testing.T) {
	folder := t.TempDir()
	s := mustLoad(t, strings.Replace(quick, "seeds = [7]", "seeds = [2]\nfrom = 'mpo on classic/pendulum:policy'", 1))
	o := options(folder)
	if err := plan(t, s, o).Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	made, err := run.LoadExperiment(filepath.Join(o.Results, s.results(&s.Entries[1], 2)), catalogues)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Config.From) != 1 {
		t.Fatalf("the run began with %q", made.Config.From)
	}
	from := made.Config.From[0]
	if filepath.IsAbs(from) || !strings.HasSuffix(from, filepath.Join("runs", "mpo", "mpo", "pendulum", "seed2")+":policy") {
		t.Errorf("the run began with %q", from)
	}
	if about := read(t, filepath.Join(o.Results, s.results(&s.Entries[1], 2)), aboutFile); !strings.Contains(about, "--from "+from) {
		t.Errorf("the command is not whole:\n%s", about)
	}
}

func TestPlanRefusesWhatCannotBeMade(t *testing.T) {
	s := mustLoad(t, `
seeds = [1, 2]
[[run]]
agent = "mmpo"
task = "classic/pendulum"
steps = 100
[[run]]
agent = "mpo"
task = "classic/pendulum"
steps = 100
settings = ["bach=3"]`)
	_, err := s.Plan(catalogues, options(t.TempDir()))
	expectError(t, err, "mmpo on classic/pendulum: no agent is called", "mpo on classic/pendulum: no setting is called \"bach\"")
	if strings.Count(err.Error(), "bach") != 1 {
		t.Errorf("a mistake is reported for each seed: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	for list, want := range map[string]string{
		"seeds = [1]":        "there is no [[run]]",
		"seeds = [1":         "mpo.toml",
		quick + "stepps = 3": "unknown keys [run.stepps]",
		"[[run]]\nagent='mpo'\ntask='classic/pendulum'\nsteps=5":                                 "0 seeds",
		"[[run]]\nagent='mpo'\ntask='classic/pendulum'\nseeds=[1]":                               "0 steps",
		"[[run]]\nagent='mpo'\ntask='classic/pendulum'\nsteps=5\nseeds=[1,1]":                    "a seed twice",
		"seeds=[1]\n[[run]]\nagent='mpo'\ntask='classic/pendulum'\nsteps=5\nname='../up'":        "may hold no /",
		"seeds=[1]\n" + strings.Repeat("[[run]]\nagent='mpo'\ntask='classic/lqr'\nsteps=5\n", 2): "give one of them another name",
		quick + "from = 'mine:policy'":                                                           "no entry before it has this name",
		quick + "from = 'mpo:policy'":                                                            "which has no seed 7",
		quick + "[reference.a]\nrandom=3\ngamer=2\nrecord=5":                                     "reference of a: the score of the gamer is 2, must be above",
	} {
		_, err := load(t, list)
		expectError(t, err, want)
	}
	_, err := Load("none")
	expectError(t, err, filepath.Join(Lists, "none.toml"), "name a file")
}

// The lists of the repository name what there is.
func TestListsAreWhole(t *testing.T) {
	paths, err := filepath.Glob("../suites/*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are %d lists; %v", len(paths), err)
	}
	for _, path := range paths {
		if _, err := Load(path); err != nil {
			t.Error(err)
		}
	}
}

// stored puts a learning curve where a run of the suite would have stored it.
func stored(t *testing.T, s *Suite, results string, entry int, seed uint64, curve ...track.Point) {
	t.Helper()
	folder := filepath.Join(results, s.results(&s.Entries[entry], seed))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	log, err := track.OpenJSONL(filepath.Join(folder, metricsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range curve {
		if err := log.Write(int64(point.X), track.Metrics{{Name: "evaluation/return", Value: point.Y}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(log.Close(), os.WriteFile(filepath.Join(folder, aboutFile), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
}

func TestReportByHand(t *testing.T) {
	s := mustLoad(t, `
seeds = [1, 2]
[[run]]
agent = "mpo"
task = "control/cartpole-swingup"
steps = 100_000
threshold = 500
[[run]]
agent = "mpo"
task = "control/walker-walk"
steps = 100_000
[[run]]
agent = "mpo"
name = "mpo-20"
task = "control/walker-walk"
steps = 50_000
[reference."control/cartpole-swingup"]
random = 50
gamer = 850
record = 250
[reference."control/walker-walk"]
random = 0
gamer = 10
record = 40
[target]
"control/cartpole-swingup" = 500`)
	results := t.TempDir()
	stored(t, s, results, 0, 1, track.Point{X: 50_000, Y: 100}, track.Point{X: 100_000, Y: 500})
	stored(t, s, results, 0, 2, track.Point{X: 50_000, Y: 300}, track.Point{X: 100_000, Y: 900})
	stored(t, s, results, 1, 1, track.Point{X: 50_000, Y: 10}, track.Point{X: 100_000, Y: 30})
	var out bytes.Buffer
	err := s.Report(results, &out)
	expectError(t, err, "mpo on control/cartpole-swingup: the mean score is 450, want 500 or more")
	page := read(t, results, "mpo.md")
	for _, want := range []string{
		"3 of 6 runs",
		"| `control/cartpole-swingup` | mpo | 100000 | 300, 600 | 450 [300, 600] | 450 [300, 600] | 450 [300, 600] | 450 |",
		"| `control/walker-walk` | mpo | 100000 | 20 | 20 [20, 20] | 20 [20, 20] | 20 [20, 20] | 20 |",
		"| mpo | 2 | 307 [207, 407] | 300 [300, 600] | 307 [207, 407] | 307 |",
		"| mpo | 2 | 1.25 | 1.25 | 1.25 | 0.75 |",           // by the gamers 0.5 and 2, by the records 2, or 1, and 0.5
		"| `control/cartpole-swingup` | mpo | 500 | -, - |", // of two evaluations each
		"| **mpo** | 2 | 200 ± 100 | 450 ± 150 |",
		"| MPO | 10 | 380 ± 112 | 744 ± 68 |",
		"danijar/dreamerv3",
		"![control/walker-walk](mpo-walker-walk.svg)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "mpo-20") || !strings.HasPrefix(page, out.String()) {
		t.Errorf("the page is\n%s\nand the output\n%s", page, out.String())
	}
	if figure := read(t, results, "mpo-cartpole-swingup.svg"); !strings.Contains(figure, "MPO, published") || !strings.Contains(figure, "mpo, 2 seeds") {
		t.Error("the figure lacks the published curve or ours")
	}
}

// By hand: the means of three in a row are 40, 60 and 70.
func TestStepsToATarget(t *testing.T) {
	curve := []track.Point{{X: 1, Y: 0}, {X: 2, Y: 90}, {X: 3, Y: 30}, {X: 4, Y: 60}, {X: 5, Y: 120}}
	for target, want := range map[float64]string{40: "3", 60: "4", 61: "5", 71: "-"} {
		if got := stepsTo(curve, target); got != want {
			t.Errorf("%g is reached after %s steps, want %s", target, got, want)
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	expectError(t, mustLoad(t, quick).Report(t.TempDir(), io.Discard), "there are no results of mpo")
}

// The results of the repository are of this layout.
func TestStoredResultsAreRead(t *testing.T) {
	s, err := Load("../suites/mpo.toml")
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.read("../results")
	if err != nil || len(all) != len(s.Entries) {
		t.Errorf("%d of %d entries have results; %v", len(all), len(s.Entries), err)
	}
}

func TestComparisonOfWhatEndsEarlier(t *testing.T) {
	r := result{entry: &Entry{Name: "mpo"}, curves: [][]track.Point{{{X: 10, Y: 1}, {X: 20, Y: 3}}}}
	for step, want := range map[float64]string{5: "", 10: "1 ± 0", 15: "1 ± 0", 20: "2 ± 0", 30: ""} {
		if got := r.at(step); got != want {
			t.Errorf("at %v: %q, want %q", step, got, want)
		}
	}
	if text := comparison([]result{r}, []published.Curve{{Steps: []float64{50}, Mean: []float64{3}}}); text != "" {
		t.Errorf("the comparison is %q", text)
	}
}

func TestProgressIsThinned(t *testing.T) {
	var out bytes.Buffer
	l := &runLines{all: &lines{writer: &out}, name: "a"}
	for _, text := range []string{"step 1 of 9\n", "step 2 of 9\n", "warning: b\n"} {
		if n, err := l.Write([]byte(text)); n != len(text) || err != nil {
			t.Error(n, err)
		}
	}
	if got, want := out.String(), "a: step 1 of 9\na: warning: b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
