package main

import (
	"fmt"

	"github.com/reverie-rl/reverie/bench"
	"github.com/reverie-rl/reverie/mujoco"
)

// steppingReport is what bench env prints with --json.
type steppingReport struct {
	benchReport
	Task           string  `json:"task"`
	StepsPerSecond float64 `json:"steps_per_second"`
	PlainPerSecond float64 `json:"c_steps_per_second,omitempty"` // of a loop in C over the same physics steps
	Ratio          float64 `json:"ratio,omitempty"`              // our time over the C loop's, by pairs
}

// environment times the steps of a task, beside a plain loop in C where there is one.
func (c *workCommand) environment(s *session) error {
	task, err := s.catalogues.Task(c.Task)
	if err != nil {
		return usage(err)
	}
	made, err := task.New(1)
	if err != nil {
		return err
	}
	defer made.Close()
	speed, err := bench.Environment(made, c.Time)
	if err != nil {
		return err
	}
	report := steppingReport{
		benchReport: benchReport{"reverie", "env", 1000 / speed.StepsPerSecond, 1}, Task: c.Task,
		StepsPerSecond: speed.StepsPerSecond, PlainPerSecond: speed.PlainPerSecond, Ratio: speed.Ratio,
	}
	line := fmt.Sprintf("%s: %.0f control steps a second", c.Task, speed.StepsPerSecond)
	if speed.Ratio > 0 {
		line += fmt.Sprintf(", a plain loop in C %.0f; ratio of times %.3f", speed.PlainPerSecond, speed.Ratio)
	}
	return c.print(s, report, line)
}

// poolReport is what bench pool prints with --json. Steps are those of all environments together.
type poolReport struct {
	benchReport
	Task               string  `json:"task"`
	StepsPerSecond     float64 `json:"steps_per_second"`
	OneWorkerPerSecond float64 `json:"one_worker_steps_per_second"`
	ApartPerSecond     float64 `json:"apart_steps_per_second"` // of as many pools of one worker
	Ratio              float64 `json:"ratio"`                  // of the pool's speed to that of one worker, by pairs
	Limit              float64 `json:"limit"`                  // of the separate pools' speed to that of one worker, by pairs
}

// pool times a pool of environments with one worker and with several.
func (c *workCommand) pool(s *session) error {
	task, err := s.catalogues.Task(c.Task)
	if err != nil {
		return usage(err)
	}
	speed, err := bench.Pool(task, c.Threads, c.Time)
	if err != nil {
		return err
	}
	report := poolReport{
		benchReport: benchReport{"reverie", "pool", 1000 / speed.Workers, c.Threads}, Task: c.Task,
		StepsPerSecond: speed.Workers, OneWorkerPerSecond: speed.OneWorker, ApartPerSecond: speed.Apart, Ratio: speed.Ratio, Limit: speed.Limit,
	}
	return c.print(s, report, fmt.Sprintf("%s: %.0f environment steps a second with %d workers, %.0f with one: %.2f times as fast, and %.2f without waiting for each other",
		c.Task, speed.Workers, c.Threads, speed.OneWorker, speed.Ratio, speed.Limit))
}

// framesReport is what bench frames prints with --json.
type framesReport struct {
	benchReport
	Task            string  `json:"task"`
	Backend         string  `json:"backend"`
	FramesPerSecond float64 `json:"frames_per_second"`
}

// frames times the drawing of pictures of 64 x 64 pixels for agents, on one thread.
func (c *workCommand) frames(s *session) error {
	if _, err := s.catalogues.Task(c.Task); err != nil {
		return usage(err)
	}
	backend := map[string]mujoco.Backend{"any": mujoco.AnyBackend, "osmesa": mujoco.OSMesa, "egl": mujoco.EGL}[c.Backend]
	speed, err := bench.Frames(c.Task, 64, backend, c.Time)
	if err != nil {
		return err
	}
	report := framesReport{
		benchReport: benchReport{"reverie", "frames", 1000 / speed.FramesPerSecond, 1}, Task: c.Task,
		Backend: speed.Backend.String(), FramesPerSecond: speed.FramesPerSecond,
	}
	return c.print(s, report, fmt.Sprintf("%s: %.0f pictures of 64 x 64 pixels a second with %v", c.Task, speed.FramesPerSecond, speed.Backend))
}
