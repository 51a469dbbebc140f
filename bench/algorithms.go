package bench

import (
	"fmt"
	"math/rand/v2"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// The sizes of learner steps, as settings of an algorithm's presets.
const (
	// layerSettings are those of algorithms that learn from single transitions or from windows.
	layerSettings = `
		policy_layers = [256, 256, 256]
		critic_layers = [256, 256, 256]
	`
	// transitionSettings are those of algorithms that learn from single transitions.
	transitionSettings = layerSettings + `
		batch = 256
		nstep = 1
		learning_rate = 1e-4
	`
	// sampledSettings are those of algorithms that sample several actions in each state.
	sampledSettings = transitionSettings + `
		samples = 20
	`
	// improvementSettings have every multiplier of MPO's improvement descended by Adam.
	improvementSettings = sampledSettings + `
		temperature = "adam"
		epsilon_penalty = 0.0
		initial_temperature = 1.0
		initial_mean_multiplier = 1.0
		initial_deviation_multiplier = 100.0
		initial_deviation = 0.3
	`
	// firstDreamerSettings are Dreamer's first version with small networks: batch 16, 32 states in a window, 16
	// stochastic and 64 deterministic units, layers of 64, and ten imagined steps from all states.
	firstDreamerSettings = `
		cell = "gru"
		latent_deviation = 0.1
		symlog = false
		two_hot_critic = false
		batch = 16
		window = 31
		observation_weight = 1.0
		reward_weight = 1.0
		representation_weight = 1.0
		free_nats = 3.0
		free_on_average = true
		start_every = 1
		normalise_returns = false
		entropy = 0.0
		model_learning_rate = 6e-4
		policy_learning_rate = 8e-5
		critic_learning_rate = 8e-5
		gradient_norm = 0.0
		target_rate = 1.0
	`
)

// vectors are the sizes of the task that all learners are timed on.
var vectors = replay.Layout{Observation: 24, Action: 6, Reward: 1}

// learnerStep is one step of an algorithm's learner: 24 observations, 6 actions, a preset and these settings. It includes drawing the batch from replay and moving the target networks.
func learnerStep(algorithm agent.Algorithm, preset, settings string) func(*grad.Workers) (Work, error) {
	return learnerStepOn(agent.Sizes{Observation: vectors.Observation, Action: vectors.Action}, algorithm, preset, settings)
}

// twoObjectives are the sizes of the same task with two objectives.
var twoObjectives = agent.Sizes{Observation: vectors.Observation, Action: vectors.Action, Objectives: 2}

// learnerStepOn is learnerStep on a task of these sizes.
func learnerStepOn(sizes agent.Sizes, algorithm agent.Algorithm, preset, settings string) func(*grad.Workers) (Work, error) {
	return func(workers *grad.Workers) (Work, error) {
		config, err := algorithm.Preset(preset)
		if err != nil {
			return Work{}, err
		}
		read, err := toml.Decode(settings, config)
		if err != nil {
			return Work{}, fmt.Errorf("bench: %s: %w", algorithm.Name, err)
		}
		if unknown := read.Undecoded(); len(unknown) > 0 {
			return Work{}, fmt.Errorf("bench: %s has no settings %v", algorithm.Name, unknown)
		}
		learner, err := algorithm.New(config, sizes, 1, workers)
		if err != nil {
			return Work{}, err
		}
		policy, err := learner.Policy()
		if err != nil {
			return Work{}, err
		}
		sampler, err := randomExperience(10_000, sizes.Layout(policy.StateSize()))
		if err != nil {
			return Work{}, err
		}
		return Work{func() error { return learner.Step(sampler) }, learner.Programs()}, nil
	}
}

// randomExperience is a replay of random steps of this layout.
func randomExperience(steps int, layout replay.Layout) (*replay.Sampler, error) {
	table, err := replay.NewTable(layout, steps+1)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(2, 2))
	observation, action, reward := make([]float32, layout.Observation), make([]float32, layout.Action), make([]float32, layout.Reward)
	remembered := make([]float32, layout.State)
	fillNormal(random, observation)
	if err := table.Begin(replay.Step{Observation: observation, State: remembered}); err != nil {
		return nil, err
	}
	for range steps {
		fillNormal(random, observation, action, reward)
		if err := table.Append(replay.Step{Action: action, Reward: reward, Discount: 1, Observation: observation, State: remembered}); err != nil {
			return nil, err
		}
	}
	return replay.NewSampler(1, table)
}

// Replay is the drawing of 256 five-step transitions from a replay of 100,000 steps.
func Replay() (Work, error) {
	sampler, err := randomExperience(100_000, vectors)
	if err != nil {
		return Work{}, err
	}
	batch := replay.NewTransitions(vectors, 256)
	return Work{Step: func() error { return sampler.SampleTransitions(batch, 5, 0.99) }}, nil
}
