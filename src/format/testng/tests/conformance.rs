//! Real reports, held against an independent count.

use super::*;
use crate::format::corpus;

#[test]
fn corpus_agrees_with_the_independent_count() {
    for report in corpus::reports(&["testng"]) {
        let found = read(std::str::from_utf8(&report.bytes).unwrap());
        assert_eq!(corpus::count(&found.cases), report.cases, "{}: {:?}", report.file, found.problems);
        assert!(found.problems.iter().all(|problem| !problem.is_damage()), "{}: {:?}", report.file, found.problems);
    }
}
