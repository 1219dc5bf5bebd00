"""Deep Q-learning on a grid: replay memory of namedtuples, epsilon decay, a target network with soft updates, double and dueling heads, prioritized sampling."""

import math
import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

random.seed(3)
torch.manual_seed(3)
device = torch.device("cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu")
Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))


class ReplayMemory(object):
    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, *args):
        """Save a transition"""
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return random.sample(self.memory, batch_size)

    def __len__(self):
        return len(self.memory)


class Grid:
    moves = [(0, 1), (0, -1), (1, 0), (-1, 0)]

    def reset(self):
        self.x, self.y = 0, 0
        return self.state()

    def state(self):
        return [self.x / 3, self.y / 3]

    def step(self, a):
        dx, dy = self.moves[a]
        self.x, self.y = min(3, max(0, self.x + dx)), min(3, max(0, self.y + dy))
        done = (self.x, self.y) == (3, 3)
        return self.state(), 1.0 if done else -0.05, done


class DQN(nn.Module):
    def __init__(self, n_observations, n_actions):
        super(DQN, self).__init__()
        self.layer1 = nn.Linear(n_observations, 32)
        self.layer2 = nn.Linear(32, 32)
        self.value, self.advantage = nn.Linear(32, 1), nn.Linear(32, n_actions)

    def forward(self, x):
        x = F.relu(self.layer2(F.relu(self.layer1(x))))
        a = self.advantage(x)
        return self.value(x) + a - a.mean(dim=-1, keepdim=True)


BATCH_SIZE, GAMMA, EPS_START, EPS_END, EPS_DECAY, TAU, LR = 16, 0.95, 0.9, 0.05, 40, 0.05, 5e-3
policy_net, target_net = DQN(2, 4).to(device), DQN(2, 4).to(device)
print(target_net.load_state_dict(policy_net.state_dict()))
optimizer = optim.AdamW(policy_net.parameters(), lr=LR, amsgrad=True)
memory = ReplayMemory(500)
steps_done, env = 0, Grid()


def select_action(state):
    global steps_done
    sample = random.random()
    eps_threshold = EPS_END + (EPS_START - EPS_END) * math.exp(-1.0 * steps_done / EPS_DECAY)
    steps_done += 1
    if sample > eps_threshold:
        with torch.no_grad():
            return policy_net(state).max(1).indices.view(1, 1)
    return torch.tensor([[random.randrange(4)]], device=device, dtype=torch.long)


def optimize_model():
    if len(memory) < BATCH_SIZE:
        return None
    transitions = memory.sample(BATCH_SIZE)
    batch = Transition(*zip(*transitions))
    non_final_mask = torch.tensor(
        tuple(map(lambda s: s is not None, batch.next_state)), device=device, dtype=torch.bool
    )
    non_final_next_states = torch.cat([s for s in batch.next_state if s is not None])
    state_batch, action_batch, reward_batch = torch.cat(batch.state), torch.cat(batch.action), torch.cat(batch.reward)
    state_action_values = policy_net(state_batch).gather(1, action_batch)
    next_state_values = torch.zeros(BATCH_SIZE, device=device)
    with torch.no_grad():
        best = policy_net(non_final_next_states).argmax(1, keepdim=True)
        next_state_values[non_final_mask] = target_net(non_final_next_states).gather(1, best).squeeze(1)
    expected = (next_state_values * GAMMA) + reward_batch
    criterion = nn.SmoothL1Loss()
    loss = criterion(state_action_values, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()
    return loss


for i_episode in range(6):
    state = torch.tensor(env.reset(), dtype=torch.float32, device=device).unsqueeze(0)
    total, loss = 0.0, None
    for t in range(25):
        action = select_action(state)
        observation, reward, terminated = env.step(action.item())
        total += reward
        reward = torch.tensor([reward], device=device)
        next_state = None if terminated else torch.tensor(observation, dtype=torch.float32, device=device).unsqueeze(0)
        memory.push(state, action, next_state, reward)
        state = next_state
        loss = optimize_model()
        target_net_state_dict, policy_net_state_dict = target_net.state_dict(), policy_net.state_dict()
        for key in policy_net_state_dict:
            target_net_state_dict[key] = policy_net_state_dict[key] * TAU + target_net_state_dict[key] * (1 - TAU)
        target_net.load_state_dict(target_net_state_dict)
        if terminated:
            break
    print(f"episode {i_episode} steps {t + 1} reward {total:.2f} loss", None if loss is None else f"{loss.item():.4f}")
print(len(memory), memory.memory[0], target_net, sep="\n")
with torch.no_grad():
    grid = torch.cartesian_prod(torch.arange(4), torch.arange(4)).float() / 3
    q = policy_net(grid).view(4, 4, 4)
    print(q.shape, q.amax(-1).shape, torch.all(q.argmax(-1) < 4))
weights = torch.tensor([1.0, 0, 2, 5]) ** 0.6
print(
    torch.multinomial(weights, 8, replacement=True),
    list(torch.utils.data.WeightedRandomSampler(weights, 4, replacement=True)),
    (4 * weights / weights.sum()) ** -0.4,
)
Q = torch.zeros(2, 3)
for s, a, r, s2 in [(0, 1, 1.0, 1), (1, 2, 0.5, 0), (0, 1, 1.0, 1)]:
    Q[s, a] += 0.5 * (r + 0.9 * Q[s2].max() - Q[s, a])
print(Q, Q.max(dim=1), Q.argmax(), torch.unravel_index(Q.argmax(), Q.shape))
