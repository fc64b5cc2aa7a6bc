//! Output that cannot be written: wherever the fault strikes, what has its name is whole, and `--resume` goes on.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::night::{
    ARCHIVES, archive, asked, assert_same, contents, end, in_one_go, night, resume, start, waiting, without_temporary,
};
use crate::support::Workshop;

/// Whether file systems can be mounted here, in a name space of their own.
pub fn can_mount() -> bool {
    let mount = "mkdir -p m && mount -t tmpfs none m";
    let folder = tempfile::tempdir().unwrap();
    let mut tried = Command::new("unshare");
    tried.args(["-rm", "sh", "-c", mount]).current_dir(folder.path()).stderr(Stdio::null());
    let can = tried.status().is_ok_and(|status| status.success());
    if !can {
        eprintln!("skipped: no file system can be mounted here");
    }
    can
}

/// Runs the shell script beside a file system mounted at `out` with these options, gone afterwards; `$CONVERT` is the
/// conversion of the night.
fn on_a_file_system(workshop: &Workshop, options: &str, more: &[&str], script: &str) -> String {
    let program = env!("CARGO_BIN_EXE_xraypack");
    let convert = format!("{program} {}", asked(&["in"], more).join(" "));
    let script = format!("mkdir -p out && mount -t tmpfs -o {options} none out || exit 99\n{script}");
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).current_dir(workshop.path()).env("CONVERT", convert);
    let ran = command.output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}

/// A full disk, and then more room.
const FILL_AND_GO_ON: &str = "
    $CONVERT > /dev/null 2> said; echo first $?
    grep -v warning: said | tail -3
    rm -rf left whole; cp -a out left
    mount -o remount,size=64m,nr_inodes=10000 out
    $CONVERT --resume > /dev/null 2> said; echo second $?
    cp -a out whole";

/// What a conversion that failed may leave behind: whole files under their final names, no manifest.
#[track_caller]
fn assert_nothing_half_done(left: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>, context: &str) {
    for (name, bytes) in left {
        if name == ".xraypack-journal" {
            continue;
        }
        assert_ne!(name, "manifest.json", "{context}");
        assert!(expected.get(name) == Some(bytes), "{name} is not whole: {context}");
    }
}

fn filled(more: &[&str], options: impl Iterator<Item = String>) {
    if !can_mount() {
        return;
    }
    let workshop = night();
    let expected = in_one_go(&workshop, more);
    let (mut failed, mut succeeded) = (0, 0);
    for options in options {
        let said = on_a_file_system(&workshop, &options, more, FILL_AND_GO_ON);
        let context = format!("{options}: {said}");
        let (left, whole) = (contents(&workshop.path().join("left")), contents(&workshop.path().join("whole")));
        if said.starts_with("first 6\n") {
            failed += 1;
            assert!(said.contains("No space left on device") && said.contains("--resume"), "{context}");
            assert_nothing_half_done(&left, &expected, &context);
        } else {
            succeeded += 1;
            assert!(said.starts_with("first 3\n"), "{context}");
            assert_same(&left, &expected, &context);
        }
        assert!(said.contains("second 3\n"), "{context}");
        assert_same(&whole, &expected, &context);
    }
    eprintln!("{failed} conversions found a full disk, {succeeded} found room");
    assert!(failed > 3 && succeeded > 0);
}

/// Bytes of all files of the output.
fn size_of(expected: &BTreeMap<String, Vec<u8>>) -> usize {
    expected.values().map(|bytes| bytes.len().next_multiple_of(4096)).sum()
}

/// Steps between sizes: fewer in an ordinary run of the tests.
fn steps() -> usize {
    std::env::var("XRAYPACK_STRIKES").map_or(8, |number| number.parse().unwrap())
}

#[test]
fn a_disk_that_is_full_at_any_page() {
    let workshop = night();
    let pages = size_of(&in_one_go(&workshop, &[])) / 4096 + 40;
    let step = (pages / steps()).max(1);
    filled(
        &[],
        (2..).step_by(step).take_while(|size| *size < pages + 2 * step).map(|size| format!("size={}k", size * 4)),
    );
}

#[test]
fn a_disk_that_takes_no_more_files_of_evidence() {
    let workshop = night();
    let files = in_one_go(&workshop, &["--evidence", "sidecar"]).len() + 8;
    let step = (files / steps()).max(1);
    let most = (4..).step_by(step).take_while(|most| *most < files + 2 * step);
    filled(&["--evidence", "sidecar"], most.map(|most| format!("nr_inodes={most}")));
}

#[test]
fn a_disk_that_takes_no_more_files_at_any_file() {
    let workshop = night();
    let files = in_one_go(&workshop, &[]).len() + 8;
    let step = (files / steps()).max(1);
    filled(
        &[],
        (4..).step_by(step).take_while(|most| *most < files + 2 * step).map(|most| format!("nr_inodes={most}")),
    );
}

#[test]
fn a_file_that_may_not_grow_any_further() {
    let workshop = night();
    let expected = in_one_go(&workshop, &[]);
    let program = env!("CARGO_BIN_EXE_xraypack");
    // Units of 512 bytes or more, by shell. The largest file is reports.jsonl, or the journal.
    for limit in [0, 1, 4, 16, 24, 32, 48] {
        let _ = fs::remove_dir_all(workshop.path().join("out"));
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec {program} {}", asked(&["in"], &[]).join(" "));
        let ran = Command::new("sh").args(["-c", &script]).current_dir(workshop.path()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(6), "{limit}: {said}");
        assert!(said.contains("File too large"), "{limit}: {said}");
        assert_nothing_half_done(&contents(&workshop.path().join("out")), &expected, &format!("{limit} blocks"));
        assert_eq!(resume(&workshop, &[]).code, Some(3));
        assert_same(&contents(&workshop.path().join("out")), &expected, &format!("{limit} blocks"));
    }
}

/// Whether system calls of a program can be made to fail here.
fn can_inject() -> bool {
    let tried = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).stderr(Stdio::null()).status();
    let can = tried.is_ok_and(|status| status.success());
    if !can {
        eprintln!("skipped: strace cannot be used here");
    }
    can
}

/// The disk answers with an error to the `n`-th call of these kinds that each thread makes, and from then on to each.
#[test]
fn a_disk_that_fails_at_any_call() {
    if !can_inject() {
        return;
    }
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &[]);
    let mut failed = 0;
    for calls in
        ["write,pwrite64,writev,pwritev2", "fsync,fdatasync,syncfs,sync_file_range", "rename,renameat,renameat2"]
    {
        for number in (0..steps()).map(|step| 1 + step * step * 80 / steps().pow(2)) {
            let _ = fs::remove_dir_all(&out);
            let inject = format!("inject={calls}:error=EIO:when={number}+");
            let mut command = Command::new("strace");
            command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject]);
            command.arg(env!("CARGO_BIN_EXE_xraypack")).args(asked(&["in"], &[])).current_dir(workshop.path());
            let ran = command.output().unwrap();
            let context = format!("{inject}: {}", String::from_utf8_lossy(&ran.stderr));
            let left = contents(&out);
            match ran.status.code() {
                Some(6) if !left.contains_key("manifest.json") => {
                    failed += 1;
                    assert_nothing_half_done(&left, &expected, &context);
                }
                // Where only the summary could not be printed, all was written.
                Some(3 | 6) => assert_same(&left, &expected, &context),
                other => panic!("{other:?}: {context}"),
            }
            assert_eq!(resume(&workshop, &[]).code, Some(3), "{context}");
            assert_same(&contents(&out), &expected, &context);
        }
    }
    eprintln!("{failed} conversions met a disk that fails");
    assert!(failed > steps(), "{failed}");
}

/// Where the output is that was to be replaced: in its place, or set aside so that a run which finds nothing puts it back. It may
/// also be replaced, by one that is whole.
#[track_caller]
fn assert_one_is_whole(
    workshop: &Workshop,
    earlier: &BTreeMap<String, Vec<u8>>,
    new: &BTreeMap<String, Vec<u8>>,
    context: &str,
) {
    let out = workshop.path().join("out");
    let left = without_temporary(contents(&out));
    match left.get("manifest.json") {
        Some(manifest) if *manifest == new["manifest.json"] => assert_same(&left, new, context),
        Some(_) => assert_same(&left, earlier, context),
        None => {
            let ran = workshop.run(asked(&["empty"], &["--force"]));
            assert_eq!(ran.code, Some(4), "{}: {context}", ran.stderr);
            assert_same(&contents(&out), earlier, context);
        }
    }
    assert_eq!(workshop.run(asked(&["in"], &["--force"])).code, Some(3), "{context}");
    assert_same(&contents(&out), new, context);
}

/// As [`a_disk_that_fails_at_any_call`], or the program is killed there, while an earlier output is replaced, or put back as there
/// is nothing to replace it by.
#[test]
fn a_disk_that_fails_at_any_call_loses_no_earlier_output() {
    if !can_inject() {
        return;
    }
    let workshop = night();
    let out = workshop.path().join("out");
    fs::create_dir(workshop.path().join("empty")).unwrap();
    let new = in_one_go(&workshop, &[]);
    let earlier = in_one_go(&workshop, &["--merge", "last"]);
    let (mut failed, mut killed) = (0, 0);
    for calls in ["fsync,fdatasync,syncfs", "rename,mkdir", "unlink,rmdir"] {
        for (input, what) in [("in", "error=EIO"), ("in", "signal=KILL"), ("empty", "signal=KILL")] {
            for number in 1..=steps() {
                let _ = fs::remove_dir_all(&out);
                put(&out, &earlier);
                let inject =
                    format!("inject={calls}:{what}:when={number}{}", if what == "error=EIO" { "+" } else { "" });
                let mut command = Command::new("strace");
                command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject]);
                command.arg(env!("CARGO_BIN_EXE_xraypack")).args(asked(&[input], &["--force"]));
                let ran = command.current_dir(workshop.path()).output().unwrap();
                let context = format!("{input}, {inject}: {}", String::from_utf8_lossy(&ran.stderr));
                match ran.status.code() {
                    Some(6) => failed += 1,
                    Some(3 | 4) => {}
                    None => killed += 1,
                    other => panic!("{other:?}: {context}"),
                }
                assert_one_is_whole(&workshop, &earlier, &new, &context);
            }
        }
    }
    eprintln!("{failed} conversions met a disk that fails, {killed} were killed");
    assert!(failed > steps() && killed > steps(), "{failed} failed, {killed} were killed");
}

/// Writes these files into a folder.
fn put(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_folder_that_cannot_be_written() {
    let workshop = night();
    workshop.write("file", "");
    for out in ["/proc/xraypack", "file/out"] {
        let ran = workshop.run(["convert", "in", "--project", "DEMO", "--out", out]);
        assert_eq!(ran.code, Some(6), "{out}: {}", ran.stderr);
        assert!(ran.stderr.contains("error: "), "{out}: {}", ran.stderr);
    }
    if can_mount() {
        let said = on_a_file_system(&workshop, "ro", &[], "$CONVERT; echo ended $?");
        assert!(said.contains("ended 6\n") && said.contains("Read-only file system"), "{said}");
    }
}

#[test]
fn a_folder_that_is_removed_meanwhile() {
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &[]);
    let mut child = waiting(&workshop, &[], ARCHIVES);
    fs::remove_dir_all(&out).unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &archive(3)).unwrap();
    let (code, said) = end(child);
    assert_eq!(code, Some(6), "{said}");
    assert!(!out.join("manifest.json").exists(), "{said}");
    assert_eq!(resume(&workshop, &[]).code, Some(3));
    assert_same(&contents(&out), &expected, "after the folder was removed");
}

#[test]
fn nobody_listening_keeps_no_bundle_from_being_written() {
    let workshop = night();
    let expected = in_one_go(&workshop, &[]);
    let mut child = start(&workshop, &asked(&["in"], &["-vv"]));
    drop((child.stderr.take(), child.stdin.take()));
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_same(&contents(&workshop.path().join("out")), &expected, "closed standard error");
}

#[test]
fn wrong_usage_that_shows_late_takes_back_what_was_written() {
    let workshop = Workshop::new();
    let keyed = "<testsuite name='s'><testcase name='t'><properties><property name='test_key' value='DEMO-1'/>\
                 </properties></testcase></testsuite>";
    for number in 0..40 {
        workshop.write(&format!("in/{number:02}.xml"), keyed);
    }
    workshop.write("in/99.xml", "<testsuite name='s'><testcase name='no key'/></testsuite>");
    let ran = workshop.run(["convert", "in", "--out", "out", "--group-by", "report"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--project"), "{}", ran.stderr);
    assert_eq!(contents(&workshop.path().join("out")).len(), 0);
}

/// The output that was to be replaced is still there, and it is said where.
#[test]
fn a_full_disk_hides_no_earlier_output() {
    if !can_mount() {
        return;
    }
    let script = "
        $CONVERT > /dev/null 2>&1; echo first $?
        mount -o remount,ro out
        $CONVERT --force -q > /dev/null; echo second $?
        $CONVERT --force > /dev/null 2> said; echo third $?; grep note: said
        mount -o remount,rw,size=$(($(df -k --output=used out | tail -1) + 8))k out
        $CONVERT --force > /dev/null 2> said; echo fourth $?; grep note: said; ls -a out";
    let said = on_a_file_system(&night(), "size=64m", &[], script);
    let (before, after) = said.split_once("fourth 6\n").unwrap_or_else(|| panic!("{said}"));
    assert!(before.starts_with("first 3\n") && before.contains("second 6\n") && before.contains("third 6\n"), "{said}");
    assert!(before.contains("note: out holds a complete output, which stays as it is\n"), "{said}");
    assert!(!before.contains("--resume"), "{said}");
    let told =
        "note: the output that it was to replace stays in out/.earlier.xraypack-tmp until the new one is complete\n";
    assert!(after.contains(told) && after.contains("\n.earlier.xraypack-tmp\n"), "{said}");
}

/// The path is named, and what the system said.
#[test]
fn a_full_disk_is_told_with_the_file() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let workshop = night();
    let script = format!("exec {} {} > /dev/full", env!("CARGO_BIN_EXE_xraypack"), asked(&["in"], &[]).join(" "));
    let ran = Command::new("sh").args(["-c", &script]).current_dir(workshop.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(6), "{said}");
    assert!(said.contains("cannot write to standard output: No space left on device"), "{said}");
    assert!(workshop.path().join("out/manifest.json").exists(), "the bundles are complete, whoever listens");
}

/// A limit on the size of files ends a program by a signal, unless it listens.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_may_not_grow_is_told_as_one_that_cannot_be_written() {
    let workshop = night();
    let script = format!("ulimit -f 8; exec {} {}", env!("CARGO_BIN_EXE_xraypack"), asked(&["in"], &[]).join(" "));
    let ran = Command::new("sh").args(["-c", &script]).current_dir(workshop.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(6), "{said}");
    assert!(said.contains("File too large"), "{said}");
    assert!(!workshop.path().join("out/manifest.json").exists());
    assert_eq!(resume(&workshop, &[]).code, Some(3));
    assert_same(&contents(&workshop.path().join("out")), &in_one_go(&workshop, &[]), "without the limit");
}
