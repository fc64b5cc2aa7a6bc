//! What no strict parser would have accepted.

use crate::model::ProblemKind;

/// What was met of it in an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities {
    /// Invalid UTF-8, a lone surrogate, an unknown escape: U+FFFD stands for it.
    pub replaced: bool,
    /// A raw control character in a text.
    pub control: bool,
    /// A comma with nothing behind it.
    pub comma: bool,
    /// No comma between two objects or arrays, both of which are whole.
    pub no_comma: bool,
    /// A word of another language, such as `undefined`.
    pub foreign: bool,
    /// A word without quotes, or no comma between two members: something may be missing.
    pub doubtful: bool,
    /// A short text whose escapes stand for letters: it may be a word that a reader looks for. Nothing odd by itself.
    pub spelled_out: bool,
    /// The same of a key.
    pub spelled_out_key: bool,
}

impl Oddities {
    /// Both together.
    pub fn and(self, other: Oddities) -> Oddities {
        Oddities {
            replaced: self.replaced || other.replaced,
            control: self.control || other.control,
            comma: self.comma || other.comma,
            no_comma: self.no_comma || other.no_comma,
            foreign: self.foreign || other.foreign,
            doubtful: self.doubtful || other.doubtful,
            spelled_out: self.spelled_out || other.spelled_out,
            spelled_out_key: self.spelled_out_key || other.spelled_out_key,
        }
    }

    /// What is to be told: what is in doubt, and what was mended, in words.
    pub fn told(self) -> impl Iterator<Item = (ProblemKind, &'static str)> {
        let doubts = [
            (
                self.doubtful,
                "words stand without quotes, or members without a comma between them: something may be missing",
            ),
            (self.spelled_out_key, "keys that are spelled in escapes (\\u0061) were not looked at, whatever they hold"),
        ];
        let doubts = doubts.into_iter().filter(|(is_met, _)| *is_met);
        doubts
            .map(|(_, words)| (ProblemKind::Malformed, words))
            .chain(self.mended().map(|words| (ProblemKind::Repaired, words)))
    }

    fn mended(self) -> Option<&'static str> {
        let words = [
            (self.replaced, "text that is not valid was replaced by U+FFFD"),
            (self.control, "raw control characters in texts were read as they are"),
            (self.comma, "a comma with nothing behind it was passed over"),
            (self.no_comma, "no comma stands between two objects or lists, and both were read"),
            (self.foreign, "words that JSON does not know, such as undefined, were read as they are"),
        ];
        words.into_iter().find(|(is_met, _)| *is_met).map(|(_, words)| words)
    }
}
