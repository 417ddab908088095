import threading

import torch

from core.threads import ThreadLimit


def _in_a_thread(work: object) -> list[int]:
    seen: list[int] = []
    thread = threading.Thread(target=work, args=(seen,))
    thread.start()
    thread.join()
    return seen


def test_the_limit_is_one_threads_own() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)  # the tests' own default is one
    try:

        def work(seen: list[int]) -> None:
            limit = ThreadLimit()
            limit.set(1)
            torch.ones(100_000).sin()
            seen.append(torch.get_num_threads())
            seen.extend(_in_a_thread(lambda inner: inner.append(torch.get_num_threads())))
            limit.set(None)
            seen.append(torch.get_num_threads())

        assert _in_a_thread(work) == [1, 2, 2]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
