from core.bench.window import Window


def test_what_led_to_the_first_moment_does_not_count() -> None:
    window = Window(0, 0)
    assert (window.open, window.tick(20)) == (False, False)
    assert window.open
    assert window.tick(23)
    assert (window.steps, window.open) == (3, False)
    assert window.seconds > 0


def test_it_stays_closed_while_the_warm_up_lasts() -> None:
    window = Window(3600, 0)
    assert not any(window.tick(step) for step in range(5))
    assert not window.open
    assert (window.steps, window.seconds) == (0, 0)
