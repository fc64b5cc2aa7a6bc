//! Bounds on what is taken from one report.

use crate::model::Limit;

/// Bounds, each with the default that [`Limit`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// XML elements that may be open at once. Reports of real tools stay below fifty.
    pub xml_depth: u64,
    /// Bytes of one tag with its attributes.
    pub tag_bytes: u64,
    /// Attributes of one tag.
    pub attributes: u64,
    /// Bytes of one item of a JSON report, where it is streamed.
    pub json_item_bytes: u64,
    /// Objects and arrays inside each other, in one item of a JSON report.
    pub json_depth: u64,
    /// Bytes of memory for what Cucumber messages announce before it runs, and for what of it runs.
    pub plan_bytes: u64,
    /// UTF-16 units kept of one text of a case.
    pub text_length: u64,
    /// Cases of one report.
    pub cases: u64,
}

impl Limits {
    /// Moves a limit, if it is one of these.
    pub fn set(&mut self, limit: Limit, value: u64) {
        match limit {
            Limit::XmlDepth => self.xml_depth = value,
            Limit::TagBytes => self.tag_bytes = value,
            Limit::Attributes => self.attributes = value,
            Limit::JsonItemBytes => self.json_item_bytes = value,
            Limit::JsonDepth => self.json_depth = value,
            Limit::PlanBytes => self.plan_bytes = value,
            Limit::TextLength => self.text_length = value,
            Limit::Cases => self.cases = value,
            _ => {}
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            xml_depth: Limit::XmlDepth.default(),
            tag_bytes: Limit::TagBytes.default(),
            attributes: Limit::Attributes.default(),
            json_item_bytes: Limit::JsonItemBytes.default(),
            json_depth: Limit::JsonDepth.default(),
            plan_bytes: Limit::PlanBytes.default(),
            text_length: Limit::TextLength.default(),
            cases: Limit::Cases.default(),
        }
    }
}
