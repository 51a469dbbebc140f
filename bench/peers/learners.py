"""Learner steps of MPO, SAC and a world model of pictures in PyTorch, to be timed beside those of `reverie bench`.

    learners.py WORK THREADS

prints one JSON line with "ms", the median time of a step in milliseconds. README.md says what the two
sides have in common.
"""

import argparse
import copy
import functools
import json
import math
import statistics
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# What all learners have in common: bench/algorithms.go.
OBSERVATION, ACTION = 24, 6
LAYERS = 256, 256, 256
EXPERIENCE = 10_000  # steps in the replay
BATCH = 256
REWARDS = 1  # in a transition
DISCOUNT = 0.99
LEARNING_RATE = 1e-4
GRADIENT_NORM = 40

DUAL_SMALLEST, DUAL_FLOOR = 1e-8, -18  # optim/dual.go


class Replay:
    """Random steps of one long episode."""

    def __init__(self):
        self.random = np.random.default_rng(1)
        normal = functools.partial(self.random.standard_normal, dtype=np.float32)
        self.observation = normal((EXPERIENCE + 1, OBSERVATION))
        self.action = normal((EXPERIENCE, ACTION))
        self.reward = normal(EXPERIENCE)
        self.discount = np.ones(EXPERIENCE, np.float32)

    def sample(self):
        """Draws observations, actions, sums of rewards, discounts of what follows, and observations after."""
        rows = self.random.integers(EXPERIENCE - REWARDS + 1, size=BATCH)
        steps = rows[:, None] + np.arange(REWARDS)
        reward, weight = self.reward[steps], np.cumprod(np.float32(DISCOUNT) * self.discount[steps], axis=1)
        reward[:, 1:] *= weight[:, :-1]
        before, after = self.observation[rows], self.observation[rows + REWARDS]
        return [torch.from_numpy(x) for x in (before, self.action[rows], reward.sum(1), weight[:, -1], after)]


def network(inputs, outputs):
    """The networks of the family: layer normalisation and tanh after the first layer, ELU after the others."""
    layers = [nn.Linear(inputs, LAYERS[0]), nn.LayerNorm(LAYERS[0]), nn.Tanh()]
    for before, after in zip(LAYERS, LAYERS[1:]):
        layers += [nn.Linear(before, after), nn.ELU(inplace=True)]
    return nn.Sequential(*layers, nn.Linear(LAYERS[-1], outputs))


class Policy(nn.Module):
    """A Gaussian for each observation, with the mean and the deviation in one head."""

    def __init__(self, initial_deviation, minimum_deviation):
        super().__init__()
        self.network = network(OBSERVATION, 2 * ACTION)
        self.scale, self.minimum = initial_deviation / math.log(2), minimum_deviation

    def forward(self, observation):
        mean, deviation = self.network(observation).chunk(2, dim=-1)
        return mean, F.softplus(deviation) * self.scale + self.minimum


class Critic(nn.Module):
    """One or more networks that value an action in a state."""

    def __init__(self, count):
        super().__init__()
        self.networks = nn.ModuleList(network(OBSERVATION + ACTION, 1) for _ in range(count))

    def forward(self, observation, action):
        pair = torch.cat([observation, action.clamp(-1, 1)], dim=-1)
        return [network(pair).squeeze(-1) for network in self.networks]


class Optimiser:
    """Adam for a list of parameters, with the gradient clipped to a global norm if a limit is given."""

    def __init__(self, parameters, rate, limit=None):
        self.parameters, self.limit = list(parameters), limit
        self.adam = fastest_adam(self.parameters, rate)

    def differentiate(self, loss):
        """Finds the gradient of these parameters, and no other."""
        self.adam.zero_grad(set_to_none=True)
        loss.backward(inputs=self.parameters)

    def step(self):
        if self.limit is not None:
            nn.utils.clip_grad_norm_(self.parameters, self.limit)
        self.adam.step()


def fastest_adam(parameters, rate):
    """The fused Adam where this version of PyTorch has it for processors, or else the ordinary one."""
    try:
        return torch.optim.Adam(parameters, rate, fused=True)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(parameters, rate)


def minimise(*losses):
    """Steps each optimiser down its loss; all gradients are found before anything changes."""
    for optimiser, loss in losses:
        optimiser.differentiate(loss)
    for optimiser, _ in losses:
        optimiser.step()


def dual(size, raw):
    return nn.Parameter(torch.full((size,), float(raw)))


def multiplier(raw):
    return F.softplus(raw) + DUAL_SMALLEST


@torch.no_grad()
def project(*duals):
    """Keeps duals where softplus has a gradient."""
    for raw in duals:
        raw.clamp_(min=DUAL_FLOOR)


def regression(values, target):
    return 0.5 * sum(F.mse_loss(value, target) for value in values)


def log_density(standardised, deviation):
    """Of a Gaussian, where (x - mean) / deviation is given in place of x; summed over the last axis."""
    return -(0.5 * standardised.square() + deviation.log()).sum(-1) - 0.5 * ACTION * math.log(2 * math.pi)


class SAC:
    """Soft Actor-Critic: algo/sac."""

    TARGET_RATE = 0.005
    TARGET_ENTROPY = -ACTION

    def __init__(self, replay):
        self.replay = replay
        self.policy = Policy(initial_deviation=1, minimum_deviation=1e-3)
        self.critic = Critic(count=2)
        self.target_critic = copy.deepcopy(self.critic).requires_grad_(False)
        self.temperature = dual(1, -2.25)
        self.policy_optimiser = Optimiser(self.policy.parameters(), LEARNING_RATE, GRADIENT_NORM)
        self.critic_optimiser = Optimiser(self.critic.parameters(), LEARNING_RATE, GRADIENT_NORM)
        self.dual_optimiser = Optimiser([self.temperature], 3e-4)

    def draw(self, observation):
        """Draws actions, through which gradients flow, with the logarithm of their density."""
        mean, deviation = self.policy(observation)
        noise = torch.randn(mean.shape)
        before = mean + deviation * noise
        log_slope = 2 * (math.log(2) - before - F.softplus(-2 * before))  # of tanh
        return before.tanh(), log_density(noise, deviation) - log_slope.sum(-1)

    def step(self):
        observation, action, reward, discount, after = self.replay.sample()
        alpha = multiplier(self.temperature)
        drawn, log_probability = self.draw(after)
        with torch.no_grad():
            value = torch.minimum(*self.target_critic(after, drawn))
            target = reward + discount * (value - alpha * log_probability)
            excess = -log_probability.mean() - self.TARGET_ENTROPY
        critic_loss = regression(self.critic(observation, action), target)
        value = torch.minimum(*self.critic(after, drawn))
        policy_loss = (alpha.detach() * log_probability - value).mean()
        temperature_loss = (alpha * excess).sum()
        self.follow()
        minimise(
            (self.critic_optimiser, critic_loss),
            (self.policy_optimiser, policy_loss),
            (self.dual_optimiser, temperature_loss),
        )
        project(self.temperature)
        return critic_loss, policy_loss, temperature_loss

    @torch.no_grad()
    def follow(self):
        """Moves the target critic towards the critic as it is before the update."""
        for target, parameter in zip(self.target_critic.parameters(), self.critic.parameters()):
            target.lerp_(parameter, self.TARGET_RATE)


class MPO:
    """Maximum a Posteriori Policy Optimisation: algo/mpo."""

    SAMPLES = 20
    TARGET_PERIOD = 100
    EPSILON, EPSILON_MEAN, EPSILON_DEVIATION = 0.1, 2.5e-3, 1e-6

    def __init__(self, replay):
        self.replay = replay
        self.policy = Policy(initial_deviation=0.3, minimum_deviation=1e-6)
        self.critic = Critic(count=1)
        self.target_policy = copy.deepcopy(self.policy).requires_grad_(False)
        self.target_critic = copy.deepcopy(self.critic).requires_grad_(False)
        self.temperature, self.mean, self.deviation = dual(1, 1), dual(ACTION, 1), dual(ACTION, 100)
        self.policy_optimiser = Optimiser(self.policy.parameters(), LEARNING_RATE, GRADIENT_NORM)
        self.critic_optimiser = Optimiser(self.critic.parameters(), LEARNING_RATE, GRADIENT_NORM)
        self.dual_optimiser = Optimiser([self.temperature, self.mean, self.deviation], 1e-2)
        self.updates = 0

    @torch.no_grad()
    def sample(self, observation):
        """The target policy, actions of it [samples, batch, action], and their values [samples, batch]."""
        mean, deviation = self.target_policy(observation)
        actions = mean + deviation * torch.randn(self.SAMPLES, *mean.shape)
        (values,) = self.target_critic(observation.expand(self.SAMPLES, -1, -1), actions)
        return mean, deviation, actions, values

    def improvement(self, observation, target_mean, target_deviation, actions, values):
        """The losses of the M-step with its trust regions, and of the multipliers."""
        mean, deviation = self.policy(observation)
        eta, mean_multiplier, deviation_multiplier = map(multiplier, (self.temperature, self.mean, self.deviation))
        with torch.no_grad():
            weights = torch.softmax(values / eta, dim=0)
        move_mean = log_density((actions - mean) / target_deviation, target_deviation)
        move_deviation = log_density((actions - target_mean) / deviation, deviation)
        likelihood = (weights * (move_mean + move_deviation)).sum(0).mean()
        mean_kl = 0.5 * ((mean - target_mean) / target_deviation).square().mean(0)
        ratio = target_deviation / deviation
        deviation_kl = (0.5 * ratio.square() - ratio.log() - 0.5).mean(0)
        bounds = mean_multiplier.detach() * mean_kl + deviation_multiplier.detach() * deviation_kl
        policy_loss = bounds.sum() - likelihood
        log_mean = torch.logsumexp(values / eta, dim=0).mean() - math.log(self.SAMPLES)
        slack = mean_multiplier * (self.EPSILON_MEAN - mean_kl.detach())
        slack = slack + deviation_multiplier * (self.EPSILON_DEVIATION - deviation_kl.detach())
        return policy_loss, (eta * (self.EPSILON + log_mean)).sum() + slack.sum()

    def step(self):
        if self.updates % self.TARGET_PERIOD == 0:
            self.target_policy.load_state_dict(self.policy.state_dict())
            self.target_critic.load_state_dict(self.critic.state_dict())
        self.updates += 1
        observation, action, reward, discount, after = self.replay.sample()
        sampled = self.sample(after)
        target = reward + discount * sampled[-1].mean(0)
        critic_loss = regression(self.critic(observation, action), target)
        policy_loss, dual_loss = self.improvement(after, *sampled)
        minimise(
            (self.critic_optimiser, critic_loss),
            (self.policy_optimiser, policy_loss),
            (self.dual_optimiser, dual_loss),
        )
        project(self.temperature, self.mean, self.deviation)
        return critic_loss, policy_loss, dual_loss


class PixelWorldModel:
    """An update of the recurrent state-space model of PlaNet (arXiv 1811.04551) on pictures: bench/world_model.go."""

    BATCH, LENGTH, UNITS, LATENTS, DEPTH = 16, 32, 200, 30, 16
    LEARNING_RATE, FREE_NATS, SMALLEST_DEVIATION = 6e-4, 3, 0.1

    def __init__(self):
        units, latents, features = self.UNITS, self.LATENTS, self.LATENTS + self.UNITS
        self.encoder, self.decoder = self.convolutions(), self.transposed(features)
        self.from_stochastic, self.from_action = nn.Linear(latents, units), nn.Linear(ACTION, units, bias=False)
        self.cell = nn.GRUCell(units, units)
        self.prior = nn.Sequential(nn.Linear(units, units), nn.ELU(), nn.Linear(units, 2 * latents))
        self.posterior, self.from_embedding = nn.Linear(units, units), nn.Linear(32 * self.DEPTH, units, bias=False)
        self.posterior_raw = nn.Linear(units, 2 * latents)
        self.reward = nn.Sequential(nn.Linear(features, units), nn.ELU(), nn.Linear(units, units), nn.ELU(), nn.Linear(units, 1))
        networks = [part for part in vars(self).values() if isinstance(part, nn.Module)]
        self.adam = fastest_adam([parameter for part in networks for parameter in part.parameters()], self.LEARNING_RATE)
        time_and_batch = self.LENGTH, self.BATCH
        self.pictures = torch.randint(256, (self.LENGTH * self.BATCH, 3, 64, 64), dtype=torch.uint8)
        self.actions, self.rewards = torch.randn(*time_and_batch, ACTION), torch.randn(*time_and_batch)

    def convolutions(self):
        layers, before = [], 3
        for outputs in (self.DEPTH, 2 * self.DEPTH, 4 * self.DEPTH, 8 * self.DEPTH):
            layers += [nn.Conv2d(before, outputs, 4, stride=2), nn.ReLU(inplace=True)]
            before = outputs
        return nn.Sequential(*layers, nn.Flatten())

    def transposed(self, features):
        before = 32 * self.DEPTH
        layers = [nn.Linear(features, before), nn.Unflatten(1, (before, 1, 1))]
        for outputs, size in ((4 * self.DEPTH, 5), (2 * self.DEPTH, 5), (self.DEPTH, 6), (3, 6)):
            layers += [nn.ConvTranspose2d(before, outputs, size, stride=2), nn.ReLU(inplace=True)]
            before = outputs
        return nn.Sequential(*layers[:-1])

    def distribution(self, raw):
        mean, deviation = raw.chunk(2, -1)
        return mean, F.softplus(deviation) + self.SMALLEST_DEVIATION

    def filter(self, embedding, action):
        """The features of all states, and the numbers of their posteriors."""
        state, latent = torch.zeros(self.BATCH, self.UNITS), torch.zeros(self.BATCH, self.LATENTS)
        noise = torch.randn(self.LENGTH, self.BATCH, self.LATENTS)
        states, latents, posteriors = [], [], []
        for t in range(self.LENGTH):
            state = self.cell(F.elu(self.from_stochastic(latent) + action[t]), state)
            posterior = self.posterior_raw(F.elu(self.posterior(state) + embedding[t]))
            mean, deviation = self.distribution(posterior)
            latent = mean + deviation * noise[t]
            states.append(state)
            latents.append(latent)
            posteriors.append(posterior)
        return torch.stack(states), torch.stack(latents), torch.stack(posteriors)

    def divergence(self, posterior, prior):
        """The mean divergence of the posterior from the prior, of which some nats are free."""
        (mean, deviation), (prior_mean, prior_deviation) = self.distribution(posterior), self.distribution(prior)
        ratio, shift = deviation / prior_deviation, (mean - prior_mean) / prior_deviation
        nats = (0.5 * (ratio.square() + shift.square() - 1) - ratio.log()).sum(-1)
        return nats.mean().clamp(min=self.FREE_NATS)

    def step(self):
        pixels = self.pictures.float() / 255 - 0.5
        embedding = self.from_embedding(self.encoder(pixels)).view(self.LENGTH, self.BATCH, -1)
        states, latents, posteriors = self.filter(embedding, self.from_action(self.actions))
        features = torch.cat((latents, states), -1).flatten(0, 1)
        observation = 0.5 * (self.decoder(features) - pixels).square().flatten(1).sum(1).mean()
        reward = 0.5 * (self.reward(features).view_as(self.rewards) - self.rewards).square().mean()
        loss = observation + reward + self.divergence(posteriors, self.prior(states))
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        return observation, reward


def measure(learner, seconds=5):
    """The median time of a step, of those of a few seconds after three that do not count."""
    for _ in range(3):
        learner.step()
    times, begin = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        losses = learner.step()
        times.append(time.perf_counter() - start)
    if not all(loss.isfinite() for loss in losses):
        raise ArithmeticError(f"the losses are {losses}")
    return statistics.median(times)


def main():
    works = {"mpo": lambda: MPO(Replay()), "sac": lambda: SAC(Replay()), "pixel_world_model": PixelWorldModel}
    parser = argparse.ArgumentParser(description="Times a learner step in PyTorch.")
    parser.add_argument("work", choices=works)
    parser.add_argument("threads", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    milliseconds = 1000 * measure(works[arguments.work]())
    print(json.dumps({"peer": "torch", "ms": round(milliseconds, 3), **vars(arguments)}))


if __name__ == "__main__":
    main()
