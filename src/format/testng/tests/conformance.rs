//! Real reports, held against an independent count.

use super::*;

/// Counts every report of the corpus and compares with what an independent counter found. Without a corpus beside the
/// sources nothing is compared.
#[test]
fn corpus_agrees_with_the_independent_count() {
    let corpus = std::env::var("XRAYPACK_CORPUS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").to_owned());
    let corpus = std::path::Path::new(&corpus);
    let Ok(truth) = std::fs::read_to_string(corpus.join("TRUTH.tsv")) else {
        return;
    };
    let mut compared = 0;
    for line in truth.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[1] != "testng" {
            continue;
        }
        let report = std::fs::read_to_string(corpus.join(fields[0])).unwrap();
        let found = read(&report);
        let count = |outcomes: &[Outcome]| {
            found.cases.iter().filter(|case| outcomes.contains(&case.outcome)).count().to_string()
        };
        let failed: u64 = fields[4].parse::<u64>().unwrap() + fields[5].parse::<u64>().unwrap();
        let counted = [
            found.cases.len().to_string(),
            count(&[Outcome::Passed]),
            count(&[Outcome::Failed, Outcome::Errored]),
            count(&[Outcome::Skipped]),
        ];
        assert_eq!(counted, [fields[2], fields[3], &failed.to_string(), fields[6]], "{line}: {:?}", found.problems);
        assert!(found.problems.iter().all(|problem| !problem.is_damage()), "{line}: {:?}", found.problems);
        compared += 1;
    }
    assert!(compared > 0);
}
