package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/reverie-rl/reverie/control"
)

// testspeedPrograms are the names of MuJoCo's program: Debian's and the original.
var testspeedPrograms = []string{"mujoco-testspeed", "testspeed"}

var stepsPerSecond = regexp.MustCompile(`Steps per second\s*:\s*(\d+)`)

// testspeed returns the physics steps a second that MuJoCo's program reports for a task's model, or why
// there is no such number. It runs for about the given time if it is as fast as expected.
func testspeed(task string, expected float64, duration time.Duration) (string, error) {
	program := ""
	for _, name := range testspeedPrograms {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		return "testspeed not installed", nil
	}
	model, err := control.Model(task)
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "testspeed")
	if err != nil {
		return "", err
	}
	speed, err := runTestspeed(program, filepath.Join(folder, "model.xml"), model, int(expected*duration.Seconds())+1)
	return speed, errors.Join(err, os.RemoveAll(folder))
}

// runTestspeed takes steps on one thread, with controls from their whole range.
func runTestspeed(program, file, model string, steps int) (string, error) {
	const threads, noise = "1", "1"
	if err := os.WriteFile(file, []byte(model), 0o600); err != nil {
		return "", err
	}
	output, err := exec.Command(program, file, strconv.Itoa(steps), threads, noise).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", program, err, output)
	}
	found := stepsPerSecond.FindSubmatch(output)
	if found == nil {
		return "", fmt.Errorf("%s prints no steps per second:\n%s", program, output)
	}
	return string(found[1]), nil
}
