"""Small, randomly initialised models of families that users name."""

from __future__ import annotations

import logging
import warnings

import torch
from torch import nn
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from .encoding import END, PAD, START, Encoded

logging.getLogger("transformers").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message=".*nested tensors.*")

ENCODER_DECODER = {"t5", "bart"}
HEAD_WIDTH = 16
MAX_LENGTH = 64
SPECIAL = {"pad_token_id": PAD, "bos_token_id": START, "eos_token_id": END, "use_cache": False}


class RecurrentLM(nn.Module):
    """A left-to-right language model on PyTorch's LSTM or GRU.

    `normalization` stands after the embedding and after every recurrent layer: `none`, `layer`
    (LayerNorm) or `batch` (BatchNorm over examples and positions; running statistics in evaluation).
    """

    def __init__(self, cell: str, vocabulary: int, width: int, depth: int, dropout: float, normalization: str):
        super().__init__()
        layer = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.embedding = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(layer(width, width, batch_first=True) for _ in range(depth))
        self.norms = nn.ModuleList(_norm(normalization, width) for _ in range(depth + 1))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Logits [n, length, vocabulary] of the next token at every position."""
        hidden = self.dropout(self.norms[0](self.embedding(inputs)))
        for layer, norm in zip(self.layers, self.norms[1:]):
            hidden = self.dropout(norm(layer(hidden)[0]))
        return self.head(hidden)


class PositionwiseBatchNorm(nn.BatchNorm1d):
    """BatchNorm1d over [n, length, width]."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return super().forward(hidden.transpose(1, 2)).transpose(1, 2)


def _norm(kind: str, width: int) -> nn.Module:
    return {"none": nn.Identity, "layer": lambda: nn.LayerNorm(width), "batch": lambda: PositionwiseBatchNorm(width)}[kind]()


def _gpt2(vocabulary, width, depth, dropout):
    return GPT2LMHeadModel(GPT2Config(
        vocab_size=vocabulary, n_embd=width, n_layer=depth, n_head=width // HEAD_WIDTH, n_inner=2 * width,
        # The same function as GPT-2's own "gelu_new", in one kernel instead of eight.
        activation_function="gelu_pytorch_tanh", n_positions=MAX_LENGTH, resid_pdrop=dropout, embd_pdrop=dropout, attn_pdrop=dropout,
        initializer_range=width**-0.5 / 2, **SPECIAL))


def _llama(vocabulary, width, depth, dropout):
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=depth,
        num_attention_heads=width // HEAD_WIDTH, max_position_embeddings=MAX_LENGTH, attention_dropout=dropout,
        initializer_range=width**-0.5 / 2, **SPECIAL))


def _mamba(vocabulary, width, depth, dropout):
    if dropout:
        raise ValueError(f"MambaForCausalLM has no dropout, got {dropout}. Use 0.")
    return MambaForCausalLM(MambaConfig(
        vocab_size=vocabulary, hidden_size=width, state_size=8, num_hidden_layers=depth,
        initializer_range=width**-0.5 / 2, **SPECIAL))


def _t5(vocabulary, width, depth, dropout):
    return T5ForConditionalGeneration(T5Config(
        vocab_size=vocabulary, d_model=width, d_kv=HEAD_WIDTH, d_ff=2 * width, num_layers=depth,
        num_heads=width // HEAD_WIDTH, dropout_rate=dropout, decoder_start_token_id=START, **SPECIAL))


def _bart(vocabulary, width, depth, dropout):
    return BartForConditionalGeneration(BartConfig(
        vocab_size=vocabulary, d_model=width, encoder_layers=depth, decoder_layers=depth,
        encoder_ffn_dim=2 * width, decoder_ffn_dim=2 * width, encoder_attention_heads=width // HEAD_WIDTH,
        decoder_attention_heads=width // HEAD_WIDTH, max_position_embeddings=MAX_LENGTH, dropout=dropout,
        init_std=width**-0.5 / 2, decoder_start_token_id=START, forced_eos_token_id=None, **SPECIAL))


TRANSFORMERS_LIBRARY = {"gpt2": _gpt2, "llama": _llama, "mamba": _mamba, "t5": _t5, "bart": _bart}
FAMILIES = (*TRANSFORMERS_LIBRARY, "lstm", "gru")


def build(family: str, vocabulary: int, width: int, depth: int, dropout: float, normalization: str) -> nn.Module:
    """A model with its library's own initialisation, from torch's global random state."""
    if family in TRANSFORMERS_LIBRARY:
        return TRANSFORMERS_LIBRARY[family](vocabulary, width, depth, dropout)
    return RecurrentLM(family, vocabulary, width, depth, dropout, normalization)


def logits(model: nn.Module, batch: Encoded) -> torch.Tensor:
    """Logits of every label position [n, length, vocabulary], by teacher forcing."""
    if batch.decoder_inputs is not None:
        mask = (batch.inputs != PAD).long()
        return model(input_ids=batch.inputs, attention_mask=mask, decoder_input_ids=batch.decoder_inputs).logits
    # Padding stands at the right, where a causal model cannot look: no mask is needed.
    return model(batch.inputs) if isinstance(model, RecurrentLM) else model(input_ids=batch.inputs).logits
