mod ends;
mod producers;
mod room;
mod spelled;
mod waiting;

use std::fs;
use std::path::Path;

use super::*;
use crate::format::Attachments;
use crate::model::{Content, Outcome, TestCase};

#[derive(Default)]
struct Found {
    cases: Vec<TestCase>,
    problems: Vec<ProblemKind>,
    messages: Vec<String>,
    producer: String,
    descriptions: Vec<String>,
}

impl ReportVisitor for Found {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.kind);
        self.messages.push(problem.message);
    }
    fn execution(&mut self, stated: &StatedExecution) {
        self.descriptions.push(stated.description.clone());
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
fn a_scenario_that_did_not_run_says_why() {
    let run = String::from_utf8(with_attachments("")).unwrap().replace("FAILED", "UNKNOWN");
    let found = read(run.as_bytes());
    assert_eq!(
        (found.cases[0].outcome, found.cases[0].details[0].message.as_str()),
        (Outcome::NotRun, "some of its steps did not run")
    );
}

#[test]
fn steps_are_called_as_in_json_reports() {
    let feature = concat!(
        r#"{"gherkinDocument":{"uri":"a.feature","feature":{"name":"F","tags":[],"children":[{"rule":{"name":"r","children":["#,
        r#"{"background":{"steps":[{"id":"b","keyword":"Given ","text":"bg"}]}},"#,
        r#"{"scenario":{"id":"n","name":"Pays","steps":[{"id":"w","keyword":"* ","text":"it pays"}]}}]}}]}}}"#,
        "
"
    );
    for (node, called) in [("w", "* it pays"), ("b", "Given it pays"), ("gone", "it pays")] {
        let pickle = format!(r#""text":"it pays","astNodeIds":["{node}","row"]}}"#);
        let run = String::from_utf8(with_attachments("")).unwrap().replace(r#""text":"it pays"}"#, &pickle);
        let found = read(format!("{feature}{run}").as_bytes());
        assert_eq!(
            (found.cases[0].details[0].type_name.as_str(), found.cases[0].steps[0].action.as_str()),
            (called, called)
        );
    }
}

#[test]
fn a_failed_hook_of_the_run_is_a_problem() {
    let found = read(
        b"{\"testRunHookFinished\":{\"result\":{\"status\":\"FAILED\",\"message\":\"no db\"}}}\n{\"testRunFinished\":{}}\n",
    );
    assert_eq!(found.problems, [ProblemKind::ContainerFailure]);
    assert_eq!(found.descriptions, ["a hook of the whole run failed: no db"]);
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

/// A run of one scenario whose step has this result.
fn with_result(result: &str) -> Vec<u8> {
    let usual = r#"{"status":"FAILED","duration":{"seconds":0,"nanos":1}}"#;
    String::from_utf8(with_attachments("{}")).unwrap().replace(usual, result).into_bytes()
}

#[test]
fn a_failure_is_told_with_the_type_and_the_trace_of_its_exception() {
    let told = |message: &str, exception: &str| {
        let found = read(&with_result(&format!(r#"{{"status":"FAILED",{message}"exception":{{{exception}}}}}"#)));
        found.cases[0].details[0].text.clone()
    };
    let reqnroll = r#""type":"System.Exception","message":"no db","stackTrace":"   at A.B() in A.cs:3\n""#;
    assert_eq!(told("", reqnroll), "System.Exception: no db\nat A.B() in A.cs:3");
    assert_eq!(told(r#""message":"no db","#, reqnroll), "System.Exception: no db\nat A.B() in A.cs:3");
    assert_eq!(told(r#""message":"more: no db","#, reqnroll), "System.Exception: more: no db\nat A.B() in A.cs:3");
    let whole = r#""type":"Error","message":"no db","stackTrace":"Error: no db\n  at a.js:1""#;
    for message in ["", r#""message":"no db","#, r#""message":"Error: no db\n  at a.js:1","#] {
        assert_eq!(told(message, whole), "Error: no db\n  at a.js:1");
    }
    assert_eq!(told("", r#""type":"Error""#), "Error");
    assert_eq!(told(r#""message":"no db","#, ""), "no db");
    assert_eq!(told("", r#""message":"no db""#), "no db");
}

#[test]
fn a_run_may_fail_outside_of_its_scenarios() {
    let end = |fields: &str| read(format!("{{\"testRunFinished\":{{{fields}}}}}\n").as_bytes());
    let found = end(r#""success":false,"message":"Whoops!","exception":{"type":"Error","message":"Whoops!"}"#);
    assert_eq!(found.problems, [ProblemKind::ContainerFailure]);
    assert_eq!(found.messages, ["the run failed outside of its scenarios: Error: Whoops!"]);
    assert_eq!(end(r#""success":false"#).problems, []);
    assert_eq!(end(r#""success":true,"message":"fine""#).problems, []);
}

#[test]
fn what_an_interrupted_run_did_not_start_is_counted() {
    let lines = |ids: &str| {
        let case = |id: char| format!("{{\"testCase\":{{\"id\":\"{id}\",\"pickleId\":\"p\",\"testSteps\":[]}}}}\n");
        ids.chars().map(case).collect::<String>()
    };
    let attempt = r#"{"testCaseStarted":{"id":"1","testCaseId":"a"}}
{"testCaseFinished":{"testCaseStartedId":"1","willBeRetried":RETRIED}}
"#;
    let run = |ids: &str, retried: &str| format!("{}{}", lines(ids), attempt.replace("RETRIED", retried));
    let interrupted = "the run was interrupted: the report does not say that it finished";
    let found = read(run("abc", "false").as_bytes());
    assert_eq!(found.messages, [format!("{interrupted}; 2 of 3 planned test cases never started")]);
    let retry = "retries that were announced and never started: 1";
    assert_eq!(read(run("a", "true").as_bytes()).messages, [format!("{interrupted}; {retry}")]);
    let found = read(run("ab", "true").as_bytes());
    assert_eq!(found.messages, [format!("{interrupted}; 1 of 2 planned test cases never started; {retry}")]);
    let began = format!("{{\"testRunStarted\":{{}}}}\n{}", run("a", "false"));
    assert_eq!(read(began.as_bytes()).messages, [interrupted]);
    let cut = run("ab", "false");
    assert_eq!(read(&cut.as_bytes()[..cut.len() - 9]).problems, [ProblemKind::Truncated; 2]);
    let finished = format!("{}{{\"testRunFinished\":{{\"success\":true}}}}\n", run("abc", "false"));
    assert!(read(finished.as_bytes()).messages.is_empty());
}

/// A scenario between two hooks, each of which fails and attaches something; `kinds` are what the hooks say of themselves.
fn with_hooks(kinds: [&str; 2]) -> Found {
    let hook = |id: &str, kind: &str| format!("{{\"hook\":{{\"id\":\"{id}\"{kind}}}}}\n");
    let attachment = |step: &str| {
        format!(
            "{{\"attachment\":{{\"body\":\"x\",\"mediaType\":\"text/plain\",\"testCaseStartedId\":\"a\",\"testStepId\":\"{step}\"}}}}\n"
        )
    };
    let failed = |step: &str| {
        format!(
            "{{\"testStepFinished\":{{\"testCaseStartedId\":\"a\",\"testStepId\":\"{step}\",\"testStepResult\":{{\"status\":\"FAILED\"}}}}}}\n"
        )
    };
    let told = format!("{}{}{}{}", attachment("one"), failed("one"), attachment("two"), failed("two"));
    let run = String::from_utf8(with_attachments(told.trim_end())).unwrap();
    let steps = r#"{"id":"one","hookId":"h"},{"id":"t","pickleStepId":"s"},{"id":"two","hookId":"i"}"#;
    let run = run.replace(r#"{"id":"t","pickleStepId":"s"}"#, steps);
    read(format!("{}{}{run}", hook("h", kinds[0]), hook("i", kinds[1])).as_bytes())
}

#[test]
fn hooks_are_told_apart() {
    let named = |kinds| {
        let found = with_hooks(kinds);
        let case = &found.cases[0];
        let details: Vec<_> = case.details.iter().map(|detail| detail.type_name.clone()).collect();
        let attachments: Vec<_> = case.attachments.iter().map(|one| one.name.clone()).collect();
        (details, attachments)
    };
    let usual = (vec!["before hook", "after hook", "it pays"], vec!["pays-before-1", "pays-after-2"]);
    let kinds = [r#","type":"BEFORE_TEST_CASE""#, r#","type":"AFTER_TEST_CASE""#];
    assert_eq!(named(kinds), (strings(&usual.0), strings(&usual.1)));
    assert_eq!(named(["", ""]), (strings(&usual.0), strings(&usual.1)), "where they stand says it, too");
    let odd = (vec!["after hook", "before hook", "it pays"], vec!["pays-after-1", "pays-before-2"]);
    let kinds = [r#","type":"AFTER_TEST_STEP""#, r#","type":"BEFORE_TEST_STEP""#];
    assert_eq!(named(kinds), (strings(&odd.0), strings(&odd.1)));
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn attachments_of_no_scenario_are_told() {
    let found = read(&with_attachments(
        r#"{"attachment":{"body":"x","mediaType":"text/plain","fileName":"db.log","testRunHookStartedId":"h"}}"#,
    ));
    assert_eq!(found.problems, [ProblemKind::Unusual]);
    let left_out = "attachments of no scenario, as those of hooks of the whole run, are left out: db.log";
    assert_eq!((found.messages[0].as_str(), found.cases[0].attachments.len()), (left_out, 0));
}

/// How scenarios are announced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announced {
    /// All of them before the first one runs.
    AllAtOnce,
    /// Each before it runs.
    OneByOne,
}

/// Scenarios that are announced, and run in turn.
fn scenarios(count: usize, order: Announced) -> Vec<u8> {
    let announced = |n: usize| {
        format!(
            concat!(
                r#"{{"pickle":{{"id":"p{n}","uri":"a.feature","name":"Pays {n}","steps":[{{"id":"s{n}","text":"it pays {n}"}}],"tags":[],"astNodeIds":[]}}}}"#,
                "\n",
                r#"{{"testCase":{{"id":"c{n}","pickleId":"p{n}","testSteps":[{{"id":"t{n}","pickleStepId":"s{n}"}}]}}}}"#,
                "\n"
            ),
            n = n
        )
    };
    let ran = |n: usize| {
        let step = format!(
            r#"{{"testStepFinished":{{"testCaseStartedId":"a{n}","testStepId":"t{n}","testStepResult":{{"status":"FAILED"}}}}}}"#
        );
        format!(
            "{}\n{step}\n{}\n",
            format_args!(r#"{{"testCaseStarted":{{"id":"a{n}","testCaseId":"c{n}"}}}}"#),
            format_args!(r#"{{"testCaseFinished":{{"testCaseStartedId":"a{n}","willBeRetried":false}}}}"#),
        )
    };
    let mut run = String::new();
    if order == Announced::AllAtOnce {
        (0..count).for_each(|n| run.push_str(&announced(n)));
        (0..count).for_each(|n| run.push_str(&ran(n)));
    } else {
        (0..count).for_each(|n| run.push_str(&(announced(n) + &ran(n))));
    }
    run.push_str("{\"testRunFinished\":{\"success\":false}}\n");
    run.into_bytes()
}

/// Reads with so much room for what is announced.
fn read_within(bytes: &[u8], plan_bytes: u64) -> Found {
    let mut options = ReadOptions::default();
    options.limits.plan_bytes = plan_bytes;
    let mut found = Found::default();
    parse(Body::Bytes(bytes), &options, &mut found).unwrap();
    found
}

#[test]
fn who_begins_again_after_the_end_is_known() {
    let mut run = String::from_utf8(scenarios(200, Announced::OneByOne)).unwrap();
    run.push_str("{\"testCaseStarted\":{\"id\":\"b\",\"testCaseId\":\"c0\"}}\n");
    let last = read(run.as_bytes()).cases.pop().unwrap();
    assert_eq!((last.title.as_str(), last.outcome), ("Pays 0", Outcome::NotRun));
}

#[test]
fn a_case_may_be_announced_before_its_pickle_and_share_it() {
    let mut run = String::from_utf8(scenarios(300, Announced::OneByOne)).unwrap();
    let other = r#"{"testCase":{"id":"d","pickleId":"p0","testSteps":[{"id":"u","pickleStepId":"s0"}]}}"#;
    run.insert_str(0, &format!("{other}\n"));
    run.push_str("{\"testCaseStarted\":{\"id\":\"b\",\"testCaseId\":\"d\"}}\n");
    let found = read_within(run.as_bytes(), 512 << 10);
    assert!(found.messages.is_empty(), "{:?}", found.messages);
    assert_eq!(found.cases.last().unwrap().title, "Pays 0");
}

#[test]
fn runs_behind_each_other_may_have_the_same_ids() {
    let run = scenarios(300, Announced::OneByOne);
    let found = read_within(&[run.as_slice(), &run].concat(), 64 << 10);
    assert!(found.messages.is_empty(), "{:?}", found.messages);
    assert_eq!(found.cases.len(), 600);
    for (one, other) in found.cases[..300].iter().zip(&found.cases[300..]) {
        assert_eq!((&one.title, &one.details[0].type_name), (&other.title, &other.details[0].type_name));
        assert!(!one.title.is_empty());
    }
    let at_once = scenarios(300, Announced::AllAtOnce);
    let found = read(&[at_once.as_slice(), &at_once].concat());
    assert!(found.cases.iter().all(|case| !case.title.is_empty() && case.details[0].type_name.starts_with("it pays")));
}

#[test]
fn an_attempt_that_another_takes_the_place_of_is_given_out() {
    let run = String::from_utf8(scenarios(2, Announced::OneByOne)).unwrap();
    let finish = run.find("{\"testCaseFinished\"").unwrap();
    let found = read(format!("{}{run}", &run[..finish]).as_bytes());
    let told: Vec<_> = found.cases.iter().map(|case| (case.title.as_str(), case.outcome)).collect();
    assert_eq!(told, [("Pays 0", Outcome::Failed), ("Pays 0", Outcome::Failed), ("Pays 1", Outcome::Failed)]);
    assert!(found.cases[0].details.iter().any(|detail| detail.message == "run interrupted"));
}
