package run

import (
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/dataset"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// alone is the schema that one task of several has by itself: without the observation that tells which is played,
// and with one reward.
func alone(several stream.Schema) stream.Schema {
	one := several
	one.Observations = slices.DeleteFunc(slices.Clone(several.Observations), func(field stream.Field) bool { return field.Name == env.TaskName })
	one.Layout.Observation -= len(several.Tasks)
	one.Layout.Reward, one.Tasks = 1, nil
	return one
}

// tellsAll returns who computes the rewards of all tasks, or an error if nobody can with the run's settings.
func (e *earlierRun) tellsAll(source string) (env.MultiRelabeller, error) {
	all, ok := e.session.relabeller.(env.MultiRelabeller)
	if !ok {
		return nil, fmt.Errorf("it has the rewards of %s, and %s with these settings cannot tell those of all its tasks of a recorded step", source, e.session.schema().Task)
	}
	return all, nil
}

// relabelAll gives the steps of an episode the rewards of all tasks, and where it is of one task alone tells
// in its observations which that is.
func (e *earlierRun) relabelAll(episode *dataset.Episode) error {
	layout, size := e.session.table.Layout(), episode.Schema.Physics.Size
	rows, tasks := episode.Rows, len(e.session.tasks)
	if e.widened {
		rows = widen(rows, layout, tasks)
	}
	rewards := make([]float64, tasks)
	for i := range rows.Len() {
		physics := episode.Physics[i*size : (i+1)*size]
		played, err := e.all.RewardsOf(physics, rewards)
		if err != nil {
			return fmt.Errorf("row %d of episode %s: %w", i, episode.ID, err)
		}
		if e.widened {
			rows.Observation[(i+1)*layout.Observation-tasks+played] = 1
		}
		if i == 0 {
			continue // no step led there
		}
		_, discount, err := e.all.RewardOf(physics)
		if err != nil {
			return fmt.Errorf("row %d of episode %s: %w", i, episode.ID, err)
		}
		reward := rows.Reward[(i-1)*layout.Reward : i*layout.Reward]
		reward[0], rows.Discount[i-1] = float32(rewards[played]), float32(discount)
		for task, r := range rewards {
			reward[1+task] = float32(r)
		}
	}
	episode.Rows = rows
	return nil
}

// widen returns rows of one task with zeros where rows of a layout tell the task, and with its rewards, all 0.
func widen(rows *replay.Rows, layout replay.Layout, tasks int) *replay.Rows {
	wide := *rows
	wide.Observation = make([]float32, rows.Len()*layout.Observation)
	wide.Reward = make([]float32, rows.Len()*layout.Reward)
	narrow := layout.Observation - tasks
	for i := range rows.Len() {
		copy(wide.Observation[i*layout.Observation:], rows.Observation[i*narrow:(i+1)*narrow])
	}
	return &wide
}
