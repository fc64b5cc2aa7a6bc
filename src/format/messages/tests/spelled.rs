//! What is spelled in escapes that nobody needs.

use super::*;

#[test]
fn keys_may_be_spelled_in_escapes() {
    let plain = String::from_utf8(fixture()).unwrap();
    let spelled =
        plain.replace("\"status\"", "\"st\\u0061tus\"").replace("\"testStepFinished\"", "\"\\u0074estStepFinished\"");
    let (plain, spelled) = (read(plain.as_bytes()), read(spelled.as_bytes()));
    let facts = |found: &Found| found.cases.iter().map(|case| (case.title.clone(), case.outcome)).collect::<Vec<_>>();
    assert_eq!((facts(&spelled), spelled.problems.len()), (facts(&plain), plain.problems.len()));
}
