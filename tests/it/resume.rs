//! Conversions that are stopped and go on: the same bytes as in one go, and what is finished is not converted again.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::archives::{suite, zip};
use crate::night::{
    ARCHIVES, archive, asked, assert_same, contents, end, in_one_go, night, resume, start, waiting, without_temporary,
};
use crate::support::{Ran, Workshop, wrong_but_shared};

/// Says where each bundle lies on the disk: a bundle that is written again lies elsewhere.
fn places(out: &Path) -> BTreeMap<String, u64> {
    let bundles = fs::read_dir(out.join("bundles")).unwrap().map(Result::unwrap);
    let place = |file: fs::DirEntry| {
        let inode = std::os::unix::fs::MetadataExt::ino(&file.metadata().unwrap());
        (file.file_name().into_string().unwrap(), inode)
    };
    bundles.map(place).collect()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// As [`waiting`], killed. All archives but the last can be recorded: the walk has not left that one.
fn killed(workshop: &Workshop, more: &[&str], records: usize) {
    let mut child = waiting(workshop, more, records);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_is_finished_is_not_converted_again() {
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &[]);
    killed(&workshop, &[], ARCHIVES);
    assert!(!out.join("manifest.json").exists());
    let before = places(&out);
    assert!(before.len() > ARCHIVES, "{before:?}");
    let ran = resume(&workshop, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("16 finished groups of reports are taken over\n"), "{}", ran.stderr);
    assert_same(&contents(&out), &expected, "after kill -9");
    let after = places(&out);
    for (bundle, place) in before {
        assert_eq!(after[&bundle], place, "{bundle} was written again");
    }
    assert_eq!(wrong_but_shared(&workshop), [""; 0]);
}

#[test]
fn the_summary_is_that_of_the_whole() {
    let workshop = night();
    let told = |ran: &Ran| {
        let mut summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        summary.as_object_mut().unwrap().retain(|name, _| name != "seconds" && name != "elapsed_seconds");
        summary
    };
    let whole = workshop.run(asked(&["in"], &["--format", "json"]));
    fs::remove_dir_all(workshop.path().join("out")).unwrap();
    killed(&workshop, &[], ARCHIVES);
    let resumed = resume(&workshop, &["--format", "json"]);
    assert_eq!(told(&resumed), told(&whole));
}

#[test]
fn what_can_be_mended_is_named_first_after_an_interruption_as_well() {
    let workshop = night();
    // Twenty-one reasons: one is not shown.
    for number in 0..20 {
        workshop.write(&format!("in/n00-a/{number:02}.xml"), format!("<tool{number}/>"));
    }
    workshop.write("in/n00-a/last.trx", "<TestRun xmlns='http://microsoft.com/schemas/VisualStudio/TeamTest/2010'/>");
    workshop.write("in/n00-a/a.xml", suite("<testcase name='a'/>"));
    let by_folder = ["--group-by", "directory"];
    let unsupported =
        |ran: &Ran| ran.stdout.split("\nUnsupported").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    let whole = unsupported(&workshop.run(asked(&["in"], &by_folder)));
    assert!(whole.starts_with(" (21)\n  n00-a/last.trx"), "{whole}");
    fs::remove_dir_all(workshop.path().join("out")).unwrap();
    killed(&workshop, &by_folder, ARCHIVES);
    let ran = resume(&workshop, &by_folder);
    assert!(ran.stderr.contains("taken over"), "{}", ran.stderr);
    assert_eq!(unsupported(&ran), whole);
}

#[test]
fn a_changed_archive_is_converted_again_and_a_touched_one_is_not() {
    let workshop = night();
    let out = workshop.path().join("out");
    killed(&workshop, &[], ARCHIVES);
    let before = places(&out);
    workshop.write("in/n02.zip", archive(42));
    workshop.write("in/n04.zip", archive(4));
    fs::remove_file(workshop.path().join("in/n05.zip")).unwrap();
    workshop.write("in/n05-new.zip", archive(55));
    let ran = resume(&workshop, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("14 finished groups of reports are taken over; 2 have changed"), "{}", ran.stderr);
    let (found, after) = (contents(&out), places(&out));
    assert_same(&found, &in_one_go(&workshop, &[]), "after changes");
    let is_where_it_was = |name: &str| after.get(name) == before.get(name);
    assert!(!is_where_it_was("n02.0001.json") && !is_where_it_was("n05.0001.json"));
    assert!(is_where_it_was("n04.0001.json") && is_where_it_was("n06.0001.json"));
}

#[test]
fn replaced_entries_and_empty_archives_are_taken_over() {
    for (more, records) in [(&[][..], ARCHIVES + 1), (&["--group-by", "directory"], 41)] {
        let workshop = night();
        let twice = [("./a.xml", suite("early")), ("a.xml", suite("late"))];
        workshop.write("in/n03a.zip", zip(&twice.each_ref().map(|(name, report)| (*name, report.as_bytes()))));
        workshop.write("in/n01-dir/empty.zip", zip(&[]));
        let expected = in_one_go(&workshop, more);
        killed(&workshop, more, records);
        let ran = resume(&workshop, more);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        // None of them has changed.
        assert!(ran.stderr.contains(" finished groups of reports are taken over\n"), "{}", ran.stderr);
        assert_same(&contents(&workshop.path().join("out")), &expected, "after kill -9");
    }
}

#[test]
fn loose_files_and_what_they_refer_to_are_held_against_the_journal() {
    let by_directory = ["--group-by", "directory"];
    for (file, content) in [
        ("in/n01-dir/shot.png", Some("another picture")),
        ("in/n01-dir/shot.png", None),
        ("in/n05-dir/a.xml", Some("<testsuite name='s'><testcase name='other'/></testsuite>")),
        ("in/n05-dir/b.xml", Some("<testsuite name='s'><testcase name='more'/></testsuite>")),
        ("in/n05-dir/a.xml", None),
    ] {
        let workshop = night();
        // Four folders, and of each archive two, and those with a file of their own above them three.
        killed(&workshop, &by_directory, 40);
        match content {
            Some(content) => drop(workshop.write(file, content)),
            None => fs::remove_file(workshop.path().join(file)).unwrap(),
        }
        let ran = resume(&workshop, &by_directory);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("; 1 has changed since and converted again"), "{file}: {}", ran.stderr);
        let found = contents(&workshop.path().join("out"));
        assert_same(&found, &in_one_go(&workshop, &by_directory), &format!("{file} changed"));
    }
}

#[test]
fn other_options_are_refused_and_nothing_is_touched() {
    let workshop = night();
    let out = workshop.path().join("out");
    killed(&workshop, &[], ARCHIVES);
    let before = contents(&out);
    for (more, complaint) in [
        (&["--target", "cloud"][..], "--target was server"),
        (&["--merge", "last"], "--merge was \"worst\""),
        (&["--summary", "x"], "--summary was not given"),
        (&["--evidence", "sidecar"], "--evidence was \"failed\""),
    ] {
        let ran = resume(&workshop, more);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(complaint) && ran.stderr.contains("--force"), "{}", ran.stderr);
        assert_same(&contents(&out), &before, complaint);
        assert!(!out.join("evidence").exists());
    }
    let ran = workshop.run(asked(&["in"], &[]));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--resume goes on"), "{}", ran.stderr);
    let ran = resume(&workshop, &["--force"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_same(&contents(&out), &before, "both --force and --resume");
    assert_eq!(workshop.run(asked(&["in"], &["--force", "--merge", "last"])).code, Some(3));
    assert_same(&contents(&out), &in_one_go(&workshop, &["--merge", "last"]), "--force");
}

#[test]
fn neither_a_torn_journal_nor_a_torn_bundle_is_believed() {
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &[]);
    let journal = out.join(".xraypack-journal");
    let tear =
        |path: &Path, length: u64| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
    let length = |path: &Path| fs::metadata(path).unwrap().len();
    for damage in 0..6 {
        let _ = fs::remove_dir_all(&out);
        killed(&workshop, &[], ARCHIVES);
        match damage {
            0 => tear(&journal, length(&journal) / 2),
            1 => tear(&journal, 3),
            2 => fs::write(&journal, vec![0; length(&journal) as usize]).unwrap(),
            3 => tear(&out.join("bundles/n02.0001.json"), 100),
            4 => fs::remove_file(out.join("bundles/n02.0001.json")).unwrap(),
            _ => fs::write(out.join("bundles/n02.0001.json"), vec![b' '; 5000]).unwrap(),
        }
        let ran = resume(&workshop, &[]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_same(&contents(&out), &expected, &format!("damage {damage}"));
    }
}

#[test]
fn compressed_bundles_and_info_parts_are_taken_over_or_made_again() {
    let more = ["--compress", "zstd", "--multipart-info", "default"];
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &more);
    for torn in [None, Some("bundles/n02.info.json"), Some("bundles/n02.0001.json.zst")] {
        let _ = fs::remove_dir_all(&out);
        killed(&workshop, &more, ARCHIVES);
        let before = places(&out);
        if let Some(file) = torn {
            fs::write(out.join(file), "{}").unwrap();
        }
        let ran = resume(&workshop, &more);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_same(&contents(&out), &expected, &format!("{torn:?}"));
        let after = places(&out);
        let again = before.iter().filter(|(file, place)| after[*file] != **place).count();
        assert_eq!(again > 0, torn.is_some(), "{again} files were written again: {torn:?}");
    }
}

#[test]
fn evidence_in_files_is_taken_over_or_made_again() {
    let more = ["--evidence", "sidecar"];
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &more);
    let picture = expected.keys().find(|name| name.ends_with(".png")).unwrap().as_str();
    for damage in [None, Some((picture, "torn")), Some(("evidence/n02.jsonl", "{}\n"))] {
        let _ = fs::remove_dir_all(&out);
        killed(&workshop, &more, ARCHIVES);
        // What no index names in the end does not stay.
        fs::write(out.join(format!("evidence/{}.bin", "0".repeat(64))), "of a report that has changed").unwrap();
        if let Some((file, text)) = damage {
            fs::write(out.join(file), text).unwrap();
        }
        let ran = resume(&workshop, &more);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("taken over"), "{}", ran.stderr);
        assert_same(&contents(&out), &expected, &format!("{damage:?}"));
    }
}

#[test]
fn a_complete_output_can_be_gone_on_with_as_well() {
    let workshop = night();
    let expected = in_one_go(&workshop, &[]);
    for _ in 0..2 {
        let ran = resume(&workshop, &[]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_same(&contents(&workshop.path().join("out")), &expected, "no interruption");
    }
    assert_eq!(resume(&workshop, &["--merge", "last"]).code, Some(2));
}

#[test]
fn what_came_through_standard_input_is_converted_again() {
    let workshop = night();
    let mut child = start(&workshop, &asked(&["-", "in", "nowhere-*.xml"], &[]));
    drop(child.stdin.take());
    assert_eq!(end(child).0, Some(2), "a pattern that matches nothing is refused before anything is written");
    let convert = |more: &[&str]| {
        let mut child = start(&workshop, &asked(&["-", "in"], more));
        child.stdin.take().unwrap().write_all(&archive(3)).unwrap();
        end(child)
    };
    assert_eq!(convert(&[]).0, Some(3));
    let expected = contents(&workshop.path().join("out"));
    let (code, said) = convert(&["--resume"]);
    assert_eq!(code, Some(3), "{said}");
    assert_same(&contents(&workshop.path().join("out")), &expected, "standard input");
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let workshop = night();
    let mut child = waiting(&workshop, &[], ARCHIVES);
    for more in [&["--force"][..], &["--resume"], &[]] {
        let ran = workshop.run(asked(&["in"], more));
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains("another run is using it"), "{}", ran.stderr);
    }
    let input = child.stdin.take();
    drop(input);
    assert_eq!(end(child).0, Some(3));
    assert_eq!(wrong_but_shared(&workshop), [""; 0]);
}

#[test]
fn a_signal_ends_the_work_even_while_it_waits_for_input() {
    let workshop = night();
    let out = workshop.path().join("out");
    let expected = in_one_go(&workshop, &[]);
    for (number, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let _ = fs::remove_dir_all(&out);
        let child = waiting(&workshop, &[], ARCHIVES);
        signal(&child, number);
        let (ended, said) = end(child);
        assert_eq!(ended, Some(code), "{said}");
        assert!(said.contains("--resume goes on"), "{said}");
        assert!(!out.join("manifest.json").exists());
        assert_eq!(resume(&workshop, &[]).code, Some(3));
        assert_same(&contents(&out), &expected, "after a signal");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let workshop = night();
    let child = waiting(&workshop, &[], ARCHIVES);
    signal(&child, Signal::TERM);
    sleep(Duration::from_millis(300));
    let asked = Instant::now();
    signal(&child, Signal::TERM);
    assert_eq!(end(child).0, Some(143));
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end.max(1)
    }
}

/// How often something is struck down: `XRAYPACK_STRIKES` times, or a few times in an ordinary run of the tests.
fn strikes() -> u64 {
    std::env::var("XRAYPACK_STRIKES").map_or(10, |number| number.parse().unwrap())
}

/// Strikes conversions down at random moments, each time up to three in a row, and lets the next one go on.
fn struck(name: &str, more: &[&str], strike: impl Fn(&mut Child), after: impl Fn(&Path, Option<i32>)) {
    let workshop = night();
    let out = workshop.path().join("out");
    let measure = || {
        let begun = Instant::now();
        (in_one_go(&workshop, more), begun.elapsed())
    };
    let (expected, mut whole) = measure();
    let seed = std::env::var("XRAYPACK_SEED").map_or(0x9E37_79B9, |seed| seed.parse().unwrap());
    let mut dice = Dice(seed);
    let (mut strikes_made, mut struck, mut resumed) = (0, 0, 0);
    for round in 0..strikes() {
        let _ = fs::remove_dir_all(&out);
        // How long a conversion takes depends on what else the machine has to do.
        if round % 5 == 4 {
            whole = measure().1;
        }
        for _ in 0..=dice.below(3) {
            let mut child = start(&workshop, &asked(&["in"], &[&["--resume"], more].concat()));
            sleep(whole.mul_f64(dice.below(1000) as f64 / 900.0));
            strike(&mut child);
            let (code, said) = end(child);
            strikes_made += 1;
            struck += u64::from(!matches!(code, Some(0 | 3)));
            resumed += u64::from(said.contains("taken over"));
            after(&out, code);
        }
        let ran = resume(&workshop, more);
        assert_eq!(ran.code, Some(3), "{name}, seed {seed}, round {round}: {}", ran.stderr);
        resumed += u64::from(ran.stderr.contains("taken over"));
        assert_same(&contents(&out), &expected, &format!("{name}, seed {seed}, round {round}"));
    }
    let rounds = strikes();
    eprintln!("{name}: seed {seed}, {rounds} rounds, {struck} conversions struck down, {resumed} took something over");
    assert!(struck > 0 && resumed > 0, "{struck} struck, {resumed} resumed");
    assert!(rounds < 50 || struck * 3 > strikes_made, "of {strikes_made} conversions only {struck} were struck down");
}

#[test]
fn killed_at_any_moment_it_comes_to_the_same() {
    struck("kill -9", &[], |child| child.kill().unwrap(), |_, _| {});
}

#[test]
fn killed_at_any_moment_it_comes_to_the_same_with_evidence_in_files() {
    struck("kill -9, evidence", &["--evidence", "sidecar"], |child| child.kill().unwrap(), |_, _| {});
}

#[test]
fn killed_at_any_moment_it_comes_to_the_same_for_folders() {
    let more = ["--group-by", "directory", "--jobs", "1"];
    struck("kill -9, folders", &more, |child| child.kill().unwrap(), |_, _| {});
}

#[test]
fn asked_to_end_at_any_moment_it_leaves_no_trace_and_comes_to_the_same() {
    let ask = |child: &mut Child| signal(child, Signal::TERM);
    struck("SIGTERM", &[], ask, |out, code| match code {
        Some(143) => {
            let files = if out.exists() { contents(out) } else { BTreeMap::new() };
            let left: Vec<_> = files.keys().filter(|name| name.contains(".xraypack-tmp")).collect();
            assert!(left.is_empty() && !files.contains_key("manifest.json"), "{left:?}");
        }
        // Before the program listens, the signal ends it as it ends any other.
        None | Some(3) => {}
        other => panic!("{other:?}"),
    });
}

#[test]
fn killed_at_any_moment_while_it_replaces_an_output_one_of_the_two_is_whole() {
    let workshop = night();
    let out = workshop.path().join("out");
    let begun = Instant::now();
    let expected = in_one_go(&workshop, &[]);
    let whole = begun.elapsed();
    let earlier = in_one_go(&workshop, &["--merge", "last"]);
    let mut dice = Dice(std::env::var("XRAYPACK_SEED").map_or(0x9E37_79B9, |seed| seed.parse().unwrap()));
    let (mut old, mut new, mut none) = (0, 0, 0);
    for round in 0..strikes() {
        let _ = fs::remove_dir_all(&out);
        assert_eq!(workshop.run(asked(&["in"], &["--merge", "last"])).code, Some(3));
        for _ in 0..=dice.below(2) {
            let mut child = start(&workshop, &asked(&["in"], &["--force"]));
            sleep(whole.mul_f64(dice.below(1000) as f64 / 900.0));
            child.kill().unwrap();
            end(child);
            let left = contents(&out);
            if !left.contains_key("manifest.json") {
                none += 1;
            } else if left["manifest.json"] == earlier["manifest.json"] {
                old += 1;
                assert_same(&without_temporary(left), &earlier, &format!("round {round}: the earlier output"));
            } else {
                new += 1;
                assert_same(&without_temporary(left), &expected, &format!("round {round}: the new output"));
            }
        }
        let how = if none % 2 == 0 { "--force" } else { "--resume" };
        let ran = workshop.run(asked(&["in"], &[how]));
        // An output that is still the earlier one was made with other options.
        let ran = if ran.code == Some(2) { workshop.run(asked(&["in"], &["--force"])) } else { ran };
        assert_eq!(ran.code, Some(3), "round {round}: {}", ran.stderr);
        assert_same(&contents(&out), &expected, &format!("round {round}, {how}"));
    }
    eprintln!(
        "{} rounds: {old} times the earlier output was there, {new} times the new one, {none} times none",
        strikes()
    );
    assert!(none > 0, "nothing was struck down midway");
}
