//! Each producer by a report as small as it would write, look-alikes, and the reports of real runs.

use std::ops::ControlFlow;
use std::path::Path;

use super::super::parse;
use crate::format::ReadOptions;
use crate::model::{Body, Problem, ReportVisitor, TestCase};

#[derive(Default)]
struct Named(String);

impl ReportVisitor for Named {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    fn problem(&mut self, _: Problem) {}
    fn producer(&mut self, name: &str) {
        self.0 = name.to_owned();
    }
}

fn producer(report: &[u8]) -> String {
    let mut named = Named::default();
    parse(Body::Bytes(report), &ReadOptions::default(), &mut named).unwrap();
    named.0
}

/// A report with one root tag and a case of this tag.
fn check(name: &str, root: &str, case: &str) {
    let report = format!("<{root}><{case}/>");
    assert_eq!(producer(report.as_bytes()), name, "{report}");
}

/// Writes a tag with these attributes, each with a value that says nothing.
fn shaped(element: &str, names: &str) -> String {
    names.split(' ').fold(element.to_owned(), |tag, name| format!("{tag} {name}='1'"))
}

#[test]
fn references_in_a_name_do_not_hide_a_producer() {
    check("pytest", "testsuites name='pytest&#32;tests'", "testcase name='a'");
    check("pytest", "testsuites name='pyte&#x73;t tests'", "testcase name='a &amp; b'");
    check("", "testsuites name='pytest&amp;#32;tests'", "testcase name='a'");
}

#[test]
fn roots_of_fixed_name() {
    for (name, root) in [
        ("pytest", "testsuites name='pytest tests'"),
        ("pytest", "testsuite name='pytest' errors='0' failures='0' skips='0' tests='1' time='1'"),
        ("pytest", "testsuites><testsuite name='pytest' errors='0' failures='0' skipped='0' tests='1'"),
        ("jest-junit", "testsuites name='jest tests' tests='1'"),
        ("mocha-junit-reporter", "testsuites name='Mocha Tests' time='1'"),
        ("mocha-xunit", "testsuite name='Mocha Tests' tests='1'"),
        ("vitest", "testsuites name='vitest tests'"),
        ("nextest", "testsuites name='nextest-run' uuid='7b187ca1-62b0-40ec-829e-7123a1b63a9e'"),
        (
            "pester",
            "testsuites xsi:noNamespaceSchemaLocation='junit_schema_4.xsd' name='Pester' tests='1' disabled='0'",
        ),
        ("googletest", "testsuites tests='1' failures='0' disabled='0' errors='0' time='0' name='AllTests'"),
        ("testcafe", "testsuite name='TestCafe Tests: Chrome 120' tests='1'"),
        ("dredd", "testsuite name='Dredd Tests' tests='1'"),
        ("testem", "testsuite name='Testem Tests' tests='1'"),
        (
            "hoppscotch",
            "testsuites><testsuite name='a' time='1' timestamp='2024-07-01T10:00:03.000Z' tests='1' failures='0' errors='0'",
        ),
        (
            "",
            "testsuites><testsuite name='a' time='1' timestamp='2024-07-01T10:00:03' tests='1' failures='0' errors='0'",
        ),
        ("rspec-junit-formatter", "testsuite name='rspec2' tests='1' hostname='h'"),
        ("nose2", "testsuite name='nose2-junit' tests='1'"),
        ("nose", "testsuite name='nosetests' tests='1'"),
        ("junit-platform", "testsuite name='JUnit Jupiter' tests='1' hostname='h'"),
        ("catch2", "testsuites><testsuite name='shop' hostname='tbd'"),
        ("doctest", "testsuites><testsuite name='shop' errors='0' failures='0' tests='1' doctest_version='2.4.11'"),
        (
            "marathon",
            "testsuite xsi:noNamespaceSchemaLocation='surefire-test-report-3.0.xsd' xmlns:xsi='' name='omni' tests='1' \
             failures='0' errors='0' time='1' skipped='0' timestamp='2024-07-01T10:00:03'",
        ),
        (
            "tap-harness-junit",
            "testsuites><testsuite name='shop_t' errors='0' failures='0' skipped='0' tests='1' time='1'",
        ),
        ("tap-harness-junit", "testsuites><testsuite name='t.shop_t' errors='0' failures='0' tests='1' time='1'"),
        (
            "tap-harness-junit",
            "testsuites><testsuite name='t/a.t' errors='0' failures='0' skipped='0' tests='1' time='1'",
        ),
        ("", "testsuites><testsuite name='shop' errors='0' failures='0' skipped='0' tests='1' time='1'"),
        ("busted", "testsuites><testsuite tests='7' name='Run 1 of 1' skip='1'"),
        ("unittest-xml-reporting", "testsuites><testsuite name='Cart-20261124013828' tests='7' file='shop.py'"),
        ("unittest-xml-reporting", "testsuite errors='0' file='shop.py' name='Cart-20261124013828' tests='7'"),
        (
            "newman",
            "testsuites><testsuite name='smoke-20261124013828' id='' timestamp='' tests='' failures='' errors='' time=''",
        ),
        ("", "testsuites><testsuite name='smoke-20261124013828' tests='7'"),
    ] {
        check(name, root, "testcase name='t'");
    }
}

#[test]
fn avocado_lists_what_robot_lists() {
    let root = |name: &str| {
        format!(
            "testsuite name='{name}' tests='1' errors='0' failures='0' skipped='0' time='1' timestamp='2026-11-27T03:00:15.660178'"
        )
    };
    check("avocado", &root("job-2026-11-27T03.00-0b5a670"), "testcase classname='A' name='av.py:A.test' time='1'");
    check("robot", &root("Shop"), "testcase classname='Shop' name='t' time='1'");
}

#[test]
fn schemas_and_comments() {
    const SCHEMA: &str = "https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd";
    check("surefire", &format!("testsuite xsi:noNamespaceSchemaLocation='{SCHEMA}' name='s'"), "testcase name='t'");
    check("surefire", &format!("testsuite xsi:schemaLocation='{SCHEMA}' name='s'"), "testcase name='t'");
    for (class, name) in
        [("JUnitReportReporter", "testng-junitreports"), ("JUnitXMLReporter", "testng-junitxmlreporter")]
    {
        let report = format!("<!-- Generated by org.testng.reporters.{class} --><testsuite name='s'/>");
        assert_eq!(producer(report.as_bytes()), name);
    }
}

#[test]
fn roots_of_fixed_shape() {
    for (name, element, attributes) in [
        ("playwright", "testsuites", "id name tests failures skipped errors time"),
        ("ctest", "testsuite", "name tests failures disabled skipped hostname time timestamp"),
        ("behave", "testsuite", "name tests errors failures skipped time timestamp hostname"),
        ("robot", "testsuite", "name tests errors failures skipped time"),
        ("robot", "testsuite", "name tests errors failures skipped time timestamp"),
        ("gradle", "testsuite", "name tests skipped failures errors timestamp hostname time"),
        ("junit-platform", "testsuite", "name tests skipped failures errors time hostname timestamp"),
        ("ant", "testsuite", "errors failures hostname name skipped tests time timestamp"),
        ("ant-junitlauncher", "testsuite", "name time timestamp tests failures skipped aborted"),
        ("kotest", "testsuite", "timestamp time hostname errors failures skipped tests name"),
        ("cucumber-js", "testsuite", "name time tests skipped failures errors timestamp"),
        ("cucumber-ruby", "testsuite", "failures errors skipped tests time name"),
    ] {
        check(name, &shaped(element, attributes), "testcase name='t'");
        // One attribute more or another place: somebody else.
        check("", &shaped(element, &format!("{attributes} added")), "testcase name='t'");
        check("", &shaped("wrapper><testsuite", attributes), "testcase name='t'");
    }
}

#[test]
fn suites_of_fixed_shape() {
    for (name, attributes) in [
        ("ant", "errors failures hostname id name package skipped tests time timestamp"),
        ("bccontainerhelper", "name timestamp hostname time tests failures errors skipped total"),
        ("bruno", "name errors failures skipped tests timestamp hostname time"),
        ("bruno", "name file errors failures skipped tests timestamp hostname time"),
        ("shellspec", "id tests failures skipped name hostname timestamp"),
        ("dart-junitreport", "errors failures tests skipped name timestamp"),
        ("gauge", "id tests failures package time timestamp name errors hostname"),
        ("gauge", "id tests failures package time timestamp name errors skipped hostname"),
        ("newman", "name id timestamp tests failures errors time"),
        ("gotestsum", "tests failures time name timestamp"),
        ("gotestsum", "tests failures skipped time name timestamp"),
        ("vitest", "name timestamp hostname tests failures errors skipped time"),
        ("go-junit-report", "name tests failures errors id hostname time timestamp"),
        ("go-junit-report", "name tests failures errors id hostname skipped time timestamp"),
        ("go-junit-report", "name tests failures errors id hostname time timestamp file"),
        ("go-junit-report", "name tests failures errors id hostname skipped time timestamp file"),
        ("karma-junit-reporter", "name package timestamp id hostname tests errors failures time"),
        ("junit-testlogger", "name tests skipped failures errors time timestamp hostname id package"),
        ("minitest-reporters", "name skipped failures errors tests assertions time"),
        ("minitest-reporters", "name filepath skipped failures errors tests assertions time"),
    ] {
        check(name, &shaped("testsuites><testsuite", attributes), "testcase name='t'");
        check("", &shaped("testsuites><testsuite added='1'", attributes), "testcase name='t'");
    }
    let bats = "name='shop.bats' tests='1' failures='0' errors='0' skipped='0' time='1' timestamp='' hostname='h'";
    check("bats", &format!("testsuites time='1'><testsuite {bats}"), "testcase name='t'");
    check("", &format!("testsuites time='1'><testsuite {}", bats.replace(".bats", "")), "testcase name='t'");
    // Android's runners write the same list, as root and of this host.
    let android = bats.replace(".bats", "").replace("hostname='h'", "hostname='localhost'");
    check("android", &format!("testsuite {android}"), "testcase name='t'");
    check("", &format!("testsuites><testsuite {android}"), "testcase name='t'");
}

#[test]
fn properties_of_suites() {
    for (name, property) in [
        ("karma-junit-reporter", "browser.fullName"),
        ("bccontainerhelper", "extensionid"),
        ("bccontainerhelper", "processinfo.start"),
        ("helm-unittest", "helm-unittest.version"),
        ("qt-test", "QTestVersion"),
        ("webdriverio", "specId"),
        ("ant", "ant.project.name"),
        ("gradle", "org.gradle.test.worker"),
        ("surefire", "surefire.test.class.path"),
        ("surefire", "surefire.real.class.path"),
        ("", "java.version"),
    ] {
        let suite = format!("testsuite name='s'><properties><property name='{property}' value='1'/></properties");
        check(name, &suite, "testcase name='t'");
    }
}

#[test]
fn cases_of_fixed_shape() {
    for (name, attributes) in [
        ("phpunit", "name class classname file line assertions time"),
        ("phpunit", "name file line class classname assertions time"),
        ("bazel", "name status duration time"),
        ("behave", "classname name status time"),
        ("cpputest", "classname name assertions time file line"),
        ("", "name classname time"),
        ("", "name classname status time"),
    ] {
        check(name, "testsuite name='s'", &shaped("testcase", attributes));
    }
    for case in [
        "testcase name='a' time='1' classname='test'",
        "testcase name='a' time='1' classname='test' file='a.js'",
        "testcase name='a' time='1' classname='test' failure='boom'",
    ] {
        check("node", "testsuites", case);
        check("", "testsuites", &case.replace("'test'", "'tests'"));
    }
}

#[test]
fn behave_of_old_pythons_is_not_ant() {
    let suite = |stamp: &str| {
        "testsuite errors='0' failures='0' hostname='h' name='s' skipped='0' tests='1' time='1' ".to_owned()
            + &format!("timestamp='{stamp}'")
    };
    let case = shaped("testcase", "classname name status time");
    check("behave", &suite("2019-05-06T23:26:14.087433"), &case);
    // pytest under a suite name of one's own.
    check("", &suite("2019-05-06T23:26:14.087433"), &shaped("testcase", "classname name time"));
    check("ant", &suite("2019-05-06T23:26:14"), &shaped("testcase", "classname name time"));
    // Reports of several features in one file, and somebody else's cases.
    check("behave", &format!("testsuites><{}", suite("2019-05-06T23:26:14.087433")), &case);
    check("", "testsuites><testsuite name='s' timestamp='2013-05-24T10:23:58'", &case);
    check("", "testsuites", &case);
}

#[test]
fn each_suite_speaks_for_itself() {
    // reports.jsonl names the first one that is found.
    check("pytest", "testsuites><testsuite name='s'/><testsuite name='pytest'/><testsuite hostname='tbd'", "testcase");
    let many = "<testsuite name='s'><testcase name='t'/></testsuite>".repeat(40);
    check("pytest", &format!("testsuites>{many}<testsuite name='pytest'"), "testcase");
}

#[test]
fn nobody_is_taken_for_another() {
    check("", "testsuites name='All tests' tests='1' failures='0'", "testcase classname='c' name='t' time='1'");
    check("", "testsuite name='com.acme.CartTest' time='1' tests='1' errors='0' skipped='0' failures='0'", "testcase");
    check("", "testsuite name='rspec'", "testcase");
    check("", "testsuites><testsuite name='Cart-2026' tests='1'", "testcase");
}

/// The reports that real runners wrote, by the beginning of their file names. TAP::Formatter::JUnit writes its
/// attributes in an order that changes, under names that others use, too.
const FIXTURES: &[(&str, &str)] = &[
    ("ant-", "ant"),
    ("bats", "bats"),
    ("behave-", "behave"),
    ("busted", "busted"),
    ("catch2", "catch2"),
    ("ctest", "ctest"),
    ("cucumber-js", "cucumber-js"),
    ("cucumber-rs", "cucumber-rs"),
    ("cucumber-ruby", "cucumber-ruby"),
    ("doctest", ""),
    ("gotestsum", "gotestsum"),
    ("gtest", "googletest"),
    ("jest-junit", "jest-junit"),
    ("junit-platform", "junit-platform"),
    ("minitest-reporters", "minitest-reporters"),
    ("mocha-junit-reporter", "mocha-junit-reporter"),
    ("mocha-xunit", "mocha-xunit"),
    ("newman", "newman"),
    ("nextest", "nextest"),
    ("node", "node"),
    ("nose2", "nose2"),
    ("phpunit", "phpunit"),
    ("playwright", "playwright"),
    ("pytest", "pytest"),
    ("robot-xunit", "robot"),
    ("rspec-junit-formatter", "rspec-junit-formatter"),
    ("tap-formatter-junit", ""),
    ("tap-harness-junit", "tap-harness-junit"),
    ("testng-junitreports", "testng-junitreports"),
    ("testng-junitxmlreporter", "testng-junitxmlreporter"),
    ("unittest-xml-reporting", "unittest-xml-reporting"),
    ("vitest", "vitest"),
];

#[test]
fn reports_of_real_runners_are_recognised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/junit");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !file.ends_with(".xml") {
            continue;
        }
        let (_, name) = FIXTURES.iter().find(|(start, _)| file.starts_with(start)).expect(&file);
        assert_eq!(producer(&std::fs::read(&path).unwrap()), *name, "{file}");
        seen += 1;
    }
    assert!(seen > 40, "{seen} reports");
}
