"""One forward pass by teacher forcing gives the exact match that greedy decoding gives."""

import pytest
import torch

from sweep.encoding import END, IGNORED, PAD, START
from sweep.evaluate import score
from sweep.models import FAMILIES, RecurrentLM, build, logits
from sweep.usual import usual
from sweep.train import Trainer, load_data

QUESTIONS = 200


@torch.inference_mode()
def greedy_answer(model, example) -> list[int]:
    """Decodes one question token by token, seeing nothing of the reference answer."""
    wanted = int((example.labels != IGNORED).sum())
    if example.decoder_inputs is not None:
        question = example.inputs[example.inputs != PAD][None]
        answer = [START]
        for _ in range(wanted):
            out = model(input_ids=question, decoder_input_ids=torch.tensor([answer])).logits
            answer.append(int(out[0, -1].argmax()))
        return answer[1:]
    asked = int((example.labels == IGNORED).long().cumprod(0).sum())
    sequence = example.inputs[:asked + 1].tolist()
    for _ in range(wanted):
        inputs = torch.tensor([sequence])
        out = model(inputs) if isinstance(model, RecurrentLM) else model(input_ids=inputs).logits
        sequence.append(int(out[0, -1].argmax()))
    return sequence[asked + 1:]


def greedy_exact_match(model, examples) -> float:
    model.eval()
    right = [greedy_answer(model, examples.rows(index)) == examples.labels[index][examples.labels[index] != IGNORED].tolist()
             for index in range(len(examples))]
    return sum(right) / len(right)


@pytest.mark.parametrize(("family", "task", "steps"), [
    ("gpt2", "extract-brackets", 250), ("bart", "extract-brackets", 200), ("t5", "count-letter-10", 250),
    ("lstm", "minutes-to-hours", 500), ("llama", "roman-to-arabic", 400)])
def test_teacher_forcing_equals_greedy_decoding_on_a_trained_model(family, task, steps):
    config = usual(task, family, steps=steps, evalEvery=steps, trainSize=1700, dropout=0.1)
    trainer = Trainer(config, load_data(config))
    trainer.run(steps)
    asked = trainer.data.validation.rows(slice(0, QUESTIONS))
    forced = score(trainer.model, asked).exact_match
    assert greedy_exact_match(trainer.model, asked) == forced
    # Neither 0 nor 1, so that right and wrong answers are both compared.
    assert 0.02 < forced < 0.98


@pytest.mark.parametrize("family", FAMILIES)
def test_later_tokens_and_padding_never_change_earlier_predictions(family):
    config = usual("extract-brackets", family)
    data = load_data(config.but(trainSize=200, evalSize=100))
    torch.manual_seed(0)
    model = build(family, data.vocabulary_size, config.width, config.depth, 0.0, config.normalization).eval()
    batch = data.validation.rows(slice(0, 20))
    with torch.inference_mode():
        whole = logits(model, batch)
        for index in range(20):
            alone = logits(model, batch.rows(slice(index, index + 1)))
            asked = batch.labels[index] != IGNORED
            torch.testing.assert_close(alone[0][asked], whole[index][asked], atol=1e-4, rtol=1e-4)
        changed = batch.inputs if batch.decoder_inputs is None else batch.decoder_inputs
        changed[:, -1] = END
        again = logits(model, batch)
    torch.testing.assert_close(again[:, :-1], whole[:, :-1], atol=1e-4, rtol=1e-4)


def test_a_wrong_end_token_is_a_wrong_answer():
    config = usual("addition-2digit", "lstm", steps=1, evalEvery=1)
    trainer = Trainer(config, load_data(config))
    examples = trainer.data.validation.rows(slice(0, 50))

    class Oracle(torch.nn.Module):
        """Predicts every label, but another token in the place of END."""

        def __init__(self, end: int):
            super().__init__()
            self.end = end

        def forward(self, input_ids):
            tokens = torch.where(examples.labels == END, self.end, examples.labels.clamp(min=0))
            out = torch.nn.functional.one_hot(tokens, trainer.data.vocabulary_size).float()
            return type("Output", (), {"logits": out})

    assert score(Oracle(END), examples).exact_match == 1.0
    assert score(Oracle(START), examples).exact_match == 0.0
