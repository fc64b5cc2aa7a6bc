//! When tests began and ended.

use super::*;

fn times(status: &str) -> (Option<String>, Option<String>, Option<i64>) {
    let found = case_with(&format!("<status status='PASS' {status}/>"));
    let case = found.only();
    (case.start.map(|at| at.to_string()), case.finish.map(|at| at.to_string()), case.duration)
}

#[test]
fn r07_r35_both_generations_of_times() {
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(
        times("start='2024-05-01T10:00:00.600000' elapsed='1.5'"),
        (at("2024-05-01T10:00:00Z"), at("2024-05-01T10:00:02Z"), Some(1_500_000_000))
    );
    assert_eq!(
        times("starttime='20240501 10:00:00.600' endtime='20240501 10:00:02.100'"),
        (at("2024-05-01T10:00:00Z"), at("2024-05-01T10:00:02Z"), Some(1_500_000_000))
    );
    assert_eq!(times("start='2024-05-01T10:00:00' elapsed='1.2e-05'").2, Some(12_000));
}

#[test]
fn r08_r34_times_may_be_missing() {
    assert_eq!(times("starttime='N/A' endtime='N/A' elapsedtime='42'"), (None, None, Some(42_000_000)));
    assert_eq!(times("elapsed='0.001779'"), (None, None, Some(1_779_000)));
    assert_eq!(times(""), (None, None, None));
    let found = case_with("<status status='PASS' starttime='yesterday' endtime='N/A'/>");
    assert_eq!(found.kinds(), [ProblemKind::UnreadableTime]);
}

#[test]
fn naive_times_are_read_in_the_assumed_zone() {
    let report = suite("<test name='t'><status status='PASS' start='2024-05-01T10:00:00' elapsed='1'/></test>");
    let options =
        ReadOptions { zone: crate::format::time::Zone::parse("Europe/Berlin").unwrap(), ..ReadOptions::default() };
    let found = read_bytes(report.as_bytes(), &options);
    assert_eq!(found.only().start.unwrap().to_string(), "2024-05-01T08:00:00Z");
    assert_eq!(found.problems[0].kind, ProblemKind::NaiveTimestamp);
}

#[test]
fn r09_times_of_suites_are_no_test_s() {
    let report = suite(
        "<test name='a'><status status='PASS' start='2024-05-01T10:00:00' elapsed='2'/></test>\
         <test name='b'><status status='PASS' elapsed='1'/></test>\
         <status status='PASS' start='1999-01-01T00:00:00' elapsed='86400'/>",
    );
    let times: Vec<_> = read(&report).cases.iter().map(|case| (case.start.is_some(), case.duration)).collect();
    assert_eq!(times, [(true, Some(2_000_000_000)), (false, Some(1_000_000_000))]);
}

#[test]
fn r10_generations_may_be_mixed() {
    let found = case_with(
        "<group name='g'><kw name='Log' library='BuiltIn'><status status='PASS' starttime='20240501 10:00:00.000' \
         endtime='20240501 10:00:01.000'/></kw><status status='PASS'/></group>\
         <status status='PASS' starttime='20240501 10:00:00.000' endtime='20240501 10:00:01.000'/>",
    );
    assert_eq!(found.only().duration, Some(1_000_000_000));
}
