//! Streams that do not say that their run ended.

use super::*;

const PICKLE: &str = r#"{"pickle":{"id":"p","uri":"a.feature","name":"Pays","steps":[{"id":"s","text":"it pays"}],"tags":[],"astNodeIds":["n"]}}"#;
const CASE: &str = r#"{"testCase":{"id":"c","pickleId":"p","testSteps":[{"id":"t","pickleStepId":"s"}]}}"#;
const STARTS: &str = r#"{"testCaseStarted":{"id":"a","testCaseId":"c","attempt":0}}"#;
const ENDS: &str = r#"{"testCaseFinished":{"testCaseStartedId":"a"}}"#;
const RUN: &str = r#"{"testRunStarted":{"timestamp":{"seconds":1,"nanos":0}}}"#;
const META: &str = r#"{"meta":{"protocolVersion":"27.0.0"}}"#;
const PARSE_ERROR: &str = r#"{"parseError":{"source":{},"message":"(1:1): expected"}}"#;

fn problems_of(lines: &[&str]) -> Vec<ProblemKind> {
    read((lines.join("\n") + "\n").as_bytes()).problems
}

#[test]
fn only_a_run_that_began_is_interrupted() {
    let no_run = ProblemKind::Unusual;
    assert_eq!(problems_of(&[PICKLE]), [no_run]);
    assert_eq!(problems_of(&[PARSE_ERROR]), [ProblemKind::ContainerFailure, no_run]);
    assert_eq!(problems_of(&[PICKLE, CASE, STARTS, ENDS]), []);
    let interrupted = [ProblemKind::Truncated];
    assert_eq!(problems_of(&[META]), interrupted);
    assert_eq!(problems_of(&[RUN]), interrupted);
    assert_eq!(problems_of(&[RUN, PICKLE, CASE, STARTS, ENDS]), interrupted);
    assert_eq!(problems_of(&[PICKLE, CASE, STARTS]), interrupted);
    assert_eq!(problems_of(&[PICKLE, CASE]), interrupted);
}

#[test]
fn what_is_to_run_again_is_not_forgotten() {
    let run = String::from_utf8(scenarios(100, Announced::AllAtOnce)).unwrap();
    let (announced, ran) = run.split_at(run.find("{\"testCaseStarted\"").unwrap());
    let first = ran.replace(r#""willBeRetried":false"#, r#""willBeRetried":true"#).replace(":\"a", ":\"b");
    let first = first.split("{\"testRunFinished\"").next().unwrap();
    let found = read_within([announced, first, ran].concat().as_bytes(), 48 << 10);
    assert!(found.messages.is_empty(), "{:?}", found.messages);
    assert_eq!(found.cases.len(), 200);
    assert!(found.cases.iter().all(|case| !case.title.is_empty()));
}
