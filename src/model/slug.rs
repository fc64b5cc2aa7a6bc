//! Names that can be part of a file's name.

/// Bytes of a slug at most.
const LONGEST: usize = 80;

/// Appends `name` in lower case, each run of anything but ASCII letters and digits as one hyphen, at most 80 bytes
/// (decision 20). Nothing is appended where there is no such letter or digit.
///
/// ```
/// let mut slug = String::from("shot-");
/// xraypack::model::push_slug(" Logs in – with Ümlaut! ", &mut slug);
/// assert_eq!(slug, "shot-logs-in-with-mlaut");
/// ```
pub fn push_slug(name: &str, out: &mut String) {
    let start = out.len();
    let mut before = b'-';
    for byte in name.bytes() {
        if out.len() - start >= LONGEST {
            break;
        }
        let next = if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
        if next != b'-' || before != b'-' {
            out.push(char::from(next));
        }
        before = next;
    }
    while out.len() > start && out.ends_with('-') {
        out.pop();
    }
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
