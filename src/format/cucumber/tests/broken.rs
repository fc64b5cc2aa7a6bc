//! Reports that somebody broke, or wrote as JSON is not: what is lost is told, and nothing passes for it.

use super::*;

#[test]
fn c26_a_feature_that_was_cut_before_its_address_is_told() {
    let cut = r#"[{"elements":[{"id":"f;s","name":"s","line":3,"steps":[]},{"id""#;
    let found = read(cut);
    assert_eq!((found.names(), &found.problems[..]), (vec!["f;s"], &[ProblemKind::Truncated; 2][..]));
    let without = format!(r#"[{{"elements":[{}],"id":"e"}},{}"#, scenario(3, &step(4, PASSED)), &cut[1..]);
    assert_eq!(read(without).problems, [ProblemKind::Truncated], "its writer knows none");
}

#[test]
fn c28_a_quote_that_is_missing_costs_its_scenario() {
    let part = |location: &str, result: &str| {
        format!(r#"{{"result":{{{result}}},"line":4,"name":"x","match":{{"location":{location}}},"keyword":"Given "}}"#)
    };
    let failed = r#""error_message":"a 5\" screen","status":"failed""#;
    let steps = format!("{},{}", part(r#""A.b()"#, PASSED), part(r#""A.c()""#, failed));
    let found = read(feature(&format!("{},{}", scenario(3, &steps), scenario(9, &step(10, PASSED)))));
    assert_eq!((found.outcomes(), &found.problems[..]), (vec![Outcome::Passed], &[ProblemKind::Malformed][..]));
    let found = read(feature(&scenario(3, &step(4, r#""status":passed"#))));
    assert_eq!((found.outcomes(), &found.problems[..]), (vec![Outcome::Passed], &[ProblemKind::Malformed][..]));
}

#[test]
fn c28_a_list_without_the_bracket_of_its_first_object_is_damaged() {
    let whole = feature(&scenario(3, &step(4, FAILED)));
    assert!(read(whole.replacen('{', "", 1)).problems.contains(&ProblemKind::Malformed));
}

#[test]
fn c45_lines_may_be_written_as_doubles() {
    let row = |status: &str| scenario(3, &step(4, status)).replace("\"line\":3", "\"line\":3.0");
    let found = read(feature(&format!("{},{}", row(FAILED), row(PASSED))));
    assert!(found.cases[0].attempt_group != 0 && found.cases[0].attempt_group == found.cases[1].attempt_group);
}

#[test]
fn c45_keys_and_words_may_be_spelled_in_escapes() {
    let element = scenario(3, &step(4, PASSED));
    let hook = r#","\u0061fter":[{"result":{"status":"f\u0061iled"}}]}"#;
    let element = format!("{}{hook}", &element[..element.len() - 1]);
    let found = read(feature(&element).replace("\"elements\"", "\"element\\u0073\""));
    assert_eq!((found.outcomes(), &found.problems[..]), (vec![Outcome::Failed], &[][..]));
}
