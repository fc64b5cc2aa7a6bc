//! What is written, held against the strict schemas of both targets, and read back.

mod merging;
mod only_one;
mod oversize;
mod stated;
mod strictness;

use std::sync::OnceLock;

use proptest::prelude::*;

use super::decode::decode;
use super::*;
use crate::model::{Attachment, Content, Identity, Outcome, RunFacts, StatedExecution, Step, TestRun, Timestamp};

const TARGETS: [Target; 2] = [Target::Server, Target::Cloud];

/// Whether the strict schema of `target`, and this room's own check, take `bundle`; both must agree.
fn is_valid(bundle: &[u8], target: Target) -> bool {
    static VALIDATORS: OnceLock<[jsonschema::Validator; 2]> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(|| {
        let schemas = [
            include_str!("../../fixtures/schema/xray-json-server.schema.json"),
            include_str!("../../fixtures/schema/xray-json-cloud.schema.json"),
        ];
        schemas.map(|schema| jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap())
    });
    let instance: serde_json::Value = serde_json::from_slice(bundle).expect("a bundle is JSON");
    let told: Vec<String> = validators[target as usize].iter_errors(&instance).map(|error| error.to_string()).collect();
    let faults = check(bundle, target, Unbound::Refused).faults;
    assert_eq!(told.is_empty(), faults.is_empty(), "schema: {told:?}, check: {faults:?}, {instance}");
    told.is_empty()
}

fn bundle(runs: &[&[u8]]) -> Vec<u8> {
    let mut bundle = later_head(Some("DEMO-1"));
    bundle.extend_from_slice(&runs.join(SEPARATOR));
    bundle.extend_from_slice(TAIL);
    bundle
}

fn encoded(run: &TestRun, target: Target) -> (String, RunFacts) {
    let mut out = Vec::new();
    let facts = encode(run, &EncodeOptions::new(target, "DEMO"), &mut out);
    let text = String::from_utf8(out).unwrap();
    assert!(is_valid(&bundle(&[text.as_bytes()]), target), "{text}");
    (text, facts)
}

fn run(definition: &str) -> TestRun {
    TestRun { identity: Identity::Definition(definition.to_owned()), summary: "adds".to_owned(), ..TestRun::default() }
}

fn keyed(key: &str) -> TestRun {
    TestRun { identity: Identity::Key(key.to_owned()), ..TestRun::default() }
}

fn attachment(name: &str, data: &str) -> Attachment {
    Attachment { name: name.to_owned(), content: Content::Base64, data: data.to_owned(), ..Attachment::default() }
}

fn full_run() -> TestRun {
    let mut run = run("shop.Cart.adds");
    run.description = "what it does".to_owned();
    run.outcome = Outcome::Failed;
    run.start = Some(Timestamp::from_nanos(1_500_000_000));
    run.finish = Some(Timestamp::from_nanos(1_600_000_000));
    run.comment = "E: \"boom\"\nat x".to_owned();
    run.labels.push("smoke".to_owned());
    run.requirements.push("DEMO-3".to_owned());
    run.defects.push("DEMO-9".to_owned());
    run.evidence.push(attachment("a.png", "iVBORw0KGgo="));
    run.custom_fields.push(crate::model::CustomField {
        id: "7".to_owned(),
        name: "Region".to_owned(),
        value: "[\"EU\"]".to_owned(),
    });
    run
}

#[test]
fn a_run_in_both_flavours() {
    let (server, _) = encoded(&full_run(), Target::Server);
    assert_eq!(
        server,
        concat!(
            r#"{"testInfo":{"summary":"adds","projectKey":"DEMO","testType":"Generic","requirementKeys":["DEMO-3"],"#,
            r#""labels":["smoke"],"definition":"shop.Cart.adds","description":"what it does"},"#,
            r#""start":"1970-01-01T00:00:01Z","finish":"1970-01-01T00:00:02Z","comment":"E: \"boom\"\nat x","#,
            r#""status":"FAIL","defects":["DEMO-9"],"#,
            r#""evidences":[{"data":"iVBORw0KGgo=","filename":"a.png","contentType":"image/png"}],"#,
            r#""customFields":[{"id":"7","value":["EU"]}]}"#
        )
    );
    let (cloud, _) = encoded(&full_run(), Target::Cloud);
    assert!(
        cloud.contains(r#""type":"Generic""#) && cloud.contains(r#""evidence":["#) && cloud.contains(r#""FAILED""#)
    );
    assert!(!cloud.contains("description"), "Cloud knows no description");
}

#[test]
fn a_known_key_needs_nothing_else() {
    assert_eq!(encoded(&keyed("AB-1"), Target::Server).0, r#"{"testKey":"AB-1","status":"PASS"}"#);
}

#[test]
fn an_update_goes_to_the_project_of_the_key() {
    let mut run = keyed("AB-1");
    run.definition = "a.b".to_owned();
    let (text, _) = encoded(&run, Target::Cloud);
    assert!(text.contains(r#""testKey":"AB-1","testInfo":{"summary":"a.b","projectKey":"AB","#), "{text}");
}

#[test]
fn rows_of_an_outline_are_examples() {
    for (outcome, word) in [(Outcome::Failed, "FAIL"), (Outcome::Aborted, "FAIL"), (Outcome::Undefined, "TODO")] {
        let mut run = keyed("AB-1");
        run.is_example = true;
        run.outcome = outcome;
        assert!(encoded(&run, Target::Server).0.ends_with(&format!(r#""examples":["{word}"]}}"#)));
    }
}

#[test]
fn status_words_of_the_other_product_are_translated() {
    let mut run = keyed("AB-1");
    run.status_name = "PASSED".to_owned();
    assert_eq!(encoded(&run, Target::Server).0, r#"{"testKey":"AB-1","status":"PASS"}"#);
    run.status_name = "BLOCKED".to_owned();
    assert_eq!(encoded(&run, Target::Server).0, r#"{"testKey":"AB-1","status":"BLOCKED"}"#);
}

#[test]
fn steps_keep_to_the_limits_of_cloud() {
    let mut run = keyed("AB-1");
    run.steps.push(Step { outcome: Outcome::Failed, comment: "x".repeat(10_000), ..Step::default() });
    let (cloud, _) = encoded(&run, Target::Cloud);
    assert!(cloud.len() < 9_000 && cloud.contains("characters left out"));
    assert!(encoded(&run, Target::Server).0.len() > 10_000);
}

#[test]
fn malformed_keys_and_labels_and_repeated_ones_are_not_written() {
    let mut run = run("a.b");
    for label in ["a", "b c", "a", ""] {
        run.labels.push(label.to_owned());
    }
    run.requirements.push("demo-1".to_owned());
    (0..200).for_each(|number| run.defects.push(format!("DEMO-{}", number % 3)));
    let (text, _) = encoded(&run, Target::Server);
    assert!(text.contains(r#""labels":["a"]"#) && !text.contains("requirementKeys"));
    assert!(text.contains(r#""defects":["DEMO-1","DEMO-2"]"#), "{text}");
}

#[test]
fn the_identity_is_the_key_or_project_and_definition() {
    let facts = |run: &TestRun| encoded(run, Target::Server).1;
    assert_eq!(facts(&keyed("AB-1")).identity, facts(&keyed("AB-1")).identity);
    assert_ne!(facts(&keyed("AB-1")).identity, facts(&run("AB-1")).identity);
    let (text, told) = encoded(&run("a.b"), Target::Server);
    assert_eq!(check(&bundle(&[text.as_bytes()]), Target::Server, Unbound::Refused).identities, [told.identity]);
}

#[test]
fn heads_carry_info_or_a_key_or_room_for_one() {
    let info = ExecutionInfo {
        stated: StatedExecution {
            project: "DEMO".to_owned(),
            summary: "Nightly\nrun".to_owned(),
            start: Some(Timestamp::from_nanos(1)),
            finish: Some(Timestamp::from_nanos(1)),
            ..StatedExecution::default()
        },
        environments: vec!["Chrome 120".to_owned(), "Chrome_120".to_owned()],
    };
    let mut first = first_head(&info, None);
    first.extend_from_slice(b"{\"testKey\":\"AB-1\",\"status\":\"TODO\"}");
    first.extend_from_slice(TAIL);
    for target in TARGETS {
        assert!(is_valid(&first, target));
    }
    let text = String::from_utf8(first).unwrap();
    assert!(
        text.starts_with(
            "{\"info\":{\"project\":\"DEMO\",\"summary\":\"Nightly run\",\"startDate\":\"1970-01-01T00:00:00Z\",\
         \"finishDate\":\"1970-01-01T00:00:01Z\",\"testEnvironments\":[\"Chrome_120\"]},\"tests\":[\n"
        ),
        "{text}"
    );
    assert_eq!(first_head(&ExecutionInfo::default(), Some("DEMO-7")), later_head(Some("DEMO-7")));
    let stated = StatedExecution { version: "2.0".to_owned(), ..StatedExecution::default() };
    let given = ExecutionInfo { stated, ..ExecutionInfo::default() };
    let text = String::from_utf8(first_head(&given, Some("DEMO-7"))).unwrap();
    let blanks = " ".repeat(26);
    assert_eq!(
        text,
        format!("{{\"testExecutionKey\":\"DEMO-7\"{blanks},\"info\":{{\"version\":\"2.0\"}},\"tests\":[\n")
    );
    assert_eq!(
        later_head(None).len(),
        later_head(Some(&"K".repeat(32))).len(),
        "the longest key fits without moving what follows"
    );
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    (0..Outcome::ALL.len()).prop_map(|index| Outcome::ALL[index])
}

prop_compose! {
    fn runs()(
        texts in proptest::collection::vec("\\PC{0,40}|.{0,300}", 9),
        outcome in outcomes(),
        times in proptest::option::of((any::<i64>(), any::<i64>())),
        files in proptest::collection::vec((".{0,12}", "[ab]{0,3}"), 0..4),
        example in any::<bool>(),
    ) -> TestRun {
        let mut run = run(if texts[0].is_empty() { "x" } else { &texts[0] });
        run.summary.clone_from(&texts[1]);
        run.description.clone_from(&texts[2]);
        run.comment.clone_from(&texts[3]);
        run.status_name.clone_from(&texts[4]);
        run.labels.push(texts[5].clone());
        run.requirements.push(texts[6].clone());
        run.steps.push(Step { comment: texts[7].clone(), actual_result: texts[8].clone(), ..Step::default() });
        run.outcome = outcome;
        run.start = times.map(|(start, _)| Timestamp::from_nanos(start));
        run.finish = times.map(|(_, finish)| Timestamp::from_nanos(finish));
        run.is_example = example;
        for (name, data) in files {
            run.evidence.push(Attachment { name, data, ..Attachment::default() });
        }
        run
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_run_is_valid_and_comes_back(run in runs()) {
        for target in TARGETS {
            let (text, _) = encoded(&run, target);
            let mut again = Vec::new();
            decode(text.as_bytes()).unwrap().write(target, &mut again);
            prop_assert_eq!(String::from_utf8(again).unwrap(), text);
        }
    }
}
