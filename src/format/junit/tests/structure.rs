//! J01 to J16: where cases and properties stand.

use super::*;

#[test]
fn j01_root_testsuite() {
    check("<testsuite name='s'><testcase classname='c' name='a'/></testsuite>", &["passed c.a"], &[]);
}

#[test]
fn j02_j03_nested_suites_beside_cases() {
    check(
        "<testsuites><testsuite name='s'><testcase name='a'/><testsuite name='t'><testcase name='b'/></testsuite>\
         <testcase name='c'/></testsuite></testsuites>",
        &["passed s.a", "passed t.b", "passed s.c"],
        &[],
    );
}

#[test]
fn j04_empty_suites() {
    check("<testsuites><testsuite name='s'/><testsuite name='t'></testsuite></testsuites>", &[], &[]);
    check("<testsuites/>", &[], &[]);
}

#[test]
fn j05_self_closing_cases() {
    check(
        "<testsuite name='s'><testcase name='a'/><testcase name='b'></testcase></testsuite>",
        &["passed s.a", "passed s.b"],
        &[],
    );
}

#[test]
fn j06_a_suite_without_name_has_its_parents() {
    check("<testsuites name='r'><testsuite><testcase name='a'/></testsuite></testsuites>", &["passed r.a"], &[]);
    check("<testsuite><testcase name='a'/></testsuite>", &["passed a"], &[]);
}

#[test]
fn j07_cases_below_any_root() {
    check("<testsuites><testcase classname='c' name='a'/></testsuites>", &["passed c.a"], &[]);
    check("<testcase classname='c' name='a'/>", &["passed c.a"], &[ProblemKind::Unusual]);
    check(
        "<testsuite name='s'><testcase classname='' name='a'/></testsuite>",
        &["passed s.a"],
        &[ProblemKind::Unusual],
    );
    check("<nothing><testsuite name='s'><testcase name='a'/></testsuite></nothing>", &["passed s.a"], &[]);
}

#[test]
fn j08_j09_prefixes_and_quotes() {
    check(
        "<j:testsuite xmlns:j='urn:x' name=\"s\" xsi:y='z'><j:testcase  name = 'a' unknown='1'\n/></j:testsuite>",
        &["passed s.a"],
        &[],
    );
}

#[test]
fn j09_attributes_of_another_namespace_are_not_those_of_the_format() {
    check(
        "<testsuite o:name='x'><testcase o:classname='X' classname='c' o:name='b' name='a'/></testsuite>",
        &["passed c.a"],
        &[],
    );
    check("<o:testsuite><o:testcase o:classname='c' o:name='a'/></o:testsuite>", &["passed c.a"], &[]);
}

#[test]
fn j10_the_first_of_two_equal_attributes_counts() {
    check("<testsuite name='s'><testcase name='a' name='b'/></testsuite>", &["passed s.a"], &[ProblemKind::Repaired]);
}

#[test]
fn j11_j12_j13_properties_of_every_shape() {
    let found = case_with(
        "<failure/><properties><property name='a' value='1'/><property name='a'>2</property></properties>\
         <properties/><properties><property name='b' value=''><![CDATA[ x\ny ]]></property>\
         <property name='c'><item name='i'>v</item></property></properties>",
    );
    let case = found.only();
    let shown: Vec<_> = case.properties.iter().map(|p| (p.name.as_str(), p.value.as_str(), p.items.len())).collect();
    assert_eq!(shown, [("a", "1", 0), ("a", "2", 0), ("b", "x\ny", 0), ("c", "", 1)]);
    assert_eq!((&*case.properties[3].items[0].name, &*case.properties[3].items[0].value), ("i", "v"));
}

#[test]
fn j14_several_documents_in_one_file() {
    check(
        "<?xml version='1.0'?><testsuite name='s'><testcase name='a'/></testsuite>\n\
         <?xml version='1.0'?><testsuite name='t'><testcase name='b'/></testsuite>",
        &["passed s.a", "passed t.b"],
        &[ProblemKind::Repaired],
    );
}

#[test]
fn j15_comments_do_not_break_text() {
    let found = case_with("<failure message='m'>one <!-- <testcase> -->two</failure><!-- skipped in re-run -->");
    assert_eq!(found.only().details[0].text, "one two");
}

#[test]
fn j16_entities_of_a_dtd_stay_text() {
    let found = read(
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/hostname'><!ENTITY l '&l;&l;'>]>\
         <testsuite name='s'><testcase name='a'><failure>&x;&l;</failure></testcase></testsuite>",
    );
    assert_eq!(found.only().details[0].text, "&x;&l;");
}

#[test]
fn cases_may_hold_cases_and_suites() {
    // xunit-viewer's example; a wrapper around the cases of all files by yj-schema-validator.
    check(
        "<testsuite name='s'><testcase name='a'><testcase name='b'><testcase name='c'/></testcase>\
         <failure>m</failure></testcase><testcase name='d'/></testsuite>",
        &["passed s.c", "passed s.b", "failed s.a", "passed s.d"],
        &[],
    );
    check(
        "<testsuite name='s'><testcase name='a'><error>m</error><testsuite name='t'><testcase name='b'/>\
         <testsuite name='u'><testcase name='c'/></testsuite></testsuite></testcase><testcase name='d'/></testsuite>",
        &["passed t.b", "passed u.c", "errored s.a", "passed s.d"],
        &[],
    );
}

#[test]
fn a_case_without_an_end_that_holds_others_passes_never() {
    let lost = [ProblemKind::Truncated, ProblemKind::Malformed];
    check("<testsuite name='s'><testcase name='a'><testcase name='b'/></testsuite>", &["passed s.b"], &lost);
    check(
        "<testsuite name='s'><testcase name='a'><failure>m</failure><testcase name='b'/></testsuite>",
        &["passed s.b", "failed s.a"],
        &[ProblemKind::Malformed],
    );
    // None of them has an end: as deep as they lie, each is told.
    let open: String = (0..9).map(|number| format!("<testcase name='{number}'>")).collect();
    let found = read(&format!("<testsuite name='s'>{open}<testcase name='last'/></testsuite>"));
    assert_eq!(found.lines(), ["passed s.last"]);
    assert_eq!(found.kinds().iter().filter(|kind| **kind == ProblemKind::Truncated).count(), 9);
}

#[test]
fn a_merge_conflict_is_named() {
    let report = "<testsuite name='s'>\n<testcase name='a'/>\n<<<<<<< HEAD\n<testcase name='b'><failure>m</failure></testcase>\n\
                  =======\n<testcase name='b'/>\n>>>>>>> other\n<testcase name='c'/>\n</testsuite>\n";
    let expected = ["passed s.a", "failed s.b", "passed s.b", "passed s.c"];
    check(report, &expected, &[ProblemKind::Malformed]);
    let found = read(report);
    let (message, place) = (&found.problems[0].message, found.problems[0].position.unwrap());
    assert!(message.starts_with("a merge conflict that git left"), "{message}");
    assert_eq!((place.line, place.column), (3, 1));
    // Both sides are whole reports.
    let report = "<<<<<<< HEAD\n<testsuite name='s'><testcase name='a'/></testsuite>\n=======\n\
                  <testsuite name='s'><testcase name='b'/></testsuite>\n>>>>>>> other\n";
    assert_eq!(read(report).lines(), ["passed s.a", "passed s.b"]);
    assert!(read(report).kinds().contains(&ProblemKind::Malformed));
    // What a test printed, and nobody escaped.
    let quoted = "<testsuite name='s'><testcase name='a'><system-out>\n<<<<<<< HEAD\nint a;\n</system-out></testcase></testsuite>";
    check(quoted, &["passed s.a"], &[ProblemKind::Repaired]);
}

#[test]
fn nothing_of_a_report_is_left_in_the_next_one() {
    let full = r#"<testsuite name="s" tests="5" hostname="h" timestamp="2026-01-02T03:04:05" time="9">
        <properties><property name="p" value="v"/></properties>
        <testcase classname="c" name="a" time="1" status="run"><failure type="T" message="m">text</failure>
        <system-out>out</system-out><properties><property name="k" value="w"/></properties></testcase>
        <system-err>last words</system-err>"#;
    let bare = r#"<testsuite><testcase name="b"/></testsuite>"#;
    let options = ReadOptions { suite_property: Some("p".to_owned()), ..ReadOptions::default() };
    let read = |report: &str| {
        let mut findings = Findings::default();
        parse(Body::Bytes(report.as_bytes()), &options, &mut findings).unwrap();
        findings
    };
    let alone = std::thread::scope(|scope| scope.spawn(|| read(bare)).join().unwrap());
    let damaged = read(full);
    assert_eq!((damaged.only().suite_property.as_str(), damaged.problems.is_empty()), ("v", false));
    let next = read(bare);
    assert_eq!((&next.cases, &next.problems), (&alone.cases, &alone.problems));
    assert!(next.problems.is_empty() && next.only().host.is_empty());
}
