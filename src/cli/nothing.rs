//! Exit code 4: what there was instead of reports.

use xraypack::model::ReportState;
use xraypack::source::Skip;

use super::commentary::ReportSeen;
use super::numbers::{count, counted};
use super::terminal::{Style, Terminal};

/// Files that are no reports, by what they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoReports {
    excluded: u64,
    empty_archives: u64,
    earlier_output: u64,
    unsupported: u64,
    others: u64,
    earlier_stays: bool,
}

impl NoReports {
    /// Counts a file, unless it is a report.
    pub fn add(&mut self, file: &ReportSeen<'_>) {
        let counted = match file.state {
            ReportState::Converted | ReportState::Damaged => return,
            ReportState::Unsupported => &mut self.unsupported,
            ReportState::Ignored if file.set_aside == Skip::Excluded.reason() => &mut self.excluded,
            ReportState::Ignored if file.set_aside == Skip::EmptyArchive.reason() => &mut self.empty_archives,
            ReportState::Ignored if file.set_aside == Skip::EarlierOutput.reason() => &mut self.earlier_output,
            ReportState::Ignored => &mut self.others,
        };
        *counted += 1;
    }

    /// The output that was to be replaced lies where it was.
    pub fn keep_earlier(&mut self) {
        self.earlier_stays = true;
    }

    /// Says that there was no report, and what there was: an error, which no option hides.
    pub fn tell(&self, terminal: &mut Terminal) {
        tell_error(&format!("{}{}", self.sentence(), self.consequence()), terminal);
    }

    /// Says that nothing could be read of the reports that there were, where that saved the earlier output.
    pub fn tell_unreadable(&self, terminal: &mut Terminal) {
        if self.earlier_stays {
            tell_error(&format!("nothing could be read of any report{}", self.consequence()), terminal);
        }
    }

    fn consequence(&self) -> &'static str {
        if self.earlier_stays { "; the earlier output stays as it is" } else { "" }
    }

    fn sentence(&self) -> String {
        let NoReports { excluded, empty_archives, earlier_output, unsupported, others, earlier_stays: _ } = *self;
        let kinds = [
            ("left out by --include or --exclude", excluded),
            ("empty archives", empty_archives),
            ("written by earlier conversions", earlier_output),
            ("of formats that are not read", unsupported),
            ("no reports", others),
        ];
        let files = kinds.iter().map(|(_, files)| files).sum();
        if files == 0 {
            return "no report was found: there is no file at all".to_owned();
        }
        let kinds = kinds.iter().filter(|(_, files)| *files > 0);
        let kinds: Vec<_> = kinds.map(|(kind, files)| format!("{kind}: {}", count(*files))).collect();
        format!("no report was found in {} ({})", counted(files, "file", "files"), kinds.join(", "))
    }
}

fn tell_error(sentence: &str, terminal: &mut Terminal) {
    let error = terminal.err.paint(Style::Red, "error").to_string();
    // When standard error is closed there is nobody to tell.
    let _ = terminal.err.line(format_args!("{error}: {sentence}"));
}

#[cfg(test)]
mod tests {
    use super::super::commentary::tests::seen;
    use super::*;

    #[test]
    fn files_are_told_by_what_they_are() {
        assert_eq!(NoReports::default().sentence(), "no report was found: there is no file at all");
        let mut all = NoReports::default();
        let ignored = ReportState::Ignored;
        for (state, set_aside) in [
            (ignored, "excluded"),
            (ignored, "excluded"),
            (ignored, "an empty archive"),
            (ignored, "empty"),
            (ReportState::Unsupported, "TRX"),
            (ReportState::Converted, ""),
        ] {
            all.add(&ReportSeen { state, set_aside, ..seen("a", &[]) });
        }
        assert_eq!(
            all.sentence(),
            "no report was found in 5 files (left out by --include or --exclude: 2, empty archives: 1, \
             of formats that are not read: 1, no reports: 1)"
        );
    }
}
