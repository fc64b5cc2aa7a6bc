//! XML as a stream of events: the one door to it.
//!
//! The cursor reads what test tools really write. It checks structure, keeps its own stack of open elements and always
//! gives balanced events, mending what can be mended and counting each repair ([`XmlCursor::finish`] reports them). It
//! knows no document type: no entity but the predefined five is ever expanded, nothing named by a DTD is opened (J16).
//! Memory is bound by one tag; text comes in pieces.
//!
//! One look at a tag finds its end and its values, in vectors (`marks`); what is passed over is not looked at again.
//! Only a tag in which something is no attribute is read once more, with care (`doubt`, `closing`).

mod afterword;
mod banner;
mod closing;
mod comment;
mod cursor;
mod doubt;
mod elements;
mod marks;
mod open;
mod pieces;
mod repairs;
mod scan;
mod sliding;
mod slips;
mod starts;
mod tag;
#[cfg(test)]
mod tests;
mod text;
mod torn;
mod unsure;
mod window;

pub use banner::{Before, report_behind};
pub use cursor::XmlCursor;
pub use elements::{Inside, Mixed};
pub(super) use scan::declaration_end;
pub(super) use tag::local_name;
pub use tag::{Attributes, RawValue, Tag};
pub use text::Text;
pub use unsure::Names;

/// What comes next in a report.
#[derive(Debug)]
pub enum XmlEvent<'t> {
    /// An element begins; its [`XmlEvent::End`] always follows, for an empty element at once.
    Start(Tag<'t>),
    /// The innermost open element ends: its local name, and how many elements are open around it.
    End(&'t [u8], usize),
    /// A piece of text inside an element.
    Text(Text<'t>),
    /// The report is over.
    Eof,
}
