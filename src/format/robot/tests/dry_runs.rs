//! What tells a dry run from a test that chose to do nothing (R18).

use super::*;

const MISSED: &str = "<kw name='k'><status status='NOT RUN'/></kw>";

/// What becomes of a test that passed, with this inside.
fn outcome(inside: &str) -> Outcome {
    case_with(&format!("{inside}<status status='PASS'/>")).only().outcome
}

fn branches(of_branch: &str, of_whole: &str) -> String {
    format!("<if><branch type='IF'>{MISSED}<status status='{of_branch}'/></branch><status status='{of_whole}'/></if>")
}

#[test]
fn r18_a_branch_that_was_not_taken_shows_that_the_test_ran() {
    let not_taken = branches("NOT RUN", "PASS");
    assert_eq!(outcome(&not_taken), Outcome::Passed);
    assert_eq!(outcome(&format!("<kw name='u'>{not_taken}<status status='PASS'/></kw>")), Outcome::Passed);
    assert_eq!(outcome(&format!("{MISSED}{not_taken}{MISSED}")), Outcome::Passed);
    // In a dry run all branches pass, but for those inside of a WHILE.
    assert_eq!(outcome(&branches("PASS", "PASS")), Outcome::NotRun);
    let inside = format!("<iter>{}<status status='NOT RUN'/></iter>", branches("NOT RUN", "NOT RUN"));
    assert_eq!(outcome(&format!("<while>{inside}<status status='NOT RUN'/></while>")), Outcome::NotRun);
}

#[test]
fn r18_a_dry_run_leaves_out_what_catches_failures() {
    let tried = branches("NOT RUN", "PASS").replace("if>", "try>").replace("'IF'", "'EXCEPT'");
    for inside in [format!("{tried}{}", branches("PASS", "PASS")), branches("PASS", "PASS").replace(MISSED, &tried)] {
        let called = format!("<kw name='u'>{inside}<status status='PASS'/></kw>");
        assert_eq!(outcome(&called), Outcome::NotRun);
    }
    // An IF in a WHILE that did not run says nothing of the next one.
    let inside = format!("<iter>{}<status status='NOT RUN'/></iter>", branches("NOT RUN", "NOT RUN"));
    let after = format!("<iter>{}<status status='PASS'/></iter>", branches("PASS", "PASS"));
    let loops = format!("<while>{inside}<status status='NOT RUN'/></while><for>{after}<status status='PASS'/></for>");
    assert_eq!(outcome(&format!("<kw name='u'>{loops}<status status='PASS'/></kw>")), Outcome::NotRun);
}

#[test]
fn r18_a_loop_without_rounds_shows_that_the_test_ran() {
    let rounds =
        |word: &str| format!("<for><iter>{MISSED}<status status='{word}'/></iter><status status='{word}'/></for>");
    assert_eq!(outcome(&rounds("NOT RUN")), Outcome::Passed);
    assert_eq!(outcome(&rounds("PASS")), Outcome::NotRun);
}

#[test]
fn r18_a_keyword_that_calls_none_has_nothing_to_run() {
    assert_eq!(
        outcome("<kw name='u'><return><status status='PASS'/></return><status status='PASS'/></kw>"),
        Outcome::Passed
    );
}

#[test]
fn r18_a_failure_that_was_caught_shows_that_the_test_ran() {
    let caught = format!("<kw name='u'><return><status status='PASS'/></return>{MISSED}<status status='FAIL'/></kw>");
    assert_eq!(outcome(&format!("<kw name='i'>{caught}<status status='PASS'/></kw>")), Outcome::Passed);
}

#[test]
fn r18_the_same_in_json() {
    let missed = r#"{"name":"k","status":"NOT RUN"}"#;
    let branches = |of_branch: &str| {
        format!(
            r#"{{"type":"IF/ELSE ROOT","status":"PASS","body":[{{"type":"IF","status":"{of_branch}","body":[{missed}]}}]}}"#
        )
    };
    let rounds = |word: &str| {
        format!(
            r#"{{"type":"FOR","status":"{word}","body":[{{"type":"ITERATION","status":"{word}","body":[{missed}]}}]}}"#
        )
    };
    let returns = r#"{"name":"u","status":"PASS","body":[{"type":"RETURN","status":"PASS"}]}"#;
    for (body, expected) in [
        (branches("NOT RUN"), Outcome::Passed),
        (branches("PASS"), Outcome::NotRun),
        (rounds("NOT RUN"), Outcome::Passed),
        (rounds("PASS"), Outcome::NotRun),
        (returns.to_owned(), Outcome::Passed),
        (returns.replacen("PASS", "FAIL", 1) + "," + missed, Outcome::Passed),
        (format!("{returns},{missed}"), Outcome::NotRun),
    ] {
        let report = format!(
            r#"{{"generator":"Robot 7.5","generated":"","suite":{{"name":"S","tests":[{{"name":"t","status":"PASS","body":[{body}]}}]}}}}"#
        );
        assert_eq!(read_bytes(report.as_bytes(), &ReadOptions::default()).only().outcome, expected, "{body}");
    }
}
