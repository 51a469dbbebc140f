package main

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// look is the choice of a picture among the observations.
type look struct {
	Pixels int    `placeholder:"SIZE" help:"Add the observation pixels, a picture of SIZE x SIZE pixels."`
	Camera string `default:"0" help:"The camera of that picture: a name or a number."`
}

// Validate is called when the command line is read.
func (l look) Validate() error {
	if l.Pixels < 0 || l.Pixels > 1024 {
		return fmt.Errorf("--pixels is %d, must be in [0, 1024]", l.Pixels)
	}
	return nil
}

// at is task with the picture, if one is asked for.
func (l look) at(task env.Task) env.Task {
	if l.Pixels == 0 {
		return task
	}
	return wrap.Drawn(task, l.Pixels, l.Camera)
}

// cannotSee reports whether a picture is asked for that task cannot draw.
func (l look) cannotSee(task env.Task) bool {
	made, err := l.at(task).New(0)
	if err == nil {
		_ = made.Close() // what it would say about the task is found out later
	}
	return errors.Is(err, wrap.ErrNotDrawn)
}
