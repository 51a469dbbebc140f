package remote

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// Scheme is how the name of a remote task begins.
const Scheme = "rpc://"

// Timeout is how long a client waits for a server to answer a request, unless told otherwise.
const Timeout = time.Minute

// Task is the task of a server, named as in rpc://host:port/control/walker-walk. What follows the
// address is the setting "task" of the world that every environment of the task creates; another
// setting is "seed". Servers of other makes may want other settings: a query, as in
// rpc://host:port/?level=easy&seed=, adds and replaces settings, and leaves out those that are
// empty. A value is sent as a whole number, a number or a text, the first that it can be read as.
//
// Nothing is sent before an environment is made. A request that is not answered within timeout
// fails, and so do all later ones of that environment.
func Task(name string, timeout time.Duration) (env.Task, error) {
	target, err := parse(name)
	if err != nil {
		return env.Task{}, fmt.Errorf("%s: %w; a remote task is named as in rpc://host:port/control/walker-walk", name, err)
	}
	return env.Task{Name: name, Tags: []string{"remote"}, New: func(seed uint64) (env.Environment, error) {
		return connect(target, seed, timeout)
	}}, nil
}

// address is where a task is and how its worlds are made.
type address struct {
	host     string // host:port
	settings map[string]wire.Tensor
	left     map[string]bool // settings that are not sent
}

func parse(name string) (address, error) {
	target := address{settings: map[string]wire.Tensor{}, left: map[string]bool{}}
	parsed, err := url.Parse(name)
	if err != nil {
		return target, err
	}
	if parsed.Scheme+"://" != Scheme || parsed.User != nil || parsed.Fragment != "" {
		return target, fmt.Errorf("is no address of a task")
	}
	target.host = parsed.Host
	if host, port, err := net.SplitHostPort(parsed.Host); err != nil || host == "" || port == "" {
		return target, fmt.Errorf("%q is no host:port", parsed.Host)
	}
	target.set(taskSetting, strings.TrimPrefix(parsed.Path, "/"))
	query, err := url.ParseQuery(parsed.RawQuery)
	for key, values := range query {
		target.set(key, values[len(values)-1])
	}
	return target, err
}

// set remembers a setting, or that it is not to be sent.
func (a *address) set(key, value string) {
	delete(a.settings, key)
	a.left[key] = value == ""
	if value != "" {
		a.settings[key] = setting(value)
	}
}

// setting is the tensor that a text stands for.
func setting(text string) wire.Tensor {
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		return wire.Tensor{Values: []int64{number}}
	}
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return wire.Tensor{Values: []float64{number}}
	}
	return wire.Tensor{Values: []string{text}}
}
