//! What a suite groups, by its type and by its name.

/// What a suite groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SuiteKind {
    /// The rows of one method.
    Method,
    /// The methods of one class.
    Fixture,
    /// A collection of xUnit.net.
    Collection,
    /// A namespace, or what another producer calls a fixture.
    Path,
    /// Anything else, unknown types included.
    #[default]
    Container,
}

impl SuiteKind {
    pub(super) fn of(type_name: &str, name: &str) -> SuiteKind {
        match type_name {
            // What NUnit calls the fixture around those that have no namespace.
            _ if name == "[default namespace]" => SuiteKind::Container,
            "ParameterizedMethod" | "ParameterizedTest" | "GenericMethod" | "Theory" => SuiteKind::Method,
            "TestFixture" => SuiteKind::Fixture,
            "TestCollection" => SuiteKind::Collection,
            // A set-up fixture takes the place of its namespace. Pester writes `Powershell` for the run as a whole.
            "Namespace" | "SetUpFixture" | "Fixture" | "PowerShell" => SuiteKind::Path,
            // NUnitLite's word for a namespace.
            TEST_SUITE if !name.contains(char::is_whitespace) => SuiteKind::of_name(name),
            _ => SuiteKind::Container,
        }
    }

    /// What a suite without a type groups: its name tells an assembly, or a project, from the rest.
    pub(super) fn of_name(name: &str) -> SuiteKind {
        let is_file = [".dll", ".exe", ".nunit"].iter().any(|end| {
            let beginning = name.len().saturating_sub(end.len());
            name.as_bytes()[beginning..].eq_ignore_ascii_case(end.as_bytes())
        });
        match is_file || name.contains(['/', '\\']) {
            true => SuiteKind::Container,
            false => SuiteKind::Path,
        }
    }
}

/// What NUnitLite calls a namespace, and others a run.
pub(super) const TEST_SUITE: &str = "TestSuite";
