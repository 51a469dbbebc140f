package realworld

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/env"
)

// Suite begins the names of the tasks of this package.
const Suite = "realworld/"

// Tasks lists the suite's tasks without challenges, for which Find takes settings; those whose task catalogue lacks are
// left out. Without cgo their New returns mujoco.ErrUnavailable.
func Tasks(catalogue env.Catalogue) env.Catalogue {
	var tasks env.Catalogue
	for _, name := range []string{
		"cartpole-balance", "cartpole-swingup", "humanoid-stand", "humanoid-walk",
		"manipulator-bring_ball", "manipulator-bring_peg", "manipulator-insert_ball", "manipulator-insert_peg",
		"quadruped-run", "quadruped-walk", "walker-run", "walker-stand", "walker-walk",
	} {
		if task, err := Find(Suite+name, catalogue); err == nil {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// Find returns the task of a name such as
//
//	realworld/cartpole-swingup?preset=hard
//	realworld/walker-walk?safety.enabled=true&safety.coefficient=0.3&delay.actions=3
//	realworld/classic/pendulum?file=challenges.toml
//
// which is a task of catalogue, of the suite control if none is named, and settings of Spec. A preset comes first, then
// a TOML file, then the others. It returns an error that says what there is instead.
func Find(name string, catalogue env.Catalogue) (env.Task, error) {
	path, query, _ := strings.Cut(strings.TrimPrefix(name, Suite), "?")
	if !strings.Contains(path, "/") {
		path = controlSuite + path
	}
	base, err := catalogue.Find(path)
	if err != nil {
		return env.Task{}, fmt.Errorf("realworld: %w", err)
	}
	spec, err := parse(base.Name, query)
	if err != nil {
		return env.Task{}, fmt.Errorf("%s: %w", name, err)
	}
	task, err := Task(base, spec)
	if err != nil {
		return env.Task{}, fmt.Errorf("%s: %w", name, err)
	}
	task.Name, task.Tags = name, []string{"realworld"} // and not those of base: it is none of the tasks that they select
	return task, nil
}

// parse reads settings that & divides.
func parse(task, query string) (Spec, error) {
	spec := DefaultSpec()
	var preset, file string
	var lines []string
	for _, setting := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' }) {
		key, text, found := strings.Cut(setting, "=")
		switch {
		case !found || text == "":
			return spec, fmt.Errorf("realworld: %q is no setting; settings are KEY=VALUE with & between them", setting)
		case key == "preset":
			preset = text
		case key == "file":
			file = text
		default:
			lines = append(lines, line(key, text))
		}
	}
	if preset != "" {
		domain, _, _ := strings.Cut(strings.TrimPrefix(task, controlSuite), "-")
		var err error
		if spec, err = Preset(domain, preset); err != nil {
			return spec, err
		}
	}
	if file != "" {
		content, err := os.ReadFile(file)
		if err == nil {
			err = decode(string(content), &spec)
		}
		if err != nil {
			return spec, fmt.Errorf("realworld: %s: %w", file, err)
		}
	}
	return spec, decode(strings.Join(lines, "\n"), &spec)
}

// line is a setting as a line of TOML. A value that is none is a text.
func line(key, text string) string {
	var value map[string]any
	if _, err := toml.Decode("value = "+text, &value); err != nil {
		text = fmt.Sprintf("%q", text)
	}
	return key + " = " + text
}

// decode reads TOML into spec.
func decode(text string, spec *Spec) error {
	read, err := toml.Decode(text, spec)
	if err != nil {
		return fmt.Errorf("realworld: %w; settings are %s", err, strings.Join(keys(reflect.TypeFor[Spec](), ""), ", "))
	}
	if unknown := read.Undecoded(); len(unknown) > 0 {
		known := keys(reflect.TypeFor[Spec](), "")
		return fmt.Errorf("realworld: there is no setting %s; nearest: %s; all: preset, file, %s", unknown[0], strings.Join(env.Nearest(unknown[0].String(), known, 3), ", "), strings.Join(known, ", "))
	}
	return nil
}

// keys lists the settings of a struct.
func keys(of reflect.Type, prefix string) []string {
	var names []string
	for i := range of.NumField() {
		field := of.Field(i)
		name := prefix + field.Tag.Get("toml")
		switch field.Type.Kind() {
		case reflect.Struct:
			names = append(names, keys(field.Type, name+".")...)
		case reflect.Map:
			names = append(names, name+".NAME")
		default:
			names = append(names, name)
		}
	}
	return names
}
