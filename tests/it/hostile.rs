//! Hostile input: every row of the table in `fixtures/hostile/README.md` is converted beside a good report, and must end
//! as the table says, in bounded memory and time, with the good report converted.
//!
//! The small inputs lie beside the table; those that are not there are made here. `XRAYPACK_UPDATE=1` writes the small
//! ones that are missing, `XRAYPACK_HOSTILE_LONG=1` makes the large ones as large as the table says.

mod make;

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Workshop, peak_of, reports, repository};

/// Most memory that any of them may take, in KiB: two workers with their buffers, the program itself, and a line for each
/// of a hundred thousand entries.
const MOST_MEMORY: u64 = 224 * 1024;

/// Longest that any of them may take. A build without optimisation on a busy machine needs some of it.
const LONGEST: Duration = Duration::from_secs(300);

/// Inputs up to this size lie beside the table.
const COMMITTED: usize = 4096;

const GOOD: &str =
    "<testsuite name='good'><testcase classname='good' name='one'/><testcase classname='good' name='two'/></testsuite>";

/// Inputs with links, which only some systems let everybody make.
const NEED_LINKS: [&str; 2] = ["attachments-outside", "link-to-itself"];

/// Content of a file beside the input.
const SECRET: &str = "what nobody may read";

/// A row of the table.
struct Row {
    /// Name of the file.
    input: String,
    /// Options that it is converted with.
    options: Vec<String>,
    /// The line of `reports.jsonl` that tells of it.
    line: String,
    /// Its state.
    state: String,
    /// Kind of the problem; empty: none.
    kind: String,
    /// Part of the message.
    message: String,
}

fn rows() -> Vec<Row> {
    let table = fs::read_to_string(folder().join("README.md")).unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    let rows: Vec<Row> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(cells)
        .map(|cells| {
            let [input, _, options, line, state, kind, message] = <[String; 7]>::try_from(cells).unwrap();
            let [options, kind, message] =
                [options, kind, message].map(|cell| if cell == "none" || cell == "any" { String::new() } else { cell });
            let options = options.split_whitespace().map(ToOwned::to_owned).collect();
            Row { input, options, line, state, kind, message }
        })
        .collect();
    assert!(rows.len() > 40, "only {} rows were understood", rows.len());
    rows
}

fn folder() -> std::path::PathBuf {
    repository().join("fixtures/hostile")
}

#[test]
fn every_hostile_input_ends_as_the_table_says() {
    let mut wrong = Vec::new();
    for row in rows().iter().filter(|row| cfg!(unix) || !NEED_LINKS.contains(&row.input.as_str())) {
        if let Err(complaint) = try_row(row) {
            wrong.push(format!("{}: {complaint}", row.input));
        }
    }
    assert!(wrong.is_empty(), "{} rows are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_input_beside_the_table_is_in_it() {
    let rows = rows();
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || rows.iter().any(|row| row.input == name), "{name} is not in the table");
    }
}

fn try_row(row: &Row) -> Result<(), String> {
    let workshop = Workshop::new();
    workshop.write("in/good.xml", GOOD);
    // What nothing inside the input may lead to.
    workshop.write("secret.txt", SECRET);
    put(row, &workshop.path().join("in").join(&row.input));
    let mut command = workshop.command(["convert", "in", "--out", "out", "--project", "DEMO", "--jobs", "2"]);
    command.args(&row.options).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let (code, memory) = watch(command.spawn().unwrap(), began)?;
    let code = code.ok_or("a signal ended the program")?;
    check(matches!(code, 0 | 3), || format!("exit code {code}"))?;
    check(memory <= MOST_MEMORY, || format!("it took {memory} KiB of memory"))?;
    let out = workshop.path().join("out");
    check_lines(row, &reports(&out))?;
    let verified = workshop.run(["verify", "out"]);
    check(verified.code == Some(0), || format!("verify: {}{}", verified.stdout, verified.stderr))?;
    let text = everything(&out);
    let secrets = [SECRET.to_owned(), base64_simd::STANDARD.encode_to_string(SECRET)];
    check(!secrets.iter().any(|secret| text.contains(secret)), || "what lies outside the input was read".to_owned())?;
    let strangers: Vec<_> = workshop
        .files()
        .into_iter()
        .filter(|name| !["in/", "out/", "secret.txt"].iter().any(|known| name.starts_with(known)))
        .collect();
    check(strangers.is_empty(), || format!("files appeared outside the output: {strangers:?}"))
}

/// Copies the input that lies beside the table, or makes it.
fn put(row: &Row, to: &Path) {
    let committed = folder().join(&row.input);
    if committed.is_file() {
        fs::copy(committed, to).unwrap();
        return;
    }
    make::make(&row.input, to);
    let is_small = to.symlink_metadata().unwrap().is_file() && fs::metadata(to).unwrap().len() <= COMMITTED as u64;
    if is_small && std::env::var_os("XRAYPACK_UPDATE").is_some() {
        fs::copy(to, committed).unwrap();
    }
}

fn check_lines(row: &Row, lines: &[Value]) -> Result<(), String> {
    let find = |name: &str| lines.iter().find(|line| line["report"].as_str().unwrap().replace('\0', "?") == name);
    let good = find("good.xml").ok_or("the good report has no line")?;
    check(good["state"] == "converted" && good["runs"]["written"] == 2, || format!("the good report: {good}"))?;
    let names: Vec<_> = lines.iter().map(|line| line["report"].to_string()).take(10).collect();
    let line = find(&row.line).ok_or_else(|| format!("there is no line for {}, but {names:?}", row.line))?;
    check(line["state"] == row.state.as_str(), || format!("the state is {}: {line}", line["state"]))?;
    let problems = line["problems"].as_array().unwrap();
    if row.kind.is_empty() {
        return check(problems.is_empty(), || format!("it has problems: {line}"));
    }
    let told = problems.iter().any(|problem| {
        problem["kind"] == row.kind.as_str() && problem["message"].as_str().unwrap().contains(&row.message)
    });
    check(told, || format!("the problem is not told: {line}"))
}

/// Waits for the program and follows its memory: exit code and peak in KiB.
fn watch(mut child: Child, began: Instant) -> Result<(Option<i32>, u64), String> {
    let mut peak = 0;
    loop {
        peak = peak.max(peak_of(child.id()).unwrap_or(0) / 1024);
        if let Some(status) = child.try_wait().unwrap() {
            return Ok((status.code(), peak));
        }
        if began.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("it took longer than {LONGEST:?}"));
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn everything(out: &Path) -> String {
    let bundles = fs::read_dir(out.join("bundles")).unwrap();
    bundles.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

fn check(holds: bool, complaint: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(complaint()) }
}
