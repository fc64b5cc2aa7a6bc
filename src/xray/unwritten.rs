//! What a report states of a test and the target does not know (spec xray-json.md section 3): it is not written, and
//! whoever converts the report tells so.

use crate::model::TestRun;

use super::flavour::Target;

/// Kinds of what is not written, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unwritten(u8);

/// Each kind, for people.
const KINDS: [&str; 5] = [
    "'testVersion' of a test",
    "'description' in testInfo",
    "'scenarioType' in testInfo",
    "members of steps in testInfo other than 'action', 'data' and 'result'",
    "'name' and 'duration' of iterations",
];

impl Unwritten {
    /// What of `run` is not written for `target`. Only a report in the target's own format states any of it.
    pub fn of(run: &TestRun, target: Target) -> Unwritten {
        let Some(stated) = run.stated.existing() else { return Unwritten::default() };
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
                false,
                test.steps.iter().flat_map(|step| step.iter()).any(|member| !is_of_server(&member.name)),
                stated.iterations.iter().any(|row| says(&row.name) || says(&row.duration)),
            ],
        };
        Unwritten((0..).zip(is_lost).map(|(kind, is_lost)| u8::from(is_lost) << kind).sum())
    }

    /// What is in this set and not in `other`, for people.
    pub fn beyond(self, other: Unwritten) -> impl Iterator<Item = &'static str> {
        let new = self.0 & !other.0;
        (0..).zip(KINDS).filter(move |(kind, _)| new >> kind & 1 == 1).map(|(_, name)| name)
    }

    /// Both together.
    pub fn and(self, other: Unwritten) -> Unwritten {
        Unwritten(self.0 | other.0)
    }
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
        assert!(names(&run, Target::Cloud).is_empty());
        run.stated.test_version.push_str("v2");
        run.stated.test.given = true;
        run.stated.test.scenario_type.push_str("Scenario");
        assert_eq!(names(&run, Target::Cloud), KINDS[..3]);
        assert!(names(&run, Target::Server).is_empty());
        *run.stated.test.steps.add().add() = Parameter { name: "action".to_owned(), value: "a".to_owned() };
        assert!(names(&run, Target::Server).is_empty());
        *run.stated.test.steps.add().add() = Parameter { name: "mine".to_owned(), value: "x".to_owned() };
        run.stated.iterations.add().name.push_str("first");
        assert_eq!(names(&run, Target::Server), KINDS[3..]);
        let all = Unwritten::of(&run, Target::Server);
        assert_eq!(all.beyond(all.and(Unwritten::default())).count(), 0, "what was told is not told again");
    }
}
