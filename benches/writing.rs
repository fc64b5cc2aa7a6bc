//! How files of the size of bundles come to the disk: what writing them costs, and what the end has to wait for. Linux only; it
//! writes some GB into the target folder, and removes them when all is measured: files that were just removed make new ones dearer.
//!
//! Processor time is that of the whole machine, since the system writes on threads of its own: nothing else should run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]
#![allow(clippy::print_stdout, reason = "its results go there")]

#[cfg(target_os = "linux")]
fn main() {
    linux::measure();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: only Linux is measured");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File, OpenOptions};
    use std::io::{IoSlice, Write};
    use std::os::unix::fs::{FileExt, OpenOptionsExt};
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use rustix::fs::{Advice, FallocateFlags, OFlags, fadvise, fallocate, syncfs};
    use rustix::io::{ReadWriteFlags, pwritev2};

    /// A bundle of a thousand usual runs.
    const BYTES: usize = 355_000;
    const FILES: usize = 600;
    const PIECE: usize = 512 << 10;
    const PAGE: usize = 4096;
    const ROUNDS: usize = 3;
    /// What somebody else has written and the disk has not.
    const OTHERS: usize = 300 << 20;

    #[derive(Clone, Copy)]
    enum Way {
        Cached,
        WritebackBegun,
        Uncached,
        RoomMade,
        Direct,
    }

    const WAYS: [(Way, &str); 5] = [
        (Way::Cached, "through the page cache"),
        (Way::WritebackBegun, "the same, writeback begun for each file"),
        (Way::Uncached, "pages used again (RWF_DONTCACHE), in pieces of 512 KiB"),
        (Way::RoomMade, "the same, with room made before (fallocate)"),
        (Way::Direct, "past the page cache (O_DIRECT), in one piece"),
    ];

    pub fn measure() {
        let workshop = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let bytes: Vec<u8> = (0..BYTES + 3 * PAGE).map(|at| ((at * at) >> 7) as u8).collect();
        println!("{FILES} files of {BYTES} bytes, {} MB", FILES * BYTES / 1_000_000);
        for (way, name) in WAYS {
            for round in 0..ROUNDS {
                let folder = workshop.path().join(format!("{}-{round}", way as usize));
                let (written, begun) = (Instant::now(), busy());
                fill(&folder, FILES, way, &bytes);
                let writing = written.elapsed();
                let waiting = timed(|| syncfs(File::open(&folder).unwrap()).unwrap());
                let processor = busy() - begun;
                println!("{name}: writing {writing:.2?}, waiting {waiting:.2?}, processor {processor:.2?}");
            }
        }
        for others in [0, OTHERS] {
            for (name, sync) in ENDS {
                for round in 0..ROUNDS {
                    let folder = workshop.path().join(format!("end-{others}-{name}-{round}"));
                    fill(&folder, 240, Way::Uncached, &bytes);
                    fs::write(workshop.path().join(format!("others-{name}-{round}")), vec![1; others]).unwrap();
                    let waiting = timed(|| sync(&folder));
                    println!("240 files, {} MB of somebody else's, {name}: {waiting:.2?}", others / 1_000_000);
                }
            }
        }
    }

    /// Brings a folder to the disk.
    type End = fn(&Path);

    const ENDS: [(&str, End); 2] = [
        ("syncfs", |folder| syncfs(File::open(folder).unwrap()).unwrap()),
        ("fsync", |folder| files(folder).iter().for_each(|path| File::open(path).unwrap().sync_all().unwrap())),
    ];

    fn files(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn timed(work: impl FnOnce()) -> Duration {
        let begun = Instant::now();
        work();
        begun.elapsed()
    }

    fn fill(folder: &Path, count: usize, way: Way, bytes: &[u8]) {
        fs::create_dir(folder).unwrap();
        for number in 0..count {
            write(&folder.join(number.to_string()), way, bytes);
        }
    }

    fn write(path: &Path, way: Way, bytes: &[u8]) {
        const DROP_BEHIND: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);
        let flags = if matches!(way, Way::Direct) { OFlags::DIRECT } else { OFlags::empty() };
        let mut file =
            OpenOptions::new().write(true).create_new(true).custom_flags(flags.bits() as i32).open(path).unwrap();
        match way {
            Way::Cached => file.write_all(&bytes[..BYTES]).unwrap(),
            Way::WritebackBegun => {
                file.write_all(&bytes[..BYTES]).unwrap();
                fadvise(&file, 0, None, Advice::DontNeed).unwrap();
            }
            Way::Uncached | Way::RoomMade => {
                if matches!(way, Way::RoomMade) {
                    fallocate(&file, FallocateFlags::KEEP_SIZE, 0, BYTES as u64).unwrap();
                }
                for piece in bytes[..BYTES].chunks(PIECE) {
                    assert_eq!(pwritev2(&file, &[IoSlice::new(piece)], u64::MAX, DROP_BEHIND), Ok(piece.len()));
                }
            }
            Way::Direct => {
                // Whole pages from the first that begins in the buffer.
                let begin = bytes.as_ptr().align_offset(PAGE);
                file.write_all_at(&bytes[begin..begin + BYTES.next_multiple_of(PAGE)], 0).unwrap();
                file.set_len(BYTES as u64).unwrap();
            }
        }
    }

    /// Processor time of the machine so far, in steps of ten milliseconds.
    fn busy() -> Duration {
        let all = fs::read_to_string("/proc/stat").unwrap();
        let counts: Vec<u64> = all.lines().next().unwrap().split_whitespace().skip(1).flat_map(str::parse).collect();
        // User, nice, system; not idle, not waiting; interrupts.
        Duration::from_millis(10 * [0, 1, 2, 5, 6].iter().map(|at| counts[*at]).sum::<u64>())
    }
}
