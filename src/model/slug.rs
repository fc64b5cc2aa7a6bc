//! Names that can be part of a file's name.

/// Bytes of a slug at most.
pub(crate) const LONGEST: usize = 80;

/// The slug of a whole name, however long it is.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte.is_ascii_alphanumeric() {
            true => slug.push(byte.to_ascii_lowercase().into()),
            false if slug.is_empty() || slug.ends_with('-') => {}
            false => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Appends `name` in lower case, each run of anything but ASCII letters and digits as one hyphen, at most 80 bytes
/// (decision 20). Nothing is appended where there is no such letter or digit.
pub(crate) fn push_slug(name: &str, out: &mut String) {
    let mut slug = [0; LONGEST];
    let mut length = 0;
    let mut before = b'-';
    for byte in name.bytes() {
        let next = if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
        if next != b'-' || before != b'-' {
            let Some(place) = slug.get_mut(length) else { break };
            *place = next;
            length += 1;
        }
        before = next;
    }
    let slug = &slug[..length];
    let slug = slug.strip_suffix(b"-").unwrap_or(slug);
    out.push_str(str::from_utf8(slug).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(name: &str) -> String {
        let mut slug = String::new();
        push_slug(name, &mut slug);
        slug
    }

    #[test]
    fn a_slug_stands_behind_what_is_there() {
        let mut slug = String::from("shot-");
        push_slug(" Logs in – with Ümlaut! ", &mut slug);
        assert_eq!(slug, "shot-logs-in-with-mlaut");
    }

    #[test]
    fn runs_of_other_characters_are_one_hyphen() {
        assert_eq!(slug("Pays: 10 €, twice"), "pays-10-twice");
        assert_eq!(slug("— 日本語 —"), "");
        assert_eq!(slug(""), "");
    }

    #[test]
    fn a_whole_slug_goes_on_where_a_cut_one_ends() {
        for name in ["", "--", "Pays: 10 €, twice", "— 日本語 —", "a-b-", &"Ab c".repeat(50)] {
            let whole = slug_of(name);
            let cut = &whole[..whole.len().min(LONGEST)];
            assert_eq!(slug(name), cut.strip_suffix('-').unwrap_or(cut), "{name}");
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(slug(&"a".repeat(200)).len(), LONGEST);
        let cut_behind_a_hyphen = format!("{} b", "a".repeat(LONGEST - 1));
        assert_eq!(slug(&cut_behind_a_hyphen), "a".repeat(LONGEST - 1));
    }
}
