//! Features that are given out in parts.

use super::*;

/// Takes one case.
struct First;

impl ReportVisitor for First {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
    fn problem(&mut self, _: Problem) {}
    fn producer(&mut self, _: &str) {}
}

#[test]
fn a_large_feature_is_given_out_before_its_end() {
    let long = "x".repeat(1 << 20);
    let rows: Vec<_> = (0..40)
        .map(|line| scenario(line * 3, &step(line * 3 + 1, &format!(r#""status":"failed","error_message":"{long}""#))))
        .collect();
    let text = format!(r#"[{{"uri":"u","tags":[{{"name":"@t"}}],"elements":[{}]}}]"#, rows.join(","));
    let found = read(&text);
    assert_eq!(found.cases.len(), 40);
    assert!(found.cases.iter().all(|case| case.container_tags.to_vec() == ["t"] && case.qualified_name == "u#f;s"));
    // Who has enough with the first of them has not read to the end.
    let mut rest = text.as_bytes();
    parse(Body::Stream(&mut rest), &all(), &mut First).unwrap();
    assert!(!rest.is_empty());
}

#[test]
fn c05_the_rows_of_an_outline_are_found_in_a_feature_that_is_given_out_early() {
    let long = format!(r#""status":"failed","error_message":"{}""#, "x".repeat(3 << 20));
    let elements: Vec<_> = (0..6)
        .map(|number| {
            let outline = format!(
                r#"{{"type":"scenario_outline","id":"f;o{number}","name":"o","line":{number},"steps":[{{"name":"x"}}]}}"#
            );
            let row = scenario(5, &step(4, &long)).replace("f;s", &format!("f;o{number};;2"));
            format!("{outline},{row}")
        })
        .collect();
    let found = read(format!(r#"[{{"uri":"u","tags":[],"elements":[{}]}}]"#, elements.join(",")));
    assert_eq!(found.outcomes(), [Outcome::Failed; 6]);
}
