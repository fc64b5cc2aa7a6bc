//! Regular expressions of the user: where a key stands in a name, what of a name changes from night to night.
//!
//! The engine's time is linear in the text, whatever the expression, so that a name of a report can do no harm.

use std::borrow::Cow;
use std::str::FromStr;

use regex::{Captures, Regex};

/// Finds keys in names and tags (`--key-pattern`).
#[derive(Debug, Clone)]
pub struct KeyPattern(Regex);

impl FromStr for KeyPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<KeyPattern, String> {
        Ok(KeyPattern(compiled(text)?))
    }
}

impl KeyPattern {
    /// The expression as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether this name stands in the expression itself.
    pub(super) fn spells(&self, project: &str) -> bool {
        self.as_str().contains(project)
    }

    /// What the pattern finds in `text`, in order: of each match the first group that took part, or all of it where
    /// the pattern has no group.
    pub(super) fn finds<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.captures_iter(text).filter_map(|found| first_group(&found))
    }
}

fn first_group<'t>(found: &Captures<'t>) -> Option<&'t str> {
    let group = found.iter().skip(1).flatten().next().or_else(|| found.get(0));
    group.map(|group| group.as_str())
}

/// Replaces what changes from night to night in a name before the name identifies a Test (`--definition-rewrite`).
#[derive(Debug, Clone)]
pub struct Rewrite {
    regex: Regex,
    replacement: String,
}

/// What parts the expression of a rewrite from its replacement.
const ARROW: &str = "=>";

impl FromStr for Rewrite {
    type Err = String;

    fn from_str(text: &str) -> Result<Rewrite, String> {
        let (regex, replacement) = text
            .split_once(ARROW)
            .ok_or(r"a regular expression and a replacement are expected, such as 'run \d+=>run'")?;
        if regex.is_empty() {
            return Err(format!("nothing stands before {ARROW}"));
        }
        let regex = compiled(regex)?;
        check_groups(&regex, replacement)?;
        Ok(Rewrite { regex, replacement: replacement.to_owned() })
    }
}

impl Rewrite {
    /// The rewrite as it is given on the command line.
    pub fn as_given(&self) -> String {
        format!("{}{ARROW}{}", self.regex.as_str(), self.replacement)
    }

    /// The name after the rewrite; borrowed when nothing of it matches.
    pub(super) fn apply<'t>(&self, name: &'t str) -> Cow<'t, str> {
        self.regex.replace_all(name, &*self.replacement)
    }
}

/// A replacement that names a group which is not there would silently put nothing in its place.
fn check_groups(regex: &Regex, replacement: &str) -> Result<(), String> {
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    let mut rest = replacement;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        let name = match after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            Some((name, _)) => name,
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                &after[..end]
            }
        };
        let is_known = match name.parse::<usize>() {
            Ok(number) => number < names.len(),
            Err(_) => name.is_empty() || names.contains(&Some(name)),
        };
        if !is_known {
            return Err(format!(
                "the replacement names the group ${{{name}}}, which the expression does not have; $$ stands for a \
                 dollar sign, and ${{1}}x parts a group from what follows"
            ));
        }
        rest = after;
    }
    Ok(())
}

/// The engine's complaint is a drawing of several lines; its last line says what is wrong.
fn compiled(text: &str) -> Result<Regex, String> {
    if text.is_empty() {
        return Err("a regular expression must not be empty".to_owned());
    }
    Regex::new(text).map_err(|error| {
        let told = error.to_string();
        let last = told.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("unreadable").trim();
        format!("it is no regular expression: {}", last.trim_start_matches("error: "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
        pattern.parse::<KeyPattern>().unwrap().finds(text).collect()
    }

    #[test]
    fn the_first_group_counts_where_there_is_one() {
        assert_eq!(finds(r"[A-Z]+-\d+", "DEMO-1 and DEMO-2"), ["DEMO-1", "DEMO-2"]);
        assert_eq!(finds(r"\[([A-Z]+-\d+)\]", "pays [DEMO-1], DEMO-2"), ["DEMO-1"]);
        assert_eq!(finds(r"@(DEMO-\d+)|#(SHOP-\d+)", "#SHOP-3"), ["SHOP-3"]);
        assert_eq!(finds(r"x", "y"), Vec::<&str>::new());
    }

    #[test]
    fn rewrites_replace_all_that_matches() {
        let rewrite: Rewrite = r"@[0-9a-f]+=>".parse().unwrap();
        assert_eq!(rewrite.apply("a(Order@1b6d, Order@2c)"), "a(Order, Order)");
        assert!(matches!(rewrite.apply("a"), Cow::Borrowed("a")));
        let rewrite: Rewrite = r"(\w+)-\d+=>${1}-N".parse().unwrap();
        assert_eq!(rewrite.apply("run-17"), "run-N");
        assert_eq!(rewrite.as_given(), r"(\w+)-\d+=>${1}-N");
    }

    #[test]
    fn says_in_one_line_what_is_wrong() {
        let complaint = |text: &str| text.parse::<Rewrite>().unwrap_err();
        assert!(complaint("abc").contains("a replacement"), "{}", complaint("abc"));
        assert!(complaint("=>x").contains("before"));
        assert_eq!(complaint("(a=>x"), "it is no regular expression: unclosed group");
        assert!(complaint("(a)=>$1x").contains("${1x}"), "{}", complaint("(a)=>$1x"));
        assert!(complaint("(a)=>$2").contains("${2}"));
        assert!("(a)=>$$2 ${1}".parse::<Rewrite>().is_ok());
        assert!("".parse::<KeyPattern>().unwrap_err().contains("empty"));
        assert!(!r"\w{999}{999}{999}".parse::<KeyPattern>().unwrap_err().contains('\n'));
    }
}
