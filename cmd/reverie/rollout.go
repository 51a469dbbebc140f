package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

type rolloutCommand struct {
	look
	Task string `required:"" help:"The task."`
	In   string `required:"" type:"existingfile" help:"JSON file with qpos, qvel and controls."`
	JSON bool   `name:"json" help:"Print a JSON object a line; the default is the same, indented."`
}

// rolloutInput is the file that rollout reads.
type rolloutInput struct {
	QPos     []float64   `json:"qpos"`
	QVel     []float64   `json:"qvel"`
	Controls [][]float64 `json:"controls"`
}

// rolloutStep is what rollout prints of one step.
type rolloutStep struct {
	Step        int                  `json:"step"`
	QPos        []float64            `json:"qpos"`
	QVel        []float64            `json:"qvel"`
	Act         []float64            `json:"act"`
	SensorData  []float64            `json:"sensordata"`
	Observation map[string][]float64 `json:"observation"`
	Reward      float64              `json:"reward"`
	Discount    float64              `json:"discount"`
}

// simulated is an environment whose physical state can be set and seen.
type simulated interface {
	env.Environment
	env.Viewer
	SetState(qpos, qvel []float64) (env.TimeStep, error)
	State() (control.State, error)
}

// Run sets the state, applies the controls and prints every step.
func (c *rolloutCommand) Run(s *session) error {
	task, err := s.catalogues.Task(c.Task)
	if err != nil {
		return usage(err)
	}
	input, err := c.read()
	if err != nil {
		return usage(err)
	}
	made, err := task.New(0)
	if err != nil {
		return err
	}
	defer made.Close()
	environment, ok := made.(simulated)
	if !ok {
		return usage(fmt.Errorf("%s has no physical state to set", c.Task))
	}
	if _, err := wrap.Camera(environment, c.Camera); c.Pixels > 0 && err != nil {
		return usage(err)
	}
	if err := input.checkControls(environment.Action()); err != nil {
		return usage(fmt.Errorf("%s: %w", c.In, err))
	}
	step, err := environment.SetState(input.QPos, input.QVel)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", c.In, err))
	}
	if err := c.print(s, environment, 0, step); err != nil {
		return err
	}
	for i, action := range input.Controls {
		if step.Type == env.Last {
			return fmt.Errorf("the episode ended at step %d; %d controls are left", i, len(input.Controls)-i)
		}
		if step, err = environment.Step(action); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		if err := c.print(s, environment, i+1, step); err != nil {
			return err
		}
	}
	return nil
}

func (c *rolloutCommand) read() (rolloutInput, error) {
	var input rolloutInput
	data, err := os.ReadFile(c.In)
	if err != nil {
		return input, err
	}
	err = json.Unmarshal(data, new(json.RawMessage)) // finds what is no JSON, also after the object
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&input)
	}
	if err != nil {
		return input, fmt.Errorf("%s%s: %w", c.In, place(err), err)
	}
	return input, nil
}

// place tells at which byte JSON could not be read, if the error knows.
func place(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf(", at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf(", at byte %d", kind.Offset)
	}
	return ""
}

// checkControls finds the first control that the task cannot take.
func (i rolloutInput) checkControls(spec env.Spec) error {
	for number, control := range i.Controls {
		if err := spec.CheckAction(control); err != nil {
			return fmt.Errorf("controls[%d]: %w", number, err)
		}
	}
	return nil
}

func (c *rolloutCommand) print(s *session, environment simulated, number int, step env.TimeStep) error {
	state, err := environment.State()
	if err != nil {
		return err
	}
	line := rolloutStep{
		Step: number, QPos: list(state.QPos), QVel: list(state.QVel), Act: list(state.Act), SensorData: list(state.SensorData),
		Observation: map[string][]float64{}, Reward: step.Reward, Discount: step.Discount,
	}
	for i, spec := range environment.Observations() {
		line.Observation[spec.Name] = step.Observation[i].Float64
	}
	if c.Pixels > 0 {
		if line.Observation[wrap.PixelsName], err = c.picture(environment); err != nil {
			return err
		}
	}
	encoder := json.NewEncoder(s.out)
	if !c.JSON {
		encoder.SetIndent("", "  ")
	}
	return encoder.Encode(line)
}

// picture is what the camera sees, [SIZE, SIZE, 3] as one list of numbers from 0 to 255.
func (c *rolloutCommand) picture(environment simulated) ([]float64, error) {
	camera, err := wrap.Camera(environment, c.Camera)
	if err != nil {
		return nil, err
	}
	colours := make([]uint8, 3*c.Pixels*c.Pixels)
	if err := environment.View(camera, c.Pixels, c.Pixels, colours); err != nil {
		return nil, err
	}
	numbers := make([]float64, len(colours))
	for i, colour := range colours {
		numbers[i] = float64(colour)
	}
	return numbers, nil
}

// list is numbers as JSON's [] rather than null where there are none.
func list(numbers []float64) []float64 { return append([]float64{}, numbers...) }
