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
