//! `--environment-from`: what tells the test environment of a result.

use std::str::FromStr;

use xraypack::mapping::EnvironmentFrom;

/// The option's value, read and as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentSource {
    text: String,
    rule: EnvironmentFrom,
}

impl EnvironmentSource {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it means.
    pub fn rule(&self) -> &EnvironmentFrom {
        &self.rule
    }
}

impl FromStr for EnvironmentSource {
    type Err = String;

    fn from_str(text: &str) -> Result<EnvironmentSource, String> {
        let rule = match text.strip_prefix("property:") {
            Some(name) if name.trim().is_empty() => return Err("the name of the property is missing".to_owned()),
            Some(name) => EnvironmentFrom::Property(name.trim().to_owned()),
            None if text == "hostname" => EnvironmentFrom::Host,
            None => EnvironmentFrom::path(text)?,
        };
        Ok(EnvironmentSource { text: text.to_owned(), rule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_host_a_property_or_an_expression_with_a_group() {
        let rule = |text: &str| text.parse::<EnvironmentSource>().map(|source| source.rule);
        assert_eq!(rule("hostname"), Ok(EnvironmentFrom::Host));
        assert_eq!(rule("property: browser"), Ok(EnvironmentFrom::Property("browser".to_owned())));
        assert!(matches!(rule("/(chrome|firefox)/"), Ok(EnvironmentFrom::Path(_))));
        assert!(rule("property:").unwrap_err().contains("missing"));
        assert!(rule("host").unwrap_err().contains("a group"));
        assert!(rule("(chrome").is_err());
    }
}
