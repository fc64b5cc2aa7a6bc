//! J50 to J60: durations, points in time, counters.

use super::*;
use crate::format::time::Zone;

/// Starts of all cases, as they are written; `-` for none.
fn starts(found: &Findings) -> Vec<String> {
    found.cases.iter().map(|case| case.start.map_or_else(|| "-".to_owned(), |at| at.to_string())).collect()
}

fn in_berlin(report: &str) -> Findings {
    read_with(report, &ReadOptions { zone: Zone::parse("Europe/Berlin").unwrap(), ..ReadOptions::default() })
}

#[test]
fn j50_to_j55_durations_of_cases() {
    for (time, nanos, problems) in [
        ("14,029.255", Some(14_029_255_000_000), &[][..]),
        ("0,160", Some(160_000_000), &[]),
        ("1,234", Some(1_234_000_000_000), &[ProblemKind::AmbiguousTime]),
        ("NaN", None, &[]),
        ("N/A", None, &[]),
        ("", None, &[]),
        ("80.803us", Some(80_803), &[]),
        ("-345345", None, &[ProblemKind::UnreadableTime]),
        ("soon", None, &[ProblemKind::UnreadableTime]),
        ("40000000", Some(40_000_000_000_000_000), &[ProblemKind::UnreadableTime]),
    ] {
        let found = read(&format!("<testsuite name='s' time='9'><testcase name='a' time='{time}'/></testsuite>"));
        assert_eq!((found.only().duration, found.kinds().as_slice()), (nanos, problems), "{time}");
    }
    let absent = read("<testsuite name='s' time='9'><testcase name='a'/><testcase name='b' duration='2'/></testsuite>");
    assert_eq!((absent.cases[0].duration, absent.cases[1].duration), (None, Some(2_000_000_000)));
}

#[test]
fn j56_counters_that_are_no_numbers_are_ignored() {
    check(
        "<testsuite name='s' tests='unknown' errors='' failures='-1'><testcase name='a'/></testsuite>",
        &["passed s.a"],
        &[],
    );
}

#[test]
fn times_as_c_writes_them_are_naive() {
    let found = in_berlin(
        "<testsuite name='s' timestamp='Tue Mar 31 05:03:00 2020'><testcase name='a'/>\
         <testcase name='b' timestamp='Fri Apr  3 05:03:00 2020'/></testsuite>",
    );
    assert_eq!(starts(&found), ["2020-03-31T03:03:00Z", "2020-04-03T03:03:00Z"]);
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
}

#[test]
fn j57_the_zone_is_that_of_the_producer_or_the_assumed_one() {
    // Gradle's shape: naive and UTC. pytest's: naive and local, told once.
    let found = in_berlin(
        "<testsuite name='s' tests='1' skipped='0' failures='0' errors='0' timestamp='2024-07-01T10:00:00' hostname='h' \
         time='1'><testcase name='a'/></testsuite>",
    );
    assert_eq!((starts(&found), found.kinds()), (vec!["2024-07-01T10:00:00Z".to_owned()], vec![]));
    let found = in_berlin(
        "<testsuites><testsuite name='pytest' timestamp='2024-07-01T10:00:00'><testcase name='a'/></testsuite>\
         <testsuite name='pytest' timestamp='2024-07-01T11:00:00'><testcase name='b'/></testsuite></testsuites>",
    );
    assert_eq!(starts(&found), ["2024-07-01T08:00:00Z", "2024-07-01T09:00:00Z"]);
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
}

#[test]
fn j57_the_zone_of_one_suite_is_not_that_of_the_next() {
    let found = in_berlin(
        "<testsuites><testsuite name='Chrome' timestamp='2024-07-01T10:00:00'><properties>\
         <property name='browser.fullName' value='X'/></properties><testcase name='a'/></testsuite>\
         <testsuite name='s' timestamp='2024-07-01T10:00:00'><testcase name='b'/><testcase name='c'/></testsuite>\
         <testsuite name='Chrome' timestamp='2024-07-01T10:00:00'><properties>\
         <property name='browser.fullName' value='X'/></properties><testsuite><testcase name='d'/></testsuite></testsuite>\
         </testsuites>",
    );
    let [utc, local] = ["2024-07-01T10:00:00Z", "2024-07-01T08:00:00Z"];
    assert_eq!(
        (starts(&found), found.kinds()),
        (vec![utc, local, local, utc].into_iter().map(str::to_owned).collect(), vec![ProblemKind::NaiveTimestamp])
    );
    // However many there are, and although nothing but a property tells.
    let suite = "<testsuite name='s' timestamp='2024-07-01T10:00:00'><properties><property name='specId' value='0'/>\
                 </properties><testcase name='a'/></testsuite>";
    assert_eq!(in_berlin(&format!("<testsuites>{}</testsuites>", suite.repeat(100))).kinds(), []);
    // A wrapper without a mark is of those who wrote what is in it.
    let found = in_berlin(
        "<testsuites timestamp='2024-07-01T10:00:00'><testsuite name='s' hostname='tbd'><testcase name='a'/></testsuite>\
         </testsuites>",
    );
    assert_eq!(found.kinds(), []);
}

#[test]
fn j57_a_property_may_name_the_producer_before_its_times_are_read() {
    let found = in_berlin(
        "<testsuite name='s' timestamp='2024-07-01T10:00:00'><properties><property name='browser.fullName' value='X'/>\
         </properties><testcase name='a'/></testsuite>",
    );
    assert_eq!((starts(&found), found.kinds()), (vec!["2024-07-01T10:00:00Z".to_owned()], vec![]));
}

#[test]
fn j58_a_time_of_writing_is_no_start() {
    let found = read(
        "<testsuites name='vitest tests'><testsuite name='s' time='3' timestamp='2024-07-01T10:00:03Z'>\
         <testcase name='a' time='1'/><testcase name='b' time='2'/></testsuite>\
         <testsuite name='t' timestamp='2024-07-01T10:00:03Z'><testcase name='c' time='1'/></testsuite></testsuites>",
    );
    assert_eq!(starts(&found), ["2024-07-01T10:00:00Z", "2024-07-01T10:00:01Z", "-"]);
}

#[test]
fn j58_the_end_is_in_the_zone_of_whoever_writes_it() {
    let start = |suite: &str, case: &str| {
        starts(&in_berlin(&format!(
            "<{suite} timestamp='2024-07-01T10:00:03' time='3' name='a.bats'{case}/></testsuite>"
        )))
    };
    let [utc, local] = ["2024-07-01T10:00:00Z", "2024-07-01T08:00:00Z"];
    let case = "><testcase name='a'";
    assert_eq!(start("testsuite doctest_version='2.4.11'", case), [utc]);
    assert_eq!(
        start("testsuite", "><testcase classname='c' name='a' assertions='1' time='1' file='f' line='1'"),
        [local]
    );
    for (suite, at) in [
        (
            "name='a.bats' tests='1' failures='0' errors='0' skipped='0' time='3' timestamp='2024-07-01T10:00:03' hostname='h'",
            utc,
        ),
        (
            "name='a' tests='1' failures='0' errors='0' skipped='0' time='3' timestamp='2024-07-01T10:00:03' \
             hostname='localhost'",
            utc,
        ),
        (
            "timestamp='2024-07-01T10:00:03' time='3' hostname='h' errors='0' failures='0' skipped='0' tests='1' name='a'",
            local,
        ),
        ("name='a' time='3' timestamp='2024-07-01T10:00:03' tests='1' failures='0' skipped='0' aborted='0'", utc),
        (
            "id='1' tests='1' failures='0' package='' time='3' timestamp='2024-07-01T10:00:03' name='a' errors='0' \
             hostname='h'",
            local,
        ),
        (
            "xsi:noNamespaceSchemaLocation='surefire-test-report.xsd' xmlns:xsi='' name='a' tests='1' failures='0' \
             errors='0' time='3' skipped='0' timestamp='2024-07-01T10:00:03'",
            utc,
        ),
        (
            "name='50100 Cart' timestamp='2024-07-01T10:00:03' hostname='h' time='3' tests='1' failures='0' errors='0' \
             skipped='0' total='1'",
            local,
        ),
        (
            "name='ping' errors='0' failures='0' skipped='0' tests='1' timestamp='2024-07-01T10:00:03.000' hostname='h' \
             time='3'",
            utc,
        ),
        ("name='Dredd Tests' timestamp='Mon, 01 Jul 2024 10:00:03 GMT' time='3'", utc),
        ("name='Testem Tests' timestamp='Mon Jul 01 2024 12:00:03 GMT+0200 (CEST)' time='3.000'", utc),
    ] {
        let found = in_berlin(&format!("<testsuite {suite}><testcase name='a' time='1'/></testsuite>"));
        assert_eq!(starts(&found), [at], "{suite}");
    }
}

#[test]
fn j58_the_time_of_a_suite_is_in_the_unit_of_its_cases() {
    let report = |time: &str| {
        format!(
            "<testsuite name='s' hostname='tbd' timestamp='2024-07-01T10:00:03Z' time='{time}'>\
             <testcase name='a' time='1000'/><testcase name='b'/></testsuite>"
        )
    };
    let milliseconds = ReadOptions { junit_time_unit: 1_000_000, ..ReadOptions::default() };
    let start = |time: &str, options: &ReadOptions| starts(&read_with(&report(time), options))[0].clone();
    assert_eq!(start("3000", &milliseconds), "2024-07-01T10:00:00Z");
    assert_eq!(start("86400000", &milliseconds), "2024-06-30T10:00:03Z");
    // No run takes years, or less than nothing.
    for time in ["99999999", "1e999", "-3", "later"] {
        assert_eq!(start(time, &ReadOptions::default()), "-", "{time}");
    }
}

#[test]
fn j59_equal_timestamps_start_every_suite_anew() {
    let found = read(
        "<testsuites><testsuite name='s' timestamp='2024-07-01T10:00:00Z'><testcase name='a' time='1'/><testcase name='b'/>\
         </testsuite><testsuite name='t' timestamp='2024-07-01T10:00:00Z'><testcase name='c'/></testsuite></testsuites>",
    );
    assert_eq!(starts(&found), ["2024-07-01T10:00:00Z", "2024-07-01T10:00:01Z", "2024-07-01T10:00:00Z"]);
}

#[test]
fn j59_a_nested_suite_goes_on_where_its_parent_stands() {
    let found = read(
        "<testsuites timestamp='2024-07-01T10:00:00Z'><testsuite name='s'><testsuite name='empty'/><testcase name='a' time='1'/>\
         </testsuite><testsuite name='own' timestamp='2024-07-01T12:00:00Z'><testcase name='b' time='5'/></testsuite>\
         <testsuite name='t'><testcase name='c'/></testsuite></testsuites>",
    );
    assert_eq!(starts(&found), ["2024-07-01T10:00:00Z", "2024-07-01T12:00:00Z", "2024-07-01T10:00:01Z"]);
}

#[test]
fn j60_the_time_of_a_case_is_kept_as_written() {
    let found = read(
        "<testsuite name='s' timestamp='2024-07-01T10:00:00Z'><testcase name='a' timestamp='2024-07-01T09:00:00Z'/>\
         <testcase name='b' timestamp='1970-01-01T00:00:00.000'/><testcase name='c' timestamp='yesterday'/></testsuite>",
    );
    assert_eq!(starts(&found), ["2024-07-01T09:00:00Z", "2024-07-01T10:00:00Z", "2024-07-01T10:00:00Z"]);
    assert_eq!(found.kinds(), [ProblemKind::UnreadableTime]);
}

#[test]
fn j58_the_time_of_a_case_may_be_its_end() {
    let suite = |name: &str| {
        format!(
            "<testsuites><testsuite name='{name}' tests='2' file='shop.py' timestamp='2024-07-01T10:00:09' time='5'>\
             <testcase name='a' time='4' timestamp='2024-07-01T10:00:08'/><testcase name='b' timestamp='2024-07-01T10:00:09'/>\
             <testcase name='c' time='2' timestamp='0001-01-01T00:00:00'/></testsuite></testsuites>"
        )
    };
    let found = read(&suite("Cart-20240701100009"));
    assert_eq!(found.producer, "unittest-xml-reporting");
    assert_eq!(starts(&found), ["2024-07-01T10:00:04Z", "2024-07-01T10:00:09Z", "2024-07-01T10:00:08Z"]);
    assert_eq!(starts(&read(&suite("Cart")))[..2], ["2024-07-01T10:00:08Z", "2024-07-01T10:00:09Z"]);
}
