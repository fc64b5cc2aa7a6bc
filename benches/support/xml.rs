//! The shapes of XML.

use super::{Ending, Made, Told, seconds};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const DAY: &str = "2026-11-24";

/// Maven Surefire: one class a file, failures and output in CDATA.
pub(super) fn surefire(told: &Told, out: &mut String) {
    let (package, class) = (&told.package, &told.class);
    *out += DECLARATION;
    *out += &format!(
        "<testsuite version=\"3.0.2\" name=\"{package}.{class}\" time=\"{}\" timestamp=\"{DAY}T10:15:00\" tests=\"{}\" errors=\"0\" skipped=\"{}\" failures=\"{}\">\n  <properties>\n",
        seconds(told.millis()),
        told.cases.len(),
        told.count(Ending::Skipped),
        told.count(Ending::Failed)
    );
    for (name, value) in [("java.version", "21.0.5"), ("os.name", "Linux"), ("user.timezone", "UTC"), ("stage", "ci")] {
        *out += &format!("    <property name=\"{name}\" value=\"{value}\"/>\n");
    }
    *out += "  </properties>\n";
    for case in &told.cases {
        let (name, time) = (&case.name, seconds(case.millis));
        *out += &format!("  <testcase name=\"{name}\" classname=\"{package}.{class}\" time=\"{time}\"");
        junit_inside(case, out);
    }
    *out += "</testsuite>\n";
}

fn junit_inside(case: &Made, out: &mut String) {
    if case.ending == Ending::Passed && case.output.is_empty() {
        *out += "/>\n";
        return;
    }
    *out += ">\n";
    match case.ending {
        Ending::Failed => {
            let message = escaped(&case.message);
            *out += &format!("    <failure message=\"{message}\" type=\"java.lang.AssertionError\">");
            *out += &format!("<![CDATA[{}]]></failure>\n", case.trace);
        }
        Ending::Skipped => *out += "    <skipped message=\"not on this machine\"/>\n",
        Ending::Passed => {}
    }
    if !case.output.is_empty() {
        *out += &format!("    <system-out><![CDATA[{}]]></system-out>\n", case.output);
    }
    *out += "  </testcase>\n";
}

/// pytest: everything in one line, texts escaped.
pub(super) fn pytest(told: &Told, out: &mut String) {
    *out += "<?xml version=\"1.0\" encoding=\"utf-8\"?><testsuites name=\"pytest tests\"><testsuite name=\"pytest\" errors=\"0\" ";
    *out += &format!(
        "failures=\"{}\" skipped=\"{}\" tests=\"{}\" time=\"{}\" timestamp=\"{DAY}T10:15:00.123456+00:00\" hostname=\"runner-7\">",
        told.count(Ending::Failed),
        told.count(Ending::Skipped),
        told.cases.len(),
        seconds(told.millis())
    );
    for case in &told.cases {
        let time = seconds(case.millis);
        *out += &format!("<testcase classname=\"tests.{}\" name=\"test_{}\" time=\"{time}\"", told.class, case.name);
        match case.ending {
            Ending::Passed => *out += " />",
            Ending::Skipped => {
                *out += "><skipped type=\"pytest.skip\" message=\"later\">tests/a.py:7: later</skipped></testcase>"
            }
            Ending::Failed => {
                let (message, trace) = (escaped(&case.message).replace('\n', "&#10;"), escaped(&case.trace));
                *out += &format!("><failure message=\"{message}\">{trace}</failure></testcase>");
            }
        }
    }
    *out += "</testsuite></testsuites>";
}

/// TestNG's own report.
pub(super) fn testng(told: &Told, out: &mut String) {
    let (failed, skipped) = (told.count(Ending::Failed), told.count(Ending::Skipped));
    let total = told.cases.len();
    *out += DECLARATION;
    *out += &format!(
        "<testng-results ignored=\"0\" total=\"{total}\" passed=\"{}\" failed=\"{failed}\" skipped=\"{skipped}\">\n  <reporter-output>\n  </reporter-output>\n  <suite started-at=\"{DAY}T10:15:00 UTC\" name=\"Nightly\" finished-at=\"{DAY}T10:25:00 UTC\" duration-ms=\"{}\">\n    <groups>\n    </groups>\n    <test started-at=\"{DAY}T10:15:00 UTC\" name=\"all\" finished-at=\"{DAY}T10:25:00 UTC\" duration-ms=\"600000\">\n      <class name=\"{}.{}\">\n",
        total - failed - skipped,
        told.millis(),
        told.package,
        told.class
    );
    for case in &told.cases {
        let status = word(case.ending, ["PASS", "FAIL", "SKIP"]);
        let (class, name) = (&told.class, &case.name);
        *out += &format!(
            "        <test-method signature=\"{name}()[pri:0, instance:{}.{class}@63e2203c]\" started-at=\"{DAY}T10:15:00 UTC\" name=\"{name}\" finished-at=\"{DAY}T10:15:01 UTC\" duration-ms=\"{}\" status=\"{status}\">\n",
            told.package, case.millis
        );
        if case.ending == Ending::Failed {
            *out += &format!(
                "          <exception class=\"java.lang.AssertionError\">\n            <message>\n              <![CDATA[{}]]>\n            </message>\n            <full-stacktrace>\n              <![CDATA[{}]]>\n            </full-stacktrace>\n          </exception> <!-- java.lang.AssertionError -->\n",
                case.message, case.trace
            );
        }
        *out += &format!(
            "          <reporter-output>\n          </reporter-output>\n        </test-method> <!-- {name} -->\n"
        );
    }
    *out += "      </class>\n    </test> <!-- all -->\n  </suite> <!-- Nightly -->\n</testng-results>\n";
}

/// NUnit 3's console.
pub(super) fn nunit3(told: &Told, out: &mut String) {
    let (package, class, count) = (&told.package, &told.class, told.cases.len());
    *out += "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n";
    *out += &format!(
        "<test-run id=\"2\" testcasecount=\"{count}\" result=\"Passed\" total=\"{count}\" start-time=\"{DAY} 10:15:00Z\" end-time=\"{DAY} 10:25:00Z\" duration=\"600.0\">\n  <test-suite type=\"Assembly\" id=\"1-0\" name=\"{package}.dll\" fullname=\"/build/{package}.dll\" testcasecount=\"{count}\" runstate=\"Runnable\">\n    <test-suite type=\"TestFixture\" id=\"1-1\" name=\"{class}\" fullname=\"{package}.{class}\" classname=\"{package}.{class}\" runstate=\"Runnable\" testcasecount=\"{count}\">\n"
    );
    for (number, case) in told.cases.iter().enumerate() {
        let result = word(case.ending, ["Passed", "Failed", "Skipped"]);
        let (name, time) = (&case.name, seconds(case.millis));
        *out += &format!(
            "      <test-case id=\"1-{}\" name=\"{name}\" fullname=\"{package}.{class}.{name}\" methodname=\"{name}\" classname=\"{package}.{class}\" runstate=\"Runnable\" seed=\"{}\" result=\"{result}\" start-time=\"{DAY} 10:15:00Z\" end-time=\"{DAY} 10:15:01Z\" duration=\"{time}\" asserts=\"1\">\n        <properties>\n          <property name=\"Category\" value=\"nightly\" />\n        </properties>\n",
            number + 1000,
            number * 7919
        );
        if case.ending == Ending::Failed {
            *out += &format!(
                "        <failure>\n          <message><![CDATA[{}]]></message>\n          <stack-trace><![CDATA[{}]]></stack-trace>\n        </failure>\n",
                case.message, case.trace
            );
        }
        if !case.output.is_empty() {
            *out += &format!("        <output><![CDATA[{}]]></output>\n", case.output);
        }
        *out += "      </test-case>\n";
    }
    *out += "    </test-suite>\n  </test-suite>\n</test-run>\n";
}

/// NUnit 2's console.
pub(super) fn nunit2(told: &Told, out: &mut String) {
    let (package, class, count) = (&told.package, &told.class, told.cases.len());
    *out += "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n";
    *out += &format!(
        "<test-results name=\"{package}.dll\" total=\"{count}\" errors=\"0\" failures=\"{}\" not-run=\"{}\" date=\"{DAY}\" time=\"10:15:00\">\n  <test-suite type=\"TestFixture\" name=\"{class}\" executed=\"True\" result=\"Success\" time=\"{}\">\n    <results>\n",
        told.count(Ending::Failed),
        told.count(Ending::Skipped),
        seconds(told.millis())
    );
    for case in &told.cases {
        let (name, time) = (&case.name, seconds(case.millis));
        *out += &format!("      <test-case name=\"{package}.{class}.{name}\" ");
        match case.ending {
            Ending::Passed => {
                *out += &format!(
                    "executed=\"True\" result=\"Success\" success=\"True\" time=\"{time}\" asserts=\"1\" />\n"
                );
            }
            Ending::Skipped => {
                *out += "executed=\"False\" result=\"Ignored\">\n        <reason>\n          <message><![CDATA[later]]></message>\n        </reason>\n      </test-case>\n";
            }
            Ending::Failed => {
                *out += &format!(
                    "executed=\"True\" result=\"Failure\" success=\"False\" time=\"{time}\" asserts=\"1\">\n        <failure>\n          <message><![CDATA[{}]]></message>\n          <stack-trace><![CDATA[{}]]></stack-trace>\n        </failure>\n      </test-case>\n",
                    case.message, case.trace
                );
            }
        }
    }
    *out += "    </results>\n  </test-suite>\n</test-results>\n";
}

/// xUnit.net v2.
pub(super) fn xunit(told: &Told, out: &mut String) {
    let (package, class, count) = (&told.package, &told.class, told.cases.len());
    let (failed, skipped) = (told.count(Ending::Failed), told.count(Ending::Skipped));
    let counts = format!(
        "total=\"{count}\" passed=\"{}\" failed=\"{failed}\" skipped=\"{skipped}\" time=\"{}\"",
        count - failed - skipped,
        seconds(told.millis())
    );
    *out += &format!(
        "<assemblies timestamp=\"11/24/2026 10:15:00\">\n  <assembly name=\"/build/{package}.dll\" run-date=\"{DAY}\" run-time=\"10:15:00\" {counts} errors=\"0\">\n    <errors />\n    <collection {counts} name=\"Test collection for {package}.{class}\">\n"
    );
    for case in &told.cases {
        let result = word(case.ending, ["Pass", "Fail", "Skip"]);
        let (name, time) = (&case.name, seconds(case.millis));
        *out += &format!(
            "      <test name=\"{package}.{class}.{name}\" type=\"{package}.{class}\" method=\"{name}\" time=\"{time}\" result=\"{result}\">\n"
        );
        match case.ending {
            Ending::Failed => {
                *out += &format!(
                    "        <failure exception-type=\"Xunit.Sdk.EqualException\">\n          <message><![CDATA[{}]]></message>\n          <stack-trace><![CDATA[{}]]></stack-trace>\n        </failure>\n",
                    case.message, case.trace
                );
            }
            Ending::Skipped => *out += "        <reason><![CDATA[later]]></reason>\n",
            Ending::Passed => {}
        }
        if !case.output.is_empty() {
            *out += &format!("        <output><![CDATA[{}]]></output>\n", case.output);
        }
        *out += "        <traits>\n          <trait name=\"Category\" value=\"nightly\" />\n        </traits>\n      </test>\n";
    }
    *out += "    </collection>\n  </assembly>\n</assemblies>\n";
}

/// Robot Framework 7: keywords with messages, and the result behind them.
pub(super) fn robot(told: &Told, out: &mut String) {
    *out += DECLARATION;
    *out += &format!(
        "<robot generator=\"Robot 7.1 (Python 3.12.3 on linux)\" generated=\"{DAY}T10:15:00.000001\" rpa=\"false\" schemaversion=\"5\">\n<suite id=\"s1\" name=\"{}\" source=\"/demo/{}.robot\">\n",
        told.class, told.class
    );
    for (number, case) in told.cases.iter().enumerate() {
        let status = word(case.ending, ["PASS", "FAIL", "SKIP"]);
        let elapsed = seconds(case.millis);
        *out += &format!("<test id=\"s1-t{}\" name=\"{}\" line=\"{}\">\n", number + 1, case.name, number * 9 + 12);
        for (keyword, owner) in [("Open Session", "Shop"), ("Log", "BuiltIn"), ("Should Be Equal", "BuiltIn")] {
            *out += &format!(
                "<kw name=\"{keyword}\" owner=\"{owner}\">\n<msg time=\"{DAY}T10:15:00.709032\" level=\"INFO\">{}</msg>\n<arg>{}</arg>\n<doc>Does what its name says.</doc>\n<status status=\"{status}\" start=\"{DAY}T10:15:00.708121\" elapsed=\"{elapsed}\"/>\n</kw>\n",
                escaped(&case.output),
                case.name
            );
        }
        *out += &format!(
            "<tag>nightly</tag>\n<status status=\"{status}\" start=\"{DAY}T10:15:00.7\" elapsed=\"{elapsed}\""
        );
        match case.ending {
            Ending::Passed => *out += "/>\n</test>\n",
            Ending::Failed => *out += &format!(">{}</status>\n</test>\n", escaped(&case.message)),
            Ending::Skipped => *out += ">later</status>\n</test>\n",
        }
    }
    *out += &format!(
        "<status status=\"PASS\" start=\"{DAY}T10:15:00.677623\" elapsed=\"{}\"/>\n</suite>\n<statistics>\n<total>\n<stat pass=\"1\" fail=\"0\" skip=\"0\">All Tests</stat>\n</total>\n</statistics>\n<errors>\n</errors>\n</robot>\n",
        seconds(told.millis())
    );
}

/// xUnit.net v1: classes below one assembly, no collections.
pub(super) fn xunit1(told: &Told, out: &mut String) {
    let (package, class, count) = (&told.package, &told.class, told.cases.len());
    let (failed, skipped) = (told.count(Ending::Failed), told.count(Ending::Skipped));
    let counts = format!(
        "time=\"{}\" total=\"{count}\" passed=\"{}\" failed=\"{failed}\" skipped=\"{skipped}\"",
        seconds(told.millis()),
        count - failed - skipped
    );
    *out += &format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<assembly name=\"C:\\build\\{package}.dll\" run-date=\"{DAY}\" run-time=\"10:15:00\" configFile=\"C:\\build\\{package}.dll.config\" {counts} environment=\"64-bit .NET 4.0.30319.42000\" test-framework=\"xUnit.net 1.9.2.1705\">\n  <class {counts} name=\"{package}.{class}\">\n"
    );
    for case in &told.cases {
        xunit_test(told, case, "    ", "", out);
    }
    *out += "  </class>\n</assembly>\n";
}

/// xUnit.net v3: identifiers, round-trip times, and the start of every test.
pub(super) fn xunit3(told: &Told, out: &mut String) {
    let (package, class, count) = (&told.package, &told.class, told.cases.len());
    let (failed, skipped) = (told.count(Ending::Failed), told.count(Ending::Skipped));
    let counts = format!(
        "total=\"{count}\" passed=\"{}\" failed=\"{failed}\" skipped=\"{skipped}\" not-run=\"0\" time=\"{}\"",
        count - failed - skipped,
        seconds(told.millis())
    );
    *out += &format!(
        "<assemblies schema-version=\"3\" id=\"5b1c7f0e-0001\" computer=\"build-7\" start-rtf=\"{DAY}T10:15:00.0000000+00:00\" finish-rtf=\"{DAY}T10:16:00.0000000+00:00\" timestamp=\"{DAY}T10:15:00.0000000+00:00\">\n  <assembly id=\"9a01\" name=\"/build/{package}.dll\" run-date=\"{DAY}\" run-time=\"10:15:00\" {counts} errors=\"0\" target-framework=\".NETCoreApp,Version=v9.0\" test-framework=\"xUnit.net v3 3.2.0\">\n    <errors />\n    <collection id=\"77f2\" {counts} name=\"Test collection for {package}.{class} (id: 77f2)\">\n"
    );
    for case in &told.cases {
        let times = format!(
            " start-rtf=\"{DAY}T10:15:00.{:03}0000+00:00\" time-rtf=\"00:00:{:02}.{:03}0000\"",
            case.millis % 1000,
            case.millis / 1000 % 60,
            case.millis % 1000
        );
        xunit_test(told, case, "      ", &times, out);
    }
    *out += "    </collection>\n  </assembly>\n</assemblies>\n";
}

fn xunit_test(told: &Told, case: &Made, indent: &str, times: &str, out: &mut String) {
    let (package, class) = (&told.package, &told.class);
    let result = word(case.ending, ["Pass", "Fail", "Skip"]);
    let (name, time) = (&case.name, seconds(case.millis));
    *out += &format!(
        "{indent}<test name=\"{package}.{class}.{name}\" type=\"{package}.{class}\" method=\"{name}\" result=\"{result}\" time=\"{time}\"{times}>\n{indent}  <traits>\n{indent}    <trait name=\"Category\" value=\"nightly\" />\n{indent}  </traits>\n"
    );
    match case.ending {
        Ending::Failed => {
            *out += &format!(
                "{indent}  <failure exception-type=\"Xunit.Sdk.EqualException\">\n{indent}    <message>{}</message>\n{indent}    <stack-trace>{}</stack-trace>\n{indent}  </failure>\n",
                escaped(&case.message),
                escaped(&case.trace)
            );
        }
        Ending::Skipped => {
            *out += &format!("{indent}  <reason>\n{indent}    <message>later</message>\n{indent}  </reason>\n")
        }
        Ending::Passed => {}
    }
    if !case.output.is_empty() {
        *out += &format!("{indent}  <output>{}</output>\n", escaped(&case.output));
    }
    *out += &format!("{indent}</test>\n");
}

/// Robot Framework 3: times with `starttime` and `endtime`, lists around arguments and tags, criticality.
pub(super) fn robot3(told: &Told, out: &mut String) {
    *out += DECLARATION;
    *out += &format!(
        "<robot generator=\"Robot 3.1.2 (Python 3.7.3 on linux)\" generated=\"20261124 10:15:00.001\" rpa=\"false\">\n<suite id=\"s1\" name=\"{}\" source=\"/demo/{}.robot\">\n",
        told.class, told.class
    );
    for (number, case) in told.cases.iter().enumerate() {
        let status = word(case.ending, ["PASS", "FAIL", "FAIL"]);
        let end = format!("20261124 10:15:{:02}.{:03}", case.millis / 1000 % 60, case.millis % 1000);
        *out += &format!("<test id=\"s1-t{}\" name=\"{}\">\n", number + 1, case.name);
        for (keyword, library) in [("Open Session", "Shop"), ("Log", "BuiltIn"), ("Should Be Equal", "BuiltIn")] {
            *out += &format!(
                "<kw name=\"{keyword}\" library=\"{library}\">\n<doc>Does what its name says.</doc>\n<arguments>\n<arg>{}</arg>\n</arguments>\n<msg timestamp=\"20261124 10:15:00.709\" level=\"INFO\">{}</msg>\n<status status=\"{status}\" starttime=\"20261124 10:15:00.000\" endtime=\"{end}\"></status>\n</kw>\n",
                case.name,
                escaped(&case.output)
            );
        }
        *out += &format!(
            "<tags>\n<tag>nightly</tag>\n</tags>\n<status status=\"{status}\" starttime=\"20261124 10:15:00.000\" endtime=\"{end}\" critical=\"yes\">{}</status>\n</test>\n",
            escaped(&case.message)
        );
    }
    *out += "<status status=\"PASS\" starttime=\"20261124 10:15:00.000\" endtime=\"20261124 10:16:00.000\"></status>\n</suite>\n<errors>\n</errors>\n</robot>\n";
}

fn word(ending: Ending, words: [&'static str; 3]) -> &'static str {
    match ending {
        Ending::Passed => words[0],
        Ending::Failed => words[1],
        Ending::Skipped => words[2],
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
