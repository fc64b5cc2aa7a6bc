//! Which family of reports a file belongs to where the marks of two overlap: the sniffing tables of the specification, in
//! one place.
//!
//! One place, because the tables overlap: a `<suite>` can be TestNG's, Robot's or a TestNG configuration, and an array
//! of features Cucumber's or Behave's. A format of these asks [`Head::family`](super::Head::family) and compares. One whose roots
//! or keys nobody else has looks at the [`Head`](super::Head) itself and is not here.

use super::FORMATS;
use super::head::{JsonHead, JsonRoot, Shape, ValueKind, XmlHead};

/// A family of reports whose marks overlap with another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// `testng-results.xml` and its fragments.
    Testng,
    /// NUnit 2: `test-results`.
    Nunit2,
    /// NUnit 3 and 4: `test-run`.
    Nunit3,
    /// Robot Framework's `output.xml`.
    Robot,
    /// Robot Framework's `output.json`.
    RobotJson,
    /// Cucumber JSON.
    Cucumber,
    /// Behave JSON.
    Behave,
    /// Xray JSON, or other JSON with `info` and `tests`.
    Xray,
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

fn xml_family(xml: &XmlHead<'_>) -> Option<Family> {
    let root = xml.root();
    match root.name() {
        "testng-results" => Some(Family::Testng),
        "suite" => suite(xml),
        "test" if root.has("started-at") && xml.has_child(&["class"]) => Some(Family::Testng),
        "test" if root.has("testcasecount") => Some(Family::Nunit3),
        "test-run" => Some(Family::Nunit3),
        "test-results" => Some(Family::Nunit2),
        "TouchUnitTestRun" => touch_unit(xml),
        "test-suite" => test_suite(xml),
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

fn json_family(json: &JsonHead<'_>) -> Option<Family> {
    match json.root() {
        JsonRoot::EmptyArray => Some(Family::Cucumber),
        JsonRoot::OnlyBracket => Some(Family::Behave),
        JsonRoot::Array if json.has_any("[]", &["testKey", "testInfo"]) => Some(Family::Xray),
        JsonRoot::Array => feature(json, list_of_features(json)),
        JsonRoot::Object => object(json),
    }
}

/// Where the features of a list are: parallel runners put the lists of their jobs into one (B19).
fn list_of_features(json: &JsonHead<'_>) -> &'static str {
    let is_in_lists = json.names("[]").next().is_none() && json.names("[][]").next().is_some();
    if is_in_lists { "[][]" } else { "[]" }
}

/// Whether nothing that may still come decides about the family. Writers put features' own keys behind their elements, so
/// that steps have to do.
pub(super) fn is_settled(json: &JsonHead<'_>) -> bool {
    match json.root() {
        JsonRoot::Array => {
            let place = list_of_features(json);
            json.names(&BelowFeature::of(place).steps).next().is_some()
                && json_family(json).is_some()
                && !waits_for_uri(json, place)
        }
        JsonRoot::Object => names_xray_tests(json) || is_robot_result(json),
        JsonRoot::EmptyArray | JsonRoot::OnlyBracket => false,
    }
}

fn is_robot_result(json: &JsonHead<'_>) -> bool {
    json.has_all("", &["generator", "generated", "suite"])
}

fn object(json: &JsonHead<'_>) -> Option<Family> {
    if is_xray(json) {
        return Some(Family::Xray);
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
    tests && (json.has("", "info") || names_xray_tests(json))
}

/// Whether the keys are there that nobody but Xray has.
pub(super) fn names_xray_tests(json: &JsonHead<'_>) -> bool {
    json.has("", "tests") && (json.has("", "testExecutionKey") || json.has_any("tests[]", &["testKey", "testInfo"]))
}

/// A suite as rebot 7.0 and 7.1 wrote it. Playwright's report has `suites` too, but no name; the tests themselves, which
/// Robot Framework can write as JSON and which look the same, say of nothing what became of it.
fn is_robot_suite(json: &JsonHead<'_>) -> bool {
    /// The words of Robot Framework alone: other tools have suites with tests and a status, too.
    const STATUS: &[&str] = &["PASS", "FAIL", "SKIP", "NOT RUN", "NOT SET"];
    has_robot_tests(json)
        && (json.has("", "elapsed_time")
            || json.says("", "status", STATUS)
            || ["tests[]", "suites[]"]
                .iter()
                .any(|place| json.has_any_below(place, &["elapsed_time"]) || json.says_below(place, "status", STATUS)))
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
    // Whatever else has an address is no feature: places of work, tracks, pages.
    let is_feature = json.has_any(place, &["elements", "keyword"]);
    if json.has(place, "uri") {
        return is_feature.then_some(Family::Cucumber);
    }
    if is_feature && is_location_of_feature(json, place) {
        return Some(Family::Behave);
    }
    let below = BelowFeature::of(place);
    if below.has_marks_of_behave(json) {
        return Some(if below.has_marks_of_cucumber(json) { Family::Cucumber } else { Family::Behave });
    }
    let cucumber = json.has_all(place, &["id", "line", "keyword"])
        || json.has_any(&below.elements, &["line", "start_timestamp", "before", "after"])
        || json.has_any(&below.steps, &["hidden", "match", "result"])
        || (json.has_all(place, &["keyword", "name"]) && json.has(place, "elements"))
        || (json.has(place, "keyword") && json.has_all(&below.elements, &["keyword", "type"]));
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
    let is_behaves_own = || names_line(json, &below.steps) && !below.has_marks_of_cucumber(json);
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
        json.has(&self.steps, "step_type") || names_line(json, &self.elements)
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

/// Whether the objects here have the `location` of a feature of Behave: `features/sum.feature:2`, or any where all else is
/// there that a feature has.
fn is_location_of_feature(json: &JsonHead<'_>, place: &str) -> bool {
    let has_all_else = || json.has_all(place, &["elements", "keyword"]);
    names_line(json, place) || (json.kind(place, "location") == Some(ValueKind::Text) && has_all_else())
}

/// Whether the objects here have a `location` as Behave writes it: `features/sum.feature:9`, a file and a line.
fn names_line(json: &JsonHead<'_>, place: &str) -> bool {
    json.text(place, "location").is_some_and(is_line_of_file)
}

fn is_line_of_file(text: &[u8]) -> bool {
    memchr::memrchr(b':', text).is_some_and(|colon| {
        let line = &text[colon + 1..];
        colon > 0 && !line.is_empty() && line.iter().all(u8::is_ascii_digit)
    })
}

/// Whether the objects here lie at another sort of place: `"location": "Berlin"`.
fn is_elsewhere(json: &JsonHead<'_>, place: &str) -> bool {
    json.whole_text(place, "location").is_some_and(|text| !is_line_of_file(text))
        && !json.has_any(place, &["elements", "keyword"])
}

/// Whether a document that breaks off says nothing so far that no report says.
pub(super) fn may_become_report(json: &JsonHead<'_>) -> bool {
    let is_in = |names: &[&str], name: &[u8]| names.iter().any(|known| known.as_bytes() == name);
    let begins_object = |name: &[u8]| FORMATS.iter().any(|format| is_in(format.signs.keys, name));
    let begins_item = |name: &[u8]| FORMATS.iter().any(|format| is_in(format.signs.keys_in_array, name));
    json.is_cut()
        && json.holds_objects()
        && match json.root() {
            JsonRoot::Object => json.names("").all(begins_object),
            _ => json.names("[]").all(begins_item) && !is_elsewhere(json, "[]"),
        }
}

/// A report of step durations that Cucumber's `usage` formatter writes: an array, but no results.
pub(super) fn is_usage_report(json: &JsonHead<'_>) -> bool {
    json.has("[]", "source") && json.has_any("[].steps[]", &["durations", "aggregatedDurations"])
}
