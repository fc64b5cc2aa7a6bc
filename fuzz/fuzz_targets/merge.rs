#![no_main]

//! Encoded runs, one a line, are read back and merged; what comes out must be read back, too.

use libfuzzer_sys::fuzz_target;
use xraypack::model::Outcome;
use xraypack::xray::{EncodeOptions, EncodedResult, Merge, Target, merge};

fuzz_target!(|bytes: &[u8]| {
    let parts: Vec<EncodedResult<'_>> = bytes.split(|byte| *byte == b'\n').map(part).collect();
    for target in [Target::Server, Target::Cloud] {
        let options = EncodeOptions::new(target, "DEMO");
        for policy in [Merge::Worst, Merge::Ran, Merge::Last, Merge::AnyPass, Merge::Iterations] {
            let mut merged = Vec::new();
            if merge(&parts, policy, &options, &mut merged).is_ok() {
                assert!(merge(&[part(&merged)], policy, &options, &mut Vec::new()).is_ok());
            }
        }
    }
});

fn part(bytes: &[u8]) -> EncodedResult<'_> {
    let outcome = if bytes.len() % 2 == 0 { Outcome::Passed } else { Outcome::Failed };
    EncodedResult { bytes, outcome, report: 0, attempt_group: (bytes.len() % 3) as u64, superseded: bytes.len() % 5 == 0, note: b"" }
}
