//! Which attachments become evidence (contract, `--evidence`; decisions 19 and 20).

use crate::model::{Attachment, Content, List, Outcome, Output, Problem, ProblemKind, Reuse, TestRun, shorten};

/// Whose attachments become evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Evidence {
    /// Those of failed, errored and aborted cases.
    #[default]
    Failed,
    /// Those of all cases.
    All,
    /// Nobody's.
    None,
}

impl Evidence {
    /// Whether that of a case with this outcome is taken.
    pub fn is_of(self, outcome: Outcome) -> bool {
        match self {
            Evidence::Failed => outcome.is_failure(),
            Evidence::All => true,
            Evidence::None => false,
        }
    }
}

/// Which attachments become evidence, and how large they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidencePolicy {
    /// Whose attachments are taken.
    pub of: Evidence,
    /// Whose is taken that a report in the target's own format states. Default: all of it (decision 21).
    pub stated: Evidence,
    /// Whose output is taken as well.
    pub output: Evidence,
    /// Bytes of one file at most, before base64. Default: 10 MiB.
    pub max_file: u64,
    /// Bytes of all files of one test at most, before base64. Default: 20 MiB.
    pub max_test: u64,
}

impl Default for EvidencePolicy {
    fn default() -> EvidencePolicy {
        EvidencePolicy {
            of: Evidence::Failed,
            stated: Evidence::All,
            output: Evidence::None,
            max_file: 10 << 20,
            max_test: 20 << 20,
        }
    }
}

impl EvidencePolicy {
    /// Whether a file of `bytes` may join `used` bytes of the same test; the reason when it may not.
    pub fn admits(&self, bytes: u64, used: u64) -> Result<(), &'static str> {
        if bytes > self.max_file {
            Err("it is larger than --max-evidence")
        } else if used.saturating_add(bytes) > self.max_test {
            Err("the test's evidence would be larger than --max-evidence-per-test")
        } else {
            Ok(())
        }
    }
}

/// Takes attachments out of a case, one after the other, within the limits of one test.
pub(super) struct Taking<'a> {
    policy: &'a EvidencePolicy,
    /// The test, for messages.
    test: &'a str,
    used: u64,
    /// Whether it is told of what has no content: the target would refuse that.
    tells_of_empty: bool,
}

/// Bytes of the evidence that `run` and its steps hold; files that it only names are not looked at yet.
pub(super) fn bytes_of(run: &TestRun) -> u64 {
    let of_rows = run.stated.iterations.iter().flat_map(|row| &row.steps[..]);
    let of_steps = run.steps.iter().chain(of_rows).flat_map(|step| &step.attachments[..]);
    run.evidence.iter().chain(of_steps).map(Attachment::content_bytes).sum()
}

/// Paths that are compared with each other; beyond, the same path may be named twice.
const COMPARED: usize = 64;

impl<'a> Taking<'a> {
    pub(super) fn new(policy: &'a EvidencePolicy, test: &'a str) -> Taking<'a> {
        Taking { policy, test, used: 0, tells_of_empty: false }
    }

    /// For evidence that is `stated` in the target's own format.
    pub(super) fn of_stated(self, stated: bool) -> Taking<'a> {
        Taking { tells_of_empty: stated, ..self }
    }

    /// For a test of which evidence of `used` bytes was taken already.
    pub(super) fn beside(used: u64, policy: &'a EvidencePolicy, test: &'a str) -> Taking<'a> {
        Taking { policy, test, used, tells_of_empty: false }
    }

    /// Moves `attachment` to `taken` when it is usable and fits; its buffers change places with those of a spare one.
    pub(super) fn take(
        &mut self,
        attachment: &mut Attachment,
        taken: &mut List<Attachment>,
        problem: &mut dyn FnMut(Problem),
    ) {
        let size = match attachment.content {
            Content::Base64 | Content::Text if attachment.omitted > 0 => {
                self.refuse_omitted(attachment, problem);
                return;
            }
            Content::Link => return,
            Content::Path if attachment.data.trim().is_empty() || names_again(attachment, taken) => return,
            Content::Path => 0,
            Content::Text => attachment.data.len() as u64,
            Content::Base64 => {
                let fault = match attachment.data.trim().is_empty() {
                    true if self.tells_of_empty => "has no content",
                    true => return,
                    false if !make_base64(&mut attachment.data) => "is not valid base64",
                    false => "",
                };
                if !fault.is_empty() {
                    let message = format!("{}: the attachment {:?} {fault}", self.test, attachment.name);
                    problem(Problem::new(ProblemKind::MissingAttachment, message));
                    return;
                }
                attachment.content_bytes()
            }
        };
        if let Err(reason) = self.policy.admits(size, self.used) {
            problem(self.refusal(attachment, size, reason));
            return;
        }
        self.used += size;
        let place = taken.add();
        place.reset();
        std::mem::swap(place, attachment);
    }
}

impl Taking<'_> {
    /// Takes what a test wrote, in its beginning and its end where it is longer than what fits, and tells what is missing.
    pub(super) fn take_output(
        &mut self,
        name: &str,
        output: &mut Output,
        taken: &mut List<Attachment>,
        problem: &mut dyn FnMut(Problem),
    ) {
        if output.text.trim().is_empty() {
            return;
        }
        let room = self.policy.max_file.min(self.policy.max_test.saturating_sub(self.used));
        let omitted = shorten::tell_cut(&mut output.text, output.omitted);
        let cut = shorten::head_and_tail_bytes(&mut output.text, usize::try_from(room).unwrap_or(usize::MAX));
        let missing = omitted + cut as u64;
        if output.text.is_empty() {
            let message = format!("{}: {name} of {missing} bytes is left out: there is no room for it", self.test);
            problem(Problem::new(ProblemKind::EvidenceDropped, message));
            return;
        }
        if missing > 0 {
            let message = format!("{}: {missing} bytes in the middle of {name} are left out", self.test);
            problem(Problem::new(ProblemKind::TextShortened, message));
        }
        self.used += output.text.len() as u64;
        let place = taken.add();
        place.reset();
        place.name.push_str(name);
        std::mem::swap(&mut place.data, &mut output.text);
    }

    /// What is so long that its reader left it out is never evidence.
    fn refuse_omitted(&self, attachment: &Attachment, problem: &mut dyn FnMut(Problem)) {
        let size = match attachment.content {
            Content::Base64 => attachment.omitted / 4 * 3,
            _ => attachment.omitted,
        };
        let unheld = "there was more evidence than can be held until the end of its feature";
        problem(self.refusal(attachment, size, self.policy.admits(size, self.used).err().unwrap_or(unheld)));
    }

    fn refusal(&self, attachment: &Attachment, size: u64, reason: &str) -> Problem {
        let message =
            format!("{}: the attachment {:?} of {size} bytes is left out: {reason}", self.test, attachment.name);
        Problem::new(ProblemKind::EvidenceDropped, message)
    }
}

fn names_again(attachment: &Attachment, taken: &List<Attachment>) -> bool {
    taken.iter().take(COMPARED).any(|other| other.content == Content::Path && other.data == attachment.data)
}

/// Makes `data` standard base64 with padding, free of blanks; whether it is. Nearly always it is already, so that is
/// looked at first. Unused bits of the last character are not looked at.
fn make_base64(data: &mut String) -> bool {
    if base64_simd::STANDARD.check(data.as_bytes()).is_ok() {
        return true;
    }
    data.retain(|c| !c.is_ascii_whitespace());
    let digits = data.strip_suffix("==").or_else(|| data.strip_suffix('=')).unwrap_or(data);
    data.len().is_multiple_of(4)
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// Fills `attachment` from a `data:` address, an address or a path (junit.md C6).
pub(super) fn from_address(value: &str, attachment: &mut Attachment) {
    let value = value.trim();
    if let Some((head, data)) = value.strip_prefix("data:").and_then(|rest| rest.split_once(','))
        && let Some(media_type) = head.strip_suffix(";base64")
    {
        attachment.media_type.push_str(media_type);
        attachment.content = Content::Base64;
        attachment.data.push_str(data);
    } else {
        let is_link = value.starts_with("http://") || value.starts_with("https://");
        attachment.content = if is_link { Content::Link } else { Content::Path };
        attachment.data.push_str(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(attachments: &[(Content, &str)], policy: &EvidencePolicy) -> (Vec<String>, Vec<ProblemKind>) {
        let mut kept = List::default();
        let mut problems = Vec::new();
        let mut taking = Taking::new(policy, "t");
        for (content, data) in attachments {
            let mut attachment = Attachment { content: *content, data: (*data).to_owned(), ..Attachment::default() };
            taking.take(&mut attachment, &mut kept, &mut |problem| problems.push(problem.kind));
        }
        (kept.iter().map(|attachment| attachment.data.clone()).collect(), problems)
    }

    #[test]
    fn base64_is_stripped_and_checked() {
        let (kept, problems) = taken(
            &[
                (Content::Base64, "aGVs\n  bG8="),
                (Content::Base64, "not base64!"),
                (Content::Base64, " "),
                (Content::Base64, "QR=="),
            ],
            &EvidencePolicy::default(),
        );
        assert_eq!(kept, ["aGVsbG8=", "QR=="]);
        assert_eq!(problems, [ProblemKind::MissingAttachment]);
    }

    #[test]
    fn what_the_target_would_refuse_is_told() {
        let mut told = Vec::new();
        let policy = EvidencePolicy::default();
        let mut taking = Taking::new(&policy, "t").of_stated(true);
        let mut attachment = Attachment { content: Content::Base64, name: "a.png".to_owned(), ..Attachment::default() };
        taking.take(&mut attachment, &mut List::default(), &mut |problem| told.push(problem.message));
        assert_eq!(told, [r#"t: the attachment "a.png" has no content"#]);
    }

    #[test]
    fn limits_hold_per_file_and_per_test() {
        let policy = EvidencePolicy { of: Evidence::All, max_file: 4, max_test: 6, ..EvidencePolicy::default() };
        let (kept, problems) = taken(
            &[(Content::Text, "12345"), (Content::Text, "1234"), (Content::Text, "123"), (Content::Text, "12")],
            &policy,
        );
        assert_eq!(kept, ["1234", "12"]);
        assert_eq!(problems, [ProblemKind::EvidenceDropped; 2]);
    }

    #[test]
    fn outputs_are_cut_to_what_there_is_room_for() {
        let policy = EvidencePolicy { max_file: 1000, max_test: 1500, ..EvidencePolicy::default() };
        let (mut kept, mut problems) = (List::default(), Vec::new());
        let mut taking = Taking::new(&policy, "t");
        for (name, length, omitted) in [("a", 5000, 7), ("b", 400, 0), ("c", 400, 0), ("d", 400, 0), ("e", 0, 0)] {
            let mut output = Output { text: "é".repeat(length / 2), omitted };
            taking.take_output(name, &mut output, &mut kept, &mut |problem| {
                problems.push((problem.kind, problem.message))
            });
        }
        let lengths: Vec<_> = kept.iter().map(|one| (one.name.as_str(), one.data.len())).collect();
        assert!(lengths[0].1 <= 1000 && lengths[0].1 > 900, "{lengths:?}");
        assert_eq!(lengths[1], ("b", 400));
        assert_eq!(lengths.len(), 2, "{lengths:?}");
        assert!(kept[0].data.contains("bytes left out …]"));
        let kinds: Vec<_> = problems.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [ProblemKind::TextShortened, ProblemKind::EvidenceDropped, ProblemKind::EvidenceDropped]);
        assert!(problems[0].1.contains("bytes in the middle of a are left out"), "{problems:?}");
    }

    #[test]
    fn a_path_named_twice_is_taken_once() {
        let (kept, _) = taken(
            &[(Content::Path, "a.png"), (Content::Path, "a.png"), (Content::Path, " ")],
            &EvidencePolicy::default(),
        );
        assert_eq!(kept, ["a.png"]);
    }

    #[test]
    fn addresses_tell_what_they_are() {
        let mut attachment = Attachment::default();
        from_address("data:image/png;base64,QUJD", &mut attachment);
        assert_eq!((attachment.media_type.as_str(), attachment.data.as_str()), ("image/png", "QUJD"));
        let mut attachment = Attachment::default();
        from_address("https://ci/x.png", &mut attachment);
        assert_eq!(attachment.content, Content::Link);
    }
}
