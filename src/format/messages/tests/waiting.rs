//! Attachments that name their step and no attempt.

use super::*;

/// A picture that names this step, and has this content.
fn picture(step: &str, content: &str) -> String {
    let fields = r#""mediaType":"image/png","contentEncoding":"BASE64""#;
    format!("{{\"attachment\":{{\"testStepId\":\"{step}\",\"body\":\"{content}\",{fields}}}}}\n")
}

/// What each case holds: names and contents.
fn held(found: &Found) -> Vec<Vec<(&str, &str)>> {
    let attachments = found.cases.iter().map(|case| case.attachments.iter());
    attachments.map(|all| all.map(|one| (one.name.as_str(), one.data.as_str())).collect()).collect()
}

#[test]
fn they_wait_for_the_attempt_that_runs_the_step() {
    let run = String::from_utf8(with_attachments("{}")).unwrap();
    let before = picture("t", "QUJD") + &picture("t", "REVG");
    let found = read((before.clone() + &run).as_bytes());
    assert_eq!(held(&found), [[("pays-s1-1", "QUJD"), ("pays-s1-2", "REVG")]]);
    assert_eq!(found.problems, []);

    let found = read((before + &run + &picture("t", "R0hJ") + &run).as_bytes());
    assert_eq!(held(&found)[1], [("pays-s1-1", "R0hJ")], "what comes behind an attempt is of the next one");
}

#[test]
fn what_is_no_base64_is_told() {
    let found = read(&with_attachments(picture("t", "!!no base64!!").trim_end()));
    assert_eq!(held(&found)[0][0].1, "!!no base64!!");
    assert_eq!(found.problems, [ProblemKind::MissingAttachment]);
}

#[test]
fn they_belong_to_the_attempt_that_runs_and_has_the_step() {
    let found = read(&with_attachments(picture("t", "QUJD").trim_end()));
    assert_eq!(held(&found), [[("pays-s1-1", "QUJD")]]);
    let again = r#"{"testCaseStarted":{"id":"b","testCaseId":"c","attempt":1}}"#;
    let found = read(&with_attachments(&format!("{again}\n{}", picture("t", "QUJD").trim_end())));
    let (over, open) = (&found.cases[0], &found.cases[1]);
    assert_eq!((over.attachments.len(), open.attachments.len()), (0, 1), "of several the one that began last");
}

#[test]
fn those_whose_step_never_runs_are_told() {
    let run = String::from_utf8(with_attachments("{}")).unwrap();
    let found = read((picture("x", "QUJD") + &picture("y", "QUJD") + &run).as_bytes());
    assert_eq!((held(&found), found.problems.as_slice()), (vec![vec![]], [ProblemKind::Unusual].as_slice()));
    let told = "attachments of no scenario, as those of hooks of the whole run, are left out";
    assert!(found.messages[0].starts_with(told) && found.messages[0].contains("2 times"), "{}", found.messages[0]);
}

#[test]
fn what_waits_is_bounded_and_told() {
    let run = String::from_utf8(with_attachments("{}")).unwrap();
    let many: String = (0..1_000).map(|number| picture(&format!("{number}"), "QUJD")).collect();
    let found = read_within(&(many + &run).into_bytes(), 64 << 10);
    assert!(found.problems.contains(&ProblemKind::LimitReached), "{:?}", found.messages);

    let body = "QUJD".repeat(3 << 20);
    let large: String = (0..6).map(|_| picture("t", &body)).collect();
    let found = read((large + &run).as_bytes());
    let kept = found.cases[0].attachments.iter().filter(|one| !one.data.is_empty()).count();
    assert_eq!((found.cases[0].attachments.len(), kept), (6, 4), "48 MiB and no more");
    assert_eq!(found.cases[0].attachments[5].omitted, body.len() as u64);
}
