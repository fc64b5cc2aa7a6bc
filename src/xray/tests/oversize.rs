//! The ladder by which one Test that is too large is brought down: each step, and their order.

use super::*;
use crate::xray::oversize::Shrunk;

fn options(target: Target) -> EncodeOptions {
    EncodeOptions::new(target, "DEMO")
}

/// Brings `text` down to `allowed` bytes.
fn shrunk(text: &str, note: &[u8], allowed: usize, target: Target) -> (String, Shrunk) {
    let mut out = b"before".to_vec();
    let shrunk = shrink(text.as_bytes(), note, allowed as u64, &options(target), &mut out).unwrap();
    let less = String::from_utf8(out.split_off(6)).unwrap();
    assert_eq!(out, b"before");
    assert!(is_valid(&bundle(&[less.as_bytes()]), target), "{less}");
    let fits = less.len() <= allowed;
    assert_ne!(
        fits,
        shrunk.steps.last().is_some_and(|last| last.contains("nothing more can go")),
        "{:?}",
        shrunk.steps
    );
    (less, shrunk)
}

/// Base64 that stands for `bytes` bytes (a multiple of three) of something that is no text.
fn data(bytes: usize, digit: char) -> String {
    digit.to_string().repeat(bytes / 3 * 4)
}

fn names(text: &str) -> Vec<String> {
    let run: serde_json::Value = serde_json::from_str(text).unwrap();
    let of = |value: &serde_json::Value| value["evidences"].as_array().or(value["evidence"].as_array()).cloned();
    let mut steps: Vec<_> = run["steps"].as_array().cloned().unwrap_or_default();
    steps.extend(
        run["iterations"].as_array().into_iter().flatten().flat_map(|row| row["steps"].as_array().cloned().unwrap()),
    );
    let items = std::iter::once(&run).chain(&steps).filter_map(of).flatten();
    items.map(|item| item["filename"].as_str().unwrap().to_owned()).collect()
}

fn with_evidence(outcome: Outcome, evidence: &[(&str, usize)]) -> TestRun {
    let mut run = run("a.b");
    run.outcome = outcome;
    for (number, (name, bytes)) in evidence.iter().enumerate() {
        run.evidence.push(attachment(name, &data(*bytes, char::from(b'A' + number as u8))));
    }
    run
}

#[test]
fn a_run_that_fits_stays_as_it_is() {
    let (text, _) = encoded(&full_run(), Target::Cloud);
    let (whole, shrunk) = shrunk(&text, b"", text.len(), Target::Cloud);
    assert_eq!((whole, shrunk), (text, Shrunk { steps: Vec::new(), evidence: 0 }));
}

#[test]
fn the_largest_evidence_goes_first_and_no_more_than_must() {
    for (outcome, whose) in [(Outcome::Passed, "of what passed "), (Outcome::Failed, "")] {
        let run = with_evidence(outcome, &[("s.bin", 300), ("l.bin", 9000), ("m.bin", 3000), ("m2.bin", 3000)]);
        let (text, _) = encoded(&run, Target::Server);
        let (less, told) = shrunk(&text, b"", text.len() - 1, Target::Server);
        assert_eq!(names(&less), ["s.bin", "m.bin", "m2.bin"]);
        assert_eq!(told.steps, [format!("evidence {whose}left out: \"l.bin\" (12000 bytes in base64)")]);
        assert_eq!(told.evidence, 1);
        assert!(less.contains("1 pieces of evidence were left out"), "{less}");
        // Of equal ones the last goes first.
        assert_eq!(names(&shrunk(&text, b"", text.len() - 12_200, Target::Server).0), ["s.bin", "m.bin"]);
    }
}

#[test]
fn evidence_of_passed_results_goes_before_that_of_failed_ones() {
    let results = [
        with_evidence(Outcome::Passed, &[("p1.bin", 600), ("p2.bin", 900)]),
        with_evidence(Outcome::Failed, &[("f.bin", 6000)]),
    ];
    let results = results.map(|run| (run.outcome, encoded(&run, Target::Server).0));
    let part = |(outcome, text): &(Outcome, String)| {
        let (bytes, outcome) = (text.clone().into_bytes(), *outcome);
        (bytes, outcome)
    };
    let held: Vec<_> = results.iter().map(part).collect();
    let parts: Vec<EncodedResult<'_>> = held
        .iter()
        .map(|(bytes, outcome)| EncodedResult {
            bytes,
            outcome: *outcome,
            report: 1,
            attempt_group: 0,
            superseded: false,
            note: b"",
        })
        .collect();
    let mut out = Vec::new();
    let merged = merge(&parts, Merge::Worst, &options(Target::Server), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(names(&text), ["p1.bin", "p2.bin", "f.bin"]);
    let left = |allowed: usize| names(&shrunk(&text, &merged.note, allowed, Target::Server).0);
    assert_eq!(left(text.len() - 10), ["p1.bin", "f.bin"], "the largest of them");
    assert_eq!(left(text.len() - 1500), ["f.bin"]);
    assert_eq!(left(text.len() - 5000), [""; 0]);
}

#[test]
fn evidence_of_passed_steps_and_rows_goes_before_that_of_failed_ones() {
    for in_rows in [false, true] {
        let mut run = keyed("AB-1");
        run.outcome = Outcome::Failed;
        for (number, (outcome, bytes)) in
            [(Outcome::Passed, 600), (Outcome::Failed, 6000), (Outcome::Passed, 900)].into_iter().enumerate()
        {
            let steps = match in_rows {
                true => {
                    let row = run.stated.iterations.add();
                    row.outcome = outcome;
                    &mut row.steps
                }
                false => &mut run.steps,
            };
            let step = steps.add();
            step.outcome = outcome;
            step.attachments.push(attachment(&format!("{number}.bin"), &data(bytes, 'A')));
        }
        for target in [Target::Server, Target::Cloud] {
            let (text, _) = encoded(&run, target);
            let left = |less: usize| names(&shrunk(&text, b"", text.len() - less, target).0);
            assert_eq!(left(10), ["0.bin", "1.bin"], "{text}");
            assert_eq!(left(1500), ["1.bin"]);
            assert_eq!(left(5000), [""; 0]);
        }
    }
}

#[test]
fn a_text_is_cut_to_head_and_tail_before_it_goes() {
    let lines: String = (0..20_000).map(|line| format!("line {line}\n")).collect();
    let mut run = with_evidence(Outcome::Failed, &[("a.bin", 3000)]);
    run.evidence.push(Attachment { name: "log.txt".to_owned(), data: lines, ..Attachment::default() });
    let (text, _) = encoded(&run, Target::Server);
    let (less, told) = shrunk(&text, b"", text.len() / 2, Target::Server);
    assert!(less.len() > text.len() / 2 - 200, "{} of {}", less.len(), text.len());
    assert_eq!((names(&less), told.evidence), (vec!["a.bin".to_owned(), "log.txt".to_owned()], 0));
    assert!(
        told.steps[0].starts_with("evidence \"log.txt\" (") && told.steps[0].contains(" shortened to "),
        "{told:?}"
    );
    let run: serde_json::Value = serde_json::from_str(&less).unwrap();
    let log = base64_simd::STANDARD.decode_to_vec(run["evidences"][1]["data"].as_str().unwrap()).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(log.starts_with("line 0\n") && log.ends_with("line 19999\n") && log.contains("bytes left out …]"));
    // What would be left of it is not worth keeping.
    assert_eq!(names(&shrunk(&text, b"", 8000, Target::Server).0), ["a.bin"]);
}

#[test]
fn texts_go_when_all_evidence_has_gone() {
    let mut run = full_run();
    run.comment = "(x)\n".repeat(7_000);
    run.description = "d".repeat(2_000);
    for _ in 0..3 {
        let step = run.steps.add();
        step.comment = "c".repeat(2_000);
    }
    for target in [Target::Server, Target::Cloud] {
        let (text, _) = encoded(&run, target);
        let kinds = |allowed: usize| {
            let (less, told) = shrunk(&text, b"", allowed, target);
            let kind = |step: &String| {
                let words =
                    ["evidence", "comment of", "comments and", "custom", "description", "bytes are left", "results of"];
                let found = words.into_iter().find(|word| step.contains(word)).unwrap();
                format!("{found}{}", if step.contains("left out") { "!" } else { "" })
            };
            (less, told.steps.iter().map(kind).collect::<Vec<_>>())
        };
        let (less, steps) = kinds(text.len() - 10_000);
        assert_eq!(steps, ["evidence!", "comment of"], "{target:?}");
        assert!(less.contains("characters left out") && less.contains(&"c".repeat(2_000)));
        if target == Target::Server {
            assert!(less.contains(r#""comment":"{noformat}\n(x)\n"#), "the frame stays: {less}");
            assert_eq!(less.matches("{noformat}").count(), 2);
        }
        assert_eq!(kinds(5_000).1, ["evidence!", "comment of", "comments and"], "{target:?}");
        let (least, steps) = kinds(10);
        let mut expected = vec!["results of!", "evidence!", "comment of", "comment of!", "custom!", "description!"];
        if target == Target::Cloud {
            // Cloud has no description.
            expected.pop();
        }
        expected.push("bytes are left");
        assert_eq!(steps, expected, "{target:?}");
        assert!(least.contains("\"status\":\"FAIL") && least.contains("shop.Cart.adds"), "{least}");
    }
}

#[test]
fn logs_of_rows_go_before_the_comment_does() {
    let mut run = keyed("AB-1");
    run.outcome = Outcome::Failed;
    run.comment = "short".to_owned();
    for _ in 0..4 {
        run.stated.iterations.add().log = "l".repeat(3_000);
    }
    let (text, _) = encoded(&run, Target::Cloud);
    let (less, told) = shrunk(&text, b"", 3_000, Target::Cloud);
    assert_eq!(told.steps, ["logs of its data rows shortened to 500 characters: 4"]);
    assert!(less.contains("\"comment\":\"short\"") && less.contains("characters left out"));
    let (less, told) = shrunk(&text, b"", 800, Target::Cloud);
    assert_eq!(told.steps.last().unwrap(), "logs of its data rows left out: 4");
    assert!(less.contains("\"comment\":\"short\""));
}

/// A Test with so many data rows, every hundredth of which failed.
fn with_rows(rows: usize) -> TestRun {
    let mut run = keyed("AB-1");
    run.outcome = Outcome::Failed;
    run.comment = "boom".to_owned();
    for number in 0..rows {
        let row = run.stated.iterations.add();
        row.outcome = if number % 100 == 50 { Outcome::Failed } else { Outcome::Passed };
        let parameter = row.parameters.add();
        parameter.name = "n".to_owned();
        parameter.value = number.to_string();
    }
    run
}

fn rows_of(text: &str) -> Vec<(String, String)> {
    let run: serde_json::Value = serde_json::from_str(text).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let of_row = |row: &serde_json::Value| (text(&row["parameters"][0]["value"]), text(&row["status"]));
    run["iterations"].as_array().into_iter().flatten().map(of_row).collect()
}

#[test]
fn rows_that_passed_go_before_those_that_failed_where_all_of_them_are_too_many() {
    for target in TARGETS {
        let (text, _) = encoded(&with_rows(1000), target);
        let (less, told) = shrunk(&text, b"", text.len() / 2, target);
        let rows = rows_of(&less);
        let failed = rows.iter().filter(|(_, status)| status.starts_with("FAIL")).count();
        assert_eq!(failed, 10, "{target:?}");
        let (number, status) = &rows[0];
        assert!(number == "0" && status.starts_with("PASS"), "the earliest stay: {rows:?}");
        assert!(rows.len() > 100 && less.len() > text.len() / 5, "{} {}", rows.len(), less.len());
        let gone = 1000 - rows.len();
        assert_eq!(told.steps, [format!("left out: {gone} of 1000 data rows")]);
        assert!(less.contains(&format!("boom\\n\\n{gone} of 1000 data rows were left out")), "{less}");
        // There is not even room for all that failed.
        let (less, told) = shrunk(&text, b"", 700, target);
        let rows = rows_of(&less);
        assert!(!rows.is_empty() && rows.iter().all(|(_, status)| status.starts_with("FAIL")), "{rows:?}");
        let gone = format!("{} of 1000 data rows ({} of them did not pass)", 1000 - rows.len(), 10 - rows.len());
        assert_eq!(told.steps, [format!("left out: {gone}")]);
        assert!(less.contains("\"status\":\"FAIL"), "{less}");
    }
}

#[test]
fn values_of_rows_are_cut_before_rows_go() {
    let mut run = with_rows(4);
    let parameter = run.stated.iterations.add().parameters.add();
    parameter.name = "n".to_owned();
    parameter.value = "v".repeat(9_000);
    // Many bytes are not many characters.
    run.stated.iterations.add().parameters.add().value = "ü".repeat(200);
    let (text, _) = encoded(&run, Target::Cloud);
    let (less, told) = shrunk(&text, b"", 2_000, Target::Cloud);
    assert_eq!(told.steps, ["names and parameters of its data rows shortened to 255 characters: 1"]);
    assert_eq!(rows_of(&less).len(), 6);
}

#[test]
fn a_definition_that_is_a_document_is_cut_and_stays_another_than_those_that_begin_alike() {
    let short = |end: &str| {
        let (text, _) = encoded(&run(&format!("{}{end}", "d".repeat(40_000))), Target::Server);
        let (less, told) = shrunk(&text, b"", 20_000, Target::Server);
        assert!(told.steps[0].starts_with("definition of 40001 characters shortened to \"ddd"), "{:?}", told.steps);
        assert!(less.contains("40001 characters"), "{less}");
        let run: serde_json::Value = serde_json::from_str(&less).unwrap();
        run["testInfo"]["definition"].as_str().unwrap().to_owned()
    };
    assert!(short("a").encode_utf16().count() <= 300);
    assert_eq!(short("a"), short("a"));
    assert_ne!(short("a"), short("b"));
}

#[test]
fn what_a_new_test_is_made_of_is_cut_where_it_alone_is_too_large() {
    let mut run = run("a.b");
    run.stated.test.given = true;
    run.stated.test.scenario = format!("Given a shop\n{}", "And \u{fc}\n".repeat(30_000));
    for target in TARGETS {
        let (text, _) = encoded(&run, target);
        let (less, told) = shrunk(&text, b"", 60_000, target);
        assert_eq!(told.steps, ["scenario of 180013 characters shortened"]);
        let run: serde_json::Value = serde_json::from_str(&less).unwrap();
        let scenario = run["testInfo"]["scenario"].as_str().unwrap();
        assert!(scenario.len() > 32_000 && scenario.ends_with("\nAnd \u{fc}"), "{}", &scenario[..99]);
        assert!(run["comment"].as_str().unwrap().contains("has 180013 characters and was shortened"), "{less}");
    }
    for _ in 0..1000 {
        let step = run.stated.test.steps.add();
        *step.add() = crate::model::Parameter { name: "action".to_owned(), value: "a".repeat(900) };
    }
    for target in TARGETS {
        let (text, _) = encoded(&run, target);
        let (less, told) = shrunk(&text, b"", 60_000, target);
        let run: serde_json::Value = serde_json::from_str(&less).unwrap();
        let kept = run["testInfo"]["steps"].as_array().unwrap().len();
        assert!((120..130).contains(&kept), "{kept}");
        let gone = format!("{} of 1000 steps of the Test", 1000 - kept);
        let cut = "texts of the steps of the Test shortened to 255 characters: 1000";
        assert_eq!(told.steps, [cut.to_owned(), format!("left out: {gone}")]);
        assert!(less.contains(&format!("{gone} were left out")), "{less}");
    }
}

#[test]
fn results_that_are_known_by_their_place_go_together_and_long_lists_are_cut() {
    let mut run = keyed("AB-1");
    run.outcome = Outcome::Failed;
    run.stated.assignee = "a".repeat(5_000);
    for number in 0..500 {
        run.steps.add().outcome = Outcome::Passed;
        run.defects.add().push_str(&format!("AB-{}", number + 1));
    }
    let (text, _) = encoded(&run, Target::Server);
    let (less, told) = shrunk(&text, b"", 3_000, Target::Server);
    assert_eq!(told.steps, ["left out: 500 results of steps", "assignee left out", "defects left out: 400 of 500"]);
    assert!(less.contains("500 results of steps were left out"), "{less}");
}

proptest! {
    #[test]
    fn whatever_is_allowed_the_result_stays_and_passed_evidence_goes_first(
        evidence in proptest::collection::vec((0..60_usize, any::<bool>()), 0..8),
        comment in 0..3_000_usize,
        allowed in 0..1_200_usize,
    ) {
        let mut run = keyed("AB-1");
        run.outcome = Outcome::Failed;
        run.comment = "x".repeat(comment);
        for (number, (size, passed)) in evidence.iter().enumerate() {
            let step = run.steps.add();
            step.outcome = if *passed { Outcome::Passed } else { Outcome::Failed };
            let name = format!("{}{number}.bin", if *passed { 'p' } else { 'f' });
            step.attachments.push(attachment(&name, &data(size * 3 + 3, 'A')));
        }
        let (text, _) = encoded(&run, Target::Server);
        let (less, told) = shrunk(&text, b"", allowed, Target::Server);
        let stays = less.contains("\"testKey\":\"AB-1\"") && less.contains("\"FAIL\"");
        prop_assert!(stays);
        let (all, left) = (names(&text), names(&less));
        prop_assert_eq!(all.len() - left.len(), told.evidence as usize);
        let gone_of_failed = all.iter().any(|name| name.starts_with('f') && !left.contains(name));
        prop_assert!(!gone_of_failed || !left.iter().any(|name| name.starts_with('p')));
        prop_assert_eq!(text.len() <= allowed, told.steps.is_empty());
    }
}
