// Package classic holds small tasks in pure Go, which need no simulator and run everywhere.
//
//	classic/asterix            collect treasures among enemies (discrete actions)
//	classic/breakout           hit bricks with a ball (discrete actions)
//	classic/catch              move a paddle under a falling ball (discrete actions)
//	classic/deep_sea_treasure  dive for a treasure, or for a better one that takes longer (two objectives, discrete actions)
//	classic/freeway            cross a road of eight lanes (discrete actions)
//	classic/lqr                steer a linear system at quadratic cost; the optimum is known exactly
//	classic/pendulum           swing a weak pendulum up, with a reward that shows the way
//	classic/pendulum-swingup   the same pendulum, rewarded only near upright
//	classic/point-red          slide a mass to the red goal; -blue to the blue one; -slow, -fast at a speed
//	classic/point-multitask    those four at once: each episode asks for one, and rewards are given for all
//	classic/space_invaders     shoot aliens before they arrive (discrete actions)
//	classic/water_maze         find a hidden platform, and remember where it was
//
// A task writes down its mathematics only; the shell in this package adds the rest of the contract
// of package env: episodes and time limits, the checking and clipping of actions, and snapshots.
package classic

import "github.com/reverie-rl/reverie/env"

// Tasks lists the tasks of this package.
func Tasks() []env.Task {
	return []env.Task{
		{Name: asterixName, Tags: gridTags(), New: NewAsterix},
		{Name: breakoutName, Tags: gridTags(), New: NewBreakout},
		{Name: catchName, Tags: []string{"classic", "discrete", "episodic"}, New: NewCatch},
		{Name: treasureName, Tags: []string{"classic", "discrete", "episodic", "objectives", "deterministic"}, New: NewDeepSeaTreasure},
		{Name: freewayName, Tags: gridTags(), New: NewFreeway},
		{Name: lqrName, Tags: []string{"classic", "continuous", "exact"}, New: NewLQR},
		{Name: pendulumName, Tags: []string{"classic", "continuous", "dense", "demo"}, New: NewPendulum},
		{Name: swingupName, Tags: []string{"classic", "continuous", "sparse"}, New: NewPendulumSwingup},
		{Name: pointName + "-red", Tags: pointTags(), New: NewPointRed},
		{Name: pointName + "-blue", Tags: pointTags(), New: NewPointBlue},
		{Name: pointName + "-slow", Tags: pointTags(), New: NewPointSlow},
		{Name: pointName + "-fast", Tags: pointTags(), New: NewPointFast},
		{Name: pointMultitask, Tags: append(pointTags(), "multitask"), New: NewPointMultitask},
		{Name: invadersName, Tags: gridTags(), New: NewSpaceInvaders},
		{Name: mazeName, Tags: []string{"classic", "continuous", "sparse", "memory"}, New: NewWaterMaze},
	}
}

func pointTags() []string { return []string{"classic", "continuous", "dense"} }

func gridTags() []string { return []string{"classic", "discrete", "episodic", "grid"} }
