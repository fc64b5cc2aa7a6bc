//! A table of keys in JSON: an object of tests and keys, or an array of rows that say what they name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::error::{KeyMapError, KeyMapErrorKind};
use super::{RawRow, Subject};

/// Members of a row that say what is looked for.
const SUBJECTS: &[(&str, Subject)] = &[
    ("test", Subject::Any),
    ("definition", Subject::Definition),
    ("name", Subject::Name),
    ("glob", Subject::Glob),
    ("test_id", Subject::TestId),
];

/// Gives every row to `each`.
pub(super) fn read(
    bytes: &[u8],
    each: &mut dyn FnMut(RawRow<'_>) -> Result<(), KeyMapError>,
) -> Result<(), KeyMapError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(bytes, error.valid_up_to());
        KeyMapError::new(Some(line), KeyMapErrorKind::NotUtf8)
    })?;
    let mut table = Table { text, each, refused: None, counted: (0, 1) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = (&mut table).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    // A row that was refused has ended the reading, too; its own complaint says more.
    match (table.refused, read) {
        (Some(refused), _) => Err(refused),
        (None, Err(error)) => {
            Err(KeyMapError::new(Some(error.line() as u64), KeyMapErrorKind::Unreadable(error.to_string())))
        }
        (None, Ok(())) => Ok(()),
    }
}

struct Table<'t, 'e> {
    text: &'t str,
    each: &'e mut dyn FnMut(RawRow<'_>) -> Result<(), KeyMapError>,
    refused: Option<KeyMapError>,
    /// A place in the text and the line it is on: rows come in order, so that no line end is counted twice.
    counted: (usize, u64),
}

impl<'t> Table<'t, '_> {
    /// The line of a value, which is a part of the text.
    fn line_of(&mut self, value: &'t RawValue) -> u64 {
        let offset = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let (from, line) = self.counted;
        let between = self.text.as_bytes().get(from..offset).unwrap_or_default();
        self.counted = (offset, line + line_of(between, between.len()) - 1);
        self.counted.1
    }

    fn take<E: serde::de::Error>(&mut self, taken: Result<(), KeyMapError>) -> Result<(), E> {
        taken.map_err(|error| {
            self.refused = Some(error);
            E::custom("refused")
        })
    }

    /// A member of the one object: a test and its key.
    fn pair(&mut self, test: &str, value: &'t RawValue) -> Result<(), KeyMapError> {
        let line = self.line_of(value);
        let key = text_of(value).ok_or_else(|| KeyMapError::new(Some(line), KeyMapErrorKind::NoKey))?;
        (self.each)(RawRow { line, subject: Subject::Any, text: test.trim(), key: key.trim() })
    }

    /// An element of the array.
    fn row(&mut self, value: &'t RawValue) -> Result<(), KeyMapError> {
        let line = self.line_of(value);
        let refused = || KeyMapError::new(Some(line), KeyMapErrorKind::Members);
        let Members(members) = serde_json::from_str(value.get()).map_err(|_| refused())?;
        let (mut named, mut key) = (None, None);
        for (name, value) in &members {
            let text = text_of(value).ok_or_else(refused)?;
            match SUBJECTS.iter().find(|(known, _)| known == name) {
                Some((_, subject)) if named.is_none() => named = Some((*subject, text)),
                None if name == "key" && key.is_none() => key = Some(text),
                _ => return Err(refused()),
            }
        }
        let (subject, text) = named.ok_or_else(|| KeyMapError::new(Some(line), KeyMapErrorKind::NothingNamed))?;
        (self.each)(RawRow { line, subject, text: text.trim(), key: key.as_deref().unwrap_or("").trim() })
    }
}

impl<'de> DeserializeSeed<'de> for &mut Table<'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Table<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tests and keys, or an array of rows")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((test, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            let taken = self.pair(&test, value);
            self.take(taken)?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut rows: S) -> Result<(), S::Error> {
        while let Some(value) = rows.next_element::<&'de RawValue>()? {
            let taken = self.row(value);
            self.take(taken)?;
        }
        Ok(())
    }
}

/// The members of a row in order, repeated ones included.
struct Members<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

/// Members of a row that are looked at.
const MOST_MEMBERS: usize = 8;

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Members<'t>, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    if members.len() == MOST_MEMBERS {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(InOrder)
    }
}

/// A text, or a number as it stands there: ids are written without quotes.
fn text_of(value: &RawValue) -> Option<Cow<'_, str>> {
    let raw = value.get();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(raw)),
        _ => None,
    }
}

fn line_of(bytes: &[u8], offset: usize) -> u64 {
    bytes.iter().take(offset).filter(|byte| **byte == b'\n').count() as u64 + 1
}
