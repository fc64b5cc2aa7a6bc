//! Robot Framework's `output.json` (7.0 and later): the same tests as in the XML of the same run.
//!
//! `robot` writes the name of a suite and its tear-down behind its tests. So the document is walked twice: first for the
//! suites alone, then for the tests, whose suites and tear-downs are known by then. Only suites are remembered.

mod body;
mod documents;
mod places;
#[cfg(test)]
mod tests;

use std::io::Read;

use crate::format::json::{Fault, JsonCursor, Kind, SpelledKeys};
use crate::format::{Head, ParseError, ReadOptions, fill, head, recognise::Family};
use crate::model::{Limit, LimitReached, Position, Problem, ProblemKind, ReportVisitor, Reuse};

use super::Reader;
use super::body::{MOST_STEPS, STEPS_LEFT_OUT};
use super::foresight::Silence;
use super::held::Verdict;
use super::status::Status;
use super::suite::Suites;
use super::test::name_test;
use documents::Documents;
use places::Places;

/// Bytes of a report that comes as a stream, at most: it has to be walked twice. Whoever can, gives longer ones whole (see
/// [`Format::wants_all_bytes`](crate::format::Format::wants_all_bytes)).
const LARGEST_STREAM: u64 = 128 << 20;

/// Suites inside one another, at most.
const DEEPEST: usize = 200;

/// Bytes of blanks and marks before the document, at most.
const LONGEST_START: usize = 4096;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const START: Position = Position { offset: 0, line: 1, column: 1 };

/// Whether the document begins as JSON does, perhaps behind other text.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    match first_byte(bytes) {
        Some(b'{') => true,
        Some(b'<') | None => false,
        Some(_) => Head::new(bytes, "").family() == Some(Family::RobotJson),
    }
}

/// The first byte that is not blank.
fn first_byte(bytes: &[u8]) -> Option<u8> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied()
}

/// Reads up to the first byte that is not blank; where that begins no document, as much as tells what follows it.
pub(super) fn read_start(stream: &mut dyn Read) -> Result<Vec<u8>, ParseError> {
    let mut start = Vec::new();
    while start.len() < LONGEST_START
        && start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start).iter().all(u8::is_ascii_whitespace)
        || matches!(&*start, b"\xEF" | b"\xEF\xBB")
    {
        let read = stream.take(1).read_to_end(&mut start).map_err(|error| ParseError::read(error, START))?;
        if read == 0 {
            break;
        }
    }
    if !matches!(first_byte(&start), None | Some(b'{' | b'<')) {
        let more = (head::HEAD - start.len()) as u64;
        stream.take(more).read_to_end(&mut start).map_err(|error| ParseError::read(error, START))?;
    }
    Ok(start)
}

/// Reads a report that comes as a stream: held whole, up to [`LARGEST_STREAM`] bytes.
pub(super) fn parse_stream(
    stream: &mut dyn Read,
    options: &ReadOptions,
    visitor: &mut dyn ReportVisitor,
) -> Result<(), ParseError> {
    let mut bytes = Vec::new();
    stream.take(LARGEST_STREAM + 1).read_to_end(&mut bytes).map_err(|error| ParseError::read(error, START))?;
    if bytes.len() as u64 > LARGEST_STREAM {
        let what = "Robot Framework JSON of more than 128 MiB cannot be read from a stream";
        return Err(ParseError::limit(what, START));
    }
    parse(&bytes, options, visitor)
}

/// Reads a report that is at hand: one document, or several behind each other.
pub(super) fn parse(bytes: &[u8], options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut documents = Documents::of(bytes);
    let places = Places::of(bytes, START);
    let mut result = Ok(());
    while let Some(at) = documents.next() {
        match parse_document(&Document { bytes: &bytes[at..], start: places.at(at) }, options, visitor) {
            Ok(Ended::Whole(end)) => documents.go_on_at(at + end),
            Ok(Ended::WasNone(end)) => {
                documents.was_none(at);
                documents.go_on_at(at + end);
            }
            Ok(Ended::Early) => break,
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    if let Some(at) = documents.strange() {
        let message = "text that is no JSON was passed over";
        visitor.problem(Problem::new(ProblemKind::Repaired, message).at(places.at(at)));
    }
    result
}

/// A document, with all that stands behind it.
struct Document<'a> {
    bytes: &'a [u8],
    /// Where it begins in the file.
    start: Position,
}

/// How the reading of a document ended.
enum Ended {
    /// It is whole, and this is its length.
    Whole(usize),
    /// It is no report, but a line of a log, say.
    WasNone(usize),
    /// It broke off, or no more is wanted.
    Early,
}

fn parse_document(
    document: &Document<'_>,
    options: &ReadOptions,
    visitor: &mut dyn ReportVisitor,
) -> Result<Ended, ParseError> {
    let Document { bytes, start } = *document;
    let mut survey = Survey::default();
    // What stops this walk stops the next one at the same place, and is told there.
    let keys = SpelledKeys::default();
    let mut cursor = JsonCursor::new(bytes).knowing(&keys);
    let walked = survey.walk(&mut cursor);
    let most = options.limits.json_depth;
    if cursor.deepest() as u64 > most {
        let reached = LimitReached::new(Limit::JsonDepth, most, "it has more brackets inside each other");
        return Err(ParseError::over(reached, start));
    }
    if start.offset > 0 && walked.is_ok() && !survey.has_suite && survey.tests == 0 {
        return Ok(Ended::WasNone(cursor.offset()));
    }
    let mut reader = Reader::new(options, None, 0);
    reader.know_generator(&survey.generator, visitor);
    reader.held.foresee(std::mem::take(&mut survey.verdicts));
    let places = Places::of(bytes, start);
    let mut reading =
        Reading { bytes, places, names: &survey.names, next: 0, unnamed: 0, nameless: 0, reader, visitor };
    let result = reading.walk(&cursor.at_start());
    let is_whole = result.is_ok() && !reading.reader.is_stopped;
    reading.finish(result);
    Ok(if is_whole { Ended::Whole(cursor.offset()) } else { Ended::Early })
}

/// What is to know of suites before their tests can be read.
#[derive(Default)]
struct Survey {
    generator: String,
    /// By the order in which the suites begin; `None` where the report breaks off before the name.
    names: Vec<Option<String>>,
    verdicts: Vec<Verdict>,
    suites: Suites,
    tests: usize,
    has_suite: bool,
}

impl Survey {
    fn walk(&mut self, cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        if !cursor.begin_object()? {
            return Ok(());
        }
        while let Some(key) = cursor.key()? {
            match key {
                b"generator" => self.generator = cursor.text()?.unwrap_or_default().into_owned(),
                b"suite" => {
                    self.has_suite = true;
                    self.read_suite(cursor, 0)?;
                }
                _ => cursor.skip()?,
            }
        }
        if self.has_suite { Ok(()) } else { self.read_suite(&mut cursor.at_start(), 0) }
    }

    fn read_suite(&mut self, cursor: &mut JsonCursor<'_>, depth: usize) -> Result<(), Fault> {
        if depth > DEEPEST || !cursor.begin_object()? {
            return cursor_end(cursor, depth);
        }
        let index = self.names.len();
        self.names.push(None);
        self.suites.begin_named("", self.tests);
        let mut name = None;
        while let Some(key) = cursor.key()? {
            match key {
                b"name" => {
                    name = cursor.text()?.map(|name| name.into_owned());
                    self.names[index].clone_from(&name);
                }
                b"suites" if cursor.begin_array()? => {
                    while cursor.element()? {
                        self.read_suite(cursor, depth + 1)?;
                    }
                }
                b"tests" if cursor.begin_array()? => {
                    while cursor.element()? {
                        self.tests += usize::from(cursor.kind() == Kind::Object);
                        cursor.skip()?;
                    }
                }
                b"suites" | b"tests" => {}
                key => read_suite_part(key, cursor, &mut self.suites, &|_| START)?,
            }
        }
        self.names[index] = Some(name.unwrap_or_default());
        let verdict = self.suites.end(self.tests, &mut Silence);
        self.verdicts.extend(verdict.filter(|verdict| verdict.first < verdict.end));
        Ok(())
    }
}

/// A suite that is none was passed over; one too deep ends the walk.
fn cursor_end(cursor: &JsonCursor<'_>, depth: usize) -> Result<(), Fault> {
    match depth > DEEPEST {
        true => Err(Fault::wrong("its suites are nested too deeply", cursor.offset())),
        false => Ok(()),
    }
}

/// What a suite holds beside tests, suites and its name.
fn read_suite_part(
    key: &[u8],
    cursor: &mut JsonCursor<'_>,
    suites: &mut Suites,
    place: &dyn Fn(usize) -> Position,
) -> Result<(), Fault> {
    match key {
        b"setup" | b"teardown" if cursor.kind() == Kind::Object => {
            let offset = cursor.offset();
            cursor.begin_object()?;
            let mut status = Status::default();
            while let Some(key) = cursor.key()? {
                read_status_part(key, cursor, &mut status)?;
            }
            suites.set_fixture(key, &status, place(offset));
            Ok(())
        }
        b"message" => {
            let mut status = Status::default();
            status.set_message(&cursor.text()?.unwrap_or_default());
            suites.set_message(&status.message);
            Ok(())
        }
        _ => cursor.skip(),
    }
}

/// The keys that tell of a result, the same for suites, tests and keywords.
fn read_status_part(key: &[u8], cursor: &mut JsonCursor<'_>, status: &mut Status) -> Result<(), Fault> {
    match key {
        b"status" => {
            status.is_present = true;
            status.word = cursor.text()?.unwrap_or_default().into_owned();
        }
        b"message" => status.set_message(&cursor.text()?.unwrap_or_default()),
        b"start_time" => status.start = cursor.text()?.unwrap_or_default().into_owned(),
        b"elapsed_time" => status.elapsed = cursor.scalar()?.unwrap_or_default().into_owned(),
        _ => cursor.skip()?,
    }
    Ok(())
}

/// The second walk.
struct Reading<'a, 'o, 'v> {
    bytes: &'a [u8],
    places: Places<'a>,
    names: &'a [Option<String>],
    /// Number of the next suite.
    next: usize,
    /// Tests in suites whose names were cut off.
    unnamed: usize,
    /// Open suites whose names were cut off.
    nameless: usize,
    reader: Reader<'o>,
    visitor: &'v mut dyn ReportVisitor,
}

impl<'a> Reading<'a, '_, '_> {
    fn walk(&mut self, start: &JsonCursor<'a>) -> Result<(), Fault> {
        let mut cursor = start.clone();
        let walked = self.walk_with(&mut cursor);
        fill::note_oddities(cursor.oddities(), || self.places.at(0), &mut self.reader.remarks);
        walked
    }

    fn walk_with(&mut self, cursor: &mut JsonCursor<'a>) -> Result<(), Fault> {
        if !cursor.begin_object()? {
            return Ok(());
        }
        let mut has_suite = false;
        while let Some(key) = cursor.key()? {
            match key {
                b"suite" => {
                    has_suite = true;
                    self.read_suite(cursor)?;
                }
                b"statistics" => self.read_statistics(cursor)?,
                _ => cursor.skip()?,
            }
        }
        if has_suite {
            return Ok(());
        }
        *cursor = cursor.at_start();
        self.read_suite(cursor)
    }

    fn read_suite(&mut self, cursor: &mut JsonCursor<'a>) -> Result<(), Fault> {
        if !cursor.begin_object()? {
            return Ok(());
        }
        let names = self.names;
        let Some(name) = names.get(self.next) else {
            return Err(Fault::wrong("its suites are nested too deeply", cursor.offset()));
        };
        self.next += 1;
        // Only where the report breaks off, so that they never end.
        self.nameless += usize::from(name.is_none());
        self.reader.suites.begin_named(name.as_deref().unwrap_or(""), self.reader.tests);
        while let Some(key) = cursor.key()? {
            match key {
                b"suites" if cursor.begin_array()? => {
                    while cursor.element()? {
                        self.read_suite(cursor)?;
                    }
                }
                b"tests" if cursor.begin_array()? => {
                    while cursor.element()? {
                        self.read_test(cursor)?;
                    }
                }
                b"suites" | b"tests" => {}
                key => {
                    let places = &self.places;
                    read_suite_part(key, cursor, &mut self.reader.suites, &|offset| places.at(offset))?;
                }
            }
        }
        self.reader.suites.end(self.reader.tests, self.visitor);
        Ok(())
    }

    fn read_test(&mut self, cursor: &mut JsonCursor<'a>) -> Result<(), Fault> {
        let offset = cursor.offset();
        if self.reader.is_stopped || !cursor.begin_object()? {
            return if self.reader.is_stopped { cursor.skip() } else { Ok(()) };
        }
        self.reader.case.reset();
        self.reader.status.reset();
        self.reader.keywords.begin_test(self.reader.options, self.reader.may_show);
        let mut name = None;
        while let Some(key) = cursor.key()? {
            match key {
                b"name" => name = cursor.text()?,
                b"doc" => {
                    if let Some(doc) = cursor.text()?.filter(|doc| !doc.trim().is_empty()) {
                        self.reader.case.add_property("test_description", &doc);
                    }
                }
                b"tags" if cursor.begin_array()? => {
                    while cursor.element()? {
                        self.reader.case.tags.add().push_str(&cursor.text()?.unwrap_or_default());
                        self.reader.sift_tag();
                    }
                }
                b"tags" => {}
                b"body" | b"setup" | b"teardown" => body::read(key, cursor, &mut self.reader)?,
                key => read_status_part(key, cursor, &mut self.reader.status)?,
            }
        }
        let number = self.reader.tests;
        self.reader.tests += 1;
        // Every suite around has to be known by name: a test under another name would be another test.
        if self.nameless > 0 {
            self.unnamed += 1;
            return Ok(());
        }
        name_test(&mut self.reader.case, self.reader.suites.path(), &name.unwrap_or_default());
        let places = &self.places;
        if self.reader.case.steps.len() > MOST_STEPS {
            self.reader.case.steps.truncate(MOST_STEPS);
            let place = || places.at(offset);
            self.reader.remarks.add(ProblemKind::TextShortened, STEPS_LEFT_OUT, String::new, place);
        }
        self.reader.decide(&|| places.at(offset));
        self.reader.give(number, self.visitor);
        Ok(())
    }

    fn read_statistics(&mut self, cursor: &mut JsonCursor<'a>) -> Result<(), Fault> {
        if !cursor.begin_object()? {
            return Ok(());
        }
        while let Some(key) = cursor.key()? {
            if key != b"total" || !cursor.begin_object()? {
                if key != b"total" {
                    cursor.skip()?;
                }
                continue;
            }
            let mut totals = [0u64; 3];
            while let Some(key) = cursor.key()? {
                let number = cursor.number()?.unwrap_or(0);
                let at = [&b"pass"[..], b"fail", b"skip"].iter().position(|name| *name == key);
                if let Some(total) = at.and_then(|at| totals.get_mut(at)) {
                    *total = number;
                }
            }
            self.reader.statistics.declare(totals[0], totals[1], totals[2]);
        }
        Ok(())
    }

    fn finish(mut self, result: Result<(), Fault>) {
        self.reader.finish(self.visitor);
        let Err(fault) = result else {
            self.reader.compare(self.visitor);
            return;
        };
        let lost = match self.unnamed {
            0 => String::new(),
            lost => format!("; {lost} tests whose suites have no name yet were not taken"),
        };
        let kind = if fault.is_cut() { ProblemKind::Truncated } else { ProblemKind::Malformed };
        let message = format!("the report cannot be read to its end: {}{lost}", fault.what());
        self.visitor.problem(Problem::new(kind, message).at(fault.position(self.bytes, self.places.at(0))));
    }
}
