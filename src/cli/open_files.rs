//! How many files may be open at a time.

/// More than are ever open: as many archives as may be on their way, twice over, and what each worker has open.
#[cfg(unix)]
const ENOUGH: u64 = 4096;

/// Raises the limit that a shell sets, as far as the system lets a program raise it: 256 are usual on a Mac, and as many archives may
/// be on their way. Where it is refused all stays as it is: too many open files are told where they strike.
#[cfg(unix)]
pub fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    if current.is_some_and(|current| current < wanted) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

/// Other systems have no such limit that a shell sets.
#[cfg(not(unix))]
pub fn raise_limit() {}
