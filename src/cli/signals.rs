//! SIGINT and SIGTERM: the first asks the work to stop, the second ends the program at once. A file that may not grow ends
//! nothing but its writing. The one door to `signal-hook`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::exit::{Failure, SIGNAL};

/// What the work may take to stop. Most of it stops at once; a read that waits for somebody else does not.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is asked whether there was a signal.
const GLANCE: Duration = Duration::from_millis(100);

/// What is left behind when the work hangs and has to be ended.
#[derive(Debug)]
pub enum Hanging {
    /// An output that can be gone on with.
    Resumable,
    /// A folder that nobody wants any more.
    Temporary(PathBuf),
}

/// What signals have asked for since the program began to listen.
pub struct Signals {
    stop: Arc<AtomicBool>,
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Listens from now on. A signal that cannot be listened to goes on ending the program at once.
    pub fn listen(hanging: Hanging) -> Signals {
        let signals = Signals { stop: Arc::default(), caught: Arc::default() };
        for signal in [SIGINT, SIGTERM] {
            // In this order: what ends the program asks whether there was a signal before.
            let stop = || Arc::clone(&signals.stop);
            let _ = flag::register_conditional_shutdown(signal, i32::from(SIGNAL) + signal, stop());
            let _ = flag::register_usize(signal, Arc::clone(&signals.caught), signal as usize);
            let _ = flag::register(signal, stop());
        }
        // A limit on the size of files (`ulimit -f`) is an error of the write that meets it, once somebody listens.
        #[cfg(unix)]
        let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
        signals.end_what_does_not_stop(hanging);
        signals
    }

    /// Set by the first signal.
    pub fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// The failure that says which signal it was.
    pub fn failure(&self) -> Failure {
        Failure::Interrupted(number(&self.caught))
    }

    /// Ends the program when a read hangs, on standard input or on a network drive, long after the signal. Temporary
    /// files of a conversion stay then until the next run.
    fn end_what_does_not_stop(&self, hanging: Hanging) {
        let (stop, caught) = (Arc::clone(&self.stop), Arc::clone(&self.caught));
        let watch = move || {
            let mut asked = None;
            loop {
                thread::sleep(GLANCE);
                if stop.load(Ordering::Relaxed) && asked.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                    let advice = match &hanging {
                        Hanging::Resumable => "; --resume goes on",
                        // What cannot be removed is the system's to clean up.
                        Hanging::Temporary(folder) => fs::remove_dir_all(folder).map_or("", |()| ""),
                    };
                    let _ = writeln!(io::stderr(), "error: interrupted while waiting for input{advice}");
                    low_level::exit(i32::from(SIGNAL) + i32::from(number(&caught)));
                }
            }
        };
        // Without the thread a second signal ends the program.
        let _ = thread::Builder::new().name("signals".to_owned()).spawn(watch);
    }
}

fn number(caught: &AtomicUsize) -> u8 {
    u8::try_from(caught.load(Ordering::Relaxed)).unwrap_or_default()
}
