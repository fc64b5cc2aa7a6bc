//! The words that all other rooms speak: reports, test cases, test runs, problems.
//!
//! Nothing here opens, reads, prints or serialises anything. A parser fills a [`TestCase`], the mapping turns it into a
//! [`TestRun`], and neither knows what the other rooms do with it.

mod attachment;
mod case;
mod dialect;
mod hashed;
mod hexadecimal;
pub mod key;
mod limit;
mod list;
mod open_files;
pub mod origin;
mod outcome;
pub mod output;
mod problem;
mod rare;
mod report;
mod run;
pub mod shorten;
mod slug;
mod stated;
mod time;
mod trimmed;

pub(crate) use attachment::bytes_in_base64;
pub use attachment::{Attachment, Content, EvidenceFile};
pub use case::{CaseDetail, DetailKind, Example, NameTail, Output, Parameter, Property, Step, TestCase};
pub use dialect::{BareKeysSay, Dialect, OtherCase, Role, Split, Statements};
pub(crate) use hashed::HashedMap;
pub(crate) use hexadecimal::hex_pair;
pub use limit::{Limit, LimitReached, Unit};
pub use list::{List, Reuse};
pub(crate) use open_files::is_of_open_files;
pub use origin::Origin;
pub use outcome::{Contrary, Outcome};
pub use problem::{Position, Problem, ProblemKind, Severity};
pub use rare::{Nothing, Rare};
pub use report::{Body, CaseCounts, ReportId, ReportState, ReportVisitor, RunCounts};
pub use run::{CustomField, DataRows, Identity, RunFacts, TestRun};
pub(crate) use slug::{LONGEST as LONGEST_SLUG, push_slug, slug_of};
pub use stated::{ExecutionField, Iteration, Stated, StatedExecution, TestText};
pub(crate) use time::TimeText;
pub use time::Timestamp;
pub use trimmed::{trim, trimmed};
