//! `bench`: what it measures, that it leaves nothing behind, and what it is compared with.

use serde_json::{Value, json};

use crate::support::Workshop;

const REPORT: &str = "<testsuite name='s'><testcase classname='A' name='a'/><testcase classname='A' name='b'><failure/></testcase></testsuite>";

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.write("night/one.xml", REPORT);
    workshop.write("night/two.json", r#"[{"uri": "a.feature", "elements": []}]"#);
    workshop.write("night/notes.txt", "no report");
    workshop
}

fn measured(workshop: &Workshop, more: &[&str]) -> Value {
    let arguments = ["bench", "night", "--rounds", "2", "--scratch", ".", "--format", "json", "-q"];
    let ran = workshop.run(arguments.iter().chain(more));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn every_stage_is_measured_by_itself_and_nothing_is_left() {
    let workshop = workshop();
    let before = workshop.files();
    let measured = measured(&workshop, &["--jobs", "2"]);
    assert_eq!(measured["schema"], "xraypack/bench/2");
    let amounts = ["reports", "cases"].map(|name| measured["input"][name].clone());
    assert_eq!(amounts, [json!(2), json!(2)]);
    let stages: Vec<_> = measured["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{} {}", line["threads"], line["stage"].as_str().unwrap()))
        .collect();
    let names = ["read", "inflate", "tokenise", "parse", "convert-without-writing", "convert"];
    let expected: Vec<_> = [1, 2].iter().flat_map(|threads| names.map(|name| format!("{threads} {name}"))).collect();
    assert_eq!(stages, expected);
    for line in measured["stages"].as_array().unwrap() {
        let [min, median, max] = ["min", "median", "max"].map(|name| line["seconds"][name].as_f64().unwrap());
        assert!(0.0 < min && min <= median && median <= max, "{line}");
        assert!(line["bytes_per_second"].as_f64().unwrap() > 0.0, "{line}");
    }
    let formats: Vec<_> = measured["formats"].as_array().unwrap().iter().map(|line| &line["format"]).collect();
    assert_eq!(formats, ["cucumber", "junit"]);
    let depths: Vec<_> = measured["formats"][1]["bytes_per_second"].as_object().unwrap().keys().collect();
    assert_eq!(depths, ["inflate", "parse", "read", "tokenise"]);
    assert_eq!(workshop.files(), before);
}

#[test]
fn an_earlier_run_is_what_rates_are_compared_with() {
    let workshop = workshop();
    let mut baseline = measured(&workshop, &["--jobs", "1"]);
    for line in baseline["stages"].as_array_mut().unwrap() {
        line["bytes_per_second"] = json!(1.0);
    }
    workshop.write("baseline.json", baseline.to_string());
    let compared = measured(&workshop, &["--jobs", "1", "--baseline", "baseline.json"]);
    for line in compared["stages"].as_array().unwrap() {
        // Over a rate of one byte a second the ratio is the rate.
        assert_eq!(line["ratio"], line["bytes_per_second"], "{line}");
    }
    let ran = workshop.run(["bench", "night", "--rounds", "1", "--jobs", "1", "--baseline", "baseline.json"]);
    for word in ["1 thread", "+ inflate", "+ tokenise", "+ parse", "convert: + write", "junit", "x  "] {
        assert!(ran.stdout.contains(word), "{word}: {}", ran.stdout);
    }
    workshop.write("night/three.xml", REPORT.replace("'A'", "'B'"));
    let ran = workshop.run(["bench", "night", "--rounds", "1", "--jobs", "1", "--baseline", "baseline.json"]);
    let expected = "measured on other reports (2 reports, ";
    assert!(ran.stderr.contains(expected) && ran.stderr.contains(" now): "), "{}", ran.stderr);
    let compared = measured(&workshop, &["--jobs", "1", "--baseline", "baseline.json"]);
    assert_eq!(compared["baseline"]["is_of_same_input"], false);
    assert_eq!(compared["baseline"]["input"]["reports"], 2);
}

#[test]
fn what_cannot_be_measured_or_compared_is_refused() {
    let workshop = workshop();
    workshop.write("old.json", r#"{"schema": "xraypack/bench/1"}"#);
    let refused = |arguments: &[&str], why: &str| {
        let ran = workshop.run(["bench"].iter().chain(arguments));
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    };
    refused(&["-"], "standard input and pipes can be read only once");
    refused(&["absent"], "absent");
    refused(&["night", "--scratch", "absent"], "--scratch absent: there is no such folder");
    refused(&["night", "--rounds", "0"], "a whole number of at least 1");
    refused(&["night", "--baseline", "absent.json"], "--baseline: absent.json");
    refused(&["night", "--baseline", "old.json"], "its schema is xraypack/bench/1, this program reads ");
    workshop.write("other.json", "{}");
    refused(&["night", "--baseline", "other.json"], "it is not what bench --format json prints");
}

#[cfg(unix)]
#[test]
fn nothing_stays_of_a_run_that_was_interrupted() {
    use rustix::process::{Pid, Signal, kill_process};
    let mut workshop = workshop();
    let scratch = workshop.path().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    workshop.set("TMPDIR", scratch.to_str().unwrap());
    let mut command = workshop.command(["bench", "night", "--rounds", "1000000"]);
    let command = command.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It says so before each round.
    let mut told = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("round 2") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut told, &mut line).unwrap(), 0);
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    std::io::copy(&mut told, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
}
