package wrap

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// tasker is what a wrapper of an env.MultiTask has besides being an environment.
type tasker interface{ Tasks() []string }

// taskerOf is e as one that lists its tasks, if it is an env.MultiTask.
func taskerOf(e env.Environment) (tasker, bool) {
	several, ok := e.(env.MultiTask)
	return several, ok
}

// taskPlace is the place of the observation that tells which task of e is played, -1 if e is one task alone.
func taskPlace(e env.Environment) int {
	if _, several := e.(env.MultiTask); !several {
		return -1
	}
	return env.TaskPlace(e.Observations())
}

// changeable lists the names of all observations of e but the one that tells the task.
func changeable(e env.Environment) []string {
	var names []string
	for place, spec := range e.Observations() {
		if place != taskPlace(e) {
			names = append(names, spec.Name)
		}
	}
	return names
}

// offerObserver is offer for a wrapper that changes observations. It is an error if that concerns the one that
// tells the task: an agent has to know what is asked.
func offerObserver(l layer) (env.Environment, error) {
	place := taskPlace(l.wrapped())
	if place < 0 {
		return offer(l), nil
	}
	told, specs := l.wrapped().Observations()[place], l.Observations()
	if last := env.TaskPlace(specs); last < 0 || !reflect.DeepEqual(specs[last], told) {
		several, _ := taskerOf(l.wrapped())
		return nil, fmt.Errorf("wrap: %s: the observation %q tells which of the tasks %s is played; it has to stay as it is, the last one of numbers",
			l.name(), told.Name, strings.Join(several.Tasks(), ", "))
	}
	return offer(l), nil
}

// offerTasks is offer for a wrapper of several tasks.
func offerTasks(l layer, t tasker, s saver, renderer env.Renderer, p pacer) env.Environment {
	switch saves, draws, timed := s.inner != nil, renderer != nil, p.inner != nil; {
	case saves && draws && timed:
		return struct {
			layer
			tasker
			saver
			env.Renderer
			pacer
		}{l, t, s, renderer, p}
	case saves && draws:
		return struct {
			layer
			tasker
			saver
			env.Renderer
		}{l, t, s, renderer}
	case saves && timed:
		return struct {
			layer
			tasker
			saver
			pacer
		}{l, t, s, p}
	case draws && timed:
		return struct {
			layer
			tasker
			env.Renderer
			pacer
		}{l, t, renderer, p}
	case saves:
		return struct {
			layer
			tasker
			saver
		}{l, t, s}
	case draws:
		return struct {
			layer
			tasker
			env.Renderer
		}{l, t, renderer}
	case timed:
		return struct {
			layer
			tasker
			pacer
		}{l, t, p}
	}
	return struct {
		layer
		tasker
	}{l, t}
}

// offerTasksRelabelling is offer for a wrapper of several tasks that is a MultiRelabeller.
func offerTasksRelabelling(l layer, t tasker, r env.MultiRelabeller, s saver, renderer env.Renderer, p pacer) env.Environment {
	switch saves, draws, timed := s.inner != nil, renderer != nil, p.inner != nil; {
	case saves && draws && timed:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			saver
			env.Renderer
			pacer
		}{l, t, r, s, renderer, p}
	case saves && draws:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			saver
			env.Renderer
		}{l, t, r, s, renderer}
	case saves && timed:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			saver
			pacer
		}{l, t, r, s, p}
	case draws && timed:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			env.Renderer
			pacer
		}{l, t, r, renderer, p}
	case saves:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			saver
		}{l, t, r, s}
	case draws:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			env.Renderer
		}{l, t, r, renderer}
	case timed:
		return struct {
			layer
			tasker
			env.MultiRelabeller
			pacer
		}{l, t, r, p}
	}
	return struct {
		layer
		tasker
		env.MultiRelabeller
	}{l, t, r}
}
