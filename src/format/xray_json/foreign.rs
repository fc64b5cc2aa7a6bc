//! JSON of other tools that have `info` and `tests`, too.

use crate::format::head::{JsonHead, JsonRoot, ValueKind};
use crate::format::recognise;

/// What an `info` says that is Xray's.
const INFO: &[&[u8]] =
    &[b"project", b"summary", b"revision", b"startDate", b"finishDate", b"testPlanKey", b"testEnvironments"];

/// What it says that anybody says of a run.
const ANYBODYS: &[&[u8]] = &[b"description", b"version", b"user"];

/// What a test says beside which Test it is of.
const TEST: &[&[u8]] = &[
    b"status",
    b"start",
    b"finish",
    b"comment",
    b"executedBy",
    b"assignee",
    b"steps",
    b"examples",
    b"iterations",
    b"results",
    b"defects",
    b"evidence",
    b"evidences",
    b"customFields",
    b"testVersion",
];

/// Whether this is no Xray JSON: no test, as far as that was looked at, says which Test it is of, and neither the `info` nor the
/// tests are all Xray's. Of Xray JSON in which something is wrong with each test, that is told.
pub(super) fn is(json: &JsonHead<'_>) -> bool {
    if json.root() != JsonRoot::Object || recognise::names_xray_tests(json) {
        return false;
    }
    let knows = |name: &[u8]| TEST.contains(&name);
    let names_execution = json.names("info").any(|name| INFO.contains(&name));
    let says_nothing_else = json.names("info").all(|name| INFO.contains(&name) || ANYBODYS.contains(&name));
    let is_ours = match json.names("tests[]").all(knows) {
        true => names_execution || says_nothing_else,
        false => names_execution && says_nothing_else && json.names("tests[]").any(knows),
    };
    json.kind("", "info") != Some(ValueKind::Object) || !is_ours
}
