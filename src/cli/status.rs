//! `--status NEUTRAL=NAME`: the status names of a user's instance.

use std::str::FromStr;

use xraypack::model::Outcome;

/// One outcome and the status name that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusName {
    /// The outcome.
    pub outcome: Outcome,
    /// The name, exactly as the instance spells it.
    pub name: String,
}

impl FromStr for StatusName {
    type Err = String;

    fn from_str(text: &str) -> Result<StatusName, String> {
        let (word, name) =
            text.split_once('=').ok_or("an outcome and a status name are expected, such as skipped=SKIPPED")?;
        let outcome = Outcome::by_name(word.trim()).ok_or_else(|| format!("the outcomes are {}", outcomes()))?;
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_control) {
            return Err(format!("the status name of {} is missing or not one line of text", outcome.name()));
        }
        Ok(StatusName { outcome, name: name.to_owned() })
    }
}

/// An outcome that is given two names, if there is one.
pub fn named_twice(names: &[StatusName]) -> Option<Outcome> {
    let repeated =
        |(place, name): (usize, &StatusName)| names[..place].iter().any(|other| other.outcome == name.outcome);
    names.iter().enumerate().find(|&pair| repeated(pair)).map(|(_, name)| name.outcome)
}

fn outcomes() -> String {
    Outcome::ALL.map(Outcome::name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_outcome_and_a_name_with_blanks() {
        let status: StatusName = "skipped=Not Run".parse().unwrap();
        assert_eq!(status, StatusName { outcome: Outcome::Skipped, name: "Not Run".to_owned() });
        assert_eq!("notrun = A=B".parse::<StatusName>().unwrap().name, "A=B");
    }

    #[test]
    fn says_what_is_missing() {
        assert!("SKIPPED".parse::<StatusName>().unwrap_err().contains("skipped=SKIPPED"));
        assert!("PASS=OK".parse::<StatusName>().unwrap_err().contains("passed, failed"));
        assert!("passed=".parse::<StatusName>().unwrap_err().contains("status name of passed"));
        assert!("passed=a\nb".parse::<StatusName>().is_err());
    }

    #[test]
    fn finds_an_outcome_with_two_names() {
        let names: Vec<StatusName> =
            ["passed=A", "failed=B", "passed=C"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(named_twice(&names), Some(Outcome::Passed));
        assert_eq!(named_twice(&names[..2]), None);
    }
}
