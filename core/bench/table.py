"""The benchmark's figures as a table, in Markdown: for a terminal and for a README alike."""

from typing import Any

Row = tuple[str, str, str]  # what, of this program, of the other side


def table(facts: dict[str, Any]) -> str:
    """What was measured, a line each, below a line that names the machine and the settings."""
    rows = [
        row
        for part in (_training, _step, _matrix, _preparing, _opening, _window, _slider)
        for row in part(facts)
    ]
    lines = [("", "this program", "tutorial"), ("---", "---:", "---:"), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    head, *rest = (
        f"| {what:{widths[0]}} | {ours:>{widths[1]}} | {other:>{widths[2]}} |" for what, ours, other in lines
    )
    return "\n".join([_heading(facts), "", head, *rest])


def _heading(facts: dict[str, Any]) -> str:
    machine, config = facts["machine"], facts["config"]
    wide = f"{config['g_features']}" + (
        f" and {config['d_features']}" if config["d_features"] != config["g_features"] else ""
    )
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']:.0f} GiB, "
        f"{machine['system']}, torch {machine['torch']}. Device {facts['device']}, {config['size']} px, "
        f"{wide} features, batch {config['batch_size']}, {facts['source']}, {facts['pictures']:,} files."
    )


def _training(facts: dict[str, Any]) -> list[Row]:
    if facts["ratio"] is None:
        return []
    spread, memory = facts["spread"], facts["memory_mib"]
    rounds = len(facts["rounds"]["ours"])
    rows = [
        ("pictures/s, from files", _range(spread["images_per_s"]), _range(spread["tutorial_images_per_s"])),
        (f"ratio ({rounds} round{'s' * (rounds != 1)})", _range(spread["ratio"], 2), ""),
        ("precision", facts["precision"], "float32"),
        ("peak memory, MiB", f"{memory['ours']['process']:,.0f}", _memory(memory["tutorial"])),
    ]
    if "device" in memory["ours"]:
        mine, theirs = (f"{memory[side]['device']:,.0f}" for side in ("ours", "tutorial"))
        rows.append(("peak memory on the device, MiB", mine, theirs))
    if (share := facts["share_of_matrix_speed"]) is not None:
        rows.append(("share of the matrix speed", f"{share['ours']:.1%}", f"{share['tutorial']:.1%}"))
    return rows


def _memory(of: dict[str, float]) -> str:
    return f"{of['process']:,.0f} + {of['workers']:,.0f} of its workers"


_TITLES = {
    "data_ms": "data",
    "d_ms": "discriminator",
    "g_ms": "generator",
    "networks_ms": "both networks",
    "optimiser_ms": "optimisers, moving average",
}


def _step(facts: dict[str, Any]) -> list[Row]:
    if "step" not in facts:
        return []
    step = facts["step"]
    waited = f"{facts['rounds']['tutorial'][-1]['data_s'] * 1e3:,.1f}" if facts["ratio"] is not None else ""
    rows = [
        (f"step: {title}, ms", f"{step[name]:,.1f}", waited if name == "data_ms" else "")
        for name, title in _TITLES.items()
        if name in step
    ]
    if facts["ratio"] is not None:
        of = facts["rounds"]["ours"][-1]
        reporting = of["reporting_s"]
        rest = max(of["step_s"] * 1e3 - step["whole_ms"], 0.0)
        told = f"{sum(reporting.values()) * 1e3 + rest:,.1f}"
        rows.append(("step: reporting (numbers, grids, checkpoints, measuring), ms", told, ""))
    return rows


def _matrix(facts: dict[str, Any]) -> list[Row]:
    if "matrix" not in facts:
        return []
    speeds = facts["matrix"]["gflops"]
    return [
        (f"matrix speed, {name}, GFLOP/s (this machine)", f"{speed:,.{1 if speed < 10 else 0}f}", "")
        for name, speed in speeds.items()
    ]


def _preparing(facts: dict[str, Any]) -> list[Row]:
    if "preparing" not in facts:
        return []
    of = facts["preparing"]
    ours, theirs = _range(of["images_per_s"]), _range(of["imagefolder_images_per_s"])
    return [
        (f"preparing {of['pictures']:,} files, pictures/s (ImageFolder)", ours, theirs),
        ("preparing: ratio", _range(of["ratio"], 2), ""),
    ]


def _opening(facts: dict[str, Any]) -> list[Row]:
    if "opening" not in facts:
        return []
    of = facts["opening"]
    return [
        (f"opening {of['pictures']:,} prepared pictures, ms", f"{of['open_ms']:,.1f}", ""),
        ("their first batch, ms", f"{of['first_batch_ms']:,.1f}", ""),
        ("seeing that none of their files changed, ms", f"{of['identity_ms']:,.0f}", ""),
    ]


def _window(facts: dict[str, Any]) -> list[Row]:
    match facts.get("window"):
        case None:
            return []
        case {"skipped": str() as why}:
            return [("window", f"not measured: {why}", "")]
        case of:
            return [
                (f"process start to window painted, s ({of['platform']})", _range(of["painted_s"], 2), ""),
                ("process start to first click answered, s", _range(of["clicked_s"], 2), ""),
                ("event loop late in the 3 s after, at most, ms", _range(of["late_ms"]), ""),
            ]


def _slider(facts: dict[str, Any]) -> list[Row]:
    match facts.get("slider"):
        case None:
            return []
        case {"skipped": str() as why}:
            return [("slider", f"not measured: {why}", "")]
        case of:
            return [
                (
                    f"slider to painted face, p50, p95, most, ms ({of['platform']})",
                    f"{of['p50_ms']:.1f}, {of['p95_ms']:.1f}, {of['most_ms']:.1f}",
                    "",
                )
            ]


def _range(of: dict[str, float], digits: int = 0) -> str:
    """Median, and from least to most where they differ."""
    median, least, most = (f"{of[name]:,.{digits}f}" for name in ("median", "least", "most"))
    return median if least == most else f"{median} ({least} to {most})"
