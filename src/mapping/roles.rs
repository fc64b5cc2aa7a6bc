//! What the named values of all formats mean: one table (junit.md D, testng.md D, nunit.md, xunit.md, decision 6).

/// How the value of a labels property is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// At commas; blanks inside a label become `_`.
    Comma,
    /// At blanks and commas.
    Blank,
    /// Nowhere: it is one label.
    Never,
}

/// What a named value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Key of the Test; a malformed one is worth a warning.
    Key,
    /// Key of the Test where it is shaped like one; nothing otherwise.
    KeyIfShaped,
    /// Numeric id of the Test, which cannot be written.
    TestId,
    /// Summary of the Test.
    Summary,
    /// Description of the Test.
    Description,
    /// Keys of requirements.
    Requirements,
    /// Labels of the Test.
    Labels(Split),
    /// A tag: it goes the way of those that the format itself calls tags.
    Tag,
    /// Comment of the run.
    Comment,
    /// Custom fields of the run as text: `;` separates several values.
    CustomFields,
    /// Custom fields of the run, each value JSON text.
    CustomFieldValues,
    /// Files in base64.
    Evidence,
    /// A path, an address or a `data:` address.
    Attachment,
    /// Keys of defects.
    Defects,
    /// Key of the Test Execution.
    ExecutionKey,
    /// Test environments.
    Environment,
}

/// One row: a name, its meaning, and the formats in which it has it (none: all).
type Row = (&'static str, Role, &'static [&'static str]);

const ROLES: &[Row] = &[
    ("test_key", Role::Key, &[]),
    ("TestKey", Role::Key, &[]),
    ("Xray", Role::KeyIfShaped, &[]),
    ("test", Role::Key, &["testng", "xunit"]),
    ("test_id", Role::TestId, &[]),
    ("TestId", Role::TestId, &[]),
    ("test_summary", Role::Summary, &[]),
    ("summary", Role::Summary, &["testng"]),
    ("test_description", Role::Description, &[]),
    ("description", Role::Description, &["testng", "nunit2", "nunit3"]),
    ("requirement", Role::Requirements, &[]),
    ("requirements", Role::Requirements, &[]),
    ("Story", Role::Requirements, &["nunit2", "nunit3"]),
    ("tags", Role::Labels(Split::Comma), &[]),
    ("labels", Role::Labels(Split::Blank), &[]),
    ("label", Role::Labels(Split::Never), &["xray"]),
    ("Category", Role::Tag, &["nunit2", "nunit3"]),
    ("testrun_comment", Role::Comment, &[]),
    ("testrun_customfields", Role::CustomFields, &[]),
    ("testrun_customfield_values", Role::CustomFieldValues, &["xray"]),
    ("testrun_evidence", Role::Evidence, &[]),
    ("defects", Role::Defects, &[]),
    ("defect", Role::Defects, &[]),
    ("test_execution_key", Role::ExecutionKey, &["xray"]),
    ("test_environments", Role::Environment, &["xray"]),
];

/// Whether a name stands as the table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Exact,
    OtherCase,
}

/// The role of a property called `name` in a report of `format`: compared exactly, then without case (junit.md D).
pub(super) fn of(name: &str, format: &str) -> Option<(Role, Spelling)> {
    if let Some(number) = name.strip_prefix("attachment")
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((Role::Attachment, Spelling::Exact));
    }
    let rows = rows_of_length(name.len()).filter_map(|row| ROLES.get(row));
    let is_of_format = |row: &&Row| row.2.is_empty() || row.2.contains(&format);
    let mut in_other_case = None;
    for (known, role, _) in rows.filter(|row| row.0.eq_ignore_ascii_case(name)).filter(is_of_format) {
        if *known == name {
            return Some((*role, Spelling::Exact));
        }
        in_other_case = in_other_case.or(Some(*role));
    }
    in_other_case.map(|role| (role, Spelling::OtherCase))
}

/// Longest name in the table.
const LONGEST: usize = 26;

/// The rows whose name has this length, a bit for each: most names that are asked for are none of these.
const OF_LENGTH: [u32; LONGEST + 1] = {
    let mut rows = [0; LONGEST + 1];
    let mut row = 0;
    while row < ROLES.len() {
        rows[ROLES[row].0.len()] |= 1 << row;
        row += 1;
    }
    rows
};

/// The numbers of the rows whose name has this length, in order.
fn rows_of_length(length: usize) -> impl Iterator<Item = usize> {
    let mut left = OF_LENGTH.get(length).copied().unwrap_or(0);
    std::iter::from_fn(move || {
        let row = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        (row < u32::BITS).then_some(row as usize)
    })
}

/// What the bare tags of a format are for: on a Cucumber or Behave scenario a bare key names the Test (decision 6).
pub(super) fn bare_keys_name_tests(format: &str) -> bool {
    matches!(format, "cucumber" | "cucumber-messages" | "behave")
}

/// Names of standards and the like that are shaped like the project of a key (decision 6).
const STANDARDS: &[&str] = &[
    "AES", "ANSI", "ASCII", "BASE", "CVE", "COVID", "CWE", "DES", "DIN", "DIS", "ECMA", "EN", "FIPS", "GB", "GMT",
    "HMAC", "HTTP", "IBM", "IEC", "IEEE", "IP", "IPV", "ISO", "JSR", "KOI", "MD", "MP", "NIST", "OWASP", "PCI", "PEP",
    "PKCS", "RFC", "RS", "RSA", "SHA", "SSL", "TLS", "UCS", "USB", "UTC", "UTF", "WCAG", "WINDOWS", "XML",
];

/// Whether `project` is a standard's name rather than a Jira project.
pub(super) fn is_standard(project: &str) -> bool {
    STANDARDS.contains(&project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_their_format_says() {
        assert_eq!(of("test_key", "junit"), Some((Role::Key, Spelling::Exact)));
        assert_eq!(of("TEST_KEY", "junit"), Some((Role::Key, Spelling::OtherCase)));
        assert_eq!(of("test", "xunit"), Some((Role::Key, Spelling::Exact)));
        assert_eq!(of("test", "junit"), None);
        assert_eq!(of("attachment12", "junit"), Some((Role::Attachment, Spelling::Exact)));
        assert_eq!(of("attachments", "testng"), None, "TestNG's attribute of that name is noise");
        assert_eq!(of("_dummy_", "junit"), None);
    }

    #[test]
    fn every_role_is_written_once() {
        for (index, row) in ROLES.iter().enumerate() {
            assert!(!ROLES[..index].iter().any(|other| other.0 == row.0), "{}", row.0);
        }
    }
}
