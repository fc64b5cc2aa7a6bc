//! What named values mean: those that mean the same in every format in one table (junit.md D, decision 6), beside those that
//! the format at hand has to itself.

use crate::model::{Dialect, Role, Split};

const ROLES: &[(&str, Role)] = &[
    ("test_key", Role::Key),
    ("TestKey", Role::Key),
    ("Xray", Role::KeyIfShaped),
    ("test_id", Role::TestId),
    ("TestId", Role::TestId),
    ("test_summary", Role::Summary),
    ("test_description", Role::Description),
    ("requirement", Role::Requirements),
    ("requirements", Role::Requirements),
    ("tags", Role::Labels(Split::Comma)),
    ("labels", Role::Labels(Split::Blank)),
    ("testrun_comment", Role::Comment),
    ("testrun_customfields", Role::CustomFields),
    ("testrun_evidence", Role::Evidence),
    ("defects", Role::Defects),
    ("defect", Role::Defects),
];

/// Whether a name stands as the table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Exact,
    OtherCase,
}

/// The role of a property called `name` in a report of this dialect: compared exactly, then without case (junit.md D).
pub(super) fn of(name: &str, dialect: &Dialect) -> Option<(Role, Spelling)> {
    if let Some(number) = name.strip_prefix("attachment")
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((Role::Attachment, Spelling::Exact));
    }
    let rows = rows_of_length(name.len()).filter_map(|row| ROLES.get(row)).chain(dialect.roles);
    let mut in_other_case = None;
    for (known, role) in rows.filter(|row| row.0.eq_ignore_ascii_case(name)) {
        if *known == name {
            return Some((*role, Spelling::Exact));
        }
        in_other_case = in_other_case.or(Some(*role));
    }
    in_other_case.map(|role| (role, Spelling::OtherCase))
}

/// Longest name in the table.
const LONGEST: usize = 20;

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
    fn names_mean_what_all_formats_or_their_own_say() {
        let own = Dialect { roles: &[("test", Role::Key)], ..Dialect::PLAIN };
        let plain = |name| of(name, &Dialect::PLAIN);
        assert_eq!(plain("test_key"), Some((Role::Key, Spelling::Exact)));
        assert_eq!(plain("TEST_KEY"), Some((Role::Key, Spelling::OtherCase)));
        assert_eq!(of("test", &own), Some((Role::Key, Spelling::Exact)));
        assert_eq!(of("Test", &own), Some((Role::Key, Spelling::OtherCase)));
        assert_eq!(plain("test"), None);
        assert_eq!(plain("attachment12"), Some((Role::Attachment, Spelling::Exact)));
        assert_eq!(plain("attachments"), None, "TestNG's attribute of that name is noise");
        assert_eq!(plain("_dummy_"), None);
    }

    #[test]
    fn every_role_is_written_once() {
        for (index, row) in ROLES.iter().enumerate() {
            assert!(!ROLES[..index].iter().any(|other| other.0 == row.0), "{}", row.0);
        }
    }

    #[test]
    fn no_format_says_again_or_otherwise_what_all_formats_say() {
        for format in crate::format::FORMATS {
            for (name, _) in format.dialect.roles {
                assert_eq!(of(name, &Dialect::PLAIN), None, "{} {name}", format.name);
            }
        }
    }
}
