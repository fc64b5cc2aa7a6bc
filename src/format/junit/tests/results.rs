//! J17 to J32: what became of a case, and failures that are no case.

use super::*;

#[test]
fn j17_all_failures_are_kept() {
    let found = case_with("<failure message='1'/><failure message='2'>x</failure>");
    assert_eq!(found.lines(), ["failed c.t"]);
    assert_eq!(found.only().details.len(), 2);
}

#[test]
fn j18_j19_failure_and_error_together() {
    let found = case_with("<failure/><error message='boom'/>");
    assert_eq!(found.lines(), ["errored c.t"]);
    assert_eq!(
        found.only().details.iter().map(|d| d.kind).collect::<Vec<_>>(),
        [DetailKind::Failure, DetailKind::Error]
    );
}

#[test]
fn j22_skipped_beside_failure() {
    assert_eq!(case_with("<failure message='x'/><skipped/>").lines(), ["failed c.t"]);
    assert_eq!(case_with("<failure message='Skipped: no db'/><skipped/>").lines(), ["skipped c.t"]);
    assert_eq!(
        case_with("<skipped message='TEST_CASE tagged with !mayfail'/><failure message='x'/>").lines(),
        ["skipped c.t"]
    );
}

#[test]
fn j23_j24_status_attributes() {
    for (attributes, expected) in [
        ("status='notrun'", "skipped"),
        ("status='disabled'", "skipped"),
        ("status='run' result='suppressed'", "skipped"),
        ("status='notrun' result='completed'", "skipped"),
        ("status='run' result='completed'", "passed"),
        ("status='fail'", "failed"),
        ("status='Failed'", "failed"),
        ("result='xfail'", "passed"),
        ("result='crashed'", "errored"),
        // Maestro, gdUnit4's neighbour GUT, Katalon.
        ("status='CANCELED'", "errored"),
        ("status='STOPPED'", "errored"),
        ("status='WARNING'", "passed"),
        // PlatformIO.
        ("status='WARNED'", "passed"),
        ("status='no asserts'", "passed"),
        ("status='INCOMPLETE'", "skipped"),
    ] {
        let found = read(&format!("<testsuite name='s'><testcase name='a' {attributes}/></testsuite>"));
        assert_eq!(found.lines(), [format!("{expected} s.a")], "{attributes}");
    }
    check(
        "<testsuite name='s'><testcase name='a' status='odd'/></testsuite>",
        &["passed s.a"],
        &[ProblemKind::UnknownStatus],
    );
}

#[test]
fn children_that_one_producer_alone_writes() {
    let found = case_with("<todo/>");
    assert_eq!((found.lines(), found.kinds()), (vec!["skipped c.t".to_owned()], vec![]));
    let found = case_with("<compromised message='no database' type='T'/>");
    assert_eq!((found.lines(), found.kinds()), (vec!["errored c.t".to_owned()], vec![]));
    // An assumption that did not hold, as Ant's launcher of JUnit 5 writes it.
    let found = case_with("<aborted message='no network' type='org.opentest4j.TestAbortedException'>at c.t</aborted>");
    assert_eq!((found.lines(), found.kinds()), (vec!["skipped c.t".to_owned()], vec![]));
    assert_eq!(found.only().details[0].message, "no network");
    // cocotb has names of its own for what a failure says.
    let found = case_with("<failure error_type='AssertionError' error_msg='3 is not 4'/>");
    let detail = &found.only().details[0];
    assert_eq!((&*detail.type_name, &*detail.message), ("AssertionError", "3 is not 4"));
}

#[test]
fn lines_of_cpputest_end_again() {
    let case = |attributes: &str| {
        let failure = "<failure message='cart.cpp:4: expected 3{newline}but was 4'/>";
        let found = read(&format!("<testsuite name='s'><testcase {attributes}>{failure}</testcase></testsuite>"));
        found.only().details[0].message.clone()
    };
    let own = "classname='Cart' name='adds' assertions='1' time='0.000' file='cart.cpp' line='2'";
    assert_eq!(case(own), "cart.cpp:4: expected 3\nbut was 4");
    assert_eq!(case("name='adds'"), "cart.cpp:4: expected 3{newline}but was 4");
}

#[test]
fn skip_is_skipped_and_what_sounds_like_a_result_is_told() {
    let found = case_with("<skip message='later'/>");
    assert_eq!((found.lines(), found.kinds()), (vec!["skipped c.t".to_owned()], vec![]));
    assert_eq!(found.only().details[0].message, "later");
    let found = case_with("<failed>boom</failed><Failure/><timeout/>");
    assert_eq!((found.lines(), found.kinds()), (vec!["passed c.t".to_owned()], vec![ProblemKind::UnknownStatus]));
    let told = &found.problems[0].message;
    assert!(told.ends_with("and was not read: <failed> (3 times in this report)"), "{told}");
    assert_eq!(case_with("<rp:testcase-id/><passed/><steps/><description/>").kinds(), []);
}

#[test]
fn j25_j26_j27_j28_attempts() {
    let found = case_with(
        "<flakyFailure message='boom' type='E'><stackTrace>t</stackTrace><system-out>o</system-out></flakyFailure>",
    );
    assert_eq!(found.lines(), ["passed c.t"]);
    let detail = &found.only().details[0];
    assert_eq!(
        (detail.kind, &*detail.message, &*detail.type_name, &*detail.text),
        (DetailKind::Attempt, "boom", "E", "t")
    );
    let found = case_with("<failure/><rerunFailure>plain</rerunFailure><rerunFailure/>");
    assert_eq!(found.lines(), ["failed c.t"]);
    assert_eq!(found.only().details[1].text, "plain");
    assert_eq!(case_with("<failure/><flakyFailure/>").lines(), ["failed c.t"]);
    let found = case_with("<rerunFailure message='short'><stackTrace>deep</stackTrace></rerunFailure><rerunError/>");
    assert_eq!((found.lines(), found.kinds()), (vec!["failed c.t".to_owned()], vec![ProblemKind::Unusual]));
    let details: Vec<_> = found.only().details.iter().map(|detail| (detail.kind, &*detail.text)).collect();
    assert_eq!(details, [(DetailKind::Failure, "deep"), (DetailKind::Attempt, "")]);
}

#[test]
fn j29_container_failures() {
    for inside in [
        "<testcase classname='c' name=''><error/></testcase>",
        "<testcase classname='c' name='initializationError'><failure/></testcase>",
        "<testcase classname='Test suite failed to run' name='a'><error/></testcase>",
        "<testcase classname='' name='pkg'><error message='Build error'/></testcase>",
        "<testcase classname='c' name='(It is not a test it is a sbt.testing.SuiteSelector)'><error/></testcase>",
    ] {
        let found = read(&format!("<testsuite name='s'>{inside}</testsuite>"));
        assert!(found.only().container_failure, "{inside}");
    }
    let found = read(
        "<testsuites><testsuite name='pytest'><testcase classname='' name='test_x'>\
         <error message='collection failure'>E</error></testcase></testsuite></testsuites>",
    );
    assert!(found.only().container_failure);
    assert!(!case_with("<failure/>").only().container_failure);
    assert!(!case_with("<error message='Runtime error'/>").only().container_failure);
    let passed = read("<testsuite name='s'><testcase classname='c' name=''/></testsuite>");
    assert_eq!((passed.lines(), passed.only().container_failure), (vec!["passed c".to_owned()], false));
    // A class that was skipped as a whole is no more of a test than one that failed.
    let skipped = read("<testsuite name='s'><testcase classname='c' name=''><skipped/></testcase></testsuite>");
    assert_eq!((skipped.lines(), skipped.only().container_failure), (vec!["skipped c".to_owned()], true));
    assert!(!case_with("<skipped/>").only().container_failure);
    check("<testsuite name='s'><error message='x'>boom</error></testsuite>", &[], &[ProblemKind::ContainerFailure]);
}

#[test]
fn j30_declared_errors_without_a_failing_case() {
    check(
        "<testsuites><testsuite name='s' errors='1'><testcase name='a'/><system-err>x</system-err></testsuite></testsuites>",
        &["passed s.a"],
        &[ProblemKind::ContainerFailure],
    );
}

#[test]
fn j32_declared_cases_are_not_invented() {
    check("<testsuite name='s' tests='9'><testcase name='a'/></testsuite>", &["passed s.a"], &[]);
}

#[test]
fn h2_flaky_disabled_and_expected_failure() {
    let found = read(
        "<testsuites><testsuite name='s'><testcase classname='c' name='flaky' time='0.2'>\
         <flakyFailure message='boom' type='E'><stackTrace>t</stackTrace></flakyFailure></testcase>\
         <testcase classname='c' name='off' status='disabled'/>\
         <testcase classname='c' name='xf'><skipped type='pytest.xfail' message='bug 7'/></testcase></testsuite></testsuites>",
    );
    assert_eq!(found.lines(), ["passed c.flaky", "skipped c.off", "skipped c.xf"]);
    assert_eq!(found.cases[1].outcome, Outcome::Skipped);
    assert_eq!(found.cases[2].details[0].message, "bug 7");
}

#[test]
fn j20_j21_message_and_text_are_handed_on_apart() {
    let found = case_with("<failure>\n  first\n</failure><failure message='m'/><failure message='m'>m</failure>");
    let shown: Vec<_> = found.only().details.iter().map(|detail| (&*detail.message, detail.text.trim())).collect();
    assert_eq!(shown, [("", "first"), ("m", ""), ("m", "m")]);
}

#[test]
fn j30_newman_says_what_went_wrong() {
    let found = read(
        "<testsuites name='Shop'><testsuite name='list' id='1' timestamp='' tests='0' failures='0' errors='1' time='0'>\
         <system-err><![CDATA[Iteration: 0\n---\nRequestError: no route\n at x]]></system-err></testsuite></testsuites>",
    );
    assert_eq!(
        found.problems[0].message,
        "the suite 'list' declares 1 failures or errors, but none of its test cases failed: RequestError: no route"
    );
    assert_eq!(found.problems.len(), 1);
}

#[test]
fn j30_errors_of_pester_are_told_once() {
    let report = |errors: u8, cases: &str| {
        let root =
            format!("xsi:noNamespaceSchemaLocation='junit_schema_4.xsd' name='Pester' errors='{errors}' disabled='0'");
        format!(
            "<testsuites {root}><testsuite name='a.Tests.ps1' errors='1' failures='0'>{cases}</testsuite></testsuites>"
        )
    };
    // A file that could not be read is a case of its own name.
    let file = "<testcase name='a.Tests.ps1' status='Failed' classname='a.Tests.ps1'><error message='no module'>at 1</error></testcase>";
    let found = read(&report(1, file));
    assert_eq!((found.only().container_failure, found.kinds()), (true, vec![]));
    let found = read(&report(3, file));
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure]);
    assert!(found.problems[0].message.starts_with("the report declares 2 errors"), "{:?}", found.problems);
}

#[test]
fn j30_hoppscotch_tells_of_requests_in_error_output_alone() {
    let suite = |said: &str| {
        format!(
            "<testsuites><testsuite name='shop/ping' time='1' timestamp='2024-07-01T10:00:03Z' tests='1' failures='0' errors='0'>\
             <system-err><![CDATA[{said}]]></system-err><testcase name='ok - 200'/></testsuite></testsuites>"
        )
    };
    let found = read(&suite("REQUEST_ERROR - ECONNREFUSED\n"));
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure]);
    assert!(
        found.problems[0].message.ends_with("its test cases: REQUEST_ERROR - ECONNREFUSED"),
        "{:?}",
        found.problems
    );
    // Whatever else is written there is none.
    assert_eq!(read(&suite("Deprecated: x")).kinds(), []);
}

#[test]
fn j30_an_aborted_suite_says_why_in_its_error_output() {
    let report = |attributes: &str, case: &str| {
        format!(
            "<testsuite {attributes} name='s'>{case}<system-err><![CDATA[java.lang.Error: no database\n at x]]></system-err>\
             </testsuite>"
        )
    };
    let told = |report: &str| read(report).problems.first().map(|problem| problem.message.clone());
    let lost = "the suite 's' declares 1 failures or errors, but none of its test cases failed";
    let passed = "<testcase name='a'/>";
    assert_eq!(told(&report("errors='1'", passed)), Some(format!("{lost}: java.lang.Error: no database")));
    assert_eq!(told(&report("errors='0'", passed)), None);
    assert_eq!(told(&report("failures='1'", "<testcase name='a'><failure/></testcase>")), None);
    // Of Surefire's, and others' that are known, it is a log.
    let surefire = "errors='1' xsi:schemaLocation='surefire-test-report.xsd'";
    assert_eq!(told(&report(surefire, passed)), Some(lost.to_owned()));
}

#[test]
fn j30_errors_at_the_root_are_of_those_who_wrote_all_of_it() {
    let gotestsum = "<testsuite tests='1' failures='0' time='1' name='p' timestamp='2024-07-01T10:00:00Z'>\
                     <testcase name='a'/></testsuite>";
    let other = "<testsuite name='s'><testcase name='b'><error/></testcase></testsuite>";
    let kinds = |suites: &str| read(&format!("<testsuites errors='1'>{suites}</testsuites>")).kinds();
    assert_eq!(kinds(gotestsum), [ProblemKind::ContainerFailure]);
    assert_eq!(kinds(&(gotestsum.to_owned() + other)), []);
}

#[test]
fn j30_what_has_a_case_to_show_raises_no_alarm() {
    for (why, report) in [
        (
            "Gradle counts attempts",
            "<testsuite name='s' failures='1'><testcase name='a'><flakyFailure/></testcase></testsuite>",
        ),
        (
            "Catch2 takes it back",
            "<testsuite name='s' failures='1'><testcase name='a'><failure message='Skipped: x'/>\
                                  <skipped/></testcase></testsuite>",
        ),
        (
            "Codeception counts warnings",
            "<testsuite name='s' failures='1'><testcase name='a'><warning/></testcase></testsuite>",
        ),
        (
            "an outer suite counts it, too",
            "<testsuites failures='1'><testsuite name='s' failures='1'><testcase name='a'>\
                                  <failure/></testcase></testsuite></testsuites>",
        ),
        (
            "a row of totals",
            "<testsuites><testsuite name='' tests='1' failures='1'/><testsuite name='s' failures='1'>\
                             <testcase name='a'><failure/></testcase></testsuite></testsuites>",
        ),
        (
            "Qt counts warnings as errors",
            "<testsuite name='s' errors='3'><properties><property name='QTestVersion' value='6'/>\
                             </properties><testcase name='a'/></testsuite>",
        ),
    ] {
        assert_eq!(read(report).kinds(), [], "{why}");
    }
    // Totals that no suite accounts for are a loss, told once.
    let lost = "<testsuites><testsuite name='' tests='1' failures='1'/><testsuite name='s'><testcase name='a'/></testsuite></testsuites>";
    assert_eq!(read(lost).kinds(), [ProblemKind::ContainerFailure]);
}

#[test]
fn j29_a_failure_of_a_suite_tells_its_message() {
    let found = read("<testsuite name='s'><error message=' Dubious,&#10;exit 2'/><testcase name='a'/></testsuite>");
    assert_eq!(found.problems[0].message, "the suite 's' failed outside its test cases: Dubious,");
    assert_eq!(found.lines(), ["passed s.a"]);
}

#[test]
fn j29_a_configuration_of_testng_that_did_not_run_is_no_test() {
    let found = read(
        "<!-- Generated by org.testng.reporters.JUnitXMLReporter --><testsuite name='s'>\
         <testcase classname='c' name='@BeforeMethod setUp'><failure/></testcase>\
         <testcase classname='c' name='@AfterTest cleanUp'><skipped/></testcase>\
         <testcase classname='c' name='pays'><skipped/></testcase></testsuite>",
    );
    assert_eq!(found.lines(), ["failed c.@BeforeMethod setUp", "skipped c.@AfterTest cleanUp", "skipped c.pays"]);
    assert_eq!(found.cases.iter().map(|case| case.container_failure).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn eclipse_says_what_did_not_run_in_attributes() {
    let cases = "<testcase classname='c' name='a' ignored='true'/><testcase classname='c' name='b' incomplete='true'/>\
                 <testcase classname='c' name='d' ignored='false'/><testcase classname='c' name='e' ignored='true'><error/></testcase>";
    let found = read(&format!("<testrun name='r' started='2'><testsuite name='s'>{cases}</testsuite></testrun>"));
    assert_eq!(found.lines(), ["skipped c.a", "skipped c.b", "passed c.d", "errored c.e"]);
}

#[test]
fn j31_a_case_written_twice_is_two_results_of_one_test() {
    let found = read(
        "<testsuite name='pytest'><testcase classname='c' name='t'><failure message='call'/></testcase>\
         <testcase classname='c' name='t'><error message='teardown'/></testcase></testsuite>",
    );
    assert_eq!(found.lines(), ["failed c.t", "errored c.t"]);
}

#[test]
fn j29_set_ups_and_files_that_failed_are_no_tests() {
    for (producer, root, case) in [
        ("ant", "testsuite", "classname='junit.framework.TestSuite' name='demo.CartTest'"),
        ("vitest", "testsuites name='vitest tests'", "classname='a.test.js' name='a.test.js'"),
        ("nose2", "testsuite name='nose2-junit'", "classname='setUpClass (test_shop' name='Stock)'"),
        (
            "unittest-xml-reporting",
            "testsuite name='unittest.suite._ErrorHolder-20261124013828' tests='1' file='unittest/suite.py'",
            "classname='unittest.suite._ErrorHolder-20261124013828' name='setUpClass (__main__.Stock)'",
        ),
        (
            "ant-junitlauncher",
            "testsuite name='s' time='1' timestamp='' tests='0' failures='1' skipped='0' aborted='0'",
            "classname='demo.CartTest' name='demo.CartTest'",
        ),
        (
            "tap-harness-junit",
            "testsuite name='shop_t' errors='1' failures='0' skipped='0' tests='0' time='1'",
            "classname='shop_t' name='Test died too soon, even before plan. (2)'",
        ),
        ("subunit2junitxml", "testsuite errors='0'", "classname='' name='setUpClass (tempest.api.test_list.ListTest)'"),
        (
            "bruno",
            "testsuite name='ping' errors='1' failures='0' skipped='0' tests='1' timestamp='' hostname='h' time='1'",
            "classname='https://h/' name='Test suite has no errors'",
        ),
        ("an unknown one", "testsuite", "classname='unittest.suite._ErrorHolder' name='tearDownModule (shop)'"),
    ] {
        let element = root.split(' ').next().unwrap();
        let found = read(&format!("<{root}><testcase {case}><error type='Plan'/></testcase></{element}>"));
        assert!(found.only().container_failure, "{producer}");
        // What passed is a test, whatever its name.
        assert!(!read(&format!("<{root}><testcase {case}/></{element}>")).only().container_failure, "{producer}");
    }
    let found = read(
        "<testsuite name='s'><testcase classname='' name='setUpClass (shop.Stock)'><skipped/></testcase></testsuite>",
    );
    assert!(found.only().container_failure, "a class that did not run");
    // Whoever is not known may call a test so.
    for case in ["classname='t' name='t'", "classname='c' name='setUpClass (x)'", "classname='c' name='@Before all'"] {
        let found = read(&format!("<testsuite name='s'><testcase {case}><error/></testcase></testsuite>"));
        assert!(!found.only().container_failure, "{case}");
    }
    for case in [
        "classname='pkg' name='Failure'",
        "classname='c' name='Test suite has no errors'",
        "classname='s' name='BeforeSuite'",
    ] {
        for said in ["<error message='Runtime error'/>", "<error type='error'/>", "<skipped/>"] {
            let found = read(&format!("<testsuite name='s'><testcase {case}>{said}</testcase></testsuite>"));
            assert!(!found.only().container_failure, "{case}");
        }
    }
    let go = "name='pkg' tests='1' failures='0' errors='1' id='0' hostname='h' time='0.003' timestamp='2024-07-01T10:00:00Z'";
    for (suite, case) in [
        (go, "<testcase name='Failure' classname='pkg'><error message='Runtime error'>panic</error></testcase>"),
        (
            "name='Books'",
            "<testcase name='BeforeSuite' classname='Books'><failure type='Failure'>x</failure></testcase>",
        ),
        ("tests='1'", "<testcase name='AfterSuite' classname='e2e'><failure type='Timeout'>x</failure></testcase>"),
    ] {
        assert!(read(&format!("<testsuite {suite}>{case}</testsuite>")).only().container_failure, "{case}");
    }
    // Who is known calls a test so.
    let gradle = "tests='1' skipped='0' failures='1' errors='0' timestamp='2024-07-01T10:00:00' hostname='h' time='1'";
    let found = read(&format!(
        "<testsuite name='s' {gradle}><testcase classname='s' name='BeforeSuite'><failure type='Failure'/></testcase></testsuite>"
    ));
    assert!(!found.only().container_failure);
    let found = read(
        "<!-- Generated by org.testng.reporters.JUnitXMLReporter --><testsuite name='s'>\
         <testcase classname='c' name='@BeforeClass open'><failure/></testcase></testsuite>",
    );
    assert!(found.only().container_failure);
}

#[test]
fn j30_packages_that_did_not_build_are_told() {
    let report = |errors: u8| {
        format!(
            "<testsuites tests='1' failures='1' errors='{errors}'><testsuite tests='1' failures='1' time='1' name='p' \
             timestamp='2026-11-24T01:38:58Z'><testcase classname='p' name='T'><failure/></testcase></testsuite></testsuites>"
        )
    };
    assert_eq!(read(&report(1)).kinds(), [ProblemKind::ContainerFailure]);
    assert_eq!(read(&report(0)).kinds(), []);
}

#[test]
fn j30_blocks_of_pester_that_failed_are_told() {
    let found = read(
        "<testsuites xsi:noNamespaceSchemaLocation='junit_schema_4.xsd' name='Pester' tests='1' errors='2' failures='1' \
         disabled='0'><testsuite name='s' tests='1' errors='0' failures='1'><testcase name='a' status='Failed'><failure/>\
         </testcase></testsuite></testsuites>",
    );
    let told = "the report declares 2 errors outside its test cases, such as files that could not be read, or blocks whose set-up \
                or tear-down failed";
    assert_eq!(found.problems.iter().map(|problem| &*problem.message).collect::<Vec<_>>(), [told]);
}

#[test]
fn j30_a_browser_of_karma_that_was_lost_is_told() {
    let report = |errors: u8| {
        format!(
            "<testsuite name='Chrome' package='' timestamp='2024-07-01T10:00:00' id='0' hostname='h' tests='1' errors='{errors}' \
             failures='1' time='1'><testcase name='a'><failure type=''>x</failure></testcase></testsuite>"
        )
    };
    assert_eq!(read(&report(1)).kinds(), [ProblemKind::ContainerFailure]);
    assert_eq!(read(&report(0)).kinds(), []);
}
