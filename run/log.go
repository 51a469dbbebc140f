package run

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/reverie-rl/reverie/track"
)

// The names of what every run logs, whatever its algorithm.
const (
	metricReturn              = "train/return"                // of the last whole episode
	metricEpisodes            = "train/episodes"              // finished so far
	metricUpdates             = "train/updates"               // made so far
	metricRatio               = "train/updates_per_step"      // realised so far
	metricReplay              = "replay/steps"                // that can be sampled
	metricEvaluation          = "evaluation/return"           // mean over episodes, deterministic policy
	metricEvaluationDeviation = "evaluation/return_deviation" // over episodes
	metricEvaluationMinimum   = "evaluation/return_minimum"
	metricEvaluationMaximum   = "evaluation/return_maximum"
	metricViolations          = "evaluation/violations" // of a constraint: steps in an episode, on average
)

// runLog is where a run reports.
type runLog struct {
	sink     track.Sink
	progress *track.Progress
	metrics  track.Metrics
}

// openLog opens the sinks of a session. Lines of a resumed run that lie beyond its checkpoint are
// removed: they will be written again.
func openLog(s *session, o Options) (*runLog, error) {
	path := filepath.Join(s.folder, metricsFile)
	if err := track.TruncateAfter(path, s.state.Step); err != nil {
		return nil, err
	}
	lines, err := track.OpenJSONL(path)
	if err != nil {
		return nil, err
	}
	board, err := track.CreateTensorBoard(s.folder)
	if err == nil && o.Resume {
		err = board.Resumed(s.state.Step + 1)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", err, lines.Close())
	}
	return &runLog{sink: track.Tee(lines, board), progress: track.NewProgress(o.Output, s.state.Step, s.experiment.Config.Steps)}, nil
}

func (l *runLog) close() error { return l.sink.Close() }

// training logs the state of acting and learning.
func (l *runLog) training(s *session) error {
	l.metrics.Reset()
	if s.state.Episodes > 0 {
		l.metrics.Set(metricReturn, s.state.LastReturn)
		l.progress.Return(s.state.LastReturn)
	}
	l.metrics.Set(metricEpisodes, float64(s.state.Episodes))
	l.metrics.Set(metricUpdates, float64(s.learner.Updates()))
	l.metrics.Set(metricRatio, float64(s.learner.Updates())/float64(s.state.Step))
	l.metrics.Set(metricReplay, float64(s.sampler.Steps()))
	s.state.Window.take(&l.metrics, s.learner.Metrics())
	return l.sink.Write(s.state.Step, l.metrics)
}

func (l *runLog) evaluation(step int64, e Evaluation) error {
	lowest, highest := e.Returns[0], e.Returns[0]
	for _, r := range e.Returns {
		lowest, highest = min(lowest, r), max(highest, r)
	}
	l.metrics.Reset()
	l.metrics.Set(metricEvaluation, e.Mean())
	l.metrics.Set(metricEvaluationDeviation, e.Deviation())
	l.metrics.Set(metricEvaluationMinimum, lowest)
	l.metrics.Set(metricEvaluationMaximum, highest)
	l.tasks(e.Tasks)
	l.objectives(e)
	return l.sink.Write(step, l.metrics)
}

// tasks adds what each of several tasks came to, and says it with the progress.
func (l *runLog) tasks(scores []TaskReturn) {
	var words []string
	for _, score := range scores {
		l.metrics.Set(metricEvaluation+"/"+score.Name, score.Mean)
		words = append(words, fmt.Sprintf("%s %.4g", score.Name, score.Mean))
	}
	if len(words) > 0 {
		l.progress.Note("evaluated: " + strings.Join(words, ", "))
	}
}

// objectives adds the mean return in each objective, and how often constraints were violated.
func (l *runLog) objectives(e Evaluation) {
	for _, objective := range e.Objectives {
		l.metrics.Set(metricEvaluation+"/"+objective.Name, objective.Mean)
	}
	for _, violation := range e.Violations {
		l.metrics.Set(metricViolations+"/"+violation.Name, violation.PerEpisode)
		l.metrics.Set(metricViolations+"/"+violation.Name+"/worst", float64(violation.Worst))
	}
}

// curve draws return against environment steps.
func (l *runLog) curve(s *session) error {
	records, err := track.ReadJSONL(filepath.Join(s.folder, metricsFile))
	if err != nil {
		return err
	}
	var series []track.Series
	for _, line := range []struct{ name, metric string }{{"evaluation", metricEvaluation}, {"training", metricReturn}} {
		if points := track.Points(records, line.metric); len(points) > 0 {
			series = append(series, track.Series{Name: line.name, Runs: [][]track.Point{points}})
		}
	}
	if len(series) == 0 {
		return nil
	}
	config := s.experiment.Config
	labels := track.Labels{Title: fmt.Sprintf("%s on %s, seed %d", config.Agent, config.Task, config.Seed), X: "environment steps", Y: "return"}
	if config.Offline != "" {
		labels.X = "updates"
	}
	return track.Curve(filepath.Join(s.folder, "curve.svg"), labels, series...)
}

// window adds up what the learner reports between two lines: an update by itself says little, and
// updates at regular distances may all stand at the same place between two copies of the targets.
type window struct {
	Sums  []float64 `json:"sums"` // in the order of the learner's metrics
	Count int       `json:"count"`
}

func (w *window) add(metrics track.Metrics) {
	if len(w.Sums) != len(metrics) {
		w.Sums = make([]float64, len(metrics))
	}
	for i, metric := range metrics {
		w.Sums[i] += metric.Value
	}
	w.Count++
}

// take adds the means to metrics, under the names that the learner uses, and begins again.
func (w *window) take(metrics *track.Metrics, names track.Metrics) {
	for i := range w.Sums {
		if w.Count > 0 {
			metrics.Set(names[i].Name, w.Sums[i]/float64(w.Count))
		}
		w.Sums[i] = 0
	}
	w.Count = 0
}
