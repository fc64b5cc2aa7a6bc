//! The program from the outside: usage, settings, help.

use std::process::Stdio;

use serde_json::json;

use crate::support::{Workshop, complaints, json_lines, schema};

/// Runs that must be refused before anything is written.
fn refused(workshop: &Workshop, arguments: &[&str]) -> String {
    let before = workshop.files();
    let ran = workshop.run(arguments);
    assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
    assert_eq!(ran.stdout, "", "{arguments:?}");
    assert_eq!(workshop.files(), before, "{arguments:?}");
    ran.stderr
}

#[test]
fn wrong_usage_is_code_2_and_writes_nothing() {
    let workshop = Workshop::new();
    workshop.write("a.xml", "<testsuite/>");
    assert!(refused(&workshop, &[]).contains("Usage: xraypack"));
    assert!(refused(&workshop, &["convert", "a.xml"]).contains("--out"));
    assert!(refused(&workshop, &["convert", "a.xml", "-o", "out", "--nonsense"]).contains("--nonsense"));
    assert!(refused(&workshop, &["convert", "a.xml", "-o", "out", "--execution", "demo-1"]).contains("DEMO-1"));
    assert!(refused(&workshop, &["convert", "a.xml", "-o", "out", "--max-bytes", "20M"]).contains("20MiB"));
    assert!(refused(&workshop, &["convert", "-", "-", "-o", "out"]).contains("given twice"));
    assert!(refused(&workshop, &["completions", "tcsh"]).contains("bash"));
}

#[test]
fn the_help_names_commands_and_exit_codes() {
    let ran = Workshop::new().run(["--help"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for word in ["convert", "inspect", "verify", "formats", "completions", "man", "Exit codes:", "xraypack.toml"] {
        assert!(ran.stdout.contains(word), "{word}: {}", ran.stdout);
    }
    let version = Workshop::new().run(["--version"]).stdout;
    assert_eq!(version, format!("xraypack {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_and_manual_pages_are_data() {
    let workshop = Workshop::new();
    let ran = workshop.run(["completions", "bash"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("--max-evidence-per-test"));
    let ran = workshop.run(["man"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains(".TH xraypack 1"), "{}", ran.stdout);
    assert_eq!(workshop.run(["man", "--dir", "man1"]).code, Some(0));
    assert!(workshop.files().contains(&"man1/xraypack-convert.1".to_owned()));
}

/// Whether `formats` printed JSON, which shows from where it took `--format`.
fn speaks_json(workshop: &Workshop, arguments: &[&str]) -> bool {
    let ran = workshop.run(arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.stdout.starts_with('{') && json_lines(&ran.stdout)[0]["schema"] == "xraypack/formats/1"
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let mut workshop = Workshop::new();
    assert!(!speaks_json(&workshop, &["formats"]));
    workshop.write("xraypack.toml", "format = \"json\"\n");
    assert!(speaks_json(&workshop, &["formats"]));
    assert!(!speaks_json(&workshop, &["formats", "--format", "human"]));
    workshop.set("XRAYPACK_FORMAT", "human");
    assert!(!speaks_json(&workshop, &["formats"]));
    assert!(speaks_json(&workshop, &["formats", "--format", "json"]));
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let mut workshop = Workshop::new();
    workshop.write("xraypack.toml", "format = \"json\"\n");
    workshop.set("XRAYPACK_FORMAT", "");
    workshop.set("XRAYPACK_QUIET", "");
    assert!(speaks_json(&workshop, &["formats"]));
}

#[test]
fn the_command_line_decides_how_much_is_said() {
    let mut workshop = Workshop::new();
    workshop.set("XRAYPACK_QUIET", "yes");
    assert_eq!(workshop.run(["formats", "-v"]).code, Some(0));
    workshop.set("XRAYPACK_QUIET", "no");
    assert_eq!(workshop.run(["formats", "-v"]).code, Some(0));
    workshop.set("XRAYPACK_QUIET", "perhaps");
    assert!(refused(&workshop, &["formats"]).contains("XRAYPACK_QUIET in the environment"));
}

#[test]
fn settings_of_other_commands_do_no_harm() {
    let mut workshop = Workshop::new();
    workshop.write("xraypack.toml", "project = \"DEMO\"\nmax_bytes = \"5MiB\"\nexclude = [\"**/old/**\", \"*.log\"]\n");
    workshop.set("XRAYPACK_PROJECT", "not a key, and not asked for");
    assert_eq!(workshop.run(["formats"]).code, Some(0));
}

#[test]
fn wrong_settings_are_code_2() {
    let mut workshop = Workshop::new();
    workshop.write("a.xml", "<testsuite/>");
    workshop.write("xraypack.toml", "# Ours.\nprojekt = \"DEMO\"\n");
    let complaint = refused(&workshop, &["convert", "a.xml", "-o", "out"]);
    assert!(complaint.starts_with("error: xraypack.toml:2: `projekt` is no option"), "{complaint}");
    workshop.write("xraypack.toml", "");
    workshop.set("XRAYPACK_MAX_TESTS", "many");
    let complaint = refused(&workshop, &["convert", "a.xml", "-o", "out"]);
    assert!(complaint.starts_with("error: XRAYPACK_MAX_TESTS in the environment: invalid value"), "{complaint}");
}

#[test]
fn the_project_file_is_found_above_the_working_directory() {
    let workshop = Workshop::new();
    workshop.write("xraypack.toml", "format = \"json\"\n");
    workshop.write("a/b/empty", "");
    let ran = workshop.command(["formats"]).current_dir(workshop.path().join("a/b")).output().unwrap();
    assert!(ran.stdout.starts_with(b"{"), "{ran:?}");
    workshop.write("xraypack.toml", "nonsense = 1\n");
    let ran = workshop.command(["formats"]).current_dir(workshop.path().join("a/b")).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap().replace('\\', "/");
    assert!(said.contains("../../xraypack.toml:1: `nonsense`"), "{said}");
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let workshop = Workshop::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = workshop.command(["completions", "zsh"]).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_schemas_take_a_bundle_of_their_own_words_only() {
    let bundle =
        |status: &str| json!({ "testExecutionKey": "DEMO-1", "tests": [{ "testKey": "DEMO-2", "status": status }] });
    for (target, own, foreign) in [("server", "PASS", "PASSED"), ("cloud", "PASSED", "PASS")] {
        let schema = schema(target);
        assert_eq!(complaints(&schema, &bundle(own)), Vec::<String>::new(), "{target}");
        assert!(!complaints(&schema, &bundle(foreign)).is_empty(), "{target}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_among_the_inputs_is_read_like_standard_input() {
    use std::process::Stdio;
    let workshop = Workshop::new();
    let report = workshop.write("a.xml", crate::archives::suite("a"));
    let piped = |arguments: &[&str]| {
        let mut feed = std::process::Command::new("cat").arg(&report).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = feed.stdout.take().unwrap();
        let ran = workshop.command(arguments).stdin(stdin).output().unwrap();
        feed.wait().unwrap();
        ran
    };
    let ran = piped(&["inspect", "/dev/stdin", "--format", "json"]);
    let line = String::from_utf8(ran.stdout).unwrap();
    assert!(line.contains(r#""report":"stdin""#) && line.contains(r#""state":"converted""#), "{line}");
    assert_eq!(ran.status.code(), Some(0));
    assert_eq!(piped(&["bench", "/dev/stdin"]).status.code(), Some(2));
    assert!(refused(&workshop, &["inspect", "/dev/null"]).contains("/dev/null is neither a file, a folder nor a pipe"));
    std::os::unix::fs::symlink("nothing", workshop.path().join("void")).unwrap();
    assert!(refused(&workshop, &["inspect", "void"]).contains("error: void cannot be read: "));
    let folder = std::fs::File::open(workshop.path()).unwrap();
    let ran = workshop.command(["inspect", "-"]).stdin(folder).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(told.starts_with("error: standard input cannot be read: "), "{told}");
}

#[test]
fn patterns_that_meet_nothing_and_inputs_that_meet_are_told() {
    let workshop = Workshop::new();
    workshop.write("in/unit/a.xml", crate::archives::suite("a"));
    workshop.write("in/api/b.xml", crate::archives::suite("b"));
    let ran = workshop.run(["inspect", "in", "--exclude", "unit/", "--exclude", "e2e", "--include", "*.xml"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.starts_with("2 files, ") && ran.stdout.contains(": 1 report, 1 ignored"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "note: --exclude e2e matches nothing\n");
    for command in [&["inspect"][..], &["plan", "-p", "DEMO"], &["convert", "-o", "out", "-p", "DEMO"]] {
        let ran = workshop.run([command, &["in", "in/unit", "--include", "b", "--include", "unit"]].concat());
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
        let told = "warning: the INPUT in/unit lies in in, and is read twice\n";
        assert!(ran.stderr.contains(told), "{command:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("note: --include b matches nothing\n"), "{command:?}: {}", ran.stderr);
    }
    let ran = workshop.run(["inspect", "in", "in", "-q", "--exclude", "e2e"]);
    assert_eq!(ran.stderr, "");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let workshop = Workshop::new();
    workshop.write("a.xml", crate::archives::suite("a"));
    let mut command = workshop.command(["plan", "a.xml"]);
    let ran = command.env("XRAYPACK_SUMMARY", std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(told, "error: XRAYPACK_SUMMARY in the environment is not valid UTF-8\n");
    assert_eq!(ran.status.code(), Some(2));
}

#[test]
fn a_test_that_fits_into_no_bundle_is_named_with_the_limit_that_would_do() {
    let workshop = Workshop::new();
    workshop.write(
        "a.xml",
        format!("<testsuite name='s'><testcase classname='c' name='{}'/></testsuite>", "n".repeat(3000)),
    );
    let convert = |most: &str| workshop.run(["convert", "a.xml", "-o", "out", "-p", "DEMO", "--max-bytes", most]);
    let ran = convert("2000");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("the test 'c.nnn"), "{}", ran.stderr);
    let (_, least) = ran.stderr.trim_end().rsplit_once("--max-bytes must be ").unwrap();
    let least = least.strip_suffix(" at least").unwrap();
    assert_eq!(convert(&(least.parse::<u64>().unwrap() - 1).to_string()).code, Some(2));
    assert_eq!(convert(least).code, Some(0), "{least}");
}

#[test]
fn help_and_complaints_have_the_colours_that_are_wanted() {
    let mut workshop = Workshop::new();
    let is_colored = |workshop: &Workshop, arguments: &[&str]| {
        let ran = workshop.run(arguments);
        ran.stdout.contains("\x1b[") || ran.stderr.contains("\x1b[")
    };
    for line in [&["convert", "--nonsense"][..], &["--help"]] {
        assert!(!is_colored(&workshop, line));
        assert!(is_colored(&workshop, &[&["--color", "always"], line].concat()));
        assert!(is_colored(&workshop, &[&["--color=always"], line].concat()));
    }
    workshop.set("XRAYPACK_COLOR", "always");
    assert!(is_colored(&workshop, &["convert", "--nonsense"]));
    assert!(!is_colored(&workshop, &["convert", "--nonsense", "--color", "never"]));
}

#[test]
fn a_variable_that_no_option_reads_is_told() {
    let mut workshop = Workshop::new();
    workshop.set("XRAYPACK_MAX_BYTE", "1MiB");
    workshop.set("XRAYPACK_EMPTY", "");
    workshop.set("XRAYPACK_MAX_TESTS", "5");
    let told = "note: no option reads XRAYPACK_MAX_BYTE in the environment; did you mean XRAYPACK_MAX_BYTES?\n";
    assert_eq!(workshop.run(["formats"]).stderr, told);
    assert_eq!(workshop.run(["formats", "-q"]).stderr, "");
}

#[test]
fn a_closed_standard_output_hides_no_damage() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", "<testsuite name='s'><testcase name='t'/>");
    let unheard = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = workshop.command(arguments).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
        child.wait().unwrap().code()
    };
    for format in ["human", "json"] {
        assert_eq!(unheard(&["inspect", "in", "--format", format]), Some(3), "{format}");
        assert_eq!(unheard(&["plan", "in", "-p", "DEMO", "--format", format]), Some(3), "{format}");
        assert_eq!(unheard(&["plan", "in", "--format", format]), Some(2), "{format}");
        let convert = ["convert", "in", "--out", "out", "--force", "-p", "DEMO", "--format", format];
        assert_eq!(unheard(&convert), Some(3), "{format}");
        assert_eq!(unheard(&["verify", "out", "--format", format]), Some(0), "{format}");
    }
    workshop.write("out/reports.jsonl", "");
    assert_eq!(unheard(&["verify", "out"]), Some(5));
}

#[test]
fn a_prefix_of_two_roles_is_refused() {
    let workshop = Workshop::new();
    workshop.write("a.xml", "<testsuite/>");
    let told = |prefixes: &[&str]| {
        let prefixes: Vec<_> = prefixes.iter().flat_map(|prefix| ["--tag-prefix", prefix]).collect();
        refused(&workshop, &[&["convert", "a.xml", "-o", "out"], prefixes.as_slice()].concat())
    };
    let both = "error: --tag-prefix: A is a prefix of test and of requirement, and can be only one of them\n";
    assert_eq!(told(&["test=A", "requirement=A"]), both);
    assert!(told(&["requirement=TEST_"]).contains("TEST_ is a prefix of test and of requirement"));
}

#[test]
fn the_headline_tells_of_reports_alone() {
    let workshop = Workshop::new();
    let cases = "<testcase classname='c' name='t'/>";
    workshop.write("in/a.xml", format!("<testsuite name='s'>{cases}</testsuite>"));
    workshop.write("in/notes.txt", "x".repeat(4096));
    let whole = workshop.run(["convert", "in", "--out", "whole", "-p", "DEMO"]);
    assert!(whole.stdout.starts_with("Converted 1 report (66 B) in "), "{}", whole.stdout);
    workshop.write("in/b.xml", "<testsuite name='s'><testcase name='u'/>");
    let damaged = workshop.run(["convert", "in", "--out", "damaged", "-p", "DEMO"]);
    let headline = damaged.stdout.lines().next().unwrap();
    assert!(headline.starts_with("Read 2 reports (106 B) in "), "{headline}");
    assert!(headline.ends_with(": 1 converted, 1 damaged"), "{headline}");
}
