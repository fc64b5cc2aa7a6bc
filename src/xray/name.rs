//! What an encoded run says of its Test.

use super::decode::DecodeError;
use super::wire::{Named, NamedInfo, Text};

/// What names the Test of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TestName {
    /// Key of a Test that exists.
    Key(String),
    /// Definition (of Tests that are not Generic the summary) by which a Test is found, or created when there is none.
    Definition(String),
}

/// The name in the run that [`encode`](super::encode) wrote to `bytes`.
///
/// # Errors
/// When these are no bytes of ours.
pub(crate) fn name_of(bytes: &[u8]) -> Result<TestName, DecodeError> {
    let Named { test_key, test_info } = serde_json::from_slice(bytes)?;
    let own = |text: Text<'_>| text.0.into_owned();
    let definition = test_info.map(|NamedInfo { summary, definition }| own(definition.unwrap_or(summary)));
    Ok(match test_key {
        Some(key) => TestName::Key(own(key)),
        None => TestName::Definition(definition.unwrap_or_default()),
    })
}

impl TestName {
    /// The key or the definition.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            TestName::Key(text) | TestName::Definition(text) => text,
        }
    }
}
