//! Rows of a parameterised test of which the framework shows so little that they look the same.

use crate::support::{Workshop, bundles};

/// An xUnit.net report of these rows: what is shown of their data, and what became of them.
fn report(rows: &[(&str, &str)]) -> String {
    let row = |(data, result): &(&str, &str)| {
        let failure = if *result == "Fail" { "<failure><message>boom</message></failure>" } else { "" };
        format!("<test name='S.Add(a: {data})' type='S' method='Add' time='0.1' result='{result}'>{failure}</test>")
    };
    let rows: String = rows.iter().map(row).collect();
    format!("<assemblies><assembly name='a.dll'><collection name='c'>{rows}</collection></assembly></assemblies>")
}

const CUT: &str = "{ AddressID = 2, ... }";

#[test]
fn x9_a_row_that_looks_like_another_does_not_stand_for_it() {
    let first = [(CUT, "Fail"), (CUT, "Pass"), ("5", "Pass")];
    let again = [(CUT, "Pass"), (CUT, "Pass")];
    for target in ["server", "cloud"] {
        for (reports, policy, expected) in [
            (&[&first[..]][..], "last", "FAIL"),
            (&[&first[..]], "any-pass", "FAIL"),
            (&[&first[..]], "ran", "FAIL"),
            (&[&first[..]], "worst", "FAIL"),
            // The rerun passed, row by row.
            (&[&first[..], &again], "last", "PASS"),
            (&[&first[..], &again], "any-pass", "PASS"),
            (&[&again[..], &first], "last", "FAIL"),
            (&[&first[..], &again[..1]], "last", "PASS"),
            (&[&[("5", "Fail"), ("5", "Pass")][..]], "last", "PASS"),
        ] {
            let workshop = Workshop::new();
            for (number, rows) in reports.iter().enumerate() {
                workshop.write(&format!("in/{number}.xml"), report(rows));
            }
            let line = ["convert", "in", "-o", "out", "-p", "DEMO", "--target", target, "--merge", policy];
            assert_eq!(workshop.run(line).code, Some(0));
            let run = bundles(&workshop.path().join("out"))[0].1["tests"][0].take();
            assert!(run["status"].as_str().unwrap().starts_with(expected), "{target} {policy} {reports:?}: {run}");
        }
    }
}
