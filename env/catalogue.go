package env

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Task is a named environment that can be made many times.
type Task struct {
	Name string   // suite/domain-task, as in control/cartpole-swingup
	Tags []string // as in "benchmarking"
	// New makes an instance whose randomness is drawn from seed alone.
	New func(seed uint64) (Environment, error)
}

// Catalogue is a list of tasks to choose from.
type Catalogue []Task

// Find returns the task called name, or an error that lists the nearest names.
func (c Catalogue) Find(name string) (Task, error) {
	for _, task := range c {
		if task.Name == name {
			return task, nil
		}
	}
	names := make([]string, len(c))
	for i, task := range c {
		names[i] = task.Name
	}
	return Task{}, fmt.Errorf("no task is called %q; nearest: %s", name, strings.Join(Nearest(name, names, 3), ", "))
}

// Tagged returns the tasks that carry every one of tags, or an error that lists the tags there are if
// one of them is on no task. Without tags it is all tasks.
func (c Catalogue) Tagged(tags ...string) (Catalogue, error) {
	known := c.Tags()
	for _, tag := range tags {
		if !slices.Contains(known, tag) {
			return nil, fmt.Errorf("no task has the tag %q; the tags are %s", tag, strings.Join(known, ", "))
		}
	}
	var tagged Catalogue
	for _, task := range c {
		missing := func(tag string) bool { return !slices.Contains(task.Tags, tag) }
		if !slices.ContainsFunc(tags, missing) {
			tagged = append(tagged, task)
		}
	}
	return tagged, nil
}

// Tags lists all tags of the tasks, in alphabetical order.
func (c Catalogue) Tags() []string {
	var tags []string
	for _, task := range c {
		tags = append(tags, task.Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// Nearest returns the count names with the least edit distance to name, nearest first.
func Nearest(name string, names []string, count int) []string {
	nearest := slices.Clone(names)
	sort.SliceStable(nearest, func(i, j int) bool {
		return editDistance(name, nearest[i]) < editDistance(name, nearest[j])
	})
	return nearest[:min(count, len(nearest))]
}

// editDistance is the Levenshtein distance between a and b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
