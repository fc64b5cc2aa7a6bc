//! Tags that break off, or lack a quote (junit.md J44).

use super::*;

#[test]
fn j44_a_test_whose_tag_breaks_is_mended_and_what_is_a_guess_never_passes() {
    let read = |test: &str| {
        let good = "<test name=\"T.b\" type=\"T\" method=\"b\" result=\"Pass\"/>";
        read(&format!("<assemblies><assembly name=\"a\"><collection>{test}{good}</collection></assembly></assemblies>"))
    };
    let found = read("<test name=T.a\" type=\"T\" method=\"a\" result=\"Fail\"/>");
    assert_eq!(
        (found.lines(), found.kinds()),
        (vec!["failed T.a".into(), "passed T.b".into()], vec![ProblemKind::Malformed])
    );
    let found = read("<test name=\"T.a\" type=\"T\" method=\"a\" result=\"Pass\"\n<failure/></test>");
    assert_eq!((found.lines(), found.kinds().contains(&ProblemKind::Malformed)), (vec!["passed T.b".into()], true));
}
