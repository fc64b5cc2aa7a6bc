//! What no strict parser would have accepted.

use crate::model::ProblemKind;

/// What was met of it in an item: one byte, since it is handed on with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities(u8);

impl Oddities {
    /// Invalid UTF-8, a lone surrogate, an unknown escape: U+FFFD stands for it.
    pub const REPLACED: Oddities = Oddities(1);
    /// A raw control character in a text.
    pub const CONTROL: Oddities = Oddities(1 << 1);
    /// A comma with nothing behind it.
    pub const COMMA: Oddities = Oddities(1 << 2);
    /// No comma between two objects or arrays, both of which are whole.
    pub const NO_COMMA: Oddities = Oddities(1 << 3);
    /// A word of another language, such as `undefined`.
    pub const FOREIGN: Oddities = Oddities(1 << 4);
    /// A word without quotes, or no comma between two members: something may be missing.
    pub const DOUBTFUL: Oddities = Oddities(1 << 5);
    /// A word that is not known, and whose escapes stand for letters. Nothing odd by itself.
    pub const SPELLED_OUT: Oddities = Oddities(1 << 6);
    /// The same of a key.
    pub const SPELLED_OUT_KEY: Oddities = Oddities(1 << 7);

    /// Whether these are among them.
    pub fn has(self, odd: Oddities) -> bool {
        self.0 & odd.0 == odd.0
    }

    /// Both together.
    pub fn and(self, other: Oddities) -> Oddities {
        Oddities(self.0 | other.0)
    }

    /// Adds what was met.
    pub(super) fn note(&mut self, odd: Oddities) {
        self.0 |= odd.0;
    }

    /// Whether nothing is to be told, as nearly always.
    #[inline]
    pub fn are_none(self) -> bool {
        self.0 & !Oddities::SPELLED_OUT.0 == 0
    }

    /// Whether keys or words are there that say more when they are written without escapes.
    #[inline]
    pub(super) fn are_spelled_out(self) -> bool {
        self.0 & (Oddities::SPELLED_OUT.0 | Oddities::SPELLED_OUT_KEY.0) != 0
    }

    /// What is to be told: what is in doubt, and what was mended, in words.
    pub fn told(self) -> impl Iterator<Item = (ProblemKind, &'static str)> {
        let doubts = IN_DOUBT.iter().filter(move |(odd, _)| self.has(*odd));
        let mended = MENDED.iter().find(|(odd, _)| self.has(*odd));
        let doubts = doubts.map(|(_, words)| (ProblemKind::Malformed, *words));
        doubts.chain(mended.map(|(_, words)| (ProblemKind::Repaired, *words)))
    }
}

const IN_DOUBT: [(Oddities, &str); 2] = [
    (
        Oddities::DOUBTFUL,
        "words stand without quotes, or members without a comma between them: something may be missing",
    ),
    (Oddities::SPELLED_OUT_KEY, "keys that are spelled in escapes (\\u0061) were not looked at, whatever they hold"),
];

const MENDED: [(Oddities, &str); 5] = [
    (Oddities::REPLACED, "text that is not valid was replaced by U+FFFD"),
    (Oddities::CONTROL, "raw control characters in texts were read as they are"),
    (Oddities::COMMA, "a comma with nothing behind it was passed over"),
    (Oddities::NO_COMMA, "no comma stands between two objects or lists, and both were read"),
    (Oddities::FOREIGN, "words that JSON does not know, such as undefined, were read as they are"),
];
