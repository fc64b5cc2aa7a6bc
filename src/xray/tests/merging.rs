//! Several results of one Test.

use super::*;

/// A result as the assembly holds it.
struct Result {
    bytes: Vec<u8>,
    outcome: Outcome,
    report: u32,
    attempt_group: u64,
    superseded: bool,
}

fn result(outcome: Outcome, fill: impl FnOnce(&mut TestRun)) -> Result {
    let mut run = run("a.b");
    run.outcome = outcome;
    fill(&mut run);
    let bytes = encoded(&run, Target::Server).0.into_bytes();
    Result { bytes, outcome, report: 1, attempt_group: run.attempt_group, superseded: run.superseded }
}

fn merged(results: &[Result], policy: Merge) -> (String, Merged) {
    let parts: Vec<Part<'_>> = results
        .iter()
        .map(|result| Part {
            bytes: &result.bytes,
            outcome: result.outcome,
            report: result.report,
            attempt_group: result.attempt_group,
            superseded: result.superseded,
        })
        .collect();
    let mut out = Vec::new();
    let facts = merge(&parts, policy, &EncodeOptions::new(Target::Server, "DEMO"), &mut out).unwrap();
    assert!(is_valid(&bundle(&[&out]), Target::Server));
    (String::from_utf8(out).unwrap(), facts)
}

fn outcome_of(outcomes: &[Outcome], policy: Merge) -> Outcome {
    let results: Vec<Result> = outcomes.iter().map(|outcome| result(*outcome, |_| {})).collect();
    merged(&results, policy).1.outcome
}

#[test]
fn h4_the_worst_counts_as_in_xrays_own_import() {
    use Outcome::*;
    assert_eq!(outcome_of(&[Passed, Skipped], Merge::Worst), Skipped);
    assert_eq!(outcome_of(&[Passed, Failed], Merge::Worst), Failed);
    assert_eq!(outcome_of(&[Aborted, Skipped, Passed], Merge::Worst), Aborted);
    assert_eq!(outcome_of(&[Passed, Passed], Merge::Worst), Passed);
    assert_eq!(outcome_of(&[Failed, Skipped, Passed], Merge::AnyPass), Passed);
    assert_eq!(outcome_of(&[Passed, Skipped], Merge::Last), Skipped);
}

#[test]
fn a_mixture_without_failure_is_todo_whatever_skipped_is_called() {
    let mut results =
        [result(Outcome::Passed, |_| {}), result(Outcome::Skipped, |run| run.status_name = "SKIPPED".to_owned())];
    assert!(merged(&results, Merge::Worst).0.contains(r#""status":"TODO""#));
    results[0] = result(Outcome::Skipped, |run| run.status_name = "SKIPPED".to_owned());
    assert!(merged(&results, Merge::Worst).0.contains(r#""status":"SKIPPED""#));
}

#[test]
fn equal_sections_are_not_repeated_and_silent_passes_add_nothing() {
    let boom = || result(Outcome::Failed, |run| run.comment = "boom".to_owned());
    let (text, _) = merged(&[boom(), result(Outcome::Passed, |_| {}), boom()], Merge::Worst);
    assert!(text.contains(r#""comment":"3 results merged: 1 passed, 2 failed\n\nboom","#), "{text}");
    let (text, _) = merged(&[result(Outcome::Passed, |_| {}), result(Outcome::Passed, |_| {})], Merge::Worst);
    assert!(!text.contains("comment"));
}

#[test]
fn only_the_last_attempt_decides_and_gives_the_times() {
    let second = |seconds: i64| Some(Timestamp::from_nanos(seconds * 1_000_000_000));
    let attempt = |outcome, at| {
        result(outcome, |run| {
            run.attempt_group = 7;
            (run.start, run.finish) = (second(at), second(at + 1));
            run.comment = if outcome == Outcome::Failed { "E: reset\nat x".to_owned() } else { String::new() };
        })
    };
    let (text, facts) = merged(&[attempt(Outcome::Failed, 1), attempt(Outcome::Passed, 5)], Merge::Worst);
    assert_eq!(facts.outcome, Outcome::Passed);
    assert!(text.contains(r#""start":"1970-01-01T00:00:05Z","finish":"1970-01-01T00:00:06Z""#), "{text}");
    assert!(text.contains(r#""comment":"attempt 1: failed E: reset""#), "{text}");

    let mut elsewhere = [attempt(Outcome::Failed, 1), attempt(Outcome::Passed, 5)];
    elsewhere[1].report = 2;
    assert_eq!(merged(&elsewhere, Merge::Worst).1.outcome, Outcome::Failed, "groups are those of one report");
}

#[test]
fn superseded_results_do_not_decide() {
    let superseded = || result(Outcome::Failed, |run| run.superseded = true);
    assert_eq!(merged(&[superseded(), result(Outcome::Passed, |_| {})], Merge::Worst).1.outcome, Outcome::Passed);
    assert_eq!(merged(&[superseded(), superseded()], Merge::Worst).1.outcome, Outcome::Failed);
}

#[test]
fn lists_are_united_and_the_first_summary_stays() {
    let with = |summary: &str, label: &str, data: &str| {
        result(Outcome::Failed, |run| {
            run.summary = summary.to_owned();
            run.labels.push(label.to_owned());
            run.labels.push("both".to_owned());
            run.evidence.push(attachment("a.png", data));
            run.evidence.push(attachment("same.png", "QUJD"));
        })
    };
    let (text, facts) = merged(&[with("one", "x", "AAAA"), with("two", "y", "BBBB")], Merge::Worst);
    assert!(text.contains(r#""summary":"one""#) && text.contains(r#""labels":["x","both","y"]"#), "{text}");
    let names: Vec<&str> = text.split("\"filename\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(names, ["a.png", "same.png", "a (2).png"]);
    assert_eq!(facts.dropped_evidence, 0);
}

#[test]
fn evidence_keeps_to_the_limit_of_one_test() {
    let with = |data: &str| result(Outcome::Failed, |run| run.evidence.push(attachment("a.png", data)));
    let parts = [with("AAAABBBB"), with("CCCC")];
    let parts: Vec<Part<'_>> = parts
        .iter()
        .map(|part| Part { bytes: &part.bytes, outcome: part.outcome, report: 1, attempt_group: 0, superseded: false })
        .collect();
    let options = EncodeOptions { max_evidence: 6, ..EncodeOptions::new(Target::Server, "DEMO") };
    let mut out = Vec::new();
    assert_eq!(merge(&parts, Merge::Worst, &options, &mut out).unwrap().dropped_evidence, 1);
}

#[test]
fn rows_follow_each_other() {
    let row = |outcome| result(outcome, |run| run.is_example = true);
    let (text, _) = merged(&[row(Outcome::Passed), row(Outcome::Failed), row(Outcome::Skipped)], Merge::Worst);
    assert!(text.ends_with(r#""status":"FAIL","examples":["PASS","FAIL","TODO"]}"#), "{text}");
}

#[test]
fn bytes_that_are_no_run_are_refused() {
    let part = Part { bytes: b"{\"x\":1}", outcome: Outcome::Passed, report: 1, attempt_group: 0, superseded: false };
    let mut out = Vec::new();
    let error = merge(&[part], Merge::Worst, &EncodeOptions::new(Target::Server, "DEMO"), &mut out).unwrap_err();
    assert!(error.to_string().starts_with("an encoded run cannot be read back: unknown field `x`"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn merging_in_two_steps_gives_the_same_status(outcomes in proptest::collection::vec(outcomes(), 2..6), cut in 1..5_usize) {
        let status = |text: &str| decode(text.as_bytes()).unwrap().status.as_str().to_owned();
        for policy in [Merge::Worst, Merge::Last, Merge::AnyPass] {
            let results = || outcomes.iter().map(|outcome| result(*outcome, |_| {})).collect::<Vec<_>>();
            let (at_once, _) = merged(&results(), policy);
            let mut rest = results();
            let head: Vec<Result> = rest.drain(..cut.min(outcomes.len() - 1)).collect();
            let (text, facts) = merged(&head, policy);
            rest.insert(0, Result { bytes: text.into_bytes(), outcome: facts.outcome, report: 1, attempt_group: 0, superseded: false });
            let (stepwise, _) = merged(&rest, policy);
            prop_assert_eq!(status(&at_once), status(&stepwise));
        }
    }

    #[test]
    fn the_worst_does_not_depend_on_the_order(outcomes in proptest::collection::vec(outcomes(), 1..6)) {
        let mut reversed = outcomes.clone();
        reversed.reverse();
        let status = |outcomes: &[Outcome]| {
            let results: Vec<Result> = outcomes.iter().map(|outcome| result(*outcome, |_| {})).collect();
            decode(merged(&results, Merge::Worst).0.as_bytes()).unwrap().status.as_str().to_owned()
        };
        prop_assert_eq!(status(&outcomes), status(&reversed));
    }
}
