use super::*;
use crate::model::{Identity, Origin, TestCase};
use crate::pipeline::share::Share;

const MESSAGES: &str = "cucumber-messages";
const CUCUMBER: &str = "cucumber";

/// A whole report of these tests.
fn report(id: u32, origin: &str, format: &'static str, names: &[&str]) -> ReportOutcome {
    let mut outcome = ReportOutcome::new(ReportId(id), Origin::new(origin), 0);
    (outcome.told.format, outcome.told.state) = (Some(format), ReportState::Converted);
    outcome.runs.shares.push(Share::new(0));
    for name in names {
        let site = name.bytes().map(u64::from).sum();
        outcome
            .likeness
            .marks
            .add(&TestCase { title: (*name).to_owned(), site, ..TestCase::default() }, &Identity::default());
    }
    outcome
}

/// All verdicts about the reports of one folder: those that fall with each of them, and with the end.
fn folder(prefer: &[&str], reports: &[(&'static str, &[&str])]) -> Vec<Verdicts> {
    let mut twins = Twins::default();
    let mut fallen: Vec<Verdicts> = (0..)
        .zip(reports)
        .map(|(id, (format, names))| {
            let mut outcome = report(id, "n.zip!/r", format, names);
            outcome.surroundings.messages_may_follow = true;
            let mut verdicts = Verdicts::new();
            twins.meet(&mut outcome, prefer, &mut verdicts);
            verdicts
        })
        .collect();
    let mut last = Verdicts::new();
    twins.leave_all(prefer, &mut last);
    fallen.push(last);
    fallen
}

fn aside(id: u32, by: u32) -> (ReportId, TwinVerdict) {
    (ReportId(id), TwinVerdict::SetAside { by: ReportId(by) })
}

fn counts(id: u32) -> (ReportId, TwinVerdict) {
    (ReportId(id), TwinVerdict::Counts(Vec::new()))
}

#[test]
fn a_folder_is_left_when_the_walk_is_behind_it() {
    let mut twins = Twins::default();
    let mut come = |input: u32, id, origin: &str| {
        let mut outcome = report(id, origin, "junit", &["t"]);
        outcome.surroundings.input = input;
        let mut verdicts = Verdicts::new();
        twins.leave(&outcome, &["robot"], &mut verdicts);
        twins.meet(&mut outcome, &["robot"], &mut verdicts);
        verdicts.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(come(0, 0, "a.xml"), [0; 0]);
    assert_eq!(come(0, 1, "n.zip!/a.xml"), [0; 0]);
    assert_eq!(come(0, 2, "n.zip!/ui/a.xml"), [0; 0]);
    assert_eq!(come(0, 3, "n.zip!/ui-2/a.xml"), [2]);
    assert_eq!(come(0, 4, "n.zip!/z.xml"), [3]);
    assert_eq!(come(0, 5, "z.xml"), [1, 4]);
    assert_eq!(come(1, 6, "z.xml"), [0, 5], "another INPUT");
}

#[test]
fn without_a_preference_nothing_waits_that_messages_cannot_stand_for() {
    let fallen = folder(&[], &[("junit", &["a"]), ("junit", &["b"]), ("behave", &["c"])]);
    assert_eq!(fallen, [vec![counts(0)], vec![counts(1)], vec![counts(2)], vec![]]);
    let mut outcome = report(0, "cucumber.json", CUCUMBER, &["a"]);
    let mut verdicts = Verdicts::new();
    Twins::default().meet(&mut outcome, &[], &mut verdicts);
    assert_eq!(verdicts, [counts(0)], "no file beside it is called like messages");
}

#[test]
fn z6_the_verdict_falls_when_the_messages_come() {
    let fallen = folder(&[], &[(CUCUMBER, &["a", "b"]), ("robot", &["x"]), (MESSAGES, &["b", "a"])]);
    assert_eq!(fallen, [vec![], vec![], vec![aside(0, 2), counts(1), counts(2)], vec![]]);
    let fallen = folder(&[], &[(MESSAGES, &["a"]), (CUCUMBER, &["a"])]);
    assert_eq!(fallen, [vec![counts(0)], vec![aside(1, 0)], vec![]]);
}

#[test]
fn z6_other_scenarios_are_another_run() {
    let fallen = folder(&[], &[(CUCUMBER, &["a", "b"]), (MESSAGES, &["a"])]);
    assert!(fallen[..2].iter().all(Vec::is_empty));
    assert_eq!(fallen[2][0], counts(0));
    assert!(matches!(&fallen[2][1], (ReportId(1), TwinVerdict::Counts(told)) if told.len() == 1));
    let preferred = folder(&[CUCUMBER], &[(CUCUMBER, &["a"]), (MESSAGES, &["a"])]);
    assert_eq!(ids(&preferred), [(0, false), (1, true)], "the other way round when it is asked for");
}

/// Ids in the order of their verdicts, and whether each was set aside.
fn ids(fallen: &[Verdicts]) -> Vec<(u32, bool)> {
    let all = fallen.iter().flatten();
    all.map(|(id, verdict)| (id.0, matches!(verdict, TwinVerdict::SetAside { .. }))).collect()
}

#[test]
fn the_less_wanted_is_set_aside_when_all_of_it_is_told_elsewhere() {
    let reports: &[(&'static str, &[&str])] =
        &[("cucumber", &["a", "b", "c"]), ("junit", &["a", "b"]), ("junit", &["c"]), ("junit", &["c", "unit test"])];
    let last = folder(&["cucumber"], reports).pop().unwrap();
    assert_eq!(last[..2], [aside(1, 0), aside(2, 0)]);
    assert!(
        matches!(&last[2], (ReportId(3), TwinVerdict::Counts(told)) if told.len() == 1),
        "it has a test of its own"
    );
    let last = folder(&["junit"], reports).pop().unwrap();
    assert_eq!(last[0], aside(0, 1), "several reports together tell of all");
    assert!(ids(&folder(&["robot"], reports)).iter().all(|(_, aside)| !aside), "a format that is not there");
}

#[test]
fn damaged_reports_and_those_without_runs_take_no_part() {
    let mut twins = Twins::default();
    let mut verdicts = Verdicts::new();
    let mut damaged = report(0, "a.json", CUCUMBER, &["a"]);
    damaged.told.state = ReportState::Damaged;
    let mut empty = report(1, "b.json", CUCUMBER, &["a"]);
    empty.runs.shares.clear();
    for outcome in [&mut damaged, &mut empty, &mut report(2, "c.ndjson", MESSAGES, &["a"])] {
        outcome.surroundings.messages_may_follow = true;
        twins.meet(outcome, &[], &mut verdicts);
    }
    assert_eq!(verdicts, [counts(0), counts(1), counts(2)]);
}

#[test]
fn names_shared_by_chance_say_nothing() {
    let fallen = folder(&[], &[("cucumber", &["a", "b", "c"]), ("junit", &["a", "x", "y"])]);
    assert_eq!(fallen[2], [counts(0), counts(1)]);
}

#[test]
fn one_warning_tells_of_two_formats() {
    let fallen = folder(&[], &[("robot", &["a", "b"]), ("junit", &["a"]), ("junit", &["b"]), ("robot", &["a"])]);
    let told: Vec<_> =
        fallen.iter().flatten().filter(|(_, verdict)| *verdict != TwinVerdict::Counts(Vec::new())).collect();
    let [(ReportId(1), TwinVerdict::Counts(repetitions))] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        repetitions[0].problem("output.xml", &[]).message,
        "1 of its 1 tests are told by output.xml (robot), too; both are converted: --prefer junit or --prefer robot \
         takes one"
    );
}

#[test]
fn the_first_preference_wins_over_the_second() {
    let last = folder(&["testng", "robot"], &[("junit", &["a"]), ("robot", &["a"]), ("testng", &["a"])]).pop().unwrap();
    assert_eq!(last, [aside(0, 2), aside(1, 2), counts(2)]);
}

#[test]
fn a_folder_of_very_many_tests_is_not_compared_and_says_so_once() {
    let mut twins = Twins::default();
    let mut verdicts = Verdicts::new();
    let names: Vec<String> = (0..MOST_IN_FOLDER + 1).map(|number| format!("t{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (one, other) = names.split_at(MOST_IN_FOLDER / 4);
    for (id, format, names) in [(0, "junit", one), (1, "junit", other), (2, "robot", one), (3, "robot", one)] {
        twins.meet(&mut report(id, "r", format, names), &[], &mut verdicts);
    }
    let told = |id: usize| matches!(&verdicts[id].1, TwinVerdict::Counts(told) if told[..] == [Repetition::Unknown]);
    assert_eq!([0, 1, 2, 3].map(told), [false, false, true, false]);
}

#[test]
fn of_several_messages_the_last_counts_for_those_before_and_the_first_for_those_behind() {
    let reports: &[(_, &[_])] =
        &[(CUCUMBER, &["x"]), (CUCUMBER, &["a"]), (MESSAGES, &["a"]), (MESSAGES, &["a"]), (CUCUMBER, &["a"])];
    let last = folder(&[], reports).pop().unwrap();
    assert_eq!(last, [counts(0), aside(1, 3), counts(2), counts(3), aside(4, 2)]);
}
