"""Training steps of the same model in PyTorch, on demand: for each number on a line of standard input, runs that many
steps and answers with one line, the last one's bound in nats per image. Arguments: how a step is made (plain, foreach,
fused: as the optimiser is called; compiled: by torch.compile), threads, batch, hidden, latent, number of images, file
of their bytes."""
import sys

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit("torch_step: no PyTorch")

how = sys.argv[1]
threads, batch, hidden, latent, count = map(int, sys.argv[2:7])
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)
torch.manual_seed(1)

images = torch.from_file(sys.argv[7], size=count * 784, dtype=torch.uint8).view(count, 784).clone()
enc, head = torch.nn.Linear(784, hidden), torch.nn.Linear(hidden, 2 * latent)
dec, out = torch.nn.Linear(latent, hidden), torch.nn.Linear(hidden, 784)
params = [p for layer in (enc, head, dec, out) for p in layer.parameters()]
for p in params:
    torch.nn.init.normal_(p, 0, 0.01) if p.dim() > 1 else torch.nn.init.zeros_(p)


def lacks(what):
    print(f"lacks {what} (PyTorch {torch.__version__})", flush=True)
    sys.exit()


def adagrad(how):
    """None where this PyTorch does not have it."""
    try:
        more = {how: True} if how != "plain" else {}
        return torch.optim.Adagrad(params, lr=0.01, weight_decay=batch / count, **more)
    except (TypeError, RuntimeError):
        return None


if how == "compiled":
    optimizer = adagrad("fused") or adagrad("plain")
else:
    optimizer = adagrad(how) or lacks(f"a {how} Adagrad")
order = torch.randperm(count)


def loss_of(x):
    mu, logvar = head(torch.tanh(enc(x))).chunk(2, 1)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    logits = out(torch.tanh(dec(z)))
    kl = 0.5 * torch.sum(mu * mu + logvar.exp() - 1 - logvar)
    return kl + F.binary_cross_entropy_with_logits(logits, x, reduction="sum")


def step(at):
    x = images[order[at:at + batch]].float().div_(255)
    loss = loss_of(x)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss


if how == "compiled":
    try:
        loss_of = torch.compile(loss_of)
        step(0)
    except Exception as reason:  # of many kinds: no compiler, an old PyTorch, a new Python
        lacks(f"a torch.compile that works, {type(reason).__name__}")

at = 0
print("torch", torch.__version__, flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        loss = step(at)
        at = at + batch if at + 2 * batch <= count else 0
    print(-float(loss) / batch, flush=True)
