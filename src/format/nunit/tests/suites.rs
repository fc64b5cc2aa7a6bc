//! Quirks of suites: what cases have from them, and how they fail.

use super::*;
use DetailKind::{Error, Failure, Skip};

const CASE: &str = "<test-case name='M(1)' fullname='N.C.M(1)' classname='N.C' methodname='M' result='Passed'/>";

fn suite(type_name: &str, attributes: &str, inside: &str) -> String {
    format!("<test-suite type='{type_name}' name='{type_name}' {attributes}>{inside}</test-suite>")
}

fn property(name: &str, value: &str) -> String {
    format!("<properties><property name='{name}' value='{value}'/></properties>")
}

#[test]
fn n08_an_extra_level_changes_nothing() {
    let report = format!(
        "<test-run result='Failed(Child)'>{}</test-run>",
        suite("TestSuite", "result='Failed(Child)'", &suite("Assembly", "", CASE))
    );
    let found = read_with(Generation::Three, report.as_bytes(), &all_attachments());
    assert_eq!((found.lines(), found.kinds()), (vec!["passed N.C.M".to_owned()], vec![]));
}

#[test]
fn n09_requirements_come_from_every_suite() {
    for (type_name, inherited) in [
        ("ParameterizedMethod", true),
        ("GenericMethod", true),
        ("Theory", true),
        ("TestFixture", false),
        ("Assembly", false),
    ] {
        let found = three(&suite(type_name, "", &(property("Requirement", "SHOP-1") + CASE)));
        assert_eq!(properties(found.only()), [("requirements", "SHOP-1", inherited)], "{type_name}");
    }
}

#[test]
fn other_properties_come_from_methods_only() {
    let method = suite("ParameterizedMethod", "", &(property("TestKey", "SHOP-2") + CASE));
    let found = three(&suite("TestFixture", "", &(property("TestKey", "SHOP-1") + &property("_PID", "3") + &method)));
    assert_eq!(properties(found.only()), [("TestKey", "SHOP-2", true)]);
    let found = three(&(suite("ParameterizedMethod", "", &(property("TestKey", "SHOP-2") + CASE)) + CASE));
    assert_eq!(properties(&found.cases[1]), [], "a closed suite hands down nothing");
}

#[test]
fn categories_come_from_every_suite_once() {
    let own = "<test-case name='N.C.M' result='Success'><categories><category name='fast'/></categories></test-case>";
    let found = two(&suite(
        "Assembly",
        "",
        &format!("<categories><category name='nightly'/><category name='fast'/></categories><results>{own}</results>"),
    ));
    assert_eq!(found.only().tags.to_vec(), ["fast", "nightly"]);
    let found = three(&suite("TestFixture", "", &(property("Category", "slow") + CASE)));
    assert_eq!(found.only().tags.to_vec(), ["slow"]);
}

#[test]
fn descriptions_are_the_cases_own_or_the_methods() {
    let found = two(&suite(
        "TestFixture",
        "description='all of it'",
        "<results><test-case name='N.C.M' description='adds' result='Success'/></results>",
    ));
    assert_eq!(properties(found.only()), [("test_description", "adds", false)]);
    let found = three(&suite("ParameterizedMethod", "", &(property("Description", "adds") + CASE)));
    assert_eq!(properties(found.only()), [("test_description", "adds", true)]);
}

#[test]
fn properties_after_the_cases_come_too_late() {
    let found = three(&suite("TestFixture", "", &(CASE.to_owned() + &property("Category", "late"))));
    assert!(found.only().tags.is_empty());
    assert_eq!(found.kinds(), [ProblemKind::Unusual]);
}

#[test]
fn there_is_an_end_to_what_suites_hand_down() {
    let many = property("Category", "abcdefghij").repeat(10_000);
    assert_eq!(three(&suite("TestFixture", "", &(many + CASE))).kinds(), [ProblemKind::LimitReached]);
}

#[test]
fn n13_a_failed_set_up_explains_its_cases() {
    let case = "<test-case fullname='N.C.M' result='Failed' site='Parent'><failure><message>OneTimeSetUp: boom</message></failure></test-case>";
    let failure = "<failure><message>boom</message><stack-trace>at SetUp</stack-trace></failure>";
    let found = three(&suite("TestFixture", "result='Failed' label='Error' site='SetUp'", &format!("{failure}{case}")));
    assert_eq!(details(found.only()), [(Failure, "OneTimeSetUp: boom", "at SetUp")]);
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure]);
    assert_eq!(found.problems[0].message, "the suite 'TestFixture' failed outside its test cases (SetUp): boom");
    // A case that failed by itself keeps its own words.
    let case = case.replace(" site='Parent'", "");
    let found = three(&suite("TestFixture", "result='Failed' site='SetUp'", &format!("{failure}{case}")));
    assert_eq!(details(found.only()), [(Failure, "OneTimeSetUp: boom", "")]);
}

#[test]
fn n13_n17_what_stands_behind_the_cases_is_told_whole() {
    let case = "<test-case fullname='N.C.M' result='Failed' site='Parent'><failure><message>OneTimeSetUp: boom</message></failure></test-case>";
    let failure = "<failure><message>boom</message><stack-trace>at SetUp\n  at Run</stack-trace></failure>";
    let found = three(&suite("TestFixture", "result='Failed' site='SetUp'", &format!("{case}{failure}")));
    let told = "the suite 'TestFixture' failed outside its test cases (SetUp): boom | at SetUp | at Run";
    assert_eq!((found.kinds(), &*found.problems[0].message), (vec![ProblemKind::ContainerFailure], told));
    let case = "<test-case fullname='N.C.M' result='Skipped' site='Parent'/>";
    let reason = "<reason><message>not ready</message></reason>";
    let found = three(&suite("TestFixture", "result='Skipped' label='Ignored'", &format!("{case}{reason}")));
    let told = "the reason of the suite 'TestFixture' follows its test cases, which lack it: not ready";
    assert_eq!((found.kinds(), &*found.problems[0].message), (vec![ProblemKind::Unusual], told));
}

#[test]
fn n13_in_version_2() {
    let case = "<test-case name='N.C.M' result='Error'><failure><message>TestFixtureSetUp failed in C</message></failure></test-case>";
    let failure = "<failure><message>SetUp : boom</message><stack-trace>at SetUp</stack-trace></failure>";
    let found = two(&suite("TestFixture", "result='Error'", &format!("{failure}<results>{case}</results>")));
    assert_eq!(details(found.only()), [(Error, "[Error] TestFixtureSetUp failed in C", "SetUp : boom\nat SetUp")]);
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure]);
    // A suite below the one that failed says as little as the case.
    let below = "<failure><message>Parent SetUp failed in C</message></failure>";
    let inner = suite("TestFixture", "result='Error'", &format!("{below}<results>{case}</results>"));
    let failure = failure.replace("<stack-trace>at SetUp</stack-trace>", "");
    let found = two(&suite("TestFixture", "result='Error'", &format!("{failure}<results>{inner}</results>")));
    assert_eq!(details(found.only()), [(Error, "[Error] TestFixtureSetUp failed in C", "SetUp : boom")]);
}

#[test]
fn n14_a_failed_tear_down_leaves_its_cases_alone() {
    let failure = "<failure><message>TearDown : boom</message></failure>";
    let found =
        three(&suite("TestFixture", "result='Failed' label='Error' site='TearDown'", &format!("{failure}{CASE}")));
    assert_eq!((found.lines(), found.kinds()), (vec!["passed N.C.M".to_owned()], vec![ProblemKind::ContainerFailure]));
}

#[test]
fn n15_failures_of_children_are_not_the_suites() {
    for message in ["One or more child tests had errors", "Child test failed"] {
        let failure = format!("<failure><message>{message}</message></failure>");
        assert_eq!(three(&suite("TestFixture", "result='Failed' site='Child'", &failure)).kinds(), []);
        assert_eq!(three(&suite("TestFixture", "result='Failed'", &failure)).kinds(), []);
        assert_eq!(two(&suite("TestFixture", "result='Failure'", &failure)).kinds(), []);
    }
}

#[test]
fn n16_an_assembly_that_cannot_be_run() {
    let skip = property("_SKIPREASON", "No suitable tests found");
    let found = three(&suite("Assembly", "testcasecount='0' result='Failed' label='Invalid'", &skip));
    assert_eq!((found.cases.len(), found.kinds()), (0, vec![ProblemKind::ContainerFailure]));
    assert!(found.problems[0].message.ends_with("(Invalid): No suitable tests found"), "{}", found.problems[0].message);
}

#[test]
fn n17_an_ignored_fixture_gives_its_reason() {
    let case = "<test-case fullname='N.C.M' result='Skipped' label='Ignored' site='Parent'/>";
    let reason = "<reason><message>not ready</message></reason>";
    let found = three(&suite("TestFixture", "result='Skipped' label='Ignored'", &format!("{reason}{case}")));
    assert_eq!(details(found.only()), [(Skip, "not ready", "")]);
    let consequence = "<reason><message>One or more child tests were ignored</message></reason>";
    let found = three(&suite("TestFixture", "result='Skipped' label='Ignored'", &format!("{consequence}{case}")));
    assert_eq!(details(found.only()), []);
}

#[test]
fn n35_no_cases_at_all() {
    let found = two(&suite(
        "TestFixture",
        "executed='True' result='Success'",
        "<reason><message>no tests</message></reason><results/>",
    ));
    assert_eq!((found.cases.len(), found.kinds()), (0, vec![]));
}

#[test]
fn n36_names_may_be_long() {
    let name = "x/".repeat(50_000);
    let found = three(&format!("<test-suite name='{name}' result='Failed' site='SetUp'>{CASE}</test-suite>"));
    assert_eq!(found.cases.len(), 1);
    assert!(found.problems[0].message.len() < 5000);
}

#[test]
fn n37_cases_beside_suites() {
    let beside = CASE.replace("'M'", "'L'").replace("M(1)", "L");
    let found =
        three(&suite("TestFixture", "", &format!("{beside}{}{beside}", suite("ParameterizedMethod", "", CASE))));
    assert_eq!(found.lines(), ["passed N.C.L", "passed N.C.M", "passed N.C.L"]);
    assert_eq!(found.cases[0].row_group, 0);
    assert_ne!(found.cases[1].row_group, 0);
}

#[test]
fn fragments_are_read_with_a_note() {
    let report = suite("TestFixture", "result='Passed'", CASE);
    let found = read_with(Generation::Three, report.as_bytes(), &all_attachments());
    assert_eq!((found.lines(), found.kinds()), (vec!["passed N.C.M".to_owned()], vec![ProblemKind::Unusual]));
}

#[test]
fn the_machine_is_that_of_the_innermost_assembly() {
    let assembly = |name: &str| suite("Assembly", "", &format!("<environment machine-name='{name}'/>{CASE}"));
    let found = three(&format!("{}{CASE}", assembly("agent-7")));
    assert_eq!(found.cases[0].host, "agent-7");
    assert_eq!(found.cases[1].host, "");
}

#[test]
fn a_cancelled_run_is_told() {
    let report = format!("<test-run result='Failed' label='Cancelled'>{CASE}</test-run>");
    assert_eq!(
        read_with(Generation::Three, report.as_bytes(), &all_attachments()).kinds(),
        [ProblemKind::ContainerFailure]
    );
}

#[test]
fn there_is_an_end_to_failures_told() {
    let one = suite("TestFixture", "result='Failed' site='SetUp'", "");
    let found = three(&one.repeat(1200));
    assert_eq!(found.problems.len(), 1001);
    assert!(found.problems[1000].message.starts_with("200 further suites"));
}

/// Qualified name, title and class of each case.
fn names(found: &Findings) -> Vec<[&str; 3]> {
    found.cases.iter().map(|case| [&*case.qualified_name, &*case.title, &*case.container]).collect()
}

fn named_case(name: &str) -> String {
    format!("<test-case name='{name}' executed='True' result='Success'/>")
}

#[test]
fn a_case_that_names_its_method_alone_is_named_by_its_suites() {
    let suite = |type_name: &str, name: &str, inside: &str| {
        format!("<test-suite type='{type_name}' name='{name}'><results>{inside}</results></test-suite>")
    };
    // DUnitX.
    let fixture = |name: &str| suite("Fixture", name, &named_case("TestExecute.Half 0.5"));
    let inside = suite("Namespace", "Calc", &suite("Namespace", "Ops", &(fixture("TAdd") + &fixture("TSub"))));
    let found = two(&suite("Assembly", "Calc.exe", &inside));
    assert_eq!(
        names(&found),
        [
            ["Calc.Ops.TAdd.TestExecute.Half 0.5", "TestExecute.Half 0.5", "Calc.Ops.TAdd"],
            ["Calc.Ops.TSub.TestExecute.Half 0.5", "TestExecute.Half 0.5", "Calc.Ops.TSub"],
        ]
    );
    // NUnitLite on devices, with the rows of a method and the arguments of a fixture.
    let rows = suite("ParameterizedMethod", "Dns", &named_case("Dns(System.Net.Handler)"));
    let found = two(&suite("Assembly", "/app/a.exe", &suite("TestFixture", "Http(1)", &rows)));
    assert_eq!(names(&found), [["Http.Dns", "Dns", "Http"]]);
    assert_eq!(arguments(found.only()), ["arg1=1", "arg2=System.Net.Handler"]);
    // helm-unittest.
    let found = two(&(suite("TestFixture", "deployment (a)", &named_case("has labels"))
        + &suite("TestFixture", "deployment (b)", &named_case("has labels"))));
    assert_eq!(found.lines(), ["passed deployment (a).has labels", "passed deployment (b).has labels"]);
}

#[test]
fn suites_without_a_type_name_their_cases() {
    let suite =
        |name: &str, inside: &str| format!("<test-suite name='{name}'><results>{inside}</results></test-suite>");
    let inner = suite("Form", &(suite("f(a)", &named_case("works")) + &suite("f(b)", &named_case("works"))));
    assert_eq!(two(&inner).lines(), ["passed Form.f(a).works", "passed Form.f(b).works"]);
    for file in ["a.dll", "C:\\b\\a", "/b/a", "A.EXE", ""] {
        assert_eq!(two(&suite(file, &named_case("works"))).lines(), ["passed works"], "{file}");
    }
}

#[test]
fn a_case_without_a_name_is_not_called_by_its_suites() {
    let found = two(&format!("<test-suite type='Namespace' name='N'>{}</test-suite>", named_case(" ")));
    assert_eq!(found.only().qualified_name.trim(), "");
}

#[test]
fn names_that_hold_their_class_are_left_alone() {
    for (namespace, fixture, name) in [
        ("N", "C", "N.C.M"),
        ("N", "C", "N.Base.M"),
        ("N", "N.C", "N.C.M"),
        ("N", "N.C", "C.M"),
        ("N", "Outer+C", "X.Outer+C.M"),
        ("N", "C&lt;Int32&gt;", "X.C&lt;System.Int32&gt;.M"),
        ("N", "C`1", "X.C&lt;System.Int32&gt;.M"),
        ("", "C(1)", "X.C(1).M"),
        ("", "C(1)", "X.C.M"),
    ] {
        let with = two(&format!(
            "<test-suite type='Namespace' name='{namespace}'><test-suite type='TestFixture' name='{fixture}'>\
             {}</test-suite></test-suite>",
            named_case(name)
        ));
        assert_eq!(names(&with), names(&two(&named_case(name))), "{namespace} {fixture} {name}");
    }
    let found = two("<test-suite type='Namespace' name='N'><test-suite type='TestFixture' name='N.C'>\
         <test-case name='M' result='Success'/></test-suite></test-suite>");
    assert_eq!(found.lines(), ["passed N.C.M"]);
}

#[test]
fn there_is_an_end_to_the_path_of_a_case() {
    let suite = format!("<test-suite type='Namespace' name='{}'>", "n".repeat(3000));
    let found = two(&format!("{suite}{suite}{}</test-suite></test-suite>", named_case("M")));
    assert_eq!(found.only().qualified_name.len(), 3002);
}

#[test]
fn xamarin_wraps_reports_of_both_generations() {
    let wrapped = |report: &str| {
        format!(
            "<TouchUnitTestRun>\n<NUnitOutput>\n{report}</NUnitOutput><TouchUnitExtraData><![CDATA[<x]]></TouchUnitExtraData>\
             </TouchUnitTestRun>"
        )
    };
    let two = wrapped(
        "<!-- x --><test-results name='Pester' date='2019-12-18' time='02:12:41'><environment machine-name='mac'/>\
         <test-suite name='s'><results><test-case name='N.C.M' result='Success'/></results></test-suite></test-results>",
    );
    let found = read_with(Generation::Two, two.as_bytes(), &all_attachments());
    assert_eq!((found.lines(), found.kinds()), (vec!["passed s.N.C.M".to_owned()], vec![ProblemKind::NaiveTimestamp]));
    assert_eq!((&*found.only().host, &*found.producer), ("mac", "pester"));
    let three = wrapped(&format!("<test-run result='Passed'>{}</test-run>", suite("Assembly", "", CASE)));
    let found = read_with(Generation::Three, three.as_bytes(), &all_attachments());
    assert_eq!((found.lines(), found.kinds()), (vec!["passed N.C.M".to_owned()], vec![]));
    // A list of tests is one inside the wrapper, too.
    let bare = CASE.replace("result='Passed'", "");
    let listing = wrapped(&format!("<test-run>{}</test-run>", suite("Assembly", "", &bare)));
    let found = read_with(Generation::Three, listing.as_bytes(), &all_attachments());
    assert_eq!((found.lines().len(), found.kinds()), (0, vec![ProblemKind::Unsupported]));
}
