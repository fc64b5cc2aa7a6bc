//! Tags that break off, or lack a quote (junit.md J44).

use super::*;

#[test]
fn j44_a_case_whose_tag_breaks_is_mended() {
    let found = three(
        "<test-suite type=\"TestFixture\"><test-case id=1\" name=\"a\" fullname=\"x.a\" result=\"Failed\"/>\
         <test-case id=\"2\" name=\"b\" fullname=\"x.b\" result=\"Passed\"/></test-suite>",
    );
    assert_eq!(
        (found.lines(), found.kinds()),
        (vec!["failed x.a".into(), "passed x.b".into()], vec![ProblemKind::Malformed])
    );
}

#[test]
fn j44_a_case_that_was_not_understood_never_passes() {
    for case in [
        "<test-case name=\"a\" executed=\"True\" time=\"2.0\">\n<failure\n<message><![CDATA[Reason]]></message></failure></test-case>",
        "<test-case name=\"a\" executed=\"True\" success==\"True\"/>",
        "<test-case name=\"a\" executed=\"False\" result=NotRunnable\"/>",
    ] {
        let found = two(&format!(
            "<test-suite name=\"f\" type=\"TestFixture\"><results>{case}\
             <test-case name=\"b\" executed=\"True\" success=\"True\"/></results></test-suite>"
        ));
        assert!(!found.lines().iter().any(|line| line == "passed f.a"), "{case}: {:?}", found.lines());
        assert!(found.lines().iter().any(|line| line == "passed f.b"), "{case}: {:?}", found.lines());
        assert!(
            found.kinds().contains(&ProblemKind::Malformed) || found.kinds().contains(&ProblemKind::Truncated),
            "{case}"
        );
    }
}
