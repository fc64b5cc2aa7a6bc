//! Runs as nearly all are, written piece by piece: a Test that is found by its key or its definition, times, a comment, a
//! status. What stands in every run alike is put together once.

use crate::model::{DataRows, Identity, Outcome, RunFacts, TestRun, TimeText, Timestamp, key};

use super::encode::{EncodeOptions, SUMMARY_LIMIT, encode, facts, is_label};
use super::evidence::EvidencePlace;
use super::json::{self, Object};
use super::markup;
use super::wire::Texts;

/// What was written of the last run, and need not be put together again where the next one tells the same.
#[derive(Debug, Default)]
pub struct LastRun {
    start: TimeText,
    finish: TimeText,
}

/// Encodes runs for one target. What it writes is what [`encode`] writes, by a shorter way where there is one.
#[derive(Debug)]
pub struct Encoder<'o> {
    options: &'o EncodeOptions,
    /// Project and type of the Tests that may have to be created.
    created_as: Vec<u8>,
    /// Status and end of a run, for each outcome.
    ends: [Vec<u8>; Outcome::ALL.len()],
}

impl<'o> Encoder<'o> {
    /// An encoder that follows `options`.
    pub fn new(options: &'o EncodeOptions) -> Encoder<'o> {
        let mut created_as = Vec::new();
        for (name, text) in [("projectKey", &options.project), (options.target.type_property(), &options.test_type)] {
            created_as.extend([b",\"", name.as_bytes(), b"\":"].concat());
            json::string(&mut created_as, text);
        }
        let ends = Outcome::ALL.map(|outcome| {
            let mut end = b",\"status\":".to_vec();
            json::string(&mut end, options.statuses.name(outcome));
            end.push(b'}');
            end
        });
        Encoder { options, created_as, ends }
    }

    /// What it follows.
    pub fn options(&self) -> &'o EncodeOptions {
        self.options
    }

    /// Appends `run` as one element of `tests`, always valid against the target's strict schema.
    pub fn encode(&self, run: &TestRun, last: &mut LastRun, out: &mut Vec<u8>) -> RunFacts {
        if !self.is_plain(run) {
            return encode(run, self.options, out);
        }
        self.write(run, last, out);
        facts(run, self.options, 0)
    }

    /// Whether the run has nothing but what [`Encoder::write`] writes.
    fn is_plain(&self, run: &TestRun) -> bool {
        let summary_fits = match run.identity {
            Identity::Key(_) => run.definition.is_empty(),
            // A byte is never more than one UTF-16 unit.
            Identity::Definition(_) => (1..=SUMMARY_LIMIT).contains(&run.summary.len()),
        };
        summary_fits
            && run.description.is_empty()
            && run.status_name.is_empty()
            && run.steps.is_empty()
            && run.defects.is_empty()
            && run.custom_fields.is_empty()
            && (run.evidence.is_empty() || self.options.evidence == EvidencePlace::Files)
            && !run.is_example
            && self.options.rows != DataRows::Kept
            && run.stated.is_empty()
    }

    fn write(&self, run: &TestRun, last: &mut LastRun, out: &mut Vec<u8>) {
        // Enough for a run without a comment, so that the buffer hardly ever grows in between.
        out.reserve(512 + 2 * run.identity.as_str().len());
        match &run.identity {
            Identity::Key(key) => {
                out.extend_from_slice(b"{\"testKey\":");
                json::string(out, key);
            }
            Identity::Definition(definition) => self.write_test(run, definition, out),
        }
        write_times(run, last, out);
        if !run.comment.is_empty() {
            out.extend_from_slice(b",\"comment\":\"");
            match run.comment_is_markup {
                true => json::content(out, &run.comment),
                false => markup::write_framed(out, &run.comment, self.options.target),
            }
            out.push(b'"');
        }
        out.extend_from_slice(&self.ends[run.outcome as usize]);
    }

    fn write_test(&self, run: &TestRun, definition: &str, out: &mut Vec<u8>) {
        debug_assert_eq!(crate::model::shorten::one_line(&run.summary, SUMMARY_LIMIT), run.summary);
        out.extend_from_slice(b"{\"testInfo\":{\"summary\":");
        json::string(out, &run.summary);
        out.extend_from_slice(&self.created_as);
        if !(run.requirements.is_empty() && run.labels.is_empty()) {
            let mut object = Object::resume(out);
            Texts::distinct(&run.requirements, key::is_issue_key).write("requirementKeys", &mut object);
            Texts::distinct(&run.labels, is_label).write("labels", &mut object);
        }
        out.extend_from_slice(b",\"definition\":");
        json::string(out, definition);
        out.push(b'}');
    }
}

/// Start and finish in whole seconds: the span they tell is never shorter than the run's.
fn write_times(run: &TestRun, last: &mut LastRun, out: &mut Vec<u8>) {
    let start = run.start.map(Timestamp::floor_to_second);
    if let Some(start) = start {
        out.extend_from_slice(b",\"start\":\"");
        out.extend_from_slice(last.start.of(start));
        out.push(b'"');
    }
    if let Some(finish) = run.finish.map(Timestamp::ceil_to_second) {
        out.extend_from_slice(b",\"finish\":\"");
        out.extend_from_slice(last.finish.of(start.map_or(finish, |start| finish.max(start))));
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::flavour::Target;
    use super::*;
    use crate::model::shorten;

    /// A run by the numbers of what it has.
    fn run(texts: &[String; 4], times: (Option<i64>, Option<i64>), has: u32) -> TestRun {
        let bit = |number: u32| has & (1 << number) != 0;
        let [name, comment, label, key] = texts;
        let identity = match bit(0) {
            true => Identity::Key("DEMO-7".to_owned()),
            false => Identity::Definition(name.clone()),
        };
        let mut run = TestRun { identity, ..TestRun::default() };
        if !(bit(0) && bit(1)) {
            run.summary = shorten::one_line(name, SUMMARY_LIMIT).into_owned();
        }
        run.start = times.0.map(Timestamp::from_nanos);
        run.finish = times.1.map(Timestamp::from_nanos);
        if bit(2) {
            run.comment.push_str(comment);
        }
        run.comment_is_markup = bit(3);
        if bit(4) {
            run.labels.extend([label.clone(), "nightly".to_owned(), label.clone()]);
        }
        if bit(5) {
            run.requirements.extend([key.clone(), "DEMO-8".to_owned()]);
        }
        run.outcome = Outcome::ALL[has as usize % Outcome::ALL.len()];
        // One in eight has something that this file does not write.
        match has >> 16 & 63 {
            0 => run.description.push_str(comment),
            1 => run.status_name.push_str(label),
            2 => run.steps.add().action.push_str(comment),
            3 => run.defects.add().push_str(key),
            4 => run.is_example = true,
            5 => run.stated.assignee.push_str(label),
            6 => run.definition.push_str(name),
            7 => run.stated.test.given = true,
            _ => {}
        }
        run
    }

    proptest! {
        #[test]
        fn the_short_way_writes_what_the_long_way_writes(
            name in "[ -~é\u{1}\u{85}\n]{1,40}",
            comment in "[a-z {}*\"\\\\\n\t]{0,60}|a \\{noformat\\} b",
            label in "[a-z ]{0,5}",
            key in "[A-Z]{2}-[0-9]",
            times in (proptest::option::of(any::<i64>()), proptest::option::of(any::<i64>())),
            has in any::<u32>(),
            target in prop_oneof![Just(Target::Server), Just(Target::Cloud)],
        ) {
            let run = run(&[name, comment, label, key], times, has);
            let options = EncodeOptions::new(target, "DE\"MO");
            let (mut short, mut long) = (b"[".to_vec(), b"[".to_vec());
            let facts = Encoder::new(&options).encode(&run, &mut LastRun::default(), &mut short);
            prop_assert_eq!(facts, encode(&run, &options, &mut long));
            prop_assert_eq!(String::from_utf8(short).unwrap(), String::from_utf8(long).unwrap());
        }
    }

    #[test]
    fn the_usual_run_goes_the_short_way() {
        let options = EncodeOptions::new(Target::Server, "DEMO");
        let texts = ["shop.Cart.adds", "boom", "smoke", "DEMO-1"].map(str::to_owned);
        for has in [0, 0b11, 0b110100] {
            assert!(Encoder::new(&options).is_plain(&run(&texts, (Some(0), Some(1)), has | 63 << 16)));
        }
    }
}
