//! What a report states of a test and the target does not know, or not at that length (spec xray-json.md section 3): it is
//! not written, and whoever converts the report tells so.

use crate::model::{Step, TestRun};

use super::flavour::Target;
use super::stated::scenario_type;

/// Kinds of what is not written, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Unwritten(u8);

/// Each kind, for people.
const KINDS: [&str; 7] = [
    "'testVersion' of a test",
    "'description' in testInfo",
    "'scenarioType' in testInfo",
    "members of steps in testInfo other than 'action', 'data' and 'result'",
    "'name' and 'duration' of iterations",
    Unwritten::MIDDLE_OF_STEP_TEXTS,
    Unwritten::DESCRIPTIONS,
];

/// The last kinds, which any report may have.
const STEP_TEXTS: u8 = 1 << 5;
const DESCRIPTIONS: u8 = 1 << 6;

impl Unwritten {
    /// The kind that the target knows, but not at that length.
    pub(crate) const MIDDLE_OF_STEP_TEXTS: &str = "the middle of texts of steps with more than 8,192 characters";

    /// The kind that is told as a note: what reports say beside the result.
    pub(crate) const DESCRIPTIONS: &str = "descriptions of tests";

    /// What of `run` is not written for `target`.
    pub(crate) fn of(run: &TestRun, target: Target) -> Unwritten {
        let cut = if has_long_step_texts(run, target) { STEP_TEXTS } else { 0 };
        let is_described = target == Target::Cloud && !run.stated.test.given && !run.description.is_empty();
        let described = if is_described { DESCRIPTIONS } else { 0 };
        Unwritten(cut | described | Unwritten::stated(run, target))
    }

    /// What only a report in the target's own format states.
    fn stated(run: &TestRun, target: Target) -> u8 {
        let Some(stated) = run.stated.existing() else { return 0 };
        let says = |text: &str| !text.trim().is_empty();
        let test = &stated.test;
        let is_lost = match target {
            Target::Cloud => [
                says(&stated.test_version),
                test.given && says(&run.description),
                test.given && says(&test.scenario_type),
                false,
                false,
            ],
            Target::Server => [
                false,
                false,
                test.given && says(&test.scenario_type) && scenario_type(&test.scenario_type).is_none(),
                test.steps.iter().flat_map(|step| step.iter()).any(|member| !is_of_server(&member.name)),
                stated.iterations.iter().any(|row| says(&row.name) || says(&row.duration)),
            ],
        };
        (0..).zip(is_lost).map(|(kind, is_lost)| u8::from(is_lost) << kind).sum()
    }

    /// What is in this set and not in `other`, for people.
    pub(crate) fn beyond(self, other: Unwritten) -> impl Iterator<Item = &'static str> {
        let new = self.0 & !other.0;
        (0..).zip(KINDS).filter(move |(kind, _)| new >> kind & 1 == 1).map(|(_, name)| name)
    }

    /// Both together.
    pub(crate) fn and(self, other: Unwritten) -> Unwritten {
        Unwritten(self.0 | other.0)
    }
}

/// Whether texts of steps, also of those in iterations, are longer than the target takes.
fn has_long_step_texts(run: &TestRun, target: Target) -> bool {
    let Some(limit) = target.step_text_limit() else { return false };
    let is_long = |text: &String| text.len() > limit && text.chars().count() > limit;
    let is_cut = |step: &Step| is_long(&step.comment) || is_long(&step.actual_result);
    let of_rows = run.stated.existing().into_iter().flat_map(|stated| stated.iterations.iter());
    run.steps.iter().any(is_cut) || of_rows.flat_map(|row| row.steps.iter()).any(is_cut)
}

/// Whether Server knows this member of a step to be done.
pub(super) fn is_of_server(member: &str) -> bool {
    matches!(member, "action" | "data" | "result")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Parameter;

    fn names(run: &TestRun, target: Target) -> Vec<&'static str> {
        Unwritten::of(run, target).beyond(Unwritten::default()).collect()
    }

    #[test]
    fn each_target_has_its_own_gaps() {
        let mut run = TestRun::default();
        run.description.push_str("of any format");
        assert_eq!(names(&run, Target::Cloud), [Unwritten::DESCRIPTIONS]);
        assert!(names(&run, Target::Server).is_empty());
        run.stated.test_version.push_str("v2");
        run.stated.test.given = true;
        run.stated.test.scenario_type.push_str("Scenario");
        assert_eq!(names(&run, Target::Cloud), KINDS[..3]);
        assert!(names(&run, Target::Server).is_empty());
        run.stated.test.scenario_type.push_str(" of another tool");
        assert_eq!(names(&run, Target::Server), KINDS[2..3]);
        run.stated.test.scenario_type.clear();
        *run.stated.test.steps.add().add() = Parameter { name: "action".to_owned(), value: "a".to_owned() };
        assert!(names(&run, Target::Server).is_empty());
        *run.stated.test.steps.add().add() = Parameter { name: "mine".to_owned(), value: "x".to_owned() };
        run.stated.iterations.add().name.push_str("first");
        assert_eq!(names(&run, Target::Server), KINDS[3..5]);
        let long = "ä".repeat(8192);
        run.steps.add().comment.push_str(&long);
        assert!(!names(&run, Target::Cloud).contains(&KINDS[5]));
        run.steps[0].comment.push('!');
        assert!(names(&run, Target::Cloud).contains(&KINDS[5]) && !names(&run, Target::Server).contains(&KINDS[5]));
        let all = Unwritten::of(&run, Target::Server);
        assert_eq!(all.beyond(all.and(Unwritten::default())).count(), 0, "what was told is not told again");
    }
}
