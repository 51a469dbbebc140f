package run

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/track"
)

// A window gives the mean since the last line, and begins again.
func TestWindow(t *testing.T) {
	var w window
	for _, values := range [][2]float64{{1, 10}, {2, 20}, {6, 30}} {
		w.add(track.Metrics{{Name: "a", Value: values[0]}, {Name: "b", Value: values[1]}})
	}
	names := track.Metrics{{Name: "a"}, {Name: "b"}}
	var line track.Metrics
	w.take(&line, names)
	if want := (track.Metrics{{Name: "a", Value: 3}, {Name: "b", Value: 20}}); !slices.Equal(line, want) {
		t.Errorf("the means are %v, want %v", line, want)
	}
	line.Reset()
	if w.take(&line, names); len(line) != 0 {
		t.Errorf("without an update the line is %v", line)
	}
	w.add(track.Metrics{{Name: "a", Value: 5}, {Name: "b", Value: 7}})
	w.take(&line, names)
	if want := (track.Metrics{{Name: "a", Value: 5}, {Name: "b", Value: 7}}); !slices.Equal(line, want) {
		t.Errorf("the second means are %v, want %v", line, want)
	}
}

// TestMetricsOfTraining plays the ladder: its first three episodes end at the steps 3, 8 and 11 with
// returns 60, 150 and 60. Updates take place at every second step from step 8 on.
func TestMetricsOfTraining(t *testing.T) {
	folder := t.TempDir()
	e := onLadder(10, nil)
	e.Config.EvaluateEpisodes = 2
	if err := e.Set("steps_per_update=2"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := train(t, e, folder, false); err != nil {
		t.Fatal(err)
	}
	records, err := track.ReadJSONL(filepath.Join(folder, metricsFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]track.Point{
		metricReturn:              {{X: 5, Y: 60}, {X: 10, Y: 150}},
		metricEpisodes:            {{X: 5, Y: 1}, {X: 10, Y: 2}},
		metricUpdates:             {{X: 5, Y: 0}, {X: 10, Y: 2}},
		metricRatio:               {{X: 5, Y: 0}, {X: 10, Y: 0.2}},
		metricReplay:              {{X: 5, Y: 5}, {X: 10, Y: 10}},
		metricEvaluation:          {{X: 10, Y: 105}},
		metricEvaluationDeviation: {{X: 10, Y: 45}},
		metricEvaluationMinimum:   {{X: 10, Y: 60}},
		metricEvaluationMaximum:   {{X: 10, Y: 150}},
	} {
		if got := track.Points(records, name); !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}
