//! Keys that are spelled in escapes (`"n\u0061me"`), as everybody writes them. What reads an object compares keys as they are
//! written, so these are looked up here, where one is met; hardly any report has one.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::text;

/// Different ones that are known of a report; those behind them are told, and not looked at.
const MOST: usize = 64;

/// Bytes of one, each letter as an escape, at most: none that anybody asks for is longer.
const LONGEST: usize = 192;

/// The keys of one report that were spelled so.
#[derive(Debug)]
pub struct SpelledKeys([OnceCell<Box<[u8]>>; MOST]);

impl Default for SpelledKeys {
    fn default() -> SpelledKeys {
        SpelledKeys([const { OnceCell::new() }; MOST])
    }
}

impl SpelledKeys {
    /// `key` without escapes for letters; `None` where it has none, or cannot be kept.
    #[cold]
    pub(super) fn plain(&self, key: &[u8]) -> Option<&[u8]> {
        let Cow::Owned(plain) = text::unspelled(key.get(..key.len().min(LONGEST + 1))?) else { return None };
        if key.len() > LONGEST {
            return None;
        }
        let is_it = |cell: &&OnceCell<Box<[u8]>>| cell.get().is_none_or(|known| **known == *plain);
        let cell = self.0.iter().find(is_it)?;
        Some(cell.get_or_init(|| plain.clone().into_boxed_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_once_and_no_more_than_some() {
        let keys = SpelledKeys::default();
        assert_eq!(keys.plain(br"n\u0061me"), Some(&b"name"[..]));
        assert_eq!(keys.plain(br"\u006eame"), Some(&b"name"[..]));
        assert_eq!(keys.plain(br"na\nme"), None, "no letter");
        assert_eq!(keys.plain("\\u0061".repeat(99).as_bytes()), None, "nobody asks for it");
        assert_eq!(keys.0.iter().filter(|cell| cell.get().is_some()).count(), 1);
        let found = (0..2 * MOST).filter(|number| keys.plain(format!("\\u0061{number}").as_bytes()).is_some()).count();
        assert_eq!(found, MOST - 1);
        assert!(keys.plain(br"n\u0061me").is_some(), "what is known stays so");
    }
}
