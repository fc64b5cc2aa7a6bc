//! What an encoded run says of its Test.

use super::decode::{DecodeError, decode};

/// What names the Test of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestName {
    /// Key of a Test that exists.
    Key(String),
    /// Definition (of Tests that are not Generic the summary) by which a Test is found, or created when there is none.
    Definition(String),
}

/// The name in the run that [`encode`](super::encode) wrote to `bytes`.
///
/// # Errors
/// When these are no bytes of ours.
pub fn name_of(bytes: &[u8]) -> Result<TestName, DecodeError> {
    let run = decode(bytes)?;
    let info = run.test_info.as_ref();
    let definition = info.map(|info| info.definition.as_ref().unwrap_or(&info.summary).as_str().to_owned());
    Ok(match run.test_key {
        Some(key) => TestName::Key(key.as_str().to_owned()),
        None => TestName::Definition(definition.unwrap_or_default()),
    })
}

impl TestName {
    /// The key or the definition.
    pub fn as_str(&self) -> &str {
        match self {
            TestName::Key(text) | TestName::Definition(text) => text,
        }
    }
}
