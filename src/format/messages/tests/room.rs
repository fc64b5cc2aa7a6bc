//! What is remembered of a run is bounded: what finds no room is told.

use super::*;

#[test]
fn what_has_finished_makes_room() {
    let run = scenarios(2_000, Announced::OneByOne);
    let (found, whole) = (read_within(&run, 16 << 10), read_within(&run, u64::MAX));
    assert!(found.messages.is_empty(), "{:?}", found.messages);
    assert_eq!(format!("{:?}", found.cases), format!("{:?}", whole.cases));
    assert_eq!(found.cases[1_999].details[0].type_name, "it pays 1999");
}

#[test]
fn keywords_make_room_for_what_is_to_run() {
    let steps: Vec<_> = (0..300).map(|n| format!(r#"{{"id":"k{n}","keyword":"Given "}}"#)).collect();
    let feature = format!(r#"{{"children":[{{"scenario":{{"id":"s","steps":[{}]}}}}]}}"#, steps.join(","));
    let document = format!("{{\"gherkinDocument\":{{\"uri\":\"a.feature\",\"feature\":{feature}}}}}\n");
    let run = [document.as_bytes(), &scenarios(20, Announced::AllAtOnce)].concat();
    let found = read_within(&run, 16 << 10);
    assert!(found.messages.is_empty(), "{:?}", found.messages);
    assert!(found.cases.iter().all(|case| !case.title.is_empty()));
}

#[test]
fn what_finds_no_room_is_told() {
    let found = read_within(&scenarios(2_000, Announced::AllAtOnce), 16 << 10);
    assert_eq!((found.cases.len(), found.problems.as_slice()), (2_000, [ProblemKind::LimitReached].as_slice()));
    let named = found.cases.iter().filter(|case| !case.title.is_empty()).count();
    assert!((10..100).contains(&named), "{named}");
    let parts = found.messages[0].split(' ').next().unwrap().parse::<usize>().unwrap();
    assert!(parts >= 2_000 - named, "{}", found.messages[0]);
    assert!(found.messages[0].ends_with("which is over --limit plan-bytes=16384"), "{}", found.messages[0]);
}

/// So many attempts of planned cases begin, then each has a step that failed and ends.
fn side_by_side(count: usize) -> String {
    let run = String::from_utf8(scenarios(count, Announced::OneByOne)).unwrap();
    let begins = |line: &&str| !line.starts_with("{\"testStep") && !line.contains("Finished\"");
    let (begun, rest): (Vec<_>, Vec<_>) = run.lines().partition(begins);
    [begun, rest].concat().join("\n")
}

#[test]
fn attempts_that_run_find_room_or_go_the_first_first() {
    let found = read_within(side_by_side(100).as_bytes(), 256 << 10);
    assert_eq!((found.cases.len(), found.problems.as_slice()), (100, [ProblemKind::LimitReached].as_slice()));
    let gone = found.cases.iter().filter(|case| case.outcome == Outcome::NotRun).count();
    assert!((40..80).contains(&gone), "{gone}");
    for (number, case) in found.cases.iter().enumerate() {
        assert_eq!(case.title, format!("Pays {number}"), "each is there once, with its name and in its place");
        let expected = if number < gone { "run interrupted" } else { "" };
        assert_eq!(case.details[0].message, expected);
    }
    let told = format!("{gone} attempts that ran were taken as interrupted");
    assert!(found.messages[0].starts_with(&told), "{}", found.messages[0]);
    assert!(found.messages[0].ends_with("which is over --limit plan-bytes=262144"), "{}", found.messages[0]);
    assert!(read_within(side_by_side(100).as_bytes(), 1 << 20).messages.is_empty());
}

#[test]
fn attempts_without_end_and_without_a_plan_are_counted() {
    let lines: String = (0..1_000).map(|n| format!("{{\"testCaseStarted\":{{\"id\":\"{n}\"}}}}\n")).collect();
    let found = read_within(format!("{lines}{{\"testRunFinished\":{{}}}}").as_bytes(), 64 << 10);
    assert_eq!((found.cases.len(), found.problems.as_slice()), (1_000, [ProblemKind::LimitReached].as_slice()));
    assert!(found.messages[0].starts_with("984 attempts "), "{}", found.messages[0]);
}

#[test]
fn what_one_attempt_gathers_is_bounded_and_told() {
    let step = r#"{"testStepFinished":{"testCaseStartedId":"a","testStepId":"t","testStepResult":{"status":"FAILED","message":"MESSAGE"}}}"#;
    let picture = r#"{"attachment":{"body":"","url":"a.png","mediaType":"image/png","testCaseStartedId":"a"}}"#;
    let gathered = |line: &str, count: usize| read(&with_attachments(vec![line; count].join("\n").as_str()));
    let topics = |found: &Found| {
        found.messages.iter().map(|message| message.split_once(": ").unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    let failures = "failures beyond 10,000 or 16 MiB of one test case were left out";
    let steps = "steps beyond 10,000 or 16 MiB of one test case were left out";

    let found = gathered(step, 10_500);
    assert_eq!((found.cases[0].details.len(), found.cases[0].steps.len()), (10_000, 10_000));
    assert_eq!(topics(&found), [steps, failures]);
    assert!(found.messages[0].ends_with(" (501 times in this report)"), "{}", found.messages[0]);

    let found = gathered(&step.replace("MESSAGE", &"x".repeat(1 << 20)), 20);
    assert_eq!((found.cases[0].details.len(), found.cases[0].steps.len()), (16, 16));
    assert_eq!(topics(&found), [steps, failures]);

    let found = gathered(picture, 10_500);
    assert_eq!(found.cases[0].attachments.len(), 10_000);
    assert_eq!(found.problems, [ProblemKind::EvidenceDropped]);
    let found = gathered(step, 9_999);
    assert_eq!((found.cases[0].details.len(), found.problems), (10_000, vec![]));
}
