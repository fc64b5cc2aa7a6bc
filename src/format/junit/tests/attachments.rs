//! J39, J40 and spec section D: output, references and evidence.

use super::*;
use crate::format::Attachments;

#[test]
fn j39_j40_references_in_output() {
    let found = case_with(
        "<system-out>x [[ATTACHMENT|a.png]] <![CDATA[[[ATTACH]]>MENT|b &amp; c.txt]]</system-out>\
         <system-out>[[ATTACHMENT| ]] [[ATTACHMENT|a.png]]</system-out><system.out>[[ATTACHMENT|d]]</system.out>",
    );
    let paths: Vec<_> = found.only().attachments.iter().map(|a| a.data.as_str()).collect();
    assert_eq!(paths, ["a.png", "b & c.txt", "d"]);
}

#[test]
fn attachment_properties() {
    let found = case_with(
        "<properties><property name='attachment' value='x/y.png'/><property name='attachment2'>data:image/png;base64,AAAA</property>\
         <property name='attachment:log' value='https://ci/log'/><property name='_dummy_' value=''/></properties>",
    );
    let case = found.only();
    assert!(case.properties.is_empty());
    use crate::model::Content;
    let shown: Vec<_> = case.attachments.iter().map(|a| (a.content, a.data.as_str(), a.media_type.as_str())).collect();
    assert_eq!(
        shown,
        [(Content::Path, "x/y.png", ""), (Content::Base64, "AAAA", "image/png"), (Content::Link, "https://ci/log", "")]
    );
}

#[test]
fn output_is_kept_only_when_asked_for() {
    let report = "<testsuite name='s'><testcase name='a'><system-out>o</system-out><system-err>e</system-err></testcase></testsuite>";
    assert_eq!(read(report).only().stdout.text, "");
    let found = read_with(report, &ReadOptions { output: Attachments::All, ..ReadOptions::default() });
    assert_eq!((&*found.only().stdout.text, &*found.only().stderr.text), ("o", "e"));
}

#[test]
fn j39_a_reference_is_found_wherever_the_text_is_cut() {
    let reference = "[[ATTACHMENT|a/b.png]]";
    for at in 0..=reference.len() {
        let (left, right) = reference.split_at(at);
        let found = case_with(&format!("<system-out>x<![CDATA[{left}]]><![CDATA[{right}]]>y</system-out>"));
        assert_eq!(found.only().attachments.len(), 1, "{left} {right}");
        assert_eq!(found.only().attachments[0].data, "a/b.png");
    }
    // Never closed, or far too long: none, and nothing is kept of it.
    for open in ["[[ATTACHMENT|a".to_owned(), format!("[[ATTACHMENT|{}]]", "a".repeat(100_000))] {
        assert!(case_with(&format!("<system-out>{open}</system-out>")).only().attachments.is_empty());
    }
}

#[test]
fn j40_output_of_a_suite_belongs_to_no_case() {
    let found = read(
        "<testsuite name='s'><testcase name='a'/><system-out>[[ATTACHMENT|a.png]]</system-out><testcase name='b'/></testsuite>",
    );
    assert!(found.cases.iter().all(|case| case.attachments.is_empty()));
}

#[test]
fn references_stand_in_error_output_too() {
    let found = case_with("<system-err>[[ATTACHMENT|e.log]]</system-err>");
    assert_eq!(found.only().attachments[0].data, "e.log");
}

#[test]
fn data_addresses_of_every_form() {
    use crate::model::Content;
    let found = case_with(
        "<properties><property name='attachment1' value='data:image/png;charset=x;base64,AA=='/>\
         <property name='attachment2' value='data:,not%20base64'/><property name='attachment' value=''/></properties>",
    );
    let shown: Vec<_> = found.only().attachments.iter().map(|a| (a.content, &*a.media_type, &*a.data)).collect();
    assert_eq!(shown[0], (Content::Base64, "image/png", "AA=="));
    assert_eq!(shown.len(), 2, "an empty property names nothing: {shown:?}");
}

#[test]
fn what_is_more_than_is_held_of_one_case_is_told() {
    let references = |count| (0..count).map(|number| format!("[[ATTACHMENT|{number}.png]]")).collect::<String>();
    for (count, problems) in [(10_000, vec![]), (10_001, vec![ProblemKind::EvidenceDropped])] {
        let output = references(count);
        let inside = format!("<system-out>{output}</system-out><system-err>{output}</system-err>");
        let found = case_with(&inside);
        assert_eq!((found.only().attachments.len(), found.kinds()), (10_000, problems), "{count}");
        // Nobody misses those of a passed case, unless all were asked for.
        let report = format!("<testsuite name='s'><testcase name='a'>{inside}</testcase></testsuite>");
        assert!(read_with(&report, &ReadOptions::default()).problems.is_empty());
    }
    let found = case_with(&"<failure>x</failure>".repeat(10_001));
    assert_eq!((found.only().details.len(), found.kinds()), (10_000, vec![ProblemKind::TextShortened]));
    let properties = "<property name='a' value='b'/><property name='attachment' value='a.png'/>".repeat(10_001);
    let found = case_with(&format!("<properties>{properties}</properties>"));
    assert_eq!((found.only().properties.len(), found.kinds()), (10_000, vec![ProblemKind::LimitReached]));
    // What one case holds is not held against the next one, or against the one around it.
    let case = |inside: &str| format!("<testcase name='a'><failure/>{inside}</testcase>");
    let full = format!("<system-out>{}</system-out>", references(10_000));
    let report = format!("<testsuite name='s'>{}{}</testsuite>", case(&full), case(&format!("{}{full}", case(&full))));
    let found = read(&report);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(found.cases.iter().map(|case| case.attachments.len()).collect::<Vec<_>>(), [10_000; 3]);
}
