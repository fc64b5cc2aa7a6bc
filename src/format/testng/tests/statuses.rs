//! What became of a row: its status, never its exception.

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
fn an_exception_never_decides() {
    for class in ["java.lang.AssertionError", "java.lang.NullPointerException", "org.testng.SkipException"] {
        for word in ["", "BLOCKED"] {
            let found = row_with(word, &format!("<exception class='{class}'><message>boom</message></exception>"));
            assert_eq!((found.lines(), found.kinds()), (vec!["skipped c.m".into()], vec![ProblemKind::UnknownStatus]));
            assert_eq!(found.only().details[0].message, "boom");
        }
    }
}

#[test]
fn words_are_compared_with_their_references_resolved() {
    assert_eq!(row_with("&#80;ASS", "").lines(), ["passed c.m"]);
    let rows = "<test-method name='set' status='FAIL' is-config='t&#114;ue'/><test-method name='m' status='PASS'/>";
    let found = class_with(rows);
    assert_eq!((found.lines(), found.kinds()), (vec!["passed c.m".into()], vec![ProblemKind::ContainerFailure]));
    let row = "<class package='&#91;default]' name='D'><test-method name='m' status='PASS'/></class>";
    check(&format!("<testng-results><suite><test>{row}</test></suite></testng-results>"), &["passed D.m"], &[]);
    let found = row_with("PASS", "<params><param index='&#49;'><value>b</value></param></params>");
    assert_eq!(parameters(found.only()), [("param2", "b")]);
}
