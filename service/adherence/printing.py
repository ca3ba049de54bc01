"""A report as one HTML file that needs nothing else: for printing, and for keeping."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from service.adherence.plots import legend, plot
from service.adherence.sections import Report, shown
from service.worklist.rendering import environment

STYLES = Path(__file__).parents[1] / "worklist" / "static" / "adherence.css"


def printed(report: Report, language: str) -> str:
    """The file. Its style stands in it, since it is no page of ours."""
    template = environment(language).get_template("adherence_report.html")
    pictures = {one.id: Markup(plot(one)) for one in report.sections}  # noqa: S704 (plots escape every text)
    legends = {one.id: legend(one) for one in report.sections}
    styles = Markup(STYLES.read_text(encoding="utf-8"))  # noqa: S704 (our own file)
    return template.render(report=report, pictures=pictures, legends=legends, shown=shown, styles=styles)
