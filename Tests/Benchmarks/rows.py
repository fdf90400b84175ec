"""What was measured: samples, budgets, rows, and the table of them."""

import math
import statistics
from dataclasses import dataclass, field

WIDTHS = (36, 23, 23, 13, 10)


class Samples:
    """Values of one kind, in the order in which they were taken: nanoseconds or bytes."""

    def __init__(self, values, unit="ns"):
        self.values = list(values)
        self.unit = unit

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def p99(self):
        """The 99th percentile by nearest rank; of fewer than 100 samples, the largest."""
        return sorted(self.values)[math.ceil(0.99 * len(self.values)) - 1]

    def text(self):
        scale, unit = scale_of(self.median, self.unit)
        if len(self.values) == 1:
            return f"{digits(self.median / scale)} {unit}"
        low, high = (digits(edge / scale) for edge in (min(self.values), max(self.values)))
        return f"{digits(self.median / scale)} [{low}..{high}] {unit}"

    def json(self):
        return {
            "unit": self.unit, "count": len(self.values), "median": self.median,
            "min": min(self.values), "max": max(self.values), "p99": self.p99,
            "values": self.values,
        }


def scale_of(value, unit):
    if unit == "bytes":
        return 1 << 20, "MiB"
    if abs(value) >= 1e9:
        return 1e9, "s"
    return (1e6, "ms") if abs(value) >= 1e5 else (1e3, "µs")


def digits(value):
    """About three significant digits, and all those before the point."""
    size = abs(value)
    if size < 0.1:
        return f"{value:.2g}"
    return f"{value:.{2 if size < 10 else 1 if size < 100 else 0}f}"


@dataclass
class Budget:
    """A limit out of design.md, section 11, and which figure it holds for."""

    judges: str  # "p99" or "median" of the measured samples, or "ratio": the median of the pairs
    limit: float
    unit: str = ""

    def text(self):
        if self.judges == "ratio":
            return f"≤ {self.limit:.3g} x"
        scale, unit = scale_of(self.limit, self.unit)
        return f"≤ {self.limit / scale:g} {unit}"


@dataclass
class Row:
    section: str
    what: str
    measured: Samples | None = None
    reference: str = ""
    compared: Samples | None = None
    budget: Budget | None = None
    facts: dict = field(default_factory=dict)
    problem: str = ""  # why there are no figures
    is_skipped: bool = False  # the problem is no fault of ours

    @property
    def ratios(self):
        """Each sample over the one that was taken right after it."""
        if not (self.measured and self.compared):
            return []
        return [a / b for a, b in zip(self.measured.values, self.compared.values)]

    @property
    def judged(self):
        """The figure that the budget is for."""
        if self.budget is None or self.measured is None:
            return None
        if self.budget.judges == "ratio":
            return statistics.median(self.ratios)
        return self.measured.p99 if self.budget.judges == "p99" else self.measured.median

    @property
    def verdict(self):
        if self.problem:
            return "skipped" if self.is_skipped else "FAILED"
        if self.budget is None:
            return ""
        return "holds" if self.judged <= self.budget.limit else "MISSED"

    def figure(self):
        if self.budget is not None and self.budget.judges == "p99":
            scale, unit = scale_of(self.judged, self.measured.unit)
            return f"p99 {digits(self.judged / scale)} {unit}"
        return f"{digits(statistics.median(self.ratios))} x" if self.compared else ""

    def text(self):
        if self.problem:
            return f"  {self.what:<{WIDTHS[0] - 2}} {self.verdict}: {self.problem}"
        cells = (
            "  " + self.what, self.measured.text(), self.compared.text() if self.compared else "",
            self.figure(), self.budget.text() if self.budget else "")
        line = " ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS))
        return f"{line} {self.verdict}".rstrip()

    def json(self):
        result = {"section": self.section, "what": self.what, "verdict": self.verdict or None}
        if self.problem:
            return result | {"problem": self.problem}
        result["measured"] = self.measured.json()
        if self.compared is not None:
            ratios = self.ratios
            result |= {
                "comparedWith": self.reference, "compared": self.compared.json(),
                "ratio": {
                    "median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)},
            }
        if self.budget is not None:
            result["budget"] = {
                "judges": self.budget.judges, "limit": self.budget.limit, "unit": self.budget.unit}
            result["judged"] = self.judged
        return result | ({"facts": self.facts} if self.facts else {})


def alternate(count, ours, theirs, warms_up=True):
    """Takes `count` pairs, A B A B; one more pair before them does not count."""
    pairs = [(ours(), theirs()) for _ in range(count + (1 if warms_up else 0))]
    return pairs[1:] if warms_up else pairs


def wall_times(pairs):
    return [(ours.nanoseconds, theirs.nanoseconds) for ours, theirs in pairs]


def heading(letter, title, reference):
    cells = (f"({letter}) {title}", "median [min..max]", reference, "ratio or p99", "budget")
    line = " ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS))
    return f"\n{line}".rstrip()
