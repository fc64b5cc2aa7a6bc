//! Files to workers and outcomes back, in order, never more than a window's worth on the way.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::Error;
use super::at_hand::Work;
use super::batches::{Asked, Giant, Helpers};
use super::early::EarlyRuns;
use super::grouping::{Entered, Group, Grouping, Walk};
use super::outcome::ReportOutcome;
use super::purpose::Purpose;
use super::queue::{Queue, Task};
use super::stop::Stop;
use super::visitor::ConversionFailure;
use super::worker::{self, Scratch};
use crate::bundle::Ahead;
use crate::model::ReportId;
use crate::source::{self, Found, SourceError};

/// Files on their way for each worker thread. More evens out reports of different size; what waits is small, since the
/// runs themselves are in the store.
const WINDOW_PER_THREAD: usize = 32;

/// Files on their way at least. With fewer the walk of small files, which has no processor to itself, is waited for too
/// often; each of them may keep an archive open, so that there are not many more.
const SMALLEST_WINDOW: usize = 256;

/// Pieces of a report that is being read whose runs wait to be collected, for each of those who help with it. Whoever
/// reads it is whom all others wait for, so that he had better not collect them himself.
const EARLY_PER_HELPER: usize = 4;

/// One file as it reaches the collector.
pub(super) struct Arrival {
    /// What came of it.
    pub(super) outcome: ReportOutcome,
    /// Its group.
    pub(super) group: Arc<Group>,
    /// Groups that have no more files: the walk had left them before it came to this one.
    pub(super) left: Vec<Arc<Group>>,
    /// What ends the conversion.
    failure: Option<ConversionFailure>,
}

/// A bundle that can be written while others are still read.
pub(super) struct BundleAhead {
    pub(super) group: Arc<Group>,
    pub(super) bundle: Arc<Ahead>,
}

/// What is done with each file, in walk order. Bundles that became complete are appended to the list.
pub(super) trait Collect: Send {
    /// Takes the next file.
    fn report(&mut self, arrival: Arrival, bundles: &mut Vec<BundleAhead>) -> Result<(), Error>;

    /// Takes runs of the next file while that is being read, or leaves them where they are.
    fn early(&mut self, _runs: &mut EarlyRuns, _bundles: &mut Vec<BundleAhead>) -> Result<(), Error> {
        Ok(())
    }
}

impl<F: FnMut(Arrival) -> Result<(), Error> + Send> Collect for F {
    fn report(&mut self, arrival: Arrival, _: &mut Vec<BundleAhead>) -> Result<(), Error> {
        self(arrival)
    }
}

/// A file on its way.
struct File {
    id: ReportId,
    found: Found,
    entered: Entered,
}

type Files = Queue<File, BundleAhead, Arc<Giant>>;

/// By how many files are worked on, what for, and until when.
#[derive(Clone, Copy)]
pub(super) struct Workers<'w> {
    pub(super) threads: usize,
    pub(super) purpose: &'w Purpose<'w>,
    pub(super) stop: &'w Stop<'w>,
}

impl Workers<'_> {
    /// Walks the inputs on this thread, has the files read by workers and gives every outcome to `collect`, in walk order
    /// and one at a time.
    ///
    /// There is no thread that collects: whoever has read a report hands on all outcomes whose turn has come, so that
    /// nobody is woken for it. Only what is cheap may happen there.
    pub(super) fn run(self, walk: Walk<'_>, grouping: &mut Grouping, collect: &mut dyn Collect) -> Result<(), Error> {
        let Workers { threads, purpose, stop } = self;
        let window = (threads * WINDOW_PER_THREAD).max(SMALLEST_WINDOW);
        let queue = Queue::new(window, |bundle: &BundleAhead| bundle.bundle.is_large());
        let line = Line::new(&queue, stop, collect);
        let ask = |report: &Arc<Giant>| match queue.ask_for_help(Arc::clone(report)) {
            true => Asked::Idle,
            false => Asked::Busy,
        };
        let helpers = Helpers::new(threads, &ask);
        let walked = std::thread::scope(|scope| {
            let worker = |number| {
                let worker = std::thread::Builder::new().name(format!("worker-{number}"));
                worker.spawn_scoped(scope, || work(&queue, purpose, &helpers, &line, walk.inputs.len()))
            };
            // Where the system does not give them all, those that came do the work of the others.
            let (workers, refused) = until_refused((0..threads).map(worker));
            let walked = match refused {
                Some(error) if workers.is_empty() => Err(Error::NoThread(error)),
                _ => hand_out(walk, stop, grouping, &queue).map_err(Error::Source),
            };
            queue.end();
            // One that fell has said so.
            workers.into_iter().for_each(|worker| drop(worker.join()));
            walked
        });
        line.into_result()?;
        walked
    }
}

/// What was made until something could not be, and why not.
fn until_refused<T, E>(made: impl Iterator<Item = Result<T, E>>) -> (Vec<T>, Option<E>) {
    let mut refused = None;
    let given = made.map_while(|one| one.map_err(|error| refused = Some(error)).ok()).collect();
    (given, refused)
}

/// Walks the inputs, and queues what is found.
fn hand_out(walk: Walk<'_>, stop: &Stop<'_>, grouping: &mut Grouping, queue: &Files) -> Result<(), SourceError> {
    let mut next = 0u32;
    source::walk(walk.inputs, walk.options, &mut |found| {
        if stop.is_set() {
            return ControlFlow::Break(());
        }
        let entered = grouping.enter(&found);
        queue.push(File { id: ReportId(next), found, entered });
        next += 1;
        ControlFlow::Continue(())
    })
}

/// One worker, until there are no more files.
fn work(queue: &Files, purpose: &Purpose<'_>, helpers: &Helpers<'_>, line: &Line<'_>, inputs: usize) {
    let _fallen = OnDrop(|| {
        if std::thread::panicking() {
            line.fail(Error::Threads("a worker thread died".to_owned()));
        }
    });
    let write = |bundle: BundleAhead, other: Option<BundleAhead>| {
        let bundles = std::iter::once(&bundle).chain(&other).map(|one| (&*one.bundle, &one.group.store));
        // A bundle that nobody has begun stays where it is.
        if !line.stop.is_set()
            && let Err(error) = worker::write_ahead(&bundles.collect::<Vec<_>>(), purpose)
        {
            line.fail(Error::Output(error));
        }
    };
    let take_early = |runs: &mut EarlyRuns| {
        line.hand_in_early(runs, EARLY_PER_HELPER * helpers.number());
        // Memory must not fill with what the others do not come to.
        while let Some((bundle, other)) = queue.bundles_beyond(helpers.number()) {
            write(bundle, other);
        }
    };
    let mut scratch = Scratch::default();
    let mut read = 0;
    while let Some(task) = queue.next(std::mem::take(&mut read)) {
        match task {
            Task::Write(bundle, other) => write(bundle, other),
            Task::Help(report) => {
                worker::help(&report, helpers, purpose, &mut scratch);
                line.collect_arrived();
            }
            Task::Read(File { id, found, entered: Entered { group, place, left } }) => {
                let work = Work { purpose, group: &group, helpers, early: Some(&take_early) };
                let told_input = (inputs > 1).then(|| found.place().input.saturating_add(1));
                let (mut outcome, failure) = worker::process(id, found, place, &work, &mut scratch);
                outcome.surroundings.told_input = told_input;
                line.hand_in(Arrival { outcome, group, left, failure });
                read = 1;
            }
        }
    }
}

/// Where outcomes are put into order.
struct Line<'c> {
    queue: &'c Files,
    stop: &'c Stop<'c>,
    inbox: Mutex<Vec<Arrival>>,
    /// Runs of the report whose turn it is, which is being read, in order.
    early: Mutex<Vec<EarlyRuns>>,
    order: Mutex<Order<'c>>,
}

/// Outcomes whose turn has not come, and what is done with those whose turn it is.
struct Order<'c> {
    next: ReportId,
    /// Outcome of the report `next` and of those behind it, as far as they are known.
    waiting: VecDeque<Option<Arrival>>,
    arrived: Vec<Arrival>,
    bundles: Vec<BundleAhead>,
    collect: &'c mut dyn Collect,
    result: Result<(), Error>,
}

impl<'c> Line<'c> {
    fn new(queue: &'c Files, stop: &'c Stop<'c>, collect: &'c mut dyn Collect) -> Line<'c> {
        let order = Order {
            next: ReportId(0),
            waiting: VecDeque::new(),
            arrived: Vec::new(),
            bundles: Vec::new(),
            collect,
            result: Ok(()),
        };
        Line { queue, stop, inbox: Mutex::default(), early: Mutex::default(), order: Mutex::new(order) }
    }

    /// Hands in an outcome and, unless somebody is at it already, collects all whose turn has come.
    fn hand_in(&self, arrival: Arrival) {
        self.inbox().push(arrival);
        self.collect_arrived();
    }

    /// Hands in runs of a report that is being read, if its turn has come and nobody collects. From then on they go
    /// into a heap for whoever has time, as long as there are no more than `most`.
    fn hand_in_early(&self, runs: &mut EarlyRuns, most: usize) {
        // Whoever calls this takes a panic for one of the report's reader.
        let _fallen = OnDrop(|| {
            if std::thread::panicking() {
                self.fail(Error::Threads("what collects outcomes died".to_owned()));
            }
        });
        if runs.have_begun {
            let mut early = self.early();
            early.push(runs.take());
            if early.len() <= most {
                return;
            }
        } else if let Some(mut order) = self.order_if_free() {
            order.collect_early(runs, self.stop);
            self.queue.collected(0, &mut order.bundles);
        }
        self.collect_arrived();
    }

    /// Collects what has come, unless somebody is at it.
    fn collect_arrived(&self) {
        // Who puts something in while another one collects leaves it to him; so he looks again after he has let go.
        while self.has_arrivals() {
            let Some(mut order) = self.order_if_free() else { return };
            let order = &mut *order;
            std::mem::swap(&mut *self.inbox(), &mut order.arrived);
            // Of a report that has arrived all these have come before.
            let early = std::mem::take(&mut *self.early());
            early.into_iter().for_each(|mut runs| order.collect_early(&mut runs, self.stop));
            let collected = order.collect_arrived(self.stop);
            self.queue.collected(collected, &mut order.bundles);
        }
    }

    fn has_arrivals(&self) -> bool {
        !self.inbox().is_empty() || !self.early().is_empty()
    }

    fn order_if_free(&self) -> Option<MutexGuard<'_, Order<'c>>> {
        match self.order.try_lock() {
            Ok(order) => Some(order),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Nothing can be completed any more: a worker has fallen, or a bundle cannot be written.
    fn fail(&self, error: Error) {
        self.stop.fail();
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        if order.result.is_ok() {
            order.result = Err(error);
        }
        // A worker that fell took an outcome with it for which the walk would wait.
        self.queue.give_up();
    }

    fn early(&self) -> MutexGuard<'_, Vec<EarlyRuns>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inbox(&self) -> MutexGuard<'_, Vec<Arrival>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_result(self) -> Result<(), Error> {
        self.order.into_inner().unwrap_or_else(PoisonError::into_inner).result
    }
}

impl Order<'_> {
    /// Hands on runs of a report whose turn has come. Those of others, and all after a failure, stay where they are.
    fn collect_early(&mut self, runs: &mut EarlyRuns, stop: &Stop<'_>) {
        if self.result.is_ok() && runs.report == self.next {
            self.result = self.collect.early(runs, &mut self.bundles);
            if self.result.is_err() {
                stop.fail();
            }
        }
    }

    /// Puts what has arrived in its place and hands on what is complete from the front. After a failure it only drains,
    /// so that nobody waits for it. Gives the number of outcomes that left.
    fn collect_arrived(&mut self, stop: &Stop<'_>) -> usize {
        for arrival in self.arrived.drain(..) {
            let place = (arrival.outcome.id.0 - self.next.0) as usize;
            if self.waiting.len() <= place {
                self.waiting.resize_with(place + 1, || None);
            }
            self.waiting[place] = Some(arrival);
        }
        let mut collected = 0;
        while let Some(mut arrival) = self.waiting.front_mut().and_then(Option::take) {
            self.waiting.pop_front();
            self.next = ReportId(self.next.0 + 1);
            collected += 1;
            if self.result.is_ok() {
                self.result = match arrival.failure.take() {
                    Some(failure) => Err(Error::conversion(&arrival.outcome, failure)),
                    None => self.collect.report(arrival, &mut self.bundles),
                };
                if self.result.is_err() {
                    stop.fail();
                }
            }
        }
        collected
    }
}

/// Does something when it goes out of scope, however that happens.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
