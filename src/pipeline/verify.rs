//! An output folder, held against its manifest and the rules of its target.

use std::io::Read;
use std::path::Path;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::Error;
use crate::bundle::Manifest;
use crate::bundle::verify::{BundleFacts, Mismatch, Verification};
use crate::xray::{self, Target, Unbound};

/// What was looked at, and what is wrong with it.
#[derive(Debug)]
pub struct VerifiedOutput {
    /// The manifest, when there is one that can be read.
    pub manifest: Option<Manifest>,
    /// Everything that is not as it should be.
    pub mismatches: Vec<Mismatch>,
}

/// Recounts, hashes and checks every bundle of an output folder, several at once.
///
/// # Errors
/// When no threads can be started.
pub fn verify(folder: &Path, threads: usize) -> Result<VerifiedOutput, Error> {
    let verification = match Verification::open(folder) {
        Ok(verification) => verification,
        Err(mismatch) => return Ok(VerifiedOutput { manifest: None, mismatches: vec![mismatch] }),
    };
    let manifest = verification.manifest().clone();
    let Some(target) = Target::by_name(&manifest.target) else {
        let mismatch = Mismatch::Unreadable {
            file: crate::bundle::MANIFEST.to_owned(),
            reason: format!("the target '{}' is not known", manifest.target),
        };
        return Ok(VerifiedOutput { manifest: Some(manifest), mismatches: vec![mismatch] });
    };
    let pool = super::threads::pool(threads).map_err(Error::threads)?;
    let check = |bundle: &mut dyn Read| check_bundle(bundle, target);
    let findings: Vec<_> = pool.install(|| {
        verification.bundles().into_par_iter().map(|record| verification.check_bundle(record, &check)).collect()
    });
    let mismatches = verification.finish(findings);
    Ok(VerifiedOutput { manifest: Some(manifest), mismatches })
}

/// One bundle against the strict rules of its target. Later bundles may wait for a key: the manifest says which.
fn check_bundle(bundle: &mut dyn Read, target: Target) -> Result<BundleFacts, Vec<String>> {
    let mut bytes = Vec::new();
    bundle.read_to_end(&mut bytes).map_err(|error| vec![error.to_string()])?;
    let checked = xray::check(&bytes, target, Unbound::Allowed);
    if !checked.faults.is_empty() {
        return Err(checked.faults);
    }
    let xray::Checked { runs, identities, evidence, unbound, key, has_info, times, .. } = checked;
    Ok(BundleFacts { runs, evidence, identities, awaits_key: unbound, key, has_info, times })
}
