//! What names a row for good, and what it shares with its attempts.

use crate::model::trimmed;

/// The definition: class, dot, method (spec C3, decision 10; that Xray joins them by a dot is inferred).
pub(super) fn qualify(class: &str, method: &str, out: &mut String) {
    let (class, method) = (trimmed(class), trimmed(method));
    out.push_str(class);
    if !class.is_empty() && !method.is_empty() {
        out.push('.');
    }
    out.push_str(method);
}

/// Appends `text` without what Java's `Object.toString` adds to a class name: `@` and up to eight hexadecimal digits.
pub(super) fn push_without_identity_hashes(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'@', rest.as_bytes()) {
        let (before, hash) = rest.split_at(at);
        out.push_str(before);
        let digits = hash[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = hash[1 + digits..].chars().next().is_none_or(|next| !next.is_alphanumeric());
        let is_hash = (5..=8).contains(&digits) && ends && before.ends_with(|c: char| c.is_alphanumeric());
        let kept = if is_hash { 1 + digits } else { 1 };
        if !is_hash {
            out.push('@');
        }
        rest = &hash[kept..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t04_identity_hashes_are_left_out() {
        for (text, expected) in [
            ("shop.Card@1b2c3d4e", "shop.Card"),
            ("[a.B@7f31245a, a.C@5e91993f]", "[a.B, a.C]"),
            ("joe@example.org", "joe@example.org"),
            ("@12345678", "@12345678"),
            ("a@1b2c3d4e5f", "a@1b2c3d4e5f"),
            ("a@", "a@"),
        ] {
            let mut out = String::new();
            push_without_identity_hashes(text, &mut out);
            assert_eq!(out, expected, "{text}");
        }
    }
}
