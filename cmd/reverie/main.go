// Command reverie trains, evaluates, records and benchmarks control policies.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/bc"
	"github.com/reverie-rl/reverie/algo/cmpo"
	"github.com/reverie-rl/reverie/algo/d4pg"
	"github.com/reverie-rl/reverie/algo/dmpo"
	"github.com/reverie-rl/reverie/algo/dqn"
	"github.com/reverie-rl/reverie/algo/dreamer"
	"github.com/reverie-rl/reverie/algo/ivg"
	"github.com/reverie-rl/reverie/algo/mompo"
	"github.com/reverie-rl/reverie/algo/mpc"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/algo/pets"
	"github.com/reverie-rl/reverie/algo/planet"
	"github.com/reverie-rl/reverie/algo/rdpg"
	"github.com/reverie-rl/reverie/algo/sac"
	"github.com/reverie-rl/reverie/algo/svg"
	"github.com/reverie-rl/reverie/arm"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote"
	"github.com/reverie-rl/reverie/realworld"
	"github.com/reverie-rl/reverie/run"
)

// Exit codes: scripts depend on them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitStopped = 3
)

// commands is the command line.
type commands struct {
	Tasks    tasksCommand    `cmd:"" help:"List every task with its observations and actions."`
	Train    trainCommand    `cmd:"" help:"Train an agent on a task."`
	Eval     evalCommand     `cmd:"" help:"Evaluate the deterministic policy of a run."`
	Runs     runsCommand     `cmd:"" help:"List runs, their parts, and what they took from each other."`
	Record   recordCommand   `cmd:"" help:"Film the policy of a run."`
	Rollout  rolloutCommand  `cmd:"" help:"Apply given controls from a given state and print what happens."`
	Envcheck envcheckCommand `cmd:"" help:"Check tasks against the environment contract."`
	Model    modelCommand    `cmd:"" help:"Tell how well the model of a run predicts, or print the MJCF of a task."`
	Bench    benchCommand    `cmd:"" help:"Time a unit of work, or make learning results."`
	Data     dataCommand     `cmd:"" help:"Export, import and look at experience."`
	ServeEnv serveEnvCommand `cmd:"" help:"Let other programs act in the tasks, over dm_env_rpc."`
}

// session is what commands need of the world outside.
type session struct {
	context    context.Context
	catalogues run.Catalogues
	out        io.Writer // results
	log        io.Writer // progress and warnings
}

// usageError is a mistake in what was asked for, found before any work was done.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// usage marks err, if it is one, as a mistake of the caller.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// catalogues are the tasks and algorithms that the program knows, and the tasks that servers offer.
func catalogues() run.Catalogues {
	var tasks env.Catalogue
	tasks = append(tasks, arm.Tasks()...)
	tasks = append(tasks, classic.Tasks()...)
	tasks = append(tasks, control.Tasks()...)
	plain := tasks
	tasks = append(tasks, realworld.Tasks(plain)...)
	find := func(name string) (env.Task, error) {
		if strings.HasPrefix(name, remote.Scheme) {
			return remote.Task(name, remote.Timeout)
		}
		if strings.HasPrefix(name, realworld.Suite) {
			return realworld.Find(name, plain)
		}
		return tasks.Find(name)
	}
	return run.Catalogues{Tasks: tasks, FindTask: find, Algorithms: []agent.Algorithm{
		bc.Algorithm(), cmpo.Algorithm(), d4pg.Algorithm(), dmpo.Algorithm(), dqn.Algorithm(), dreamer.Algorithm(), ivg.Algorithm(),
		mompo.Algorithm(), mpc.Algorithm(), mpo.Algorithm(),
		pets.Algorithm(), planet.Algorithm(), rdpg.Algorithm(),
		sac.Algorithm(), svg.Algorithm(),
	}}
}

func main() {
	os.Exit(execute(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs the command line and returns the exit code.
func execute(ctx context.Context, arguments []string, out, log io.Writer) int {
	var line commands
	exited := -1
	parser, err := kong.New(&line, kong.Name("reverie"),
		kong.Description("Learning to act: train control policies, see them, and use them, in Go."),
		kong.Writers(out, log), kong.Exit(func(code int) { exited = code }))
	if err != nil {
		fmt.Fprintln(log, "reverie:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(arguments)
	if exited >= 0 {
		return exited // --help
	}
	if err == nil {
		err = parsed.Run(&session{ctx, catalogues(), out, log})
	} else {
		err = usage(fmt.Errorf("%w; --help tells what can be asked for", err))
	}
	return report(log, err)
}

// report prints an error and returns the exit code that stands for it.
func report(log io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, run.ErrStopped) {
		fmt.Fprintln(log, "reverie:", err)
		return exitStopped
	}
	fmt.Fprintln(log, "reverie:", err)
	var mistake usageError
	var exists *run.ExistsError
	if errors.As(err, &mistake) || errors.As(err, &exists) {
		return exitUsage
	}
	return exitFailed
}
