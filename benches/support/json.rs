//! The shapes of JSON.

use serde_json::{Value, json};

use super::{Ending, Made, Told};

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
