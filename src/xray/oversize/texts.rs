//! Steps 4 to 6: texts.

use std::borrow::Cow;

use crate::model::shorten;

use super::Shrinking;
use super::evidence::all_steps_mut;
use crate::xray::markup;
use crate::xray::wire::{Run, Text};

/// UTF-16 units to which a text is cut before it goes altogether.
const SHORTEST: usize = 500;

impl Shrinking<'_, '_> {
    pub(super) fn shorten_comment(&mut self) {
        let Some(comment) = self.run.comment.clone().filter(|_| !self.fits()) else { return };
        let part = markup::unframed(comment.as_str(), self.options.target);
        let before = part.text.encode_utf16().count();
        let mut limit = before;
        while !self.fits() && limit > SHORTEST {
            limit = (limit / 2).max(SHORTEST);
            let mut text = part.text.to_string();
            shorten::head_and_tail(&mut text, limit);
            let parts = std::slice::from_ref(&part);
            self.run.comment =
                Some(Text(Cow::Owned(markup::framed_as(&text, parts, self.options.target).into_owned())));
            self.measure();
        }
        if limit < before {
            self.steps.push(format!("comment of {before} characters shortened to {limit}"));
        }
    }

    /// What rows logged and what steps say, first to their heads and tails, then altogether.
    pub(super) fn shorten_logs_and_steps(&mut self) {
        for limit in [Some(SHORTEST), None] {
            for what in [Said::Log, Said::Step] {
                let cut = if self.fits() { 0 } else { self.cut(what, limit) };
                if cut > 0 {
                    let how = limit.map_or("left out".to_owned(), |limit| format!("shortened to {limit} characters"));
                    self.steps.push(format!("{} {how}: {cut}", what.name()));
                    self.measure();
                }
            }
        }
    }

    /// Cuts all texts of a kind and tells how many were cut.
    fn cut(&mut self, what: Said, limit: Option<usize>) -> usize {
        let Run { steps, iterations, .. } = &mut self.run;
        let texts: Vec<&mut Option<Text<'_>>> = match what {
            Said::Log => iterations.iter_mut().map(|row| &mut row.log).collect(),
            Said::Step => {
                all_steps_mut(steps, iterations).flat_map(|step| [&mut step.comment, &mut step.actual_result]).collect()
            }
        };
        texts.into_iter().map(|text| usize::from(cut_one(text, limit))).sum()
    }

    pub(super) fn drop_comment(&mut self) {
        let Some(comment) = self.run.comment.take_if(|_| self.size > self.allowed) else { return };
        self.steps.push(format!("comment of {} characters left out", comment.as_str().encode_utf16().count()));
        self.measure();
    }
}

/// Who says something.
#[derive(Debug, Clone, Copy)]
enum Said {
    Log,
    Step,
}

impl Said {
    fn name(self) -> &'static str {
        match self {
            Said::Log => "logs of its data rows",
            Said::Step => "comments and actual results of its steps",
        }
    }
}

fn cut_one(text: &mut Option<Text<'_>>, limit: Option<usize>) -> bool {
    let Some(limit) = limit else { return text.take().is_some() };
    let Some(present) = text else { return false };
    let mut shorter = present.as_str().to_owned();
    let is_cut = shorten::head_and_tail(&mut shorter, limit);
    if is_cut {
        *text = Some(Text(Cow::Owned(shorter)));
    }
    is_cut
}
