//! Reports that Behave itself wrote: the fixtures, and a larger collection where one is at hand.

use std::fs;
use std::path::Path;

use super::*;
use crate::format::corpus;

fn counts(report: &[u8]) -> [u64; 4] {
    corpus::count(&read_bytes(report, &ReadOptions::default()).cases)
}

#[test]
fn fixtures_are_counted_as_their_runs_ended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/behave");
    let counted = |name: &str| counts(&fs::read(folder.join(name)).unwrap());
    for version in ["1.2.6", "1.3.3"] {
        let compact = counted(&format!("behave-{version}.json"));
        assert_eq!(compact, [13, 5, 6, 2], "{version}");
        assert_eq!(counted(&format!("behave-{version}-pretty.json")), compact, "{version}");
        let [seen, passed, failed, skipped] = counted(&format!("behave-{version}-dryrun.json"));
        assert_eq!((passed, failed, seen), (0, 0, skipped), "{version}");
    }
}

#[test]
fn real_reports_are_counted_as_they_should() {
    let Some(folder) = corpus::folder() else { return };
    for report in corpus::reports(&["behave"]) {
        assert_eq!(counts(&report.bytes), report.cases, "{}", report.file);
    }
    // What is said below these files' names is known from the runs that wrote them.
    for (name, expected) in [
        ("behave-1.2.6-autoretry.json", [3, 2, 1, 0]),
        ("behave-1.3.3-autoretry.json", [3, 2, 1, 0]),
        ("behave-1.2.6-sigint.json", [3, 2, 1, 0]),
        ("behave-1.3.3-sigint.json", [3, 2, 1, 0]),
        ("behave-1.2.6-sigkill-truncated.json", [2, 2, 0, 0]),
        ("behave-1.3.3-sigkill-truncated.json", [2, 2, 0, 0]),
        ("behave-1.3.3-stdout-polluted.txt", [12, 5, 6, 1]),
        ("behave-1.3.3.json", [12, 5, 6, 1]),
        ("behave-1.3.3.pretty.json", [12, 5, 6, 1]),
    ] {
        assert_eq!(counts(&fs::read(folder.join("behave").join(name)).unwrap()), expected, "{name}");
    }
}
