//! Tags that break off, or lack a quote (junit.md J44), words behind references, and many tear-downs.

use super::*;

#[test]
fn j44_a_test_whose_status_is_a_guess_never_passes() {
    let found = read(&suite(&format!("<test name=\"a\"><status status\"PASS\"/></test>{}", test("b", "PASS"))));
    assert_eq!(found.lines(), ["passed S.b"]);
    assert!(found.kinds().contains(&ProblemKind::Malformed), "{:?}", found.kinds());
    let found = read(&suite("<test name=\"a\"><status status=FAIL\" start=\"x\"/></test>"));
    assert_eq!(found.lines(), ["failed S.a"]);
    assert!(found.kinds().contains(&ProblemKind::Malformed), "{:?}", found.kinds());
}

#[test]
fn references_in_words_are_resolved() {
    let teardown = FAILED_TEARDOWN.replace("TEARDOWN", "TEARDOW&#78;").replace("'FAIL'", "'F&#65;IL'");
    let found = read(&suite(&format!("{}{teardown}", test("a", "PASS"))));
    assert_eq!(found.lines(), ["failed S.a: Parent suite teardown failed:\ndb gone"]);
    let dry = case_with("<kw name='k'><status status='NOT&#32;RUN'/></kw><status status='PASS'/>");
    assert_eq!((dry.only().outcome, dry.kinds()), (Outcome::NotRun, vec![ProblemKind::DryRun]));
    let picture = "<msg level='INF&#79;' html='tru&#101;'>&lt;img src='data:image/png;base64,AAAA'&gt;</msg>";
    let found = case_with(&format!("{picture}<status status='FAIL'/>"));
    assert_eq!(found.only().attachments.len(), 1);
}

#[test]
fn r01_of_many_teardowns_the_innermost_are_told() {
    let report = (0..100).fold(test("a", "PASS"), |inside, _| format!("<suite>{inside}{FAILED_TEARDOWN}</suite>"));
    let found = read(&format!("<robot generator='Robot 7'>{report}</robot>"));
    let text = &found.only().details[0].text;
    assert_eq!(text.matches("suite teardown failed:").count(), 32);
    assert!(text.ends_with("\n\nAlso 68 further parent suite teardowns failed or skipped their tests"), "{text}");
    let skipping = format!("<suite>{report}{}</suite>", FAILED_TEARDOWN.replace("'FAIL'>db", "'SKIP'>db"));
    assert_eq!(read(&format!("<robot generator='Robot 7'>{skipping}</robot>")).only().outcome, Outcome::Skipped);
}
