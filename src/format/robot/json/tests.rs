use super::super::tests::{Findings, read_bytes};
use super::*;
use crate::model::{Attachment, Outcome};

const FIXTURE: &[u8] = include_bytes!("../../../../fixtures/robot/output-7.5.json");
const XML: &[u8] = include_bytes!("../../../../fixtures/robot/shop-7.5.xml");

fn read(report: &[u8]) -> Findings {
    read_bytes(report, &ReadOptions::default())
}

#[test]
fn json_and_xml_of_one_suite_give_the_same_tests() {
    let (json, xml) = (read(FIXTURE), read(XML));
    assert_eq!(json.lines(), xml.lines());
    assert_eq!(json.kinds(), xml.kinds());
    for (json, xml) in json.cases.iter().zip(&xml.cases) {
        assert_eq!(json.tags, xml.tags);
        assert!(json.start.is_some() && json.finish.is_some());
    }
}

#[test]
fn keys_may_be_spelled_in_escapes() {
    let spelled = String::from_utf8_lossy(FIXTURE)
        .replace("\"status\"", "\"st\\u0061tus\"")
        .replace("\"tests\"", "\"tes\\u0074s\"");
    let (plain, spelled) = (read(FIXTURE), read(spelled.as_bytes()));
    assert_eq!((spelled.lines(), spelled.kinds()), (plain.lines(), plain.kinds()));
}

#[test]
fn a_step_is_the_name_of_its_keyword_and_what_that_was_given() {
    let report = r#"{"generator":"Robot 7.5","generated":"","suite":{"name":"S","tests":[{"name":"t","status":"PASS",
        "setup":{"name":"Open","args":["x",2],"status":"PASS"},"body":[{"type":"IF/ELSE ROOT","status":"NOT RUN"}]}]}}"#;
    let found = read_bytes(report.as_bytes(), &ReadOptions { steps: true, ..ReadOptions::default() });
    let actions: Vec<_> = found.only().steps.iter().map(|step| step.action.as_str()).collect();
    assert_eq!(actions, ["[Setup]    Open    x    2", "IF"]);
}

#[test]
fn r18_a_dry_run_in_json_shows_nothing() {
    for (word, expected) in [("NOT RUN", Outcome::NotRun), ("PASS", Outcome::Passed)] {
        let keyword = format!(r#"{{"name":"u","status":"PASS","body":[{{"name":"k","status":"{word}"}}]}}"#);
        let report = format!(
            r#"{{"generator":"Robot 7.5","generated":"","suite":{{"name":"S","tests":[{{"name":"t","status":"PASS","body":[{keyword}]}}]}}}}"#
        );
        assert_eq!(read(report.as_bytes()).only().outcome, expected);
    }
}

#[test]
fn steps_behind_the_first_thousand_are_left_out_and_told() {
    let report = |steps: usize| {
        let keywords = vec![r#"{"name":"k","status":"PASS"}"#; steps].join(",");
        format!(
            r#"{{"generator":"Robot 7.5","generated":"","suite":{{"name":"S","tests":[{{"name":"t","status":"PASS","body":[{keywords}]}}]}}}}"#
        )
    };
    let options = ReadOptions { steps: true, ..ReadOptions::default() };
    let read = |steps| read_bytes(report(steps).as_bytes(), &options);
    let (fitting, longer) = (read(MOST_STEPS), read(MOST_STEPS + 5));
    assert_eq!((fitting.cases[0].steps.len(), fitting.kinds()), (MOST_STEPS, vec![]));
    assert_eq!((longer.cases[0].steps.len(), longer.kinds()), (MOST_STEPS, vec![ProblemKind::TextShortened]));
}

#[test]
fn a_picture_of_a_step_that_is_left_out_is_the_tests() {
    let keywords = vec![r#"{"name":"k","status":"PASS"}"#; MOST_STEPS].join(",");
    let report = format!(
        r#"{{"generator":"Robot 7.5","generated":"","suite":{{"name":"S","tests":[{{"name":"t","status":"FAIL","body":[{keywords},
        {{"name":"l","status":"FAIL","body":[{{"type":"MESSAGE","html":true,"message":"<img src='a.png'>"}}]}}]}}]}}}}"#
    );
    let found = read_bytes(report.as_bytes(), &ReadOptions { steps: true, ..ReadOptions::default() });
    assert_eq!((found.only().steps.len(), found.only().attachments.len()), (MOST_STEPS, 1));
}

#[test]
fn pictures_belong_to_the_step_that_shows_them() {
    let shown = |name: &str| format!(r#"{{"type":"MESSAGE","html":true,"message":"<img src='{name}.png'>"}}"#);
    let report = format!(
        r#"{{"generator":"Robot 7.5","generated":"","suite":{{"name":"S","tests":[{{"name":"t","status":"FAIL",
        "setup":{{"name":"open","status":"PASS","body":[{}]}},"body":[{},{{"type":"FOR","status":"FAIL","body":[{{"name":"k","status":"FAIL","body":[{}]}}]}},{{"name":"l","status":"PASS"}}]}}]}}}}"#,
        shown("a"),
        shown("b"),
        shown("c")
    );
    let found = |steps| {
        let found = read_bytes(report.as_bytes(), &ReadOptions { steps, ..ReadOptions::default() });
        let named =
            |attachments: &[Attachment]| attachments.iter().map(|one| one.data.clone()).collect::<Vec<_>>().join(" ");
        let case = &found.cases[0];
        (named(&case.attachments), case.steps.iter().map(|step| named(&step.attachments)).collect::<Vec<_>>())
    };
    assert_eq!(found(true), ("b.png".to_owned(), ["a.png", "c.png", ""].map(str::to_owned).to_vec()));
    assert_eq!(found(false), ("a.png b.png c.png".to_owned(), vec![]));
}

#[test]
fn r04_a_failed_teardown_in_json_fails_the_tests_before_it() {
    let inside =
        r#""suite":{"tests":[{"name":"t","status":"PASS"}],"name":"S","teardown":{"status":"FAIL","message":"gone"}}}"#;
    let robot = format!(r#"{{"generator":"Robot 7.5","generated":"",{inside}"#);
    assert_eq!(read(robot.as_bytes()).lines(), ["failed S.t: Parent suite teardown failed:\ngone"]);
    let rebot = format!(r#"{{"generator":"Rebot 7.5","generated":"",{inside}"#);
    assert_eq!(read(rebot.as_bytes()).lines(), ["passed S.t"]);
}

#[test]
fn a_cut_report_never_gives_a_test_under_another_name() {
    let names: Vec<String> = read(FIXTURE).cases.iter().map(|case| case.qualified_name.clone()).collect();
    for length in (1..FIXTURE.len() - 2).step_by(97) {
        let found = read(&FIXTURE[..length]);
        assert!(found.cases.iter().all(|case| names.contains(&case.qualified_name)), "{length}");
        assert!(found.kinds().contains(&ProblemKind::Truncated), "{length}");
    }
}

#[test]
fn documents_behind_each_other_are_all_read() {
    let document = |suite: &str, status: &str| {
        let tests = format!(r#"[{{"name":"t","status":"{status}"}}]"#);
        format!(r#"{{"generator":"Robot 7.5","generated":"","suite":{{"name":"{suite}","tests":{tests}}}}}"#)
    };
    let (first, second) = (document("A", "PASS"), document("B", "FAIL"));
    for (text, problems) in [
        (format!("{first}\n\n{second}\n"), vec![]),
        (format!("{first}{second}"), vec![]),
        (format!("banner\n{{\"level\":\"info\"}}\n{first}, {second}\n"), vec![ProblemKind::Repaired]),
        (format!("{first}\n{{\"printed\":1}}\n{second}\nbye {{}}"), vec![ProblemKind::Repaired]),
    ] {
        let found = read(text.as_bytes());
        assert_eq!(
            (found.lines(), found.kinds()),
            (vec!["passed A.t".into(), "failed B.t".into()], problems),
            "{text}"
        );
    }
    let found = read(format!("{first}\n{}", &second[..second.len() - 3]).as_bytes());
    assert_eq!((found.lines().len(), found.kinds()), (2, vec![ProblemKind::Truncated]));
}

#[test]
fn suites_nested_without_end_are_told() {
    let deep = r#"{"suites":["#.repeat(5000);
    assert!(read(deep.as_bytes()).cases.is_empty());
}
