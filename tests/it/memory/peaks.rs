//! How much memory a conversion has held: the system tells it on Linux alone.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

#[test]
fn the_ceiling_is_kept() {
    let workshop = Workshop::new();
    slow_early_giant(&workshop);
    let tight = convert(&workshop, &["--jobs", "4", "--memory", "16MiB"]);
    let ample = convert(&workshop, &["--jobs", "4", "--memory", "2GiB"]);
    // What the program itself needs, its index included, is in both.
    assert!(tight < (16 + 32) << 20, "{} MiB", tight >> 20);
    assert!(tight < ample, "{} MiB and {} MiB: the ceiling has no effect", tight >> 20, ample >> 20);
}

/// What a report becomes, by its number and name: a file and its content.
type Way = fn(usize, &str, &[u8]) -> (String, Vec<u8>);

/// Reports that are just small enough to be whole in memory.
fn almost_too_large(workshop: &Workshop, way: Way) {
    for number in 0..15 {
        let name = format!("r{number:02}");
        let (file, content) = way(number, &name, report(&name, 4_100).as_bytes());
        workshop.write(&format!("night/{file}"), content);
    }
}

/// One report after the other comes another way: loose, packed, and in archives stored, deflated, and packed once more.
fn another_way(number: usize, name: &str, report: &[u8]) -> (String, Vec<u8>) {
    // No smaller for it, so that it takes a whole buffer packed as well.
    let packed = || {
        let mut packed = GzEncoder::new(Vec::new(), Compression::none());
        packed.write_all(report).unwrap();
        packed.finish().unwrap()
    };
    let zipped = |entry: &str, content: &[u8], how| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(entry, SimpleFileOptions::default().compression_method(how)).unwrap();
        archive.write_all(content).unwrap();
        (format!("{name}.zip"), archive.finish().unwrap().into_inner())
    };
    match number % 5 {
        0 => (format!("{name}.xml"), report.to_vec()),
        1 => (format!("{name}.xml.gz"), packed()),
        2 => zipped("a.xml", report, CompressionMethod::Deflated),
        3 => zipped("a.xml", report, CompressionMethod::Stored),
        _ => zipped("a.xml.gz", &packed(), CompressionMethod::Deflated),
    }
}

/// A worker is reckoned at two buffers of 4 MiB. Loose reports need one; whatever ways others take, they need no third.
#[test]
fn a_worker_has_two_buffers_whatever_ways_reports_take() {
    let options = ["--jobs", "1", "--memory", "16MiB", "--group-by", "all"];
    let peak = |way: Way| {
        let workshop = Workshop::new();
        almost_too_large(&workshop, way);
        convert(&workshop, &options)
    };
    let loose = peak(|_, name, report| (format!("{name}.xml"), report.to_vec()));
    let mixed = peak(another_way);
    // One buffer more, and as much again and a half for decoders and whatever an allocator does: 6 MiB were measured, and 14 with four
    // buffers.
    assert!(mixed < loose + (10 << 20), "{} MiB and {} MiB", loose >> 20, mixed >> 20);
}

/// A report of one case that holds `count` times `piece`, between `before` and `after`, packed.
fn giant_case(before: &str, piece: &str, count: usize, after: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(before.as_bytes()).unwrap();
    (0..count).for_each(|_| packed.write_all(piece.as_bytes()).unwrap());
    packed.write_all(after.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// A kind of giant case: what begins it, a piece, what ends it, and how many pieces are more than is held of one case.
type GiantCase = (&'static str, String, &'static str, usize);

fn giant_cases() -> [GiantCase; 4] {
    let (text, base64) = ("at org.example.Some.line\n".repeat(4000), "QUJD".repeat(250_000));
    [
        (
            "<testsuite name='s'><testcase classname='c' name='n'>",
            format!("<failure message='m'>{text}</failure>"),
            "</testcase></testsuite>",
            200,
        ),
        (
            "<testsuite name='s'><testcase classname='c' name='n'><failure/><properties><property name='testrun_evidence'>",
            format!("<item name='a.png'>{base64}</item>"),
            "</property></properties></testcase></testsuite>",
            75,
        ),
        (
            "<testsuite name='s'><testcase classname='c' name='n'><failure/><properties>",
            format!("<property name='attachment1'>data:image/png;base64,{base64}</property>"),
            "</properties></testcase></testsuite>",
            75,
        ),
        (
            "<assemblies><assembly name='a'><collection><test name='c.n' type='c' method='n' result='Fail'><attachments>",
            format!("<attachment name='a.png' media-type='image/png'>{base64}</attachment>"),
            "</attachments></test></collection></assembly></assemblies>",
            75,
        ),
    ]
}

/// What `giant_cases` hold beyond their bounds is not held, and told.
#[test]
fn one_case_takes_no_more_memory_for_being_larger() {
    let workshop = Workshop::new();
    for (before, piece, after, count) in giant_cases() {
        let peak = |count| {
            workshop.write("night/a.xml.gz", giant_case(before, &piece, count, after));
            let peak = convert(&workshop, &["--jobs", "1", "--limit", "ratio=1000000"]);
            let reports = std::fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
            assert!(reports.contains(" of one test case were left out: "), "{before}: {reports}");
            peak
        };
        let (single, fourfold) = (peak(count), peak(4 * count));
        assert!(fourfold < single + (16 << 20), "{before}: {} MiB and {} MiB", single >> 20, fourfold >> 20);
    }
}

/// Messages of attempts that never end, and of one that gathers ever more: what is told of them, lines, and how many of these
/// are more than is held.
fn giant_runs() -> [(&'static str, String, usize); 2] {
    let attempt = |number| format!("{{\"testCaseStarted\":{{\"id\":\"ROUND{number}\"}}}}\n");
    let text = "at org.example.Some.line ".repeat(40);
    let result = format!("{{\"status\":\"FAILED\",\"message\":\"{text}\"}}");
    let step = format!("{{\"testStepFinished\":{{\"testCaseStartedId\":\"a\",\"testStepResult\":{result}}}}}\n");
    [
        ("attempts that ran were taken as interrupted", (0..1_000).map(attempt).collect(), 30),
        ("failures beyond 10,000 or 16 MiB", step, 20_000),
    ]
}

/// What attempts hold while they run is bounded by `--limit plan-bytes`, and what one of them gathers as that of any case.
#[test]
fn a_run_takes_no_more_memory_for_being_longer() {
    let workshop = Workshop::new();
    for (told, lines, count) in giant_runs() {
        let peak = |count: usize| {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            let begins = b"{\"meta\":{\"protocolVersion\":\"27.0.0\"}}\n{\"testCaseStarted\":{\"id\":\"a\"}}\n";
            packed.write_all(begins).unwrap();
            for round in 0..count {
                packed.write_all(lines.replace("ROUND", &format!("{round}-")).as_bytes()).unwrap();
            }
            workshop.write("night/a.ndjson.gz", packed.finish().unwrap());
            let limits = ["--limit", "ratio=1000000", "--limit", "plan-bytes=8MiB"];
            let peak = convert(&workshop, &[["--jobs", "1"].as_slice(), &limits].concat());
            let reports = std::fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
            assert!(reports.contains(told), "{told}: {reports}");
            peak
        };
        let (single, fourfold) = (peak(count), peak(4 * count));
        assert!(fourfold < single + (16 << 20), "{told}: {} MiB and {} MiB", single >> 20, fourfold >> 20);
    }
}
