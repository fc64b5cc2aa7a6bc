//! Tests of the output folder.

use super::*;
use crate::bundle::manifest::tests::manifest;
use crate::bundle::manifest::{BundleRecord, Execution};

fn execution(files: &[&str]) -> Execution {
    let record = |(n, file): (usize, &&str)| BundleRecord {
        file: (*file).to_owned(),
        part: n as u32 + 1,
        bytes: 1,
        runs: 1,
        sha256: String::new(),
        compressed: None,
        needs_key: false,
    };
    Execution {
        id: "a".to_owned(),
        source: "a".to_owned(),
        key: None,
        start: None,
        finish: None,
        multipart_info: None,
        evidence: None,
        runs: 1,
        bundles: files.iter().enumerate().map(record).collect(),
        trimmed: Vec::new(),
        disagreeing: None,
        undecided: None,
    }
}

fn put(folder: &Path, file: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
}

/// Everything in the folder, as sorted relative names.
fn listing(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                waiting.push(path);
            } else {
                names.push(path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    names.retain(|name| lock::FILE != Some(name.as_str()));
    names.sort();
    names
}

/// A complete output with the bundle `bundles/a.0001.json`.
fn earlier(path: &Path) {
    let folder = Folder::open(path, Opening::Fresh).unwrap();
    for file in ["bundles/a.0001.json", REPORTS] {
        let mut new = folder.create(file).unwrap();
        new.write_all(b"whole").unwrap();
        new.commit().unwrap();
    }
    folder.seal(&manifest(vec![execution(&["bundles/a.0001.json"])])).unwrap();
}

#[test]
fn takes_a_folder_that_is_absent_or_empty() {
    let outer = tempfile::tempdir().unwrap();
    drop(Folder::open(&outer.path().join("a/b"), Opening::Fresh).unwrap());
    drop(Folder::open(&outer.path().join("a/b"), Opening::Fresh).unwrap());
    assert!(outer.path().join("a/b/bundles").is_dir());
}

#[test]
fn refuses_an_earlier_output_unless_told() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    let error = Folder::open(outer.path(), Opening::Fresh).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::EarlierOutput(_)), "{error}");
    let folder = Folder::open(outer.path(), Opening::Replace).unwrap();
    assert_eq!(outputs(outer.path()), [""; 0], "it is set aside");
    folder.seal(&manifest(Vec::new())).unwrap();
    assert_eq!(listing(outer.path()), [MANIFEST], "and gone when the new one is whole");
}

/// What is in its place, and not set aside.
fn outputs(folder: &Path) -> Vec<String> {
    listing(folder).into_iter().filter(|name| !name.starts_with(".earlier")).collect()
}

#[test]
fn an_output_that_was_to_be_replaced_comes_back() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    put(outer.path(), "notes.txt");
    put(outer.path(), &format!("{EVIDENCE}/{}.png", "a".repeat(64)));
    let before = listing(outer.path());
    let folder = Folder::open(outer.path(), Opening::Replace).unwrap();
    for file in ["bundles/b.0001.json", JOURNAL] {
        folder.create(file).unwrap().commit().unwrap();
    }
    folder.withdraw().unwrap();
    assert_eq!(listing(outer.path()), before);
    assert_eq!(fs::read(outer.path().join("bundles/a.0001.json")).unwrap(), b"whole");
}

#[test]
fn what_a_run_that_was_stopped_set_aside_is_the_earlier_output() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    let before = listing(outer.path());
    let stopped = Folder::open(outer.path(), Opening::Replace).unwrap();
    stopped.create("bundles/b.0001.json").unwrap().commit().unwrap();
    drop(stopped);
    let error = Folder::open(outer.path(), Opening::Fresh).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::EarlierOutput(_)), "{error}");
    let folder = Folder::open(outer.path(), Opening::Replace).unwrap();
    assert_eq!(outputs(outer.path()), [""; 0], "what the stopped run wrote is gone");
    folder.withdraw().unwrap();
    assert_eq!(listing(outer.path()), before);

    drop(Folder::open(outer.path(), Opening::Replace).unwrap());
    let resumed = Folder::open(outer.path(), Opening::Resume).unwrap();
    resumed.go_on().unwrap();
    resumed.seal(&manifest(Vec::new())).unwrap();
    assert_eq!(listing(outer.path()), [MANIFEST]);
}

/// An output of which the first `moved` parts were moved, as by a run that was stopped.
fn in_part(path: &Path, moved: usize) -> Vec<String> {
    earlier(path);
    put(path, &format!("{EVIDENCE}/{}.png", "a".repeat(64)));
    let before = listing(path);
    let part = path.join(".earlier-in-part.xraypack-tmp");
    fs::create_dir(&part).unwrap();
    let parts = [MANIFEST, REPORTS, BUNDLES, EVIDENCE];
    parts[..moved].iter().for_each(|name| fs::rename(path.join(name), part.join(name)).unwrap());
    before
}

#[test]
fn what_was_set_aside_in_part_is_put_together() {
    for moved in 0..=4 {
        let outer = tempfile::tempdir().unwrap();
        let before = in_part(outer.path(), moved);
        let error = Folder::open(outer.path(), Opening::Fresh).unwrap_err();
        assert!(matches!(error.kind(), WriteErrorKind::EarlierOutput(_)), "{error}");
        drop(Folder::open(outer.path(), Opening::Resume).unwrap());
        assert_eq!(listing(outer.path()), before, "{moved} parts");

        let outer = tempfile::tempdir().unwrap();
        let before = in_part(outer.path(), moved);
        let folder = Folder::open(outer.path(), Opening::Replace).unwrap();
        assert!(folder.keeps_earlier());
        folder.create("bundles/b.0001.json").unwrap().commit().unwrap();
        folder.withdraw().unwrap();
        assert_eq!(listing(outer.path()), before, "{moved} parts");
    }
}

#[test]
fn what_cannot_be_set_aside_stays() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    let before = listing(outer.path());
    // In the way of the last step: something of somebody else.
    put(outer.path(), ".earlier.xraypack-tmp/notes.txt");
    Earlier::of(outer.path()).set_aside().unwrap_err();
    fs::remove_dir_all(outer.path().join(".earlier.xraypack-tmp")).unwrap();
    assert_eq!(listing(outer.path()), before);
}

#[test]
fn an_output_that_was_replaced_does_not_come_back() {
    // The new one is complete, and the run was stopped while it removed the other.
    let remains = |path: &Path| {
        earlier(path);
        put(path, ".earlier.xraypack-tmp/bundles/old.0001.json");
        fs::create_dir_all(path.join(".earlier.xraypack-tmp/evidence")).unwrap();
    };
    let outer = tempfile::tempdir().unwrap();
    remains(outer.path());
    let before = outputs(outer.path());
    Folder::open(outer.path(), Opening::Replace).unwrap().withdraw().unwrap();
    assert_eq!(listing(outer.path()), before);

    let outer = tempfile::tempdir().unwrap();
    remains(outer.path());
    let resumed = Folder::open(outer.path(), Opening::Resume).unwrap();
    resumed.go_on().unwrap();
    assert!(!resumed.keeps_earlier());
    assert_eq!(listing(outer.path()), ["bundles/a.0001.json", REPORTS]);
}

#[test]
fn an_output_goes_only_when_another_is_complete() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    let before = listing(outer.path());
    let folder = Folder::open(outer.path(), Opening::Replace).unwrap();
    // The manifest does not get its name.
    fs::create_dir(outer.path().join(MANIFEST)).unwrap();
    folder.seal(&manifest(Vec::new())).unwrap_err();
    fs::remove_dir(outer.path().join(MANIFEST)).unwrap();
    folder.withdraw().unwrap();
    assert_eq!(listing(outer.path()), before);
}

#[test]
fn wrong_usage_leaves_no_folder_behind() {
    let outer = tempfile::tempdir().unwrap();
    let out = outer.path().join("out");
    let folder = Folder::open(&out, Opening::Fresh).unwrap();
    folder.create("bundles/a.0001.json").unwrap().commit().unwrap();
    folder.withdraw().unwrap();
    assert!(!out.exists());
    fs::create_dir(&out).unwrap();
    Folder::open(&out, Opening::Fresh).unwrap().withdraw().unwrap();
    assert!(out.exists() && fs::read_dir(&out).unwrap().next().is_none(), "it was there before");
    Folder::open(&outer.path().join("a/b/c"), Opening::Fresh).unwrap().withdraw().unwrap();
    assert!(!outer.path().join("a").exists(), "nor those around it");
}

#[test]
fn what_is_no_folder_is_no_output_folder() {
    let outer = tempfile::tempdir().unwrap();
    put(outer.path(), "out");
    for opening in [Opening::Fresh, Opening::Replace, Opening::Resume] {
        let error = Folder::open(&outer.path().join("out"), opening).unwrap_err();
        assert!(matches!(error.kind(), WriteErrorKind::NoFolder(_)), "{error}");
    }
}

#[test]
fn never_removes_what_is_not_its_own() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    let foreign = [".d.xraypack-tmp/a", ".gitignore", "a.xraypack-tmp", "notes.txt", "x/a.0001.json"];
    foreign.iter().for_each(|file| put(outer.path(), file));
    put(outer.path(), "bundles/b.0007.json");
    put(outer.path(), "bundles/.b.0008.json.xraypack-tmp");
    let folder = Folder::open(outer.path(), Opening::Replace).unwrap();
    assert_eq!(outputs(outer.path()), foreign);
    folder.seal(&manifest(Vec::new())).unwrap();
    assert_eq!(listing(outer.path()), [&foreign[..3], &["manifest.json"], &foreign[3..]].concat());
}

#[test]
fn among_bundles_nothing_else_is_tolerated() {
    for file in ["bundles/deep/a.0001.json", "bundles/notes.json", "evidence/notes.txt"] {
        let outer = tempfile::tempdir().unwrap();
        earlier(outer.path());
        put(outer.path(), file);
        let before = listing(outer.path());
        for opening in [Opening::Replace, Opening::Resume] {
            let error = Folder::open(outer.path(), opening).unwrap_err();
            assert!(matches!(error.kind(), WriteErrorKind::NotOurs { .. }), "{file}: {error}");
        }
        assert_eq!(listing(outer.path()), before);
    }
}

#[test]
fn force_is_no_licence_for_a_folder_of_somebody_else() {
    for file in ["notes.txt", "src/notes.txt", "bundles/notes.json", "manifest.json"] {
        let outer = tempfile::tempdir().unwrap();
        put(outer.path(), file);
        put(outer.path(), "bundles/main.0001.json");
        for opening in [Opening::Fresh, Opening::Replace, Opening::Resume] {
            let error = Folder::open(outer.path(), opening).unwrap_err();
            assert!(matches!(error.kind(), WriteErrorKind::NotOurs { .. }), "{file}: {error}");
        }
        assert_eq!(listing(outer.path()).len(), 2);
    }
}

#[test]
fn a_manifest_cannot_point_force_outside_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    put(outer.path(), "precious.json");
    let out = outer.path().join("out");
    let folder = Folder::open(&out, Opening::Fresh).unwrap();
    let files = ["../precious.json", "bundles/../../precious.json", "bundles/odd.json"];
    folder.write_manifest(&manifest(vec![execution(&files)])).unwrap();
    put(&out, "bundles/odd.json");
    drop(folder);
    Folder::open(&out, Opening::Replace).unwrap().seal(&manifest(Vec::new())).unwrap();
    assert_eq!(listing(outer.path()), ["out/manifest.json", "precious.json"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    put(outer.path(), "elsewhere/a.0001.json");
    let out = outer.path().join("out");
    fs::create_dir(&out).unwrap();
    std::os::unix::fs::symlink(outer.path().join("elsewhere"), out.join("bundles")).unwrap();
    let error = Folder::open(&out, Opening::Replace).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::NotOurs { .. }), "{error}");
    assert!(outer.path().join("elsewhere/a.0001.json").exists());
}

#[test]
fn an_interrupted_output_counts_as_an_earlier_one() {
    let outer = tempfile::tempdir().unwrap();
    put(outer.path(), "bundles/a.0001.json");
    put(outer.path(), "bundles/.a.0002.json.xraypack-tmp");
    assert!(Folder::open(outer.path(), Opening::Fresh).is_err());
    Folder::open(outer.path(), Opening::Resume).unwrap().go_on().unwrap();
    assert_eq!(listing(outer.path()), ["bundles/a.0001.json"]);
}

#[test]
fn resume_keeps_bundles_and_seal_removes_those_that_nobody_names() {
    let outer = tempfile::tempdir().unwrap();
    earlier(outer.path());
    put(outer.path(), "bundles/b.0001.json");
    let folder = Folder::open(outer.path(), Opening::Resume).unwrap();
    assert!(outer.path().join(MANIFEST).exists(), "nothing goes before it is known that all is well");
    folder.go_on().unwrap();
    assert_eq!(listing(outer.path()), ["bundles/a.0001.json", "bundles/b.0001.json", "reports.jsonl"]);
    folder.seal(&manifest(vec![execution(&["bundles/a.0001.json"])])).unwrap();
    assert_eq!(listing(outer.path()), ["bundles/a.0001.json", "manifest.json", "reports.jsonl"]);
}

#[test]
fn a_file_has_its_name_only_when_it_is_whole() {
    let outer = tempfile::tempdir().unwrap();
    let folder = Folder::open(outer.path(), Opening::Fresh).unwrap();
    let mut file = folder.create("bundles/a.0001.json").unwrap();
    file.write_all(b"half").unwrap();
    assert_eq!(listing(outer.path()), ["bundles/.a.0001.json.xraypack-tmp"]);
    drop(file);
    assert!(listing(outer.path()).is_empty());
    let mut file = folder.create("bundles/a.0001.json").unwrap();
    file.write_all(b"whole").unwrap();
    file.commit().unwrap();
    assert_eq!(listing(outer.path()), ["bundles/a.0001.json"]);
}

#[cfg(target_os = "linux")]
#[test]
fn two_runs_cannot_share_a_folder() {
    let outer = tempfile::tempdir().unwrap();
    let first = Folder::open(outer.path(), Opening::Fresh).unwrap();
    let error = Folder::open(outer.path(), Opening::Fresh).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::InUse(_)), "{error}");
    drop(first);
    drop(Folder::open(outer.path(), Opening::Fresh).unwrap());
}

#[test]
fn only_a_complete_output_can_be_changed_in_place() {
    let outer = tempfile::tempdir().unwrap();
    let error = Folder::complete(outer.path()).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::NoManifest(_)), "{error}");
    earlier(outer.path());
    drop(Folder::complete(outer.path()).unwrap());
}

#[test]
fn each_file_is_brought_to_the_disk_and_one_that_is_gone_is_missed() {
    let outer = tempfile::tempdir().unwrap();
    let folder = Folder::open(outer.path(), Opening::Fresh).unwrap();
    let path = outer.path().join("bundles/a.0001.json");
    fs::write(&path, "whole").unwrap();
    // Of another user's making, perhaps.
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    let gone = outer.path().join("bundles/gone.json");
    assert_eq!(folder.sync_each(&[&path]).unwrap(), Synced::Files);
    assert_eq!(fs::read(&path).unwrap(), b"whole");
    folder.sync_each(&[&path, &gone]).unwrap_err();
    let error = folder.seal(&manifest(vec![execution(&["bundles/a.0001.json", "bundles/gone.json"])])).unwrap_err();
    assert!(error.to_string().starts_with(&format!("find {}: ", gone.display())), "{error}");
    assert_eq!(listing(outer.path()), ["bundles/a.0001.json"]);
}
