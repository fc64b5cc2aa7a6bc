//! The check and the schemas agree on what is wrong.

use super::*;

/// A bundle of one test with `members`.
fn with(members: &str) -> Vec<u8> {
    format!("{{\"testExecutionKey\":\"AB-1\",\"tests\":[{{{members}}}]}}").into_bytes()
}

#[test]
fn what_the_schemas_refuse_is_refused() {
    const GENERIC: &str = r#""summary":"s","projectKey":"AB","definition":"d""#;
    let refused_by_both = [
        r#""status":"TODO""#.to_owned(),
        r#""testKey":"AB-1""#.to_owned(),
        r#""testKey":"ab-1","status":"TODO""#.to_owned(),
        r#""testKey":"AB-1","status":"""#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","comment":null"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","duration":1"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","start":"2024-05-01T10:00:00.5Z""#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","start":"2024-13-01T10:00:00Z""#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","defects":[]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","defects":["AB-1","AB-1"]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","examples":["SKIPPED"]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","examples":["TODO"],"steps":[{"status":"TODO"}]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","steps":[{"comment":"x"}]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","iterations":[{"status":"TODO"}]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","customFields":[{"value":1}]"#.to_owned(),
        r#""testKey":"AB-1","status":"TODO","evidence":[],"evidences":[]"#.to_owned(),
        format!(r#""status":"TODO","testInfo":{{{GENERIC}}}"#),
        r#""status":"TODO","testInfo":{"summary":"s","projectKey":"AB","testType":"Generic","type":"Generic"}"#
            .to_owned(),
    ];
    for target in TARGETS {
        for members in &refused_by_both {
            assert!(!is_valid(&with(members), target), "{members}");
        }
        let (kind, evidence) = (target.type_property(), target.evidence_property());
        for (members, takes) in [
            (format!(r#""status":"TODO","testInfo":{{{GENERIC},"{kind}":"Generic"}}"#), true),
            (format!(r#""status":"TODO","testInfo":{{{GENERIC},"{kind}":"Generic","scenario":"x"}}"#), false),
            (format!(r#""status":"TODO","testInfo":{{{GENERIC},"{kind}":"Generic","labels":["a b"]}}"#), false),
            (format!(r#""status":"TODO","testInfo":{{"summary":"s","projectKey":"AB","{kind}":"Cucumber"}}"#), false),
            (file(evidence, "QUJD", "a.png", "image/png"), true),
            (file(evidence, "QUJ", "a.png", "image/png"), false),
            (file(evidence, "QUJD", "x/a.png", "image/png"), false),
            (file(evidence, "QUJD", "a.png", "png"), false),
        ] {
            assert_eq!(is_valid(&with(&members), target), takes, "{members}");
        }
    }
}

/// What a schema cannot say: Xray refuses such a run.
#[test]
fn a_run_does_not_finish_before_it_starts() {
    let faults = |start: &str, finish: &str| {
        let bundle = with(&format!(r#""testKey":"AB-1","status":"TODO","start":"{start}","finish":"{finish}""#));
        check(&bundle, Target::Server, Unbound::Refused).faults
    };
    let (ten, eleven) = ("2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z");
    assert_eq!(faults(ten, ten), Vec::<String>::new());
    assert_eq!(faults(ten, eleven), Vec::<String>::new());
    assert_eq!(faults(eleven, ten), ["tests[0]: it finishes before it starts"]);
    assert_eq!(faults(eleven, "2024-05-01T10:30:00-01:00"), Vec::<String>::new(), "another zone");
}

fn file(property: &str, data: &str, name: &str, media_type: &str) -> String {
    format!(
        r#""testKey":"AB-1","status":"TODO","{property}":[{{"data":"{data}","filename":"{name}","contentType":"{media_type}"}}]"#
    )
}

#[test]
fn what_one_product_alone_takes() {
    for (members, server, cloud) in [
        (r#""testKey":"AB-1","status":"PASS""#, true, false),
        (r#""testKey":"AB-1","status":"PASSED""#, false, true),
        (r#""testKey":"AB-1","status":"TODO","testVersion":"2""#, true, false),
        (r#""testKey":"AB-1","status":"TODO","customFields":[{"id":1,"value":null}]"#, true, false),
        (r#""testKey":"AB-1","status":"TODO","customFields":[{"name":"x","value":1}]"#, false, true),
        (
            r#""testKey":"AB-1","status":"TODO","iterations":[{"status":"TODO","log":"l","parameters":[{"name":"a","value":"b"}]}]"#,
            false,
            true,
        ),
    ] {
        assert_eq!(is_valid(&with(members), Target::Server), server, "{members}");
        assert_eq!(is_valid(&with(members), Target::Cloud), cloud, "{members}");
    }
}

#[test]
fn a_bundle_needs_tests_and_a_place_to_go() {
    let test = r#"{"testKey":"AB-1","status":"TODO"}"#;
    for (bundle, takes) in [
        (format!(r#"{{"info":{{"summary":"s"}},"tests":[{test}]}}"#), true),
        (format!(r#"{{"info":{{"project":"AB"}},"tests":[{test}]}}"#), false),
        (format!(r#"{{"info":{{"summary":"s","x":1}},"tests":[{test}]}}"#), false),
        (format!(r#"{{"tests":[{test}]}}"#), false),
        (r#"{"testExecutionKey":"AB-1","tests":[]}"#.to_owned(), false),
        (r#"{"testExecutionKey":"AB-1"}"#.to_owned(), false),
        (format!(r#"{{"testExecutionKey":"AB-1","tests":[{test}],"x":1}}"#), false),
    ] {
        assert_eq!(is_valid(bundle.as_bytes(), Target::Server), takes, "{bundle}");
    }
}

#[test]
fn faults_name_their_place() {
    let bundle =
        with(r#""testKey":"AB-1","status":"PASS","evidences":[{"data":"!","filename":"a","contentType":"a/b"}]"#);
    assert_eq!(check(&bundle, Target::Server, Unbound::Refused).faults, ["tests[0].evidences[0].data: not base64"]);
    let cut = check(b"{\"tests\":[{\"testKey\":\"AB-1\",", Target::Server, Unbound::Refused);
    assert!(cut.faults[0].starts_with("tests[0]: EOF while parsing"), "{:?}", cut.faults);
}

#[test]
fn the_placeholder_is_a_fault_unless_it_is_expected() {
    let mut bundle = later_head(None);
    bundle.extend_from_slice(br#"{"testKey":"AB-1","status":"TODO"}"#);
    bundle.extend_from_slice(TAIL);
    assert!(!is_valid(&bundle, Target::Server));
    let checked = check(&bundle, Target::Server, Unbound::Allowed);
    assert!(checked.unbound && checked.faults.is_empty() && checked.runs == 1);
}
