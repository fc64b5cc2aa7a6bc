//! What becomes of an earlier output, and of what else lies where the output is to be.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Ran, Workshop, manifest, reports};

const KEYED: &str = "<testsuite><testcase name='a' classname='c'><properties><property name='test_key' value='DEMO-1'/>\
                     </properties></testcase></testsuite>";
const NAMED: &str = "<testsuite><testcase name='b' classname='c'/></testsuite>";

/// All files below `folder`, hidden ones too.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn convert(workshop: &Workshop, inputs: &[&str], more: &[&str]) -> Ran {
    workshop.run([&["convert"], inputs, &["--out", "out", "-q"], more].concat())
}

/// A complete output of a keyed test, with two bundles' worth of runs where `tests` is more than one.
fn night(tests: usize) -> Workshop {
    let workshop = Workshop::new();
    for test in 0..tests {
        workshop.write(&format!("in/{test}.xml"), KEYED.replace("DEMO-1", &format!("DEMO-{}", test + 1)));
    }
    let ran = convert(&workshop, &["in"], &["-p", "DEMO", "--max-tests", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    workshop
}

#[test]
fn an_output_outlives_the_conversion_that_should_not_have_begun() {
    let workshop = night(1);
    workshop.write("in/z.xml", NAMED);
    let before = contents(&workshop.path().join("out"));
    for more in [&["--force"][..], &["--force", "-p", "DEMO", "--max-bytes", "100"]] {
        let ran = convert(&workshop, &["in"], more);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(contents(&workshop.path().join("out")), before, "{more:?}");
    }
    assert_eq!(convert(&workshop, &["in"], &["--force", "-p", "DEMO"]).code, Some(0));
    assert_eq!(manifest(&workshop.path().join("out"))["totals"]["runs"]["written"], 2);
    assert_eq!(workshop.run(["verify", "out"]).code, Some(0));
    let fresh = workshop.run(["convert", "in", "--out", "fresh", "-q"]);
    assert_eq!((fresh.code, workshop.path().join("fresh").exists()), (Some(2), false), "{fresh:?}");
    let deep = workshop.run(["convert", "in", "--out", "p/q/r", "-q"]);
    assert_eq!((deep.code, workshop.path().join("p").exists()), (Some(2), false), "{deep:?}");
}

#[test]
fn an_output_outlives_a_night_without_reports() {
    let workshop = night(2);
    let out = workshop.path().join("out");
    let before = contents(&out);
    fs::create_dir(workshop.path().join("empty")).unwrap();
    workshop.write("log/build.txt", "no tests today");
    for input in ["empty", "log"] {
        for _ in 0..2 {
            let ran = convert(&workshop, &[input], &["--force", "-p", "DEMO"]);
            assert_eq!(ran.code, Some(4), "{ran:?}");
            assert!(
                ran.stderr.contains("no report was found") && ran.stderr.contains("the earlier output stays"),
                "{ran:?}"
            );
            assert_eq!(contents(&out), before, "{input}");
        }
        let fresh = workshop.run(["convert", input, "--out", "fresh", "-q", "--force"]);
        assert_eq!(fresh.code, Some(4), "{fresh:?}");
        assert!(!fresh.stderr.contains("earlier"), "{fresh:?}");
        assert_eq!(manifest(&workshop.path().join("fresh"))["totals"]["reports"], 0);
        fs::remove_dir_all(workshop.path().join("fresh")).unwrap();
    }
    assert_eq!(workshop.run(["verify", "out"]).code, Some(0));
    assert_eq!(convert(&workshop, &["in"], &["--force", "-p", "DEMO"]).code, Some(0));
    assert_eq!(manifest(&out)["totals"]["bundles"], 1);
}

#[test]
fn an_output_outlives_a_night_of_which_nothing_can_be_read() {
    let workshop = night(2);
    let out = workshop.path().join("out");
    let before = contents(&out);
    workshop.write("void/TEST-a.xml", "");
    workshop.write("cut/TEST-a.xml", "<testsuite name='s'><testcase na");
    for input in ["void", "cut"] {
        let ran = convert(&workshop, &[input], &["--force", "-p", "DEMO"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains("nothing could be read of any report; the earlier output stays"), "{ran:?}");
        assert_eq!(contents(&out), before, "{input}");
        let fresh = workshop.run(["convert", input, "--out", "fresh", "-q", "--force"]);
        assert_eq!((fresh.code, fresh.stderr.contains("earlier")), (Some(3), false), "{fresh:?}");
        fs::remove_dir_all(workshop.path().join("fresh")).unwrap();
    }
    // One case is enough to be what there is of this night.
    workshop.write("cut/TEST-b.xml", "<testsuite name='s'><testcase classname='c' name='b'/><testcase na");
    assert_eq!(convert(&workshop, &["cut"], &["--force", "-p", "DEMO"]).code, Some(3));
    assert_eq!(manifest(&out)["totals"]["runs"]["written"], 1);
}

#[test]
fn nothing_is_read_from_where_the_output_is_to_be() {
    let workshop = night(1);
    let before = contents(&workshop.path().join("out"));
    let bundle = workshop.files().into_iter().find(|file| file.starts_with("out/bundles/")).unwrap();
    for input in ["out", "out/bundles", "in/../out", &bundle] {
        for how in ["--force", "--resume"] {
            let ran = convert(&workshop, &[input], &["-p", "DEMO", "--max-tests", "1", how]);
            assert_eq!(ran.code, Some(2), "{input} {how}: {ran:?}");
            assert!(ran.stderr.contains("lies in the output folder"), "{ran:?}");
            assert_eq!(contents(&workshop.path().join("out")), before, "{input} {how}");
        }
    }
}

#[test]
fn an_output_inside_an_input_is_no_input() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", KEYED);
    let convert =
        |more: &[&str]| workshop.run([&["convert", "in", "--out", "in/out", "-p", "DEMO", "-q"], more].concat());
    assert_eq!(convert(&[]).code, Some(0));
    let expected = contents(&workshop.path().join("in/out"));
    for how in ["--force", "--resume", "--force"] {
        let ran = convert(&[how]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(contents(&workshop.path().join("in/out")), expected, "{how}");
    }
    assert_eq!(reports(&workshop.path().join("in/out")).len(), 1);
    let planned = workshop.run(["plan", "in", "--out", "in/out", "-p", "DEMO", "--force"]);
    assert!(planned.stdout.starts_with("1 report ("), "as a conversion would see it: {planned:?}");
    let planned = workshop.run(["plan", "in/out", "--out", "in/out", "-p", "DEMO"]);
    assert_eq!(planned.code, Some(0), "what is given is looked at: {planned:?}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("out", workshop.path().join("in/latest")).unwrap();
        assert_eq!(convert(&["--force"]).code, Some(0));
        assert_eq!(contents(&workshop.path().join("in/out")), expected, "a link to it");
    }
}

#[test]
fn what_somebody_put_among_the_bundles_is_refused() {
    let workshop = night(1);
    workshop.write("out/bundles/mine.json", "{}");
    let before = contents(&workshop.path().join("out"));
    for how in ["--force", "--resume"] {
        let ran = convert(&workshop, &["in"], &["-p", "DEMO", "--max-tests", "1", how]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("mine.json"), "{ran:?}");
        assert_eq!(contents(&workshop.path().join("out")), before);
    }
}

#[test]
fn resume_does_not_take_a_key_away() {
    let workshop = night(3);
    let options = ["-p", "DEMO", "--max-tests", "1", "--resume"];
    let ran = workshop.run([&["convert", "in", "--out", "out"], &options[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("was complete"), "{ran:?}");
    assert_eq!(workshop.run(["bind", "out", "--execution", "in=DEMO-99"]).code, Some(0));
    let before = contents(&workshop.path().join("out"));
    let ran = convert(&workshop, &["in"], &options);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("DEMO-99") && ran.stderr.contains("--force"), "{ran:?}");
    assert_eq!(contents(&workshop.path().join("out")), before);
}

#[test]
fn a_file_is_no_output_folder() {
    let workshop = night(1);
    workshop.write("file", "precious");
    for how in [&[][..], &["--force"], &["--resume"]] {
        let ran = workshop.run([&["convert", "in", "--out", "file", "-p", "DEMO"], how].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("no folder") && !ran.stderr.contains("--resume"), "{ran:?}");
    }
    assert_eq!(fs::read(workshop.path().join("file")).unwrap(), b"precious");
}
