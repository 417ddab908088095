from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.directions.teaching import FIRST_SEED, Answer, keep_answers, learn_from, next_seed, read_answers
from core.errors import RunError, StudioError
from core.latent import z_of_seed

DIM = 12


def _answered(count: int) -> list[Answer]:
    """Yes for faces whose first number is positive."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    return [Answer(seed, bool(z_of_seed(seed, DIM)[0, 0] > 0), 500) for seed in seeds]


def test_answers_come_back_as_they_were_given(tmp_path: Path) -> None:
    given = {"glasses": [Answer(7, True, 500), Answer(8, None)], "Bart, blond": [Answer(9, False, 0)]}
    assert read_answers(tmp_path / "latent") == {}
    for name, some in given.items():
        keep_answers(tmp_path / "latent", name, some)
    assert read_answers(tmp_path / "latent") == given
    keep_answers(tmp_path / "latent", "glasses", [])
    assert list(read_answers(tmp_path / "latent")) == ["Bart, blond"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"answers": {"a": [{"seed": -1, "yes": true}]}}',
        '{"answers": {"a": [{"seed": 1, "yes": "yes"}]}}',
        '{"answers": {"": []}}',
        '{"answers": {"a": [{"seed": 1e400, "yes": true}]}}',
        " " * (3 << 20),
    ],
)
def test_a_damaged_file_is_set_aside_and_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "answers.json").write_text(text)
    with pytest.raises(RunError, match=r"set aside as answers\.damaged\.json"):
        read_answers(tmp_path)
    assert read_answers(tmp_path) == {}
    assert (tmp_path / "answers.damaged.json").read_text() == text
    (tmp_path / "answers.json").write_text("{")
    with pytest.raises(RunError, match=r"set aside as answers\.damaged2\.json"):
        read_answers(tmp_path)
    assert (tmp_path / "answers.damaged.json").read_text() == text, "the earlier one is not overwritten"
    (tmp_path / "answers.json").write_text("[")
    keep_answers(tmp_path, "smile", [Answer(1, True)])
    assert (tmp_path / "answers.damaged3.json").read_text() == "["
    assert read_answers(tmp_path) == {"smile": [Answer(1, True)]}


def test_windows_at_once_lose_no_answers(tmp_path: Path) -> None:
    def answer(name: str) -> None:
        for count in range(1, 11):
            keep_answers(tmp_path, name, [Answer(seed, True) for seed in range(count)])

    with ThreadPoolExecutor(4) as windows:
        list(windows.map(answer, "abcd"))
    assert {name: len(some) for name, some in read_answers(tmp_path).items()} == dict.fromkeys("abcd", 10)


@pytest.mark.parametrize("answers", [[], [Answer(1, None), Answer(2, None)]])
def test_nothing_is_learned_from_nothing(answers: list[Answer]) -> None:
    with pytest.raises(StudioError, match="0 yes and 0 no are too few"):
        learn_from(answers, DIM, "first")


def test_what_is_learned_points_where_the_answers_differ() -> None:
    answers = [*_answered(120), Answer(5, None)]
    direction = learn_from(answers, DIM, "first")
    assert direction.vector[0] > 0.8
    assert direction.examples == 120
    with pytest.raises(StudioError, match="too few"):
        learn_from(answers[:6], DIM, "first")


def test_every_other_face_is_one_that_is_hard_to_tell() -> None:
    answers = _answered(40)
    direction = learn_from(answers, DIM, "first")
    assert next_seed(answers, DIM, direction) == FIRST_SEED + 40  # an even count: the next unseen one
    answers.append(Answer(FIRST_SEED + 40, True))
    seed = next_seed(answers, DIM, direction)
    pool = np.concatenate([z_of_seed(FIRST_SEED + 41 + at, DIM) for at in range(48)]) @ direction.vector
    yes, no = (
        np.mean([z_of_seed(each.seed, DIM)[0] @ direction.vector for each in answers if each.yes is side])
        for side in (True, False)
    )
    distance = abs(float(z_of_seed(seed, DIM)[0] @ direction.vector) - (yes + no) / 2)
    assert distance == pytest.approx(np.abs(pool - (yes + no) / 2).min(), abs=1e-5)


def test_no_face_is_asked_twice() -> None:
    answers: list[Answer] = []
    direction = learn_from(_answered(30), DIM, "first")
    for number in range(80):
        answers.append(Answer(next_seed(answers, DIM, direction), number % 3 == 0))
    assert len({each.seed for each in answers}) == 80
