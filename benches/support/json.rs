//! The shapes of JSON.

use serde_json::{Value, json};

use super::{Dice, Ending, Made, Told};

/// Cucumber's legacy JSON, as most of its implementations write it: indented.
pub(super) fn cucumber(told: &Told, out: &mut String) {
    let scenarios: Vec<Value> =
        told.cases.iter().enumerate().map(|(number, case)| scenario(told, number, case)).collect();
    let feature = json!({
        "uri": format!("features/{}.feature", told.class),
        "id": told.class.to_lowercase(),
        "keyword": "Feature",
        "name": told.class,
        "description": "",
        "line": 1,
        "tags": [{"name": "@nightly", "line": 1}],
        "elements": scenarios,
    });
    *out += &serde_json::to_string_pretty(&[feature]).unwrap_or_default();
}

fn scenario(told: &Told, number: usize, case: &Made) -> Value {
    let steps: Vec<Value> = STEPS
        .iter()
        .enumerate()
        .map(|(step, (keyword, text))| {
            let mut result = json!({"status": status(case.ending, step), "duration": case.millis * 250_000});
            if case.ending == Ending::Failed && step == 2 {
                result["error_message"] = case.trace.clone().into();
            }
            json!({
                "keyword": format!("{keyword} "),
                "name": format!("{text} {}", case.name),
                "line": number * 6 + step + 4,
                "match": {"location": format!("steps/{}.js:{}", told.class, step * 7 + 3)},
                "result": result,
            })
        })
        .collect();
    json!({
        "id": format!("{};{}", told.class.to_lowercase(), case.name.to_lowercase()),
        "keyword": "Scenario",
        "type": "scenario",
        "name": case.name,
        "description": "",
        "line": number * 6 + 3,
        "tags": [{"name": format!("@area_{}", number % 7), "line": number * 6 + 2}],
        "steps": steps,
    })
}

/// The same with a picture in each scenario: nearly all of it is base64.
pub(super) fn cucumber_evidence(told: &Told, out: &mut String) {
    let mut plain = String::new();
    cucumber(told, &mut plain);
    let picture = base64(told.millis(), 100_000);
    let embedded =
        format!("\"embeddings\": [{{\"data\": \"{picture}\", \"mime_type\": \"image/png\"}}], \"keyword\": \"Then \"");
    *out += &plain.replace("\"keyword\": \"Then \"", &embedded);
}

/// Characters of base64 that begin as a picture does and look random.
fn base64(seed: u64, length: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut dice = Dice::new(seed);
    let mut text = String::from("iVBORw0KGgoA");
    while text.len() < length {
        let mut roll = dice.roll();
        for _ in 0..8 {
            text.push(char::from(DIGITS[(roll % 64) as usize]));
            roll >>= 8;
        }
    }
    text.truncate(length / 4 * 4);
    text
}

/// Cucumber's messages: one envelope a line.
pub(super) fn messages(told: &Told, out: &mut String) {
    let uri = format!("features/{}.feature", told.class);
    let mut line = |envelope: Value| {
        *out += &envelope.to_string();
        out.push('\n');
    };
    line(
        json!({"meta": {"protocolVersion": "24.1.0", "implementation": {"name": "cucumber-js", "version": "12.9.0"}}}),
    );
    let children: Vec<Value> = told
        .cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            json!({"scenario": {"id": format!("node-{number}"), "name": case.name, "keyword": "Scenario", "tags": [],
                "location": {"line": number * 6 + 3, "column": 3}, "steps": []}})
        })
        .collect();
    line(json!({"gherkinDocument": {"uri": uri, "feature": {"name": told.class, "tags": [], "children": children}}}));
    for (number, case) in told.cases.iter().enumerate() {
        let steps: Vec<Value> = STEPS
            .iter()
            .enumerate()
            .map(|(step, (_, text))| json!({"id": format!("step-{number}-{step}"), "text": format!("{text} {}", case.name)}))
            .collect();
        let planned: Vec<Value> = (0..STEPS.len())
            .map(|step| {
                json!({"id": format!("test-{number}-{step}"), "pickleStepId": format!("step-{number}-{step}"),
                "stepDefinitionIds": [format!("definition-{step}")]})
            })
            .collect();
        line(json!({"pickle": {"id": format!("pickle-{number}"), "uri": uri, "name": case.name, "language": "en",
            "astNodeIds": [format!("node-{number}")], "tags": [], "steps": steps}}));
        line(
            json!({"testCase": {"id": format!("case-{number}"), "pickleId": format!("pickle-{number}"), "testSteps": planned}}),
        );
    }
    for (number, case) in told.cases.iter().enumerate() {
        let started = format!("started-{number}");
        let at = json!({"seconds": 1_795_000_000 + number, "nanos": 0});
        line(
            json!({"testCaseStarted": {"id": started, "testCaseId": format!("case-{number}"), "attempt": 0, "timestamp": at}}),
        );
        for step in 0..STEPS.len() {
            let id = format!("test-{number}-{step}");
            line(json!({"testStepStarted": {"testCaseStartedId": started, "testStepId": id, "timestamp": at}}));
            let mut result = json!({"status": status(case.ending, step).to_uppercase(),
                "duration": {"seconds": 0, "nanos": case.millis * 250_000}});
            if case.ending == Ending::Failed && step == 2 {
                result["message"] = case.trace.clone().into();
            }
            line(json!({"testStepFinished": {"testCaseStartedId": started, "testStepId": id, "testStepResult": result,
                "timestamp": at}}));
        }
        line(json!({"testCaseFinished": {"testCaseStartedId": started, "timestamp": at, "willBeRetried": false}}));
    }
    line(json!({"testRunFinished": {"success": false, "timestamp": {"seconds": 1_795_000_999, "nanos": 0}}}));
}

/// What an import of Xray takes.
pub(super) fn xray(told: &Told, out: &mut String) {
    let tests: Vec<Value> = told
        .cases
        .iter()
        .map(|case| {
            let mut test = json!({
                "testInfo": {"summary": case.name, "projectKey": "DEMO", "testType": "Generic",
                    "definition": format!("{}.{}.{}", told.package, told.class, case.name), "labels": ["nightly"]},
                "start": "2026-11-24T00:05:00Z",
                "finish": "2026-11-24T00:05:01Z",
                "status": match case.ending { Ending::Passed => "PASS", Ending::Failed => "FAIL", Ending::Skipped => "TODO" },
            });
            if case.ending == Ending::Failed {
                test["comment"] = case.trace.clone().into();
            }
            test
        })
        .collect();
    let document = json!({"info": {"project": "DEMO", "summary": told.class}, "tests": tests});
    *out += &serde_json::to_string(&document).unwrap_or_default();
}

/// Robot Framework's output.json.
pub(super) fn robot(told: &Told, out: &mut String) {
    let tests: Vec<Value> = told
        .cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            let ending = match case.ending {
                Ending::Passed => "PASS",
                Ending::Failed => "FAIL",
                Ending::Skipped => "SKIP",
            };
            let keywords: Vec<Value> = STEPS
                .iter()
                .map(|(keyword, text)| {
                    json!({"name": text, "owner": keyword, "args": [case.name], "elapsed_time": 0.002,
                        "start_time": "2026-11-24T00:05:00.000000", "status": if case.ending == Ending::Passed { "PASS" } else { ending },
                        "body": [{"type": "MESSAGE", "level": "INFO", "message": "looked at it", "timestamp": "2026-11-24T00:05:00"}]})
                })
                .collect();
            json!({"name": case.name, "id": format!("s1-t{number}"), "tags": ["nightly"], "lineno": number * 5, "body": keywords,
                "status": ending, "message": case.trace, "start_time": "2026-11-24T00:05:00.000000",
                "elapsed_time": case.millis as f64 / 1000.0})
        })
        .collect();
    let counts = json!({"pass": told.count(Ending::Passed), "fail": told.count(Ending::Failed),
        "skip": told.count(Ending::Skipped), "label": "All Tests"});
    let document = json!({
        "generator": "Robot 7.5 (Python 3.11 on linux)", "generated": "2026-11-24T00:06:00", "rpa": false,
        "suite": {"name": told.class, "id": "s1", "source": "suite.robot", "tests": tests, "status": "FAIL",
            "start_time": "2026-11-24T00:05:00", "elapsed_time": 60.0},
        "statistics": {"total": counts, "suites": [], "tags": []},
        "errors": [],
    });
    *out += &document.to_string();
}

/// Behave's JSON: one feature a line.
pub(super) fn behave(told: &Told, out: &mut String) {
    let feature_file = format!("features/{}.feature", told.class);
    let scenarios: Vec<Value> = told
        .cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            let steps: Vec<Value> = STEPS
                .iter()
                .enumerate()
                .map(|(step, (keyword, text))| behave_step(case, step, keyword, text, &feature_file, number))
                .collect();
            json!({
                "type": "scenario",
                "keyword": "Scenario",
                "name": case.name,
                "tags": ["nightly"],
                "location": format!("{feature_file}:{}", number * 6 + 3),
                "status": status(case.ending, 2),
                "steps": steps,
            })
        })
        .collect();
    let feature = json!({
        "keyword": "Feature",
        "name": told.class,
        "tags": [],
        "location": format!("{feature_file}:1"),
        "status": if told.count(Ending::Failed) > 0 { "failed" } else { "passed" },
        "elements": scenarios,
    });
    *out += &format!("[\n{feature}\n]\n");
}

fn behave_step(case: &Made, step: usize, keyword: &str, text: &str, file: &str, number: usize) -> Value {
    let mut told = json!({
        "keyword": keyword,
        "step_type": keyword.to_lowercase(),
        "name": format!("{text} {}", case.name),
        "location": format!("{file}:{}", number * 6 + step + 4),
        "match": {"location": format!("features/steps/steps.py:{}", step * 7 + 3), "arguments": []},
    });
    if case.ending != Ending::Skipped {
        told["result"] = json!({"status": status(case.ending, step), "duration": case.millis as f64 / 4000.0});
        if case.ending == Ending::Failed && step == 2 {
            told["result"]["error_message"] = case.trace.lines().collect::<Vec<_>>().into();
        }
    }
    told
}

const STEPS: &[(&str, &str)] =
    &[("Given", "a shop that is open for"), ("When", "somebody asks for"), ("Then", "the answer is about")];

/// How a step ends in a case that ends so: the last one fails, those of a skipped case do not run.
fn status(ending: Ending, step: usize) -> &'static str {
    match ending {
        Ending::Failed if step == 2 => "failed",
        Ending::Skipped => "skipped",
        _ => "passed",
    }
}
