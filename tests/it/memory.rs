//! `--memory`: less of it changes nothing but the time, and it is kept.

#[cfg(target_os = "linux")]
mod peaks;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Workshop, peak_of};

/// A JUnit report of about `kilobytes`, whose tests are called after `name`.
fn report(name: &str, kilobytes: usize) -> String {
    let mut text = format!("<testsuite name=\"{name}\">");
    let mut number = 0;
    while text.len() < kilobytes * 1000 {
        number += 1;
        let class = format!("org.example.{name}.SomeTest{}", number / 50);
        let _ = write!(text, "<testcase classname=\"{class}\" name=\"test{number}\" time=\"0.25\">");
        if number % 3 == 0 {
            let _ =
                write!(text, "<failure message=\"no {number}\">{}</failure>", "at org.example.Some.line\n".repeat(12));
        }
        text.push_str("</testcase>\n");
    }
    text + "</testsuite>"
}

/// A night whose first report is by far the largest: everything behind it is read long before its turn comes.
fn slow_early_giant(workshop: &Workshop) {
    workshop.write("night/a-giant.xml", report("giant", 12_000));
    for number in 0..60 {
        workshop.write(&format!("night/later-{number:03}.xml"), report(&format!("later{number}"), 150));
    }
    // A further result of a Test in the giant, and the same report twice.
    workshop.write("night/z-again.xml", report("giant", 20));
    workshop.write("night/z-same.xml", report("later7", 150));
}

fn convert(workshop: &Workshop, more: &[&str]) -> u64 {
    let arguments = ["convert", "night", "--out", "out", "--project", "DEMO", "--force", "-q"];
    let mut child =
        workshop.command(arguments.iter().chain(more)).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        // What the system calls the high water mark only ever grows, so the last look at it counts.
        peak = peak.max(peak_of(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(matches!(status.code(), Some(0 | 3 | 4)), "{status:?}");
    assert!(peak > 0 || cfg!(not(target_os = "linux")), "nothing was measured");
    peak
}

/// Every file of the output with its content.
fn written(workshop: &Workshop) -> BTreeMap<String, Vec<u8>> {
    let names = workshop.files().into_iter().filter(|name| name.starts_with("out/"));
    names.map(|name| (name.clone(), std::fs::read(workshop.path().join(name)).unwrap())).collect()
}

#[test]
fn less_memory_and_any_number_of_threads_give_the_same_bytes() {
    let workshop = Workshop::new();
    slow_early_giant(&workshop);
    convert(&workshop, &["--jobs", "1", "--memory", "2GiB"]);
    let expected = written(&workshop);
    assert!(expected.len() > 10, "{:?}", expected.keys());
    for more in [
        ["--jobs", "1", "--memory", "16MiB"],
        ["--jobs", "4", "--memory", "64MiB"],
        ["--jobs", "7", "--memory", "1GiB"],
    ] {
        convert(&workshop, &more);
        assert_eq!(written(&workshop), expected, "{more:?}");
    }
}

#[test]
fn too_little_is_refused_before_anything_is_written() {
    let workshop = Workshop::new();
    workshop.write("night/a.xml", report("a", 1));
    let ran = workshop.run(["convert", "night", "--out", "out", "--project", "DEMO", "--memory", "8MiB"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("at least 16MiB"), "{}", ran.stderr);
    assert!(!workshop.path().join("out").exists());
}
