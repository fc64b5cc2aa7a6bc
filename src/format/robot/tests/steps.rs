//! What is a step, and what is none.

use super::*;

fn steps_of(inside: &str) -> Vec<String> {
    let report = suite(&format!("<test name='t'>{inside}<status status='FAIL'>x</status></test>"));
    let options = ReadOptions { steps: true, ..ReadOptions::default() };
    let found = read_bytes(report.as_bytes(), &options);
    let steps = found.only().steps.iter();
    steps.map(|step| format!("{} {}: {}", step.outcome.name(), step.action, step.comment)).collect()
}

#[test]
fn r22_steps_are_the_items_of_the_test_itself() {
    let caught = "<try><branch type='TRY'><kw name='Fail'><msg level='FAIL'>no</msg><status status='FAIL'>no</status></kw>\
        <status status='FAIL'>no</status></branch><status status='PASS'/></try>";
    assert_eq!(steps_of(caught), ["passed TRY: "]);
    let old = "<kw type='setup' name='Open'><arguments><arg>x</arg></arguments><status status='PASS'/></kw>\
        <kw type='for' name='${i} IN [ 1 ]'><kw type='foritem' name='${i} = 1'><arguments><arg>no</arg></arguments>\
        <status status='PASS'/></kw><status status='PASS'/></kw>\
        <kw name='Fail'><kw name='inner'><arg>no</arg><msg level='FAIL'>deep</msg><status status='FAIL'/></kw>\
        <status status='FAIL'/></kw>";
    assert_eq!(
        steps_of(old),
        [
            "passed [Setup]    Open    x: ",
            "passed FOR    ${i} IN [ 1 ]: ",
            "failed Fail    deep".replace("    deep", ": deep").as_str()
        ]
    );
    let new = "<variable name='${x}'><var>1</var><status status='PASS'/></variable><if><branch type='IF' condition='$x'>\
        <status status='NOT RUN'/></branch><status status='NOT RUN'/></if>\
        <kw name='Close' type='TEARDOWN'><status status='FAIL'>y</status></kw>";
    assert_eq!(steps_of(new), ["passed VAR    ${x}    1: ", "notrun IF    $x: ", "failed [Teardown]    Close: y"]);
}

#[test]
fn r23_a_keyword_of_a_listener_is_no_fixture() {
    let report = suite(&format!("{}<kw name='x'><status status='FAIL'>no</status></kw>", test("a", "PASS")));
    check(&report, &["passed S.a"], &[]);
}

#[test]
fn r28_long_arguments_are_cut() {
    let steps = steps_of(&format!("<kw name='k'><arg>{}</arg><status status='PASS'/></kw>", "é".repeat(9000)));
    assert!(steps[0].len() < 2100 && steps[0].contains('…'), "{}", steps[0].len());
}

#[test]
fn the_first_failure_that_is_logged_explains_a_step_whose_status_does_not() {
    let messages = "<msg level='INFO'>before</msg><msg level='FAIL'>no</msg><msg level='FAIL'>more</msg>";
    let steps = steps_of(&format!("<kw name='k'>{messages}<status status='FAIL'/></kw>"));
    assert_eq!(steps, ["failed k: no"]);
}
