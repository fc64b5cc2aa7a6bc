//! Files on their way: from the walk to the workers, never more than a window's worth until they are collected; and what
//! else there is for workers to do.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a worker does next.
pub(super) enum Task<F, B, L> {
    /// Write a bundle, or two at once. That frees memory, and so comes first; but two are less work than one and one
    /// more, so that one alone waits for another while there is something else to do, unless it is large.
    Write(B, Option<B>),
    /// Help with a large report that somebody else is reading.
    Help(L),
    /// Read a file.
    Read(F),
}

/// Where workers find what is to be done next: files `F` to be read, bundles `B` to be written and large reports `L` to
/// help with.
///
/// A file is on its way from the moment it is pushed until its outcome has been collected, and no more than a window's
/// worth are at any time. Nobody is woken where it can be helped: workers find the next file without sleeping while
/// there is one, the walk, once it had to wait, is woken when there is room for several, and nobody is woken twice: it
/// takes its time until he who was woken comes, and to wake is a call of the system each time. Nobody leaves while
/// others read: one of them may want help.
pub(super) struct Queue<F, B, L> {
    state: Mutex<State<F, B, L>>,
    /// Workers wait here for files.
    filled: Condvar,
    /// The walk waits here for room.
    drained: Condvar,
    window: usize,
    /// Whether a bundle is so large that it does not wait for another.
    is_large: fn(&B) -> bool,
}

struct State<F, B, L> {
    files: VecDeque<F>,
    bundles: VecDeque<B>,
    wanting_help: VecDeque<L>,
    on_their_way: usize,
    /// Files that workers are at.
    read: usize,
    /// Workers that wait for something to do.
    idle: usize,
    /// Those of them who have been woken and have not come yet.
    woken: usize,
    walk_waits: bool,
    /// Whether no more files will come.
    ended: bool,
    /// Whether somebody has died who will never say that his file has been read.
    broken: bool,
}

impl<F, B, L> Queue<F, B, L> {
    /// A queue that lets `window` files be on their way.
    pub(super) fn new(window: usize, is_large: fn(&B) -> bool) -> Queue<F, B, L> {
        Queue {
            state: Mutex::new(State {
                files: VecDeque::new(),
                bundles: VecDeque::new(),
                wanting_help: VecDeque::new(),
                on_their_way: 0,
                read: 0,
                idle: 0,
                woken: 0,
                walk_waits: false,
                ended: false,
                broken: false,
            }),
            filled: Condvar::new(),
            drained: Condvar::new(),
            window: window.max(1),
            is_large,
        }
    }

    /// Puts a file onto its way, waiting for room before.
    pub(super) fn push(&self, file: F) {
        let mut state = self.lock();
        if state.on_their_way >= self.window {
            while !self.has_room(&state) {
                state.walk_waits = true;
                state = self.drained.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.walk_waits = false;
        }
        state.files.push_back(file);
        state.on_their_way += 1;
        self.wake_one(&mut state);
    }

    /// Asks for help with a large report; whether somebody is there who has nothing else to do.
    pub(super) fn ask_for_help(&self, report: L) -> bool {
        let mut state = self.lock();
        state.wanting_help.push_back(report);
        let is_idle = state.idle >= state.wanting_help.len();
        self.wake_one(&mut state);
        is_idle
    }

    /// Nothing can be completed any more: the walk ends, and nobody waits for anybody.
    pub(super) fn give_up(&self) {
        self.lock().broken = true;
        self.end();
    }

    /// No more files will come: workers that find none leave.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.filled.notify_all();
        self.drained.notify_all();
    }

    /// What is to be done next; waits for something, and gives nothing once the last file has been read. The caller has
    /// read as many files since the last time.
    pub(super) fn next(&self, read: usize) -> Option<Task<F, B, L>> {
        let mut state = self.lock();
        state.read = state.read.saturating_sub(read);
        loop {
            if (state.bundles.len() > 1 || state.bundles.front().is_some_and(self.is_large))
                && let Some((bundle, other)) = self.take_bundles(&mut state)
            {
                return Some(Task::Write(bundle, other));
            }
            if let Some(report) = state.wanting_help.pop_front() {
                return Some(Task::Help(report));
            }
            if let Some(file) = state.files.pop_front() {
                state.read += 1;
                self.tell_walk(&mut state);
                return Some(Task::Read(file));
            }
            if let Some((bundle, other)) = self.take_bundles(&mut state) {
                return Some(Task::Write(bundle, other));
            }
            if state.ended && (state.read == 0 || state.broken) {
                if state.idle > 0 {
                    self.filled.notify_all();
                }
                return None;
            }
            state.idle += 1;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
            state.woken = state.woken.saturating_sub(1);
        }
    }

    /// Bundles to be written by somebody who is busy with something else: only when more than two wait for each of the
    /// `others`.
    pub(super) fn bundles_beyond(&self, others: usize) -> Option<(B, Option<B>)> {
        let mut state = self.lock();
        if state.bundles.len() > 2 * others { self.take_bundles(&mut state) } else { None }
    }

    /// The next bundle, with another one unless one of them is large.
    fn take_bundles(&self, state: &mut State<F, B, L>) -> Option<(B, Option<B>)> {
        let is_large = self.is_large;
        let bundle = state.bundles.pop_front()?;
        let other = if is_large(&bundle) { None } else { state.bundles.pop_front_if(|other| !is_large(other)) };
        Some((bundle, other))
    }

    /// As many files are no longer on their way, and these bundles can be written.
    pub(super) fn collected(&self, files: usize, bundles: &mut Vec<B>) {
        let mut state = self.lock();
        state.on_their_way = state.on_their_way.saturating_sub(files);
        // Whoever collected takes the first himself.
        (1..bundles.len()).for_each(|_| self.wake_one(&mut state));
        state.bundles.extend(bundles.drain(..));
        self.tell_walk(&mut state);
    }

    /// Room enough to wake the walk for: files that wait for an earlier one must not keep workers from the next.
    fn has_room(&self, state: &State<F, B, L>) -> bool {
        state.ended || (state.on_their_way < self.window && state.files.len() <= self.window / 4)
    }

    /// Wakes a worker, if one waits whom nobody has woken yet.
    fn wake_one(&self, state: &mut State<F, B, L>) {
        if state.idle > state.woken {
            state.woken += 1;
            self.filled.notify_one();
        }
    }

    /// Wakes the walk, once.
    fn tell_walk(&self, state: &mut State<F, B, L>) {
        if state.walk_waits && self.has_room(state) {
            state.walk_waits = false;
            self.drained.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<F, B, L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    fn read(queue: &Queue<u32, (), ()>) -> Option<u32> {
        match queue.next(0)? {
            Task::Read(file) => {
                queue.lock().read -= 1;
                Some(file)
            }
            Task::Write(..) | Task::Help(()) => None,
        }
    }

    #[test]
    fn the_walk_waits_for_what_was_collected_and_not_for_what_was_read() {
        let queue = Queue::new(4, |_| false);
        let pushed = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..9 {
                    queue.push(number);
                    pushed.fetch_add(1, Ordering::SeqCst);
                }
                queue.end();
            });
            let taken: Vec<_> = (0..4).filter_map(|_| read(&queue)).collect();
            assert_eq!(taken, [0, 1, 2, 3]);
            // All four are read, none is collected: as behind a slow report that comes before them.
            std::thread::sleep(Duration::from_millis(50));
            assert_eq!(pushed.load(Ordering::SeqCst), 4);
            queue.collected(4, &mut Vec::new());
            let next = || read(&queue).inspect(|_| queue.collected(1, &mut Vec::new()));
            assert_eq!(std::iter::from_fn(next).collect::<Vec<_>>(), [4, 5, 6, 7, 8]);
        });
    }

    #[test]
    fn more_files_than_the_window_holds_pass_through() {
        let queue = Queue::new(3, |_| false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                (0..100).for_each(|number| queue.push(number));
                queue.end();
            });
            let next = || read(&queue).inspect(|_| queue.collected(1, &mut Vec::new()));
            assert_eq!(std::iter::from_fn(next).count(), 100);
        });
    }

    fn is_large(bundle: &&str) -> bool {
        *bundle == "large"
    }

    /// All that is to be done with what is in the queue, and no more will come.
    fn tasks(queue: &Queue<u32, &str, char>) -> Vec<String> {
        queue.end();
        let tasks = std::iter::from_fn(|| queue.next(1)).map(|task| match task {
            Task::Write(bundle, other) => format!("{bundle}{}", other.unwrap_or_default()),
            Task::Read(file) => file.to_string(),
            Task::Help(report) => report.to_string(),
        });
        tasks.collect()
    }

    #[test]
    fn two_bundles_come_before_help_and_help_before_files() {
        let queue = Queue::new(9, is_large);
        queue.push(1);
        queue.push(2);
        queue.collected(0, &mut vec!["a", "b"]);
        assert!(!queue.ask_for_help('g'), "nobody is idle");
        assert_eq!(tasks(&queue), ["ab", "g", "1", "2"]);
    }

    #[test]
    fn one_bundle_waits_for_another_while_there_is_something_else_to_do() {
        let queue = Queue::new(9, is_large);
        queue.push(1);
        queue.collected(0, &mut vec!["a", "b", "c"]);
        assert!(!queue.ask_for_help('g'));
        assert_eq!(tasks(&queue), ["ab", "g", "1", "c"]);
    }

    #[test]
    fn a_large_bundle_waits_for_none() {
        let queue = Queue::new(9, is_large);
        queue.push(1);
        queue.collected(0, &mut vec!["large"]);
        assert!(matches!(queue.next(0), Some(Task::Write("large", None))));
        queue.collected(0, &mut vec!["a", "large", "b", "c"]);
        assert_eq!(tasks(&queue), ["a", "large", "bc", "1"]);
    }

    #[test]
    fn who_is_busy_takes_bundles_only_when_others_have_enough() {
        let queue: Queue<u32, &str, char> = Queue::new(9, is_large);
        queue.collected(0, &mut vec!["a", "b", "c"]);
        assert_eq!(queue.bundles_beyond(2), None);
        assert_eq!(queue.bundles_beyond(1), Some(("a", Some("b"))));
        assert_eq!(queue.bundles_beyond(0), Some(("c", None)));
        assert_eq!(queue.bundles_beyond(0), None);
    }

    #[test]
    fn who_finds_no_file_stays_while_another_one_is_read() {
        let queue: Queue<u32, (), char> = Queue::new(9, |()| false);
        queue.push(1);
        queue.end();
        std::thread::scope(|scope| {
            assert!(matches!(queue.next(0), Some(Task::Read(1))));
            let idle = scope.spawn(|| (matches!(queue.next(0), Some(Task::Help('g'))), queue.next(0).is_none()));
            while queue.lock().idle == 0 {
                std::thread::yield_now();
            }
            assert!(queue.ask_for_help('g'));
            while !queue.lock().wanting_help.is_empty() {
                std::thread::yield_now();
            }
            assert!(queue.next(1).is_none());
            assert_eq!(idle.join().unwrap(), (true, true));
        });
        // Whoever died with a file in his hands is not waited for.
        queue.lock().read = 1;
        queue.give_up();
        assert!(queue.next(0).is_none());
    }

    #[test]
    fn nobody_is_woken_twice() {
        let queue: Queue<u32, (), char> = Queue::new(9, |()| false);
        let waking = |idle, woken| {
            let mut state = queue.lock();
            (state.idle, state.woken) = (idle, woken);
            queue.wake_one(&mut state);
            state.woken
        };
        assert_eq!([waking(0, 0), waking(1, 0), waking(1, 1), waking(2, 1), waking(2, 2)], [0, 1, 1, 2, 2]);
        // The walk, too, is told once that there is room.
        let mut state = queue.lock();
        state.walk_waits = true;
        queue.tell_walk(&mut state);
        assert!(!state.walk_waits);
        state.on_their_way = 9;
        state.walk_waits = true;
        queue.tell_walk(&mut state);
        assert!(state.walk_waits, "there is no room");
    }

    #[test]
    fn workers_that_sleep_are_all_woken() {
        let queue: Queue<u32, (), char> = Queue::new(64, |()| false);
        let read = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(Task::Read(_)) = queue.next(usize::from(read.load(Ordering::SeqCst) > 0)) {
                        read.fetch_add(1, Ordering::SeqCst);
                        queue.collected(1, &mut Vec::new());
                    }
                });
            }
            for number in 0..1000 {
                queue.push(number);
                // Now and then all of them have gone to sleep.
                while number % 50 == 0 && queue.lock().idle < 4 {
                    std::thread::yield_now();
                }
            }
            queue.end();
        });
        assert_eq!(read.load(Ordering::SeqCst), 1000);
        let state = queue.lock();
        assert_eq!((state.idle, state.woken), (0, 0));
    }

    #[test]
    fn nobody_waits_after_the_end() {
        let queue = Queue::new(1, |_| false);
        queue.end();
        assert!(read(&queue).is_none());
        (0..5).for_each(|number| queue.push(number));
        assert!(read(&queue).is_some());
    }
}
