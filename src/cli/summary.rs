//! What a conversion came to, and how it is shown.
//!
//! The numbers are those of `manifest.json`; this is the view that people and scripts get of them.

mod human;

use std::io;
use std::time::Duration;

use serde::Serialize;
use xraypack::bundle::manifest::{self, Manifest, Totals};
use xraypack::model::ReportState;

use super::commentary::ReportSeen;
use super::disagreeing;
use super::problems::ProblemCount;
use super::same_execution::{self, SameExecution};
use super::terminal::Printer;
use super::test_keys::KeyMapUsage;
use super::trimmed;
use super::watching::Told;

pub use human::{headed, write_cases, write_human, write_problems, write_set_aside};

/// What a conversion came to.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Sums over everything.
    pub totals: Totals,
    /// The Test Executions, in the order of the manifest.
    pub executions: Vec<ExecutionSummary>,
    /// Damaged and unsupported reports, in report order.
    pub set_aside: Vec<SetAside>,
    /// How many problems there were of each kind.
    pub problems: Vec<ProblemCount>,
    /// Tests that were cut to fit into a bundle.
    pub trimmed: u64,
    /// Tests that passed in one report and failed in another, where the worst result counts.
    #[serde(skip_serializing_if = "is_zero")]
    pub disagreeing: u64,
    /// Tests that passed in one report and did not run in another, where that is undecided.
    #[serde(skip_serializing_if = "is_zero")]
    pub undecided: u64,
    /// Test Executions that have the same key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same_execution: Vec<SameExecution>,
    /// What the table of keys was used for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_map: Option<KeyMapUsage>,
    /// Bytes of the reports alone; those of all files stand in the sums.
    #[serde(skip)]
    pub report_bytes: u64,
    /// How long it took. Not in the JSON, which depends on the input alone.
    #[serde(skip)]
    pub elapsed: Duration,
}

impl Summary {
    /// The view of a manifest, with what was told of single reports.
    pub fn of(manifest: &Manifest, told: Told, elapsed: Duration) -> Summary {
        let executions = manifest.executions.iter().map(ExecutionSummary::of).collect();
        let same_execution = same_execution::of_manifest(manifest);
        let [disagreeing, undecided] = disagreeing::of_manifest(manifest);
        Summary {
            totals: manifest.totals,
            executions,
            set_aside: told.set_aside,
            problems: told.problems.counts(),
            trimmed: trimmed::of_manifest(manifest).len() as u64,
            disagreeing: disagreeing.map_or(0, |told| told.tests()),
            undecided: undecided.map_or(0, |told| told.tests()),
            same_execution,
            key_map: None,
            report_bytes: told.report_bytes,
            elapsed,
        }
    }
}

impl ExecutionSummary {
    fn of(execution: &manifest::Execution) -> ExecutionSummary {
        let bundle = |bundle: &manifest::BundleRecord| BundleSummary {
            file: bundle.file.clone(),
            bytes: bundle.bytes,
            runs: bundle.runs,
            needs_key: bundle.needs_key,
        };
        ExecutionSummary {
            id: execution.id.clone(),
            source: execution.source.clone(),
            key: execution.key.clone(),
            runs: execution.runs,
            bundles: execution.bundles.iter().map(bundle).collect(),
        }
    }
}

impl SetAside {
    /// The line for a report that was damaged or is unsupported; none for any other.
    pub fn of(report: &ReportSeen<'_>) -> Option<SetAside> {
        matches!(report.state, ReportState::Damaged | ReportState::Unsupported).then(|| SetAside {
            report: report.name.to_owned(),
            input: report.input,
            shown: report.shown(),
            state: report.state,
            reason: report.reason().to_owned(),
            has_advice: report.has_advice,
        })
    }
}

/// One Test Execution and its bundles.
#[derive(Debug, Default, Serialize)]
pub struct ExecutionSummary {
    /// Its id in file names.
    pub id: String,
    /// The group of reports that it stands for.
    pub source: String,
    /// Its key, if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Test runs in it.
    pub runs: u64,
    /// Its bundles, in order.
    pub bundles: Vec<BundleSummary>,
}

/// One bundle.
#[derive(Debug, Default, Serialize)]
pub struct BundleSummary {
    /// Its file, relative to the output folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Test runs in it.
    pub runs: u64,
    /// Whether it waits for the key of its Test Execution.
    pub needs_key: bool,
}

/// A report that was not, or not wholly, converted.
#[derive(Debug, Serialize)]
pub struct SetAside {
    /// Its name, as in `reports.jsonl`.
    pub report: String,
    /// Number of its INPUT, from one, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<u32>,
    /// Its name for people, who see its INPUT as well.
    #[serde(skip)]
    pub shown: String,
    /// `damaged` or `unsupported`.
    #[serde(serialize_with = "state_name")]
    pub state: ReportState,
    /// Why, in words.
    pub reason: String,
    /// Whether these say what to do about results that were not read.
    #[serde(skip)]
    pub has_advice: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn state_name<S: serde::Serializer>(state: &ReportState, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.name())
}

/// The JSON of `convert --format json`.
#[derive(Serialize)]
struct Document<'s> {
    schema: &'static str,
    #[serde(flatten)]
    summary: &'s Summary,
}

/// Writes the summary as one line of JSON.
pub fn write_json(summary: &Summary, out: &mut Printer) -> io::Result<()> {
    out.json(&Document { schema: "xraypack/summary/1", summary })
}

#[cfg(test)]
pub mod tests {
    use super::super::terminal::Ink;
    use super::super::terminal::tests::Paper;
    use super::*;
    use xraypack::bundle::manifest::Evidence;
    use xraypack::bundle::{Cases, Runs};
    use xraypack::model::{ProblemKind, Severity};

    fn bundle(file: &str, bytes: u64, runs: u64, needs_key: bool) -> BundleSummary {
        BundleSummary { file: file.to_owned(), bytes, runs, needs_key }
    }

    /// A night with something of everything.
    pub fn night() -> Summary {
        Summary {
            totals: Totals {
                files: 1240,
                reports: 1235,
                damaged: 1,
                unsupported: 1,
                ignored: 4,
                bytes_in: 1_200_000_000,
                bytes_out: 65_000_000,
                bundles: 3,
                cases: Cases { seen: 48_213, passed: 47_000, failed: 900, errored: 0, skipped: 313 },
                runs: Runs { written: 48_200, merged: 13, left_out: 0 },
                evidence: Evidence { kept: 1200, dropped: 3 },
            },
            executions: vec![ExecutionSummary {
                id: "nightly".to_owned(),
                source: "nightly.zip".to_owned(),
                key: None,
                runs: 48_200,
                bundles: vec![
                    bundle("bundles/nightly.0001.json", 20 << 20, 30_000, false),
                    bundle("bundles/nightly.0002.json", 20 << 20, 18_000, true),
                    bundle("bundles/nightly.0003.json", 1 << 20, 200, true),
                ],
            }],
            trimmed: 2,
            disagreeing: 0,
            undecided: 0,
            same_execution: Vec::new(),
            key_map: None,
            set_aside: vec![
                SetAside {
                    report: "nightly.zip!/ui/TEST-a.xml".to_owned(),
                    input: None,
                    shown: "nightly.zip!/ui/TEST-a.xml".to_owned(),
                    state: ReportState::Damaged,
                    reason: "the report ends inside <testcase>".to_owned(),
                    has_advice: false,
                },
                SetAside {
                    report: "nightly.zip!/r.trx".to_owned(),
                    input: None,
                    shown: "nightly.zip!/r.trx".to_owned(),
                    state: ReportState::Unsupported,
                    reason: "Visual Studio results (TRX)".to_owned(),
                    has_advice: false,
                },
            ],
            problems: vec![
                ProblemCount { kind: ProblemKind::NaiveTimestamp, count: 1204, severity: Severity::Warning },
                ProblemCount { kind: ProblemKind::Truncated, count: 1, severity: Severity::Error },
            ],
            report_bytes: 1_100_000_000,
            elapsed: Duration::from_millis(3200),
        }
    }

    #[test]
    fn programs_get_the_numbers_of_the_manifest_and_no_time() {
        let paper = Paper::default();
        write_json(&night(), &mut paper.printer(Ink::Plain)).unwrap();
        let expected = concat!(
            r#"{"schema":"xraypack/summary/1","totals":{"files":1240,"reports":1235,"damaged":1,"unsupported":1,"#,
            r#""ignored":4,"bytes_in":1200000000,"bytes_out":65000000,"bundles":3,"#,
            r#""cases":{"seen":48213,"passed":47000,"failed":900,"errored":0,"skipped":313},"#,
            r#""runs":{"written":48200,"merged":13,"left_out":0},"evidence":{"kept":1200,"dropped":3}},"#,
            r#""executions":[{"id":"nightly","source":"nightly.zip","runs":48200,"bundles":["#,
            r#"{"file":"bundles/nightly.0001.json","bytes":20971520,"runs":30000,"needs_key":false},"#,
            r#"{"file":"bundles/nightly.0002.json","bytes":20971520,"runs":18000,"needs_key":true},"#,
            r#"{"file":"bundles/nightly.0003.json","bytes":1048576,"runs":200,"needs_key":true}]}],"#,
            r#""set_aside":[{"report":"nightly.zip!/ui/TEST-a.xml","state":"damaged","#,
            r#""reason":"the report ends inside <testcase>"},"#,
            r#"{"report":"nightly.zip!/r.trx","state":"unsupported","reason":"Visual Studio results (TRX)"}],"#,
            r#""problems":[{"kind":"naive-timestamp","count":1204},{"kind":"truncated","count":1}],"trimmed":2}"#,
            "\n"
        );
        assert_eq!(paper.text(), expected);
    }
}
