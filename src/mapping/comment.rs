//! The comment of a run: what a person reads first (decision 19, junit.md C6, J17 to J21).

use crate::model::{CaseDetail, DetailKind, Outcome, TestCase, TestRun, shorten};

use super::clean::{self, Cleaned};

/// UTF-16 units of a comment at most (decision 19).
pub(crate) const LIMIT: usize = shorten::COMMENT - shorten::COMMENT_FRAME;

/// Media type under which Cucumber attaches log texts; they are comment, not evidence (decision 19).
pub(super) const CUCUMBER_LOG: &str = "text/x.cucumber.log+plain";

/// What happened to a comment on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Written {
    pub(super) cleaned: Cleaned,
    pub(super) shortened: bool,
}

/// Appends the details of `case` to what already stands in the run's comment, and brings the whole within its limit.
///
/// `raw` is scratch.
pub(super) fn write(case: &TestCase, run: &mut TestRun, raw: &mut String) -> Written {
    let mut written = Written::default();
    if case.details.is_empty() && run.comment.is_empty() {
        return written;
    }
    let told = case.details.iter().filter(|detail| detail.kind != DetailKind::Attempt && says_something(detail));
    let numbered = told.take(2).count() > 1;
    let mut number = 0;
    for detail in case.details.iter().filter(|detail| detail.kind != DetailKind::Attempt) {
        raw.clear();
        section(detail, raw);
        if raw.is_empty() {
            continue;
        }
        number += 1;
        begin_section(&mut run.comment);
        if numbered {
            run.comment.push_str(&format!("{number}) "));
        }
        add(&mut written, clean::text(raw, &mut run.comment));
    }
    write_attempts(case, run, raw, &mut written);
    written.shortened = shorten::head_and_tail(&mut run.comment, LIMIT);
    written
}

/// Appends a line to a comment that is written already, as far as there is room.
pub(crate) fn add_line(line: &str, run: &mut TestRun) {
    begin_section(&mut run.comment);
    clean::text(line, &mut run.comment);
    shorten::head_and_tail(&mut run.comment, LIMIT);
}

/// One line for each attempt that the report tells beside the deciding one.
fn write_attempts(case: &TestCase, run: &mut TestRun, raw: &mut String, written: &mut Written) {
    let attempts = case.details.iter().filter(|detail| detail.kind == DetailKind::Attempt);
    for (index, attempt) in attempts.enumerate() {
        if index == 0 {
            begin_section(&mut run.comment);
        } else {
            run.comment.push('\n');
        }
        raw.clear();
        section(attempt, raw);
        let first = raw.lines().next().unwrap_or("");
        // A failed case tells of later attempts, a passed one of earlier ones; both are simply others.
        let which = if case.outcome == Outcome::Passed { "attempt" } else { "further attempt" };
        run.comment.push_str(&format!("{which} {}: failed", index + 1));
        if !first.is_empty() {
            run.comment.push_str(": ");
            add(written, clean::text(first, &mut run.comment));
        }
    }
}

fn add(written: &mut Written, cleaned: Cleaned) {
    written.cleaned.ansi += cleaned.ansi;
    written.cleaned.controls += cleaned.controls;
}

/// Parts the sections of a comment by an empty line.
pub(super) fn begin_section(comment: &mut String) {
    comment.truncate(comment.trim_end().len());
    if !comment.is_empty() {
        comment.push_str("\n\n");
    }
}

/// Whether there is a section to write: WebdriverIO puts an empty failure beside each error (J19).
fn says_something(detail: &CaseDetail) -> bool {
    [&detail.type_name, &detail.message, &detail.text].iter().any(|text| !text.trim().is_empty())
}

/// `type: message`, then the text; nothing that the text begins with is said twice (J20, J21).
fn section(detail: &CaseDetail, out: &mut String) {
    let kind = detail.type_name.trim();
    let message = detail.message.trim();
    let text = detail.text.trim_end().trim_start_matches(['\r', '\n']);
    let body = text.trim_start();
    let says_type = |text: &str| kind.is_empty() || text.starts_with(kind);
    if body.is_empty() {
        head(kind, message, out);
    } else if message.is_empty() || body == message {
        // The text speaks for itself; its type is told when it does not name it.
        if !says_type(body) {
            out.push_str(kind);
            out.push_str(": ");
        }
        out.push_str(if message.is_empty() { text } else { message });
    } else if repeats(body, kind, message) {
        if !says_type(body) && !says_type(message) {
            out.push_str(kind);
            out.push_str(": ");
        }
        out.push_str(text);
    } else {
        head(kind, message, out);
        out.push('\n');
        out.push_str(text);
    }
}

/// Whether the text begins with the message, alone or behind its type.
fn repeats(body: &str, kind: &str, message: &str) -> bool {
    if body.starts_with(message) {
        return true;
    }
    let Some(rest) = body.strip_prefix(kind) else { return false };
    !kind.is_empty() && rest.strip_prefix(':').unwrap_or(rest).trim_start().starts_with(message)
}

fn head(kind: &str, message: &str, out: &mut String) {
    if !kind.is_empty() && !message.starts_with(kind) {
        out.push_str(kind);
        if !message.is_empty() {
            out.push_str(": ");
        }
    }
    out.push_str(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(details: &[(DetailKind, &str, &str, &str)]) -> String {
        let mut case = TestCase::default();
        for (kind, type_name, message, text) in details {
            let detail = case.details.add();
            detail.kind = *kind;
            detail.type_name.push_str(type_name);
            detail.message.push_str(message);
            detail.text.push_str(text);
        }
        let mut run = TestRun::default();
        write(&case, &mut run, &mut String::new());
        run.comment
    }

    #[test]
    fn type_message_and_text_in_that_order() {
        assert_eq!(comment(&[(DetailKind::Failure, "E", "boom", "at a\nat b")]), "E: boom\nat a\nat b");
        assert_eq!(comment(&[(DetailKind::Skip, "", "bug 7", "")]), "bug 7");
        assert_eq!(comment(&[(DetailKind::Error, "E", "", "")]), "E");
    }

    #[test]
    fn j17_several_failures_are_numbered() {
        assert_eq!(comment(&[(DetailKind::Failure, "", "a", ""), (DetailKind::Error, "", "b", "")]), "1) a\n\n2) b");
    }

    #[test]
    fn j19_an_empty_failure_beside_an_error_adds_no_section() {
        let text = comment(&[(DetailKind::Failure, "", "", ""), (DetailKind::Error, "", "b", "")]);
        assert_eq!(text, "b");
        let text = comment(&[
            (DetailKind::Failure, "", "a", ""),
            (DetailKind::Failure, "", " ", "\n"),
            (DetailKind::Error, "", "b", ""),
        ]);
        assert_eq!(text, "1) a\n\n2) b");
    }

    #[test]
    fn j20_the_text_is_the_message_where_there_is_none() {
        assert_eq!(comment(&[(DetailKind::Failure, "", "", "\n  first\n  second\n")]), "  first\n  second");
    }

    #[test]
    fn j21_a_message_is_not_repeated() {
        assert_eq!(comment(&[(DetailKind::Failure, "", "boom", "boom")]), "boom");
        assert_eq!(comment(&[(DetailKind::Failure, "E", "boom", "E: boom\n at x")]), "E: boom\n at x");
        assert_eq!(comment(&[(DetailKind::Failure, "E", "E: boom", "E: boom\n at x")]), "E: boom\n at x");
        assert_eq!(comment(&[(DetailKind::Failure, "E", "boom", "boom\n at x")]), "E: boom\n at x");
    }

    #[test]
    fn attempts_are_summarised_by_their_first_line() {
        assert_eq!(
            comment(&[(DetailKind::Attempt, "E", "reset", "E: reset\n at x"), (DetailKind::Attempt, "", "", "")]),
            "attempt 1: failed: E: reset\nattempt 2: failed"
        );
    }

    #[test]
    fn long_comments_are_shortened() {
        let long = "x".repeat(100_000);
        let text = comment(&[(DetailKind::Failure, "E", "boom", &long)]);
        assert!(text.encode_utf16().count() <= LIMIT && text.contains("characters left out"));
    }
}
