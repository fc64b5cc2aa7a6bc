//! What is worth saying once per report, however often it occurs.

use crate::model::{Position, Problem, ProblemKind, ReportVisitor, shorten};

/// Remarks of one report: each with the place of its first occurrence and their number.
#[derive(Debug, Default)]
pub struct Remarks {
    remarks: Vec<Remark>,
}

#[derive(Debug)]
struct Remark {
    kind: ProblemKind,
    topic: &'static str,
    detail: String,
    /// Words of later occurrences, none twice.
    words: Vec<String>,
    first: Position,
    count: u64,
}

/// Words that one remark lists at most.
const MOST_WORDS: usize = 10;

/// Bytes of such a word at most.
const LONGEST_WORD: usize = 40;

impl Remarks {
    /// Counts one occurrence. `topic` is the sentence that tells remarks of one kind apart; `detail` follows it, for
    /// the first occurrence only.
    #[cold]
    #[inline(never)]
    pub fn add(
        &mut self,
        kind: ProblemKind,
        topic: &'static str,
        detail: impl FnOnce() -> String,
        place: impl FnOnce() -> Position,
    ) {
        if let Some(known) = self.remarks.iter_mut().find(|remark| remark.kind == kind && remark.topic == topic) {
            known.count += 1;
            return;
        }
        self.remarks.push(Remark { kind, topic, detail: detail(), words: Vec::new(), first: place(), count: 1 });
    }

    /// Counts one occurrence, of which `word` is what matters: each other word is listed, up to ten.
    #[cold]
    #[inline(never)]
    pub fn add_word(&mut self, kind: ProblemKind, topic: &'static str, word: &str, place: impl FnOnce() -> Position) {
        let quoted = || format!("'{}'", shorten::one_line(word, LONGEST_WORD));
        self.add(kind, topic, quoted, place);
        let Some(known) = self.remarks.iter_mut().find(|remark| remark.kind == kind && remark.topic == topic) else {
            return;
        };
        if known.words.len() < MOST_WORDS {
            let word = quoted();
            if word != known.detail && !known.words.contains(&word) {
                known.words.push(word);
            }
        }
    }

    /// Tells the visitor and forgets.
    pub fn finish(&mut self, visitor: &mut dyn ReportVisitor) {
        for remark in self.remarks.drain(..) {
            let mut message = remark.topic.to_owned();
            if !remark.detail.is_empty() {
                message.push_str(": ");
                message.push_str(&remark.detail);
            }
            let listed = remark.words.len().min(MOST_WORDS - 1);
            remark.words[..listed].iter().for_each(|word| message.push_str(&format!(", {word}")));
            if listed < remark.words.len() {
                message.push_str(" and others");
            }
            if remark.count > 1 {
                message.push_str(&format!(" ({} times in this report)", remark.count));
            }
            visitor.problem(Problem::new(remark.kind, message).at(remark.first));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TestCase;

    struct Told(Vec<String>);

    impl ReportVisitor for Told {
        fn case(&mut self, _: &mut Box<TestCase>) -> std::ops::ControlFlow<()> {
            std::ops::ControlFlow::Continue(())
        }

        fn problem(&mut self, problem: Problem) {
            self.0.push(problem.message);
        }

        fn producer(&mut self, _: &str) {}
    }

    fn told(words: &[&str]) -> String {
        let (mut remarks, mut told) = (Remarks::default(), Told(Vec::new()));
        for word in words {
            remarks.add_word(ProblemKind::UnknownStatus, "read as passed", word, || Position {
                offset: 0,
                line: 1,
                column: 1,
            });
        }
        remarks.finish(&mut told);
        told.0.concat()
    }

    #[test]
    fn words_are_listed_once_each() {
        assert_eq!(told(&["odd"]), "read as passed: 'odd'");
        assert_eq!(told(&["odd", "even", "odd"]), "read as passed: 'odd', 'even' (3 times in this report)");
    }

    #[test]
    fn a_long_list_ends() {
        let words: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(
            told(&words),
            "read as passed: '1', '2', '3', '4', '5', '6', '7', '8', '9', '10' and others (20 times in this report)"
        );
    }
}
