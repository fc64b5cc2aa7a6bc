//! Where text goes, and in which colours.

use std::env;
use std::fmt::{self, Write as _};
use std::io::{self, BufWriter, IsTerminal, Write};

use super::Verbosity;
use super::choices::ColorChoice;

/// Standard output and standard error, and how much to say.
pub struct Terminal {
    /// Data.
    pub out: Printer,
    /// Everything else.
    pub err: Printer,
    /// How much is said.
    pub verbosity: Verbosity,
    /// Whether somebody watches standard error.
    pub is_watched: bool,
}

impl Terminal {
    /// The streams of the process.
    pub fn new(color: ColorChoice, verbosity: Verbosity) -> Terminal {
        let surroundings = Surroundings::of_process();
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let out = Printer::new(surroundings.is_colored(color, stdout.is_terminal()), BufWriter::new(stdout));
        let is_watched = stderr.is_terminal() && !surroundings.is_dumb;
        let err = Printer::new(surroundings.is_colored(color, stderr.is_terminal()), stderr);
        Terminal { out, err, verbosity, is_watched }
    }

    /// Whether a summary for people is wanted.
    pub fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// Something worth knowing that is no problem of a report.
    pub fn note(&mut self, what: &str) {
        if !self.is_quiet() {
            let note = self.err.paint(Style::Cyan, "note").to_string();
            // When standard error is closed there is nobody to tell.
            let _ = self.err.line(format_args!("{note}: {}", harmless(what)));
        }
    }
}

/// What the environment says of colours.
struct Surroundings {
    refuses_color: bool,
    is_dumb: bool,
}

impl Surroundings {
    fn of_process() -> Surroundings {
        Surroundings {
            // https://no-color.org: set, and not empty.
            refuses_color: env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
            is_dumb: env::var_os("TERM").is_some_and(|value| value == "dumb"),
        }
    }

    fn is_colored(&self, choice: ColorChoice, is_terminal: bool) -> Ink {
        let is_colored = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !self.refuses_color && !self.is_dumb,
        };
        if is_colored { Ink::Color } else { Ink::Plain }
    }
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Escape sequences are written.
    Color,
    /// Text alone.
    Plain,
}

/// A way to set a piece of text off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Headings.
    Bold,
    /// Errors and failures.
    Red,
    /// Warnings.
    Yellow,
    /// Notes.
    Cyan,
    /// What went well.
    Green,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Style::Bold => "1",
            Style::Red => "1;31",
            Style::Yellow => "1;33",
            Style::Cyan => "1;36",
            Style::Green => "1;32",
        }
    }
}

/// Text in a style, when colours are used.
pub struct Painted<'t> {
    text: &'t str,
    style: Option<Style>,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            Some(style) => write!(f, "\x1b[{}m{}\x1b[0m", style.code(), self.text),
            None => f.write_str(self.text),
        }
    }
}

/// One of the two streams.
pub struct Printer {
    sink: Box<dyn Write + Send>,
    ink: Ink,
}

impl Printer {
    /// A stream that writes to `sink`.
    pub fn new(ink: Ink, sink: impl Write + Send + 'static) -> Printer {
        Printer { sink: Box::new(sink), ink }
    }

    /// `text` in a style, if this stream has colours.
    pub fn paint<'t>(&self, style: Style, text: &'t str) -> Painted<'t> {
        Painted { text, style: (self.ink == Ink::Color).then_some(style) }
    }

    /// Writes one line.
    pub fn line(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
        self.sink.write_fmt(text)?;
        self.sink.write_all(b"\n")
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sink.write_all(bytes)
    }

    /// Writes a value as one line of JSON.
    pub fn json(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.sink, value)?;
        self.sink.write_all(b"\n")
    }

    /// Hands over what is still held back.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Text that comes from a report or an archive, safe to show: what could move the cursor or forge a line is written
/// as an escape.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => shown.push(' '),
            letter if letter.is_control() || is_direction_mark(letter) => {
                // Writing to a string does not fail.
                let _ = write!(shown, "{}", letter.escape_unicode());
            }
            letter => shown.push(letter),
        }
    }
    shown
}

/// Marks that make text read otherwise than it stands, and the separators that break lines.
fn is_direction_mark(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A sink whose text can be read afterwards.
    #[derive(Clone, Default)]
    pub struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        pub fn printer(&self, ink: Ink) -> Printer {
            Printer::new(ink, self.clone())
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A terminal that writes on paper: data first, messages second.
    pub fn terminal(verbosity: Verbosity) -> (Terminal, Paper, Paper) {
        let (out, err) = (Paper::default(), Paper::default());
        let terminal =
            Terminal { out: out.printer(Ink::Plain), err: err.printer(Ink::Plain), verbosity, is_watched: false };
        (terminal, out, err)
    }

    #[test]
    fn colours_follow_the_flag_then_the_environment_then_the_terminal() {
        let free = Surroundings { refuses_color: false, is_dumb: false };
        let refusing = Surroundings { refuses_color: true, is_dumb: false };
        let dumb = Surroundings { refuses_color: false, is_dumb: true };
        assert_eq!(free.is_colored(ColorChoice::Auto, true), Ink::Color);
        assert_eq!(free.is_colored(ColorChoice::Auto, false), Ink::Plain);
        assert_eq!(refusing.is_colored(ColorChoice::Auto, true), Ink::Plain);
        assert_eq!(dumb.is_colored(ColorChoice::Auto, true), Ink::Plain);
        assert_eq!(refusing.is_colored(ColorChoice::Always, false), Ink::Color);
        assert_eq!(free.is_colored(ColorChoice::Never, true), Ink::Plain);
    }

    #[test]
    fn names_from_archives_cannot_speak_to_the_terminal() {
        assert_eq!(harmless("a\x1b[2Jb\nc\u{202e}d"), "a\\u{1b}[2Jb\\u{a}c\\u{202e}d");
        for mark in ['\u{85}', '\u{9b}', '\u{61c}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{2066}', '\u{206a}'] {
            assert_eq!(harmless(&format!("a{mark}b")), format!("a{}b", mark.escape_unicode()));
        }
        assert_eq!(harmless("grün/TEST-1.xml"), "grün/TEST-1.xml");
    }

    #[test]
    fn painted_text_is_plain_on_plain_paper() {
        let paper = Paper::default();
        assert_eq!(paper.printer(Ink::Plain).paint(Style::Red, "x").to_string(), "x");
        assert_eq!(paper.printer(Ink::Color).paint(Style::Red, "x").to_string(), "\x1b[1;31mx\x1b[0m");
    }
}
