//! What became of a row: its status, and the exception where that says nothing.

use super::*;

#[test]
fn the_class_of_the_exception_tells_failures_from_errors() {
    for (class, outcome) in [
        ("java.lang.AssertionError", Outcome::Failed),
        ("org.opentest4j.AssertionFailedError", Outcome::Failed),
        ("org.junit.ComparisonFailure", Outcome::Failed),
        ("", Outcome::Failed),
        ("java.lang.NullPointerException", Outcome::Errored),
    ] {
        assert_eq!(row_with("FAIL", &format!("<exception class='{class}'/>")).only().outcome, outcome, "{class}");
    }
    assert_eq!(row_with("FAIL", "").only().outcome, Outcome::Failed);
}

#[test]
fn unknown_status_words_are_skips() {
    let found = row_with("BLOCKED", "");
    assert_eq!((found.lines(), found.kinds()), (vec!["skipped c.m".to_owned()], vec![ProblemKind::UnknownStatus]));
}

#[test]
fn words_in_lower_case_and_of_other_writers_are_statuses() {
    for (word, line) in [("fail", "failed c.m"), ("Passed", "passed c.m"), ("skipped", "skipped c.m")] {
        let found = row_with(word, "");
        assert_eq!((found.lines(), found.kinds()), (vec![line.to_owned()], vec![]), "{word}");
    }
}

#[test]
fn an_exception_decides_where_no_status_does() {
    for (class, line) in [
        ("java.lang.AssertionError", "failed c.m"),
        ("java.lang.NullPointerException", "errored c.m"),
        ("org.testng.SkipException", "skipped c.m"),
    ] {
        for word in ["", "BLOCKED"] {
            let found = row_with(word, &format!("<exception class='{class}'><message>boom</message></exception>"));
            assert_eq!((found.lines(), found.kinds()), (vec![line.to_owned()], vec![ProblemKind::UnknownStatus]));
            assert_eq!(found.only().details[0].message, "boom");
        }
    }
}
