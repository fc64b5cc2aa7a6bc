//! One test of a bundle, as it stands there: the only place that knows its properties and their order.

mod write;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use crate::model::Timestamp;

use super::json::{self, Object};

/// A string that is borrowed where it can be: serde borrows in a list only through a type of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Text<'a> {
        Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Text<'a> {
        Text(text)
    }
}

/// A whole second in UTC, `2026-11-24T00:05:15Z`; compares by time because it compares as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Second([u8; 20]);

impl Second {
    /// The second of `instant`, which is cut.
    pub(super) fn of(instant: Timestamp) -> Second {
        Second(instant.to_text())
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("1970-01-01T00:00:00Z")
    }
}

impl<'de> Deserialize<'de> for Second {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Second, D::Error> {
        let text = Text::deserialize(deserializer)?;
        text.as_str().as_bytes().try_into().map(Second).map_err(|_| D::Error::custom("not a whole second in UTC"))
    }
}

/// A list of strings: lent by a run, or its own.
#[derive(Debug, Clone)]
pub(super) enum Texts<'a> {
    /// As a run holds them.
    Lent(&'a [String]),
    /// Read or put together.
    Own(Vec<Text<'a>>),
}

/// Up to this length equal elements are searched for one by one; longer lists are sorted into a set.
const SEARCHED: usize = 64;

impl<'a> Texts<'a> {
    /// The elements that `fits` accepts, each once. Lends the list when all are in order, which is the rule.
    pub(super) fn distinct(list: &'a [String], fits: impl Fn(&str) -> bool) -> Texts<'a> {
        let in_order = list.len() <= SEARCHED
            && list.iter().enumerate().all(|(index, text)| fits(text) && !list[..index].contains(text));
        if in_order {
            return Texts::Lent(list);
        }
        let mut texts = Texts::Own(Vec::new());
        texts.unite(list.iter().filter(|text| fits(text)).map(|text| Text::from(text.as_str())));
        texts
    }

    /// Adds what is not there yet.
    pub(super) fn unite(&mut self, others: impl IntoIterator<Item = Text<'a>>) {
        let mut own = match std::mem::take(self) {
            Texts::Lent(list) => list.iter().map(|text| Text::from(text.as_str())).collect(),
            Texts::Own(list) => list,
        };
        let mut known: BTreeSet<Text<'a>> = own.iter().cloned().collect();
        for text in others {
            if known.insert(text.clone()) {
                own.push(text);
            }
        }
        *self = Texts::Own(own);
    }

    /// The elements, out of the list.
    pub(super) fn into_own(self) -> Vec<Text<'a>> {
        match self {
            Texts::Lent(list) => list.iter().map(|text| Text::from(text.as_str())).collect(),
            Texts::Own(list) => list,
        }
    }

    /// Writes them as a member, unless there are none.
    pub(super) fn write(&self, name: &str, object: &mut Object<'_>) {
        match self {
            Texts::Lent(list) => object.array(name, *list, |out, text| json::string(out, text)),
            Texts::Own(list) => object.array(name, list, |out, text| json::string(out, text.as_str())),
        }
    }
}

impl Default for Texts<'_> {
    fn default() -> Self {
        Texts::Lent(&[])
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Texts<'a>, D::Error> {
        Vec::deserialize(deserializer).map(Texts::Own)
    }
}

/// One test: `tests[]` of Xray JSON, both flavours.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Run<'a> {
    #[serde(borrow)]
    pub(super) test_key: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) test_info: Option<TestInfo<'a>>,
    pub(super) start: Option<Second>,
    pub(super) finish: Option<Second>,
    #[serde(borrow)]
    pub(super) comment: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) executed_by: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) assignee: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow, default)]
    pub(super) steps: Vec<StepResult<'a>>,
    #[serde(borrow, default)]
    pub(super) examples: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) iterations: Vec<IterationResult<'a>>,
    #[serde(borrow, default)]
    pub(super) defects: Texts<'a>,
    #[serde(borrow, default, alias = "evidence")]
    pub(super) evidences: Vec<EvidenceItem<'a>>,
    #[serde(borrow, default)]
    pub(super) custom_fields: Vec<Field<'a>>,
    /// Server only.
    #[serde(borrow)]
    pub(super) test_version: Option<Text<'a>>,
}

/// What of a [`Run`] names its Test.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named<'a> {
    #[serde(borrow)]
    pub(super) test_key: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) test_info: Option<NamedInfo<'a>>,
}

/// What of a [`TestInfo`] does.
#[derive(Debug, serde::Deserialize)]
pub(super) struct NamedInfo<'a> {
    #[serde(borrow)]
    pub(super) summary: Text<'a>,
    #[serde(borrow)]
    pub(super) definition: Option<Text<'a>>,
}

/// What finds, creates or updates a Test.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TestInfo<'a> {
    #[serde(borrow)]
    pub(super) summary: Text<'a>,
    #[serde(borrow)]
    pub(super) project_key: Text<'a>,
    #[serde(borrow, alias = "type")]
    pub(super) test_type: Text<'a>,
    #[serde(borrow, default)]
    pub(super) requirement_keys: Texts<'a>,
    #[serde(borrow, default)]
    pub(super) labels: Texts<'a>,
    #[serde(borrow)]
    pub(super) definition: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) steps: Vec<TestStep<'a>>,
    #[serde(borrow)]
    pub(super) scenario: Option<Text<'a>>,
    /// Server only.
    #[serde(borrow)]
    pub(super) scenario_type: Option<Text<'a>>,
    /// Server only.
    #[serde(borrow)]
    pub(super) description: Option<Text<'a>>,
}

/// A step of a Manual Test: its members, in the order in which they stand.
#[derive(Debug, Clone)]
pub(super) struct TestStep<'a>(pub(super) Vec<(Text<'a>, Text<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for TestStep<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TestStep<'a>, D::Error> {
        struct Members<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> serde::de::Visitor<'de> for Members<'a> {
            type Value = TestStep<'a>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a step")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<TestStep<'a>, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(TestStep(members))
            }
        }
        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

/// Result of one data row.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct IterationResult<'a> {
    #[serde(borrow)]
    pub(super) parameters: Vec<RowParameter<'a>>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow, default)]
    pub(super) steps: Vec<StepResult<'a>>,
    /// Cloud only, as what follows.
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) log: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) duration: Option<Text<'a>>,
}

/// One parameter of a data row.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowParameter<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) value: Text<'a>,
}

/// Result of one step.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct StepResult<'a> {
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) comment: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) actual_result: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) defects: Texts<'a>,
    #[serde(borrow, default, alias = "evidence")]
    pub(super) evidences: Vec<EvidenceItem<'a>>,
}

/// One file of evidence; `data` is base64, which needs no escape.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct EvidenceItem<'a> {
    #[serde(borrow)]
    pub(super) data: Text<'a>,
    #[serde(borrow)]
    pub(super) filename: Text<'a>,
    #[serde(borrow)]
    pub(super) content_type: Text<'a>,
}

/// One custom field, its value as JSON text.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) value: &'a RawValue,
}

impl Field<'_> {
    /// What tells it from other fields.
    pub(super) fn key(&self) -> (Option<&str>, Option<&str>) {
        (self.id.as_ref().map(Text::as_str), self.name.as_ref().map(Text::as_str))
    }

    /// What a reader knows it by.
    pub(super) fn called(&self) -> &str {
        self.name.as_ref().or(self.id.as_ref()).map_or("", Text::as_str)
    }
}

/// The steps of the run and of its data rows.
pub(super) fn all_steps<'a, 'r>(run: &'a Run<'r>) -> impl Iterator<Item = &'a StepResult<'r>> {
    run.steps.iter().chain(run.iterations.iter().flat_map(|row| &row.steps))
}

/// The evidence of the run, then that of its steps.
pub(super) fn all_evidence<'a, 'r>(run: &'a Run<'r>) -> impl Iterator<Item = &'a EvidenceItem<'r>> {
    run.evidences.iter().chain(all_steps(run).flat_map(|step| &step.evidences))
}

/// How many pieces of evidence the run and its steps have.
pub(super) fn pieces_of_evidence(run: &Run<'_>) -> usize {
    all_evidence(run).count()
}
