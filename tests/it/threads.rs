//! A system that gives few threads, or none: the work is done by those that there are, or it is said that it cannot be.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::night::contents;
use crate::support::{Ran, Workshop, without_settings};

/// Runs the program where `threads` find room beside it, and hardly one more: a thread asks for a GiB of addresses.
fn with_room_for(threads: u64, workshop: &Workshop, arguments: &[&str]) -> Ran {
    const GIB: u64 = 1 << 20;
    let script = format!("ulimit -v {} && exec \"$0\" \"$@\"", threads * GIB + GIB * 3 / 4);
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_xraypack")]).args(arguments).current_dir(workshop.path());
    let command = without_settings(&mut command).env("RUST_MIN_STACK", (GIB << 10).to_string());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    for number in 0..30 {
        // Every test comes twice, so that results are merged.
        let report = format!("<testsuite name='s'><testcase classname='c' name='t{}'/></testsuite>", number / 2);
        workshop.write(&format!("in/{number}.xml"), report);
    }
    workshop
}

const CONVERT: [&str; 9] = ["convert", "in", "--out", "out", "--force", "-q", "-p", "DEMO", "-j3"];

#[test]
fn few_threads_do_the_work_of_many() {
    let workshop = workshop();
    let out = workshop.path().join("out");
    assert_eq!(workshop.run(CONVERT).code, Some(0));
    let expected = contents(&out);
    let codes: Vec<_> = (0..8)
        .map(|threads| {
            let ran = with_room_for(threads, &workshop, &CONVERT);
            if ran.code == Some(2) {
                assert!(ran.stderr.starts_with("error: the system gives no further thread"), "{threads}: {ran:?}");
            } else {
                assert_eq!(ran.code, Some(0), "{threads}: {ran:?}");
            }
            assert_eq!(contents(&out), expected, "{threads}: the same, or as it was");
            ran.code
        })
        .collect();
    assert_eq!((codes[0], codes[7]), (Some(2), Some(0)), "{codes:?}");
    assert!(codes.is_sorted_by(|less, more| less >= more), "{codes:?}");
}

#[test]
fn what_needs_no_other_thread_asks_for_none() {
    let workshop = workshop();
    assert_eq!(workshop.run(CONVERT).code, Some(0));
    for arguments in [&["verify", "out"][..], &["bind", "out", "--execution", "DEMO-1"]] {
        let ran = with_room_for(0, &workshop, arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    for arguments in [&["plan", "in"][..], &["inspect", "in"]] {
        let ran = with_room_for(0, &workshop, arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.starts_with("error: the system gives no further thread"), "{ran:?}");
    }
}
