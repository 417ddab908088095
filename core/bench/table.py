"""The benchmark's figures as a table, in Markdown: for a terminal and for a README alike."""

from typing import Any


def table(facts: dict[str, Any]) -> str:
    """What was measured, one line each."""
    rows: list[tuple[str, str]] = []
    for part in (_training,):
        rows += part(facts)
    head = ["| | |", "|---|---|"]
    return "\n".join([_heading(facts), "", *head, *(f"| {name} | {value} |" for name, value in rows)])


def _heading(facts: dict[str, Any]) -> str:
    machine, config = facts["machine"], facts["config"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']:.0f} GiB, "
        f"{machine['system']}, torch {machine['torch']}; {facts['device']}; {config['size']} px, "
        f"{config['g_features']} and {config['d_features']} features, batch {config['batch_size']}"
    )


def _training(facts: dict[str, Any]) -> list[tuple[str, str]]:
    if facts["ratio"] is None:
        return []
    return [("ratio", str(facts["ratio"]))]
