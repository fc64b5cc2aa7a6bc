//! How far the work has come.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::choices::ProgressChoice;
use super::numbers;

/// Time between two plain lines: CI logs should show that something goes on, and not much more.
const PLAIN_INTERVAL: Duration = Duration::from_secs(5);
/// Time between two frames of the bar when no report comes by.
const FRAME: Duration = Duration::from_millis(120);

/// Counts what has been read and says so now and then.
pub struct Progress {
    shape: Shape,
    reports: u64,
    bytes: u64,
    begun: Instant,
}

enum Shape {
    Hidden,
    Plain { due: Instant },
    Bar(ProgressBar),
}

impl Progress {
    /// Progress as the user wants it; `is_watched` says whether standard error is a terminal.
    pub fn new(choice: ProgressChoice, is_watched: bool, now: Instant) -> Progress {
        let shape = match (choice, is_watched) {
            (ProgressChoice::None, _) => Shape::Hidden,
            (ProgressChoice::Plain, _) | (ProgressChoice::Auto, false) => Shape::Plain { due: now + PLAIN_INTERVAL },
            (ProgressChoice::Bar, _) | (ProgressChoice::Auto, true) => Shape::Bar(spinning_bar()),
        };
        Progress { shape, reports: 0, bytes: 0, begun: now }
    }

    /// One more report of `bytes` is done. Gives a line when one is due.
    pub fn advance(&mut self, bytes: u64, now: Instant) -> Option<String> {
        self.reports += 1;
        self.bytes += bytes;
        let line = match &mut self.shape {
            Shape::Hidden => return None,
            Shape::Plain { due } if now < *due => return None,
            Shape::Plain { due } => {
                *due = now + PLAIN_INTERVAL;
                return Some(self.state(now));
            }
            Shape::Bar(_) => self.state(now),
        };
        if let Shape::Bar(bar) = &self.shape {
            bar.set_message(line);
        }
        None
    }

    /// Runs `write` while nothing is drawn, so that lines and bar do not run into each other.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.shape {
            Shape::Bar(bar) => bar.suspend(write),
            _ => write(),
        }
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Shape::Bar(bar) = std::mem::replace(&mut self.shape, Shape::Hidden) {
            bar.finish_and_clear();
        }
    }

    /// `12,345 reports, 1.2 GiB, 350 MB/s`
    fn state(&self, now: Instant) -> String {
        format!(
            "{}, {}, {}",
            numbers::counted(self.reports, "report", "reports"),
            numbers::size(self.bytes),
            numbers::rate(self.bytes, now - self.begun)
        )
    }
}

fn spinning_bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    // The template is a constant; should it ever be wrong, the usual one does.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed_precise}]") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(FRAME);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_comes_every_five_seconds() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut progress = Progress::new(ProgressChoice::Auto, false, begun);
        assert_eq!(progress.advance(500_000_000, after(1)), None);
        assert_eq!(progress.advance(500_000_000, after(5)).unwrap(), "2 reports, 953.7 MiB, 200 MB/s");
        assert_eq!(progress.advance(0, after(9)), None);
        assert!(progress.advance(0, after(10)).is_some());
    }

    #[test]
    fn nothing_is_said_when_nobody_wants_it() {
        let begun = Instant::now();
        let mut progress = Progress::new(ProgressChoice::None, true, begun);
        assert_eq!(progress.advance(1, begun + Duration::from_secs(60)), None);
    }
}
