//! What the machine lacks is no damage of a report: the run ends and says what is missing, and `--resume` goes on.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::archives::{suite, zip};
use crate::faults::can_mount;
use crate::night::{assert_same, contents};
use crate::support::Workshop;

/// A tar of one report that is too long to be unpacked in memory.
fn long_tar() -> Vec<u8> {
    let report = format!("{}<!--{}-->", suite("long"), "- ".repeat(1 << 20));
    let mut header = tar::Header::new_gnu();
    header.set_size(report.len() as u64);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_data(&mut header, "long.xml", report.as_bytes()).unwrap();
    tar.into_inner().unwrap()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::fast());
    packing.write_all(bytes).unwrap();
    packing.finish().unwrap()
}

const CONVERT: [&str; 7] = ["convert", "in", "-p", "DEMO", "--out", "out", "--allow-damaged"];

/// Converts in one go what is in `in`, and takes the output away.
fn in_one_go(workshop: &Workshop) -> BTreeMap<String, Vec<u8>> {
    let ran = workshop.run(CONVERT);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = contents(&workshop.path().join("out"));
    std::fs::remove_dir_all(workshop.path().join("out")).unwrap();
    expected
}

#[track_caller]
fn assert_goes_on(workshop: &Workshop, expected: &BTreeMap<String, Vec<u8>>) {
    let out = workshop.path().join("out");
    assert!(!out.join("manifest.json").exists());
    let ran = workshop.run(CONVERT.iter().chain(&["--resume"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_same(&contents(&out), expected, "gone on with");
}

#[test]
fn a_temporary_folder_that_is_not_there_ends_the_run() {
    let tar = long_tar();
    let inside = zip(&[("long.zip", zip(&[("long.tar", &tar)]).as_slice())]);
    for (name, archive) in [("c.tgz", packed(&tar)), ("c.zip", inside), ("deep.zip", zip(&[("c.tgz", &packed(&tar))]))]
    {
        let workshop = Workshop::new();
        workshop.write("in/a.xml", suite("short"));
        workshop.write(&format!("in/{name}"), archive);
        let expected = in_one_go(&workshop);
        let ran = workshop.command(CONVERT).env("TMPDIR", "/nowhere/at-all").output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        if name == "c.zip" && ran.status.code() == Some(0) {
            // What lies there as it is needs no room.
            continue;
        }
        assert_eq!(ran.status.code(), Some(6), "{name}: {said}");
        assert!(said.contains("error: the temporary folder /nowhere/at-all cannot be used"), "{name}: {said}");
        assert_goes_on(&workshop, &expected);
        for command in ["inspect", "plan"] {
            let ran = workshop.command([command, "in"]).env("TMPDIR", "/nowhere/at-all").output().unwrap();
            assert_eq!(ran.status.code(), Some(6), "{command}");
        }
    }
}

#[test]
fn a_full_temporary_folder_ends_the_run() {
    if !can_mount() {
        return;
    }
    let workshop = Workshop::new();
    workshop.write("in/c.tgz", packed(&long_tar()));
    let expected = in_one_go(&workshop);
    let script = format!(
        "mkdir -p tmp && mount -t tmpfs -o size=1m none tmp && TMPDIR=tmp {} {}",
        env!("CARGO_BIN_EXE_xraypack"),
        CONVERT.join(" ")
    );
    let ran = Command::new("unshare").args(["-rm", "sh", "-c", &script]).current_dir(workshop.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(6), "{said}");
    assert!(said.contains("temporary folder tmp") && said.contains("No space left on device"), "{said}");
    assert_goes_on(&workshop, &expected);
}

#[test]
fn a_limit_of_open_files_ends_the_run_or_changes_nothing() {
    let workshop = Workshop::new();
    for number in 0..40 {
        workshop.write(&format!("in/{number:02}.zip"), zip(&[("a.xml", suite(&number.to_string()).as_bytes())]));
        workshop.write(&format!("in/{number:02}/b.xml"), suite(&number.to_string()));
    }
    let expected = in_one_go(&workshop);
    let mut failed = 0;
    for limit in [9, 10, 11, 12, 14, 16, 20, 30, 200] {
        let script = format!("ulimit -n {limit}; exec {} {}", env!("CARGO_BIN_EXE_xraypack"), CONVERT.join(" "));
        let ran = Command::new("sh").args(["-c", &script]).current_dir(workshop.path()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        match ran.status.code() {
            Some(6) => {
                failed += 1;
                assert!(said.contains("Too many open files"), "{limit}: {said}");
                assert_goes_on(&workshop, &expected);
            }
            Some(0) => assert_same(&contents(&workshop.path().join("out")), &expected, &said),
            other => panic!("{limit}: {other:?}: {said}"),
        }
        let _ = std::fs::remove_dir_all(workshop.path().join("out"));
    }
    assert!(failed > 2, "{failed}");
    // A limit that only the shell has set is no shortage.
    let script = format!("ulimit -S -n 12; exec {} {}", env!("CARGO_BIN_EXE_xraypack"), CONVERT.join(" "));
    let ran = Command::new("sh").args(["-c", &script]).current_dir(workshop.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
}
