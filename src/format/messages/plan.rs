//! What a stream announces before it runs: features, pickles and the test cases made of them.

mod announced;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::model::{HashedMap, Limit, LimitReached};

use super::ids::Id;
use super::texts::Texts;

/// What is announced and may still be referred to. Much of it is there before the first scenario runs, so it is as small as may
/// be; what has finished goes, the first first, when there is much of that, or no more room.
#[derive(Debug)]
pub(super) struct Plan {
    nodes: HashedMap<Node>,
    /// Lines of scenarios and of rows of Examples.
    lines: HashedMap<u64>,
    pickles: HashedMap<Box<Pickle>>,
    cases: HashedMap<Box<PlannedCase>>,
    /// Which hooks stand before, and which after, what they belong to.
    hooks: HashedMap<&'static str>,
    /// Keywords of the steps in the features, by which pickles that come later call theirs.
    keywords: HashedMap<Rc<str>>,
    texts: Texts,
    /// Cases that have finished, in this order, each once. Who began once more is in it, too.
    finished: VecDeque<Id>,
    /// What the cases take that have finished.
    finished_bytes: usize,
    /// Cases that have finished and are forgotten.
    forgotten: usize,
    /// Whether a case was announced before its pickle: then nobody knows who needs a pickle.
    out_of_order: bool,
    /// What all takes, but for texts.
    bytes: usize,
    /// What the attempts take that run.
    running: usize,
    /// What all may take.
    most: usize,
    /// Parts for which there was no room.
    left_out: u64,
}

/// A scenario of a feature.
#[derive(Debug)]
struct Node {
    feature: Rc<str>,
    /// `feature;rule;scenario`, as the JSON reports of Cucumber have it.
    id: Box<str>,
    /// Ids of the feature's own tags, in their own order.
    feature_tags: Rc<[Id]>,
}

/// A scenario, or a row of an outline, ready to run.
#[derive(Debug)]
pub(super) struct Pickle {
    pub(super) uri: Rc<str>,
    pub(super) name: Rc<str>,
    pub(super) nodes: Box<[Id]>,
    /// Names of tags and the ids of what they stand on.
    pub(super) tags: Box<[(Rc<str>, Id)]>,
    /// Words of its steps, by ids in order.
    steps: Box<[(Id, Rc<str>)]>,
    /// Cases that are made of it.
    cases: u32,
}

#[derive(Debug, Default)]
pub(super) struct PlannedCase {
    pub(super) pickle: Id,
    /// By ids in order.
    steps: Box<[(Id, PlannedStep)]>,
    started: bool,
    /// Attempts that run.
    running: u32,
    /// Whether an attempt of it was to be followed by another one.
    expected_again: bool,
    /// Whether its last attempt is over, as the report says.
    finished: bool,
    /// Whether it is among those that have finished, even if it has begun once more.
    queued: bool,
}

#[derive(Debug, Clone, Copy)]
enum PlannedStep {
    /// The pickle's step of this id.
    Step(Id),
    /// A hook, and where it stands.
    Hook(&'static str),
}

/// A step, with its words, or a hook: `before`, `after`, or no more than a `hook` where that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'p> {
    Step(&'p str),
    Hook(&'static str),
}

/// What is known of the scenario that a pickle came from.
#[derive(Debug, Default)]
pub(super) struct Place<'p> {
    pub(super) feature: &'p str,
    pub(super) id: &'p str,
    feature_tags: &'p [Id],
}

impl Place<'_> {
    /// Whether a tag with this id stands on the feature.
    pub(super) fn has_tag(&self, tag: Id) -> bool {
        self.feature_tags.binary_search(&tag).is_ok()
    }
}

impl Plan {
    /// A plan that may take so many bytes.
    pub(super) fn new(most: u64) -> Plan {
        Plan {
            nodes: HashedMap::default(),
            lines: HashedMap::default(),
            pickles: HashedMap::default(),
            cases: HashedMap::default(),
            hooks: HashedMap::default(),
            keywords: HashedMap::default(),
            texts: Texts::default(),
            finished: VecDeque::new(),
            finished_bytes: 0,
            forgotten: 0,
            out_of_order: false,
            bytes: 0,
            running: 0,
            most: usize::try_from(most).unwrap_or(usize::MAX),
            left_out: 0,
        }
    }

    pub(super) fn case(&self, id: Id) -> Option<(&PlannedCase, &Pickle)> {
        let case = self.cases.get(&id)?;
        Some((case, self.pickles.get(&case.pickle)?))
    }

    pub(super) fn place(&self, pickle: &Pickle) -> Place<'_> {
        match pickle.nodes.first().and_then(|node| self.nodes.get(node)) {
            Some(node) => Place { feature: &node.feature, id: &node.id, feature_tags: &node.feature_tags },
            None => Place::default(),
        }
    }

    /// The line of a scenario, or of its row.
    pub(super) fn line(&self, pickle: &Pickle) -> Option<u64> {
        pickle.nodes.last().and_then(|node| self.lines.get(node)).copied()
    }

    /// A step or a hook of a case; `None` when it was not announced.
    pub(super) fn step(&self, case: Id, step: Id) -> Option<Role<'_>> {
        let (case, pickle) = self.case(case)?;
        match find(&case.steps, step)? {
            PlannedStep::Step(step) => find(&pickle.steps, *step).map(|words| Role::Step(words)),
            PlannedStep::Hook(hook) => Some(Role::Hook(hook)),
        }
    }

    /// Notes that an attempt of a case starts.
    pub(super) fn begin(&mut self, id: Id) {
        let Some(case) = self.cases.get_mut(&id) else { return };
        case.started = true;
        case.running += 1;
        case.expected_again = false;
        if std::mem::take(&mut case.finished) {
            self.finished_bytes -= case.bytes();
        }
    }

    /// Notes that an attempt of a case is over, and whether another one is to follow, where that is said.
    pub(super) fn end(&mut self, id: Id, retried: Option<bool>) {
        let Some(case) = self.cases.get_mut(&id) else { return };
        case.running = case.running.saturating_sub(1);
        case.expected_again |= retried == Some(true);
        if retried == Some(false) && case.running == 0 && !case.finished {
            case.finished = true;
            self.finished_bytes += case.bytes();
            if !std::mem::replace(&mut case.queued, true) {
                self.finished.push_back(id);
            }
        }
        while self.finished_bytes > FINISHED.min(self.most / 8) && self.forget_first() {}
    }

    /// What of the plan never ran, in words.
    pub(super) fn never_ran(&self) -> Option<String> {
        let count = |is: fn(&PlannedCase) -> bool| self.cases.values().filter(|case| is(case)).count();
        let (waiting, again) = (count(|case| !case.started), count(|case| case.expected_again));
        let planned = self.cases.len() + self.forgotten;
        let never_started = format!("{waiting} of {planned} planned test cases never started");
        let never_again = format!("retries that were announced and never started: {again}");
        match (waiting, again) {
            (0, 0) => None,
            (_, 0) => Some(never_started),
            (0, _) => Some(never_again),
            _ => Some(format!("{never_started}; {never_again}")),
        }
    }

    /// What is to be told where not all found room.
    pub(super) fn overflow(&self) -> LimitReached {
        let what = format!("{} parts of the plan were left out, for which more memory would be needed", self.left_out);
        LimitReached { what, ..self.reached() }
    }

    /// The limit, for whoever says what goes beyond it.
    pub(super) fn reached(&self) -> LimitReached {
        LimitReached::new(Limit::PlanBytes, self.most as u64, "")
    }

    /// Notes what attempts take that run.
    pub(super) fn charge(&mut self, bytes: usize) {
        self.running += bytes;
    }

    /// Notes that what attempts took is free.
    pub(super) fn give_back(&mut self, bytes: usize) {
        self.running -= bytes;
    }

    /// Whether what attempts take finds no room beside the plan, whatever of that is forgotten. An eighth is theirs beside one
    /// that takes all.
    pub(super) fn is_short(&mut self) -> bool {
        while self.bytes + self.texts.bytes() + self.running > self.most && self.running > self.most / 8 {
            if !self.forget_something() {
                return true;
            }
        }
        false
    }

    /// Whether anything found no room.
    pub(super) fn is_full(&self) -> bool {
        self.left_out > 0
    }

    /// Takes room for so many bytes; `false`, and noted, where there is none.
    pub(super) fn take_room(&mut self, bytes: usize) -> bool {
        while self.bytes + self.texts.bytes() + bytes > self.most {
            if !self.forget_something() {
                self.left_out += 1;
                return false;
            }
        }
        self.bytes += bytes;
        true
    }

    /// Notes that what took room is gone.
    pub(super) fn free(&mut self, bytes: usize) {
        self.bytes -= bytes;
    }

    /// Forgets what is needed least; `false` when there is nothing of that sort.
    fn forget_something(&mut self) -> bool {
        self.forget_keywords() || self.forget_first()
    }

    /// Pickles to come call their steps by the text alone then.
    fn forget_keywords(&mut self) -> bool {
        let keywords = std::mem::take(&mut self.keywords);
        self.bytes -= keywords.len() * SLOT;
        let any = !keywords.is_empty();
        keywords.into_values().for_each(|keyword| self.texts.release(keyword));
        any
    }

    /// Forgets the case that finished first, and its pickle when no other one is made of it; `false` when there is none.
    fn forget_first(&mut self) -> bool {
        while let Some(id) = self.finished.pop_front() {
            let Some(case) = self.cases.get_mut(&id) else { continue };
            case.queued = false;
            if case.finished
                && let Some(case) = self.forget_case(id)
            {
                self.forgotten += 1;
                let is_needed = self.pickles.get(&case.pickle).is_some_and(|pickle| pickle.cases > 0);
                if !is_needed && !self.out_of_order {
                    self.forget_pickle(case.pickle);
                }
                return true;
            }
        }
        false
    }

    fn forget_case(&mut self, id: Id) -> Option<Box<PlannedCase>> {
        let case = self.cases.remove(&id)?;
        self.bytes -= case.bytes();
        if case.finished {
            self.finished_bytes -= case.bytes();
        }
        if let Some(pickle) = self.pickles.get_mut(&case.pickle) {
            pickle.cases = pickle.cases.saturating_sub(1);
        }
        Some(case)
    }

    fn forget_pickle(&mut self, id: Id) -> Option<u32> {
        let pickle = *self.pickles.remove(&id)?;
        self.bytes -= pickle.bytes();
        let cases = pickle.cases;
        self.release(pickle);
        Some(cases)
    }

    fn release(&mut self, pickle: Pickle) {
        self.texts.release(pickle.uri);
        self.texts.release(pickle.name);
        pickle.tags.into_iter().for_each(|(tag, _)| self.texts.release(tag));
        pickle.steps.into_iter().for_each(|(_, words)| self.texts.release(words));
    }

    /// Adds a pickle; one of the same id is replaced.
    fn add_pickle(&mut self, id: Id, mut pickle: Pickle) {
        pickle.cases = self.forget_pickle(id).unwrap_or(0);
        if self.take_room(pickle.bytes()) {
            self.pickles.insert(id, Box::new(pickle));
        } else {
            self.release(pickle);
        }
    }

    /// Adds a case; one of the same id is replaced.
    fn add_case(&mut self, id: Id, mut case: PlannedCase) {
        case.running = self.forget_case(id).map_or(0, |known| known.running);
        if !self.take_room(case.bytes()) {
            return;
        }
        match self.pickles.get_mut(&case.pickle) {
            Some(pickle) => pickle.cases += 1,
            // It may have found no room, and will not come.
            None => self.out_of_order |= !self.is_full(),
        }
        self.cases.insert(id, Box::new(case));
    }

    fn add_node(&mut self, id: Id, node: Node) {
        if let Some(known) = self.nodes.remove(&id) {
            self.bytes -= known.bytes();
            self.texts.release(known.feature);
        }
        if self.take_room(node.bytes()) {
            self.nodes.insert(id, node);
        } else {
            self.texts.release(node.feature);
        }
    }

    fn add_line(&mut self, node: Id, line: u64) {
        if self.lines.contains_key(&node) || self.take_room(SLOT) {
            self.lines.insert(node, line);
        }
    }

    fn add_keyword(&mut self, step: Id, keyword: &str) {
        if !self.keywords.contains_key(&step) && self.take_room(SLOT) {
            let keyword = self.texts.share(keyword);
            self.keywords.insert(step, keyword);
        }
    }

    fn add_hook(&mut self, id: Id, place: &'static str) {
        if self.hooks.contains_key(&id) || self.take_room(SLOT) {
            self.hooks.insert(id, place);
        }
    }
}

/// Most bytes of cases that have finished: some producers announce no retry and do retry.
const FINISHED: usize = 8 << 20;

/// Bytes that a place in a table takes, with those that are free beside it.
const SLOT: usize = 48;

impl Node {
    fn bytes(&self) -> usize {
        SLOT + size_of::<Node>() + self.id.len()
    }
}

impl Pickle {
    fn bytes(&self) -> usize {
        let lists = size_of_val(&*self.nodes) + size_of_val(&*self.tags) + size_of_val(&*self.steps);
        SLOT + size_of::<Pickle>() + lists
    }
}

impl PlannedCase {
    fn bytes(&self) -> usize {
        SLOT + size_of::<PlannedCase>() + size_of_val(&*self.steps)
    }
}

/// What an id stands for in a list in order of ids; of several the last counts.
fn find<T>(list: &[(Id, T)], id: Id) -> Option<&T> {
    let behind = list.partition_point(|(one, _)| *one <= id);
    list[..behind].last().filter(|(one, _)| *one == id).map(|(_, found)| found)
}

/// A list as [`find`] looks through it.
fn in_order<T>(mut list: Vec<(Id, T)>) -> Box<[(Id, T)]> {
    list.sort_by_key(|(id, _)| *id);
    list.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_is_over_again_and_again_waits_once() {
        let mut plan = Plan::new(1 << 20);
        let case = Box::<PlannedCase>::default();
        plan.bytes += case.bytes();
        plan.cases.insert(7, case);
        for _ in 0..1000 {
            plan.begin(7);
            plan.end(7, Some(false));
        }
        assert_eq!((plan.finished.len(), plan.finished_bytes), (1, plan.cases[&7].bytes()));
        assert!(plan.forget_first() && !plan.forget_first());
        assert_eq!((plan.finished_bytes, plan.forgotten), (0, 1));
    }
}
