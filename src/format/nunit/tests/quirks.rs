//! Quirks of cases.

use super::*;
use crate::format::Attachments;
use DetailKind::{Error, Failure, Note, Skip};

#[test]
fn example_of_version_3() {
    let found = read_with(
        Generation::Three,
        include_bytes!("../../../../fixtures/nunit3/console-parameterized.xml"),
        &all_attachments(),
    );
    assert_eq!(found.lines(), ["passed Shop.Sums.Add", "errored Shop.Sums.Add"]);
    let [first, second] = &found.cases[..] else { unreachable!() };
    assert_eq!(arguments(first), ["arg1=1", "arg2=2"]);
    assert_eq!(properties(first), [("requirements", "SHOP-1", true)]);
    assert_eq!(first.tags.to_vec(), ["fast"]);
    assert_eq!((first.title.as_str(), first.container.as_str()), ("Add", "Shop.Sums"));
    assert_eq!(first.duration, Some(1_000_000));
    assert_eq!(details(second), [(Error, "[Error] boom ]]> end", "at Shop.Sums.Add")]);
    assert_eq!(second.duration, Some(2_000_000));
    assert!(first.row_group != 0 && first.row_group == second.row_group);
    assert_eq!(found.kinds(), []);
}

#[test]
fn example_of_version_2() {
    let found = read_with(
        Generation::Two,
        include_bytes!("../../../../fixtures/nunit2/console-2.4-reason.xml"),
        &all_attachments(),
    );
    assert_eq!(found.lines(), ["passed A.B.Ok", "skipped A.B.Off"]);
    assert_eq!(arguments(&found.cases[0]), ["arg1=x.(y"]);
    assert_eq!(details(&found.cases[1]), [(Skip, "later", "")]);
    assert!(found.cases.iter().all(|case| case.start.is_none() && case.finish.is_none()));
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
}

#[test]
fn n01_a_false_encoding_declaration_is_no_matter_here() {
    let report = b"<?xml version='1.0' encoding='utf-16'?><test-run result='Passed'><test-case fullname='N.C.M' result='Passed'/></test-run>";
    assert_eq!(read_with(Generation::Three, report, &all_attachments()).lines(), ["passed N.C.M"]);
}

#[test]
fn n02_a_mark_before_the_report() {
    let report = b"\xEF\xBB\xBF<test-results><test-case name='N.C.M' result='Success'/></test-results>";
    let found = read_with(Generation::Two, report, &all_attachments());
    assert_eq!(found.lines(), ["passed N.C.M"]);
    assert_eq!(found.kinds(), []);
}

#[test]
fn n03_utf_16_has_a_twin_in_utf_8() {
    let wide = include_bytes!("../../../../fixtures/nunit3/utf-16le.xml");
    assert_eq!(&wide[..2], b"\xFF\xFE");
    let units: Vec<u16> = wide[2..].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let report = String::from_utf16(&units).unwrap();
    let found = read_with(Generation::Three, report.as_bytes(), &all_attachments());
    assert_eq!(found.lines(), ["passed Läden.Kasse.Öffnen"]);
}

#[test]
fn n04_control_characters_are_taken_out() {
    let found = two(
        "<test-case name='N.C.M&#x1;' result='Failure'><failure><message><![CDATA[a\u{1a}b]]></message></failure></test-case>",
    );
    assert_eq!(found.cases.len(), 1);
    assert!(found.only().details[0].message.starts_with('a'));
    assert!(found.kinds().iter().all(|kind| *kind == ProblemKind::Repaired) && !found.kinds().is_empty());
}

#[test]
fn n05_cdata_in_pieces() {
    let found = three(
        "<test-case fullname='N.C.M' result='Failed'><failure><message><![CDATA[x ]]]]><![CDATA[> y]]> &lt;z</message></failure></test-case>",
    );
    assert_eq!(details(found.only()), [(Failure, "x ]]> y <z", "")]);
}

#[test]
fn n06_decimal_commas() {
    let found = two(
        "<test-case name='N.C.M' result='Success' time='0,123'/><test-case name='N.C.L' result='Success' time='1,234'/>",
    );
    assert_eq!(found.cases[0].duration, Some(123_000_000));
    assert_eq!(found.cases[1].duration, Some(1_234_000_000));
    assert_eq!(found.kinds(), []);
}

#[test]
fn n07_no_time_is_no_error() {
    let found = two("<test-case name='N.C.M' result='Success' time=''/><test-case name='N.C.L' result='Success'/>");
    assert!(found.cases.iter().all(|case| case.duration.is_none()));
    assert_eq!(found.kinds(), []);
}

#[test]
fn n10_fixtures_with_arguments_are_one_identity() {
    let case = |argument: &str| {
        format!(
            "<test-case name='M' fullname='NS.Fix(&quot;{argument}&quot;).M' classname='NS.Fix' methodname='M' result='Passed'/>"
        )
    };
    let found = three(&(case("a") + &case("b")));
    assert_eq!(found.lines(), ["passed NS.Fix.M", "passed NS.Fix.M"]);
    assert_eq!(arguments(&found.cases[0]), ["arg1=a"]);
    assert_eq!(arguments(&found.cases[1]), ["arg1=b"]);
    assert_eq!(found.cases[0].row_group, found.cases[1].row_group);
    let found = three(
        "<test-suite type='TestFixture' name='Fix(7)'><test-suite type='ParameterizedMethod' name='M'>\
         <test-case name='M(1)' fullname='NS.Fix.M(1)' classname='NS.Fix' methodname='M' result='Passed'/></test-suite></test-suite>",
    );
    assert_eq!(arguments(found.only()), ["arg1=7", "arg2=1"], "the suite names what the case leaves out");
}

#[test]
fn n11_an_own_name_is_the_title() {
    let found =
        three("<test-case name='my case' fullname='NS.C.my case' classname='NS.C' methodname='M' result='Passed'/>");
    assert_eq!(found.lines(), ["passed NS.C.M"]);
    assert_eq!(found.only().title, "my case");
}

#[test]
fn n12_equal_names_are_two_results() {
    let case = "<test-case name='M(System.Int32[])' fullname='NS.C.M(System.Int32[])' classname='NS.C' methodname='M' result='Passed'/>";
    assert_eq!(three(&case.repeat(2)).lines(), ["passed NS.C.M", "passed NS.C.M"]);
}

#[test]
fn n18_n19_warnings_pass() {
    let report = b"<test-run result='Warning' total='1' warnings='1'><test-case fullname='N.C.M' result='Warning'>\
        <reason><message>slow</message></reason><assertions><assertion result='Warning'><message>slow</message></assertion>\
        <assertion result='Warning'><message>odd</message><stack-trace>at M</stack-trace></assertion></assertions>\
        </test-case></test-run>";
    let found = read_with(Generation::Three, report, &all_attachments());
    assert_eq!(found.lines(), ["passed N.C.M"]);
    assert_eq!(details(found.only()), [(Note, "slow", ""), (Note, "odd", "at M")]);
}

#[test]
fn n20_a_pass_may_have_a_message() {
    let found =
        three("<test-case fullname='N.C.M' result='Passed'><reason><message>fine</message></reason></test-case>");
    assert_eq!(details(found.only()), [(Note, "fine", "")]);
}

#[test]
fn n21_assertions_are_not_repeated() {
    let assertions = "<assertions><assertion result='Failed'><message>one</message></assertion>\
        <assertion result='Failed'><message>two</message></assertion><assertion result='Error'><message>three</message></assertion></assertions>";
    let found = three(&format!(
        "<test-case fullname='N.C.M' result='Failed'>{assertions}<failure><message>1) one 2) two 3) three</message></failure></test-case>"
    ));
    assert_eq!(details(found.only()), [(Failure, "1) one 2) two 3) three", "")]);
    let found = three(&format!("<test-case fullname='N.C.M' result='Failed'>{assertions}</test-case>"));
    assert_eq!(details(found.only()), [(Failure, "one", ""), (Failure, "two", ""), (Error, "three", "")]);
}

#[test]
fn n22_a_class_without_its_namespace() {
    let found = three(
        "<test-case name='BagMultiply' fullname='Money.MoneyTest.BagMultiply' classname='MoneyTest' methodname='BagMultiply' result='Passed'/>",
    );
    assert_eq!(found.lines(), ["passed Money.MoneyTest.BagMultiply"]);
    let found = three(
        "<test-case name='M' fullname='Other.XMoneyTest.M' classname='MoneyTest' methodname='M' result='Passed'/>",
    );
    assert_eq!(found.lines(), ["passed MoneyTest.M"], "another class that ends alike");
}

#[test]
fn n23_arguments_in_the_name_alone() {
    let found = three("<test-case name='M(1,2)' fullname='N.C.M' classname='N.C' methodname='M' result='Passed'/>");
    assert_eq!(arguments(found.only()), ["arg1=1", "arg2=2"]);
    assert_eq!(found.only().title, "M");
}

#[test]
fn n24_a_class_that_the_logger_does_not_know() {
    let found = three(
        "<test-case name='NS.C.M((0, 1))' fullname='UnknownNamespace.UnknownType.NS.C.M((0, 1))' \
         classname='UnknownNamespace.UnknownType' methodname='NS.C.M((0, 1))' result='Passed'/>",
    );
    assert_eq!(found.lines(), ["passed NS.C.M"]);
    assert_eq!((found.only().title.as_str(), found.only().container.as_str()), ("M", "NS.C"));
    assert_eq!(arguments(found.only()), ["arg1=(0, 1)"]);
    assert_eq!(found.kinds(), [ProblemKind::Unusual]);
}

#[test]
fn n25_skipped_without_a_reason() {
    let found = three("<test-case fullname='N.C.M' result='Skipped'/>");
    assert_eq!(found.lines(), ["skipped N.C.M"]);
    assert_eq!(details(found.only()), []);
}

#[test]
fn n26_display_names_of_xunit() {
    let case = "<test-case name='adds numbers' result='Success'><properties><property name='MethodName' value='Add'/></properties></test-case>";
    let suite =
        |name: &str| format!("<test-suite type='TestCollection' name='{name}'><results>{case}</results></test-suite>");
    let found =
        two(&("<environment nunit-version='xUnit.net 2.1.0.3179'/>".to_owned() + &suite("Test collection for N.C")));
    assert_eq!(found.lines(), ["passed N.C.Add"]);
    assert_eq!((found.only().title.as_str(), found.producer.as_str()), ("adds numbers", "xunit"));
    assert_eq!(two(&suite("shared database")).lines(), ["passed adds numbers"]);
}

#[test]
fn prose_in_brackets_tells_tests_apart() {
    let case = |method: &str| {
        format!(
            "<test-case name='{method}' fullname='N.G.{method}' classname='N.G' methodname='{method}' result='Passed'/>"
        )
    };
    let found = three(&(case("adds (fast path)") + &case("adds (slow path)")));
    assert_eq!(found.lines(), ["passed N.G.adds (fast path)", "passed N.G.adds (slow path)"]);
    assert!(found.cases.iter().all(|case| case.parameters.is_empty() && case.row_group == 0));
}

#[test]
fn names_of_pester_are_prose() {
    let case = |title: &str, rest: &str| {
        format!("<test-case description='{title}' name='Get-Foo(x).{title}{rest}' result='Success'/>")
    };
    let cases = case("works (when $x is (null))", "") + &case("Get(1) is 1.5", "") + &case("adds 1", "(1)");
    let report = format!("<test-results name='Pester'>{cases}</test-results>");
    let found = read_with(Generation::Two, report.as_bytes(), &ReadOptions::default());
    assert_eq!(
        found.lines(),
        ["passed Get-Foo(x).works (when $x is (null))", "passed Get-Foo(x).Get(1) is 1.5", "passed Get-Foo(x).adds 1",]
    );
    assert_eq!((found.cases[1].title.as_str(), found.cases[1].container.as_str()), ("Get(1) is 1.5", "Get-Foo(x)"));
    let rows: Vec<_> = found.cases.iter().map(|case| (case.parameters.len(), case.row_group != 0)).collect();
    assert_eq!(rows, [(0, false), (0, false), (1, true)]);
    // Pester 3 has no descriptions.
    let case = "<test-case name='1.1.3 Ensure v1.x' result='Success'/>";
    for (inside, name) in [
        (case.to_owned(), "1.1.3 Ensure v1.x"),
        (format!("<test-suite type='PowerShell' name='1.1 Plane'>{case}</test-suite>"), "1.1 Plane.1.1.3 Ensure v1.x"),
    ] {
        let report = format!(
            "<test-results name='Pester'><test-suite type='Powershell' name='Pester'>{inside}</test-suite></test-results>"
        );
        let found = read_with(Generation::Two, report.as_bytes(), &ReadOptions::default());
        assert_eq!((found.only().qualified_name.as_str(), found.only().title.as_str()), (name, "1.1.3 Ensure v1.x"));
    }
}

#[test]
fn n27_neither_result_nor_success() {
    let found = two("<test-case name='a' executed='True' time='1.0'/><test-case name='b' executed='False'/>\
         <test-case name='c' executed='True'><failure><message>no</message></failure></test-case>\
         <test-case name='d' executed='True' success='False'/>");
    assert_eq!(found.lines(), ["passed a", "skipped b", "failed c", "failed d"]);
}

#[test]
fn n28_lower_case_single_quotes_and_a_twelve_hour_clock() {
    let report = b"<test-results name='IEUnit Tests' date='6/12/2007' time='2:46 PM'>\
        <test-case name='T.a' executed='true' success='true' time='1.5'/></test-results>";
    let found = read_with(Generation::Two, report, &all_attachments());
    assert_eq!(found.lines(), ["passed T.a"]);
    assert_eq!((found.kinds(), found.producer.as_str()), (vec![ProblemKind::UnreadableTime], "ieunit"));
    let report = b"<test-results date='2010-04-19' time='13:38:35'/>";
    assert_eq!(read_with(Generation::Two, report, &all_attachments()).kinds(), []);
}

#[test]
fn the_start_of_the_run_is_that_of_cases_without_times() {
    let run = |time: &str| {
        let report = format!(
            "<test-results date='2010-04-19' time='13:38:35'><test-suite name='a.dll' {time}><results>\
             <test-suite name='A' time='7'><results><test-case name='A.B' result='Success' time='1'/>\
             <test-case name='A.C' result='Success'/></results></test-suite></results></test-suite></test-results>"
        );
        read_with(Generation::Two, report.as_bytes(), &all_attachments())
    };
    let found = run("time='90.5'");
    assert_eq!(found.spans, ["2010-04-19T13:38:35Z 2010-04-19T13:40:05Z"]);
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
    assert!(found.cases.iter().all(|case| case.start.is_none() && case.finish.is_none()), "no time is invented");
    assert_eq!(run("").spans, ["2010-04-19T13:38:35Z -"]);
    let three = |times: &str| {
        let report = format!("<test-run {times} result='Passed'/>");
        read_with(Generation::Three, report.as_bytes(), &all_attachments()).spans
    };
    let span = three("start-time='2024-05-01 10:00:00Z' end-time='2024-05-01T10:00:02.5000000Z'");
    assert_eq!(span, ["2024-05-01T10:00:00Z 2024-05-01T10:00:02Z"]);
}

#[test]
fn n39_drafts_of_version_3_have_dates_and_clocks() {
    let case = "<test-case fullname='A.B' result='Passed' time='00:00:01.5000000'/>";
    let report = format!(
        "<test-run run-date='2011-07-26' start-time='11:34:27' result='Passed'>\
         <test-suite type='Assembly' time='00:01:58.5210000' result='Passed'>{case}</test-suite></test-run>"
    );
    let found = read_with(Generation::Three, report.as_bytes(), &all_attachments());
    assert_eq!(found.spans, ["2011-07-26T11:34:27Z 2011-07-26T11:36:25Z"]);
    assert_eq!(found.cases[0].duration, Some(1_500_000_000));
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
    for (times, expected) in [
        ("run-date='2011-07-26' start-time='2011-07-26 11:34:27Z'", &["2011-07-26T11:34:27Z -"][..]),
        ("run-date='2011-07-26'", &[]),
    ] {
        let report = format!("<test-run {times} result='Passed'>{case}</test-run>");
        let found = read_with(Generation::Three, report.as_bytes(), &all_attachments());
        assert_eq!(found.spans, expected, "{times}");
        assert_eq!(found.kinds(), [], "{times}");
    }
}

#[test]
fn n29_raw_quotes_in_a_name_are_told() {
    let found = two("\n<test-case name=\"A.B(\"x\",\"y\")\" executed=\"True\" result=\"Success\"/>");
    assert_eq!(found.lines(), ["passed A.B"]);
    assert_eq!(found.kinds(), [ProblemKind::Malformed]);
    assert_eq!(found.problems[0].position.unwrap().line, 2);
    // A name that is only cut is no damage.
    assert_eq!(two("<test-case name='A.B(&quot;aaa...' result='Success'/>").kinds(), []);
}

#[test]
fn n30_entities_stay_as_they_are_written() {
    let report = b"<!DOCTYPE test [ <!ENTITY xxe SYSTEM 'file:///etc/hosts'> ]><test-results><test-case name='A.B' result='Failure'>\
        <failure><message>&xxe;</message></failure></test-case></test-results>";
    let found = read_with(Generation::Two, report, &all_attachments());
    assert_eq!(details(found.only()), [(Failure, "&xxe;", "")]);
}

#[test]
fn n31_several_failures_are_all_kept() {
    let failure =
        |text: &str| format!("<failure><message>{text}</message><stack-trace>at {text}</stack-trace></failure>");
    let found =
        two(&format!("<test-case name='A.B' result='Failure'>{}{}</test-case>", failure("one"), failure("two")));
    assert_eq!(details(found.only()), [(Failure, "one", "at one"), (Failure, "two", "at two")]);
}

#[test]
fn n32_retry_makes_no_attempts() {
    let found = three(
        "<test-case fullname='A.B' result='Passed'><properties><property name='Retry' value='3'/></properties></test-case>",
    );
    assert_eq!(found.lines(), ["passed A.B"]);
    assert_eq!(found.only().attempt_group, 0);
    assert_eq!(properties(found.only()), [("Retry", "3", false)]);
}

#[test]
fn n33_attachments_are_paths() {
    let inside = "<test-case fullname='A.B' result='Passed'><attachments><attachment><filePath>C:\\out\\a.png</filePath>\
        <description>shot</description></attachment><attachment><filePath> </filePath></attachment></attachments></test-case>";
    let found = three(inside);
    assert_eq!(found.only().attachments.len(), 1);
    assert_eq!(found.only().attachments[0].data, "C:\\out\\a.png");
    assert_eq!(found.only().attachments[0].content, crate::model::Content::Path);
    let none = ReadOptions { attachments: crate::format::Attachments::None, ..ReadOptions::default() };
    let report = format!("<test-run result='Passed'>{inside}</test-run>");
    assert!(read_with(Generation::Three, report.as_bytes(), &none).only().attachments.is_empty());
}

#[test]
fn n34_output_is_read_on_demand_and_has_an_end() {
    let report = format!(
        "<test-run result='Passed'><test-case fullname='A.B' result='Passed'><output>{}</output></test-case></test-run>",
        "0123456789".repeat(100_000)
    );
    assert_eq!(read_with(Generation::Three, report.as_bytes(), &ReadOptions::default()).only().stdout.text, "");
    let wanted = ReadOptions { output: Attachments::All, ..ReadOptions::default() };
    let found = read_with(Generation::Three, report.as_bytes(), &wanted);
    assert!(found.only().stdout.text.len() > 50_000 && found.only().stdout.text.len() < 400_000);
}

#[test]
fn n38_skipped_by_its_result_alone() {
    let found = three(
        "<test-case fullname='A.B' result='Skipped'/><test-case fullname='A.C' result='Skipped' label='Explicit' runstate='Explicit'/>",
    );
    assert_eq!(found.lines(), ["skipped A.B", "skipped A.C"]);
}

#[test]
fn labels_go_before_the_message() {
    let found = three(
        "<test-case fullname='A.B' result='Failed' label='Invalid'><failure><message>no</message></failure></test-case><test-case fullname='A.C' result='Failed' label='Cancelled'/>",
    );
    assert_eq!(found.lines(), ["errored A.B", "errored A.C"]);
    assert_eq!(details(&found.cases[0]), [(Error, "[Invalid] no", "")]);
    assert_eq!(details(&found.cases[1]), [(Error, "[Cancelled]", "")]);
    let found = two(
        "<test-case name='A.B' executed='False' result='NotRunnable'><reason><message>no arguments</message></reason></test-case>",
    );
    assert_eq!(details(found.only()), [(Error, "[NotRunnable] no arguments", "")]);
}

#[test]
fn unknown_results_never_pass() {
    let found = three(
        "<test-case fullname='A.B' result='Splendid'/><test-case fullname='A.C'/><test-case fullname='A.D' result='Inconclusive'/>",
    );
    assert_eq!(found.lines(), ["notrun A.B", "notrun A.C", "inconclusive A.D"]);
    assert_eq!(found.kinds(), [ProblemKind::UnknownStatus, ProblemKind::UnknownStatus]);
}

#[test]
fn a_misspelt_success_is_none() {
    let found = two("<test-case name='A.B' executed='True' success='Turue'/>");
    assert_eq!((found.lines(), found.kinds()), (vec!["failed A.B".to_owned()], vec![ProblemKind::UnknownStatus]));
}

#[test]
fn a_list_of_tests_is_no_report() {
    let report = b"<test-run testcasecount='2'><test-suite type='Assembly'><test-case fullname='A.B'/><test-case fullname='A.C'/></test-suite></test-run>";
    let found = read_with(Generation::Three, report, &all_attachments());
    assert_eq!((found.cases.len(), found.kinds()), (0, vec![ProblemKind::Unsupported]));
}

#[test]
fn times_of_both_shapes() {
    let found = three(
        "<test-case fullname='A.B' result='Passed' start-time='2024-05-01 10:00:00Z' end-time='2024-05-01T10:00:02.5000000Z' duration='2.5'/>\
         <test-case fullname='A.C' result='Passed' start-time='2024-05-01 10:00:00Z' end-time='2024-05-01 09:00:00Z' duration='2'/>\
         <test-case fullname='A.D' result='Skipped' start-time='0001-01-01 00:00:00Z' end-time='0001-01-01 00:00:00Z' duration='0.000000'/>",
    );
    let shown = |case: &TestCase| [case.start, case.finish].map(|at| at.map_or(String::new(), |at| at.to_string()));
    assert_eq!(shown(&found.cases[0]), ["2024-05-01T10:00:00Z", "2024-05-01T10:00:02Z"]);
    assert_eq!(shown(&found.cases[1]), ["2024-05-01T10:00:00Z", "2024-05-01T10:00:02Z"]);
    assert_eq!(shown(&found.cases[2]), ["", ""]);
    assert_eq!(found.kinds(), []);
    assert_eq!(
        three("<test-case fullname='A.B' result='Passed' start-time='2024-05-01 10:00:00'/>").kinds(),
        [ProblemKind::NaiveTimestamp]
    );
}

#[test]
fn a_cut_report_keeps_its_complete_cases() {
    let report = b"<test-run result='Passed'><test-suite name='s'><test-case fullname='A.B' result='Passed'/><test-case fullname='A.C' result='Passed'><properties>";
    let found = read_with(Generation::Three, report, &all_attachments());
    assert_eq!(found.lines(), ["passed A.B"]);
    assert!(found.kinds().iter().all(|kind| *kind == ProblemKind::Truncated) && !found.kinds().is_empty());
}

#[test]
fn an_open_case_never_passes() {
    let found = three("<test-case fullname='A.B' result='Passed'><test-case fullname='A.C' result='Passed'/>");
    assert_eq!(found.lines(), ["passed A.C"]);
    assert!(found.kinds().contains(&ProblemKind::Truncated));
}
