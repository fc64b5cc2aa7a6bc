//! The lines of `reports.jsonl`: one for each file seen.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::counts::{Cases, Runs};
use crate::model::{Problem, ReportState};

/// What is said of one file (contract, `reports.jsonl`). `inspect`, which converts nothing, prints it without `runs` and
/// `execution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    /// Where it was found, relative to its INPUT.
    pub report: String,
    /// Number of that INPUT, from one, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<u32>,
    /// Its format, when one was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Cow<'static, str>>,
    /// The program that wrote it, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// What became of it.
    #[serde(serialize_with = "write_state", deserialize_with = "read_state")]
    pub state: ReportState,
    /// Why it is unsupported or ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its length, uncompressed.
    pub bytes: u64,
    /// The test cases in it.
    pub cases: Cases,
    /// What became of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<Runs>,
    /// Id of its group's Test Execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// What went wrong, or was mended.
    pub problems: Vec<ProblemLine>,
}

/// One problem of a report, as it stands in its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemLine {
    /// How much it matters: `note`, `warning` or `error`.
    pub severity: Cow<'static, str>,
    /// What sort of problem it is.
    pub kind: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
    /// Bytes before the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Line of the place, from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column of the place in bytes, from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
}

impl From<Problem> for ProblemLine {
    fn from(problem: Problem) -> ProblemLine {
        ProblemLine {
            severity: problem.severity.name().into(),
            kind: problem.kind.name().into(),
            message: problem.message,
            offset: problem.position.map(|place| place.offset),
            line: problem.position.map(|place| place.line),
            column: problem.position.map(|place| place.column),
        }
    }
}

fn write_state<S: Serializer>(state: &ReportState, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(state.name())
}

fn read_state<'de, D: Deserializer<'de>>(from: D) -> Result<ReportState, D::Error> {
    const STATES: [ReportState; 4] =
        [ReportState::Converted, ReportState::Damaged, ReportState::Unsupported, ReportState::Ignored];
    let name = Cow::<'de, str>::deserialize(from)?;
    let state = STATES.into_iter().find(|state| state.name() == name);
    state.ok_or_else(|| de::Error::custom(format_args!("unknown state {name:?}")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{Position, ProblemKind};

    pub(in crate::bundle) fn line() -> ReportLine {
        let problem =
            Problem::new(ProblemKind::NaiveTimestamp, "no zone").at(Position { offset: 311, line: 2, column: 14 });
        ReportLine {
            report: "nightly.zip!/ui/TEST-login.xml".to_owned(),
            input: None,
            format: Some("junit".into()),
            producer: Some("surefire".to_owned()),
            state: ReportState::Converted,
            reason: None,
            bytes: 18230,
            cases: Cases { seen: 12, passed: 10, failed: 1, errored: 0, skipped: 1 },
            runs: Some(Runs { written: 12, merged: 0, left_out: 0 }),
            execution: Some("nightly".to_owned()),
            problems: vec![problem.into()],
        }
    }

    #[test]
    fn looks_as_the_contract_shows_it() {
        let out = serde_json::to_vec(&line()).unwrap();
        let expected = concat!(
            r#"{"report":"nightly.zip!/ui/TEST-login.xml","format":"junit","producer":"surefire","state":"converted","#,
            r#""bytes":18230,"cases":{"seen":12,"passed":10,"failed":1,"errored":0,"skipped":1},"#,
            r#""runs":{"written":12,"merged":0,"left_out":0},"execution":"nightly","#,
            r#""problems":[{"severity":"warning","kind":"naive-timestamp","message":"no zone","offset":311,"line":2,"column":14}]}"#
        );
        assert_eq!(String::from_utf8(out.clone()).unwrap(), expected);
        assert_eq!(serde_json::from_slice::<ReportLine>(&out).unwrap(), line());
    }

    #[test]
    fn leaves_out_what_is_not_known() {
        let bare = ReportLine {
            input: Some(2),
            format: None,
            producer: None,
            state: ReportState::Ignored,
            reason: Some("not a report".to_owned()),
            runs: None,
            execution: None,
            problems: vec![Problem::new(ProblemKind::Unsupported, "x").into()],
            ..line()
        };
        let text = serde_json::to_string(&bare).unwrap();
        for absent in ["format", "producer", "runs", "execution", "offset", "line", "column"] {
            assert!(!text.contains(&format!("\"{absent}\"")), "{absent} in {text}");
        }
        assert!(text.contains(r#""state":"ignored","reason":"not a report","bytes""#));
        assert_eq!(serde_json::from_str::<ReportLine>(&text).unwrap(), bare);
        assert!(serde_json::from_str::<ReportLine>(&text.replace("ignored", "lost")).is_err());
    }
}
