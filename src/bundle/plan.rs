//! How many bundles, and which runs go into which: pure arithmetic on lengths.

use std::ops::Range;

use super::frame::FrameLengths;
use super::settle::Settled;
use super::writeback::Haste;
use crate::model::ReportId;

/// What a bundle may hold; whichever limit is reached first ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleLimits {
    /// Bytes of the whole file.
    pub max_bytes: u64,
    /// Runs; zero counts as one.
    pub max_runs: u32,
}

impl Default for BundleLimits {
    /// 20 MiB and 1000 runs, below every limit that is known (spec/xray-json.md section 8).
    fn default() -> BundleLimits {
        BundleLimits { max_bytes: 20 << 20, max_runs: 1000 }
    }
}

/// One bundle to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BundlePlan {
    /// Its number within the Test Execution, from one.
    pub part: u32,
    /// Its runs, as places in the runs of [`Settled`].
    pub runs: Range<usize>,
    /// Exact length of the file.
    pub bytes: u64,
}

impl BundlePlan {
    /// From here on a bundle takes memory and the disk so long that it is written alone, and as soon as can be.
    const LARGE: u64 = 1 << 20;

    /// Whether it had better not wait, for another bundle or for the end.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes >= BundlePlan::LARGE
    }

    /// When it comes to the disk.
    pub(super) fn haste(&self) -> Haste {
        if self.is_large() { Haste::AtOnce } else { Haste::MayWait }
    }
}

/// A run that fits into no bundle, not even alone. It must be cut down ([`Settled::replace`]); it is never dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oversize {
    /// Its place in the order of runs.
    pub run: usize,
    /// The report of the Test's first result.
    pub report: ReportId,
    /// Bytes it has.
    pub length: u64,
    /// Bytes it may have.
    pub allowed: u64,
    /// Bytes that stand around it in a bundle of its own, which may be more than a bundle may have.
    pub around: u64,
}

/// Cuts runs into bundles as they come, in order.
#[derive(Debug, Clone)]
pub(super) struct Cutter {
    limits: BundleLimits,
    frame: FrameLengths,
    open: BundlePlan,
}

impl Cutter {
    pub(super) fn new(limits: BundleLimits, frame: FrameLengths) -> Cutter {
        Cutter { limits, frame, open: BundlePlan { part: 1, runs: 0..0, bytes: 0 } }
    }

    /// Bytes around the next run where it stands alone. The first one is in the first bundle whatever happens; any
    /// other one can begin a later bundle.
    fn around(&self) -> u64 {
        let head = if self.open.runs.end == 0 { self.frame.first_head } else { self.frame.later_head };
        head + self.frame.tail
    }

    /// Takes the next run. Gives the bundle that it does not fit into any more, which is complete.
    pub(super) fn push(&mut self, length: u64) -> Option<BundlePlan> {
        let FrameLengths { first_head, later_head, separator, tail } = self.frame;
        let open = &mut self.open;
        if open.runs.is_empty() {
            open.bytes = first_head + tail + length;
            open.runs.end += 1;
            return None;
        }
        let runs = (open.runs.len() as u64) < u64::from(self.limits.max_runs);
        if runs && open.bytes + separator + length <= self.limits.max_bytes {
            open.bytes += separator + length;
            open.runs.end += 1;
            return None;
        }
        let end = open.runs.end;
        let next = BundlePlan { part: open.part + 1, runs: end..end + 1, bytes: later_head + length + tail };
        Some(std::mem::replace(open, next))
    }

    /// Whether this bundle, which is complete, has as many runs as one may have: how long they are has not decided
    /// where it ends.
    pub(super) fn is_full_of_runs(&self, bundle: &BundlePlan) -> bool {
        bundle.runs.len() as u64 >= u64::from(self.limits.max_runs)
    }

    /// Bytes that a bundle may have.
    pub(super) fn most_bytes(&self) -> u64 {
        self.limits.max_bytes
    }

    /// The last bundle; none when there was no run.
    fn end(self) -> Option<BundlePlan> {
        (!self.open.runs.is_empty()).then_some(self.open)
    }
}

/// Cuts the runs, in order, into as few bundles as the limits allow. No runs give no bundle: an empty one is refused by
/// the target.
///
/// # Errors
/// All runs that do not even fit alone. They are to be cut down, and the plan made anew.
pub(crate) fn plan(
    settled: &Settled,
    limits: &BundleLimits,
    frame: &FrameLengths,
) -> Result<Vec<BundlePlan>, Vec<Oversize>> {
    let mut oversize = Vec::new();
    let mut bundles: Vec<BundlePlan> = Vec::new();
    let mut cutter = Cutter::new(*limits, *frame);
    for (run, length) in settled.lengths().map(u64::from).enumerate() {
        let around = cutter.around();
        let allowed = limits.max_bytes.saturating_sub(around);
        if length > allowed {
            oversize.push(Oversize { run, report: settled.report_of(run), length, allowed, around });
        }
        bundles.extend(cutter.push(length));
    }
    bundles.extend(cutter.end());
    if oversize.is_empty() { Ok(bundles) } else { Err(oversize) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bundle::settle::tests::{Fixture, join};

    const FRAME: FrameLengths = FrameLengths { first_head: 30, later_head: 20, separator: 2, tail: 5 };

    fn settled(lengths: &[usize]) -> Settled {
        let fixture = Fixture::new(1 << 20);
        let runs = lengths.iter().enumerate().map(|(n, &length)| (n as u128, 0, n as u32, "x".repeat(length)));
        fixture.settle(&runs.collect::<Vec<_>>(), &join).unwrap()
    }

    fn shapes(lengths: &[usize], max_bytes: u64, max_runs: u32) -> Vec<(u32, Range<usize>, u64)> {
        let plans = plan(&settled(lengths), &BundleLimits { max_bytes, max_runs }, &FRAME).unwrap();
        plans.into_iter().map(|plan| (plan.part, plan.runs, plan.bytes)).collect()
    }

    #[test]
    fn counts_head_runs_separators_and_tail_to_the_byte() {
        let whole = 30 + 10 + 2 + 10 + 2 + 10 + 5;
        assert_eq!(shapes(&[10, 10, 10], whole, 9), [(1, 0..3, whole)]);
        assert_eq!(shapes(&[10, 10, 10], whole - 1, 9), [(1, 0..2, 57), (2, 2..3, 35)]);
    }

    #[test]
    fn later_bundles_have_a_head_of_their_own() {
        let later = 20 + 10 + 2 + 10 + 5;
        assert_eq!(shapes(&[10; 3], later, 9), [(1, 0..1, 45), (2, 1..3, later)]);
        assert_eq!(shapes(&[10; 3], later - 1, 9), [(1, 0..1, 45), (2, 1..2, 35), (3, 2..3, 35)]);
    }

    #[test]
    fn ends_a_bundle_at_the_number_of_runs() {
        assert_eq!(shapes(&[1; 5], 1000, 2), [(1, 0..2, 39), (2, 2..4, 29), (3, 4..5, 26)]);
        assert_eq!(shapes(&[1; 2], 1000, 0).len(), 2);
    }

    #[test]
    fn no_runs_give_no_bundle() {
        assert_eq!(shapes(&[], 1000, 2), []);
    }

    #[test]
    fn names_every_run_that_fits_nowhere() {
        let settled = settled(&[66, 76, 75, 77]);
        let oversize = plan(&settled, &BundleLimits { max_bytes: 100, max_runs: 9 }, &FRAME).unwrap_err();
        let found: Vec<_> = oversize.iter().map(|one| (one.run, one.length, one.allowed)).collect();
        assert_eq!(found, [(0, 66, 65), (1, 76, 75), (3, 77, 75)]);
    }

    #[test]
    fn a_budget_below_the_frame_allows_nothing() {
        let oversize = plan(&settled(&[1]), &BundleLimits { max_bytes: 10, max_runs: 9 }, &FRAME).unwrap_err();
        assert_eq!((oversize[0].allowed, oversize[0].around), (0, 35));
    }

    #[test]
    fn fits_after_it_was_cut_down() {
        let fixture = Fixture::new(0);
        let mut settled = fixture.settle(&[(1, 0, 0, "x".repeat(200))], &join).unwrap();
        let limits = BundleLimits { max_bytes: 100, max_runs: 9 };
        let oversize = plan(&settled, &limits, &FRAME).unwrap_err();
        settled.replace(oversize[0].run, &vec![b'y'; oversize[0].allowed as usize], &fixture.store).unwrap();
        assert_eq!(plan(&settled, &limits, &FRAME).unwrap()[0].bytes, 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_run_once_in_order_and_never_over_budget(
            lengths in proptest::collection::vec(0_usize..80, 0..60),
            max_bytes in 60_u64..400,
            max_runs in 1_u32..8,
        ) {
            let settled = settled(&lengths);
            match plan(&settled, &BundleLimits { max_bytes, max_runs }, &FRAME) {
                Ok(bundles) => {
                    let order: Vec<usize> = bundles.iter().flat_map(|bundle| bundle.runs.clone()).collect();
                    prop_assert_eq!(order, (0..lengths.len()).collect::<Vec<_>>());
                    for (n, bundle) in bundles.iter().enumerate() {
                        let head = if n == 0 { FRAME.first_head } else { FRAME.later_head };
                        let runs: u64 = lengths[bundle.runs.clone()].iter().map(|&length| length as u64).sum();
                        let separators = (bundle.runs.len() as u64 - 1) * FRAME.separator;
                        prop_assert_eq!(bundle.part as usize, n + 1);
                        prop_assert_eq!(bundle.bytes, head + runs + separators + FRAME.tail);
                        prop_assert!(bundle.bytes <= max_bytes && bundle.runs.len() <= max_runs as usize);
                        // As few as possible: the next run would not have fitted.
                        if let Some(&next) = lengths.get(bundle.runs.end) {
                            let full = bundle.runs.len() == max_runs as usize;
                            prop_assert!(full || bundle.bytes + FRAME.separator + next as u64 > max_bytes);
                        }
                    }
                }
                Err(oversize) => {
                    prop_assert!(!oversize.is_empty());
                    for one in oversize {
                        prop_assert_eq!(one.length, lengths[one.run] as u64);
                        prop_assert!(one.length > one.allowed);
                    }
                }
            }
        }
    }
}
