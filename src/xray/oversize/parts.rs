//! Step 1: what would not fit even if all were left out that the other steps can leave out. Hardly any run has so much of it:
//! hundreds of thousands of data rows, a definition or a scenario that is a whole document.

use std::borrow::Cow;
use std::cmp::Reverse;

use xxhash_rust::xxh3::xxh3_128;

use super::Shrinking;
use crate::model::{Outcome, shorten};
use crate::xray::wire::{IterationResult, Run, StepResult, TestInfo, TestStep, Text, Texts};

/// UTF-16 units of a definition that is still shorter than any text that Jira takes by default.
const LONG_DEFINITION: usize = 32_767;

/// UTF-16 units that are left of a longer one.
const SHORT_DEFINITION: usize = 255;

/// UTF-16 units of what a data row is told by, and of names.
const LONGEST_VALUE: usize = 255;

/// Labels, requirements and defects of which not all fit: so many of each stay, of those that may be such names.
const LISTED: usize = 100;

/// One way to have less of a run.
type Cut<'s, 'r> = fn(&mut Shrinking<'s, 'r>);

impl<'s, 'r> Shrinking<'s, 'r> {
    /// Leaves out what there is too much of, until the rest could fit.
    pub(super) fn cut_parts(&mut self) {
        let cuts: [Cut<'s, 'r>; 9] = [
            Self::shorten_definition,
            Self::shorten_values,
            Self::drop_rows,
            Self::drop_positions,
            Self::shorten_scenario,
            Self::shorten_test_steps,
            Self::drop_persons,
            Self::shorten_lists,
            Self::drop_update,
        ];
        for cut in cuts {
            if self.fits() || self.least() <= self.allowed {
                return;
            }
            cut(self);
            self.measure();
        }
    }

    /// Bytes that no other step can leave out.
    fn least(&self) -> u64 {
        let mut bytes = Vec::new();
        bare(&self.run).write(self.options.target, &mut bytes);
        bytes.len() as u64
    }

    /// What a Test is found by stays the same each time: it ends in what tells it from others that begin alike.
    fn shorten_definition(&mut self) {
        let Some(definition) = self.run.test_info.as_mut().and_then(|info| info.definition.as_mut()) else { return };
        let length = definition.as_str().encode_utf16().count();
        if length <= LONG_DEFINITION {
            return;
        }
        let begin = shorten::one_line(definition.as_str(), SHORT_DEFINITION);
        let short = format!("{begin} #{:032x}", xxh3_128(definition.as_str().as_bytes()));
        self.told.push(format!("The definition of this Test has {length} characters and was shortened."));
        self.steps.push(format!("definition of {length} characters shortened to {short:?}"));
        *definition = Text(Cow::Owned(short));
    }

    fn shorten_values(&mut self) {
        let rows = self.run.iterations.iter_mut();
        let texts = rows.flat_map(|row| {
            let parameters =
                row.parameters.iter_mut().flat_map(|parameter| [&mut parameter.name, &mut parameter.value]);
            parameters.chain(row.name.as_mut())
        });
        let cut = texts.filter(|text| is_long(text)).map(shorten_value).count();
        if cut > 0 {
            self.steps
                .push(format!("names and parameters of its data rows shortened to {LONGEST_VALUE} characters: {cut}"));
        }
    }

    /// Keeps as many data rows as half of the room takes: those that failed first, those that passed last, of equals the
    /// earliest.
    fn drop_rows(&mut self) {
        let rows = std::mem::take(&mut self.run.iterations);
        let mut room = (self.allowed / 2).saturating_sub(self.least());
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|row| Reverse(self.weight(&rows[*row])));
        let mut kept = vec![false; rows.len()];
        for row in order {
            let bytes = self.written(&rows[row]);
            kept[row] = bytes <= room;
            room -= if kept[row] { bytes } else { 0 };
        }
        let (total, mut gone, mut not_passed) = (rows.len(), 0, 0);
        for (row, is_kept) in rows.into_iter().zip(kept) {
            if is_kept {
                self.run.iterations.push(row);
            } else {
                gone += 1;
                not_passed += usize::from(row.status.as_str() != self.word(Outcome::Passed));
                self.left_out += pieces_of(&row.steps);
            }
        }
        if gone > 0 {
            let of_them = if not_passed > 0 { format!(" ({not_passed} of them did not pass)") } else { String::new() };
            self.say(&format!("{gone} of {total} data rows{of_them}"));
        }
    }

    /// How much a row matters.
    fn weight(&self, row: &IterationResult<'_>) -> u8 {
        let is = |outcome| row.status.as_str() == self.word(outcome);
        match () {
            () if is(Outcome::Passed) => 0,
            () if is(Outcome::Failed) || is(Outcome::Errored) || is(Outcome::Aborted) => 2,
            () => 1,
        }
    }

    fn word(&self, outcome: Outcome) -> &str {
        self.options.statuses.name(outcome)
    }

    /// Bytes of a row with all left out that other steps can leave out, and its comma.
    fn written(&self, row: &IterationResult<'_>) -> u64 {
        let mut bytes = Vec::new();
        bare_row(row).write(self.options.target, &mut bytes);
        bytes.len() as u64 + 1
    }

    /// Steps and rows of an outline are known by their place alone: one without those before it would be another's.
    fn drop_positions(&mut self) {
        let (steps, examples) = (self.run.steps.len(), self.run.examples.len());
        self.left_out += pieces_of(&self.run.steps);
        self.run.steps.clear();
        self.run.examples.clear();
        for (count, name) in [(steps, "results of steps"), (examples, "results of examples")] {
            if count > 0 {
                self.say(&format!("{count} {name}"));
            }
        }
    }

    /// Whole lines, as far as a definition may go.
    fn shorten_scenario(&mut self) {
        let Some(scenario) = self.run.test_info.as_mut().and_then(|info| info.scenario.as_mut()) else { return };
        let (text, length) = (scenario.as_str(), scenario.as_str().encode_utf16().count());
        if length <= LONG_DEFINITION {
            return;
        }
        let head = &text[..text.floor_char_boundary(LONG_DEFINITION)];
        let lines = head.rfind('\n').map_or(head, |end| &head[..end]).trim_end();
        let lines = if lines.is_empty() { head } else { lines };
        *scenario = Text(Cow::Owned(lines.to_owned()));
        self.told.push(format!("The scenario of this Test has {length} characters and was shortened."));
        self.steps.push(format!("scenario of {length} characters shortened"));
    }

    /// The first steps of a Test that is to be created, as many as a definition may be long.
    fn shorten_test_steps(&mut self) {
        let Some(TestInfo { steps, .. }) = &mut self.run.test_info else { return };
        let total = steps.len();
        let texts = steps.iter_mut().flat_map(|TestStep(members)| members).map(|(_, text)| text);
        let cut = texts.filter(|text| is_long(text)).map(shorten_value).count();
        let mut room = LONG_DEFINITION;
        let fits = |TestStep(members): &&TestStep<'_>| {
            let bytes: usize = members.iter().map(|(name, text)| name.as_str().len() + text.as_str().len()).sum();
            room.checked_sub(bytes).inspect(|left| room = *left).is_some()
        };
        let kept = steps.iter().take_while(fits).count().max(1);
        steps.truncate(kept);
        if cut > 0 {
            self.steps.push(format!("texts of the steps of the Test shortened to {LONGEST_VALUE} characters: {cut}"));
        }
        if total > kept {
            self.say(&format!("{} of {total} steps of the Test", total - kept));
        }
    }

    /// Names of people and of a version, where they are no such names.
    fn drop_persons(&mut self) {
        let Run { executed_by, assignee, test_version, .. } = &mut self.run;
        for (what, text) in [("executedBy", executed_by), ("assignee", assignee), ("testVersion", test_version)] {
            if text.take_if(|text| is_long(text)).is_some() {
                self.steps.push(format!("{what} left out"));
            }
        }
    }

    fn shorten_lists(&mut self) {
        let mut lists = vec![("defects", &mut self.run.defects)];
        if let Some(TestInfo { labels, requirement_keys, .. }) = &mut self.run.test_info {
            lists.extend([("labels", labels), ("requirements", requirement_keys)]);
        }
        for (what, list) in lists {
            let mut own = std::mem::take(list).into_own();
            let total = own.len();
            own.retain(|text| !is_long(text));
            own.truncate(LISTED);
            if own.len() < total {
                self.steps.push(format!("{what} left out: {} of {total}", total - own.len()));
            }
            *list = Texts::Own(own);
        }
    }

    /// Where the key finds the Test, the rest would only update it.
    fn drop_update(&mut self) {
        if self.run.test_key.is_some() && self.run.test_info.take().is_some() {
            self.steps.push("what would update the Test left out".to_owned());
        }
    }

    /// Tells what was left out where the result is read, too.
    fn say(&mut self, what: &str) {
        self.told.push(format!("{what} were left out: the bundle would be too large"));
        self.steps.push(format!("left out: {what}"));
    }
}

fn pieces_of(steps: &[StepResult<'_>]) -> usize {
    steps.iter().map(|step| step.evidences.len()).sum()
}

fn is_long(text: &Text<'_>) -> bool {
    let text = text.as_str();
    text.len() > LONGEST_VALUE && text.encode_utf16().count() > LONGEST_VALUE
}

fn shorten_value(text: &mut Text<'_>) {
    *text = Text(Cow::Owned(shorten::one_line(text.as_str(), LONGEST_VALUE).into_owned()));
}

/// The run with all left out that other steps can leave out.
fn bare<'r>(run: &Run<'r>) -> Run<'r> {
    let info = run.test_info.clone();
    Run {
        test_key: run.test_key.clone(),
        test_info: info.map(|info| TestInfo { description: None, ..info }),
        start: run.start,
        finish: run.finish,
        comment: None,
        executed_by: run.executed_by.clone(),
        assignee: run.assignee.clone(),
        status: run.status.clone(),
        steps: run.steps.iter().map(bare_step).collect(),
        examples: run.examples.clone(),
        iterations: run.iterations.iter().map(bare_row).collect(),
        defects: run.defects.clone(),
        evidences: Vec::new(),
        custom_fields: Vec::new(),
        test_version: run.test_version.clone(),
    }
}

fn bare_row<'r>(row: &IterationResult<'r>) -> IterationResult<'r> {
    let IterationResult { parameters, status, steps, name, log: _, duration } = row;
    let steps = steps.iter().map(bare_step).collect();
    let (parameters, status, name, duration) = (parameters.clone(), status.clone(), name.clone(), duration.clone());
    IterationResult { parameters, status, steps, name, log: None, duration }
}

fn bare_step<'r>(step: &StepResult<'r>) -> StepResult<'r> {
    let (status, defects) = (step.status.clone(), step.defects.clone());
    StepResult { status, comment: None, actual_result: None, defects, evidences: Vec::new() }
}
