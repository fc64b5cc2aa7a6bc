//! Which family of reports a file belongs to: the sniffing tables of the specification, in one place.
//!
//! One place, because the tables overlap: a `<suite>` can be TestNG's, Robot's or a TestNG configuration, and an array
//! of features Cucumber's or Behave's. A format asks [`Head::family`](super::Head::family) and compares.

use super::head::{JsonHead, JsonRoot, Shape, ValueKind, XmlHead};

/// A family of reports that is, or is going to be, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// JUnit XML, in all its dialects.
    Junit,
    /// `testng-results.xml` and its fragments.
    Testng,
    /// NUnit 2: `test-results`.
    Nunit2,
    /// NUnit 3 and 4: `test-run`.
    Nunit3,
    /// xUnit.net, v1 to v3.
    Xunit,
    /// Robot Framework's `output.xml`.
    Robot,
    /// Robot Framework's `output.json`.
    RobotJson,
    /// Cucumber JSON.
    Cucumber,
    /// Cucumber Messages.
    CucumberMessages,
    /// Behave JSON.
    Behave,
    /// Xray JSON.
    Xray,
}

impl Family {
    /// The name in `reports.jsonl`; both shapes of Robot's output share one.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Junit => "junit",
            Family::Testng => "testng",
            Family::Nunit2 => "nunit2",
            Family::Nunit3 => "nunit3",
            Family::Xunit => "xunit",
            Family::Robot | Family::RobotJson => "robot",
            Family::Cucumber => "cucumber",
            Family::CucumberMessages => "cucumber-messages",
            Family::Behave => "behave",
            Family::Xray => "xray",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Family::Junit => "JUnit XML",
            Family::Testng => "TestNG XML",
            Family::Nunit2 => "NUnit 2 XML",
            Family::Nunit3 => "NUnit 3 XML",
            Family::Xunit => "xUnit.net XML",
            Family::Robot => "Robot Framework XML",
            Family::RobotJson => "Robot Framework JSON",
            Family::Cucumber => "Cucumber JSON",
            Family::CucumberMessages => "Cucumber Messages",
            Family::Behave => "Behave JSON",
            Family::Xray => "Xray JSON",
        }
    }
}

/// The family of what a head shows.
pub(super) fn family_of(shape: &Shape<'_>) -> Option<Family> {
    match shape {
        Shape::Xml(xml) => xml_family(xml),
        Shape::Json(json) => json_family(json),
        Shape::Empty | Shape::Archive(_) | Shape::Other => None,
    }
}

/// Beginning of the namespaces of Rational Quality Manager, whose test cases are called like JUnit's.
pub(super) const RQM_NAMESPACE: &str = "http://jazz.net/xmlns/alm/qm/";

/// Namespace of Check's own XML, whose root is called like JUnit's.
pub(super) const CHECK_NAMESPACE: &str = "http://check.sourceforge.net/ns";

/// Namespace of Allure 1, whose root is called like a fragment of NUnit's.
pub(super) const ALLURE1_NAMESPACE: &str = "urn:model.allure.qatools.yandex.ru";

pub(super) fn xml_family(xml: &XmlHead<'_>) -> Option<Family> {
    let root = xml.root();
    match root.name() {
        "testsuites" => (xml.namespace() != CHECK_NAMESPACE).then_some(Family::Junit),
        "testcase" if xml.namespace().starts_with(RQM_NAMESPACE) => None,
        "testsuite" | "testcase" => (!is_testlink(xml)).then_some(Family::Junit),
        "testrun" => is_eclipse(xml).then_some(Family::Junit),
        "testng-results" => Some(Family::Testng),
        "suite" => suite(xml),
        "test" if root.has("started-at") && xml.has_child(&["class"]) => Some(Family::Testng),
        "test" if root.has("testcasecount") => Some(Family::Nunit3),
        "test-run" => Some(Family::Nunit3),
        "test-results" => Some(Family::Nunit2),
        "TouchUnitTestRun" => touch_unit(xml),
        "test-suite" => test_suite(xml),
        "assemblies" => (xml.has_child(&["assembly"]) || xml.first_child().is_none()).then_some(Family::Xunit),
        "assembly" => is_xunit_assembly(xml).then_some(Family::Xunit),
        "collection" | "class" => is_xunit_fragment(xml).then_some(Family::Xunit),
        "robot" => Some(Family::Robot),
        _ => None,
    }
}

/// A TestLink export: the specification of tests, not results (junit.md A). It counts nothing and takes no time.
pub(super) fn is_testlink(xml: &XmlHead<'_>) -> bool {
    if xml.root().has_any(&["tests", "failures", "time"]) {
        return false;
    }
    xml.root().has("internalid")
        || xml.has_child(&["node_order", "details"])
        || xml.below().iter().any(|element| element.name() == "testcase" && element.has("internalid"))
}

/// Eclipse's export of a JUnit session; IntelliJ's has the same root.
fn is_eclipse(xml: &XmlHead<'_>) -> bool {
    xml.has_child(&["testsuite", "testcase"])
        || (xml.first_child().is_none() && xml.root().has("tests") && xml.root().has("started"))
}

/// TestNG's configuration, which lies beside the results (testng.md A).
pub(super) fn is_testng_configuration(xml: &XmlHead<'_>) -> bool {
    xml.doctype_names("testng-1.")
        || xml.has_child(&["packages", "listeners", "parameter", "suite-files"])
        || xml.has_below(&["classes"])
}

/// `suite`: a fragment of TestNG or of Robot, or neither.
fn suite(xml: &XmlHead<'_>) -> Option<Family> {
    let root = xml.root();
    if is_testng_configuration(xml) {
        None
    } else if root.has("started-at") || (xml.has_child(&["test", "groups"]) && xml.has_below(&["test-method"])) {
        Some(Family::Testng)
    } else {
        let robot = xml.has_child(&["test", "suite", "kw"]) && xml.has_below(&["status"]);
        robot.then_some(Family::Robot)
    }
}

/// `test-suite`: a fragment of either NUnit (nunit.md (a)).
fn test_suite(xml: &XmlHead<'_>) -> Option<Family> {
    let root = xml.root();
    if xml.namespace() == ALLURE1_NAMESPACE {
        None
    } else if root.has_any(&["executed", "success"]) || xml.has_child(&["results"]) {
        Some(Family::Nunit2)
    } else {
        root.has_any(&["testcasecount", "runstate", "classname"]).then_some(Family::Nunit3)
    }
}

/// What the runner of Xamarin wraps around the report of either NUnit.
fn touch_unit(xml: &XmlHead<'_>) -> Option<Family> {
    const INSIDE: [(&str, Family); 2] = [("test-run", Family::Nunit3), ("test-results", Family::Nunit2)];
    INSIDE.iter().find(|(root, _)| xml.has_below(&[root])).map(|(_, family)| *family)
}

/// `assembly` is also the root of .NET manifests and of Maven's assembly descriptors.
fn is_xunit_assembly(xml: &XmlHead<'_>) -> bool {
    xml.root().has_any(&["run-date", "test-framework", "total"]) || xml.has_child(&["collection", "class", "errors"])
}

fn is_xunit_fragment(xml: &XmlHead<'_>) -> bool {
    xml.children().any(|child| child.name() == "test" && child.has("result"))
}

fn json_family(json: &JsonHead<'_>) -> Option<Family> {
    match json.root() {
        JsonRoot::EmptyArray => Some(Family::Cucumber),
        JsonRoot::OnlyBracket => Some(Family::Behave),
        JsonRoot::Array if json.has_any("[]", &["testKey", "testInfo"]) => Some(Family::Xray),
        JsonRoot::Array => feature(json, "[]"),
        JsonRoot::Object => object(json),
    }
}

/// Whether nothing that may still come decides about the family. Writers put features' own keys behind their elements, so
/// that steps have to do.
pub(super) fn is_settled(json: &JsonHead<'_>) -> bool {
    match json.root() {
        JsonRoot::Array => {
            json.names("[].elements[].steps[]").next().is_some()
                && json_family(json).is_some()
                && !waits_for_uri(json, "[]")
        }
        JsonRoot::Object => is_xray(json) || is_robot_result(json),
        JsonRoot::EmptyArray | JsonRoot::OnlyBracket => false,
    }
}

fn is_robot_result(json: &JsonHead<'_>) -> bool {
    json.has_all("", &["generator", "generated", "suite"])
}

/// Names of the envelopes of Cucumber Messages.
const ENVELOPES: &[&str] = &[
    "meta",
    "source",
    "gherkinDocument",
    "pickle",
    "stepDefinition",
    "hook",
    "parameterType",
    "undefinedParameterType",
    "attachment",
    "externalAttachment",
    "parseError",
    "suggestion",
    "testCase",
    "testCaseStarted",
    "testCaseFinished",
    "testStepStarted",
    "testStepFinished",
    "testRunStarted",
    "testRunFinished",
    "testRunHookStarted",
    "testRunHookFinished",
];

fn object(json: &JsonHead<'_>) -> Option<Family> {
    if is_xray(json) {
        return Some(Family::Xray);
    }
    if is_messages(json) {
        return Some(Family::CucumberMessages);
    }
    if is_robot_result(json) || is_robot_suite(json) {
        return Some(Family::RobotJson);
    }
    // One feature without the array, or features appended to each other (B11, cucumber.md 27).
    let is_feature = json.has("", "elements") && json.has_any("", &["uri", "keyword", "location"]);
    if is_feature { feature(json, "") } else { None }
}

fn is_xray(json: &JsonHead<'_>) -> bool {
    let tests = json.kind("", "tests") == Some(ValueKind::Array);
    tests && (json.has_any("", &["info", "testExecutionKey"]) || json.has_any("tests[]", &["testKey", "testInfo"]))
}

/// One envelope a line. A stream that broke off after its first line is known by the version that it names.
fn is_messages(json: &JsonHead<'_>) -> bool {
    let first = json.names("").next().unwrap_or_default();
    let is_envelope = ENVELOPES.iter().any(|envelope| envelope.as_bytes() == first);
    is_envelope && json.names("").count() == 1 && (json.further_document() || json.has("meta", "protocolVersion"))
}

/// A suite as rebot 7.0 and 7.1 wrote it. Playwright's report has `suites` too, but no name; the tests themselves, which
/// Robot Framework can write as JSON and which look the same, say of nothing what became of it.
fn is_robot_suite(json: &JsonHead<'_>) -> bool {
    const RESULT: &[&str] = &["status", "elapsed_time"];
    has_robot_tests(json)
        && (json.has_any("", RESULT) || json.has_any_below("tests[]", RESULT) || json.has_any_below("suites[]", RESULT))
}

/// A suite of Robot Framework as it is to be run.
pub(super) fn is_robot_data(json: &JsonHead<'_>) -> bool {
    let bodies = json.has_any_below("tests[]", &["body"]) || json.has_any_below("suites[]", &["body"]);
    has_robot_tests(json) && bodies && !is_robot_suite(json)
}

fn has_robot_tests(json: &JsonHead<'_>) -> bool {
    let is_list = |key: &&str| json.kind("", key) == Some(ValueKind::Array);
    json.has("", "name") && ["tests", "suites"].iter().any(is_list)
}

/// Tells the features of Cucumber from those of Behave (cucumber.md section 1). Writers put the elements before
/// everything else, so the look goes down to the steps.
fn feature(json: &JsonHead<'_>, place: &str) -> Option<Family> {
    if json.has(place, "uri") {
        return Some(Family::Cucumber);
    }
    if is_text(json, place, "location") {
        return Some(Family::Behave);
    }
    let below = BelowFeature::of(place);
    if below.has_marks_of_behave(json) {
        return Some(if below.has_marks_of_cucumber(json) { Family::Cucumber } else { Family::Behave });
    }
    let cucumber = json.has_all(place, &["id", "line", "keyword"])
        || json.has_any(&below.elements, &["line", "start_timestamp", "before", "after"])
        || json.has_any(&below.steps, &["hidden", "match", "result"])
        || (json.has_all(place, &["keyword", "name"]) && json.has(place, "elements"));
    cucumber.then_some(Family::Cucumber)
}

/// Whether a `uri` that may still come would decide about a feature: formatters of Behave that write Cucumber JSON keep
/// words of Behave, and where they sort their keys `uri` is the last one. Behave's own steps know their `location`, and
/// nothing of it has a `line`.
fn waits_for_uri(json: &JsonHead<'_>, place: &str) -> bool {
    if json.has(place, "uri") {
        return false;
    }
    let below = BelowFeature::of(place);
    let is_behaves_own = || is_text(json, &below.steps, "location") && !below.has_marks_of_cucumber(json);
    below.has_marks_of_behave(json) && !is_behaves_own()
}

/// The places below a feature whose keys tell who wrote it.
struct BelowFeature<'p> {
    place: &'p str,
    elements: String,
    steps: String,
}

impl BelowFeature<'_> {
    fn of(place: &str) -> BelowFeature<'_> {
        let elements = below(place, "elements");
        BelowFeature { place, steps: below(&elements, "steps"), elements }
    }

    fn has_marks_of_behave(&self, json: &JsonHead<'_>) -> bool {
        json.has(&self.steps, "step_type") || is_text(json, &self.elements, "location")
    }

    /// What Behave's own formatters never write: numbers of lines, and tags that are more than text.
    fn has_marks_of_cucumber(&self, json: &JsonHead<'_>) -> bool {
        json.has(&self.elements, "line")
            || json.has(&self.steps, "line")
            || [self.place, &self.elements].iter().any(|place| json.has(&below(place, "tags"), "name"))
    }
}

/// The place of the objects in the list behind `key`.
fn below(place: &str, key: &str) -> String {
    if place.is_empty() { format!("{key}[]") } else { format!("{place}.{key}[]") }
}

fn is_text(json: &JsonHead<'_>, place: &str, key: &str) -> bool {
    json.kind(place, key) == Some(ValueKind::Text)
}

/// Keys with which objects begin that are reports, or features and tests of one, until one comes that decides.
const BEGINNINGS: &[&str] = &["testExecutionKey", "info", "tests", "generator", "generated", "rpa"];
const BEGINNINGS_OF_FEATURES: &[&str] =
    &["uri", "id", "line", "keyword", "name", "description", "tags", "language", "location", "status", "elements"];

/// Whether a document that breaks off says nothing so far that no report says.
pub(super) fn may_become_report(json: &JsonHead<'_>) -> bool {
    let is_in = |names: &[&str], name: &[u8]| names.iter().any(|known| known.as_bytes() == name);
    json.is_cut()
        && json.holds_objects()
        && match json.root() {
            JsonRoot::Object => json.names("").all(|name| is_in(BEGINNINGS, name) || is_in(ENVELOPES, name)),
            _ => json.names("[]").all(|name| is_in(BEGINNINGS_OF_FEATURES, name)),
        }
}

/// A report of step durations that Cucumber's `usage` formatter writes: an array, but no results.
pub(super) fn is_usage_report(json: &JsonHead<'_>) -> bool {
    json.has("[]", "source") && json.has_any("[].steps[]", &["durations", "aggregatedDurations"])
}
