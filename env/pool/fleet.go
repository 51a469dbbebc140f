package pool

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
)

// Config says how many environments there are and who plays them.
type Config struct {
	Environments int // 1 or more
	Workers      int // 1 or more: how many environments are played at the same time
	AutoReset    AutoReset
	Seed         uint64 // from which the seeds of the environments are derived
}

// Validate returns an error that names the field, its value and what is allowed.
func (c Config) Validate() error {
	switch {
	case c.Environments < 1:
		return fmt.Errorf("pool: Environments is %d, must be 1 or more", c.Environments)
	case c.Workers < 1:
		return fmt.Errorf("pool: Workers is %d, must be 1 or more", c.Workers)
	case c.AutoReset > Disabled:
		return fmt.Errorf("pool: AutoReset is %d, must be NextStep, SameStep or Disabled", c.AutoReset)
	}
	return nil
}

// StreamEnvironment is the stream of the seeds of environments. Other components take other streams.
const StreamEnvironment = 0x656e76 // "env"

// Seed derives a seed for what a component, named by its stream, draws in one episode of one
// environment. Environments are made with the seed of (root, index, 0, StreamEnvironment), and draw
// their later episodes themselves.
func Seed(root uint64, index int, episode, stream uint64) uint64 {
	return rng.Mix(root, uint64(index), episode, stream)
}

// fleet is the environments and their rows. Different environments may be played at the same time.
type fleet struct {
	environments []env.Environment
	observations []env.Spec
	action       env.Spec
	tasks        int // of each environment, if it is several; else 0
	mode         AutoReset
	batch        Batch
	actions      []float64 // [environments, action size]: what the next step of each applies
	begin        []bool    // the next step of an environment is Reset
	over         []bool    // under Disabled: the environment has to be Reset
	closed       bool
}

// newFleet makes the environments, one after another.
func newFleet(newEnvironment func(seed uint64) (env.Environment, error), config Config) (*fleet, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	count := config.Environments
	f := &fleet{mode: config.AutoReset, begin: make([]bool, count), over: make([]bool, count)}
	for i := range count {
		f.over[i] = f.mode == Disabled
		if err := f.add(newEnvironment, Seed(config.Seed, i, 0, StreamEnvironment)); err != nil {
			return nil, errors.Join(failed(i, err), f.close())
		}
	}
	f.batch = newBatch(count, f.observations, f.tasks, f.mode)
	f.actions = make([]float64, count*f.action.Size())
	return f, nil
}

// add makes one more environment, which must be like the others.
func (f *fleet) add(newEnvironment func(seed uint64) (env.Environment, error), seed uint64) error {
	e, err := newEnvironment(seed)
	if err != nil {
		return err
	}
	f.environments = append(f.environments, e)
	if len(f.environments) == 1 {
		f.observations, f.action = e.Observations(), e.Action()
		if several, ok := e.(env.MultiTask); ok {
			f.tasks = len(several.Tasks())
		}
	}
	if !reflect.DeepEqual(e.Observations(), f.observations) || !reflect.DeepEqual(e.Action(), f.action) {
		return errors.New("its observations or actions are not those of environment 0")
	}
	return nil
}

// Observations describes the observations of every environment.
func (f *fleet) Observations() []env.Spec { return f.observations }

// Action describes the action of every environment.
func (f *fleet) Action() env.Spec { return f.action }

// Batch is the latest time step of each environment, in memory that every step overwrites.
func (f *fleet) Batch() *Batch { return &f.batch }

// failed says which environment an error is of.
func failed(index int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("pool: environment %d: %w", index, err)
}

// advance takes the next step of environment i and writes its row.
func (f *fleet) advance(i int) { f.batch.Errors[i] = failed(i, f.play(i)) }

func (f *fleet) play(i int) error {
	step, err := f.request(i)
	if err != nil {
		return err
	}
	kind, reward, discount := step.Type, step.Reward, step.Discount
	f.batch.setRewards(i, step.Rewards) // which the next Reset may change
	if f.mode == SameStep && kind == env.Last {
		flatten(row(f.batch.FinalObservation, i, f.batch.width), row(f.batch.FinalImages, i, f.batch.bytes), step.Observation)
		if step, err = f.environments[i].Reset(); err != nil {
			return err
		}
	}
	floats, bytes := f.batch.Row(i)
	flatten(floats, bytes, step.Observation)
	f.batch.Type[i], f.batch.Reward[i], f.batch.Discount[i] = kind, reward, discount
	f.over[i] = f.mode == Disabled && kind == env.Last
	return nil
}

// request asks environment i for what is to come next.
func (f *fleet) request(i int) (env.TimeStep, error) {
	if f.begin[i] {
		f.begin[i] = false
		return f.environments[i].Reset()
	}
	if f.over[i] {
		return env.TimeStep{}, errors.New("no episode is being played: Reset it")
	}
	return f.environments[i].Step(row(f.actions, i, f.action.Size()))
}

// checkIndex returns an error unless there is an environment number i.
func (f *fleet) checkIndex(i int) error {
	if i < 0 || i >= len(f.environments) {
		return fmt.Errorf("pool: there is no environment %d; there are 0 to %d", i, len(f.environments)-1)
	}
	return nil
}

var errClosed = errors.New("pool: it is closed")

// close closes the environments, once.
func (f *fleet) close() error {
	var all []error
	for i, e := range f.environments {
		if !f.closed {
			all = append(all, failed(i, e.Close()))
		}
	}
	f.closed = true
	return errors.Join(all...)
}
