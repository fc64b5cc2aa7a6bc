//! Test Executions of one output that have the same key: Xray makes one of them, and bundle by bundle the later upload takes
//! the place of what an earlier one said of a Test.

use std::collections::HashMap;

use serde::Serialize;
use xraypack::bundle::manifest::Manifest;

use super::args::ExecutionArgs;
use super::choices::GroupChoice;
use super::numbers::count;
use super::terminal::{Style, Terminal, harmless};

/// Ids that are named; further ones are counted.
const NAMED: usize = 4;

/// Keys that are named; further ones are counted.
const KEYS_NAMED: usize = 10;

/// A key, and the Test Executions that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameExecution {
    key: String,
    ids: Vec<String>,
}

/// Those of `executions`, ids and keys, whose key is not theirs alone, in order.
pub fn of<'e>(executions: impl Iterator<Item = (&'e str, Option<&'e str>)>) -> Vec<SameExecution> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<SameExecution> = Vec::new();
    for (id, key) in executions.filter_map(|(id, key)| Some((id, key?))) {
        let place = *places.entry(key).or_insert(all.len());
        match all.get_mut(place) {
            Some(same) => same.ids.push(id.to_owned()),
            None => all.push(SameExecution { key: key.to_owned(), ids: vec![id.to_owned()] }),
        }
    }
    all.retain(|same| same.ids.len() > 1);
    all
}

/// Those of an output.
pub fn of_manifest(manifest: &Manifest) -> Vec<SameExecution> {
    of(manifest.executions.iter().map(|execution| (execution.id.as_str(), execution.key.as_deref())))
}

impl SameExecution {
    /// What they are, and what comes of that.
    pub fn sentence(&self) -> String {
        let SameExecution { key, ids } = self;
        let mut named: Vec<String> = ids.iter().take(NAMED).map(|id| harmless(id)).collect();
        let further = ids.len() - named.len();
        if further > 0 {
            named.push(format!("{} more", count(further as u64)));
        }
        let last = named.pop().unwrap_or_default();
        let all = if ids.len() == 2 { "both" } else { "all" };
        format!(
            "{} and {last} are {all} the Test Execution {key}: of a Test in several of them the result that is uploaded last \
             would count, whatever the others say",
            named.join(", ")
        )
    }
}

/// Warns before anything is uploaded, and says how they become one.
pub fn warn(all: &[SameExecution], args: &ExecutionArgs, terminal: &mut Terminal) {
    if terminal.is_quiet() {
        return;
    }
    let warning = terminal.err.paint(Style::Yellow, "warning").to_string();
    for same in all.iter().take(KEYS_NAMED) {
        // When standard error is closed there is nobody to tell.
        let _ = terminal.err.line(format_args!(
            "{warning}: {}; {}, and --execution {} puts all results of this conversion into it [same-execution]",
            same.sentence(),
            advice(args),
            same.key
        ));
    }
    let further = all.len().saturating_sub(KEYS_NAMED) as u64;
    if further > 0 {
        let _ = terminal.err.line(format_args!(
            "{warning}: so are the Test Executions of {} more keys [same-execution]",
            count(further)
        ));
    }
}

/// What keeps them apart, and how that is changed.
fn advice(args: &ExecutionArgs) -> &'static str {
    match (args.group_by, &args.environment_from) {
        (GroupChoice::All, Some(_)) => "without --environment-from they are one",
        (GroupChoice::All, None) => "the environments that their reports name keep them apart",
        (_, Some(_)) => "--group-by all without --environment-from makes one of them",
        (_, None) => "--group-by all makes one of them unless their reports name different environments",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_several_are_told() {
        let executions =
            [("a", Some("DEMO-1")), ("b", None), ("c", Some("DEMO-2")), ("d", Some("DEMO-1")), ("e", None)];
        let same = of(executions.into_iter());
        assert_eq!(same.len(), 1);
        assert!(
            same[0].sentence().starts_with("a and d are both the Test Execution DEMO-1: "),
            "{}",
            same[0].sentence()
        );
    }

    #[test]
    fn of_many_a_few_are_named() {
        let ids: Vec<String> = (0..1004).map(|number| format!("r{number}")).collect();
        let same = of(ids.iter().map(|id| (id.as_str(), Some("DEMO-1"))));
        let sentence = same[0].sentence();
        assert!(sentence.starts_with("r0, r1, r2, r3 and 1,000 more are all "), "{sentence}");
    }
}
