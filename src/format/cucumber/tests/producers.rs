//! What single producers write, and what broken writers leave: the quirks that are not in `quirks`. Those that show in
//! whole conversions only (1, 2, 3, 16, 39, 43, 46) are in the integration tests.

use super::*;

#[test]
fn c11_a_step_that_says_passed_is_taken_at_its_word() {
    // pytest-bdd's skip inside a step.
    let steps = [step(4, r#""status":"passed","duration":0"#), step(5, PASSED)];
    let found = read(feature(&scenario(3, &steps.join(","))));
    assert_eq!((found.only().outcome, found.only().duration), (Outcome::Passed, Some(1000)));
}

#[test]
fn a_keyword_that_the_name_begins_with_is_not_repeated() {
    for (keyword, name, action) in [
        ("When", "When I do bad", "When I do bad"),
        ("Given ", "Givens are given", "Given Givens are given"),
        ("*", "* is a star", "* * is a star"),
    ] {
        let step = step(4, FAILED).replace("Given ", keyword).replace(r#""name":"x""#, &format!(r#""name":"{name}""#));
        let found = read(feature(&scenario(3, &step)));
        assert_eq!(found.only().steps[0].action, action);
        assert_eq!(found.only().details[0].type_name, action);
    }
}

/// A step as Karate writes it: keyword without a blank, and a name that tells the steps apart.
fn karate(keyword: &str, line: u64, name: &str, result: &str) -> String {
    step(line, result).replace("Given ", keyword).replace(r#""name":"x""#, &format!(r#""name":"{name}""#))
}

#[test]
fn c40_rows_over_the_steps_of_called_features_are_no_steps() {
    let row = r#""status":"passed","duration":0"#;
    let shot = r#"{"data":"QUJD","mime_type":"image/png"}"#;
    let last =
        karate(">> *", 7, "fails", FAILED).replace(r#","result""#, &format!(r#","embeddings":[{shot}],"result""#));
    let steps = [
        karate("*", 4, "call one", PASSED),
        karate("", 4, "one.feature", row),
        karate("> Given", 3, "is called", PASSED),
        karate("> *", 4, "call two", PASSED),
        karate(">", 4, "two.feature", row),
        last,
    ];
    let found = read(feature(&scenario(3, &steps.join(","))));
    let actions: Vec<&str> = found.only().steps.iter().map(|step| step.action.as_str()).collect();
    assert_eq!(actions, ["* call one", "> Given is called", "> * call two", ">> * fails"]);
    assert_eq!((found.only().outcome, found.only().duration), (Outcome::Failed, Some(3000)));
    // The picture is named after the fourth visible step.
    assert_eq!(found.only().attachments[0].name, "s-s4-1");
}

#[test]
fn c40_what_only_looks_like_such_a_row_is_a_step() {
    let actions = |steps: &[String]| {
        let found = read(feature(&scenario(3, &steps.join(","))));
        found.only().steps.iter().map(|step| step.action.clone()).collect::<Vec<_>>()
    };
    assert_eq!(actions(&[karate("", 4, "a", PASSED), karate("* ", 5, "b", PASSED)]), ["a", "* b"]);
    assert_eq!(
        actions(&[karate("", 4, "a", FAILED), karate("> *", 5, "b", PASSED)]),
        ["a", "> * b"],
        "it says something"
    );
    assert_eq!(actions(&[karate("> *", 4, "a", PASSED), karate(">> *", 5, "b", PASSED)]), ["> * a", ">> * b"]);
}

#[test]
fn testcafe_gives_every_step_a_bare_keyword_of_karates() {
    let step =
        |result: &str| format!(r#"{{"keyword":">","name":"Scenario: pays","hidden":false,"result":{{{result}}}}}"#);
    let outcome = |steps: &str| read(feature(&scenario(0, steps))).only().outcome;
    assert_eq!(outcome(&step(PASSED)), Outcome::Passed);
    assert_eq!(outcome(&step(FAILED)), Outcome::Failed);
    assert_eq!(outcome(&[step(PASSED), step(r#""status":"skipped""#)].join(",")), Outcome::Skipped);
}

#[test]
fn c40_a_redacted_step_fails_its_scenario() {
    let redacted = step(1, r#""status":"failed","error_message":"@report=false""#).replace("Given ", "* ");
    let found = read(feature(&scenario(3, &redacted)));
    assert_eq!(found.only().outcome, Outcome::Failed);
    assert_eq!(found.only().details[0].text, "@report=false");
}

#[test]
fn c13_behave2cucumber_has_numbers_for_ids_and_seconds_for_durations() {
    let text = r#"[{"uri":"features/a.feature","id":3,"keyword":"Feature","line":"1","tags":[{"name":"@a","line":1}],"elements":[
        {"type":"background","keyword":"Background","line":"3","steps":[{"line":4,"name":"x","result":{"status":"skipped","duration":0}}]},
        {"type":"scenario","id":1,"keyword":"Scenario","name":"pays","line":"6","steps":[
            {"line":4,"name":"x","result":{"status":"passed","duration":0.25}},
            {"line":7,"name":"y","result":{"status":"skipped","duration":0}}]}]}]"#;
    let found = read(text);
    assert_eq!(found.names(), ["features/a.feature#pays"]);
    assert_eq!((found.only().outcome, found.only().duration), (Outcome::Skipped, Some(250_000_000)));
}

#[test]
fn a_skipped_background_that_took_time_is_no_template() {
    for (duration, expected) in [(0, Outcome::Passed), (5, Outcome::Skipped)] {
        let skipped = step(2, &format!(r#""status":"skipped","duration":{duration}"#));
        let background = format!(r#"{{"type":"background","line":2,"steps":[{skipped}]}}"#);
        let found = read(feature(&format!("{background},{}", scenario(3, &step(2, PASSED)))));
        assert_eq!(found.only().outcome, expected);
    }
}

#[test]
fn c14_attempts_of_behave2cucumber_are_attempts() {
    let attempt = |id: u32, result: &str| {
        format!(r#"{{"type":"scenario","id":{id},"name":"pays","line":"6","steps":[{}]}}"#, step(7, result))
    };
    let found = read(feature(&[attempt(1, FAILED), attempt(2, PASSED)].join(",")));
    assert_eq!(found.names(), ["a/b.feature#pays"; 2]);
    assert_eq!(found.outcomes(), [Outcome::Failed, Outcome::Passed]);
}

#[test]
fn c19_rows_with_one_line_and_different_names_are_no_attempts() {
    let rows =
        ["1", "2"].map(|row| scenario(9, &step(4, PASSED)).replace(r#""name":"s""#, &format!(r#""name":"s {row}""#)));
    let found = read(feature(&rows.join(",")));
    assert_ne!(found.cases[0].attempt_group, found.cases[1].attempt_group);
}

#[test]
fn c20_equal_ids_under_two_rules_are_told_apart_by_their_lines() {
    let at = |lines: [u64; 2]| {
        let found =
            read(feature(&[scenario(lines[0], &step(6, FAILED)), scenario(lines[1], &step(16, PASSED))].join(",")));
        assert!(found.cases.iter().all(|case| !case.is_example), "other steps, so no rows of one outline");
        assert_eq!(found.names(), ["a/b.feature#f;s"; 2]);
        let groups: Vec<u64> = found.cases.iter().map(|case| case.attempt_group).collect();
        assert!(!groups.contains(&0), "either may have attempts");
        groups
    };
    let [one, other] = at([5, 15])[..] else { panic!() };
    assert_ne!(one, other, "two scenarios");
    let [one, other] = at([5, 5])[..] else { panic!() };
    assert_eq!(one, other, "two attempts of one");
}

#[test]
fn c25_placeholders_stay_in_the_name() {
    let row = |line: u64, id: &str| {
        scenario(line, &step(line, PASSED)).replace("f;s", id).replace(r#""name":"s""#, r#""name":"of <percent> %""#)
    };
    let found = read(feature(&[row(9, "f;of-<percent>-%;big;2"), row(10, "f;of-<percent>-%;big;3")].join(",")));
    assert_eq!(found.names(), ["a/b.feature#f;of-<percent>-%"; 2]);
    assert!(found.cases.iter().all(|case| case.is_example && case.title == "of <percent> %"));
}

#[test]
fn c27_documents_behind_each_other_are_all_read() {
    let one = feature(&scenario(3, &step(4, PASSED)));
    let object = one.trim_start_matches('[').trim_end_matches(']');
    for text in [format!("{one}{one}"), format!("{one}\n{one}\n"), format!("{object}{object}")] {
        let found = read(&text);
        assert_eq!((found.cases.len(), &found.problems[..]), (2, &[][..]), "{text}");
    }
}

#[test]
fn c28_commas_too_many_are_passed_over() {
    let text = feature(&format!("{},", scenario(3, &format!("{},", step(4, PASSED)))));
    let found = read(text);
    assert_eq!(found.outcomes(), [Outcome::Passed]);
    assert!(!found.problems.is_empty() && found.problems.iter().all(|kind| *kind == ProblemKind::Repaired));
}

#[test]
fn c29_c30_c31_what_is_no_text_is_replaced_or_kept() {
    for (raw, text) in [
        (&b"bad \xE4 byte"[..], "bad \u{FFFD} byte"),
        (br"bad \ud800 half", "bad \u{FFFD} half"),
        (b"raw \x01 control", "raw \u{1} control"),
    ] {
        let whole = feature(&scenario(3, &step(4, r#""status":"failed","error_message":"HERE""#))).into_bytes();
        let at = whole.windows(4).position(|four| four == b"HERE").unwrap();
        let bytes = [&whole[..at], raw, &whole[at + 4..]].concat();
        let found = read(bytes);
        assert_eq!(found.only().details[0].text, text);
        assert_eq!(&found.problems[..], [ProblemKind::Repaired]);
    }
}

#[test]
fn c34_a_very_long_attachment_is_copied_once_and_whole() {
    let shot = "QUJD".repeat(2 << 20);
    let embedded = step(4, FAILED)
        .replace("\"result\"", &format!(r#""embeddings":[{{"data":"{shot}","mime_type":"image/png"}}],"result""#));
    let text = feature(&scenario(3, &embedded));
    for body in [Body::Bytes(text.as_bytes()), Body::Stream(&mut text.as_bytes())] {
        let mut found = Found::default();
        parse(body, &all(), &mut found).unwrap();
        assert_eq!(found.only().attachments[0].data, shot);
    }
    // One that is longer than evidence may be is measured, not kept.
    let options = ReadOptions { attachment_bytes: 1 << 20, ..all() };
    let mut found = Found::default();
    parse(Body::Stream(&mut text.as_bytes()), &options, &mut found).unwrap();
    let attachment = &found.only().attachments[0];
    assert_eq!((attachment.data.len(), attachment.omitted), (0, shot.len() as u64));
}

#[test]
fn c44_a_bomb_of_brackets_is_passed_over() {
    let bomb = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = feature(&scenario(3, &step(4, PASSED)).replace("\"steps\"", &format!("\"x\":{bomb},\"steps\"")));
    assert_eq!(read(text).outcomes(), [Outcome::Passed]);
}

#[test]
fn evidence_of_scenarios_that_passed_is_not_even_copied() {
    let with_shot = |result: &str| {
        step(4, result).replace("\"result\"", r#""embeddings":[{"data":"QUJD","mime_type":"image/png"}],"result""#)
    };
    let hook =
        format!(r#","after":[{{"embeddings":[{{"data":"QUJD","mime_type":"image/png"}}],"result":{{{FAILED}}}}}]}}"#);
    let passed = scenario(3, &with_shot(PASSED));
    let failed = scenario(6, &with_shot(FAILED));
    let by_hook = format!("{}{hook}", scenario(9, &with_shot(PASSED)).trim_end_matches('}'));
    let mut found = Found::default();
    let text = feature(&[passed, failed, by_hook].join(","));
    parse(Body::Bytes(text.as_bytes()), &ReadOptions::default(), &mut found).unwrap();
    let counts: Vec<_> = found.cases.iter().map(|case| case.attachments.len()).collect();
    assert_eq!(counts, [0, 1, 2]);
}

#[test]
fn godog_names_an_outline_by_its_row() {
    let row = |id: &str, line: u64| {
        scenario(line, &[step(4, PASSED), step(5, PASSED)].join(",")).replace("f;s", &format!("f;{id}"))
    };
    let other = scenario(20, &[step(14, PASSED), step(15, PASSED)].join(",")).replace("f;s", "f;plain;;2");
    let rows = [row("adds-1;;2", 8), row("adds-2;;3", 9), row("adds-2;;4", 10), other];
    let found = read(feature(&rows.join(",")));
    let outline = "a/b.feature#f;adds-1";
    assert_eq!(found.names(), [outline, outline, outline, "a/b.feature#f;plain"]);
    assert!(found.cases.iter().all(|case| case.is_example));
}

#[test]
fn c40_rows_of_an_outline_may_call_different_steps() {
    let row = |id: &str, line: u64, steps: &[String]| {
        scenario(line, &steps.join(","))
            .replace("f;s", &format!("f;{id}"))
            .replace(r#""name":"s""#, &format!(r#""name":"{id}""#))
    };
    let own = [karate("Given", 4, "x", PASSED), karate("Then", 5, "y", PASSED)];
    let called = [own[0].clone(), karate("> *", 2, "z", PASSED), own[1].clone(), karate("* ", 0, "a hook", FAILED)];
    let found = read(feature(&[row("one", 8, &own), row("two", 9, &called)].join(",")));
    assert_eq!(found.names(), ["a/b.feature#f;one", "a/b.feature#f;one"]);
    assert_eq!(found.outcomes(), [Outcome::Passed, Outcome::Failed]);
}

#[test]
fn c19_rows_on_the_line_of_their_outline_differ_in_their_steps() {
    // cucumber-js 7 has one line, and one name, for all rows.
    let row = |text: &str, result: &str| {
        let step = step(4, result).replace(r#""name":"x""#, &format!(r#""name":"{text}""#));
        scenario(3, &step).replace(r#""keyword":"Scenario""#, r#""keyword":"Scenario Outline""#)
    };
    let found = read(feature(&[row("one", FAILED), row("two", FAILED), row("two", PASSED)].join(",")));
    let [one, two, again] = [0, 1, 2].map(|index| &found.cases[index]);
    assert_ne!(one.attempt_group, two.attempt_group);
    assert_eq!(two.attempt_group, again.attempt_group, "another attempt of the same row");
    assert!(found.cases.iter().all(|case| case.is_example && case.qualified_name == "a/b.feature#f;s"));
}

#[test]
fn c19_rows_may_differ_in_the_table_below_a_step_alone() {
    let row = |cell: &str| {
        let arguments = format!(r#""arguments":[{{"rows":[{{"cells":["{cell}"]}}]}}],"name""#);
        scenario(3, &step(4, FAILED).replace(r#""name""#, &arguments)).replace("\"Scenario\"", "\"Scenario Outline\"")
    };
    let found = read(feature(&[row("1"), row("2"), row("2")].join(",")));
    let [one, two, again] = [0, 1, 2].map(|index| found.cases[index].attempt_group);
    assert!(one != two && two == again);
}

#[test]
fn c19_attempts_of_a_row_that_has_a_line_or_a_number_may_have_other_steps() {
    let outline = |line: u64, id: &str, steps: &[String]| {
        scenario(line, &steps.join(","))
            .replace("\"Scenario\"", "\"Scenario Outline\"")
            .replace("f;s", &format!("f;s{id}"))
    };
    let steps = [step(4, FAILED), step(5, PASSED)];
    for (line, id) in [(9, ""), (3, ";;2"), (9, ";;2")] {
        let found = read(feature(&[outline(line, id, &steps[..1]), outline(line, id, &steps)].join(",")));
        assert_eq!(found.cases[0].attempt_group, found.cases[1].attempt_group, "{line} {id}");
    }
    // Nor does it matter where what was called from another file broke off.
    let called = [steps[0].clone(), karate("> *", 2, "z", FAILED), steps[1].clone(), karate("* ", 0, "a hook", FAILED)];
    let found = read(feature(&[outline(3, "", &called), outline(3, "", &steps)].join(",")));
    assert_eq!(found.cases[0].attempt_group, found.cases[1].attempt_group);
}

#[test]
fn c19_attempts_of_a_scenario_may_have_other_steps_in_any_language() {
    for keyword in ["Scenario", "Szenario", "Sc\\u00e9nario", "シナリオ "] {
        let attempt = |steps: &str| scenario(3, steps).replace("\"Scenario\"", &format!("\"{keyword}\""));
        let background = r#"{"type":"background","keyword":"Grundlage","name":"b","line":1,"steps":["#;
        let broken = attempt("").replace("}", r#","before":[{"result":{"status":"failed"}}]}"#);
        let whole = attempt(&step(4, PASSED));
        let found = read(feature(&format!("{broken},{background}{}]}},{whole}", step(2, PASSED))));
        assert_eq!(found.cases[0].attempt_group, found.cases[1].attempt_group, "{keyword}");
    }
}
