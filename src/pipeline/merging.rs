//! All results of a Test in one Test Execution become one run, as the user chose.

use crate::bundle::{Dispute, EvidenceLost, MergePart, MergedFacts};
use crate::model::ReportId;
use crate::xray::{self, EncodeOptions, EncodedResult, Merge};

/// What makes one run of several.
pub(super) fn by(
    policy: Merge,
    encoding: &EncodeOptions,
) -> impl Fn(&[MergePart<'_>], &mut Vec<u8>) -> Result<MergedFacts, String> + Sync {
    move |parts, out| {
        let parts: Vec<_> = parts.iter().map(part).collect();
        let merged = xray::merge(&parts, policy, encoding, out).map_err(|error| error.to_string())?;
        let gone = u64::from(merged.evidence_before.saturating_sub(merged.evidence));
        let evidence = EvidenceLost { gone, over_limit: u64::from(merged.dropped_evidence) };
        let dispute = |told: xray::Dispute| Dispute {
            passed: ReportId(told.passed),
            other: ReportId(told.other),
            contrary: told.contrary,
        };
        let dispute = merged.dispute.map(dispute);
        Ok(MergedFacts { outcome: merged.outcome, note: merged.note, evidence, dispute })
    }
}

fn part<'a>(part: &MergePart<'a>) -> EncodedResult<'a> {
    EncodedResult {
        bytes: part.bytes,
        outcome: part.outcome,
        report: part.report.0,
        attempt_group: part.attempt_group,
        superseded: part.superseded,
        note: part.note,
    }
}
