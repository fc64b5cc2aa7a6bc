//! JSON objects read straight into records that are used again: no tree, and nothing is allocated once warm.
//!
//! What can be taken is taken: a number where a text was expected, a list of lines for a text, `null` for nothing, one
//! object for a list of one. Of a member that stands twice the last counts.

use crate::model::{List, Position, Problem, ProblemKind, Reuse};

use super::Remarks;
use super::json::{Fault, JsonCursor, Kind, Oddities, Piece};

/// A record that takes the members of a JSON object one by one.
pub(super) trait Record {
    /// Takes the member called `name` (as it is written, escapes and all). Its value comes next and must be passed.
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault>;
}

/// Reads an object into a record, which is emptied before.
pub(super) fn anew<R: Record + Reuse>(cursor: &mut JsonCursor<'_>, record: &mut R) -> Result<(), Fault> {
    record.reset();
    object(cursor, record)
}

/// What came of a piece that was read; what had to be mended is remarked.
pub(super) fn outcome(piece: &Piece<'_>, remarks: &mut Remarks) -> Result<(), Problem> {
    note_oddities(piece.oddities, || piece.at(), remarks);
    piece.read.as_ref().copied().map_err(|fault| malformed(fault, piece.bytes, piece.at()))
}

/// Remarks what had to be mended, and what is in doubt.
#[inline]
pub(super) fn note_oddities(oddities: Oddities, at: impl Fn() -> Position, remarks: &mut Remarks) {
    if oddities.are_none() {
        return;
    }
    for (kind, topic) in oddities.told() {
        remarks.add(kind, topic, String::new, &at);
    }
}

fn malformed(fault: &Fault, bytes: &[u8], at: Position) -> Problem {
    Problem::new(ProblemKind::Malformed, fault.what()).at(fault.position(bytes, at))
}

/// Reads an object into a record; anything else leaves the record as it is.
pub(super) fn object<R: Record>(cursor: &mut JsonCursor<'_>, record: &mut R) -> Result<(), Fault> {
    if cursor.begin_object()? {
        while let Some(name) = cursor.key()? {
            record.member(name, cursor)?;
        }
    }
    Ok(())
}

/// Reads a list of objects, or one object that stands for a list of one. What was in the list before goes.
pub(super) fn objects<R: Record + Reuse>(cursor: &mut JsonCursor<'_>, list: &mut List<R>) -> Result<(), Fault> {
    list.clear();
    more_objects(cursor, list)
}

/// As [`objects`], behind what is in the list already.
pub(super) fn more_objects<R: Record + Reuse>(cursor: &mut JsonCursor<'_>, list: &mut List<R>) -> Result<(), Fault> {
    match cursor.kind() {
        Kind::Object => object(cursor, list.add()),
        Kind::Array => {
            cursor.begin_array()?;
            while cursor.element()? {
                match cursor.kind() {
                    Kind::Object => object(cursor, list.add())?,
                    _ => cursor.skip()?,
                }
            }
            Ok(())
        }
        _ => cursor.skip(),
    }
}

/// Reads a text; a list of lines is joined by line ends. What was there before goes.
pub(super) fn text(cursor: &mut JsonCursor<'_>, out: &mut String) -> Result<(), Fault> {
    out.clear();
    if cursor.kind() != Kind::Array {
        cursor.push_scalar(out)?;
        return Ok(());
    }
    cursor.begin_array()?;
    let mut first = true;
    while cursor.element()? {
        if !std::mem::take(&mut first) {
            out.push('\n');
        }
        cursor.push_scalar(out)?;
    }
    Ok(())
}

/// Reads the content of an attachment. Of one out of which something was cut only the length is kept, in `omitted`.
pub(super) fn content(cursor: &mut JsonCursor<'_>, out: &mut String, omitted: &mut u64) -> Result<(), Fault> {
    out.clear();
    let Some(span) = cursor.scalar_span()? else { return Ok(()) };
    match cursor.missing(span) {
        0 => cursor.push(span, out),
        missing => *omitted = span.length() as u64 + missing,
    }
    Ok(())
}

/// Reads a list of texts, or one text. What was in the list before goes.
pub(super) fn texts(cursor: &mut JsonCursor<'_>, list: &mut List<String>) -> Result<(), Fault> {
    list.clear();
    if cursor.kind() != Kind::Array {
        return push_text(cursor, list);
    }
    cursor.begin_array()?;
    while cursor.element()? {
        push_text(cursor, list)?;
    }
    Ok(())
}

fn push_text(cursor: &mut JsonCursor<'_>, list: &mut List<String>) -> Result<(), Fault> {
    if !cursor.push_scalar(list.add())? {
        list.truncate(list.len() - 1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Sample {
        text: String,
        texts: List<String>,
        inner: List<Sample>,
    }

    impl Reuse for Sample {
        fn reset(&mut self) {
            *self = Sample::default();
        }
    }

    impl Record for Sample {
        fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
            match name {
                b"text" => text(cursor, &mut self.text),
                b"texts" => texts(cursor, &mut self.texts),
                b"inner" => objects(cursor, &mut self.inner),
                _ => cursor.skip(),
            }
        }
    }

    fn read(json: &str) -> Sample {
        let mut sample = Sample::default();
        object(&mut JsonCursor::new(json.as_bytes()), &mut sample).unwrap();
        sample
    }

    #[test]
    fn texts_are_also_lists_numbers_and_nothing() {
        assert_eq!(read(r#"{"text":["a","","b"]}"#).text, "a\n\nb");
        assert_eq!(read(r#"{"text":12}"#).text, "12");
        assert_eq!(read(r#"{"text":null,"number":"1.5"}"#).text, "");
        assert_eq!(read(r#"{"text":{"a":[1]},"number":{}}"#).text, "");
    }

    #[test]
    fn the_last_of_two_equal_names_counts() {
        let sample = read(r#"{"text":"a","texts":["x"],"text":"b","texts":["y","z"]}"#);
        assert_eq!((sample.text.as_str(), sample.texts.to_vec()), ("b", vec!["y".to_owned(), "z".to_owned()]));
    }

    #[test]
    fn one_object_is_a_list_of_one() {
        assert_eq!(read(r#"{"inner":{"text":"a"}}"#).inner[0].text, "a");
        assert_eq!(read(r#"{"inner":[{"text":"a"},7,{"text":"b"}]}"#).inner.len(), 2);
        assert_eq!(read(r#"{"inner":null}"#).inner.len(), 0);
    }
}
