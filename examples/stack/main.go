// Command stack has a scripted expert put the red block on the blue one with the seven-joint arm, and draws the moment
// at which it holds the block.
package main

import (
	"fmt"
	"image/png"
	"log"
	"os"

	"github.com/reverie-rl/reverie/arm"
	"github.com/reverie-rl/reverie/env"
)

func main() {
	if err := stack("stack.png"); err != nil {
		log.Fatal(err)
	}
}

// stack plays an episode, draws it at its 90th step into a PNG file, and prints what came of it.
func stack(file string) error {
	opened, err := arm.New("arm/stack", 3, arm.Config{})
	if err != nil {
		return err
	}
	defer opened.Close()
	e := opened.(*arm.Environment)
	step, err := e.Reset()
	if err != nil {
		return err
	}
	expert, err := arm.NewExpert(e)
	if err != nil {
		return err
	}
	action, total := make([]float64, e.Action().Size()), 0.0
	for steps := 1; step.Type != env.Last; steps++ {
		expert.Act(action)
		if step, err = e.Step(action); err != nil {
			return err
		}
		total += step.Reward
		if steps == 90 {
			if err := draw(e, file); err != nil {
				return err
			}
		}
	}
	fmt.Printf("stacked: %v, return %.1f\n", e.Success(), total)
	return nil
}

// draw writes what the first camera sees.
func draw(e *arm.Environment, file string) error {
	picture, err := e.Render(0, 400, 300)
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := png.Encode(out, picture); err != nil {
		return err
	}
	return out.Close()
}
