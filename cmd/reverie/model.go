package main

import (
	"fmt"

	"github.com/reverie-rl/reverie/control"
)

type modelCommand struct {
	Task string `arg:"" help:"A task of the control suite."`
}

// Run prints the task's model in MJCF, for MuJoCo's own programs.
func (c *modelCommand) Run(s *session) error {
	model, err := control.Model(c.Task)
	if err != nil {
		return usage(err)
	}
	_, err = fmt.Fprint(s.out, model)
	return err
}
