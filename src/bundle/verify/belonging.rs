//! Which Test Execution a bundle goes to, and whether that is the one that the manifest tells of.

use serde_json::Value;

use super::{Mismatch, Verification};
use crate::bundle::manifest::{BundleRecord, Execution};

/// What a bundle says of its Test Execution.
#[derive(Debug)]
pub(super) struct Belonging {
    /// Its key; empty where there is none.
    pub(super) key: String,
    pub(super) awaits_key: bool,
    pub(super) has_info: bool,
    /// When its Test Execution began, and ended.
    pub(super) times: [Option<String>; 2],
}

impl Belonging {
    /// The first bundle makes the Test Execution, or names it; all others name it, and say nothing else of it.
    pub(super) fn check(&self, execution: &Execution, bundle: &BundleRecord) -> Option<Mismatch> {
        let file = || bundle.file.clone();
        if let Some(key) = execution.key.as_ref().filter(|_| bundle.needs_key) {
            return Some(Mismatch::KeyAwaited { file: file(), execution: execution.id.clone(), key: key.clone() });
        }
        if !self.key.is_empty() && execution.key.as_ref() != Some(&self.key) {
            let (stated, found) = (execution.key.clone(), self.key.clone());
            return Some(Mismatch::Key { file: file(), execution: execution.id.clone(), stated, found });
        }
        let message = match self {
            _ if bundle.part <= 1 => return self.check_times(execution, bundle),
            Belonging { has_info: true, .. } => "info: only the first bundle of a test execution has it",
            Belonging { awaits_key: false, key, .. } if key.is_empty() => {
                "testExecutionKey: missing, and this is not the first bundle of its test execution"
            }
            _ => return None,
        };
        Some(Mismatch::Content { file: file(), message: message.to_owned() })
    }

    /// What makes a Test Execution has its times, to the second; what goes to one that exists leaves them alone.
    fn check_times(&self, execution: &Execution, bundle: &BundleRecord) -> Option<Mismatch> {
        if !self.has_info || execution.key.is_some() && self.times == [None, None] {
            return None;
        }
        // No Test Execution ends before it starts, whatever its reports say.
        let finish = execution.finish.as_ref().map(|finish| finish.max(execution.start.as_ref().unwrap_or(finish)));
        let stated = [execution.start.as_ref(), finish];
        let mut times = self.times.iter().map(Option::as_ref).zip(stated).zip(["start", "finish"]);
        let ((found, stated), name) = times.find(|((found, stated), _)| found != stated)?;
        let told = |time: Option<&String>| time.map_or_else(|| "nothing".to_owned(), String::clone);
        Some(Mismatch::Time {
            file: bundle.file.clone(),
            execution: execution.id.clone(),
            name,
            stated: told(stated),
            found: told(found),
        })
    }
}

impl Verification {
    /// No bundle is larger than the options allow. One that a key would make larger is not bound.
    pub(super) fn check_limits(&self, found: &mut Vec<Mismatch>) {
        let limit = |name: &str| {
            let value = self.manifest.options.get(name);
            value.and_then(Value::as_u64).unwrap_or(u64::MAX)
        };
        let (max_tests, max_bytes) = (limit("max-tests"), limit("max-bytes"));
        for bundle in self.manifest.executions.iter().flat_map(|execution| &execution.bundles) {
            for (name, limit, count, unit) in
                [("max-tests", max_tests, bundle.runs, "tests"), ("max-bytes", max_bytes, bundle.bytes, "bytes")]
            {
                if count > limit {
                    found.push(Mismatch::Limit { file: bundle.file.clone(), name, limit, found: count, unit });
                }
            }
        }
    }
}
