//! The JSON of `bench`, which is also what a later run is compared with.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::laps::{Lap, Laps, Spread, Stage, Survey};
use crate::cli::exit::Failure;

/// Name and version of the JSON.
const SCHEMA: &str = "xraypack/bench/2";

/// Everything that was measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    pub schema: String,
    /// Version of the program.
    pub version: String,
    pub input: InputLine,
    /// Rounds that count.
    pub rounds: u32,
    /// What the ratios compare with, where they compare with something.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<BaselineLine>,
    pub stages: Vec<StageLine>,
    pub formats: Vec<FormatLine>,
}

/// What was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InputLine {
    pub reports: u64,
    /// Size of the reports, unpacked.
    pub bytes: u64,
    /// Size of all files as they lie there.
    pub packed_bytes: u64,
    pub cases: u64,
}

/// An earlier run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BaselineLine {
    /// Version of the program.
    pub version: String,
    pub input: InputLine,
    /// Whether it read as much of the same.
    pub is_of_same_input: bool,
}

/// One stage with so many threads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageLine {
    pub stage: String,
    pub threads: usize,
    pub seconds: SecondsLine,
    /// Of the reports' unpacked bytes, at the median.
    pub bytes_per_second: f64,
    pub reports_per_second: f64,
    pub cases_per_second: f64,
    /// Most memory resident in any round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// This rate over the baseline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
}

/// Seconds over the rounds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SecondsLine {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

/// The reports of one format, on one thread.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FormatLine {
    pub format: String,
    pub reports: u64,
    pub bytes: u64,
    pub cases: u64,
    /// By stage: a worker's bytes a second.
    pub bytes_per_second: BTreeMap<String, f64>,
    /// By stage: this rate over the baseline's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub ratio: BTreeMap<String, f64>,
}

impl Document {
    /// What `laps` come to.
    pub fn of(survey: &Survey, rounds: u32, laps: &Laps) -> Document {
        let all = survey.all();
        let input = InputLine { reports: all.reports, bytes: all.bytes, packed_bytes: survey.packed, cases: all.cases };
        let stages = laps.each().filter_map(|(threads, stage, laps)| StageLine::of(&input, stage, threads, laps));
        let formats = survey.of_format.iter().map(|(format, share)| FormatLine {
            format: (*format).to_owned(),
            reports: share.reports,
            bytes: share.bytes,
            cases: share.cases,
            bytes_per_second: Stage::OF_REPORTS
                .iter()
                .filter_map(|&stage| {
                    let spent = laps.of_format(stage, format)?;
                    Some((stage.name().to_owned(), per_second(share.bytes, spent.as_secs_f64())))
                })
                .collect(),
            ratio: BTreeMap::new(),
        });
        Document {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rounds,
            baseline: None,
            stages: stages.collect(),
            formats: formats.collect(),
            input,
        }
    }

    /// The same with its ratios to `baseline`.
    pub fn compared_with(&self, baseline: Option<&Document>) -> Cow<'_, Document> {
        let Some(baseline) = baseline else { return Cow::Borrowed(self) };
        let mut compared = self.clone();
        compared.baseline = Some(BaselineLine {
            version: baseline.version.clone(),
            input: baseline.input.clone(),
            is_of_same_input: self.is_of_same_input(baseline),
        });
        for line in &mut compared.stages {
            line.ratio = baseline.stage(&line.stage, line.threads).and_then(|then| ratio(line.bytes_per_second, then));
        }
        for line in &mut compared.formats {
            let Some(then) = baseline.formats.iter().find(|then| then.format == line.format) else { continue };
            let ratios = line
                .bytes_per_second
                .iter()
                .filter_map(|(stage, &now)| Some((stage.clone(), ratio(now, *then.bytes_per_second.get(stage)?)?)));
            line.ratio = ratios.collect();
        }
        Cow::Owned(compared)
    }

    fn stage(&self, stage: &str, threads: usize) -> Option<f64> {
        let line = self.stages.iter().find(|line| line.stage == stage && line.threads == threads)?;
        Some(line.bytes_per_second)
    }

    /// Whether both were measured on as much of the same.
    pub fn is_of_same_input(&self, other: &Document) -> bool {
        let amounts = |document: &Document| (document.input.reports, document.input.bytes, document.input.cases);
        amounts(self) == amounts(other)
    }
}

impl StageLine {
    fn of(input: &InputLine, stage: Stage, threads: usize, laps: &[Lap]) -> Option<StageLine> {
        let Spread { min, median, max } = Spread::of(laps.iter().map(|lap| lap.wall))?;
        let seconds = |time: Duration| time.as_secs_f64();
        let rate = |number: u64| per_second(number, seconds(median));
        Some(StageLine {
            stage: stage.name().to_owned(),
            threads,
            seconds: SecondsLine { min: seconds(min), median: seconds(median), max: seconds(max) },
            bytes_per_second: rate(input.bytes),
            reports_per_second: rate(input.reports),
            cases_per_second: rate(input.cases),
            peak_bytes: laps.iter().filter_map(|lap| lap.peak).max(),
            ratio: None,
        })
    }
}

fn per_second(number: u64, seconds: f64) -> f64 {
    number as f64 / seconds.max(1e-9)
}

fn ratio(now: f64, then: f64) -> Option<f64> {
    (then > 0.0).then(|| now / then)
}

/// The mark that every version has.
#[derive(Deserialize)]
struct Marked {
    schema: String,
}

/// Reads what an earlier run printed.
pub fn read(path: &Path) -> Result<Document, Failure> {
    let refused = |why: String| Failure::Usage(format!("--baseline: {}: {why}", path.display()));
    let text = fs::read(path).map_err(|error| refused(error.to_string()))?;
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let no_document = |error: serde_json::Error| refused(format!("it is not what bench --format json prints: {error}"));
    // First of all: what another schema holds is not for us to read.
    let Marked { schema } = serde_json::from_slice(text).map_err(no_document)?;
    if schema != SCHEMA {
        return Err(refused(format!("its schema is {schema}, this program reads {SCHEMA}")));
    }
    serde_json::from_slice(text).map_err(no_document)
}
