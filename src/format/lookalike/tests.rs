use super::*;

fn what(text: &str) -> String {
    recognise(&Head::new(text.as_bytes(), "file")).map_or_else(String::new, |neighbour| neighbour.what)
}

#[test]
fn neighbours_have_names() {
    for (text, expected) in [
        ("<testsuite><node_order/></testsuite>", "a TestLink export"),
        ("<testplan><name/><executables/></testplan>", "a TestLink export"),
        ("<results><build id='6'/><testcase id='7'><result>p</result></testcase></results>", "TestLink's results"),
        ("<results><cppcheck/></results>", "XML with the root <results>"),
        ("<result plugin='junit@1.18'><suites/></result>", "what Jenkins keeps of a build's tests"),
        (
            "<testcases project-id='p'><testcase/></testcases>",
            "a Polarion export of test cases, which holds no results",
        ),
        (
            "<q:testcase xmlns:q='http://jazz.net/xmlns/alm/qm/v0.1/'><q:weight>1</q:weight></q:testcase>",
            "a test case of IBM's quality manager, which holds no result",
        ),
        ("<TestRun xmlns='http://microsoft.com/schemas/VisualStudio/TeamTest/2010'/>", "Visual Studio TRX"),
        ("<TestRun><FailedTests/></TestRun>", "CppUnit XML"),
        ("<TestRun elapsed='1'><Statistics/></TestRun>", "AUnit XML"),
        ("<testsuites xmlns='http://check.sourceforge.net/ns'/>", "Check's own XML"),
        ("<suite><test><classes/></test></suite>", "a TestNG configuration"),
        ("<events xmlns='https://schemas.opentest4j.org/reporting/events/0.2.0'/>", "Open Test Reporting XML"),
        ("<assembly manifestVersion='1.0'/>", "XML with the root <assembly>"),
        (
            "[{\"source\":\"a\",\"steps\":[{\"durations\":[]}]}]",
            "a Cucumber usage report, which holds durations and no results",
        ),
        ("{\"numTotalTests\":1}", "Jest JSON"),
        (
            "{\"name\":\"S\",\"suites\":[{\"tests\":[{\"name\":\"T\",\"body\":[{\"name\":\"Log\"}]}]}]}",
            "a suite of Robot Framework to be run, not its results",
        ),
        ("{\"fields\":{}}", "the fields of a Jira issue, for a multipart import"),
        ("{\"info\":{\"summary\":\"A night\"}}", "the info of a Test Execution without any tests"),
        ("{\"info\":{\"name\":\"a\"},\"item\":[]}", "a JSON object with the keys info, item"),
        (
            "{\"schema\":\"x\",\"tool\":{},\"target\":\"server\",\"options\":{},\"totals\":{},\"executions\":[]}",
            "the manifest of a conversion by xraypack",
        ),
        (
            "{\"report\":\"a\",\"state\":\"ignored\",\"bytes\":1,\"cases\":{},\"problems\":[]}\n{\"report\":\"b\"}",
            "what xraypack tells of each report that it read",
        ),
        ("{\"results\":{\"tool\":{},\"tests\":[]}}", "a CTRF report"),
        ("{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", "a JSON object with the keys a, b, c, …"),
        ("[{\"a\":1}]", "a JSON array of objects with the keys a"),
        ("[\"a\"]", "a JSON array"),
        ("{}", "a JSON object"),
        ("7z\u{BC}", ""),
        ("just text", ""),
    ] {
        assert_eq!(what(text), expected, "{text}");
    }
}

#[test]
fn names_in_messages_are_short_and_harmless() {
    assert_eq!(what(&format!("<{}/>", "x".repeat(99))), format!("XML with the root <{}…>", "x".repeat(40)));
    assert_eq!(what("{\"a\u{1b}[2J\":1}"), "a JSON object with the keys a\u{FFFD}[2J");
}

#[test]
fn what_lies_beside_reports_is_quiet() {
    let neighbour = |text: &str| recognise(&Head::new(text.as_bytes(), "file")).unwrap();
    for text in ["<coverage/>", "<failsafe-summary/>", "<html>", "<suite><test><classes/></test></suite>"] {
        assert_eq!(neighbour(text).notice, Notice::Quiet, "{text}");
        assert!(!neighbour(text).is_worth_mending(), "{text}");
    }
    assert!(!neighbour("{\"a\":1}").is_worth_mending());
    assert!(neighbour("<CUNIT_TEST_RUN_REPORT/>").is_worth_mending());
}

#[test]
fn of_an_archive_that_is_called_like_a_report_is_said_how_it_is_opened() {
    let zip = recognise(&Head::new(b"PK\x03\x04\x14\x00", "a.xml")).unwrap();
    assert_eq!(zip.what, "a zip archive");
    assert!(
        zip.advice.is_some_and(|advice| advice.contains("call it .zip, or give it as an INPUT")),
        "{:?}",
        zip.advice
    );
}
