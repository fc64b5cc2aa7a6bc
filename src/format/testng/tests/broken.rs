//! Tags that break off, or lack a quote (junit.md J44).

use super::*;

#[test]
fn j44_a_row_whose_tag_breaks_is_mended_and_what_is_a_guess_never_passes() {
    let read = |row: &str| {
        let good = "<test-method status=\"PASS\" name=\"b\" signature=\"b\"/>";
        read(&format!(
            "<testng-results><suite name=\"s\"><test name=\"t\"><class name=\"c\">{row}{good}</class></test></suite></testng-results>"
        ))
    };
    let found = read("<test-method status=FAIL\" name=\"a\" signature=\"a\"/>");
    assert_eq!(
        (found.lines(), found.kinds()),
        (vec!["failed c.a".into(), "passed c.b".into()], vec![ProblemKind::Malformed])
    );
    let found = read("<test-method name=\"a\" status==\"PASS\"/>");
    assert_eq!((found.lines(), found.kinds().contains(&ProblemKind::Malformed)), (vec!["passed c.b".into()], true));
}
