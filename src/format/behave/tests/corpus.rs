//! Reports that Behave itself wrote: the fixtures, and a larger collection where one is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::CaseCounts;

fn counts(report: &[u8]) -> [u64; 4] {
    let mut counts = CaseCounts::default();
    read_bytes(report, &ReadOptions::default()).cases.iter().for_each(|case| counts.add(case.outcome));
    [counts.seen, counts.passed, counts.failed + counts.errored, counts.skipped]
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

fn corpus() -> PathBuf {
    match std::env::var_os("XRAYPACK_CORPUS") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "tells that there was nothing to compare with")]
fn real_reports_are_counted_as_they_should() {
    let corpus = corpus();
    let Ok(truth) = fs::read_to_string(corpus.join("TRUTH.tsv")) else {
        eprintln!("skipped: there is no collection of reports at {}", corpus.display());
        return;
    };
    let mut compared = 0;
    let fields = truth.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    for fields in fields.filter(|fields| fields[1] == "behave") {
        let number = |index: usize| fields[index].parse::<u64>().unwrap();
        let expected = [number(2), number(3), number(4) + number(5), number(6)];
        assert_eq!(counts(&fs::read(corpus.join(fields[0])).unwrap()), expected, "{}", fields[0]);
        compared += 1;
    }
    assert!(compared > 0);
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
        assert_eq!(counts(&fs::read(corpus.join("behave").join(name)).unwrap()), expected, "{name}");
    }
}
