//! Several results of one Test.

use super::*;

/// A result as the assembly holds it.
pub(super) struct Result {
    bytes: Vec<u8>,
    outcome: Outcome,
    report: u32,
    attempt_group: u64,
    superseded: bool,
    note: Vec<u8>,
}

pub(super) fn result(outcome: Outcome, fill: impl FnOnce(&mut TestRun)) -> Result {
    let mut run = run("a.b");
    run.outcome = outcome;
    fill(&mut run);
    let bytes = encoded(&run, Target::Server).0.into_bytes();
    let mut noted = Vec::new();
    note(&run, &EncodeOptions::new(Target::Server, "DEMO"), &[], &mut noted);
    Result { bytes, outcome, report: 1, attempt_group: run.attempt_group, superseded: run.superseded, note: noted }
}

pub(super) fn merged(results: &[Result], policy: Merge) -> (String, Merged) {
    let parts: Vec<EncodedResult<'_>> = results
        .iter()
        .map(|result| EncodedResult {
            bytes: &result.bytes,
            outcome: result.outcome,
            report: result.report,
            attempt_group: result.attempt_group,
            superseded: result.superseded,
            note: &result.note,
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
    assert_eq!(outcome_of(&[Passed, Skipped], Merge::Worst), Inconclusive, "TODO");
    assert_eq!(outcome_of(&[Passed, Failed], Merge::Worst), Failed);
    assert_eq!(outcome_of(&[Aborted, Skipped, Passed], Merge::Worst), Aborted);
    assert_eq!(outcome_of(&[Passed, Passed], Merge::Worst), Passed);
    assert_eq!(outcome_of(&[Failed, Skipped, Passed], Merge::AnyPass), Passed);
    assert_eq!(outcome_of(&[Passed, Skipped], Merge::Last), Skipped);
}

#[test]
fn what_did_not_run_says_nothing_of_what_did() {
    use Outcome::*;
    assert_eq!(outcome_of(&[Skipped, Passed, NotRun], Merge::Ran), Passed);
    assert_eq!(outcome_of(&[Skipped, Failed, Passed], Merge::Ran), Failed);
    assert_eq!(outcome_of(&[Pending, Undefined, Aborted], Merge::Ran), Aborted);
    assert_eq!(outcome_of(&[Skipped, Skipped], Merge::Ran), Skipped, "none ran");
    assert_eq!(
        outcome_of(&[Passed, Inconclusive], Merge::Ran),
        Inconclusive,
        "it ran, and what came of it is not known"
    );
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
    let parts: Vec<EncodedResult<'_>> = parts
        .iter()
        .map(|part| EncodedResult {
            bytes: &part.bytes,
            outcome: part.outcome,
            report: 1,
            attempt_group: 0,
            superseded: false,
            note: b"",
        })
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

/// A row of an outline: its line, which stands for it as well, and what it says.
fn outline_row(outcome: Outcome, line: u64) -> Result {
    result(outcome, |run| {
        (run.is_example, run.outline, run.row, run.row_line) = (true, 1, line, line);
        if outcome != Outcome::Passed {
            run.comment = format!("at {line}");
        }
    })
}

#[test]
fn rows_of_an_outline_are_in_the_order_of_its_file() {
    use Outcome::*;
    let (text, _) = merged(&[outline_row(Passed, 10), outline_row(Failed, 8), outline_row(Skipped, 9)], Merge::Worst);
    assert!(text.ends_with(r#""examples":["FAIL","TODO","PASS"]}"#), "{text}");
    assert!(text.contains(r#""comment":"row 1: at 8\n\nrow 2: at 9""#), "{text}");
    let unknown = result(Passed, |run| (run.is_example, run.outline) = (true, 1));
    let (text, _) = merged(&[outline_row(Failed, 10), unknown, outline_row(Passed, 9)], Merge::Worst);
    assert!(text.ends_with(r#""examples":["FAIL","PASS","PASS"]}"#), "{text}");
}

#[test]
fn each_row_of_an_outline_has_one_status() {
    use Outcome::*;
    let results = [outline_row(Failed, 8), outline_row(Passed, 9), outline_row(Skipped, 10), outline_row(Passed, 8)];
    for (policy, status, examples) in [
        (Merge::Worst, "FAIL", r#"["FAIL","PASS","TODO"]"#),
        (Merge::Iterations, "FAIL", r#"["FAIL","PASS","TODO"]"#),
        (Merge::Ran, "FAIL", r#"["FAIL","PASS","TODO"]"#),
        (Merge::AnyPass, "TODO", r#"["PASS","PASS","TODO"]"#),
        (Merge::Last, "TODO", r#"["PASS","PASS","TODO"]"#),
    ] {
        let (text, _) = merged(&results, policy);
        assert!(text.ends_with(&format!(r#""status":"{status}","examples":{examples}}}"#)), "{policy:?}: {text}");
        assert!(text.contains("row 3: at 10"), "{policy:?}: {text}");
    }
    let (text, _) = merged(&[outline_row(Skipped, 8), outline_row(Passed, 8)], Merge::Ran);
    assert!(text.ends_with(r#""status":"PASS","examples":["PASS"]}"#), "{text}");
    let (text, _) = merged(&[outline_row(Skipped, 8), outline_row(Passed, 8)], Merge::Worst);
    assert!(text.ends_with(r#""status":"TODO","examples":["TODO"]}"#), "{text}");
    assert!(text.contains(r#""comment":"at 8""#), "one row needs no name: {text}");
}

#[test]
fn one_data_row_does_not_pass_for_another() {
    let row = |outcome, row| {
        let options =
            EncodeOptions { rows: crate::model::DataRows::Apart, ..EncodeOptions::new(Target::Server, "DEMO") };
        let mut result = result(outcome, |_| {});
        let run = TestRun { row, ..TestRun::default() };
        note(&run, &options, &[], &mut result.note);
        result
    };
    let flaky = [row(Outcome::Failed, 1), row(Outcome::Passed, 2), row(Outcome::Passed, 1)];
    assert_eq!(merged(&flaky, Merge::AnyPass).1.outcome, Outcome::Passed);
    assert_eq!(merged(&flaky, Merge::Last).1.outcome, Outcome::Passed);
    let skipped = [row(Outcome::Skipped, 1), row(Outcome::Passed, 2)];
    assert_eq!(merged(&skipped, Merge::Ran).1.outcome, Outcome::Inconclusive, "nothing is known of the first row");
    let broken = [row(Outcome::Failed, 1), row(Outcome::Passed, 2)];
    assert_eq!(merged(&broken, Merge::AnyPass).1.outcome, Outcome::Failed);
    assert_eq!(merged(&broken, Merge::Last).1.outcome, Outcome::Failed);
}

#[test]
fn rows_of_different_files_never_mix() {
    let row = |outcome, outline| {
        result(outcome, |run| {
            run.is_example = true;
            run.outline = outline;
        })
    };
    let (text, facts) = merged(&[row(Outcome::Passed, 1), row(Outcome::Failed, 2)], Merge::Worst);
    assert_eq!(facts.outcome, Outcome::Failed);
    assert!(!text.contains("examples") && text.contains("2 results merged: 1 passed, 1 failed"), "{text}");
    let (text, _) = merged(&[row(Outcome::Passed, 2), row(Outcome::Failed, 2)], Merge::Worst);
    assert!(text.ends_with(r#""status":"FAIL","examples":["PASS","FAIL"]}"#), "{text}");
}

/// The `nanos`th second.
fn second(second: i64) -> Option<Timestamp> {
    Some(Timestamp::from_nanos(second * 1_000_000_000))
}

#[test]
fn the_last_is_the_one_that_began_last() {
    let at = |outcome, start: Option<Timestamp>| {
        result(outcome, |run| {
            (run.start, run.finish) = (start, start.map(|start| start.plus(2_000_000_000)));
            run.comment = if outcome == Outcome::Failed { "boom\nat x".to_owned() } else { String::new() };
        })
    };
    let late_first = [at(Outcome::Passed, second(9)), at(Outcome::Failed, second(1)), at(Outcome::Failed, None)];
    let (text, facts) = merged(&late_first, Merge::Last);
    assert_eq!(facts.outcome, Outcome::Passed);
    assert!(text.contains(r#""start":"1970-01-01T00:00:09Z","finish":"1970-01-01T00:00:11Z""#), "{text}");
    assert!(text.contains(r#""comment":"attempt 1: failed boom\nattempt 2: failed boom""#), "{text}");
    for start in [second(1), None] {
        let tie = [at(Outcome::Passed, start), at(Outcome::Failed, start)];
        assert_eq!(merged(&tie, Merge::Last).1.outcome, Outcome::Failed, "a tie goes to the later in order");
    }
}

fn kept(target: Target) -> EncodeOptions {
    EncodeOptions { rows: crate::model::DataRows::Kept, ..EncodeOptions::new(target, "DEMO") }
}

/// A data row: name, parameters, outcome.
fn data_row(name: &str, parameters: &[(&str, &str)], outcome: Outcome, identity: Identity, target: Target) -> Result {
    let mut run =
        TestRun { identity, summary: "adds".to_owned(), outcome, row_name: name.to_owned(), ..TestRun::default() };
    for (name, value) in parameters {
        let parameter = run.parameters.add();
        parameter.name.push_str(name);
        parameter.value.push_str(value);
    }
    if outcome == Outcome::Failed {
        run.comment.push_str("boom");
    }
    let (mut bytes, mut noted) = (Vec::new(), Vec::new());
    encode(&run, &kept(target), &mut bytes);
    note(&run, &kept(target), &[], &mut noted);
    Result { bytes, outcome, report: 1, attempt_group: 0, superseded: false, note: noted }
}

fn merged_rows(results: &[Result], target: Target) -> String {
    let part = |result: &'_ Result| EncodedResult {
        bytes: Box::leak(result.bytes.clone().into_boxed_slice()),
        outcome: result.outcome,
        report: result.report,
        attempt_group: result.attempt_group,
        superseded: result.superseded,
        note: Box::leak(result.note.clone().into_boxed_slice()),
    };
    let parts: Vec<EncodedResult<'_>> = results.iter().map(part).collect();
    let mut out = Vec::new();
    merge(&parts, Merge::Iterations, &kept(target), &mut out).unwrap();
    assert!(is_valid(&bundle(&[&out]), target), "{}", String::from_utf8_lossy(&out));
    String::from_utf8(out).unwrap()
}

fn known() -> Identity {
    Identity::Key("DEMO-1".to_owned())
}

#[test]
fn results_stay_data_rows_of_a_known_test() {
    let row = |name, x, outcome, target| data_row(name, &[("x", x), ("", "y")], outcome, known(), target);
    let rows = |target| [row("adds(1)", "1", Outcome::Passed, target), row("adds(2)", "2", Outcome::Failed, target)];
    assert_eq!(
        merged_rows(&rows(Target::Cloud), Target::Cloud),
        concat!(
            r#"{"testKey":"DEMO-1","comment":"2 results merged: 1 passed, 1 failed\n\nadds(2): boom","status":"FAILED","iterations":["#,
            r#"{"parameters":[{"name":"x","value":"1"},{"name":"arg2","value":"y"}],"status":"PASSED","name":"adds(1)"},"#,
            r#"{"parameters":[{"name":"x","value":"2"},{"name":"arg2","value":"y"}],"status":"FAILED","name":"adds(2)"}]}"#
        )
    );
    let server = merged_rows(&rows(Target::Server), Target::Server);
    assert!(!server.contains(r#""name":"adds"#) && server.contains("adds(2): boom"), "{server}");
}

#[test]
fn a_single_row_keeps_its_shape_and_a_lone_result_has_none() {
    let row = data_row("adds(1)", &[("x", "1")], Outcome::Passed, known(), Target::Server);
    let text = String::from_utf8(row.bytes).unwrap();
    assert!(text.ends_with(r#""iterations":[{"parameters":[{"name":"x","value":"1"}],"status":"PASS"}]}"#), "{text}");
    let lone = data_row("adds", &[], Outcome::Passed, known(), Target::Server);
    assert_eq!(String::from_utf8(lone.bytes).unwrap(), r#"{"testKey":"DEMO-1","status":"PASS"}"#);
}

#[test]
fn rows_without_parameters_are_told_apart_by_name_or_number() {
    let row = |name: &str| data_row(name, &[], Outcome::Passed, known(), Target::Cloud);
    let text = merged_rows(&[row("a"), row("b"), row("a")], Target::Cloud);
    for (name, count) in [("a", 1), ("b", 1), ("a [2]", 1)] {
        let parameter = format!(r#"[{{"name":"iteration","value":"{name}"}}]"#);
        assert_eq!(text.matches(&parameter).count(), count, "{text}");
    }
    let text = merged_rows(&[row("pays"), row("pays")], Target::Cloud);
    assert!(text.contains(r#""name":"iteration 1""#) && text.contains(r#""name":"iteration 2""#), "{text}");
}

#[test]
fn tests_that_take_no_rows_name_them_in_the_comment() {
    let row = |x, outcome| data_row("", &[("x", x)], outcome, Identity::Definition("a.b".to_owned()), Target::Server);
    let text = merged_rows(&[row("1", Outcome::Passed), row("2", Outcome::Failed)], Target::Server);
    assert!(!text.contains("iterations") && text.contains(r"\n\nx=2: boom"), "{text}");
}

#[test]
fn attempts_are_no_data_rows() {
    let row = |outcome, superseded| {
        let mut row = data_row("a", &[("x", "1")], outcome, known(), Target::Server);
        row.superseded = superseded;
        row
    };
    let text = merged_rows(&[row(Outcome::Failed, true), row(Outcome::Passed, false)], Target::Server);
    assert_eq!(text.matches("parameters").count(), 1, "{text}");
    assert!(text.contains("attempt 1: failed boom") && text.contains(r#""status":"PASS""#), "{text}");
}

#[test]
fn bytes_that_are_no_run_are_refused() {
    let part = EncodedResult {
        bytes: b"{\"x\":1}",
        outcome: Outcome::Passed,
        report: 1,
        attempt_group: 0,
        superseded: false,
        note: b"",
    };
    let mut out = Vec::new();
    let error = merge(&[part], Merge::Worst, &EncodeOptions::new(Target::Server, "DEMO"), &mut out).unwrap_err();
    assert!(error.to_string().starts_with("an encoded run cannot be read back: unknown field `x`"), "{error}");
}

/// What one result says, for the properties.
#[derive(Debug, Clone)]
struct Said {
    outcome: Outcome,
    start: Option<i64>,
    label: u8,
}

fn said() -> impl Strategy<Value = Said> {
    (outcomes(), proptest::option::of(0..5_i64), 0..4_u8).prop_map(|(outcome, start, label)| Said {
        outcome,
        start,
        label,
    })
}

fn results_of(said: &[Said]) -> Vec<Result> {
    let of = |said: &Said| {
        result(said.outcome, |run| {
            run.start = said.start.and_then(second);
            run.finish = run.start;
            run.labels.push(format!("l{}", said.label));
            run.evidence.push(attachment(
                &format!("{}.png", said.label),
                ["AAAA", "BBBB", "CCCC", "DDDD"][usize::from(said.label)],
            ));
        })
    };
    said.iter().map(of).collect()
}

/// What must not depend on how often and in which order results were merged: status, times, labels, evidence.
fn essence(text: &str) -> (String, Option<String>, Option<String>, Vec<String>, Vec<String>) {
    let run = decode(text.as_bytes()).unwrap();
    let mut labels: Vec<_> =
        run.test_info.unwrap().labels.into_own().iter().map(|label| label.as_str().to_owned()).collect();
    let mut files: Vec<_> = run.evidences.iter().map(|item| item.data.as_str().to_owned()).collect();
    labels.sort();
    files.sort();
    let second = |second: Option<super::super::wire::Second>| second.map(|second| second.as_str().to_owned());
    (run.status.as_str().to_owned(), second(run.start), second(run.finish), labels, files)
}

const POLICIES: [Merge; 5] = [Merge::Worst, Merge::Ran, Merge::Last, Merge::AnyPass, Merge::Iterations];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_associative(said in proptest::collection::vec(said(), 2..7), cuts in (1..6_usize, 1..6_usize)) {
        for policy in POLICIES {
            let (at_once, _) = merged(&results_of(&said), policy);
            let first = cuts.0.min(said.len() - 1);
            let second = (first + cuts.1).min(said.len());
            let stepwise: Vec<Result> = [&said[..first], &said[first..second], &said[second..]]
                .into_iter()
                .filter(|said| !said.is_empty())
                .map(|said| {
                    let (text, facts) = merged(&results_of(said), policy);
                    Result { bytes: text.into_bytes(), outcome: facts.outcome, report: 1, attempt_group: 0, superseded: false, note: Vec::new() }
                })
                .collect();
            prop_assert_eq!(essence(&at_once), essence(&merged(&stepwise, policy).0), "{:?}", policy);
        }
    }

    #[test]
    fn merging_does_not_depend_on_the_order_of_reports(
        said in proptest::collection::vec(said(), 1..7).prop_flat_map(|said| (Just(said.clone()), Just(said).prop_shuffle()))
    ) {
        let (one, other) = said;
        for policy in POLICIES {
            // Where starts are equal the order decides which is the last.
            let mut starts: Vec<_> = one.iter().map(|said| said.start).collect();
            starts.sort();
            starts.dedup();
            if policy != Merge::Last || starts.len() == one.len() {
                prop_assert_eq!(essence(&merged(&results_of(&one), policy).0), essence(&merged(&results_of(&other), policy).0), "{:?}", policy);
            }
        }
    }
}
