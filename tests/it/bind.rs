//! `bind` and compressed bundles, driven as a pipeline drives them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Ran, Workshop, complaints, manifest, schema};

/// A night of 30 tests in three bundles, the last two of which wait for a key.
fn night(more: &[&str]) -> Workshop {
    let workshop = Workshop::new();
    let cases: String = (0..30).map(|n| format!("<testcase classname='c' name='t{n}' time='1'/>")).collect();
    workshop.write("night/a.xml", format!("<testsuite name='s' timestamp='2026-11-20T01:00:00Z'>{cases}</testsuite>"));
    convert(&workshop, more);
    workshop
}

fn convert(workshop: &Workshop, more: &[&str]) {
    let line = ["convert", "night", "--out", "out", "--project", "DEMO", "--max-tests", "12"];
    let ran = workshop.run([&line, more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn bind(workshop: &Workshop, arguments: &[&str]) -> Ran {
    workshop.run([&["bind", "out"], arguments].concat())
}

fn verify(workshop: &Workshop) -> Ran {
    workshop.run(["verify", "out"])
}

fn out(workshop: &Workshop) -> PathBuf {
    workshop.path().join("out")
}

/// The bodies of all bundles, decompressed, in the order of the manifest.
fn bodies(workshop: &Workshop) -> Vec<String> {
    let manifest = manifest(&out(workshop));
    let executions = manifest["executions"].as_array().unwrap();
    let bundles = executions.iter().flat_map(|execution| execution["bundles"].as_array().unwrap());
    bundles.map(|bundle| body(&out(workshop).join(bundle["file"].as_str().unwrap()))).collect()
}

fn body(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let plain = match path.extension().unwrap().to_str().unwrap() {
        "gz" => {
            let mut plain = Vec::new();
            std::io::copy(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut plain).unwrap();
            plain
        }
        "zst" => zstd::decode_all(bytes.as_slice()).unwrap(),
        _ => bytes,
    };
    String::from_utf8(plain).unwrap()
}

fn needs_key(workshop: &Workshop) -> Vec<Value> {
    let manifest = manifest(&out(workshop));
    let bundles = manifest["executions"][0]["bundles"].as_array().unwrap().clone();
    bundles.iter().map(|bundle| bundle["needs_key"].clone()).collect()
}

/// Every file of the output with its bytes.
fn contents(workshop: &Workshop) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(workshop.path().join(&name)).unwrap();
        (name, bytes)
    };
    workshop.files().into_iter().filter(|name| name.starts_with("out/")).map(read).collect()
}

#[test]
fn the_key_goes_into_the_bundles_that_wait_for_it() {
    for compression in ["none", "gzip", "zstd"] {
        let workshop = night(&["--compress", compression]);
        assert_eq!(needs_key(&workshop), [false, true, true]);
        let before = bodies(&workshop);
        let schema = schema("server");
        let waiting: Value = serde_json::from_str(&before[1]).unwrap();
        assert!(!complaints(&schema, &waiting).is_empty(), "the strict schema refuses the placeholder");
        assert_eq!(verify(&workshop).code, Some(0));

        let ran = bind(&workshop, &["--execution", "night=DEMO-123"]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(0), "night: DEMO-123 written into 2 bundles\n"),
            "{}",
            ran.stderr
        );
        let after = bodies(&workshop);
        assert_eq!(after[0], before[0], "the first bundle makes the Test Execution");
        for (before, after) in before.iter().zip(&after).skip(1) {
            assert_eq!(before.len(), after.len(), "nothing moves");
            assert_eq!(before.replace("@@KEY@@\" ", "DEMO-123\""), *after);
            let bundle: Value = serde_json::from_str(after).unwrap();
            assert_eq!(bundle["testExecutionKey"], "DEMO-123");
            assert_eq!(complaints(&schema, &bundle), Vec::<String>::new());
        }
        assert_eq!(needs_key(&workshop), [false, false, false]);
        assert_eq!(manifest(&out(&workshop))["executions"][0]["key"], "DEMO-123");
        let verified = verify(&workshop);
        assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    }
}

#[test]
fn what_is_bound_later_is_what_is_converted_with_the_key() {
    let workshop = night(&[]);
    bind(&workshop, &["--execution", "DEMO-123"]);
    let bound = bodies(&workshop);
    convert(&workshop, &["--execution", "DEMO-123", "--force"]);
    assert_eq!(bodies(&workshop)[1..], bound[1..]);
}

#[test]
fn binding_again_changes_nothing_and_another_key_is_refused() {
    let workshop = night(&["--compress", "gzip"]);
    bind(&workshop, &["--execution", "night=DEMO-1"]);
    let bound = contents(&workshop);
    let again = bind(&workshop, &["--execution", "night=DEMO-1", "--format", "json"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let told: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(
        told,
        json!({"schema": "xraypack/bind/1", "executions": [{"id": "night", "key": "DEMO-1", "bundles": 0}]})
    );
    let other = bind(&workshop, &["--execution", "night=DEMO-2"]);
    assert_eq!(other.code, Some(2));
    assert_eq!(other.stderr, "error: the Test Execution night has the key DEMO-1 already; --force replaces it\n");
    assert_eq!(contents(&workshop), bound);
    assert_eq!(bind(&workshop, &["--execution", "night=DEMO-2", "--force"]).code, Some(0));
    assert!(bodies(&workshop)[2].starts_with("{\"testExecutionKey\":\"DEMO-2\" "));
    assert_eq!(verify(&workshop).code, Some(0));
}

#[test]
fn what_is_said_wrong_is_told_and_nothing_changes() {
    let workshop = night(&[]);
    let before = contents(&workshop);
    for (arguments, message) in [
        (&["--execution", "nightly=DEMO-1"][..], "no Test Execution has the id \"nightly\"; there is night"),
        (&["--execution", "night=demo-1"], "did you mean DEMO-1?"),
        (&["--execution", "night=DEMO-1", "--execution", "night=DEMO-2"], "two keys are given"),
        (&[], "--execution"),
    ] {
        let ran = bind(&workshop, arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert_eq!(contents(&workshop), before);
    let elsewhere = workshop.run(["bind", "night", "--execution", "a=DEMO-1"]);
    assert_eq!(elsewhere.code, Some(2));
    assert!(elsewhere.stderr.contains("no complete output"), "{}", elsewhere.stderr);
}

#[test]
fn several_executions_need_their_ids_and_keys_of_their_own() {
    let workshop = night(&[]);
    workshop.write("night/ui/b.xml", "<testsuite name='u'><testcase name='x'/></testsuite>");
    convert(&workshop, &["--group-by", "directory", "--force"]);
    let ran = bind(&workshop, &["--execution", "DEMO-1"]);
    assert_eq!((ran.code, ran.stderr.contains("night, ui; write ID=DEMO-1")), (Some(2), true), "{}", ran.stderr);
    let ran = bind(&workshop, &["--execution", "night=DEMO-1;ui=DEMO-1"]);
    assert_eq!((ran.code, ran.stderr.contains("each would overwrite")), (Some(2), true), "{}", ran.stderr);
    let ran = bind(&workshop, &["--execution", "ui=DEMO-2", "--execution", "night=DEMO-1"]);
    assert_eq!(ran.stdout, "night: DEMO-1 written into 2 bundles\nui: DEMO-2, and no bundle waits for it\n");
    assert_eq!(verify(&workshop).code, Some(0));
}

#[test]
fn a_bind_that_was_stopped_is_completed_by_the_next() {
    for compression in ["none", "zstd"] {
        // Whatever moment the program was stopped at, these are the states in which it leaves the folder: the new files
        // lie whole beside the old ones, or some of them have their names, and the manifest is the old one.
        let bound = night(&["--compress", compression]);
        let old = contents(&bound);
        bind(&bound, &["--execution", "DEMO-9"]);
        let new = contents(&bound);
        let changed: Vec<_> = old.iter().zip(&new).filter(|(old, new)| old != new).map(|(_, new)| new).collect();
        assert_eq!(changed.len(), 3, "two bundles and the manifest");
        for done in 0..=2 {
            let workshop = Workshop::new();
            old.iter().for_each(|(name, bytes)| drop(workshop.write(name, bytes)));
            let bundles = changed.iter().filter(|(name, _)| name.contains("/bundles/"));
            bundles.clone().take(done).for_each(|(name, bytes)| drop(workshop.write(name, bytes)));
            for (name, bytes) in bundles.skip(done) {
                let (folder, file) = name.rsplit_once('/').unwrap();
                workshop.write(&format!("{folder}/.{file}.xraypack-tmp"), &bytes[..bytes.len() / 2]);
            }
            if done > 0 {
                assert_eq!(verify(&workshop).code, Some(5), "the manifest is not true of {done} bundles");
                let other = bind(&workshop, &["--execution", "DEMO-8"]);
                assert_eq!(other.code, Some(5), "{}", other.stderr);
                assert!(other.stderr.contains("it has the key DEMO-9 of a bind that was stopped"), "{}", other.stderr);
            }
            let ran = bind(&workshop, &["--execution", "DEMO-9"]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            assert_eq!(contents(&workshop), new, "{compression}, {done} bundles done before");
        }
    }
}

#[test]
fn a_bundle_that_somebody_changed_is_not_bound() {
    let workshop = night(&[]);
    let path = out(&workshop).join("bundles/night.0003.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("PASS", "FAIL", 1)).unwrap();
    let before = contents(&workshop);
    let ran = bind(&workshop, &["--execution", "DEMO-9"]);
    assert_eq!(ran.code, Some(5));
    assert_eq!(
        ran.stderr,
        "error: bundles/night.0003.json is not what the manifest says: its content is not the one that was written; \
         no bundle was changed\n"
    );
    assert_eq!(contents(&workshop), before);
}

#[test]
fn a_key_without_room_is_written_where_the_limit_allows_it() {
    let key = format!("{}-1", "LONGER_THAN_ANY_PROJECT_OF_JIRA_IS".repeat(2));
    let workshop = night(&[]);
    assert_eq!(bind(&workshop, &["--execution", &key]).code, Some(0));
    assert_eq!(verify(&workshop).code, Some(0));
    assert_eq!(bind(&workshop, &["--execution", "DEMO-1", "--force"]).code, Some(0));
    assert_eq!(verify(&workshop).code, Some(0));
    let limit = manifest(&out(&workshop))["executions"][0]["bundles"][1]["bytes"].to_string();
    // The first bundle is longer than the others, so the limit cuts the night anew; the fullest bundle is exactly full.
    let workshop = night(&["--max-bytes", &limit]);
    let sizes = |workshop: &Workshop| {
        let manifest = manifest(&out(workshop));
        let bundles = manifest["executions"][0]["bundles"].as_array().unwrap().clone();
        bundles.iter().map(|bundle| bundle["bytes"].as_u64().unwrap()).max().unwrap()
    };
    let before = sizes(&workshop);
    assert_eq!(before.to_string(), limit);
    assert_eq!(bind(&workshop, &["--execution", "DEMO-1"]).code, Some(0), "what is exactly full is not too large");
    let ran = bind(&workshop, &["--execution", &key, "--force"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("convert again, with --execution and this key"), "{}", ran.stderr);
    assert_eq!(sizes(&workshop), before);
}

#[test]
fn a_key_of_the_environment_is_for_the_only_execution() {
    let mut workshop = night(&[]);
    workshop.set("XRAYPACK_EXECUTION", "DEMO-5");
    assert_eq!(bind(&workshop, &[]).stdout, "night: DEMO-5 written into 2 bundles\n");
}

#[test]
fn compressed_bundles_are_read_as_input() {
    let workshop = night(&["--compress", "gzip"]);
    let again = |more: &[&str]| {
        let line = ["convert", "out/bundles", "--out", "again", "-p", "DEMO", "--force", "--max-tests", "12"];
        let ran = workshop.run([&line, more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        manifest(&workshop.path().join("again"))["totals"]["runs"].clone()
    };
    assert_eq!(again(&[]), json!({"written": 30, "merged": 0, "left_out": 0}));
    convert(&workshop, &["--compress", "zstd", "--force"]);
    assert_eq!(again(&[]), json!({"written": 30, "merged": 0, "left_out": 0}));
    // A cut file is told as damaged.
    let path = out(&workshop).join("bundles/night.0001.json.zst");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    let ran = workshop.run(["convert", "out/bundles", "--out", "again", "-p", "DEMO", "--force"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
}

#[test]
fn compressed_bundles_hold_the_same_and_the_manifest_tells_both_sizes() {
    let plain = night(&[]);
    let expected = bodies(&plain);
    let plain_records = manifest(&out(&plain))["executions"][0]["bundles"].clone();
    for (compression, suffix) in [("gzip", ".gz"), ("zstd", ".zst")] {
        let workshop = night(&["--compress", compression]);
        assert_eq!(bodies(&workshop), expected);
        let manifest = manifest(&out(&workshop));
        assert_eq!(manifest["options"]["compress"], compression);
        for (record, plain) in
            manifest["executions"][0]["bundles"].as_array().unwrap().iter().zip(plain_records.as_array().unwrap())
        {
            let file = record["file"].as_str().unwrap();
            assert_eq!(file, format!("{}{suffix}", plain["file"].as_str().unwrap()));
            for same in ["part", "bytes", "runs", "sha256", "needs_key"] {
                assert_eq!(record[same], plain[same], "{same}");
            }
            let length = fs::metadata(out(&workshop).join(file)).unwrap().len();
            assert_eq!(record["compressed"]["bytes"], length);
            assert!(length < record["bytes"].as_u64().unwrap());
        }
        let first = contents(&workshop);
        convert(&workshop, &["--compress", compression, "--force", "--jobs", "1"]);
        assert_eq!(contents(&workshop), first, "the same bytes every time");
        // One changed byte, wherever it is, is found.
        let path = out(&workshop).join(format!("bundles/night.0002.json{suffix}"));
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(verify(&workshop).code, Some(5));
        convert(&workshop, &["--force"]);
        assert!(workshop.files().iter().all(|name| !name.ends_with(suffix)), "the earlier bundles are gone");
    }
}
