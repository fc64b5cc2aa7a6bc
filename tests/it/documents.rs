//! What is written and printed for programs, held against `docs/output.schema.json`, and the pages that tell people of it:
//! `docs/output.md` is made of the schema, `docs/problems.md` of what `explain` says. `XRAYPACK_UPDATE=1` writes both.
//!
//! Every JSON that any test of this binary reads or has printed goes through [`check`], so that no field can be added,
//! renamed or left out without a line in the schema.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::support::{Workshop, check_table, complaints, repository};

/// The definitions of the schema.
fn definitions() -> &'static Map<String, Value> {
    static DEFINITIONS: OnceLock<Map<String, Value>> = OnceLock::new();
    DEFINITIONS.get_or_init(|| {
        let text = fs::read_to_string(repository().join("docs/output.schema.json")).unwrap();
        let schema: Value = serde_json::from_str(&text).unwrap();
        schema["$defs"].as_object().unwrap().clone()
    })
}

fn validator(name: &str) -> &'static Validator {
    static VALIDATORS: OnceLock<HashMap<String, Validator>> = OnceLock::new();
    let all = VALIDATORS.get_or_init(|| {
        let of = |name: &String| {
            let mut definitions = Value::Object(definitions().clone());
            close(&mut definitions);
            let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": definitions });
            (name.clone(), jsonschema::validator_for(&schema).unwrap())
        };
        definitions().keys().map(of).collect()
    });
    all.get(name).unwrap_or_else(|| panic!("the schema does not know {name:?}"))
}

/// The published schema lets scripts meet fields that a later version adds; here each field has to stand in it.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) && members.contains_key("required") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Fails where a document is not what the schema says of documents of its name.
pub fn check(document: &Value) {
    let name = match document["schema"].as_str() {
        Some(schema) => schema.strip_prefix("xraypack/").and_then(|rest| rest.split('/').next()).unwrap(),
        None if document.get("sha256").is_some() => "evidence-line",
        None => "report",
    };
    assert_eq!(complaints(validator(name), document), Vec::<String>::new(), "{name}: {document:#}");
}

/// The same for all that was printed, where that is meant for programs.
pub fn check_printed(text: &str) {
    if text.starts_with("{\"schema\":\"xraypack/") || text.starts_with("{\"report\":") {
        // What was cut by a closed pipe has no end.
        let whole = text.lines().filter(|line| line.ends_with('}'));
        whole.filter_map(|line| serde_json::from_str(line).ok()).for_each(|document| check(&document));
    }
}

#[test]
fn a_document_with_another_field_is_refused() {
    let line = json!({"report": "a.xml", "state": "converted", "bytes": 1, "problems": [],
        "cases": {"seen": 0, "passed": 0, "failed": 0, "errored": 0, "skipped": 0}});
    check(&line);
    for (field, value) in [("states", json!(1)), ("bytes", json!(-1)), ("format", json!("trx"))] {
        let mut other = line.clone();
        other[field] = value;
        assert_eq!(complaints(validator("report"), &other).len(), 1, "{field}");
    }
}

#[test]
fn the_schema_as_a_whole_takes_each_document_and_nothing_else() {
    let text = fs::read_to_string(repository().join("docs/output.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let ran = Workshop::new().run(["limits", "--format", "json"]);
    let mut document: Value = serde_json::from_str(&ran.stdout).unwrap();
    document["of_a_later_version"] = 1.into();
    assert!(schema.is_valid(&document), "a field may be added");
    document["limits"] = json!({});
    assert!(!schema.is_valid(&document) && !schema.is_valid(&json!({"garbage": 1})));
}

#[test]
fn the_page_of_outputs_is_made_of_the_schema() {
    let order = [
        "manifest",
        "totals",
        "cases",
        "runs",
        "execution",
        "bundle",
        "trimmed",
        "disagreeing",
        "undecided",
        "place",
        "report",
        "problem",
        "evidence-line",
        "summary",
        "set-aside",
        "problem-count",
        "plan",
        "verify",
        "bind",
        "bench",
        "formats",
        "limits",
        "explain",
    ];
    assert_eq!(order.len(), definitions().len(), "a definition has no place on the page");
    let sections: Vec<String> = order.iter().map(|name| section(name, &definitions()[*name])).collect();
    check_table("docs/output.md", &sections.join("\n"));
}

/// A heading, what the document is, and a table of its fields.
fn section(name: &str, definition: &Value) -> String {
    let about = definition["description"].as_str().unwrap();
    let mut text = format!("### {name}\n\n{about}\n\n| field | type | what |\n| --- | --- | --- |\n");
    write_fields("", definition, &mut text);
    text
}

fn write_fields(path: &str, object: &Value, text: &mut String) {
    let fields = object["properties"].as_object().unwrap();
    // Those that are always there come first, in the order in which they are written.
    let required: Vec<&str> = object["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let optional = fields.keys().map(String::as_str).filter(|name| !required.contains(name));
    for (name, ending) in required.iter().map(|name| (*name, "")).chain(optional.map(|name| (name, ", optional"))) {
        let (field, path) = (&fields[name], format!("{path}{name}"));
        let about = field["description"].as_str().unwrap_or_else(|| panic!("{path} has no description"));
        writeln!(text, "| `{path}` | {}{ending} | {about} |", type_of(field)).unwrap();
        if field["properties"].is_object() {
            write_fields(&format!("{path}."), field, text);
        } else if field["items"]["properties"].is_object() {
            write_fields(&format!("{path}[]."), &field["items"], text);
        }
    }
}

/// `list of [bundle](#bundle)`, `integer`, `"error" or "note"`.
fn type_of(field: &Value) -> String {
    if let Some(reference) = field["$ref"].as_str() {
        let name = reference.strip_prefix("#/$defs/").unwrap();
        return format!("[{name}](#{name})");
    }
    if let Some(words) = field["enum"].as_array() {
        return words.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect::<Vec<_>>().join(" ");
    }
    if let Some(value) = field["const"].as_str() {
        return format!("`{value}`");
    }
    match field["type"].as_str().unwrap() {
        "array" => format!("list of {}", type_of(&field["items"])),
        other => other.to_owned(),
    }
}

#[test]
fn the_page_of_problems_is_what_explain_says() {
    let ran = Workshop::new().run(["explain", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let problems = document["problems"].as_array().unwrap();
    let mut table = "| kind | severity | what happened |\n| --- | --- | --- |\n".to_owned();
    let mut sections = String::new();
    for problem in problems {
        let [kind, severity, summary, results, advice] =
            ["kind", "severity", "summary", "results", "advice"].map(|name| problem[name].as_str().unwrap());
        writeln!(table, "| [`{kind}`](#{kind}) | {severity} | {summary} |").unwrap();
        write!(sections, "\n## {kind}\n\n{summary}\n\n- **Results:** {results}\n- **What to do:** {advice}\n").unwrap();
    }
    check_table("docs/problems.md", &format!("{table}{sections}"));
}
