//! Reports made to measure: the same ones for the same seed, in the shapes that runners write.
//!
//! They stand for the usual night: most cases pass in milliseconds, some fail with a stack trace, a few print a lot.

#![allow(dead_code, reason = "each bench takes what it needs")]

mod json;
mod xml;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Numbers that look random and are the same every time (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

/// How a made case ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Passed,
    Failed,
    Skipped,
}

/// One case before it is written in a shape.
pub struct Made {
    pub name: String,
    pub ending: Ending,
    pub millis: u64,
    /// Empty unless it failed.
    pub message: String,
    /// Empty unless it failed.
    pub trace: String,
    /// Usually empty.
    pub output: String,
}

/// One report before it is written in a shape.
pub struct Told {
    pub package: String,
    pub class: String,
    pub cases: Vec<Made>,
}

impl Told {
    fn new(seed: u64, cases: usize) -> Told {
        let mut dice = Dice::new(seed);
        let package = format!("com.demo.{}.{}", dice.pick(THINGS), dice.pick(PLACES));
        let class = format!("{}{}Test", capital(dice.pick(THINGS)), dice.below(10_000));
        let cases = (0..cases).map(|number| made(&mut dice, number, &package, &class)).collect();
        Told { package, class, cases }
    }

    fn count(&self, ending: Ending) -> usize {
        self.cases.iter().filter(|case| case.ending == ending).count()
    }

    fn millis(&self) -> u64 {
        self.cases.iter().map(|case| case.millis).sum()
    }
}

/// What a runner writes.
pub struct Shape {
    pub name: &'static str,
    /// The format as `xraypack formats` lists it.
    pub format: &'static str,
    prefix: &'static str,
    extension: &'static str,
    /// Cases of a usual report.
    cases: usize,
    write: fn(&Told, &mut String),
}

/// Every shape.
pub const SHAPES: &[Shape] = &[
    shape("junit", "junit", ("TEST-", "xml"), 40, xml::surefire),
    shape("pytest", "junit", ("pytest-", "xml"), 400, xml::pytest),
    shape("testng", "testng", ("testng-results-", "xml"), 120, xml::testng),
    shape("nunit3", "nunit3", ("TestResult-", "xml"), 120, xml::nunit3),
    shape("nunit2", "nunit2", ("TestResult2-", "xml"), 120, xml::nunit2),
    shape("xunit", "xunit", ("xunit-", "xml"), 120, xml::xunit),
    shape("xunit1", "xunit", ("xunit1-", "xml"), 120, xml::xunit1),
    shape("xunit3", "xunit", ("xunit3-", "xml"), 120, xml::xunit3),
    shape("robot", "robot", ("output-", "xml"), 60, xml::robot),
    shape("robot3", "robot", ("output3-", "xml"), 60, xml::robot3),
    shape("cucumber", "cucumber", ("cucumber-", "json"), 30, json::cucumber),
    shape("cucumber-evidence", "cucumber", ("evidence-", "json"), 30, json::cucumber_evidence),
    shape("messages", "cucumber-messages", ("messages-", "ndjson"), 30, json::messages),
    shape("behave", "behave", ("behave-", "json"), 30, json::behave),
    shape("xray", "xray", ("xray-", "json"), 60, json::xray),
    shape("robot-json", "robot", ("robot-", "json"), 60, json::robot),
];

const fn shape(
    name: &'static str,
    format: &'static str,
    file: (&'static str, &'static str),
    cases: usize,
    write: fn(&Told, &mut String),
) -> Shape {
    Shape { name, format, prefix: file.0, extension: file.1, cases, write }
}

impl Shape {
    /// The shape called `name`.
    pub fn called(name: &str) -> Option<&'static Shape> {
        SHAPES.iter().find(|shape| shape.name == name)
    }

    /// One report with this many cases.
    pub fn report(&self, seed: u64, cases: usize) -> String {
        let mut text = String::new();
        (self.write)(&Told::new(seed, cases), &mut text);
        text
    }

    /// One report of usual size, between half and twice the mean.
    pub fn usual_report(&self, seed: u64) -> String {
        let cases = self.cases / 2 + Dice::new(!seed).below(self.cases * 3 / 2);
        self.report(seed, cases.max(1))
    }

    /// Reports of usual size that come to at least `bytes`.
    pub fn reports(&self, seed: u64, bytes: usize) -> Vec<String> {
        let mut reports = Vec::new();
        let mut total = 0;
        while total < bytes {
            let report = self.usual_report(seed.wrapping_add(reports.len() as u64));
            total += report.len();
            reports.push(report);
        }
        reports
    }

    /// Writes reports of usual size, a hundred to a folder, that come to at least `bytes`; tells how many bytes it
    /// were and how many reports.
    pub fn fill(&self, folder: &Path, seed: u64, bytes: u64) -> io::Result<(u64, u64)> {
        self.fill_with(folder, bytes, &|number| self.usual_report(seed.wrapping_add(number)))
    }

    /// As [`Shape::fill`], with reports of a few cases each.
    pub fn fill_with_small(&self, folder: &Path, seed: u64, bytes: u64) -> io::Result<(u64, u64)> {
        const MOST: usize = 8;
        self.fill_with(folder, bytes, &|number| {
            let seed = seed.wrapping_add(number);
            self.report(seed, 1 + Dice::new(!seed).below(MOST))
        })
    }

    fn fill_with(&self, folder: &Path, bytes: u64, report: &dyn Fn(u64) -> String) -> io::Result<(u64, u64)> {
        let (mut total, mut number) = (0, 0);
        while total < bytes {
            let report = report(number);
            let module = folder.join(format!("module-{:03}", number / 100));
            fs::create_dir_all(&module)?;
            fs::write(module.join(self.file_name(number)), &report)?;
            total += report.len() as u64;
            number += 1;
        }
        Ok((total, number))
    }

    /// Writes one report of about `bytes`; tells how many bytes it has.
    pub fn fill_with_one(&self, folder: &Path, seed: u64, bytes: u64) -> io::Result<u64> {
        const SAMPLE: usize = 1000;
        let per_sample = self.report(seed, SAMPLE).len() as u64;
        let report = self.report(seed, (bytes * SAMPLE as u64 / per_sample) as usize);
        let module = folder.join("module-000");
        fs::create_dir_all(&module)?;
        fs::write(module.join(self.file_name(0)), &report)?;
        Ok(report.len() as u64)
    }

    fn file_name(&self, number: u64) -> String {
        format!("{}{number:06}.{}", self.prefix, self.extension)
    }
}

/// As [`Shape::fill`], with reports of every shape, a folder for each shape and as many bytes of each.
pub fn fill_with_all(folder: &Path, seed: u64, bytes: u64) -> io::Result<(u64, u64)> {
    let share = bytes / SHAPES.len() as u64;
    SHAPES.iter().try_fold((0, 0), |(bytes, reports), shape| {
        let (more_bytes, more_reports) = shape.fill(&folder.join(shape.name), seed, share)?;
        Ok((bytes + more_bytes, reports + more_reports))
    })
}

/// Packs every report below a folder into one archive.
pub fn pack(folder: &Path, archive: &Path) -> io::Result<()> {
    let mut zip = ZipWriter::new(io::BufWriter::new(fs::File::create(archive)?));
    pack_below(folder, "", &mut zip)?;
    zip.finish()?.flush()
}

fn pack_below(folder: &Path, prefix: &str, zip: &mut ZipWriter<io::BufWriter<fs::File>>) -> io::Result<()> {
    for name in sorted(folder)? {
        let (path, inside) = (folder.join(&name), format!("{prefix}{name}"));
        if path.is_dir() {
            pack_below(&path, &format!("{inside}/"), zip)?;
        } else {
            zip.start_file(inside, SimpleFileOptions::default())?;
            zip.write_all(&fs::read(path)?)?;
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

const THINGS: &[&str] =
    &["cart", "order", "price", "stock", "account", "invoice", "search", "delivery", "refund", "voucher", "session"];
const PLACES: &[&str] = &["api", "core", "storage", "view", "import", "billing"];
const VERBS: &[&str] =
    &["adds", "removes", "rejects", "keeps", "sorts", "rounds", "counts", "shows", "locks", "restores", "merges"];
const WORDS: &[&str] = &[
    "expected", "but", "was", "the", "total", "of", "items", "in", "a", "list", "with", "no", "more", "than", "12.50",
    "€", "<null>", "\"red\"", "& more", "größer",
];

fn made(dice: &mut Dice, number: usize, package: &str, class: &str) -> Made {
    let name = format!("{}{}{}{number}", dice.pick(VERBS), capital(dice.pick(THINGS)), capital(dice.pick(PLACES)));
    let ending = match dice.below(100) {
        0..5 => Ending::Failed,
        5..8 => Ending::Skipped,
        _ => Ending::Passed,
    };
    let millis = 1 + (dice.below(40) * dice.below(40)) as u64;
    let (mut message, mut trace) = (String::new(), String::new());
    if ending == Ending::Failed {
        message = words(dice, 10);
        trace = stack_trace(dice, &message, package, class, &name);
    }
    let output = if dice.below(20) == 0 { log_lines(dice, &name) } else { String::new() };
    Made { name, ending, millis, message, trace, output }
}

fn words(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| dice.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

fn stack_trace(dice: &mut Dice, message: &str, package: &str, class: &str, name: &str) -> String {
    let mut trace = format!("java.lang.AssertionError: {message}\n");
    for _ in 0..5 + dice.below(25) {
        let line = 1 + dice.below(900);
        let (thing, verb) = (capital(dice.pick(THINGS)), dice.pick(VERBS));
        trace.push_str(&format!("\tat {package}.{thing}Service.{verb}({thing}Service.java:{line})\n"));
    }
    trace.push_str(&format!("\tat {package}.{class}.{name}({class}.java:{})\n", 1 + dice.below(400)));
    trace
}

fn log_lines(dice: &mut Dice, name: &str) -> String {
    let mut output = String::new();
    for number in 0..2 + dice.below(60) {
        let level = dice.pick(&["DEBUG", "INFO", "INFO", "WARN"]);
        output.push_str(&format!("10:15:{:02}.{:03} {level} {name}: ", number % 60, dice.below(1000)));
        output.push_str(&words(dice, 12));
        output.push('\n');
    }
    output
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Seconds with three digits.
fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
