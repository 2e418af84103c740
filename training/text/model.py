"""The Llama architecture at nano size, as in llama.cpp: RMSNorm, interleaved RoPE, SwiGLU, tied embeddings."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.text.config import Config

NORM_EPSILON = 1e-5
ROPE_BASE = 10_000.0


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns pairs of neighbouring channels by their position's angle; x is (B, H, T, head)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Block(nn.Module):
    """Attention and a gated feed-forward, each on a normalised residual."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        d = c.dimension
        self.heads = c.heads
        self.dropout = c.dropout
        self.attn_norm = nn.RMSNorm(d, eps=NORM_EPSILON)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.ffn_norm = nn.RMSNorm(d, eps=NORM_EPSILON)
        self.ffn_gate = nn.Linear(d, c.hidden, bias=False)
        self.ffn_up = nn.Linear(d, c.hidden, bias=False)
        self.ffn_down = nn.Linear(c.hidden, d, bias=False)
        self.drop = nn.Dropout(c.dropout)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Maps (B, T, D) to (B, T, D)."""
        b, t, d = x.shape
        h = self.attn_norm(x)
        q, k, v = (
            w(h).view(b, t, self.heads, d // self.heads).transpose(1, 2)  # (B, H, T, head)
            for w in (self.attn_q, self.attn_k, self.attn_v)
        )
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        x = x + self.drop(self.attn_output(y.transpose(1, 2).reshape(b, t, d)))
        h = self.ffn_norm(x)
        out: Tensor = x + self.drop(self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h)))
        return out


class Nano(nn.Module):
    """Tokens (B, T) int64 -> logits (B, T, vocabulary) float32."""

    cos: Tensor  # (context, head / 2) float32, as `sin`
    sin: Tensor

    def __init__(self, c: Config, vocabulary: int) -> None:
        super().__init__()
        self.token_embd = nn.Embedding(vocabulary, c.dimension)
        self.blk = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.output_norm = nn.RMSNorm(c.dimension, eps=NORM_EPSILON)
        self.drop = nn.Dropout(c.dropout)
        head = c.dimension // c.heads
        angles = torch.outer(torch.arange(c.context).float(), ROPE_BASE ** (-torch.arange(0, head, 2).float() / head))
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for name, p in self.named_parameters():
            if p.ndim == 2:
                scale = (
                    0.02 / (2 * c.layers) ** 0.5 if name.endswith(("attn_output.weight", "ffn_down.weight")) else 0.02
                )
                nn.init.normal_(p, std=scale)

    def forward(self, tokens: Tensor) -> Tensor:
        """Computes the logits of each next token."""
        t = tokens.shape[1]
        x = self.drop(self.token_embd(tokens))
        for block in self.blk:
            x = block(x, self.cos[:t], self.sin[:t])
        return F.linear(self.output_norm(x), self.token_embd.weight)
