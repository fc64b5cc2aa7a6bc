//! When rows began and ended, and how long they took.

use super::*;

/// A report with one test from 10:00 to 10:00:09 (in `zone`) that holds these rows.
fn timed(zone: &str, rows: &str) -> String {
    format!(
        "<testng-results><suite name='s' started-at='2024-05-02T10:00:00{zone}' finished-at='2024-05-02T10:00:09{zone}'>\
         <test name='t' started-at='2024-05-02T10:00:00{zone}' finished-at='2024-05-02T10:00:09{zone}'>\
         <class name='c'>{rows}</class></test></suite></testng-results>"
    )
}

fn row_at(started: &str, finished: &str, duration: &str) -> String {
    format!(
        "<test-method name='m' status='PASS' started-at='{started}' finished-at='{finished}' duration-ms='{duration}'/>"
    )
}

/// Start and finish in UTC without their date, and milliseconds.
pub(super) fn times(case: &TestCase) -> (String, String, Option<i64>) {
    let shown = |at: Option<crate::model::Timestamp>| at.map_or(String::new(), |at| at.to_string()[11..].to_owned());
    (shown(case.start), shown(case.finish.map(|at| at.ceil_to_second())), case.duration.map(|nanos| nanos / 1_000_000))
}

#[track_caller]
fn check_times(report: &str, start: &str, finish: &str, millis: Option<i64>, problems: &[ProblemKind]) {
    let found = read(report);
    assert_eq!(times(found.only()), (start.to_owned(), finish.to_owned(), millis));
    assert_eq!(found.kinds(), problems, "{:?}", found.problems);
}

#[test]
fn c3_suites_say_when_the_run_began_and_ended() {
    let suite = |times: &str| format!("<suite {times}><test><class name='c'/></test></suite>");
    let whole = suite("started-at='2024-05-02T10:00:00 CEST' finished-at='2024-05-02T10:00:09 CEST'");
    let bare = suite("name='n'");
    let open = suite("started-at='2024-05-02T10:00:00 UTC'");
    let turned = suite("started-at='2024-05-02T10:00:00 UTC' finished-at='2024-05-02T09:00:00 UTC'");
    let found = read(&format!("<testng-results>{whole}{bare}{open}{turned}</testng-results>"));
    let only_start = "2024-05-02T10:00:00Z -";
    assert_eq!(found.spans, ["2024-05-02T08:00:00Z 2024-05-02T08:00:09Z", only_start, only_start]);
}

#[test]
fn c5_times_since_7_0_name_their_zone() {
    let row = row_at("2024-05-02T10:00:02 CEST", "2024-05-02T10:00:02 CEST", "12");
    check_times(&timed(" CEST", &row), "08:00:02Z", "08:00:03Z", Some(12), &[]);
}

#[test]
fn t33_a_false_z_is_shifted_into_its_test() {
    for (local, found) in [("12:00:02", "10:00:02Z"), ("15:30:02", "10:00:02Z"), ("01:15:02", "10:00:02Z")] {
        let row = row_at(&format!("2024-05-02T{local}Z"), &format!("2024-05-02T{local}Z"), "0");
        check_times(&timed("Z", &row), found, found, Some(0), &[ProblemKind::NaiveTimestamp]);
    }
    let inside = row_at("2024-05-02T10:00:02Z", "2024-05-02T10:00:02Z", "0");
    check_times(&timed("Z", &inside), "10:00:02Z", "10:00:02Z", Some(0), &[]);
    let elsewhere = row_at("2024-05-02T10:07:00Z", "2024-05-02T10:07:00Z", "0");
    check_times(&timed("Z", &elsewhere), "10:07:00Z", "10:07:00Z", Some(0), &[]);
    let true_zone = row_at("2024-05-02T12:00:02 UTC", "2024-05-02T12:00:02 UTC", "0");
    check_times(&timed(" UTC", &true_zone), "12:00:02Z", "12:00:02Z", Some(0), &[]);
}

#[test]
fn t33_the_shift_is_told_once_and_goes_before_none() {
    let rows = [("14:05:00", "a"), ("13:30:00", "b"), ("12:00:00", "c")].map(|(local, name)| {
        format!("<test-method name='{name}' status='PASS' started-at='2024-05-02T{local}Z' duration-ms='0'/>")
    });
    let report = format!(
        "<test started-at='2024-05-02T10:00:00Z' finished-at='2024-05-02T13:40:00Z'><class name='c'>{}</class></test>",
        rows.concat()
    );
    let options =
        ReadOptions { zone: crate::format::time::Zone::parse("Europe/Berlin").unwrap(), ..ReadOptions::default() };
    let found = read_with(&report, &options);
    let starts: Vec<_> = found.cases.iter().map(|case| times(case).0).collect();
    assert_eq!(starts, ["12:05:00Z", "11:30:00Z", "10:00:00Z"]);
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
}

#[test]
fn t34_ambiguous_zones_are_read_in_the_assumed_one() {
    let row = row_at("2024-05-02T10:00:02 IST", "2024-05-02T10:00:02 IST", "0");
    check_times(&timed(" IST", &row), "10:00:02Z", "10:00:02Z", Some(0), &[ProblemKind::NaiveTimestamp]);
}

#[test]
fn t35_durations_that_contradict_the_stamps() {
    let row = |finished: &str, duration: &str| {
        timed(" UTC", &row_at("2024-05-02T10:00:02 UTC", &format!("2024-05-02T10:00:{finished} UTC"), duration))
    };
    let unreadable = &[ProblemKind::UnreadableTime];
    check_times(&row("03", "5000"), "10:00:02Z", "10:00:03Z", None, unreadable);
    check_times(&row("03", "-5"), "10:00:02Z", "10:00:03Z", None, unreadable);
    check_times(&row("01", "0"), "10:00:02Z", "10:00:02Z", Some(0), &[]);
    check_times(&row("05", "2500"), "10:00:02Z", "10:00:05Z", Some(2500), &[]);
    check_times(&row("08", "10"), "10:00:02Z", "10:00:08Z", Some(10), &[]);
    check_times(&timed(" UTC", &row_at("", "", "7")), "", "", Some(7), &[]);
    check_times(&timed(" UTC", &row_at("yesterday", "", "7")), "", "", Some(7), unreadable);
}

#[test]
fn t36_rows_of_one_second_keep_their_order() {
    let rows: String = (0..50)
        .map(|row| format!("<test-method name='m{row}' status='PASS' started-at='2024-05-02T10:00:02 UTC'/>"))
        .collect();
    let found = class_with(&rows);
    let expected: Vec<_> = (0..50).map(|row| format!("passed c.m{row}")).collect();
    assert_eq!(found.lines(), expected);
}
