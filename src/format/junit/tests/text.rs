//! J33 to J38: what texts hold.

use super::*;

#[test]
fn j37_text_in_pieces() {
    let found = case_with("<failure>a<![CDATA[<b>]]>&lt;c&gt;<![CDATA[]]]]><![CDATA[>]]></failure>");
    assert_eq!(found.only().details[0].text, "a<b><c>]]>");
}

#[test]
fn j33_double_escapes_are_left_to_the_mapping() {
    let found = case_with("<failure message='&amp;#27;[31m'>&amp;amp#27; #x1B</failure>");
    let detail = &found.only().details[0];
    assert_eq!((&*detail.message, &*detail.text), ("&#27;[31m", "&amp#27; #x1B"));
}

#[test]
fn j34_j35_forbidden_characters_lose_no_result() {
    check(
        "<testsuite name='s'><testcase name='a\u{1b}[0m'><failure>\u{0}\u{8}</failure></testcase><testcase name='b'/></testsuite>",
        &["failed s.a\u{1b}[0m", "passed s.b"],
        &[ProblemKind::Repaired],
    );
    let found = case_with("<failure>a&#0;b&#x1b;c&#xFFFE;</failure>");
    assert_eq!(found.lines(), ["failed c.t"]);
    assert!(found.only().details[0].text.starts_with("a\u{fffd}b"));
}

#[test]
fn j36_ends_of_cdata_in_every_spelling() {
    // Split sections: generic, Bazel, GoogleTest.
    for (written, text) in [
        ("<![CDATA[x ]]]]><![CDATA[> y]]>", "x ]]> y"),
        ("<![CDATA[x ]]>]]<![CDATA[> y]]>", "x ]]> y"),
        ("<![CDATA[x ]]>]]&gt;<![CDATA[ y]]>", "x ]]> y"),
    ] {
        assert_eq!(case_with(&format!("<failure>{written}</failure>")).only().details[0].text, text, "{written}");
    }
    // Behave and Playwright escape it inside the section; for all others the text is what it is.
    const INSIDE: &str = "><failure><![CDATA[x ]]&gt; y]]></failure></testcase>";
    for (root, expected) in [
        ("testsuites id='' name='' tests='1' failures='1' skipped='0' errors='0' time='1'", "x ]]> y"),
        (
            "testsuite name='f' tests='1' errors='0' failures='1' skipped='0' time='1' timestamp='' hostname='h'",
            "x ]]> y",
        ),
        ("testsuites name='vitest tests'", "x ]]&gt; y"),
        ("testsuite", "x ]]&gt; y"),
    ] {
        let element = root.split(' ').next().unwrap();
        let found = read(&format!("<{root}><testcase classname='c' name='t'{INSIDE}</{element}>"));
        assert_eq!(found.only().details[0].text, expected, "{root}");
    }
}

#[test]
fn j38_stray_ampersands_and_unknown_entities_are_text() {
    let found = case_with("<failure message='a & b'>x&nbsp;y & z &lt;</failure>");
    let detail = &found.only().details[0];
    assert_eq!((&*detail.message, &*detail.text), ("a & b", "x&nbsp;y & z <"));
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}
