//! One test for each quirk of the specification that this reader decides.

use super::*;

fn one(steps: &str) -> Found {
    read(feature(&scenario(3, steps)))
}

fn embedded(embedding: &str) -> Found {
    one(&format!(r#"{{"keyword":"Given ","name":"x","result":{{{PASSED}}},"embeddings":[{embedding}]}}"#))
}

#[test]
fn c04_features_and_scenarios_without_content() {
    assert_eq!(read(r#"[{"uri":"a"},{"uri":"b","elements":null},{"uri":"c","elements":[]}]"#).cases.len(), 0);
    assert_eq!(read(feature(r#"{"id":"f;s","name":"s","type":"scenario"}"#)).only().outcome, Outcome::NotRun);
}

#[test]
fn c05_a_step_without_result_did_not_run() {
    assert_eq!(one(r#"{"name":"x"}"#).only().outcome, Outcome::NotRun);
    let outline = r#"{"type":"scenario_outline","id":"f;o","name":"o","line":2,"steps":[{"name":"x"}]}"#;
    for row in ["f;o", "f;o;2", "f;o;;2", "f;o;examples;2"] {
        let row = scenario(5, &step(4, PASSED)).replace("f;s", row);
        assert_eq!(read(feature(&format!("{outline},{row}"))).outcomes(), [Outcome::Passed]);
    }
}

#[test]
fn a_scenario_that_did_not_run_says_why() {
    let told = |steps: &str| {
        let found = one(steps);
        let details = &found.only().details;
        assert_eq!((found.only().outcome, details.len()), (Outcome::NotRun, 1));
        (details[0].kind, details[0].message.clone())
    };
    assert_eq!(told(""), (DetailKind::Skip, "it has no steps".to_owned()));
    assert_eq!(told(&format!("{0},{0}", r#"{"name":"x"}"#)).1, "none of its steps ran");
    assert_eq!(told(&format!(r#"{},{{"name":"y"}}"#, step(4, PASSED))).1, "some of its steps did not run");
    let own = one(&step(4, r#""status":"unknown","error_message":"nobody knows""#));
    assert_eq!(own.only().details.iter().map(|detail| detail.text.as_str()).collect::<Vec<_>>(), ["nobody knows"]);
}

#[test]
fn c05_an_outline_whose_rows_are_nowhere_did_not_run() {
    let outline =
        |id: &str| format!(r#"{{"type":"scenario_outline","id":"{id}","name":"o","line":2,"steps":[{{"name":"x"}}]}}"#);
    let found = read(feature(&outline("f;o")));
    assert_eq!((found.outcomes(), found.problems.len()), (vec![Outcome::NotRun], 0));
    let other = scenario(5, &step(4, PASSED)).replace("f;s", "f;other;;2");
    let found = read(feature(&format!("{},{other},{}", outline("f;o"), outline("f;p"))));
    assert_eq!(found.outcomes(), [Outcome::NotRun, Outcome::Passed, Outcome::NotRun]);
    assert_eq!(found.names(), ["a/b.feature#f;o", "a/b.feature#f;other", "a/b.feature#f;p"]);
}

#[test]
fn c06_ambiguous_is_a_failure() {
    let found = one(&step(4, r#""status":"ambiguous""#));
    assert!(found.only().outcome.is_failure());
    assert_eq!(found.only().details[0].text, "ambiguous");
}

#[test]
fn c07_a_scenario_may_lack_its_type() {
    let background = r#"{"keyword":"Background","name":"","line":2,"steps":[]}"#;
    let scenario = r#"{"id":"f;s","keyword":"Scenario","name":"s","line":3,"steps":[]}"#;
    assert_eq!(read(feature(&format!("{background},{scenario}"))).names(), ["a/b.feature#f;s"]);
}

#[test]
fn c08_c09_inherited_tags_are_the_features() {
    let tagged = r#"{"id":"f;s","name":"s","line":3,"tags":[{"name":"@DEMO-48","line":1},"DEMO-47"],"steps":[]}"#;
    let found = read(feature(tagged));
    assert_eq!(found.only().tags.to_vec(), ["DEMO-47"]);
    assert_eq!(found.only().container_tags.to_vec(), ["DEMO-48"]);
}

#[test]
fn c10_pytest_bdd_hides_steps() {
    let found = read(r#"[{"uri":"a","language":"en","tags":[],"elements":[]}]"#);
    assert_eq!((found.producer.as_str(), &found.problems[..]), ("pytest-bdd", &[ProblemKind::Unusual][..]));
    let found = read(feature(&scenario(3, &step(4, PASSED)).replace("f;s", "test_pays")));
    assert_eq!((found.producer.as_str(), &found.problems[..]), ("pytest-bdd", &[ProblemKind::Unusual][..]));
}

#[test]
fn c12_failures_without_text_are_told_once() {
    let empty = r#""status":"failed","error_message":"""#;
    let found = one(&[step(4, FAILED), step(5, empty), step(6, empty)].join(","));
    assert_eq!(found.only().details.len(), 1);
    assert_eq!(
        (found.only().details[0].type_name.as_str(), found.only().details[0].text.as_str()),
        ("Given x", "boom")
    );
    assert_eq!(one(&[step(4, empty), step(5, empty)].join(",")).only().details.len(), 1);
}

#[test]
fn c13_fractions_of_small_numbers_are_seconds() {
    let found =
        one(&[step(4, r#""status":"passed","duration":0.5"#), step(5, r#""status":"passed","duration":1"#)].join(","));
    assert_eq!(found.only().duration, Some(1_500_000_000));
    assert_eq!(one(&step(4, r#""status":"passed","duration":1.5e3"#)).only().duration, Some(1500));
    assert_eq!(one(&step(4, r#""status":"passed","duration":1234567.5"#)).only().duration, Some(1_234_567));
}

#[test]
fn c13_an_id_of_digits_says_nothing() {
    let found = read(r#"[{"uri":"u","elements":[{"id":7,"name":"pays -- @1.2 cash","line":3,"steps":[]}]}]"#);
    assert_eq!(found.names(), ["u#pays"]);
}

#[test]
fn c14_attempts_of_one_scenario_have_numbers_of_their_own() {
    let attempt = |number: &str, name: &str, result: &str| {
        scenario(3, &step(4, result))
            .replace(r#""f;s""#, number)
            .replace(r#""name":"s""#, &format!(r#""name":"{name}""#))
    };
    let found = read(feature(&[attempt("5", "pays", FAILED), attempt("6", "pays", PASSED)].join(",")));
    assert_eq!(found.names(), ["a/b.feature#pays"; 2]);
    assert_eq!(found.cases[0].attempt_group, found.cases[1].attempt_group);
    assert!(found.cases[0].attempt_group != 0 && found.cases.iter().all(|case| !case.is_example));
    let rows = read(feature(&[attempt("5", "pays 1", FAILED), attempt("6", "pays 2", PASSED)].join(",")));
    assert_ne!(rows.cases[0].attempt_group, rows.cases[1].attempt_group);
    assert_eq!((rows.names(), rows.cases[1].is_example), (vec!["a/b.feature#pays 1"; 2], true));
}

#[test]
fn c15_the_same_line_again_is_another_attempt() {
    let found = read(feature(&[scenario(3, &step(4, FAILED)), scenario(3, &step(4, PASSED))].join(",")));
    let groups: Vec<_> = found.cases.iter().map(|case| (case.attempt_group, case.is_example)).collect();
    assert_ne!(groups[0].0, 0);
    assert_eq!(groups[0], groups[1]);
    assert!(!groups[0].1);
}

#[test]
fn c17_rows_are_told_apart_by_their_line() {
    let found = read(feature(&[scenario(9, &step(4, PASSED)), scenario(10, &step(4, FAILED))].join(",")));
    assert!(found.cases.iter().all(|case| case.is_example));
    assert_ne!(found.cases[0].attempt_group, found.cases[1].attempt_group);
    assert_eq!(found.names(), ["a/b.feature#f;s"; 2]);
}

#[test]
fn c17_the_first_row_names_the_outline() {
    let other = scenario(10, &step(4, PASSED)).replace("f;s", "f;t");
    assert_eq!(read(feature(&format!("{},{other}", scenario(9, &step(4, PASSED))))).names(), ["a/b.feature#f;s"; 2]);
}

#[test]
fn c17_lines_that_are_no_places_make_no_rows() {
    let named = |id: &str, own: u64, lines: &[u64]| {
        let steps: Vec<_> = lines.iter().map(|line| step(*line, PASSED)).collect();
        scenario(own, &steps.join(",")).replace("f;s", id)
    };
    for (own, lines) in [
        (0, &[0][..]),
        (1, &[1]),
        (1, &[1, 1]),
        (0, &[0, 0, 0]),
        (0, &[0, 1, 2]),
        (0, &[1, 2, 3]),
        (1, &[2, 3]),
        (7, &[7]),
        (9, &[7, 7]),
    ] {
        for next in [own, own + 10] {
            let found = read(feature(&[named("f;s", own, lines), named("f;t", next, lines)].join(",")));
            assert_eq!(found.names(), ["a/b.feature#f;s", "a/b.feature#f;t"], "{own} {lines:?}");
            assert!(found.cases.iter().all(|case| !case.is_example));
        }
        let again = read(feature(&[named("f;s", own, lines), named("f;s", own, lines)].join(",")));
        assert_eq!(again.cases[0].attempt_group, again.cases[1].attempt_group, "the same once more is another attempt");
        assert_ne!(again.cases[0].attempt_group, 0);
    }
    for lines in [&[3][..], &[6, 10, 11], &[0, 5, 6], &[3, 4]] {
        let found = read(feature(&[named("f;s[1]", 9, lines), named("f;s[2]", 9, lines)].join(",")));
        assert_eq!(found.names(), ["a/b.feature#f;s[1]"; 2], "{lines:?}");
    }
}

#[test]
fn c18_rows_of_all_examples_are_one_test() {
    let rows = ["f;o;small;2", "f;o;;2", "f;r;o;big;3"].map(|id| scenario(9, &step(4, PASSED)).replace("f;s", id));
    let found = read(feature(&rows.join(",")));
    assert_eq!(found.names(), ["a/b.feature#f;o", "a/b.feature#f;o", "a/b.feature#f;r;o"]);
    assert!(found.cases.iter().all(|case| case.is_example));
}

#[test]
fn c21_an_empty_rule_name_makes_no_row() {
    let found = read(feature(&scenario(3, &step(4, PASSED)).replace("f;s", "f;;2")));
    assert_eq!((found.names(), found.only().is_example), (vec!["a/b.feature#f;;2"], false));
}

#[test]
fn c22_c23_a_failed_hook_fails_the_scenario() {
    for hook in ["before", "after"] {
        let text = format!(
            r#"{{"id":"f;s","name":"s","line":3,"{hook}":[{{"result":{{{FAILED}}}}}],"steps":[{}]}}"#,
            step(4, r#""status":"skipped""#)
        );
        let found = read(feature(&text));
        assert_eq!(found.only().outcome, Outcome::Failed);
        assert_eq!(found.only().details[0].type_name, format!("{hook} hook"));
    }
}

#[test]
fn c24_a_background_belongs_to_the_next_scenario_only() {
    let background = format!(
        r#"{{"type":"background","line":2,"before":[{{"result":{{"status":"passed","duration":5}}}}],"steps":[{}]}}"#,
        step(2, FAILED)
    );
    let skipped = step(4, r#""status":"skipped""#);
    let found = read(feature(&format!("{background},{},{}", scenario(3, &skipped), scenario(7, &step(8, PASSED)))));
    assert_eq!(found.outcomes(), [Outcome::Failed, Outcome::Passed]);
    assert_eq!(found.cases[0].details[0].type_name, "Background: Given x");
    assert_eq!((found.cases[0].duration, found.cases[1].duration), (Some(5), Some(1000)));
}

#[test]
fn a_failed_background_without_a_scenario_is_a_problem() {
    let found = read(feature(&format!(r#"{{"type":"background","line":2,"steps":[{}]}}"#, step(2, FAILED))));
    assert_eq!((found.cases.len(), &found.problems[..]), (0, &[ProblemKind::ContainerFailure][..]));
}

#[test]
fn a_background_of_the_same_line_belongs_to_the_scenario_before() {
    let background = format!(r#"{{"type":"background","name":"s","line":3,"steps":[{}]}}"#, step(2, FAILED));
    let found = read(feature(&format!("{},{background}", scenario(3, &step(4, r#""status":"skipped""#)))));
    assert_eq!((found.outcomes(), &found.problems[..]), (vec![Outcome::Failed], &[][..]));
}

#[test]
fn c26_complete_scenarios_of_a_cut_feature_are_kept() {
    let whole = feature(&[scenario(3, &step(4, PASSED)), scenario(7, &step(8, PASSED))].join(","));
    let found = read(&whole[..whole.len() - 120]);
    assert_eq!((found.cases.len(), &found.problems[..]), (1, &[ProblemKind::Truncated; 2][..]), "uri is behind them");
    let before = whole.replacen("[{", "[{\"uri\":\"a\",", 1);
    assert_eq!(read(&before[..before.len() - 120]).problems, [ProblemKind::Truncated]);
}

#[test]
fn c26_tags_of_a_feature_that_was_cut_before_them() {
    let tagged = |line: u64| {
        format!(
            r#"{{"id":"f;s","name":"s","line":{line},"tags":[{{"name":"@DEMO-48","line":1}},{{"name":"@DEMO-{line}","line":{line}}}],"steps":[]}}"#
        )
    };
    let found = read(format!(r#"[{{"elements":[{},{},{{"id""#, tagged(5), tagged(9)));
    let tags: Vec<_> = found.cases.iter().map(|case| case.tags.to_vec()).collect();
    assert_eq!(tags, [["DEMO-5"], ["DEMO-9"]]);
    assert_eq!(found.cases[0].container_tags.to_vec(), ["DEMO-48"]);
}

#[test]
fn c31_c32_the_last_of_equal_keys_counts() {
    let found = one(r#"{"name":"x","result":{"status":"failed","status":"passed"}}"#);
    assert_eq!(found.only().outcome, Outcome::Passed);
}

#[test]
fn c33_what_is_no_number_counts_as_zero() {
    for odd in ["NaN", "Infinity", "-5", "\"soon\""] {
        let found = one(&step(4, &format!(r#""status":"passed","duration":{odd}"#)));
        assert_eq!(&found.problems[..], [ProblemKind::UnreadableTime], "{odd}");
        assert_eq!(found.only().duration, Some(0), "{odd}");
    }
}

#[test]
fn durations_longer_than_can_be_told_are_told() {
    let found = one(&step(4, r#""status":"passed","duration":99999999999999999999999"#));
    assert_eq!((found.only().duration, &found.problems[..]), (Some(i64::MAX), &[ProblemKind::UnreadableTime][..]));
    assert_eq!(one(&step(4, r#""status":"passed","duration":null"#)).only().duration, None);
}

#[test]
fn c35_raw_text_stays_text() {
    let found = embedded(r#"{"data":"{\"a\":1}","mime_type":"application/json"}"#);
    let attachment = &found.only().attachments[0];
    assert_eq!((attachment.content, attachment.data.as_str()), (Content::Text, r#"{"a":1}"#));
    assert_eq!(attachment.name, "s-s1-1");
}

#[test]
fn c36_the_media_type_may_stand_inside() {
    let found = embedded(r#"{"data":"iVBORw0KGgo=","media":{"type":"image/png"}}"#);
    let attachment = &found.only().attachments[0];
    assert_eq!((attachment.media_type.as_str(), attachment.content), ("image/png", Content::Base64));
}

#[test]
fn c45_one_embedding_needs_no_list() {
    let step = r#"{"name":"x","result":{"status":"failed"},"embeddings":{"data":"a b","mime_type":"text/plain"}}"#;
    assert_eq!(one(step).only().attachments[0].data, "a b");
}

#[test]
fn what_is_no_base64_is_kept_as_it_stands_and_told() {
    for (name, expected) in [("", "s-s1-1"), (r#","name":"shot.png""#, "shot.png.bin"), (r#","name":"shot""#, "shot")] {
        let found = embedded(&format!(r#"{{"data":"!!no base64!!","mime_type":"image/png"{name}}}"#));
        let attachment = &found.only().attachments[0];
        assert_eq!((attachment.content, attachment.data.as_str()), (Content::Text, "!!no base64!!"));
        assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), (expected, "application/octet-stream"));
        assert_eq!(found.problems, [ProblemKind::MissingAttachment]);
    }
    // Signs of base64, but not in numbers or places that it has.
    for data in ["iVBORw0KGgo==iVB", "iVBORw0KG", "===="] {
        let found = embedded(&format!(r#"{{"data":"{data}","mime_type":"image/png"}}"#));
        assert_eq!(found.only().attachments[0].content, Content::Text, "{data}");
    }
    let drawn = embedded(r#"{"data":"<svg x=''/>","mime_type":"image/svg+xml"}"#);
    assert_eq!((drawn.only().attachments[0].media_type.as_str(), drawn.problems.len()), ("image/svg+xml", 0));
}

#[test]
fn c37_embeddings_without_content_are_told() {
    let found = embedded(r#"{"mime_type":"image/png","name":"shot"}"#);
    assert_eq!(found.only().attachments.len(), 0);
    assert_eq!(found.only().details[0].kind, DetailKind::Note);
    assert_eq!(found.only().details[0].message, "attachment not included: shot");
    let found = embedded(r#"{"data":"shots\\a.png","mime_type":"image/png"}"#);
    assert_eq!(found.only().attachments[0].content, Content::Path);
}

#[test]
fn c38_a_word_is_no_base64() {
    assert_eq!(embedded(r#"{"data":"test","mime_type":"text/plain"}"#).only().attachments[0].data, "test");
    assert_eq!(embedded(r#"{"data":"aGk=","mime_type":"text/plain"}"#).only().attachments[0].data, "hi");
}

#[test]
fn links_are_links_however_they_are_written() {
    for data in [
        "aHR0cHM6Ly94LmV4YW1wbGUvMQ==",
        "https://x.example/1",
        "data:text/uri-list;base64,aHR0cHM6Ly94LmV4YW1wbGUvMQ==",
    ] {
        let found = embedded(&format!(r#"{{"data":"{data}","mime_type":"text/uri-list"}}"#));
        let attachment = &found.only().attachments[0];
        assert_eq!((attachment.content, attachment.data.as_str()), (Content::Link, "https://x.example/1"), "{data}");
    }
}

#[test]
fn wrapped_base64_is_unwrapped() {
    for data in
        ["data:image/png;base64,iVBORw0KGgo=", "iVBOR\\nw0KGgo", "ZGF0YTppbWFnZS9wbmc7YmFzZTY0LGlWQk9SdzBLR2dvPQ=="]
    {
        let found = embedded(&format!(r#"{{"data":"{data}","mime_type":"image/png"}}"#));
        assert_eq!(found.only().attachments[0].data, "iVBORw0KGgo=", "{data}");
    }
}

#[test]
fn c41_a_feature_that_did_not_parse_is_named_after_its_file() {
    let text = r#"[{"uri":"u","keyword":"","name":"","tags":[],"elements":[{"id":"failed-to-parse-feature","name":"",
        "line":0,"keyword":"","type":"scenario","steps":[{"result":{"status":"failed","error_message":"e"}}]}]}]"#;
    assert_eq!((read(text).only().title.as_str(), read(text).only().outcome), ("u", Outcome::Failed));
    let named = text.replace(r#"-feature","name":"""#, r#"-feature","name":"n""#);
    assert_eq!(read(named).only().title, "n");
    assert_eq!(read(text.replace("failed-to-parse-feature", "f;")).only().title, "");
}

#[test]
fn c42_attempts_in_one_scenario_are_cut() {
    let found = one(&[step(4, PASSED), step(5, FAILED), step(4, PASSED), step(5, PASSED)].join(","));
    assert_eq!((found.only().outcome, found.only().duration), (Outcome::Passed, Some(2000)));
    assert_eq!(found.only().details[0].kind, DetailKind::Attempt);
    // As cucumber-rs 0.23 writes them: an attempt ends with its failure, and one step may be all there is.
    let longer = [step(4, PASSED), step(5, FAILED), step(4, PASSED), step(5, PASSED), step(6, PASSED)];
    assert_eq!((one(&longer.join(",")).only().outcome, longer.len()), (Outcome::Passed, 5));
    let thrice = one(&[step(4, FAILED), step(4, FAILED), step(4, PASSED)].join(","));
    let kinds: Vec<_> = thrice.only().details.iter().map(|detail| detail.kind).collect();
    assert_eq!((thrice.only().outcome, &kinds[..]), (Outcome::Passed, &[DetailKind::Attempt; 2][..]));
    let last = one(&[step(4, FAILED), step(4, FAILED)].join(","));
    assert_eq!((last.only().outcome, last.only().details.len()), (Outcome::Failed, 2));
    let skipped = one(&[step(4, FAILED), step(4, r#""status":"skipped""#)].join(","));
    assert_eq!(skipped.only().outcome, Outcome::Failed, "the step behind a failure is skipped");
    let rows = one(&[step(4, PASSED), step(4, FAILED), step(4, PASSED)].join(","));
    assert_eq!(rows.only().outcome, Outcome::Failed, "ruby 2.4 gives every step the line of the row");
}

/// A stream that fails where it should end.
struct Broken<'d>(&'d [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(io::Error::other("gone")),
            length => Ok(length),
        }
    }
}

#[test]
fn a_read_error_keeps_what_is_complete() {
    let text = feature(&[scenario(3, &step(4, PASSED)), scenario(7, &step(8, PASSED))].join(","));
    let mut found = Found::default();
    parse(Body::Stream(&mut Broken(&text.as_bytes()[..text.len() - 120])), &all(), &mut found).unwrap_err();
    assert_eq!(found.cases.len(), 1);
}

#[test]
fn c45_c48_other_types_are_survived() {
    let text = r#"[{"uri":"u","id":7,"line":"1","tags":["@a"],"elements":[{"id":8,"line":"3","name":"s","tags":null,
        "before":{},"steps":[{"name":"x","line":"4","result":{"status":"passed"},"match":{"location":{}},
        "arguments":["free",1,null]}]}]}]"#;
    let found = read(text);
    assert_eq!((found.only().outcome, found.problems.len()), (Outcome::Passed, 0));
    assert_eq!(found.names(), ["u#s"]);
}

#[test]
fn c45_other_shapes_are_read_as_what_they_mean() {
    assert_eq!(one(r#"{"name":"x","status":"failed"}"#).only().outcome, Outcome::Failed);
    assert_eq!(one(r#"{"name":"x","status":"failed","result":{"status":"passed"}}"#).only().outcome, Outcome::Passed);
    assert_eq!(one(r#"{"name":"x","result":"passed"}"#).only().outcome, Outcome::Passed);
    for error in [r#"["boom","at a.js:1"]"#, r#"{"message":"boom","code":null,"stack":"at a.js:1"}"#] {
        let found = one(&step(4, &format!(r#""status":"failed","error_message":{error}"#)));
        assert_eq!(found.only().details[0].text, "boom\nat a.js:1", "{error}");
        assert!(found.problems.is_empty());
    }
    let numbered =
        format!(r#"{{"id":"f;s","name":"s","line":3,"steps":{{"1":{},"2":{}}}}}"#, step(4, PASSED), step(5, FAILED));
    let found = read(feature(&numbered));
    assert_eq!((found.only().outcome, found.only().steps.len()), (Outcome::Failed, 2));
    assert_eq!(found.problems, [ProblemKind::Repaired]);
}

#[test]
fn c45_scenarios_that_are_no_list_are_told() {
    let found = read(format!(r#"[{{"uri":"u","elements":{{"0":{}}}}}]"#, scenario(3, &step(4, FAILED))));
    assert_eq!((found.cases.len(), &found.problems[..]), (0, &[ProblemKind::Malformed][..]));
    assert!(read(r#"[{"uri":"u","elements":{}}]"#).problems.is_empty());
}

#[test]
fn evidence_of_a_background_is_named_after_its_scenario() {
    let shot = r#"{"keyword":"Given ","name":"x","line":2,"result":{"status":"passed"},"embeddings":[{"data":"a b","mime_type":"text/plain"}]}"#;
    let background = format!(r#"{{"type":"background","name":"","line":2,"steps":[{shot}]}}"#);
    let found = read(feature(&format!("{background},{}", scenario(3, &shot.replace("2", "4")))));
    let names: Vec<_> = found.only().attachments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["s-s1-1", "s-s2-2"]);
}

#[test]
fn a_cut_feature_is_not_called_an_empty_report() {
    let text = feature(&[scenario(3, &step(4, PASSED)), scenario(7, &step(8, PASSED))].join(","));
    for length in [10, text.len() - 120] {
        let mut found = Found::default();
        parse(Body::Stream(&mut Broken(&text.as_bytes()[..length])), &all(), &mut found).unwrap_err();
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
}

#[test]
fn c47_passed_hooks_and_no_steps_passed() {
    let hook = format!(r#"{{"keyword":"Before","hidden":true,"result":{{{PASSED}}}}}"#);
    assert_eq!(one(&hook).only().outcome, Outcome::Passed);
    let found = one(&format!("{hook},{}", step(4, r#""status":"skipped""#)));
    assert_eq!(found.only().outcome, Outcome::Skipped);
    assert_eq!((found.producer.as_str(), found.only().steps.len()), ("cucumber-js", 1));
}

#[test]
fn scenarios_inside_an_element_are_told() {
    let inside = scenario(3, &step(4, PASSED));
    let rule = format!(r#"{{"type":"rule","name":"r","line":2,"children":[{inside}]}}"#);
    let found = read(feature(&[rule, scenario(8, &step(9, PASSED))].join(",")));
    let lost = found.problems.iter().filter(|kind| **kind == ProblemKind::Malformed);
    assert_eq!((lost.count(), found.cases.len()), (1, 2));
    assert_eq!((found.cases[0].outcome, found.cases[1].outcome), (Outcome::NotRun, Outcome::Passed));
}
