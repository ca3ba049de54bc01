"""Broken definitions: a small edit of a good one, the line on which it is found, what is said, and the remedy.

`Broken(rule, file, old, new, at, message, remedy)`: `at` is a piece of the line that the finding must point to.
"""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """One edit and the finding that it must bring."""

    rule: str
    file: str
    old: str
    new: str
    at: str
    message: str
    remedy: str


STAGES = [
    Broken("initial exists", "course", "initial: waiting", "initial: wating", "initial:", "no stage “wating”", "Did you mean waiting?"),
    Broken("initial is no end", "course", "initial: waiting", "initial: done", "initial:", "done is terminal", "Begin in a stage"),
    Broken("every stage is reachable", "course", "    to: paused\n", "    to: done\n", "paused: {label", "paused cannot be reached", "leads to it"),
    Broken("a terminal stage is final", "course", "from: [waiting, treated]", "from: [waiting, treated, done]", "from: [waiting, treated, done]", "out of the terminal stage done", "Take done out"),
    Broken("every other stage can be left", "course", "    to: previous stage\n", "", "paused: {label", "Nothing leads out of stage paused", "terminal: true"),
    Broken("from is known", "course", "from: [paused]", "from: [pausd]", "from: [pausd]", "no stage “pausd”", "Did you mean paused?"),
    Broken("to is known", "course", "    to: treated\n", "    to: treatd\n", "to: treatd", "no stage “treatd”", "Did you mean treated?"),
    Broken("previous stage needs one", "course", "    from: [paused]\n    to: previous stage", "    to: previous stage", "to: previous stage", "without `from`", "Name the stages"),
    Broken("no stage precedes the first", "course", "from: [paused]\n    to: previous stage", "from: [paused, waiting]\n    to: previous stage", "to: previous stage", "from waiting", "name the stage to go to"),
    Broken("nothing starts in an end", "course", "    from: [paused]\n    to: previous stage", "    from: [done]", "from: [done]", "only in terminal stages", "not terminal"),
    Broken("a parent stage exists", "course", "label: {en: Paused, zh: 暂停}", "parent: treatd, label: {en: Paused, zh: 暂停}", "parent: treatd", "no stage “treatd”", "Did you mean treated?"),
    Broken("a stage is not in itself", "course", "label: {en: Paused, zh: 暂停}", "parent: paused, label: {en: Paused, zh: 暂停}", "parent: paused", "lies in itself", "circle"),
]  # fmt: skip

SENTENCES = [
    Broken("grammar", "course", "that: igg is known", "that: igg is knwon for ever", "that: igg is knwon", "Cannot read", ""),
    Broken("a criterion is no value", "course", "that: igg is known", "that: igg", "that: igg", "Cannot read", "a comparison"),
    Broken("names are known", "course", "that: igg >= setting.igg_low", "that: iggg >= setting.igg_low", "that: iggg", "“iggg”", "Did you mean igg?"),
    Broken("settings are known", "course", "setting.igg_low", "setting.igg_lo", "setting.igg_lo", "“igg_lo”", "Did you mean igg_low?"),
    Broken("what is looked for elsewhere is offered there", "course", "opens: infected is met", "opens: elsewhere.exposd is met", "opens: elsewhere", "criterion of another pathway “exposd”", "Did you mean exposed?"),
    Broken("criteria are known", "course", "opens: infected is met", "opens: infectd is met", "opens: infectd", "“infectd”", "Did you mean infected?"),
    Broken("units convert", "course", "igg >= setting.igg_low", "igg >= 5 mg", "igg >= 5 mg", "g/L and mg do not convert", "in g/L"),
    Broken("a limit has its unit", "course", "igg >= setting.igg_low", "igg >= 5", "igg >= 5", "without a unit", "g/L"),
    Broken("a setting converts", "course", "value: 5.00 g/L", "value: 5.00 mm", "igg >= setting.igg_low", "do not convert", "in g/L"),
    Broken("a date is no number", "course", "when: age >= 18 years, is: 300 mg", "when: t0 >= 18 years, is: 300 mg", "t0 >= 18 years", "a date cannot be compared with", "one kind"),
    Broken("a sum is of one kind", "course", "due: last_result + interval_by_risk", "due: last_result + 5 g/L", "5 g/L", "cannot be added", "one kind"),
    Broken("codes are known", "course", "that: hbsag is negative", "that: hbsag is negatve", "hbsag is negatve", "never “negatve”", "Did you mean negative?"),
    Broken("codes of a named value", "course", "for (risk)", "for (risk)\n  doubt: {first_of: [{when: risk is hihg, is: yes}], otherwise: no, label: {en: D, zh: 疑}}", "risk is hihg", "never “hihg”", "Did you mean high?"),
    Broken("a quantity has no codes", "course", "that: igg is known", "that: igg is low", "that: igg is low", "has no codes", "Compare it"),
    Broken("codes have no order", "course", "that: igg is known", "that: hbsag >= 5 g/L", "hbsag >= 5", "cannot be compared", "one kind"),
    Broken("is unknown meets nothing", "course", "opens: infected is met", "opens: hbsag is unknown", "opens: hbsag", "never met", "is missing"),
    Broken("attributes are known", "course", "opens: infected is met", "opens: any inebilizumab given with (doze > 300 mg)", "with (doze", "no attribute of inebilizumab “doze”", "Did you mean dose?"),
    Broken("attributes before of", "course", "t0: date of first inebilizumab given", "t0: planed_next of latest inebilizumab", "t0: planed_next", "“planed_next”", "Did you mean planned_next?"),
    Broken("no is missing in a guard", "course", "that: igg is known", "that: not igg is missing", "that: not igg", "turns unknown into an answer", "is known"),
    Broken("nor through a criterion", "course", "that: hbsag is negative", "that: hbsag is missing or hbsag is negative", "that: virus_free is met", "through virus_free", "is known"),
    Broken("nor in a release", "course", "released: active_infection is none", "released: active_infection is missing", "released: active", "turns unknown", "is known"),
    Broken("unknown counts as, only to warn", "course", "that: virus_free is met", "that: (virus_free is met), unknown counts as no", "unknown counts as no", "hides what is unknown", "warn"),
    Broken("no constant for a result", "course", "that: igg is known", "that: first known of (igg; 9 g/L) >= 5 g/L", "first known of (igg", "answers for a result that nobody recorded", "when_unknown"),
    Broken("nor for an attribute of one", "course", "that: igg is known", "that: (first known of (uln of alt; 40 U/L)) >= 40 U/L", "first known of (uln", "answers for a result", "when_unknown"),
    Broken("nor for a count of results", "course", "that: igg is known", "that: first known of (count of igg within 9 days; 3) >= 1", "first known of (count", "answers for a result", "when_unknown"),
    Broken("nor through a criterion of a block", "course", "that: hbsag is negative", "that: (first known of (hbsag; \"negative\")) is negative", "that: virus_free is met", "through virus_free", "when_unknown"),
    Broken("a refused guard is no reason", "course", "that: igg is known", "that: not guard first passes", "that: not guard", "is met while the guard is unknown", "what must be true"),
    Broken("no circle of values", "course", "t0: date of first inebilizumab given", "t0: earliest of (t0; today)", "t0: earliest", "t0 needs itself: t0 → t0", "facts"),
    Broken("no circle through an age", "course", "within: setting.igg_max_age}", "within: setting.igg_max_age, unless: fine is met}\n  hbsag: {within: 9 days, unless: virus_free is met}", "virus_free is met}", "needs itself", "facts"),
    Broken("names of the language", "course", "infected: active_infection", "latest: active_infection", "latest: active_infection", "is a word of the language", "latest_value"),
    Broken("a value hides no fact", "course", "dose:\n    first_of", "weight: 60 kg\n  dose:\n    first_of", "weight: 60 kg", "hides the fact", "Rename"),
    Broken("ids are ids", "course", "  virus_free:\n", "  Virus-free:\n", "Virus-free:", "is no id", "small letters"),
    Broken("last_result in rolling tasks", "course", "due: t0 + setting.dose_interval", "due: last_result + setting.dose_interval", "due: last_result + setting", "outside a rolling task", "since"),
    Broken("the table has the column", "course", "interval in table intervals for", "intervall in table intervals for", "intervall in table", "“intervall”", "Did you mean interval?"),
    Broken("row needs a table", "course", "that: igg is known", "that: row.risk is high", "row.risk", "no column of the table", "define one"),
]  # fmt: skip

BORROWED = [
    Broken("gate values", "course", "gate of screen is clear", "gate of screen is cler", "gate of screen", "“cler”", "Did you mean clear?"),
    Broken("gates exist", "screen", "that: hbsag is one of positive, negative\n", "that: gate of course is clear\n", "gate of course", "course has no gate", "stage of course"),
    Broken("pathways exist", "course", "gate of screen is clear", "gate of scren is clear", "gate of scren", "“scren”", "Did you mean screen?"),
    Broken("values of another pathway", "screen", "start: course.t0", "start: course.t00", "course.t00", "no value of course “t00”", "Did you mean t0?"),
    Broken("a criterion there", "screen", "start: course.t0", "start: course.infected", "course.infected", "is a criterion, not a value", "is met"),
    Broken("holds of another pathway", "course", "hold open_result of screen", "hold open_reslt of screen", "open_reslt", "no hold of screen", "Did you mean open_result?"),
    Broken("parameters asked for", "course", "given: {planned: with.planned_start}", "given: {planned: with.planned}", "with.planned}", "no parameter", "Did you mean planned_start?"),
    Broken("parameters handed over", "screen", "given.planned\n", "given.plan\n", "given.plan", "an opener hands over “plan”", "Did you mean planned?"),
    Broken("anchors are set", "course", "when: anchor.last_planned", "when: anchor.last_plan", "anchor.last_plan", "no anchor", "Did you mean last_planned?"),
    Broken("properties of callers", "screen", "end: caller.ended", "end: caller.endd", "caller.endd", "no property of a caller", "Did you mean ended?"),
    Broken("callers of shared pathways", "course", "due: t0 + setting.dose_interval", "due: caller.start + setting.dose_interval", "caller.start", "course has no callers", "shared: true"),
]  # fmt: skip

PARTS = [
    Broken("setting units", "course", "value: 30, unit: days", "value: 30, unit: dais", "igg_max_age: {value", "“dais” is no unit", "Did you mean days?"),
    Broken("unit in a setting's text", "course", "value: 5.00 g/L", "value: 5.00 g/l/x", "igg_low: {value", "is no unit", ""),
    Broken("an age is a length of time", "course", "value: 30, unit: days", "value: 5.00 g/L", "igg: {within", "not a length of time", "7 days"),
    Broken("no negative length", "course", "value: 30, unit: days", "value: -30, unit: days", "igg_max_age", "negative length", "without the minus"),
    Broken("allowed values", "course", "value: short, allowed", "value: shrt, allowed", "site_form", "not an allowed value", "short, long"),
    Broken("settings are read", "course", ", unused: People read it.", "", "site_form", "Nothing reads the setting site_form", "unused:"),
    Broken("callers of a map", "screen", "{course: 6 months,", "{corse: 6 months,", "corse: 6 months", "no caller “corse”", "Did you mean course?"),
    Broken("a map needs callers", "course", "value: 5.00 g/L", "value: {course: 5.00 g/L}", "igg_low", "is a map of parts", "one of them"),
    Broken("guards exist", "course", "    guard: start\n    dose", "    guard: strt\n    dose", "guard: strt", "no guard of course “strt”", "Did you mean start?"),
    Broken("requirements say one thing", "course", "{id: no_hold, holds: true}", "{id: no_hold}", "id: no_hold", "says 0 things", "that:"),
    Broken("included guards exist", "course", "{id: no_hold, holds: true}", "{id: no_hold, include: screen.go}", "include: screen.go", "no guard of screen “go”", "no guard of screen"),
    Broken("no circle of guards", "course", "{id: no_hold, holds: true}", "{id: no_hold, include: start}", "start:", "includes itself", "circle"),
    Broken("requirement ids are their own", "course", "id: igg_fine", "id: igg_known", "id: igg_known", "Two requirements", "Rename"),
    Broken("gates give a value", "screen", "      value: unknown_result\n", "", "id: known", "without giving the gate a value", "value:"),
    Broken("gate callers", "screen", "gate: course", "gate: corse", "gate: corse", "no caller “corse”", "Did you mean course?"),
    Broken("table rows are full", "course", "- [low, 6 months]", "- [low]", "- [low]", "1 cells", "cells"),
    Broken("statement ids", "course", "statement: CO-2", "statement: igg two", "statement: igg two", "no statement id", "INE-R06.3"),
    Broken("elements that express", "course", "CO-7: course.give", "CO-7: course.giv", "expressed_by:", "no element for CO-7 “course.giv”", "Did you mean course.give?"),
    Broken("expressed or not", "course", "CO-8: Background only.", "CO-7: Background only.", "not_computable:", "CO-7 is expressed and not computable", "Keep one"),
    Broken("effects are one thing", "course", "- release: doubtful", "- {release: doubtful, notify: told}", "release: doubtful, notify", "2 of", "one effect"),
    Broken("released holds exist", "course", "- release: doubtful", "- release: doubtfull", "doubtfull", "no hold “doubtfull”", "Did you mean doubtful?"),
    Broken("messages exist", "course", "- notify: told", "- notify: tld", "notify: tld", "no notification “tld”", "Did you mean told?"),
    Broken("deviations exist", "course", "- deviation: given_early", "- deviation: givn_early", "givn_early", "no deviation", "Did you mean given_early?"),
    Broken("opened pathways exist", "course", "open: {pathway: screen,", "open: {pathway: scren,", "pathway: scren", "no pathway “scren”", "Did you mean screen?"),
    Broken("opened pathways are listed", "course", "opens: [screen]", "opens: []", "open: {pathway: screen", "opened but not listed", "opens:"),
    Broken("closing ends", "course", "close: {pathway: screen, to: closed}", "close: {pathway: screen, to: open}", "close: {pathway", "open of screen is not terminal", "closed"),
    Broken("facts written exist", "course", "record: {fact: inebilizumab,", "record: {fact: inebilizumb,", "fact: inebilizumb", "no fact “inebilizumb”", "Did you mean inebilizumab?"),
    Broken("exposures have an event", "course", "event: given, attributes", "attributes", "record: {fact", "is an exposure", "event: given"),
    Broken("attributes written exist", "course", "attributes: {dose: dose}", "attributes: {indicaton: dose}", "indicaton", "no attribute of inebilizumab", "Did you mean indication?"),
    Broken("registering needs callers", "course", "- release: doubtful", "- release: doubtful\n      - caller: {caller: with.x}", "caller: {caller", "is not shared", "shared: true"),
    Broken("holds end", "course", "      - release: doubtful\n", "", "  doubtful:", "Nothing ever releases doubtful", "permanent: true"),
    Broken("permanent holds stay", "course", "released: active_infection is none", "released: active_infection is none\n    permanent: true", "  infection:", "permanent and yet released", "permanent"),
    Broken("unread criteria", "course", "opens: infected is met", "opens: active_infection is sepsis", "infected: active", "Nothing reads the criterion infected", "remove it"),
    Broken("indicators name what exists", "course", "among: any stage treated", "among: any stage treatd", "among: any stage treatd", "Nothing called “treatd”", "Did you mean treated?"),
    Broken("indicators end on a date", "course", "by: t0 + 14 days", "by: setting.igg_low", "by: setting.igg_low", "`by` is not a date", "t0 + 14 days"),
    Broken("indicators say what is met", "course", "met: t0 is known, ", "", "first_on_time:", "met", ""),
    Broken("misspelt keys", "course", "    dose: dose\n", "    doze: dose\n", "doze: dose", "not a key", "spelling"),
    Broken("no duplicate keys", "course", "initial: waiting", "initial: waiting\ninitial: done", "initial", "", ""),
]  # fmt: skip

MOVING = [
    Broken("edges are of a kind", "course", "on: fact:cyclophosphamide", "on: facts:cyclophosphamide", "on: facts", "is no edge", "Did you mean fact?"),
    Broken("facts on edges exist", "course", "on: fact:cyclophosphamide", "on: fact:cyclophosphamid", "on: fact:", "no fact “cyclophosphamid”", "Did you mean cyclophosphamide?"),
    Broken("edges bear the id", "course", "on: fact:cyclophosphamide", "on: fact:age_of_onset_unknown_name", "on: fact:", "no fact", ""),
    Broken("tasks on edges", "course", "'task:check.overdue'", "'task:chek.overdue'", "task:chek", "no task “chek”", "Did you mean check?"),
    Broken("events of tasks", "course", "'task:check.overdue'", "'task:check.overdu'", "overdu'", "not “overdu”", "Did you mean overdue?"),
    Broken("requirements on edges", "course", "'override:igg_known'", "'override:igg_knwn'", "igg_knwn", "no requirement “igg_knwn”", "Did you mean igg_known?"),
    Broken("children on edges", "course", "on: fact:cyclophosphamide", "on: child:screen.closed", "on: child", "no child of course", "stage of screen"),
    Broken("parents on edges", "course", "on: fact:cyclophosphamide", "on: parent:ended", "on: parent", "has no parent", "parent:"),
    Broken("attributes of edges", "course", "when: entry.route is iv", "when: entry.rout is iv", "entry.rout is", "no attribute of cyclophosphamide", "Did you mean route?"),
    Broken("entries need an edge", "course", "when: hold infection is open", "when: entry.route is iv and hold infection is open", "when: entry.route is iv and", "where nothing happened", "on:"),
    Broken("effects alone need an edge", "course", "    on: fact:cyclophosphamide\n", "    when: cyclophosphamide is running\n", "note_chemotherapy:", "neither a stage nor an edge", "on:"),
    Broken("a rule does something", "course", "    to: paused\n    when: hold", "    when: hold", "suspend:", "leads nowhere", "cases"),
    Broken("a rule has a condition", "course", "    when: hold infection is open\n", "", "suspend:", "no condition and no edge", "when:"),
    Broken("no rule twice", "course", "  note_chemotherapy:", "  again: {from: [treated], to: done, when: hold infection is open}\n  note_chemotherapy:", "again:", "same stages and condition as suspend", "The first one always wins"),
    Broken("to or cases", "course", "    when: hold infection is open\n", "    cases: [{to: done, when: infected is met}]\n", "suspend:", "both `to` and `cases`", "Keep one"),
    Broken("windows open first", "course", "opens: t0 + 14 days", "opens: t0 + 8 months", "opens: t0 + 8", "opens after the due date", "Order them"),
    Broken("windows end last", "course", "until: t0 + 7 months", "until: t0 + 5 months", "until: t0 + 5", "ends before the due date", "Order them"),
    Broken("a window is dates or periods", "course", "opens: t0 + 14 days", "opens: 5 g/L", "opens: 5 g/L", "neither a date nor a length of time", "7 days"),
    Broken("periods need a due date", "course", "    due: t0 + setting.dose_interval\n    until: t0 + 7 months", "    until: 7 days", "until: 7 days", "counts from `due`", "Add `due`"),
    Broken("rolling needs due", "course", "    due: last_result + interval_by_risk\n", "", "  igg:", "rolling without `due`", "last_result"),
    Broken("nothing looks at what outlives", "course", "due: last_result + interval_by_risk", "outlives: true\n    due: last_result + interval_by_risk", "  igg:", "nothing looks at it then", "a person closes it"),
    Broken("one kind of task", "course", "    since: t0\n", "    since: t0\n    each: inebilizumab given\n", "  igg:", "each and since together", "keep one"),
    Broken("tasks are owed for a reason", "course", "    opens: t0 + 14 days\n    due: t0 + setting.dose_interval\n    until: t0 + 7 months\n", "", "  visit:", "nothing says when it is owed", "Add `when`"),
    Broken("something completes a task", "course", "done_by: {action: give}", "done_by: {within: 7 days}", "done_by: {within", "Nothing completes visit", "Name facts"),
    Broken("actions that complete", "course", "done_by: {action: give}", "done_by: {action: giv}", "action: giv}", "no action “giv”", "Did you mean give?"),
    Broken("facts that complete", "course", "done_by: {all: [cd20_b_cell_count]}", "done_by: {all: [cd20_b_cell_cont]}", "cd20_b_cell_cont", "“cd20_b_cell_cont”", "Did you mean cd20_b_cell_count?"),
    Broken("overdue messages exist", "course", "notify: told}]", "notify: tolld}]", "tolld", "no notification “tolld”", "Did you mean told?"),
    Broken("late deviations exist", "course", "late: late_check", "late: late_chek", "late: late_chek", "no deviation “late_chek”", "Did you mean late_check?"),
    Broken("a due date is a date", "course", "due: t0 + setting.dose_interval", "due: setting.dose_interval", "due: setting", "not a date", "t0 + 14 days"),
    Broken("a step is a length of time", "course", "after: 1 day,", "after: t0,", "after: t0", "not a length of time", "7 days"),
    Broken("a grid is in order", "course", "months: [4, 5, 6]", "months: [5, 4, 6]", "months: [5", "no fixed grid", "in order"),
    Broken("a grid is one", "course", "{months: [4, 5, 6], from: t0}", "{months: [4, 5, 6], days: [9], from: t0}", "  check:", "in months or in days", "Keep one"),
    Broken("a grid has dates", "course", "{months: [4, 5, 6], from: t0}", "{from: t0}", "  check:", "a grid without dates", "every"),
    Broken("attributes that complete", "course", "done_by: {all: [igg]}", "done_by: {all: [igg], with: confoundd is no}", "done_by: {all: [igg], with", "no attribute of igg “confoundd”", "Did you mean confounded?"),
    Broken("roles that act", "course", "    to: done\n    by: [neurologist]", "    to: done\n    by: [nurologist]", "nurologist", "no role “nurologist”", "Did you mean neurologist?"),
    Broken("roles that are told", "course", "to: [care_coordinator]", "to: [care_coordinatr]", "care_coordinatr", "no role", "Did you mean care_coordinator?"),
    Broken("roles of escalation", "course", "escalation: {after: 3 days, to: neurologist}", "escalation: {after: 3 days, to: neurology}", "to: neurology}", "no role “neurology”", "Did you mean neurologist?"),
    Broken("escalation takes time", "course", "escalation: {after: 3 days,", "escalation: {after: 3 dais,", "after: 3 dais", "no length of time", "24 hours"),
    Broken("somebody acts", "course", "    to: done\n    by: [neurologist]", "    to: done\n    by: []", "by: []", "Nobody may do finish", "at least one role"),
    Broken("messages are sent", "course", "    on: ['hold:*', 'task:check.overdue', 'override:igg_known']\n    when: anchor.last_planned is known\n", "", "  held:", "Nothing sets off held", "on:"),
    Broken("deviations are recorded", "course", "    late: late_check\n", "", "late_check:", "Nothing sets off late_check", "on:"),
    Broken("attested histories exist", "course", "attested: [cytotoxic_chemotherapy]", "attested: [cytotoxic_chemotherpy]", "attested:", "“cytotoxic_chemotherpy”", ""),
]  # fmt: skip

ALL = (*STAGES, *SENTENCES, *BORROWED, *PARTS, *MOVING)
