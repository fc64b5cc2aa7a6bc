//! What became of a test: its `result`, and a failure where that says nothing.

use super::*;

#[test]
fn x34_the_result_decides() {
    assert_eq!(
        test_with("result='Skip'", "<failure><message>$XunitDynamicSkip$</message></failure>").lines(),
        ["skipped N.C.M"]
    );
    let found = test_with("result='Fail'", "");
    assert_eq!((found.lines(), found.only().details.len()), (vec!["failed N.C.M".to_owned()], 0));
}

#[test]
fn results_without_verdict() {
    let found = test_with("result='NotRun'", "");
    assert_eq!((found.only().outcome, found.kinds()), (Outcome::NotRun, vec![]));
    let found = test_with("result='Unknown'", "");
    assert_eq!((found.only().outcome, found.kinds()), (Outcome::Inconclusive, vec![ProblemKind::UnknownStatus]));
}

#[test]
fn words_in_lower_case_and_of_other_writers_are_results() {
    for (word, line) in [
        ("fail", "failed N.C.M"),
        ("Failure", "failed N.C.M"),
        ("Passed", "passed N.C.M"),
        ("SKIPPED", "skipped N.C.M"),
        ("notrun", "notrun N.C.M"),
    ] {
        let found = test_with(&format!("result='{word}'"), "");
        assert_eq!((found.lines(), found.kinds()), (vec![line.to_owned()], vec![]), "{word}");
    }
}

#[test]
fn a_failure_decides_where_no_result_does() {
    let inside =
        "<attachments><attachment name='n'>a</attachment></attachments><failure><message>boom</message></failure>";
    for word in ["", "Exploded"] {
        let v2 =
            format!("<assembly><collection><test name='a' result='{word}'>{inside}</test></collection></assembly>");
        let v1 = v2.replace("collection", "class").replace("result=''", "");
        for report in [v1, v2] {
            let found =
                read_with(&report, &ReadOptions { attachments: Attachments::OfFailed, ..ReadOptions::default() });
            assert_eq!((found.lines(), found.kinds()), (vec!["failed a".to_owned()], vec![ProblemKind::UnknownStatus]));
            let case = found.only();
            assert_eq!((&*case.details[0].message, case.attachments.len()), ("boom", 1), "{report}");
        }
    }
    check(
        "<assembly><collection><test name='a'/></collection></assembly>",
        &["inconclusive a"],
        &[ProblemKind::UnknownStatus],
    );
}
