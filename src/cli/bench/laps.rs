//! One stage, once: what it does, and what it took.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use xraypack::model::CaseCounts;
use xraypack::pipeline::{self, Depth, Error, Job, Measured, Observer, Report};

use super::memory;
use crate::cli::exit::Failure;
use crate::cli::job;
use crate::cli::signals::Signals;

/// A stage. Each does what the one before it does, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading the bytes as they lie there.
    Read,
    /// Unpacking them.
    Inflate,
    /// Taking the reports apart, tag for tag or item for item.
    Tokenise,
    /// Making test cases of them.
    Parse,
    /// Making runs and bundles of these, all but writing.
    Assemble,
    /// All of a conversion.
    Convert,
}

impl Stage {
    /// All stages, the cheapest first.
    pub const ALL: [Stage; 6] =
        [Stage::Read, Stage::Inflate, Stage::Tokenise, Stage::Parse, Stage::Assemble, Stage::Convert];

    /// The stages in which each report is timed by itself.
    pub const OF_REPORTS: [Stage; 4] = [Stage::Read, Stage::Inflate, Stage::Tokenise, Stage::Parse];

    /// Its name in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Inflate => "inflate",
            Stage::Tokenise => "tokenise",
            Stage::Parse => "parse",
            Stage::Assemble => "convert-without-writing",
            Stage::Convert => "convert",
        }
    }

    fn depth(self) -> Option<Depth> {
        match self {
            Stage::Read => Some(Depth::Read),
            Stage::Inflate => Some(Depth::Inflate),
            Stage::Tokenise => Some(Depth::Tokenise),
            Stage::Parse => Some(Depth::Parse),
            Stage::Assemble | Stage::Convert => None,
        }
    }
}

/// What is in there.
#[derive(Debug, Default)]
pub struct Survey {
    /// The format of each file, in walk order.
    formats: Vec<Option<&'static str>>,
    /// What there is of each format.
    pub of_format: BTreeMap<&'static str, Share>,
    /// All files that are no reports, too.
    pub packed: u64,
}

/// Reports, their size unpacked, their cases.
#[derive(Debug, Default, Clone, Copy)]
pub struct Share {
    pub reports: u64,
    pub bytes: u64,
    pub cases: u64,
}

impl Share {
    /// Adds what another share holds.
    pub fn add(&mut self, other: Share) {
        self.reports += other.reports;
        self.bytes += other.bytes;
        self.cases += other.cases;
    }
}

impl Survey {
    /// Looks at everything once.
    pub fn of(job: &Job, signals: &Signals) -> Result<Survey, Failure> {
        let mut survey = Survey::default();
        measure(job, Depth::Parse, signals, &mut |Measured {
                                                      format, bytes, cases: CaseCounts { seen, .. }, ..
                                                  }| {
            survey.formats.push(format);
            if let Some(format) = format {
                survey.of_format.entry(format).or_default().add(Share { reports: 1, bytes, cases: seen });
            }
        })?;
        let mut packed = 0;
        measure(job, Depth::Read, signals, &mut |measured| packed += measured.bytes)?;
        survey.packed = packed;
        Ok(survey)
    }

    /// What there is in all.
    pub fn all(&self) -> Share {
        self.of_format.values().fold(Share::default(), |mut all, share| {
            all.add(*share);
            all
        })
    }
}

/// What one stage took, once.
#[derive(Debug)]
pub struct Lap {
    /// From the first file to the last byte on the disk.
    pub wall: Duration,
    /// Most memory that was resident at a time; where the system says so.
    pub peak: Option<u64>,
    /// The workers' time by format.
    pub of_format: BTreeMap<&'static str, Duration>,
    /// Damaged reports; known when all is converted.
    pub damaged: Option<u64>,
}

/// Runs one stage.
pub fn lap(job: &Job, stage: Stage, survey: &Survey, signals: &Signals) -> Result<Lap, Failure> {
    memory::forget_peak();
    let mut of_format = BTreeMap::new();
    let mut damaged = None;
    let began = Instant::now();
    match (stage.depth(), stage) {
        (Some(depth), _) => {
            let mut formats = survey.formats.iter();
            measure(job, depth, signals, &mut |measured| {
                if let Some(Some(format)) = formats.next() {
                    *of_format.entry(*format).or_default() += measured.spent;
                }
            })?;
        }
        (None, Stage::Convert) => {
            let manifest = pipeline::convert(job, &Silent, signals.stop()).map_err(|error| failure(error, signals))?;
            damaged = Some(manifest.totals.damaged);
        }
        (None, _) => {
            pipeline::rehearse(job, &Silent, signals.stop()).map_err(|error| failure(error, signals))?;
        }
    }
    Ok(Lap { wall: began.elapsed(), peak: memory::peak(), of_format, damaged })
}

fn measure(job: &Job, depth: Depth, signals: &Signals, each: &mut (dyn FnMut(Measured) + Send)) -> Result<(), Failure> {
    pipeline::measure(job.intake(), depth, signals.stop(), each).map_err(|error| failure(error, signals))
}

fn failure(error: Error, signals: &Signals) -> Failure {
    match error {
        Error::Interrupted => signals.failure(),
        error => job::failure(error),
    }
}

/// All laps that count.
#[derive(Debug, Default)]
pub struct Laps(BTreeMap<(usize, Stage), Vec<Lap>>);

impl Laps {
    /// Keeps one more.
    pub fn add(&mut self, stage: Stage, threads: usize, lap: Lap) {
        self.0.entry((threads, stage)).or_default().push(lap);
    }

    /// Each setting with its laps: by threads, then by stage.
    pub fn each(&self) -> impl Iterator<Item = (usize, Stage, &[Lap])> {
        self.0.iter().map(|(&(threads, stage), laps)| (threads, stage, laps.as_slice()))
    }

    /// What one thread spent on the reports of `format` in `stage`: the median.
    pub fn of_format(&self, stage: Stage, format: &str) -> Option<Duration> {
        let laps = self.0.get(&(1, stage))?;
        Spread::of(laps.iter().filter_map(|lap| lap.of_format.get(format).copied())).map(|spread| spread.median)
    }
}

/// The smallest, the middle and the largest of some times.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub min: Duration,
    pub median: Duration,
    pub max: Duration,
}

impl Spread {
    /// Of at least one time; of an even number the lower of the two in the middle.
    pub fn of(times: impl Iterator<Item = Duration>) -> Option<Spread> {
        let mut times: Vec<_> = times.collect();
        times.sort_unstable();
        let (min, max) = (*times.first()?, *times.last()?);
        Some(Spread { min, median: times[(times.len() - 1) / 2], max })
    }
}

struct Silent;

impl Observer for Silent {
    fn report(&self, _: &Report<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one_counts() {
        let spread = |times: &[u64]| Spread::of(times.iter().map(|&time| Duration::from_millis(time)));
        let millis = |spread: Spread| (spread.min.as_millis(), spread.median.as_millis(), spread.max.as_millis());
        assert!(spread(&[]).is_none());
        assert_eq!(spread(&[7]).map(millis), Some((7, 7, 7)));
        assert_eq!(spread(&[9, 1, 5]).map(millis), Some((1, 5, 9)));
        assert_eq!(spread(&[9, 1, 5, 4]).map(millis), Some((1, 4, 9)));
    }

    #[test]
    fn stages_stand_in_the_order_of_their_cost() {
        assert!(Stage::ALL.is_sorted());
        assert!(Stage::OF_REPORTS.iter().all(|stage| stage.depth().is_some()));
    }
}
