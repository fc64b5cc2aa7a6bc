//! Properties and categories, of cases and of suites.

use super::STRUCTURE;
use crate::format::ParseError;
use crate::format::xml::{Inside, Tag, XmlCursor};
use crate::model::TestCase;

/// What a property is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// NUnit's own bookkeeping.
    Internal,
    /// Why a test or suite is not run, where nothing else says it.
    SkipReason,
    /// A category.
    Tag,
    /// Requirements: handed on under one name, and from every suite.
    Requirement,
    /// What the test does.
    Description,
    /// Anything else; its name stays.
    Other,
}

impl Role {
    /// The role of a property with this name.
    pub(super) fn of(name: &str) -> Role {
        const NAMES: &[(&str, Role)] = &[
            ("Category", Role::Tag),
            ("Requirement", Role::Requirement),
            ("Requirements", Role::Requirement),
            ("Story", Role::Requirement),
            ("Description", Role::Description),
            ("_SKIPREASON", Role::SkipReason),
            ("_IGNOREREASON", Role::SkipReason),
        ];
        match NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, role)) => *role,
            None if name.starts_with('_') || name.is_empty() => Role::Internal,
            None => Role::Other,
        }
    }

    /// The name under which a property of this role is handed on.
    pub(super) fn name_of(self, written: &str) -> &str {
        match self {
            Role::Requirement => "requirements",
            Role::Description => "test_description",
            _ => written,
        }
    }
}

/// One property or category, in buffers that serve the whole report.
#[derive(Debug, Default)]
pub(super) struct Named {
    name: String,
    value: String,
}

impl Named {
    fn read(&mut self, tag: &Tag<'_>) {
        self.name.clear();
        self.value.clear();
        let is_category = tag.name() == b"category";
        for (name, value) in tag.attributes() {
            match name {
                b"name" if is_category => value.read_into(&mut self.value),
                b"name" => value.read_into(&mut self.name),
                b"value" => value.read_into(&mut self.value),
                _ => {}
            }
        }
        if is_category {
            self.name.push_str("Category");
        }
    }
}

/// Reads the `properties` or `categories` element that was started last; `take` gets the role, the name and the value
/// of each that is not empty.
pub(super) fn read_all(
    xml: &mut XmlCursor<'_>,
    named: &mut Named,
    mut take: impl FnMut(Role, &str, &str),
) -> Result<(), ParseError> {
    let depth = xml.depth();
    while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
        if !matches!(tag.name(), b"property" | b"category") {
            xml.skip_element()?;
            continue;
        }
        named.read(&tag);
        let value = named.value.trim();
        let role = Role::of(&named.name);
        if role != Role::Internal && !value.is_empty() {
            take(role, &named.name, value);
        }
    }
    Ok(())
}

/// Tags that are compared with a new one; a case with more of them may hold one twice.
const COMPARED_TAGS: usize = 64;

/// Adds a tag, once.
pub(super) fn add_tag(case: &mut TestCase, tag: &str) {
    if !case.tags.iter().take(COMPARED_TAGS).any(|known| known == tag) {
        case.tags.add().push_str(tag);
    }
}
