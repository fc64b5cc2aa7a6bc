//! Tests of the checks: a whole output passes, and each thing that can be wrong is found.

use super::*;
use crate::bundle::lines::tests::line;
use crate::bundle::manifest::tests::manifest;
use crate::bundle::manifest::{EvidenceIndex, Execution, InfoRecord, Options};
use crate::bundle::name::evidence_index_file;
use crate::bundle::settle::tests::{Fixture, SEPARATOR, join};
use crate::bundle::{Assembly, BundleLimits, ExecutionKey, Folder, Frame, Opening, ReportLines, plan};

/// What is found in an output folder.
fn verify(folder: &Path, check: &BundleCheck<'_>) -> Vec<Mismatch> {
    let verification = match Verification::open(folder) {
        Ok(verification) => verification,
        Err(mismatch) => return vec![mismatch],
    };
    let findings: Vec<_> =
        verification.bundles().into_iter().map(|record| verification.check_bundle(record, check)).collect();
    verification.finish(findings)
}

const FRAME: Frame<'static> =
    Frame { first_head: b"[", later_head: b"@[", separator: SEPARATOR, tail: b"]", key: ExecutionKey::Awaited };

/// Five runs in three bundles.
fn output() -> (Fixture, PathBuf, Manifest) {
    output_of(Compression::None)
}

fn output_of(compression: Compression) -> (Fixture, PathBuf, Manifest) {
    let fixture = Fixture::new(0);
    let path = fixture.folder.path().join("out");
    let folder = Folder::open(&path, Opening::Fresh).unwrap();
    let runs: Vec<_> = (0..5_u32).map(|n| (u128::from(n), 0, n, format!("run{n}"))).collect();
    let settled = fixture.settle(&runs, &join).unwrap();
    let plans = plan(&settled, &BundleLimits { max_bytes: 1000, max_runs: 2 }, &FRAME.lengths()).unwrap();
    let assembly =
        Assembly { id: "night", settled: &settled, store: &fixture.store, frame: FRAME, folder: &folder, compression };
    let bundles: Vec<_> = plans.chunks(2).flat_map(|plans| assembly.write(plans).unwrap()).collect();

    let mut report = line();
    report.cases = Cases { seen: 7, passed: 4, failed: 1, errored: 1, skipped: 1 };
    report.runs = Some(Runs { written: 5, merged: 1, left_out: 1 });
    report.execution = Some("night".to_owned());
    let mut lines = ReportLines::create(&folder).unwrap();
    lines.write_json(&mut serde_json::to_vec(&report).unwrap()).unwrap();
    let reports = lines.finish().unwrap();

    let mut totals = Totals::default();
    totals.add_report(&report);
    bundles.iter().for_each(|bundle| totals.add_bundle(bundle));
    let mut manifest = manifest(vec![Execution {
        id: "night".to_owned(),
        source: "night.zip".to_owned(),
        key: None,
        start: None,
        finish: None,
        multipart_info: None,
        evidence: None,
        runs: 5,
        bundles,
        trimmed: Vec::new(),
        disagreeing: None,
        undecided: None,
    }]);
    manifest.totals = totals;
    manifest.reports = Some(reports);
    folder.seal(&manifest).unwrap();
    (fixture, path, manifest)
}

/// Understands bundles as `FRAME` makes them: runs are what is between commas.
fn check(reader: &mut dyn Read) -> Result<BundleFacts, Vec<String>> {
    let mut text = String::new();
    reader.read_to_string(&mut text).map_err(|error| vec![error.to_string()])?;
    let (head, runs) = text.split_once('[').ok_or_else(|| vec!["no bracket".to_owned()])?;
    let number = |run: &str| run.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(99);
    let identities: Vec<u128> = runs.split(',').map(number).collect();
    Ok(BundleFacts {
        runs: identities.len() as u64,
        evidence: 0,
        identities,
        awaits_key: head == "@",
        ..BundleFacts::default()
    })
}

fn messages(path: &Path) -> Vec<String> {
    verify(path, &check).iter().map(ToString::to_string).collect()
}

/// What is found after the manifest was changed.
fn after(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
    let (_fixture, path, mut manifest) = output();
    change(&mut manifest);
    let mut text = Vec::new();
    manifest.write_to(&mut text).unwrap();
    fs::write(path.join(MANIFEST), text).unwrap();
    messages(&path)
}

/// What is found after a file was changed.
fn after_editing(file: &str, edit: impl FnOnce(String) -> String) -> Vec<String> {
    let (_fixture, path, _) = output();
    let text = fs::read_to_string(path.join(file)).unwrap();
    fs::write(path.join(file), edit(text)).unwrap();
    messages(&path)
}

#[test]
fn nothing_is_found_in_what_was_just_written() {
    assert_eq!(after(|_| ()), Vec::<String>::new());
}

#[test]
fn finds_one_changed_byte() {
    assert_eq!(
        after_editing("bundles/night.0002.json", |text| text.replace("run3", "ruN3")),
        ["bundles/night.0002.json was changed: its sha256 is not that of the manifest"]
    );
}

#[test]
fn hashes_the_whole_file_even_if_the_check_stops_early() {
    let (_fixture, path, _) = output();
    let found = verify(&path, &|_| Err(vec!["broken".to_owned()]));
    let content =
        |n: u32| Mismatch::Content { file: bundle_file("night", n, Compression::None), message: "broken".to_owned() };
    assert_eq!(found, [content(1), content(2), content(3)]);
}

#[test]
fn finds_missing_and_foreign_files() {
    let (_fixture, path, _) = output();
    fs::rename(path.join("bundles/night.0003.json"), path.join("bundles/other.json")).unwrap();
    assert_eq!(messages(&path), ["bundles/other.json is not in the manifest", "bundles/night.0003.json is missing"]);
    fs::remove_file(path.join(REPORTS)).unwrap();
    assert_eq!(messages(&path)[2..], ["reports.jsonl is missing"]);
    fs::remove_file(path.join(MANIFEST)).unwrap();
    assert_eq!(messages(&path), ["manifest.json is missing"]);
    fs::write(path.join(JOURNAL), "").unwrap();
    let unfinished = "manifest.json is missing: the conversion is not complete; --resume goes on with it";
    assert_eq!(messages(&path), [unfinished]);
    fs::create_dir(path.join(".earlier.xraypack-tmp")).unwrap();
    let kept = format!("{unfinished}, and the output that it is to replace lies in .earlier.xraypack-tmp");
    assert_eq!(messages(&path), [kept]);
}

#[test]
fn finds_length_runs_and_key_that_differ() {
    let found = after_editing("bundles/night.0002.json", |text| text.replace("@[", "[run9,"));
    assert_eq!(
        found,
        [
            "bundles/night.0002.json has 17 bytes, the manifest says 13",
            "bundles/night.0002.json was changed: its sha256 is not that of the manifest",
            "bundles/night.0002.json has 3 runs, the manifest says 2",
            "bundles/night.0002.json has its key, the manifest says that it waits for one",
            "bundles/night.0002.json: testExecutionKey: missing, and this is not the first bundle of its test execution",
        ]
    );
}

/// What is found where bundles say this of their Test Execution, and the manifest has this key for it.
fn belonging(key: Option<&str>, needs_key: bool, says: impl Fn(&mut BundleFacts) + Sync) -> Vec<String> {
    let (_fixture, path, mut manifest) = output();
    let execution = &mut manifest.executions[0];
    execution.key = key.map(str::to_owned);
    execution.bundles.iter_mut().for_each(|bundle| bundle.needs_key = needs_key && bundle.part > 1);
    let mut text = Vec::new();
    manifest.write_to(&mut text).unwrap();
    fs::write(path.join(MANIFEST), text).unwrap();
    let check = |reader: &mut dyn Read| {
        let mut facts = check(reader)?;
        facts.has_info = !facts.awaits_key;
        says(&mut facts);
        Ok(facts)
    };
    verify(&path, &check).iter().map(ToString::to_string).collect()
}

#[test]
fn finds_bundles_that_belong_to_another_execution() {
    let bound = |facts: &mut BundleFacts| {
        facts.key = if facts.awaits_key { "DEMO-9".to_owned() } else { String::new() };
        facts.awaits_key = false;
    };
    let none: [&str; 0] = [];
    assert_eq!(belonging(None, true, |_| ()), none);
    assert_eq!(belonging(Some("DEMO-9"), false, bound), none);
    assert_eq!(
        belonging(Some("DEMO-9"), true, |_| ()),
        [2, 3].map(|part| format!(
            "bundles/night.000{part}.json waits for a key, and the manifest has DEMO-9 for test execution night"
        ))
    );
    assert_eq!(
        belonging(Some("DEMO-8"), false, bound)[0],
        "bundles/night.0002.json goes to DEMO-9, the manifest has DEMO-8 for test execution night"
    );
    assert_eq!(
        belonging(None, false, bound)[0],
        "bundles/night.0002.json goes to DEMO-9, the manifest has no key for test execution night"
    );
    let times = |facts: &mut BundleFacts| facts.times = [Some("2024-05-02T10:00:00Z".to_owned()), None];
    assert_eq!(
        belonging(None, true, times)[0],
        "bundles/night.0001.json has 2024-05-02T10:00:00Z as start, the manifest has nothing for test execution night"
    );
    assert_eq!(
        belonging(None, true, |facts| facts.has_info = true)[0],
        "bundles/night.0002.json: info: only the first bundle of a test execution has it"
    );
}

#[test]
fn finds_bundles_that_are_larger_than_the_options_allow() {
    let options = |tests: u64, bytes: u64| {
        move |manifest: &mut Manifest| {
            let options = vec![("max-tests".to_owned(), tests.into()), ("max-bytes".to_owned(), bytes.into())];
            manifest.options = Options::new(options);
        }
    };
    assert_eq!(after(options(2, 13)), Vec::<String>::new());
    let bound = after(|manifest| {
        options(2, 12)(manifest);
        manifest.executions[0].key = Some("DEMO-1".to_owned());
    });
    assert!(bound.iter().any(|message| message.contains("--max-bytes was 12")), "bind makes none larger: {bound:?}");
    let larger = after(options(1, 12));
    assert_eq!(larger[0], "bundles/night.0001.json has 2 tests, --max-tests was 1");
    assert_eq!(
        larger.iter().filter(|message| message.contains("has 13 bytes, --max-bytes was 12")).count(),
        1,
        "{larger:?}"
    );
}

#[test]
fn finds_a_report_of_an_execution_that_is_not_there() {
    assert_eq!(
        after_editing(REPORTS, |text| text.replace("\"execution\":\"night\"", "\"execution\":\"day\"")),
        [
            "nightly.zip!/ui/TEST-login.xml went to test execution day, which is not in the manifest",
            "reports.jsonl has 360 bytes, the manifest says 362",
            "reports.jsonl was changed: its sha256 is not that of the manifest",
        ]
    );
}

#[test]
fn finds_a_test_in_two_bundles() {
    let found = after_editing("bundles/night.0002.json", |text| text.replace("run2", "run0"));
    assert_eq!(
        found[1],
        "bundles/night.0001.json and bundles/night.0002.json both have results of one test in test execution night"
    );
}

#[test]
fn finds_a_part_that_is_not_there() {
    let found = after(|manifest| drop(manifest.executions[0].bundles.remove(1)));
    assert_eq!(
        found,
        [
            "bundles/night.0003.json (part 3) stands where bundles/night.0002.json is expected",
            "bundles/night.0002.json is not in the manifest",
            "test execution night has 5 runs, its bundles have 3",
            "totals.bytes_out is 32, the sum is 19",
            "totals.bundles is 3, the sum is 2",
        ]
    );
}

#[test]
fn finds_totals_that_do_not_add_up() {
    assert_eq!(after(|manifest| manifest.totals.damaged += 1), ["totals.damaged is 1, the sum is 0"]);
    assert_eq!(
        after(|manifest| manifest.executions[0].runs = 6),
        ["test execution night has 6 runs, its bundles have 5", "totals.runs.written is 5, the sum is 6",]
    );
    assert_eq!(
        after(|manifest| manifest.totals.runs.merged = 2),
        [
            "manifest.json: 7 cases were seen, but written + merged + left_out is 8",
            "totals.runs.merged is 2, the sum is 1",
        ]
    );
}

#[test]
fn finds_a_report_with_a_case_that_is_lost() {
    let found = after_editing(REPORTS, |text| text.replace("\"merged\":1", "\"merged\":0"));
    assert_eq!(
        found,
        [
            "nightly.zip!/ui/TEST-login.xml: 7 cases were seen, but written + merged + left_out is 6",
            "reports.jsonl was changed: its sha256 is not that of the manifest",
            "totals.runs.merged is 1, the sum is 0",
        ]
    );
    let found = after_editing(REPORTS, |text| text.replace("\"skipped\":1", "\"skipped\":0"));
    assert_eq!(found[0], "nightly.zip!/ui/TEST-login.xml: 7 cases were seen, but the sum of the outcomes is 6");
}

#[test]
fn finds_a_line_that_is_cut() {
    let found = after_editing(REPORTS, |text| text[..40].to_owned());
    assert!(found[0].starts_with("reports.jsonl cannot be read: line 1: EOF"), "{found:?}");
}

#[test]
fn finds_a_line_that_was_edited() {
    let found = after_editing(REPORTS, |text| text.replacen("\"report\":\"", "\"report\":\"x", 1));
    assert!(found[0].starts_with("reports.jsonl has ") && found[0].contains(", the manifest says "), "{found:?}");
    assert_eq!(found[1..], ["reports.jsonl was changed: its sha256 is not that of the manifest"]);
    let elsewhere = after(|manifest| manifest.reports.as_mut().unwrap().file = "../reports.jsonl".to_owned());
    assert_eq!(elsewhere.len(), 1);
    assert_eq!(after(|manifest| manifest.reports = None), Vec::<String>::new(), "as earlier versions wrote it");
}

#[test]
fn a_manifest_cannot_make_it_read_elsewhere() {
    for file in ["../secret.0001.json", "bundles/../../secret.0001.json", "/etc/passwd"] {
        let found = after(|manifest| manifest.executions[0].bundles[0].file = file.to_owned());
        assert!(found[0].starts_with(file) && found[0].contains("is expected"), "{found:?}");
        assert!(!found.iter().any(|message| message.contains("cannot be read") || message.ends_with("missing")));
    }
}

#[test]
fn an_id_cannot_make_it_read_elsewhere() {
    let found = after(|manifest| {
        let execution = &mut manifest.executions[0];
        execution.id = "../../secret".to_owned();
        let (info, index) = (info_file(&execution.id), evidence_index_file(&execution.id));
        execution.multipart_info = Some(InfoRecord { file: info, sha256: String::new() });
        execution.evidence = Some(EvidenceIndex { file: index, lines: 0, sha256: String::new() });
    });
    let of = |file: &str| found.iter().filter(|message| message.starts_with(file)).collect::<Vec<_>>();
    for file in ["bundles/../../secret.info.json", "evidence/../../secret.jsonl"] {
        assert_eq!(of(file), [&format!("{file} (part 0) stands where {file} is expected")]);
    }
}

#[test]
fn refuses_a_schema_of_the_future() {
    let found = after(|manifest| manifest.schema = "xraypack/manifest/2".to_owned());
    assert_eq!(found, ["manifest.json has the unknown schema \"xraypack/manifest/2\""]);
}

#[test]
#[cfg(unix)]
fn does_not_wait_for_what_is_no_file() {
    for file in [MANIFEST, REPORTS, "bundles/night.0002.json"] {
        let (_fixture, path, _) = output();
        fs::remove_file(path.join(file)).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path.join(file)).status().unwrap().success());
        assert_eq!(messages(&path), [format!("{file} cannot be read: it is no regular file")]);
    }
}
