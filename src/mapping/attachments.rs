//! From the attachments and outputs of a case to the evidence of its run.

use super::evidence::{self, Taking};
use super::roles;
use super::{COMMENT_LIMIT, Mapper, SUMMARY_LIMIT, clean, comment};
use crate::model::{
    Attachment, Content, List, Problem, Rare, Role, Stated, Step, TestCase, TestRun, push_slug, shorten,
};

/// What evidence without a name is called whose test has none, either.
const UNNAMED: &str = "test";

impl Mapper<'_> {
    pub(super) fn take_evidence(&mut self, case: &mut TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        let policy = &self.rules.evidence;
        let whose = if run.evidence_is_stated { policy.stated } else { policy.of };
        if whose.is_of(case.outcome) {
            self.take_attachments(case, run, problem);
        } else {
            run.steps.iter_mut().for_each(|step| step.attachments.clear());
            steps_of_rows(&mut run.stated).for_each(|step| step.attachments.clear());
        }
        if policy.output.is_of(case.outcome) {
            let used = evidence::bytes_of(run);
            let mut taking = Taking::beside(used, policy, run.identity.as_str());
            for (name, output) in [("stdout.txt", &mut case.stdout), ("stderr.txt", &mut case.stderr)] {
                taking.take_output(name, output, &mut run.evidence, problem);
            }
        }
    }

    fn take_attachments(&mut self, case: &mut TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        for property in case.properties.iter_mut() {
            match roles::of(&property.name, &self.dialect) {
                Some((Role::Evidence, _)) => {
                    for item in property.items.iter_mut() {
                        let attachment = case.attachments.add();
                        attachment.content = Content::Base64;
                        std::mem::swap(&mut attachment.name, &mut item.name);
                        std::mem::swap(&mut attachment.data, &mut item.value);
                    }
                }
                Some((Role::Attachment, _)) => evidence::from_address(&property.value, case.attachments.add()),
                _ => {}
            }
        }
        let mut taking = Taking::new(&self.rules.evidence, run.identity.as_str()).of_stated(run.evidence_is_stated);
        let mut links = Links { into: &mut self.findings.links, scratch: &mut self.scratch };
        for attachment in case.attachments.iter_mut().filter(|attachment| !links.take(attachment)) {
            taking.take(attachment, &mut run.evidence, problem);
        }
        let mut kept = List::default();
        for step in
            run.steps.iter_mut().chain(steps_of_rows(&mut run.stated)).filter(|step| !step.attachments.is_empty())
        {
            kept.clear();
            for attachment in step.attachments.iter_mut().filter(|attachment| !links.take(attachment)) {
                taking.take(attachment, &mut kept, problem);
            }
            std::mem::swap(&mut step.attachments, &mut kept);
        }
        let title = if case.title.is_empty() { run.identity.as_str() } else { &case.title };
        name_unnamed(&mut run.evidence, title);
    }
}

/// Numbers the evidence that has no name, behind that of the test.
fn name_unnamed(evidence: &mut List<Attachment>, title: &str) {
    let unnamed = evidence.iter_mut().filter(|attachment| attachment.name.trim().is_empty());
    for (attachment, number) in unnamed.filter(|attachment| attachment.content != Content::Path).zip(1..) {
        attachment.name.clear();
        push_slug(title, &mut attachment.name);
        if attachment.name.is_empty() {
            attachment.name.push_str(UNNAMED);
        }
        attachment.name.push_str(&format!("-{number}"));
    }
}

/// Steps of data rows, which only a report in the target's own format states.
fn steps_of_rows(stated: &mut Rare<Stated>) -> impl Iterator<Item = &mut Step> {
    let rows = stated.existing_mut().into_iter().flat_map(|stated| stated.iterations.iter_mut());
    rows.flat_map(|row| row.steps.iter_mut())
}

/// Links and log texts, which go into the comment of a failed run (decision 19).
struct Links<'a> {
    into: &'a mut String,
    scratch: &'a mut String,
}

impl Links<'_> {
    /// Notes `attachment` when it is a link or a log text; whether it was one.
    fn take(&mut self, attachment: &Attachment) -> bool {
        let is_log = attachment.content == Content::Text && attachment.media_type == comment::CUCUMBER_LOG;
        if attachment.content != Content::Link && !is_log {
            return false;
        }
        if self.into.len() < 4 * COMMENT_LIMIT {
            self.scratch.clear();
            clean::text(attachment.data.trim(), self.scratch);
            if !is_log && !attachment.name.is_empty() && attachment.name != attachment.data {
                self.into.push_str(&shorten::one_line(&attachment.name, SUMMARY_LIMIT));
                self.into.push_str(": ");
            }
            self.into.push_str(self.scratch);
            self.into.push('\n');
        }
        true
    }
}
