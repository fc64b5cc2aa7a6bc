//! Cases that change hands, as bytes side by side.
//!
//! A case is a large record of many buffers, nearly all of them empty. Handed from one thread to another as it is, it
//! makes either wait for all the cache lines that the other had last. What the usual case holds are a few hundred bytes
//! in a row; handed on like that it costs a tenth less of the processor's time for a large report, and a fifth less
//! memory (`docs/performance.md`).

use crate::model::{
    CaseDetail, DetailKind, Example, NameTail, Outcome, Parameter, Property, Reuse, TestCase, Timestamp,
};

/// Cases in order.
#[derive(Default)]
pub(super) struct PackedCases {
    cases: Vec<Packed>,
    details: Vec<(DetailKind, u64)>,
    /// Of each property, see [`Property::inherited`].
    inherited: Vec<bool>,
    /// All texts of all cases, end to end, and how long each is.
    texts: String,
    lengths: Vec<u32>,
}

/// What is no text of one case.
struct Packed {
    outcome: Outcome,
    start: Option<Timestamp>,
    finish: Option<Timestamp>,
    duration: Option<i64>,
    site: u64,
    row_group: u64,
    lone_group: u64,
    attempt_group: u64,
    is_example: bool,
    example: Example,
    superseded: bool,
    shares_container: bool,
    container_failure: bool,
    name_tail: NameTail,
    details: u32,
    tags: u32,
    parameters: u32,
    properties: u32,
}

impl PackedCases {
    /// Packs a case of less than 4 GiB, if it holds nothing unusual; whether it does not.
    pub(super) fn push(&mut self, case: &TestCase) -> bool {
        let TestCase {
            qualified_name,
            title,
            name_tail,
            container,
            outcome,
            status_name,
            start,
            finish,
            duration,
            details,
            properties,
            tags,
            container_tags,
            attachments,
            steps,
            parameters,
            custom_fields,
            stated,
            host,
            setting,
            suite_property,
            stdout,
            stderr,
            site,
            is_example,
            example,
            row_group,
            lone_group,
            row_key,
            attempt_group,
            superseded,
            shares_container,
            container_failure,
        } = case;
        let is_usual = status_name.is_empty()
            && container_tags.is_empty()
            && attachments.is_empty()
            && steps.is_empty()
            && custom_fields.is_empty()
            && stated.is_empty()
            && [stdout, stderr].iter().all(|output| output.text.is_empty() && output.omitted == 0)
            && properties.iter().all(|property| property.items.is_empty());
        if !is_usual {
            return false;
        }
        let names = [qualified_name, title, container, host, setting, suite_property, row_key];
        names.into_iter().for_each(|text| self.text(text));
        for CaseDetail { kind, type_name, message, text, omitted } in details.iter() {
            self.details.push((*kind, *omitted));
            [type_name, message, text].into_iter().for_each(|text| self.text(text));
        }
        tags.iter().for_each(|tag| self.text(tag));
        for Parameter { name, value } in parameters.iter() {
            [name, value].into_iter().for_each(|text| self.text(text));
        }
        for Property { name, value, inherited, .. } in properties.iter() {
            self.inherited.push(*inherited);
            [name, value].into_iter().for_each(|text| self.text(text));
        }
        self.cases.push(Packed {
            outcome: *outcome,
            start: *start,
            finish: *finish,
            duration: *duration,
            site: *site,
            row_group: *row_group,
            lone_group: *lone_group,
            attempt_group: *attempt_group,
            is_example: *is_example,
            example: *example,
            superseded: *superseded,
            shares_container: *shares_container,
            container_failure: *container_failure,
            name_tail: *name_tail,
            details: details.len() as u32,
            tags: tags.len() as u32,
            parameters: parameters.len() as u32,
            properties: properties.len() as u32,
        });
        true
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.texts.push_str(text);
        self.lengths.push(text.len() as u32);
    }

    /// Takes them out again, from the first on.
    pub(super) fn unpack(&self) -> Unpacking<'_> {
        let PackedCases { cases, details, inherited, texts, lengths } = self;
        Unpacking {
            cases: cases.iter(),
            details: details.iter(),
            inherited: inherited.iter(),
            texts,
            lengths: lengths.iter(),
        }
    }

    /// Makes room for others.
    pub(super) fn clear(&mut self) {
        self.cases.clear();
        self.details.clear();
        self.inherited.clear();
        self.texts.clear();
        self.lengths.clear();
    }
}

/// Packed cases that have not been taken out.
pub(super) struct Unpacking<'p> {
    cases: std::slice::Iter<'p, Packed>,
    details: std::slice::Iter<'p, (DetailKind, u64)>,
    inherited: std::slice::Iter<'p, bool>,
    texts: &'p str,
    lengths: std::slice::Iter<'p, u32>,
}

impl Unpacking<'_> {
    /// Makes `case` the next one, if there is one.
    pub(super) fn next_into(&mut self, case: &mut TestCase) {
        let Some(packed) = self.cases.next() else { return };
        case.reset();
        let names = [&mut case.qualified_name, &mut case.title, &mut case.container];
        names
            .into_iter()
            .chain([&mut case.host, &mut case.setting, &mut case.suite_property, &mut case.row_key])
            .for_each(|text| self.take(text));
        for _ in 0..packed.details {
            let CaseDetail { kind, type_name, message, text, omitted } = case.details.add();
            (*kind, *omitted) = self.details.next().copied().unwrap_or_default();
            [type_name, message, text].into_iter().for_each(|text| self.take(text));
        }
        (0..packed.tags).for_each(|_| self.take(case.tags.add()));
        for _ in 0..packed.parameters {
            let Parameter { name, value } = case.parameters.add();
            [name, value].into_iter().for_each(|text| self.take(text));
        }
        for _ in 0..packed.properties {
            let Property { name, value, inherited, .. } = case.properties.add();
            *inherited = self.inherited.next().copied().unwrap_or_default();
            [name, value].into_iter().for_each(|text| self.take(text));
        }
        case.outcome = packed.outcome;
        case.start = packed.start;
        case.finish = packed.finish;
        case.duration = packed.duration;
        case.site = packed.site;
        case.row_group = packed.row_group;
        case.lone_group = packed.lone_group;
        case.attempt_group = packed.attempt_group;
        case.is_example = packed.is_example;
        case.example = packed.example;
        case.superseded = packed.superseded;
        case.shares_container = packed.shares_container;
        case.container_failure = packed.container_failure;
        case.name_tail = packed.name_tail;
    }

    #[inline]
    fn take(&mut self, out: &mut String) {
        let length = self.lengths.next().copied().unwrap_or_default();
        if let Some((text, behind)) = self.texts.split_at_checked(length as usize) {
            out.push_str(text);
            self.texts = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attachment, CustomField};

    /// A case that has something in everything that is packed.
    fn full(number: u64) -> TestCase {
        let mut case = TestCase {
            qualified_name: format!("shop.Cart.adds {number} é"),
            title: "adds".to_owned(),
            container: "shop.Cart".to_owned(),
            outcome: Outcome::Failed,
            start: Some(Timestamp::from_nanos(number as i64)),
            finish: Some(Timestamp::from_nanos(2)),
            duration: Some(3),
            host: "ci-1".to_owned(),
            setting: "edge".to_owned(),
            suite_property: "x".to_owned(),
            row_key: "A-1".to_owned(),
            site: 4,
            is_example: true,
            example: Example { line: number + 3, id: number + 4 },
            row_group: 5,
            lone_group: 7,
            attempt_group: 6,
            superseded: true,
            shares_container: true,
            container_failure: true,
            name_tail: NameTail::Remark,
            ..TestCase::default()
        };
        for (kind, text) in [(DetailKind::Error, "boom"), (DetailKind::Note, "")] {
            let detail = case.details.add();
            detail.kind = kind;
            detail.type_name.push('E');
            detail.message.push_str(text);
            detail.text.push_str("at ö");
            detail.omitted = number;
        }
        for tag in ["smoke", "", "slow"] {
            case.tags.add().push_str(tag);
        }
        case.parameters.add().name.push('n');
        case.add_property("test_key", "DEMO-1");
        case.add_property("b", "");
        case.properties[1].inherited = true;
        case
    }

    #[test]
    fn usual_cases_come_out_as_they_went_in() {
        let cases = [full(0), TestCase::default(), full(1), full(2)];
        let mut packed = PackedCases::default();
        for _ in 0..2 {
            cases.iter().for_each(|case| assert!(packed.push(case)));
            let mut unpacking = packed.unpack();
            let mut out = full(9);
            out.attachments.push(Attachment::default());
            for case in &cases {
                unpacking.next_into(&mut out);
                assert_eq!(out, *case);
            }
            packed.clear();
        }
    }

    #[test]
    fn what_is_not_packed_is_refused_as_a_whole() {
        let unusual: [&dyn Fn(&mut TestCase); 9] = [
            &|case| case.status_name.push('x'),
            &|case| case.container_tags.add().push('x'),
            &|case| case.attachments.push(Attachment::default()),
            &|case| case.steps.add().action.push('x'),
            &|case| case.custom_fields.push(CustomField::default()),
            &|case| case.stated.assignee.push('x'),
            &|case| case.stdout.text.push('x'),
            &|case| case.stderr.omitted = 1,
            &|case| case.properties[0].items.add().name.push('x'),
        ];
        for change in unusual {
            let mut case = full(0);
            change(&mut case);
            let mut packed = PackedCases::default();
            assert!(!packed.push(&case));
            assert!(packed.texts.is_empty() && packed.lengths.is_empty() && packed.cases.is_empty());
        }
    }
}
