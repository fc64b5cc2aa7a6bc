//! `manifest.json`: what went where.

mod disagreeing;
mod totals;

use std::fmt;
use std::io::{self, Write};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::hashing::Sum;
use super::name::REPORTS;

pub use disagreeing::{Disagreeing, DisagreeingTest, ReportPlace, Undecided, UndecidedTest};
pub use totals::{Evidence, Totals};

/// What `schema` says; a field that is changed or dropped makes a new number.
pub const SCHEMA: &str = "xraypack/manifest/1";
/// How `schema` begins in every manifest of this program, whatever its number.
pub(super) const SCHEMA_FAMILY: &str = "xraypack/manifest/";

/// The manifest. Its presence says that the conversion is complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Flavour of the bundles: `server` or `cloud`.
    pub target: String,
    /// The options that shaped the output.
    pub options: Options,
    /// Sums over all reports and bundles.
    pub totals: Totals,
    /// The file with a line for each file seen; manifests of earlier versions do not tell of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports: Option<ReportsRecord>,
    /// The Test Executions, in order of their first report.
    pub executions: Vec<Execution>,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Tool {
        Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// Options by name, in the order in which the caller gives them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options(Vec<(String, Value)>);

impl Options {
    /// These, in this order; each name stands there once.
    pub fn new(options: Vec<(String, Value)>) -> Options {
        Options(options)
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Options, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Options;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of options")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Options, M::Error> {
                let mut options = Vec::new();
                while let Some(option) = map.next_entry()? {
                    options.push(option);
                }
                Ok(Options(options))
            }
        }
        from.deserialize_map(InOrder)
    }
}

/// One Test Execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// Its id: the first part of its bundles' names.
    pub id: String,
    /// What its reports have in common: an archive, an INPUT, a directory.
    pub source: String,
    /// Its key, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Earliest start of its runs, when any is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Latest finish of its runs, when any is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<String>,
    /// The `info` part of a multipart import, when that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart_info: Option<InfoRecord>,
    /// Index of its evidence, where that lies in files of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceIndex>,
    /// Runs in all of its bundles.
    pub runs: u64,
    /// Its bundles, in order.
    pub bundles: Vec<BundleRecord>,
    /// Tests whose run alone was larger than a bundle, and what was left out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trimmed: Vec<Trimmed>,
    /// Tests that passed in one report and failed in another, where the worst result counts; none: there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disagreeing: Option<Disagreeing>,
    /// Tests that passed in one report and did not run in another, where that is undecided; none: there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<Undecided>,
}

/// The file `reports.jsonl` as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportsRecord {
    /// The file, relative to the output folder.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

impl ReportsRecord {
    pub(super) fn of(Sum { bytes, sha256 }: Sum) -> ReportsRecord {
        ReportsRecord { file: REPORTS.to_owned(), bytes, sha256 }
    }
}

/// A file with the `info` part of a multipart import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoRecord {
    /// The file, relative to the output folder.
    pub file: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// A file with a line for each piece of evidence of a Test Execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceIndex {
    /// The file, relative to the output folder.
    pub file: String,
    /// How many lines it has.
    pub lines: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// A run that was cut down to fit into a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trimmed {
    /// Key or definition of its Test.
    pub test: String,
    /// Bytes that it had.
    pub bytes: u64,
    /// Bytes that a run alone may have in a bundle.
    pub allowed: u64,
    /// What was done, step by step.
    pub steps: Vec<String>,
}

/// One bundle as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleRecord {
    /// Its file, relative to the output folder.
    pub file: String,
    /// Its number within the Test Execution, from one.
    pub part: u32,
    /// Length of its body: of what is sent, however the file is compressed. This is what the limit of a bundle counts.
    pub bytes: u64,
    /// Runs in it.
    pub runs: u64,
    /// SHA-256 of its body, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Length and hash of the file, when the bundle lies compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compressed: Option<CompressedFile>,
    /// Whether it still waits for the key of its Test Execution.
    pub needs_key: bool,
}

/// The file of a bundle that lies compressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompressedFile {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

impl From<Sum> for CompressedFile {
    fn from(Sum { bytes, sha256 }: Sum) -> CompressedFile {
        CompressedFile { bytes, sha256 }
    }
}

impl Manifest {
    /// Every file beside it that it names, but for `reports.jsonl`, relative to the output folder.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.executions.iter().flat_map(|execution| {
            let info = execution.multipart_info.iter().map(|info| info.file.as_str());
            let evidence = execution.evidence.iter().map(|index| index.file.as_str());
            info.chain(evidence).chain(execution.bundles.iter().map(|bundle| bundle.file.as_str()))
        })
    }

    /// Writes it as JSON, indented by two spaces, with a line end after it.
    ///
    /// # Errors
    /// What the sink answers.
    pub fn write_to(&self, sink: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *sink, self)?;
        sink.write_all(b"\n")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::bundle) fn manifest(executions: Vec<Execution>) -> Manifest {
        Manifest {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "xraypack".to_owned(), version: "0.1.0".to_owned() },
            target: "server".to_owned(),
            options: Options(vec![("zeta".to_owned(), Value::from(1)), ("alpha".to_owned(), Value::from("x"))]),
            totals: Totals::default(),
            reports: None,
            executions,
        }
    }

    #[test]
    fn looks_as_the_contract_shows_it() {
        let record = BundleRecord {
            file: "f".to_owned(),
            part: 1,
            bytes: 2,
            runs: 3,
            sha256: "00".to_owned(),
            compressed: None,
            needs_key: false,
        };
        let execution = Execution {
            id: "nightly".to_owned(),
            source: "nightly.zip".to_owned(),
            key: None,
            start: Some("2024-01-01T00:00:00Z".to_owned()),
            finish: None,
            multipart_info: None,
            evidence: None,
            runs: 3,
            bundles: vec![record],
            trimmed: Vec::new(),
            disagreeing: None,
            undecided: None,
        };
        let mut manifest = manifest(vec![execution]);
        manifest.reports = Some(ReportsRecord::of(Sum { bytes: 9, sha256: "00".to_owned() }));
        let mut out = Vec::new();
        manifest.write_to(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("{\n  \"schema\": \"xraypack/manifest/1\",\n  \"tool\": {\n    \"name\": \"xraypack\"")
        );
        assert!(text.ends_with("}\n") && !text.contains("null"));
        let order = [
            "schema",
            "tool",
            "target",
            "options",
            "zeta",
            "alpha",
            "totals",
            "files",
            "reports",
            "damaged",
            "unsupported",
            "ignored",
            "bytes_in",
            "bytes_out",
            "bundles",
            "cases",
            "runs",
            "evidence",
            "reports",
            "file",
            "bytes",
            "sha256",
            "executions",
            "id",
            "source",
            "start",
            "runs",
            "bundles",
            "file",
            "part",
            "bytes",
            "runs",
            "sha256",
            "needs_key",
        ];
        let mut rest = text.as_str();
        for name in order {
            let at = rest.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} out of order"));
            rest = &rest[at + 1..];
        }
        assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest);
    }
}
