//! Names that can be part of a file's name.

/// Bytes of a slug at most.
const LONGEST: usize = 80;

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
    fn a_long_name_is_cut() {
        assert_eq!(slug(&"a".repeat(200)).len(), LONGEST);
        let cut_behind_a_hyphen = format!("{} b", "a".repeat(LONGEST - 1));
        assert_eq!(slug(&cut_behind_a_hyphen), "a".repeat(LONGEST - 1));
    }
}
