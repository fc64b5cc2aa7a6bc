//! What single producers, and old versions of the protocol, write in their own way.

use super::*;
use crate::format::gherkin::identity;

/// A run of one scenario for each of these addresses, in the words of a version.
fn run(uris: &[&str], words: [&str; 3]) -> String {
    let [result, nodes, attached] = words;
    let mut lines = vec![r#"{"meta":{"protocolVersion":"8.0.0"}}"#.to_owned()];
    for (n, uri) in uris.iter().enumerate() {
        lines.push(format!(
            r#"{{"gherkinDocument":{{"uri":"{uri}","feature":{{"name":"F","children":[{{"scenario":{{"id":"s{n}","name":"S","location":{{"line":3}}}}}}]}}}}}}"#
        ));
        lines.push(format!(
            r#"{{"pickle":{{"id":"p{n}","uri":"{uri}","name":"S","steps":[{{"id":"ps{n}","text":"x"}}],"{nodes}":["s{n}"]}}}}"#
        ));
        lines.push(format!(
            r#"{{"testCase":{{"id":"c{n}","pickleId":"p{n}","testSteps":[{{"id":"t{n}","pickleStepId":"ps{n}"}}]}}}}"#
        ));
    }
    lines.push(r#"{"testRunStarted":{}}"#.to_owned());
    for n in 0..uris.len() {
        lines.push(format!(r#"{{"testCaseStarted":{{"id":"a{n}","testCaseId":"c{n}"}}}}"#));
        lines.push(format!(
            r#"{{"attachment":{{"testCaseStartedId":"a{n}","testStepId":"t{n}","mediaType":"image/png",{attached}}}}}"#
        ));
        lines.push(format!(
            r#"{{"testStepFinished":{{"testCaseStartedId":"a{n}","testStepId":"t{n}","{result}":{{"status":"FAILED"}}}}}}"#
        ));
        lines.push(format!(r#"{{"testCaseFinished":{{"testCaseStartedId":"a{n}"}}}}"#));
    }
    lines.push(r#"{"testRunFinished":{}}"#.to_owned());
    lines.join("\n")
}

#[test]
fn words_of_the_first_versions_are_known() {
    let new = ["testStepResult", "astNodeIds", r#""body":"QUJD","contentEncoding":"BASE64""#];
    for words in [new, ["testResult", "sourceIds", r#""binary":"QUJD""#]] {
        let found = read(run(&["a.feature"], words).as_bytes());
        let case = &found.cases[0];
        assert_eq!((case.qualified_name.as_str(), case.outcome), ("a.feature#f;s", Outcome::Failed));
        let attachment = &case.attachments[0];
        assert_eq!((attachment.content, attachment.data.as_str()), (Content::Base64, "QUJD"));
        assert_eq!(found.problems, []);
    }
}

#[test]
fn projects_of_playwright_are_no_part_of_the_address() {
    let uris = ["[chromium]:a.feature", "[firefox]:a.feature"];
    let found = read(run(&uris, ["testStepResult", "astNodeIds", r#""body":"""#]).as_bytes());
    let [one, other] = [&found.cases[0], &found.cases[1]];
    assert_eq!((one.qualified_name.as_str(), one.host.as_str()), ("a.feature#f;s", "chromium"));
    assert_eq!((&other.qualified_name, other.host.as_str()), (&one.qualified_name, "firefox"));
    // The JSON beside it has the plain address.
    assert_eq!((one.site, other.site), (identity::site("a.feature", Some(3)), one.site));
    assert_ne!(one.attempt_group, other.attempt_group);
}
