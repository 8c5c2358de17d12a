"""Training steps of the same model in PyTorch, on demand: for each number on a line of standard input,
runs that many steps and answers with one line. Arguments: threads, batch, hidden, latent, number of
images, file of their bytes."""
import sys

import torch
import torch.nn.functional as F

threads, batch, hidden, latent, count = map(int, sys.argv[1:6])
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)
torch.manual_seed(1)

images = torch.from_file(sys.argv[6], size=count * 784, dtype=torch.uint8).view(count, 784).clone()
enc, head = torch.nn.Linear(784, hidden), torch.nn.Linear(hidden, 2 * latent)
dec, out = torch.nn.Linear(latent, hidden), torch.nn.Linear(hidden, 784)
params = [p for layer in (enc, head, dec, out) for p in layer.parameters()]
for p in params:
    torch.nn.init.normal_(p, 0, 0.01) if p.dim() > 1 else torch.nn.init.zeros_(p)
optimizer = torch.optim.Adagrad(params, lr=0.01, weight_decay=batch / count)
order = torch.randperm(count)


def step(at):
    x = images[order[at:at + batch]].float().div_(255)
    mu, logvar = head(torch.tanh(enc(x))).chunk(2, 1)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    logits = out(torch.tanh(dec(z)))
    kl = 0.5 * torch.sum(mu * mu + logvar.exp() - 1 - logvar)
    loss = kl + F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss


at = 0
print("torch", torch.__version__, flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        loss = step(at)
        at = at + batch if at + 2 * batch <= count else 0
    print(float(loss), flush=True)
