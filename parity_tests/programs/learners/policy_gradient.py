"""REINFORCE and an actor-critic on a corridor: torch.distributions, log_prob, saved actions, namedtuples, returns by hand, entropy, GAE, a PPO step."""

from collections import deque, namedtuple
from itertools import count

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical, Normal


class Corridor:
    """Walk right from 0 to 5; each step costs 0.1; the observation is where and how far."""

    def __init__(self, length=5):
        self.length = length

    def reset(self, seed=None):
        self.at, self.time = 0, 0
        return self.observe(), {}

    def observe(self):
        return np.array([self.at / self.length, 1.0 - self.at / self.length, 1.0], dtype=np.float32)

    def step(self, action):
        self.at = max(0, self.at + (1 if action == 1 else -1))
        self.time += 1
        done = self.at == self.length
        return self.observe(), (1.0 if done else -0.1), done, self.time >= 15, {}


SavedAction = namedtuple("SavedAction", ["log_prob", "value"])


class Policy(nn.Module):
    """implements both actor and critic in one model"""

    def __init__(self):
        super(Policy, self).__init__()
        self.affine1 = nn.Linear(3, 16)
        self.action_head = nn.Linear(16, 2)
        self.value_head = nn.Linear(16, 1)
        self.saved_actions = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        return F.softmax(self.action_head(x), dim=-1), self.value_head(x)


env = Corridor()
torch.manual_seed(543)
model = Policy()
optimizer = optim.Adam(model.parameters(), lr=3e-2)
eps = np.finfo(np.float32).eps.item()


def select_action(state):
    state = torch.from_numpy(state).float()
    probs, state_value = model(state)
    m = Categorical(probs)
    action = m.sample()
    model.saved_actions.append(SavedAction(m.log_prob(action), state_value))
    return action.item()


def finish_episode(gamma=0.99):
    R, policy_losses, value_losses, returns = 0, [], [], deque()
    for r in model.rewards[::-1]:
        R = r + gamma * R
        returns.appendleft(R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    for (log_prob, value), R in zip(model.saved_actions, returns):
        advantage = R - value.item()
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.smooth_l1_loss(value, torch.tensor([R])))
    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    optimizer.step()
    del model.rewards[:]
    del model.saved_actions[:]
    return loss


running_reward = 0
for i_episode in count(1):
    state, _ = env.reset()
    ep_reward = 0
    for t in range(1, 20):
        state, reward, terminated, truncated, _ = env.step(select_action(state))
        model.rewards.append(reward)
        ep_reward += reward
        if terminated or truncated:
            break
    running_reward = 0.05 * ep_reward + (1 - 0.05) * running_reward
    loss = finish_episode()
    if i_episode % 5 == 0:
        print(
            "Episode {}\tLast reward: {:.2f}\tAverage reward: {:.2f}\tsteps {}\tloss {:.4f}".format(
                i_episode, ep_reward, running_reward, t, loss
            )
        )
    if i_episode >= 20:
        break
with torch.no_grad():
    probs, values = model(torch.tensor([[0.0, 1, 1], [0.8, 0.2, 1]]))
dist = Categorical(probs)
print(
    dist,
    probs,
    values.squeeze(-1),
    dist.entropy(),
    dist.sample((3,)).shape,
    dist.probs.argmax(1),
    Categorical(logits=torch.zeros(4)).logits,
)
try:
    Categorical(torch.tensor([[0.5, -0.5]]))
except ValueError as e:
    print("ValueError:", str(e).splitlines()[0])

# PPO with a Gaussian policy on a target in the plane
torch.manual_seed(2)


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        self.log_std = nn.Parameter(torch.full((2,), -0.5))
        for layer in self.net:
            if isinstance(layer, nn.Linear):
                nn.init.orthogonal_(layer.weight, np.sqrt(2))
                nn.init.constant_(layer.bias, 0.0)

    def forward(self, x):
        mean = self.net(x)
        return Normal(mean, self.log_std.exp().expand_as(mean))


actor, critic = Actor(), nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
opt = optim.Adam([{"params": actor.parameters()}, {"params": critic.parameters(), "lr": 1e-2}], lr=3e-3, eps=1e-5)
for update in range(3):
    obs, log_probs, actions, rewards, values, dones = [], [], [], [], [], []
    state = torch.randn(8, 2)
    with torch.no_grad():
        for t in range(6):
            dist = actor(state)
            action = dist.sample()
            (
                obs.append(state),
                actions.append(action),
                log_probs.append(dist.log_prob(action).sum(-1)),
                values.append(critic(state).squeeze(-1)),
            )
            state = state + 0.3 * action.clamp(-1, 1)
            rewards.append(-state.square().sum(-1))
            dones.append((rewards[-1] > -0.05).float())
        last, advantages, running = critic(state).squeeze(-1), [None] * 6, torch.zeros(8)
        for t in reversed(range(6)):
            nextvalue = last if t == 5 else values[t + 1]
            delta = rewards[t] + 0.9 * nextvalue * (1 - dones[t]) - values[t]
            advantages[t] = running = delta + 0.9 * 0.95 * (1 - dones[t]) * running
    b_obs, b_actions, b_log_probs = torch.cat(obs), torch.cat(actions), torch.cat(log_probs)
    b_adv, b_values = torch.cat(advantages), torch.cat(values)
    b_returns = b_adv + b_values
    for epoch in range(2):
        for mb in torch.randperm(48).split(16):
            dist = actor(b_obs[mb])
            ratio = (dist.log_prob(b_actions[mb]).sum(-1) - b_log_probs[mb]).exp()
            adv = (b_adv[mb] - b_adv[mb].mean()) / (b_adv[mb].std() + 1e-8)
            pg = torch.max(-adv * ratio, -adv * torch.clamp(ratio, 0.8, 1.2)).mean()
            v = 0.5 * (critic(b_obs[mb]).view(-1) - b_returns[mb]).pow(2).mean()
            total = pg - 0.01 * dist.entropy().sum(-1).mean() + 0.5 * v
            opt.zero_grad(), total.backward()
            grad_norm = nn.utils.clip_grad_norm_(list(actor.parameters()) + list(critic.parameters()), 0.5)
            opt.step()
    print(
        f"update {update} return {torch.stack(rewards).sum(0).mean():.3f} pg {pg:.4f} v {v:.4f} ratio {ratio.min():.3f} std",
        actor.log_std.exp().data,
        f"{grad_norm:.3f}",
    )
