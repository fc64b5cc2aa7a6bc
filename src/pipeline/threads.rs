//! Threads, as many as the system gives: a limit of processes, a container's, is no reason to convert nothing.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// A pool of `wanted` threads (zero: one for each core), or of fewer where the system does not give so many. Where it
/// gives none the calling thread is the pool: what it spawns there waits until [`do_what_was_left`].
///
/// # Errors
/// When it can have none either.
pub(super) fn pool(wanted: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    as_many_as_given(wanted, |threads| ThreadPoolBuilder::new().num_threads(threads).build())
        .or_else(|_| ThreadPoolBuilder::new().num_threads(1).use_current_thread().build())
}

/// What `build` makes of the largest number of threads, half as many each time, of which it can make anything.
fn as_many_as_given<P, E>(wanted: usize, build: impl Fn(usize) -> Result<P, E>) -> Result<P, E> {
    build(wanted).or_else(|error| {
        let most = if wanted == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { wanted };
        let fewer =
            std::iter::successors(Some(most / 2), |threads| Some(threads / 2)).take_while(|threads| *threads > 0);
        fewer.map(build).find(Result::is_ok).unwrap_or(Err(error))
    })
}

/// Does what was spawned in a pool that is the calling thread; in any other, somebody else does.
pub(super) fn do_what_was_left() {
    while rayon::yield_local() == Some(rayon::Yield::Executed) {}
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn fewer_threads_are_taken_where_there_are_not_so_many() {
        let asked = RefCell::new(Vec::new());
        let build = |most: usize| {
            move |threads: usize| if threads <= most { Ok(threads) } else { Err(format!("{threads} are too many")) }
        };
        let given = |most: usize| {
            as_many_as_given(9, |threads| {
                asked.borrow_mut().push(threads);
                build(most)(threads)
            })
        };
        assert_eq!(given(9), Ok(9));
        assert_eq!(given(3), Ok(2));
        assert_eq!(given(0), Err("9 are too many".to_owned()));
        assert_eq!(asked.into_inner(), [9, 9, 4, 2, 9, 4, 2, 1]);
    }

    #[test]
    fn a_thread_that_is_the_pool_does_all_of_it() {
        let alone = || {
            let pool = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().unwrap();
            static IS_DONE: AtomicBool = AtomicBool::new(false);
            pool.install(|| rayon::spawn(|| IS_DONE.store(true, Ordering::Relaxed)));
            do_what_was_left();
            assert!(IS_DONE.load(Ordering::Relaxed));
        };
        std::thread::spawn(alone).join().unwrap();
        do_what_was_left();
    }
}
