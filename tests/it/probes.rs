//! The inputs that sink other tools, one by one, through the whole program.

use serde_json::Value;

use crate::support::{Workshop, bundles, reports};

/// Converts one report and gives its tests and its line.
fn converted(report: &[u8]) -> (Vec<Value>, Value) {
    let workshop = Workshop::new();
    workshop.write("a.xml", report);
    let ran = workshop.run(["convert", "a.xml", "--out", "out", "--project", "DEMO"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let tests = bundles(&out).into_iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone()).collect();
    (tests, reports(&out).remove(0))
}

fn only(report: &str) -> Value {
    let (mut tests, line) = converted(report.as_bytes());
    assert_eq!((tests.len(), line["state"].as_str()), (1, Some("converted")), "{line}");
    tests.remove(0)
}

fn case(attributes: &str, inside: &str) -> String {
    format!("<testsuite name='s'><testcase classname='c' name='t' {attributes}>{inside}</testcase></testsuite>")
}

#[test]
fn failure_text_in_several_cdata_sections() {
    let test = only(&case("", "<failure message='m'><![CDATA[one <b>]]]]><![CDATA[> two]]> &amp; three</failure>"));
    assert_eq!(
        (&test["status"], &test["comment"]),
        (&"FAIL".into(), &"{noformat}\nm\none <b>]]> two & three\n{noformat}".into())
    );
}

#[test]
fn self_closing_failure() {
    let test = only(&case("", "<failure message='boom &quot;x&quot;' type='E'/>"));
    assert_eq!(test["comment"], "E: boom \"x\"");
}

#[test]
fn case_without_time() {
    let report = "<testsuite name='s' timestamp='2026-11-24T10:00:00Z' time='99'><testcase name='t'/></testsuite>";
    let test = only(report);
    assert_eq!(test["start"], "2026-11-24T10:00:00Z");
    assert!(test.get("finish").is_none(), "the suite's time is not the case's: {test}");
}

#[test]
fn raw_escape_and_nul_bytes() {
    let (tests, line) = converted(case("", "<failure message='x'>\u{1b}[31mred\u{1b}[0m\0!</failure>").as_bytes());
    assert_eq!(tests[0]["comment"], "x\nred!");
    assert_eq!((line["state"].as_str(), line["problems"][0]["kind"].as_str()), (Some("converted"), Some("repaired")));
}

#[test]
fn other_encodings() {
    let latin =
        b"<?xml version='1.0' encoding='ISO-8859-1'?><testsuite name='s'><testcase name='caf\xe9'/></testsuite>";
    assert_eq!(converted(latin).0[0]["testInfo"]["summary"], "café");
    let text = "<?xml version='1.0' encoding='utf-16'?><testsuite name='s'><testcase name='Zürich 東京'/></testsuite>";
    let mut little: Vec<u8> = vec![0xFF, 0xFE];
    little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = ["\u{FEFF}", text].concat();
    for bytes in [little, big, marked.into_bytes(), text.as_bytes().to_vec()] {
        let (tests, line) = converted(&bytes);
        assert_eq!(tests[0]["testInfo"]["summary"], "Zürich 東京", "{line}");
    }
    let wrong = b"<?xml version='1.0' encoding='UTF-8'?><testsuite name='s'><testcase name='caf\xe9'/></testsuite>";
    let (tests, line) = converted(wrong);
    assert_eq!(tests[0]["testInfo"]["summary"], "caf\u{FFFD}");
    assert_eq!(line["problems"][0]["kind"], "repaired");
}

#[test]
fn names_that_look_like_numbers() {
    for name in ["1.0", "007", "1e3", "true", "null"] {
        let report = format!("<testsuite name='s'><testcase classname='{name}' name='{name}'/></testsuite>");
        let test = only(&report);
        assert_eq!(test["testInfo"]["definition"], format!("{name}.{name}"));
        assert_eq!(test["testInfo"]["summary"], name);
    }
}

#[test]
fn times_of_every_spelling() {
    for (time, finish) in [("1,234.5", "10:20:35"), ("0,160", "10:00:01"), ("6.9e-05", "10:00:01"), ("3.", "10:00:03")]
    {
        let test = only(&case(&format!("timestamp='2026-11-24T10:00:00Z' time='{time}'"), ""));
        assert_eq!(test["finish"], format!("2026-11-24T{finish}Z"), "{time}");
    }
    for time in ["NaN", "", "-3", "unknown"] {
        let test = only(&case(&format!("timestamp='2026-11-24T10:00:00Z' time='{time}'"), ""));
        assert!(test.get("finish").is_none(), "{time}");
    }
}

#[test]
fn raw_less_than_in_an_attribute() {
    let test = only("<testsuite name='s'><testcase classname='c' name='1 < 2'/></testsuite>");
    assert_eq!(test["testInfo"]["definition"], "c.1 < 2");
}

#[test]
fn a_cut_file_never_passes_its_open_case() {
    let report = "<testsuites><testsuite name='s'><testcase classname='c' name='a'/><testcase classname='c' name='b'><system-out>log\n";
    let (tests, line) = converted(report.as_bytes());
    assert_eq!(tests.len(), 1);
    assert_eq!((line["state"].as_str(), line["cases"]["seen"].as_u64()), (Some("damaged"), Some(1)));
}

#[test]
fn h1_the_extended_report_of_the_specification() {
    let test = only(
        r#"<testsuite name="cart" timestamp="2024-05-02T10:00:00" hostname="ci-7">
  <testcase classname="shop.CartTest" name="adds item" time="1,024.5"
            started-at="2024-05-02T08:00:00.250" finished-at="2024-05-02T08:17:04.750">
    <properties>
      <property name="test_key" value="SHOP-11"/>
      <property name="requirements" value="SHOP-1,SHOP-2"/>
      <property name="tags" value="smoke,cart"/>
      <property name="testrun_comment"><![CDATA[first
second]]></property>
      <property name="testrun_evidence"><item name="a.txt">aGVs
bG8=</item></property>
    </properties>
  </testcase>
</testsuite>"#,
    );
    assert_eq!(test["testKey"], "SHOP-11");
    assert!(test.get("testInfo").is_none(), "a known key is not updated");
    assert_eq!((&test["start"], &test["finish"]), (&"2024-05-02T08:00:00Z".into(), &"2024-05-02T08:17:05Z".into()));
    assert_eq!(test["comment"], "first\nsecond");
}
