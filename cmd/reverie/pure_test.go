//go:build !cgo

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Without cgo, what needs the simulator says how to get it and the rest works.
func TestWithoutSimulator(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	file := filepath.Join(t.TempDir(), "in.json")
	write(t, file, `{"qpos":[0,0],"qvel":[0,0],"controls":[]}`)
	words := []string{"cgo", "apt-get install", "libmujoco-dev"}
	fail(t, exitFailed, words, small(folder, "--task", "control/cartpole-swingup")...)
	fail(t, exitFailed, words, "rollout", "--task", "control/cartpole-swingup", "--in", file)
	if result := reverie("envcheck", "control/cartpole-swingup"); result.code != exitFailed || !strings.Contains(result.out, "apt-get install") {
		t.Errorf("envcheck gives %+v", result)
	}
	unavailable := 0
	for _, report := range decode[taskReport](t, succeed(t, "tasks", "--json").out) {
		if strings.Contains(report.Unavailable, "apt-get install") {
			unavailable++
		}
	}
	if unavailable == 0 {
		t.Error("no task is listed as unavailable")
	}
}
