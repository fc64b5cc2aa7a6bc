//! The Tests of Test Executions that have one key: Xray makes one of them, in which the result that is uploaded last
//! takes the place of any other of the same Test.

use super::Mismatch;

/// Tests of all Test Executions of one key.
#[derive(Debug, Default)]
pub(super) struct Tests<'m> {
    /// Hash of each identity, number of its Test Execution, its bundle.
    all: Vec<(u128, usize, &'m str)>,
    executions: usize,
}

impl<'m> Tests<'m> {
    /// Adds those of one Test Execution.
    pub(super) fn add(&mut self, identities: &[(u128, &'m str)]) {
        self.all.extend(identities.iter().map(|&(identity, bundle)| (identity, self.executions, bundle)));
        self.executions += 1;
    }

    /// The first Test that is in several of them: one of thousands says enough.
    pub(super) fn check(mut self, key: &str) -> Option<Mismatch> {
        self.all.sort_unstable_by_key(|&(identity, execution, _)| (identity, execution));
        let pairs =
            self.all.array_windows().filter(|[(one, first, _), (other, second, _)]| one == other && first != second);
        // Told by the bundles, so that it does not depend on what the hashes happen to be.
        let [(.., first), (.., second)] = pairs.min_by_key(|[(.., first), (.., second)]| (*first, *second))?;
        Some(Mismatch::SameTestAgain { key: key.to_owned(), first: (*first).to_owned(), second: (*second).to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_of_two_executions_is_found_and_two_of_one_are_none_of_its_business() {
        let found = |executions: &[&[(u128, &'static str)]]| {
            let mut tests = Tests::default();
            executions.iter().for_each(|identities| tests.add(identities));
            tests.check("DEMO-60").map(|mismatch| mismatch.to_string())
        };
        assert_eq!(found(&[&[(1, "a"), (2, "a"), (1, "b")], &[(3, "c"), (4, "c")]]), None);
        let told = "a and c both have a result of one test for DEMO-60: the one that is uploaded last would take the other's place";
        assert_eq!(found(&[&[(2, "a"), (9, "b")], &[(9, "d"), (2, "c")]]).as_deref(), Some(told));
    }
}
