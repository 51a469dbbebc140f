// Command environments prints how fast the control suite's tasks are stepped, alone and in pools, and drawn:
//
//	environments [-time 5s]
//
// The yardsticks are a plain loop in C over the same physics steps, timed in turns with ours, and, where it is
// installed, MuJoCo's own program testspeed (in Debian the package libmujoco-samples).
package main

import (
	"flag"
	"fmt"
	"log"
	"runtime"
	"time"

	"github.com/reverie-rl/reverie/bench"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/mujoco"
)

func main() {
	duration := flag.Duration("time", 5*time.Second, "how long to measure each number")
	flag.Parse()
	fmt.Printf("MuJoCo %s, %d processors\n", mujoco.Version(), runtime.NumCPU())
	for _, table := range []func(time.Duration) error{stepping, pooling, drawing} {
		if err := table(*duration); err != nil {
			log.Fatal(err)
		}
	}
}

// stepping is the table of single environments.
func stepping(duration time.Duration) error {
	fmt.Print(`
## One environment

Control steps a second with observation and reward; the ratio of times is the median over pairs of episodes.
testspeed plays on from one state with noise as control, so its contacts are others, and evaluates nothing for observations.

| task | control steps/s | of a loop in C | ratio of times | physics steps/s | of testspeed |
|---|---|---|---|---|---|
`)
	for _, name := range []string{"pendulum-swingup", "cartpole-swingup", "cheetah-run", "walker-walk", "humanoid-walk", "quadruped-walk"} {
		environment, err := control.New("control/"+name, 1, control.Config{})
		if err != nil {
			return err
		}
		speed, err := bench.Environment(environment, duration)
		if err == nil {
			err = environment.Close()
		}
		if err != nil {
			return err
		}
		yardstick, err := testspeed("control/"+name, speed.StepsPerSecond*float64(speed.PhysicsSteps), duration)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.0f | %.0f | %.3f | %.0f | %s |\n", name, speed.StepsPerSecond, speed.PlainPerSecond, speed.Ratio,
			speed.StepsPerSecond*float64(speed.PhysicsSteps), yardstick)
	}
	return nil
}

// pooling is the table of pools.
func pooling(duration time.Duration) error {
	fmt.Print(`
## Sixteen environments in a pool

Steps a second of all together. The limit is that of two pools of one worker, which never wait for each other.

| task | 1 worker | 2 workers | times as fast | limit |
|---|---|---|---|---|
`)
	for _, name := range []string{"walker-walk", "humanoid-walk"} {
		task, err := control.Tasks().Find("control/" + name)
		if err != nil {
			return err
		}
		speed, err := bench.Pool(task, 2, duration)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.0f | %.0f | %.2f | %.2f |\n", name, speed.OneWorker, speed.Workers, speed.Ratio, speed.Limit)
	}
	return nil
}

// drawing is the table of pictures.
func drawing(duration time.Duration) error {
	fmt.Print(`
## Pictures of 64 x 64 pixels for agents

| task | frames/s, one thread | drawn with |
|---|---|---|
`)
	for _, name := range []string{"cartpole-swingup", "cheetah-run"} {
		speed, err := bench.Frames("control/"+name, 64, mujoco.AnyBackend, duration)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.0f | %v |\n", name, speed.FramesPerSecond, speed.Backend)
	}
	return nil
}
