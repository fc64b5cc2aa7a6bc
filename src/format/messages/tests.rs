use std::fs;
use std::path::Path;

use super::*;
use crate::format::Attachments;
use crate::model::{Content, Outcome, TestCase};

#[derive(Default)]
struct Found {
    cases: Vec<TestCase>,
    problems: Vec<ProblemKind>,
    producer: String,
}

impl ReportVisitor for Found {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.kind);
    }
    fn producer(&mut self, name: &str) {
        name.clone_into(&mut self.producer);
    }
}

fn read(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let options = ReadOptions { attachments: Attachments::All, steps: true, ..ReadOptions::default() };
    parse(Body::Bytes(bytes), &options, &mut found).unwrap();
    let mut streamed = Found::default();
    let mut reader = bytes;
    parse(Body::Stream(&mut reader), &options, &mut streamed).unwrap();
    assert_eq!(format!("{:?}", streamed.cases), format!("{:?}", found.cases));
    found
}

fn fixture() -> Vec<u8> {
    let name = "fixtures/cucumber/cucumber-js-12.9.0-messages.ndjson";
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn a_whole_run_is_read() {
    let found = read(&fixture());
    assert_eq!(found.problems, []);
    assert_eq!(found.producer, "cucumber-js 12.9.0");
    assert_eq!(found.cases.len(), 8);
    let first = &found.cases[0];
    assert_eq!(first.qualified_name, "features/checkout.feature#checkout;adds-an-item");
    assert_eq!((first.title.as_str(), first.container.as_str()), ("Adds an item", "Checkout"));
    assert_eq!(
        (first.tags.to_vec(), first.container_tags.to_vec()),
        (vec!["DEMO-701".to_owned(), "smoke".to_owned()], vec!["DEMO-700".to_owned(), "nightly".to_owned()])
    );
    assert_eq!(first.outcome, Outcome::Passed);
    assert!(first.start < first.finish && first.duration.is_some() && first.steps.len() == 3);
}

#[test]
fn a_retried_attempt_is_superseded() {
    let found = read(&fixture());
    let retried: Vec<_> = found.cases.iter().filter(|case| case.superseded).collect();
    assert_eq!(retried.len(), 1);
    let last = found.cases.iter().rfind(|case| case.attempt_group == retried[0].attempt_group).unwrap();
    assert!(!last.superseded && last.qualified_name == retried[0].qualified_name);
}

#[test]
fn rows_of_an_outline_share_a_name() {
    let found = read(&fixture());
    let rows: Vec<_> = found.cases.iter().filter(|case| case.is_example).collect();
    assert!(rows.len() >= 2 && rows.iter().all(|row| row.qualified_name == rows[0].qualified_name));
}

#[test]
fn an_interrupted_run_keeps_what_ran() {
    let bytes = fixture();
    let cut = memchr::memmem::rfind(&bytes, b"{\"testCaseFinished\"").unwrap();
    let found = read(&bytes[..cut]);
    assert_eq!(found.problems, [ProblemKind::Truncated]);
    assert_eq!(found.cases.len(), 8);
    assert!(found.cases[7].details.iter().any(|detail| detail.message == "run interrupted"));
    let found = read(&bytes[..cut + 9]);
    assert_eq!(found.problems, [ProblemKind::Truncated]);
}

#[test]
fn a_failed_hook_of_the_run_is_a_problem() {
    let found = read(
        b"{\"testRunHookFinished\":{\"result\":{\"status\":\"FAILED\",\"message\":\"no db\"}}}\n{\"testRunFinished\":{}}\n",
    );
    assert_eq!(found.problems, [ProblemKind::ContainerFailure]);
}

#[test]
fn a_run_that_failed_outside_its_scenarios_is_a_problem() {
    let end = |members: &str| read(format!("{{\"testRunFinished\":{{{members}}}}}\n").as_bytes()).problems;
    assert_eq!(
        end(r#""success":false,"exception":{"type":"Error","message":"Whoops!"}"#),
        [ProblemKind::ContainerFailure]
    );
    assert_eq!(end(r#""success":false,"message":"exit code 3""#), [ProblemKind::ContainerFailure]);
    assert_eq!(end(r#""success":false"#), [], "a scenario failed");
    assert_eq!(end(r#""success":true,"message":"fine""#), []);
}

#[test]
fn what_was_planned_and_did_not_begin_is_told() {
    let bytes = fixture();
    let begins = memchr::memmem::find(&bytes, b"{\"testCaseStarted\"").unwrap();
    let mut told = Vec::new();
    let mut visitor = Tells(&mut told);
    parse(Body::Bytes(&bytes[..begins]), &ReadOptions::default(), &mut visitor).unwrap();
    assert_eq!(
        told,
        ["the run was interrupted: the report does not say that it finished; 7 planned test cases did not begin"]
    );
}

/// Keeps what problems say.
struct Tells<'t>(&'t mut Vec<String>);

impl ReportVisitor for Tells<'_> {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.0.push(problem.message);
    }
    fn producer(&mut self, _: &str) {}
}

#[test]
fn an_exception_says_what_the_message_does_not() {
    let told = |message: &str, kind: &str, of_exception: &str, trace: &str| {
        let exception = Exception { kind: kind.to_owned(), message: of_exception.to_owned(), trace: trace.to_owned() };
        let mut message = message.to_owned();
        exception.add_to(&mut message);
        message
    };
    // cucumber-js and cucumber-jvm say everything in the message.
    let whole = "Error: boom\n    at a.js:1\n    at b.js:2";
    assert_eq!(told(whole, "Error", "boom", "Error: boom\n    at a.js:1"), whole);
    assert_eq!(told(whole, "Error", "boom", ""), whole);
    // Reqnroll says the exception's message, or nothing.
    assert_eq!(
        told("boom", "My.Error", "boom", "   at A.B() in C.cs:line 3"),
        "My.Error: boom\n   at A.B() in C.cs:line 3"
    );
    assert_eq!(told("", "My.Error", "boom", ""), "My.Error: boom");
    assert_eq!(told("boom", "Error", "boom", whole), whole);
    assert_eq!(told("", "", "", ""), "");
    assert_eq!(told("skipped: no db", "", "", ""), "skipped: no db");
}

#[test]
fn hooks_say_when_they_ran() {
    let run = |kind: &str| {
        let with = with_attachments(concat!(
            r#"{"attachment":{"body":"log","mediaType":"text/plain","contentEncoding":"IDENTITY","testCaseStartedId":"a","testStepId":"t"}}"#,
        ));
        let text = String::from_utf8(with).unwrap().replace("\"pickleStepId\":\"s\"", "\"hookId\":\"h\"");
        let found = read(format!("{{\"hook\":{{\"id\":\"h\"{kind}}}}}\n{text}").as_bytes());
        (found.cases[0].details[0].type_name.clone(), found.cases[0].attachments[0].name.clone())
    };
    let named = |detail: &str, attachment: &str| (detail.to_owned(), attachment.to_owned());
    assert_eq!(run(",\"type\":\"BEFORE_TEST_CASE\""), named("before hook", "pays-before-1"));
    assert_eq!(run(",\"type\":\"AFTER_TEST_STEP\""), named("after hook", "pays-after-1"));
    assert_eq!(run(""), named("hook", "pays-s1-1"));
}

/// A run of one scenario with one step that carries these envelopes.
fn with_attachments(envelopes: &str) -> Vec<u8> {
    format!(
        "{}\n{}\n{}\n{envelopes}\n{}\n{}\n{}\n",
        r#"{"pickle":{"id":"p","uri":"a.feature","name":"Pays","steps":[{"id":"s","text":"it pays"}],"tags":[],"astNodeIds":["n"]}}"#,
        r#"{"testCase":{"id":"c","pickleId":"p","testSteps":[{"id":"t","pickleStepId":"s"}]}}"#,
        r#"{"testCaseStarted":{"id":"a","testCaseId":"c","attempt":0,"timestamp":{"seconds":0,"nanos":0}}}"#,
        r#"{"testStepFinished":{"testCaseStartedId":"a","testStepId":"t","testStepResult":{"status":"FAILED","duration":{"seconds":0,"nanos":1}}}}"#,
        r#"{"testCaseFinished":{"testCaseStartedId":"a","timestamp":{"seconds":1,"nanos":0},"willBeRetried":false}}"#,
        r#"{"testRunFinished":{"success":false}}"#,
    )
    .into_bytes()
}

#[test]
fn attachments_may_lie_beside_the_report() {
    let found = read(&with_attachments(concat!(
        r#"{"externalAttachment":{"url":"shots/one.png","mediaType":"image/png","testCaseStartedId":"a"}}"#,
        "\n",
        r#"{"attachment":{"body":"","url":"https://ci.example/log","mediaType":"text/plain","testCaseStartedId":"a"}}"#,
        "\n",
        r#"{"attachment":{"body":"","mediaType":"text/plain","contentEncoding":"BASE64","testCaseStartedId":"a"}}"#,
    )));
    let attachments: Vec<_> = found.cases[0]
        .attachments
        .iter()
        .map(|one| (one.content, one.data.as_str(), one.name.as_str(), one.media_type.as_str()))
        .collect();
    assert_eq!(
        attachments,
        [
            (Content::Path, "shots/one.png", "one.png", "image/png"),
            (Content::Link, "https://ci.example/log", "log", "text/plain"),
        ]
    );
}

#[test]
fn of_an_attachment_that_is_too_long_only_the_size_is_known() {
    let body = "QUJD".repeat(4 << 20);
    let message = |encoding: &str| {
        format!(
            r#"{{"attachment":{{"body":"{body}","mediaType":"image/png","contentEncoding":"{encoding}","testCaseStartedId":"a"}}}}"#
        )
    };
    for encoding in ["BASE64", "IDENTITY"] {
        let bytes = with_attachments(&message(encoding));
        let options =
            ReadOptions { attachments: Attachments::All, attachment_bytes: 1 << 20, ..ReadOptions::default() };
        let mut found = Found::default();
        let mut reader = bytes.as_slice();
        parse(Body::Stream(&mut reader), &options, &mut found).unwrap();
        let attachment = &found.cases[0].attachments[0];
        assert_eq!((attachment.data.len(), attachment.omitted), (0, body.len() as u64), "{encoding}");
    }
}

#[test]
fn attempts_that_run_hold_a_bounded_amount() {
    let mut attempts = String::new();
    let body = "QUJD".repeat(3 << 20);
    for number in 0..10 {
        attempts.push_str(&format!(
            r#"{{"attachment":{{"body":"{body}","mediaType":"image/png","fileName":"{number}.png","contentEncoding":"BASE64","testCaseStartedId":"a"}}}}"#
        ));
        attempts.push('\n');
    }
    let found = read(&with_attachments(attempts.trim_end()));
    let attachments = &found.cases[0].attachments;
    let kept: usize = attachments.iter().map(|one| one.data.len()).sum();
    assert_eq!((attachments.len(), kept), (10, 8 * body.len()), "96 MiB and no more");
    assert_eq!(attachments[9].omitted, body.len() as u64);
}
