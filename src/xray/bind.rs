//! The key at the head of a bundle: found, and exchanged in place (spec xray-json.md section 9).

pub use crate::model::key::PLACEHOLDER;

/// Bytes of the longest key that can be written over the placeholder without moving what follows: Jira's own limit for a
/// project key is ten characters, and this leaves room for twice that and ten digits.
const LONGEST_KEY: usize = 32;

/// How every bundle begins that names its Test Execution first.
const OPENING: &[u8] = b"{\"testExecutionKey\":";

/// Bytes of a bundle within which the key ends, for every key that is not absurd.
pub const HEAD: usize = 4096;

/// What stands where a bundle names its Test Execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    /// The key; `None`: the placeholder.
    pub key: Option<String>,
    /// Bytes from the beginning of the bundle to the end of the blanks behind the key.
    pub length: usize,
}

/// The place of the key in a bundle that begins with `start`; `None` when it does not begin with a key.
pub(crate) fn key_place(start: &[u8]) -> Option<KeyPlace> {
    let text = start.strip_prefix(OPENING)?.strip_prefix(b"\"")?;
    let end = text.iter().position(|&byte| byte == b'"')?;
    let blanks = text[end + 1..].iter().take_while(|&&byte| byte == b' ').count();
    let key = std::str::from_utf8(&text[..end]).ok().filter(|key| !key.contains('\\'))?;
    let key = (key != PLACEHOLDER).then(|| key.to_owned());
    Some(KeyPlace { key, length: OPENING.len() + 1 + end + 1 + blanks })
}

/// The beginning of a bundle with its key, or with the placeholder: always the same length, with blanks behind a short
/// key, unless the key itself is longer than 32 bytes.
pub(crate) fn with_key(key: Option<&str>) -> Vec<u8> {
    let mut head = OPENING.to_vec();
    super::json::string(&mut head, key.unwrap_or(PLACEHOLDER));
    let length = OPENING.len() + LONGEST_KEY + 2;
    if head.len() < length {
        head.resize(length, b' ');
    }
    head
}

#[cfg(test)]
mod tests {
    use super::super::later_head;
    use super::*;

    #[test]
    fn a_key_takes_the_place_of_the_placeholder_without_moving_what_follows() {
        let waiting = later_head(None);
        let place = key_place(&waiting).unwrap();
        assert_eq!(place, KeyPlace { key: None, length: with_key(None).len() });
        // A project key of 21 characters, twice what Jira allows by default, and ten digits.
        let long = format!("{}-{}", "P".repeat(21), 4_294_967_295_u32);
        for key in ["DEMO-1", long.as_str()] {
            let bound = [&with_key(Some(key)), &waiting[place.length..]].concat();
            assert_eq!(bound.len(), waiting.len(), "{key}");
            assert_eq!(bound, later_head(Some(key)), "bound later or known from the start: the same bytes");
            assert_eq!(key_place(&bound), Some(KeyPlace { key: Some(key.to_owned()), length: place.length }));
        }
        assert_eq!(with_key(Some(&"X".repeat(40))).len(), OPENING.len() + 42);
    }

    #[test]
    fn what_begins_otherwise_has_no_place_for_a_key() {
        let others = [
            "",
            "{\"info\":{}",
            "{\"testExecutionKey\":7",
            "{\"testExecutionKey\":\"DEMO-7",
            "{\"testExecutionKey\":\"a\\\"b\"",
        ];
        for start in others {
            assert_eq!(key_place(start.as_bytes()), None, "{start}");
        }
    }
}
