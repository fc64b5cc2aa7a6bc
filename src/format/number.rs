//! Numbers that stand for texts, to know again within one report what belongs together.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A number for these texts, in this order; the same in every run, and never zero.
pub(super) fn number_of(texts: &[&str]) -> u64 {
    texts.iter().fold(0, |number, text| xxh3_64_with_seed(text.as_bytes(), number)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_do_not_run_into_one_another() {
        assert_ne!(number_of(&["ab", "c"]), number_of(&["a", "bc"]));
        assert_eq!(number_of(&["ab", "c"]), number_of(&["ab", "c"]));
        assert_eq!(number_of(&[]), 1);
    }
}
