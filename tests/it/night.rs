//! A night of archives and loose files, and the ways to convert it: what the tests of stops and faults share.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Ran, Workshop};

/// Archives in the night.
pub const ARCHIVES: usize = 16;

fn report(night: usize, number: usize) -> String {
    let cases: String = (0..15)
        .map(|case| {
            let name = if case % 4 == 0 { format!("shared {case}") } else { format!("own {number} {case}") };
            let inside = match (night + number + case) % 5 {
                0 => "<failure message='boom'>at line 1</failure><system-out>[[ATTACHMENT|shot.png]]</system-out>",
                1 => "<skipped/>",
                _ => "",
            };
            format!("<testcase classname='c.K' name='{name}' time='0.25'>{inside}</testcase>")
        })
        .collect();
    format!("<testsuite name='s' timestamp='2026-11-2{}T10:00:00Z'>{cases}</testsuite>", number % 7)
}

/// An archive of reports, another one for each number.
pub fn archive(night: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, content: &[u8]| {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    };
    for number in 0..10 {
        put(&format!("{}/TEST-{number}.xml", ["api", "ui"][number % 2]), report(night, number).as_bytes());
    }
    put("api/again.xml", report(night, 0).as_bytes());
    put("api/cut.xml", &report(night, 3).as_bytes()[..900]);
    put("api/shot.png", &[&b"\x89PNG\r\n\x1a\n"[..], &[night as u8; 2000]].concat());
    if night.is_multiple_of(3) {
        let own = r#"{"testExecutionKey":"DEMO-77","tests":[{"testKey":"DEMO-1","status":"PASS"}]}"#;
        put("own.json", own.as_bytes());
    }
    writer.finish().unwrap().into_inner()
}

/// A folder `in` with archives, loose files between them, and folders of loose files.
pub fn night() -> Workshop {
    let workshop = Workshop::new();
    for night in 0..ARCHIVES {
        workshop.write(&format!("in/n{night:02}.zip"), archive(night));
        if night % 4 == 1 {
            workshop.write(&format!("in/n{night:02}-loose.xml"), report(night, 90 + night));
            workshop.write(&format!("in/n{night:02}-dir/a.xml"), report(night, 70 + night));
            workshop.write(&format!("in/n{night:02}-dir/shot.png"), [&b"\x89PNG\r\n\x1a\n"[..], &[7; 100]].concat());
        }
    }
    // Its label is that of an archive: ids must not depend on who is finished first.
    workshop.write("in/n03", archive(99));
    workshop
}

/// What is asked of every conversion of the night.
pub fn asked<'a>(inputs: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [&["convert"], inputs, &["--out", "out", "--project", "DEMO", "--max-tests", "60"], more].concat()
}

/// Every file below the folder with its bytes.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files
        .map(|file| {
            let name = file.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (name, fs::read(file.path()).unwrap())
        })
        .collect()
}

/// What comes out in one go.
pub fn in_one_go(workshop: &Workshop, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let out = workshop.path().join("out");
    let _ = fs::remove_dir_all(&out);
    let ran = workshop.run(asked(&["in"], more));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let contents = contents(&out);
    fs::remove_dir_all(out).unwrap();
    contents
}

/// What of it is the output: nothing that waits for another run.
pub fn without_temporary(mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files.retain(|name, _| !name.contains(".xraypack-"));
    files
}

#[track_caller]
pub fn assert_same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>, context: &str) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{context}");
    for (name, bytes) in expected {
        assert!(&found[name] == bytes, "{name} differs: {context}");
    }
}

/// Starts the program with a standard input that stays open.
pub fn start(workshop: &Workshop, arguments: &[&str]) -> Child {
    let mut command = workshop.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end and gives the exit code and standard error.
pub fn end(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

/// A conversion of `in` that waits for standard input and has recorded all that it can by then.
pub fn waiting(workshop: &Workshop, more: &[&str], records: usize) -> Child {
    let child = start(workshop, &asked(&["in", "-"], more));
    let journal = workshop.path().join("out/.xraypack-journal");
    let begun = Instant::now();
    let lines = || fs::read(&journal).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    while lines() < 1 + records {
        assert!(begun.elapsed() < Duration::from_secs(60), "{} of {records} records", lines());
        sleep(Duration::from_millis(5));
    }
    child
}

/// Goes on with the night in `out`.
pub fn resume(workshop: &Workshop, more: &[&str]) -> Ran {
    workshop.run(asked(&["in"], &[&["--resume"], more].concat()))
}
