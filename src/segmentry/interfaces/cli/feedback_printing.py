"""What customers say, as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentry.interfaces.cli.printing import Form, line, print_json, print_table

if TYPE_CHECKING:
    from segmentry.reports import Pen
    from segmentry.workspace import DocumentResult

Found = dict[str, Any]
_MOST_REMARKS = 20
_MOST_LINKS = 12


def shown(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Scores, themes, languages that nobody reads, and remarks that wait."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    if found["as_of"] is None:
        line("Nothing was computed yet. Load data and run segmentry refresh.")
        return
    line(f"What customers say, as of {pen.moment(found['as_of'])}")
    if not found["feedback_scores"] and not found["feedback_languages"] and not found["open_remarks"]:
        line("No feedback is loaded. Load a file of feedback or of answers to surveys, then refresh.")
        return
    _scores(found, pen)
    _themes(found, pen)
    _links(found, pen)
    _remarks(found, pen)


def _scores(found: Found, pen: Pen) -> None:
    from segmentry.charts.feedback import interval_of, name_of, score_of

    rows = [
        (
            name_of(each), _group(each), score_of(each, pen.write),
            interval_of(each, pen.write) or each["reason"] or "–", pen.cell(each["answers"]),
        )
        for each in in_reading_order(found["feedback_scores"])
        if each["period"] == "all"
    ]  # fmt: skip
    print_table("Scores, over all time", ("Measure", "Group", "Score", "95 % interval", "Answers"), rows)


def in_reading_order(scores: list[Found]) -> list[Found]:
    """Scores of everybody first, then group by group, bands of numbers by their lower edge."""
    from segmentry.charts import lower_edge

    def place(row: Found) -> tuple[Any, ...]:
        return row["dimension"] != "everybody", row["measure"], row["dimension"], lower_edge(str(row["value"]))

    return sorted(scores, key=place)


def _group(row: Found) -> str:
    return "everybody" if row["dimension"] == "everybody" else f"{row['dimension'].replace('_', ' ')}: {row['value']}"


def _themes(found: Found, pen: Pen) -> None:
    from segmentry.charts.feedback import mood_of

    themes = [each for each in found["feedback_themes"] if each["theme"] and each["stable"]]
    rows = [
        (each["theme"], each["terms"], pen.cell(each["share"], "share"), pen.cell(each["texts"]), mood_of(each))
        for each in sorted(themes, key=lambda each: (-each["texts"], each["theme"]))
    ]
    if rows:
        print_table("Themes of English texts", ("Theme", "Words", "Share of texts", "Texts", "Mood"), rows)
    for reason in dict.fromkeys(each["reason"] for each in found["feedback_themes"] if not each["stable"]):
        line(f"No themes are claimed: {reason}")
    unread = [each for each in found["feedback_languages"] if not each["read"]]
    if unread:
        from babel import Locale

        languages = Locale("en").languages
        names = (languages.get(each["language"], each["language"].strip("()")) for each in unread)
        told = (f"{name} {pen.cell(each['texts'])}" for name, each in zip(names, unread, strict=True))
        line(f"Texts counted but not read, for words are read in English only: {', '.join(told)}.")


def _links(found: Found, pen: Pen) -> None:
    """Groups that speak more or less of a theme than all others do, beyond chance; the largest differences first."""
    claimed = [each for each in found["feedback_theme_links"] if each["claimed"]]
    claimed.sort(key=lambda each: -abs(each["share"] - each["others"]))
    rows = [
        (
            _group(each), each["theme"], pen.between(each | {"estimate": each["share"]}, "share"),
            pen.cell(each["others"], "share"), pen.cell(each["texts"]),
        )
        for each in claimed[:_MOST_LINKS]
    ]  # fmt: skip
    if rows:
        head = ("Group", "Theme", "Of its texts [95 % interval]", "Of all others", "Texts")
        print_table("Who speaks of what, beyond chance", head, rows)
    if len(claimed) > _MOST_LINKS:
        line(f"{pen.cell(len(claimed) - _MOST_LINKS)} more are told with --json.")


def _remarks(found: Found, pen: Pen) -> None:
    """The remarks that wait longest, and how to answer one."""
    remarks = sorted(found["open_remarks"], key=lambda each: -(each["age_days"] or 0))
    if not remarks:
        line("No remark waits for an answer.")
        return
    rows = [
        (
            each["source"], each["feedback_id"], each["kind"] or "–", each["topic"] or "–",
            each["customer_id"] or "–", pen.cell(each["age_days"], "days"), "overdue" if each["overdue"] else "",
        )
        for each in remarks[:_MOST_REMARKS]
    ]  # fmt: skip
    head = ("Source", "Number", "Kind", "About", "Customer", "Waits for", "")
    print_table(f"Remarks that wait for an answer: {pen.cell(len(remarks))}, the oldest first", head, rows)
    if len(remarks) > _MOST_REMARKS:
        line(f"{pen.cell(len(remarks) - _MOST_REMARKS)} more are told with --json.")
    line("Answer one with segmentry feedback answer FOLDER SOURCE NUMBER TEXT --by NAME")
