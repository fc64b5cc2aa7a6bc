//! J41 to J49: reports that are cut, broken or written by somebody else.

use super::*;

#[test]
fn j42_a_cut_report_keeps_complete_cases() {
    check(
        "<testsuites><testsuite name='s' tests='3'><testcase classname='c' name='a'/>\
         <testcase classname='c' name='b'><system-out>log\n",
        &["passed c.a"],
        &[ProblemKind::Truncated, ProblemKind::CountMismatch, ProblemKind::Truncated],
    );
    check(
        "<testsuite name='s'><testcase classname='c' name='a'/><testcase classna",
        &["passed c.a"],
        &[ProblemKind::Truncated],
    );
}

#[test]
fn j42_counters_that_no_number_holds() {
    const MOST: &str = "18446744073709551615";
    let suite = format!("<testsuite name='s' tests='{MOST}'><testcase classname='c' name='a'/></testsuite>");
    let found = read(&format!("<testsuites>{suite}{suite}<testsuite>"));
    assert_eq!(found.lines(), ["passed c.a", "passed c.a"]);
    let told = format!("the broken report declares {MOST} test cases, 2 of them could be read");
    assert!(found.problems.iter().any(|problem| problem.message == told), "{:?}", found.problems);
    let totals = format!("<testsuite failures='{MOST}'/>");
    let found = read(&format!("<testsuites>{totals}{totals}{}</testsuites>", suite.replace(MOST, "1")));
    assert_eq!((found.lines(), found.kinds()), (vec!["passed c.a".to_owned()], vec![ProblemKind::ContainerFailure]));
}

#[test]
fn j43_junk_around_the_report() {
    check(
        "> npm test\n<testsuite name='s'><testcase name='a'/></testsuite>\n>",
        &["passed s.a"],
        &[ProblemKind::Repaired],
    );
}

#[test]
fn j43_junk_that_looks_like_markup() {
    for junk in ["Usage: run <file>\n", "<br />\n<b>Notice</b>: x\n", "INFO <init> started\n<?xml version='1.0'?>\n"] {
        let report = format!("{junk}<testsuite name='s'><testcase name='a'/><testcase name='b'/></testsuite>");
        check(&report, &["passed s.a", "passed s.b"], &[ProblemKind::Repaired]);
    }
}

#[test]
fn j44_recovery_at_the_next_case() {
    check(
        "<testsuite name='s'><testcase name='a'><failure>no <end> here<testcase name='b'/></testsuite>",
        &["failed s.a", "passed s.b"],
        &[ProblemKind::Malformed],
    );
    check(
        "<testsuite name='s'><testcase name='a'><testcase name='b'/></testsuite>",
        &["passed s.b"],
        &[ProblemKind::Truncated, ProblemKind::Malformed],
    );
    let found = case_with("<failure>expected <unknown> but 1 < 2 </  failure>");
    assert_eq!(found.only().details[0].text, "expected <unknown> but 1 < 2 ");
    let found = case_with("<failure>expected <b>bold</b> text<br/></failure>");
    assert_eq!(found.only().details[0].text, "expected <b>bold</b> text<br/>");
    assert_eq!(found.kinds(), []);
}

#[test]
fn j44_a_case_whose_markup_was_not_understood_never_passes() {
    for child in ["<failure && <b>x</failure>", "x</failure>", "<failure <b></failure>", "</failure <b/>"] {
        let found = read(&format!(
            "<testsuite name='s'><testcase name='a'>{child}</testcase><testcase name='b'><system-out> 1 <b </a> \
             </system-out></testcase></testsuite>"
        ));
        assert_eq!(found.lines(), ["passed s.b"], "{child}");
        assert!(found.kinds().contains(&ProblemKind::Truncated), "{child}");
    }
    check("<testcase name='a'>1 < 2</testcase>", &["passed a"], &[ProblemKind::Unusual, ProblemKind::Repaired]);
}

#[test]
fn j44_raw_quotes_and_missing_ones_cost_no_case() {
    let lines = |quote: char| {
        let text = "<testsuite name='s'><testcase name='a 'b' c'/><testcase name='a 'c' b'><failure message='want '<b>''>t\
                    </failure></testcase><testcase name='d'/></testsuite>";
        read(&text.replace('\'', &quote.to_string())).lines()
    };
    assert_eq!(lines('\''), ["passed s.a 'b' c", "failed s.a 'c' b", "passed s.d"]);
    assert_eq!(lines('"'), ["passed s.a \"b\" c", "failed s.a \"c\" b", "passed s.d"]);
    check(
        "<testsuite name='s'><testcase name='can't log out'><failure message='it didn't'/></testcase></testsuite>",
        &["failed s.can't log out"],
        &[ProblemKind::Malformed],
    );
    check(
        "<testsuite name='s'>\n<testcase name='a' time='0.1/>\n<testcase name='b time='1'/>\n<testcase name='c'><failure \
         message='m>t</failure></testcase></testsuite>",
        &["passed s.b", "failed s.c"],
        &[ProblemKind::Truncated, ProblemKind::Malformed],
    );
}

#[test]
fn j44_an_opening_quote_that_is_missing_costs_no_case() {
    for case in ["name=a\" classname=\"s\"", "classname=\"s\" name=a\"", "classname=\"s\" name=a\" time=\"1\""] {
        check(
            &format!("<testsuite name=\"s\">\n<testcase {case}/>\n<testcase name=\"b\"/></testsuite>"),
            &["passed s.a", "passed s.b"],
            &[ProblemKind::Malformed],
        );
    }
    check(
        "<testsuite name='s'><testcase name='a' status=failed' time='1'/></testsuite>",
        &["failed s.a"],
        &[ProblemKind::Malformed],
    );
}

#[test]
fn j44_a_case_whose_tag_is_a_guess_never_passes() {
    let read = |case: &str| read(&format!("<testsuite name=\"s\">\n{case}\n<testcase name=\"z\"/></testsuite>"));
    for case in [
        "<testcase name=\"a\" time=\"1\"\n<failure message=\"m\"/></testcase>",
        "<testcase name=\"a\"<failure message=\"m\">t</failure></testcase>",
        "<testcase name=\"a\" status\"failed\"/>",
        "<testcase name=\"a\" status==\"failed\"/>",
        "<testcase name\"a\"><failure/></testcase>",
    ] {
        let found = read(case);
        assert_eq!(found.lines(), ["failed s.a", "passed s.z"], "{case}");
        assert_eq!(found.kinds(), [ProblemKind::Malformed], "{case}");
    }
    for case in [
        "<testcase name=\"a\"\n<system-out>x</system-out></testcase>",
        "<testcase name=\"a > b status=\"failed\"/></testcase>",
        "<testcase name=\"a\" status\"passed\"/>",
        "<testcase name==\"a\"/>",
        "<testcase name=\"a\"/",
        "<testcase name=\"a\"><system-out t=\"\" <property/></system-out></testcase>",
    ] {
        let found = read(case);
        assert_eq!(found.lines(), ["passed s.z"], "{case}");
        assert!(found.kinds().contains(&ProblemKind::Truncated), "{case}: {:?}", found.kinds());
    }
}

#[test]
fn j44_cdata_that_lost_the_sign_of_its_end_may_have_swallowed_cases() {
    let case = |name: &str, end: &str| {
        format!(
            "\n<testcase classname='c' name='{name}'><failure message='no'><![CDATA[at [[1, 2]] of {name}{end}</failure></testcase>"
        )
    };
    let suite = |cases: &[String]| format!("<testsuite name='s'>{}\n</testsuite>", cases.concat());
    let torn = suite(&[case("a", "]]"), case("lost", "]]"), case("lost2", "]]>"), case("b", "]]>")]);
    check(&torn, &["failed c.a", "failed c.b"], &[ProblemKind::Malformed]);
    // What a log quotes is text: whole reports, pieces of them, and brackets of whatever sort.
    for log in [
        suite(&[case("a", "]]]]><![CDATA[>"), case("b", "]]]]><![CDATA[>")]),
        "<failure>[[1]]</failure></testcase><testcase name='q'/>".to_owned(),
        "<pre>[[1]]</pre><testcase name='q'><![CDATA[".to_owned(),
        "m = [[1, 2], [3, 4]]\n]]]]]".to_owned(),
    ] {
        let report = format!(
            "<testsuite name='s'><testcase classname='c' name='t'><system-out><![CDATA[{log}]]></system-out></testcase></testsuite>"
        );
        check(&report, &["passed c.t"], &[]);
    }
}

#[test]
fn j44_a_case_that_nobody_can_read_is_damage() {
    for case in ["<testcase/", "<testcase", "<testcase name=a && b='c"] {
        let found = read(&format!("<testsuite name='s'>\n{case}\n<testcase name='z'/></testsuite>"));
        assert!(found.lines().contains(&"passed s.z".to_owned()), "{case}");
        assert!(found.kinds().contains(&ProblemKind::Malformed), "{case}: {:?}", found.kinds());
    }
    check(
        "<testsuite name='s'><properties> <testcase <b> </properties></testsuite>",
        &[],
        &[ProblemKind::Repaired, ProblemKind::Malformed],
    );
}

#[test]
fn j48_xml_1_1_is_read_as_1_0() {
    check("<?xml version='1.1'?><testsuite name='s'><testcase name='a'/></testsuite>", &["passed s.a"], &[]);
}
