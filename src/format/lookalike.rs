//! Neighbours: files that are recognised, named and not read.
//!
//! "Visual Studio TRX; use the xunit logger" helps; "unknown file" does not. Every table here is the specification's:
//! junit.md A, testng.md A, nunit.md (a), robot.md (a), cucumber.md 1, bundle-zip.md 5, other-formats.md.

use super::head::{Archive, Head, JsonHead, JsonRoot, Shape, XmlHead};
use super::recognise::{self, ALLURE1_NAMESPACE, CHECK_NAMESPACE, RQM_NAMESPACE};
use XmlCondition::{Always, Child, Namespace, Test};

/// A file that is XML, JSON or an archive and no supported report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookalike {
    /// What it is: a fragment that reads well after "this is".
    pub what: String,
    /// What to do about it, where something can be done: a sentence without its full stop.
    pub advice: Option<&'static str>,
    /// Whether a person wants to hear of it.
    pub notice: Notice,
}

impl Lookalike {
    /// Whether something can be done about results that are not read: there is advice, and it does not merely lie there.
    pub fn is_worth_mending(&self) -> bool {
        self.advice.is_some() && self.notice == Notice::Tell
    }
}

/// Whether a neighbour is worth a line on the terminal; all are in `reports.jsonl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// It holds test results, or was meant to be read.
    Tell,
    /// It lies beside reports as a matter of course: coverage, style, project files.
    Quiet,
}

/// What an entry of a table says; the name of the root tells the rest.
#[derive(Debug, Clone, Copy)]
struct Known {
    what: &'static str,
    advice: Option<&'static str>,
    notice: Notice,
}

const fn tell(what: &'static str) -> Known {
    Known { what, advice: None, notice: Notice::Tell }
}

const fn advise(what: &'static str, advice: &'static str) -> Known {
    Known { what, advice: Some(advice), notice: Notice::Tell }
}

const fn quiet(what: &'static str) -> Known {
    Known { what, advice: None, notice: Notice::Quiet }
}

impl From<Known> for Lookalike {
    fn from(known: Known) -> Lookalike {
        Lookalike { what: known.what.to_owned(), advice: known.advice, notice: known.notice }
    }
}

/// Names a neighbour. `None` for what is neither XML nor JSON nor an archive, and for nothing at all.
pub(super) fn recognise(head: &Head<'_>) -> Option<Lookalike> {
    match head.shape() {
        Shape::Xml(xml) => Some(xml_neighbour(xml)),
        Shape::Json(json) => Some(json_neighbour(json)),
        Shape::Archive(archive) => Some(archive_neighbour(*archive)),
        Shape::Empty | Shape::Other => None,
    }
}

/// A row of [`XML`]: the root, what else must hold, what it is then.
struct XmlRow {
    root: &'static str,
    condition: XmlCondition,
    known: Known,
}

/// The second test of a row.
enum XmlCondition {
    Always,
    Namespace(&'static str),
    Child(&'static [&'static str]),
    Test(fn(&XmlHead<'_>) -> bool),
}

const fn row(root: &'static str, condition: XmlCondition, known: Known) -> XmlRow {
    XmlRow { root, condition, known }
}

const TESTLINK: Known =
    advise("a TestLink export", "it specifies tests and holds no results; export the results of the execution instead");
const CPPUNIT: Known = advise("CppUnit XML", "convert it to JUnit XML first");
const TESTNG_CONFIGURATION: Known = Known {
    what: "a TestNG configuration",
    advice: Some("the results are in testng-results.xml, in the same folder or below"),
    notice: Notice::Quiet,
};
const TRX: Known = advise(
    "Visual Studio TRX",
    "run `dotnet test` with the logger junit, nunit or xunit, or convert it with trx2junit",
);

const OPEN_TEST_REPORTING: Known = advise("Open Test Reporting XML", "hand in the JUnit XML of the same run instead");

/// Roots that are known and not read; the first row that holds decides.
const XML: &[XmlRow] = &[
    row("testsuite", Test(recognise::is_testlink), TESTLINK),
    row("testcase", Test(recognise::is_testlink), TESTLINK),
    row(
        "testcase",
        Test(|xml| xml.namespace().starts_with(RQM_NAMESPACE)),
        tell("a test case of IBM's quality manager, which holds no result"),
    ),
    row(
        "testcases",
        Test(|xml| xml.root().has("project-id")),
        tell("a Polarion export of test cases, which holds no results"),
    ),
    row("testcases", Always, TESTLINK),
    row("testproject", Always, TESTLINK),
    row("testplan", Child(&["testsuites", "executables"]), TESTLINK),
    row("results", Child(&["testcase"]), advise("TestLink's results", "hand in the report that they were made of")),
    row(
        "result",
        Child(&["suites"]),
        advise("what Jenkins keeps of a build's tests", "hand in the reports that the build archived"),
    ),
    row(
        "testsuites",
        Namespace(CHECK_NAMESPACE),
        advise("Check's own XML", "let Check write TAP or convert it to JUnit XML"),
    ),
    row(
        "testrun",
        Child(&["count", "config", "root", "suite", "test"]),
        advise("an IntelliJ IDEA export", "use the JUnit XML of the build tool instead"),
    ),
    row("TestRun", Namespace("http://microsoft.com/schemas/VisualStudio/TeamTest/"), TRX),
    row("TestRun", Child(&["FailedTests", "SuccessfulTests"]), CPPUNIT),
    row("TestRun", Child(&["Statistics"]), advise("AUnit XML", "convert it to JUnit XML first")),
    row("TestRun", Child(&["Results", "TestDefinitions", "ResultSummary"]), TRX),
    row("suite", Test(recognise::is_testng_configuration), TESTNG_CONFIGURATION),
    row(
        "test-suite",
        Namespace(ALLURE1_NAMESPACE),
        advise("an Allure 1 result", "hand in the test runner's own report"),
    ),
    row("unitTest", Always, tell("Sonar's generic test execution")),
    row("testExecutions", Always, tell("Sonar's generic test execution")),
    row("events", Namespace("https://schemas.opentest4j.org/reporting/events/"), OPEN_TEST_REPORTING),
    row("execution", Namespace("https://schemas.opentest4j.org/reporting/hierarchy/"), OPEN_TEST_REPORTING),
    row("failsafe-summary", Always, quiet("a Failsafe summary, which holds counters only")),
    row("Site", Child(&["Testing"]), advise("a CTest dashboard file", "run ctest with --output-junit")),
    row("Site", Always, quiet("a CTest dashboard file")),
    row("CUNIT_TEST_RUN_REPORT", Always, advise("CUnit XML", "convert it to JUnit XML first")),
    row("TestLog", Always, advise("a Boost.Test log", "run the tests with --log_format=JUNIT")),
    row("TestResult", Always, advise("a Boost.Test summary", "run the tests with --log_format=JUNIT")),
    row("TestResults", Always, advise("FPCUnit XML", "convert it to JUnit XML first")),
    row("valgrindoutput", Always, quiet("Valgrind XML")),
    row("gtester", Always, advise("GLib gtester XML", "convert it to JUnit XML first")),
    row("report-result", Always, advise("MbUnit XML", "convert it to JUnit XML first")),
    row("TestCase", Always, advise("Qt Test XML", "run the tests with -o report.xml,junitxml")),
    row("tusar", Always, tell("a TUSAR report")),
    row("unittest-results", Always, advise("UnitTest++ XML", "convert it to JUnit XML first")),
    row("ResultsSession", Always, tell("a Parasoft report")),
    row("Catch", Always, advise("Catch2's own XML", "run the tests with the reporter junit")),
    row("Catch2TestRun", Always, advise("Catch2's own XML", "run the tests with the reporter junit")),
    row("doctest", Always, advise("doctest's own XML", "run the tests with the reporter junit")),
    row("testResults", Always, tell("a JMeter result file")),
    row("keywordspec", Always, quiet("Robot Framework's documentation of keywords")),
    row("NUnitProject", Always, quiet("an NUnit project")),
    row("coverage", Always, quiet("a coverage report")),
    row("CoverageSession", Always, quiet("a coverage report")),
    row("report", Always, quiet("a coverage or other report")),
    row("checkstyle", Always, quiet("a Checkstyle report")),
    row("pmd", Always, quiet("a PMD report")),
    row("pmd-cpd", Always, quiet("a PMD report")),
    row("BugCollection", Always, quiet("a SpotBugs report")),
    row("issues", Always, quiet("a lint report")),
    row("html", Always, quiet("an HTML page")),
    row("HTML", Always, quiet("an HTML page")),
    row("svg", Always, quiet("a picture")),
    row("project", Always, quiet("a project file")),
    row("Project", Always, quiet("a project file")),
];

fn xml_neighbour(xml: &XmlHead<'_>) -> Lookalike {
    let name = xml.root().name();
    let holds = |row: &&XmlRow| {
        row.root == name
            && match row.condition {
                Always => true,
                Namespace(start) => xml.namespace().starts_with(start),
                Child(names) => xml.has_child(names),
                Test(test) => test(xml),
            }
    };
    match XML.iter().find(holds) {
        Some(row) => row.known.into(),
        None => {
            Lookalike { what: format!("XML with the root <{}>", shortened(name)), advice: None, notice: Notice::Tell }
        }
    }
}

/// A row of [`JSON`]: keys that stand together at a place, and what it is then.
struct JsonRow {
    place: &'static str,
    keys: &'static [&'static str],
    known: Known,
}

const fn keys(place: &'static str, keys: &'static [&'static str], known: Known) -> JsonRow {
    JsonRow { place, keys, known }
}

const ISSUE: Known = Known {
    what: "the fields of a Jira issue, for a multipart import",
    advice: Some("--info takes the Test Execution's fields from it"),
    notice: Notice::Quiet,
};
const INFO: Known = Known {
    what: "the info of a Test Execution without any tests",
    advice: Some("--info takes the Test Execution's fields from it"),
    notice: Notice::Quiet,
};
const CTRF: Known = advise("a CTRF report", "hand in the test runner's JUnit XML instead");
const ALLURE: Known = advise("an Allure result", "hand in the test runner's own report");
const MOCHA: Known = advise("Mocha JSON", "run the tests with mocha-junit-reporter");

const RSPEC: Known = advise("RSpec JSON", "run the tests with rspec_junit_formatter");

/// Objects that are known and not read; the first row that holds decides.
const JSON: &[JsonRow] = &[
    keys("", &["fields"], ISSUE),
    keys(
        "",
        &["info", "tests"],
        tell("JSON with info and tests that are not those of Xray: no test says which Test it is of"),
    ),
    keys("info", &["project"], INFO),
    keys("info", &["summary"], INFO),
    keys("info", &["testEnvironments"], INFO),
    keys("", &["schema", "tool", "totals", "executions"], quiet("the manifest of a conversion by xraypack")),
    keys("", &["report", "state", "cases", "problems"], quiet("what xraypack tells of each report that it read")),
    keys("", &["reportFormat", "results"], CTRF),
    keys("results", &["tool", "tests"], CTRF),
    keys("", &["numTotalTests"], advise("Jest JSON", "run the tests with jest-junit")),
    keys("", &["config", "suites"], advise("Playwright JSON", "run the tests with the reporter junit")),
    keys("", &["stats", "results"], advise("a mochawesome report", "run the tests with mocha-junit-reporter")),
    keys("", &["stats", "tests", "passes"], MOCHA),
    keys("", &["stats", "tests"], MOCHA),
    keys("", &["stats", "suites"], MOCHA),
    keys("", &["examples", "summary"], RSPEC),
    keys("", &["version", "examples"], RSPEC),
    keys("", &["Time", "Action"], advise("go test's JSON", "convert it with gotestsum or go-junit-report")),
    keys("", &["protocolVersion", "runnerVersion"], advise("Dart's JSON", "convert it with tojunit")),
    keys("", &["uuid", "historyId"], ALLURE),
    keys("", &["uuid", "status", "stage"], ALLURE),
    keys("", &["uuid", "children"], quiet("an Allure container")),
    keys("log", &["version", "entries"], quiet("a HAR recording")),
    keys("", &["name", "version", "dependencies"], quiet("a package.json")),
    keys("", &["name", "version", "devDependencies"], quiet("a package.json")),
    keys("", &["name", "version", "lockfileVersion"], quiet("a package-lock.json")),
    keys("", &["collection", "run"], advise("a Newman report", "run newman with the reporter junit")),
    keys("", &["$schema", "runs"], quiet("a SARIF log")),
    keys("[]", &["rule", "level", "message"], quiet("a lint report")),
];

fn json_neighbour(json: &JsonHead<'_>) -> Lookalike {
    if recognise::is_usage_report(json) {
        return tell("a Cucumber usage report, which holds durations and no results").into();
    }
    if json.text("", "type") == Some(b"LIBRARY") {
        return quiet("Robot Framework's documentation of keywords").into();
    }
    if recognise::is_robot_data(json) {
        return quiet("a suite of Robot Framework to be run, not its results").into();
    }
    if let Some(row) = JSON.iter().find(|row| json.has_all(row.place, row.keys)) {
        return row.known.into();
    }
    let (kind, place) = match json.root() {
        JsonRoot::Object => ("object", ""),
        _ => ("array of objects", "[]"),
    };
    let mut names = json.names(place).peekable();
    let what = if names.peek().is_none() {
        format!("a JSON {}", if place.is_empty() { kind } else { "array" })
    } else {
        let shown: Vec<String> = names.by_ref().take(3).map(|name| shortened(&String::from_utf8_lossy(name))).collect();
        let more = if names.next().is_some() { ", …" } else { "" };
        format!("a JSON {kind} with the keys {}{more}", shown.join(", "))
    };
    Lookalike { what, advice: None, notice: Notice::Tell }
}

fn archive_neighbour(archive: Archive) -> Lookalike {
    let advice = match archive {
        Archive::SpannedZip => Some("put its parts together first"),
        // Of a file that is called like a report nobody asks whether it is an archive: that costs as much as a small report.
        Archive::Zip => {
            Some("an archive that is called like a report is not opened; call it .zip, or give it as an INPUT")
        }
        Archive::Tar => {
            Some("an archive that is called like a report is not opened; call it .tar, or give it as an INPUT")
        }
        Archive::Gzip => None,
        _ => Some("unpack it first"),
    };
    Lookalike { what: archive.described().to_owned(), advice, notice: Notice::Tell }
}

/// A name for a message: not longer than a line takes, nothing in it that moves a cursor.
fn shortened(name: &str) -> String {
    let clean = name.chars().map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter });
    let mut short: String = clean.take(40).collect();
    if name.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
