//! Which test environment a result belongs to, where the user says how reports tell it (`--environment-from`).
//!
//! A report that names environments itself (Xray JSON) is believed first. Results of different environments never share
//! a Test Execution (decision 24).

use regex::Regex;

use crate::model::TestCase;

/// Characters of a name at most, as the target takes them.
const LONGEST: usize = 255;

/// What tells the environment of a result.
#[derive(Debug, Clone, Default)]
pub enum EnvironmentFrom {
    /// The report alone, where its format can say it.
    #[default]
    Report,
    /// The groups of a pattern that is found in the place of the report: `/nightly.zip!/chrome/TEST-a.xml`.
    Path(Regex),
    /// The machine that the report names.
    Host,
    /// A property of this name: of the case, else of the suite around it.
    Property(String),
}

impl EnvironmentFrom {
    /// The rule that looks for the groups of `pattern` in the place of a report.
    ///
    /// # Errors
    /// What is wrong with the expression, or that it has no group.
    pub fn path(pattern: &str) -> Result<EnvironmentFrom, String> {
        let pattern = Regex::new(pattern).map_err(|error| error.to_string())?;
        match pattern.captures_len() {
            0 | 1 => Err("a regular expression needs a group, such as (chrome|firefox), around what names the \
                          environment; the other sources are hostname and property:NAME"
                .to_owned()),
            _ => Ok(EnvironmentFrom::Path(pattern)),
        }
    }

    /// What the place of a report says: its environments, joined by `;`; empty where it says nothing.
    ///
    /// Folders at the top have a slash before them as all others have; `^chrome/` is found as well.
    pub(super) fn of_place(&self, place: &str) -> String {
        let mut environments = String::new();
        let EnvironmentFrom::Path(pattern) = self else { return environments };
        let from_top = ["/", place].concat();
        let Some(captures) = pattern.captures(&from_top).or_else(|| pattern.captures(place)) else {
            return environments;
        };
        captures.iter().skip(1).flatten().for_each(|group| push(group.as_str(), &mut environments));
        environments
    }

    /// What a case says of itself.
    pub(super) fn of_case(&self, case: &TestCase, into: &mut String) {
        match self {
            EnvironmentFrom::Report | EnvironmentFrom::Path(_) => {}
            EnvironmentFrom::Host => push(&case.host, into),
            EnvironmentFrom::Property(name) => {
                let own = case.properties.iter().filter(|property| property.name == *name);
                let nearest = own.min_by_key(|property| property.inherited).map(|property| property.value.as_str());
                nearest.unwrap_or(&case.suite_property).split(';').for_each(|part| push(part, into));
            }
        }
    }
}

impl PartialEq for EnvironmentFrom {
    fn eq(&self, other: &EnvironmentFrom) -> bool {
        match (self, other) {
            (EnvironmentFrom::Path(one), EnvironmentFrom::Path(other)) => one.as_str() == other.as_str(),
            (EnvironmentFrom::Property(one), EnvironmentFrom::Property(other)) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Eq for EnvironmentFrom {}

/// Appends a name as an environment: it has no blanks, no control characters and no `;`, which parts two of them.
fn push(name: &str, into: &mut String) {
    let name = name.trim();
    if name.is_empty() {
        return;
    }
    if !into.is_empty() {
        into.push(';');
    }
    let plain = |c: char| if c.is_whitespace() || c.is_control() || c == ';' { '_' } else { c };
    into.extend(name.chars().map(plain).take(LONGEST));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_place(pattern: &str, place: &str) -> String {
        EnvironmentFrom::path(pattern).unwrap().of_place(place)
    }

    fn of_case(from: &EnvironmentFrom, case: &TestCase) -> String {
        let mut text = String::new();
        from.of_case(case, &mut text);
        text
    }

    #[test]
    fn the_place_tells_it_by_its_groups() {
        assert_eq!(of_place("/(chrome|firefox)/", "nightly.zip!/chrome/TEST-a.xml"), "chrome");
        assert_eq!(
            of_place("(?P<browser>[^/]+)/(?P<os>[^/]+)/[^/]+$", "n.zip!/chrome 120/linux/a.xml"),
            "chrome_120;linux"
        );
        assert_eq!(of_place("/(chrome)?-?(linux)/", "a/linux/b.xml"), "linux");
        assert_eq!(of_place("/(chrome)/", "a/b.xml"), "");
        assert_eq!(of_place("/(chrome|firefox)/", "chrome/firefox/b.xml"), "chrome");
        assert_eq!(of_place("^(chrome|firefox)/", "firefox/b.xml"), "firefox");
        assert_eq!(of_place("^/(chrome|firefox)/", "firefox/b.xml"), "firefox");
    }

    #[test]
    fn the_host_and_the_nearest_property_tell_it() {
        let mut case = TestCase::default();
        case.host.push_str(" build 7 ");
        assert_eq!(of_case(&EnvironmentFrom::Host, &case), "build_7");
        let browser = EnvironmentFrom::Property("browser".to_owned());
        assert_eq!(of_case(&browser, &case), "");
        case.suite_property.push_str("safari; ;ios");
        assert_eq!(of_case(&browser, &case), "safari;ios");
        case.add_property("browser", "chrome");
        case.properties[0].inherited = true;
        assert_eq!(of_case(&browser, &case), "chrome");
        case.add_property("browser", "firefox");
        assert_eq!(of_case(&browser, &case), "firefox", "its own before what it inherits");
        assert_eq!(of_case(&EnvironmentFrom::Report, &case), "");
    }
}
