//! What the named values of a case mean.

use crate::model::{
    List, OtherCase, Problem, ProblemKind, Property, Role, Split, TestCase, TestRun, key, shorten, trimmed,
};

use super::identity::Malformed;
use super::roles::{self, Spelling};
use super::{COMMENT_LIMIT, FieldNames, Mapper, clean, fields, labels};

/// Characters of a value that are shown.
const NAMED: usize = 60;

impl Mapper<'_> {
    /// Gives every named value its meaning.
    pub(super) fn read_properties(&mut self, case: &mut TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        // What a case says itself comes before what it inherits.
        for inherited in [false, true] {
            for property in case.properties.iter_mut().filter(|property| property.inherited == inherited) {
                let Some((role, spelling)) = roles::of(&property.name, &self.dialect) else { continue };
                if spelling == Spelling::OtherCase && self.dialect.other_case == OtherCase::Told {
                    self.warn_of_spelling(&property.name, problem);
                }
                match role {
                    Role::Tag => case.tags.add().push_str(property.value.trim()),
                    Role::Labels(split) => self.read_labels(&property.value, split, &mut case.tags, run),
                    _ => self.read_property(role, property, run, problem),
                }
            }
        }
    }

    /// Labels, but for those that may name something: these are read with the tags (decision 6, `--key-pattern`).
    fn read_labels(&self, value: &str, split: Split, tags: &mut List<String>, run: &mut TestRun) {
        for part in labels::parts(value, split).map(trimmed) {
            match self.may_name_something(part) {
                true => tags.add().push_str(part),
                false => labels::push(&mut run.labels, part),
            }
        }
    }

    fn read_property(
        &mut self,
        role: Role,
        property: &mut Property,
        run: &mut TestRun,
        problem: &mut dyn FnMut(Problem),
    ) {
        let value = property.value.trim();
        match role {
            Role::Key => self.findings.keys.offer(value, Malformed::Warn),
            Role::KeyIfShaped => self.findings.keys.offer(value, Malformed::Ignore),
            Role::TestId if self.findings.test_id.is_empty() => self.findings.test_id.push_str(value),
            Role::TestId => {}
            Role::Summary if run.summary.is_empty() => run.summary.push_str(value),
            Role::Description if run.description.is_empty() => {
                clean::text(value, &mut run.description);
                shorten::head_and_tail(&mut run.description, COMMENT_LIMIT);
            }
            Role::Summary | Role::Description => {}
            Role::Requirements => {
                let malformed = labels::push_key(&mut run.requirements, value);
                self.warn_of_malformed("a requirement", malformed, problem);
            }
            Role::Comment => {
                if !run.comment.is_empty() && !value.is_empty() {
                    run.comment.push('\n');
                }
                clean::text(value, &mut run.comment);
            }
            Role::CustomFields => {
                property.items.iter().for_each(|item| fields::push_text(&mut run.custom_fields, item))
            }
            Role::CustomFieldValues => {
                property.items.iter_mut().for_each(|item| fields::push_value(&mut run.custom_fields, item));
            }
            // Tags and labels are read as such; files wait for the outcome's say in `take_evidence`.
            Role::Tag | Role::Labels(_) | Role::Evidence | Role::Attachment => {}
            Role::Defects => {
                let malformed = labels::push_key(&mut run.defects, value);
                self.warn_of_malformed("a defect", malformed, problem);
            }
            Role::ExecutionKey if key::is_issue_key(value) => value.clone_into(&mut run.execution_key),
            Role::ExecutionKey => {
                let malformed = (!value.is_empty()).then_some(value);
                self.warn_of_malformed("the Test Execution", malformed, problem);
            }
            Role::Environment => value.clone_into(&mut run.environment),
        }
        if matches!(role, Role::CustomFields | Role::CustomFieldValues) {
            self.refuse_unnumbered_fields(run, problem);
        }
    }

    /// Leaves out fields that the target cannot find.
    pub(super) fn refuse_unnumbered_fields(&mut self, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        if self.rules.field_names == FieldNames::NumberOrName {
            run.custom_fields.retain(|field| !(field.id.is_empty() && field.name.is_empty()));
            return;
        }
        for field in run.custom_fields.iter().filter(|field| field.id.is_empty()) {
            if self.warned.first(ProblemKind::UnknownProperty, &field.name) {
                let message =
                    format!("the custom field {:?} is left out: the target knows fields by number only", field.name);
                problem(Problem::new(ProblemKind::UnknownProperty, message).about(&field.name));
            }
        }
        run.custom_fields.retain(|field| !field.id.is_empty());
    }

    /// Decision 1: what is no key is never written. It is told once for what is named by it.
    fn warn_of_malformed(&mut self, what: &'static str, value: Option<&str>, problem: &mut dyn FnMut(Problem)) {
        if let Some(value) = value
            && self.warned.first(ProblemKind::MalformedKey, what)
        {
            let value = shorten::one_line(value, NAMED);
            let message = format!("{value:?} is no issue key and is left out, where {what} is named");
            problem(Problem::new(ProblemKind::MalformedKey, message).about(what));
        }
    }

    fn warn_of_spelling(&mut self, name: &str, problem: &mut dyn FnMut(Problem)) {
        if self.warned.first(ProblemKind::UnknownProperty, name) {
            let message = format!("the property {name:?} is read as if it were written in the documented case");
            problem(Problem::new(ProblemKind::UnknownProperty, message).about(name));
        }
    }
}
