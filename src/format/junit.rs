//! JUnit
use super::*;
pub(super) const FORMAT: Format = Format {
    name: "junit",
    title: "JUnit XML",
    recognised_by: "",
    taken: "",
    recognises: |_| false,
    parse: |_, _, _| Ok(()),
};
