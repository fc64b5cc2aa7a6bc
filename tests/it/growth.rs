//! Growth: four times the input takes about four times as long, however it is shaped. A reader, merger or cleaner with a
//! quadratic corner would take sixteen times as long.

use std::io::{Cursor, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::Workshop;

/// Most that four times the input may take, in times of what the input takes: 2.6 for each doubling.
const MOST_GROWTH: f64 = 6.8;

/// What is done in less is too noisy to compare.
const LEAST: Duration = Duration::from_millis(60);

/// What is done in less even for an input of this size, because a limit ends it, is compared as it is.
const LARGEST: usize = 4 << 20;

/// Tries before the growth counts: other work on the machine disturbs single ones.
const TRIES: usize = 5;

/// An input of some size: name of the file, a size to begin with, and how one is made.
type Shape = (&'static str, usize, fn(usize) -> Vec<u8>);

const XML: &[Shape] = &[
    ("attributes.xml", 20_000, |n| case(&format!("<testcase name='n'{}/>", numbered(n, |i| format!(" a{i}='{i}'"))))),
    ("properties.xml", 10_000, |n| {
        let properties = numbered(n, |i| format!("<property name='p{i}' value='v'/>"));
        case(&format!("<testcase name='n'><properties>{properties}</properties></testcase>"))
    }),
    ("depth.xml", 20_000, |n| case(&format!("{}{}", "<testsuite>".repeat(n), "</testsuite>".repeat(n)))),
    ("never-closed.xml", 20_000, |n| case(&"<testsuite>".repeat(n))),
    ("leftovers.xml", 20_000, |n| [case(""), b"<testcase/>".repeat(n)].concat()),
    ("stray-ends.xml", 20_000, |n| case(&"</nothing>".repeat(n))),
    ("suites.xml", 20_000, |n| numbered(n, |i| format!("<testsuite name='s{i}'></testsuite>")).into_bytes()),
    ("text-pieces.xml", 20_000, |n| failure(&"a<!-- b -->".repeat(n))),
    ("cdata-pieces.xml", 20_000, |n| failure(&"<![CDATA[a]]>".repeat(n))),
    ("cdata-brackets.xml", 200_000, |n| failure(&format!("<![CDATA[{}]]>", "]".repeat(n)))),
    ("references.xml", 50_000, |n| failure(&"&lt;&#x41;".repeat(n))),
    ("ampersands.xml", 100_000, |n| failure(&"&".repeat(n))),
    ("less-than.xml", 100_000, |n| failure(&"<".repeat(n))),
    ("open-tags.xml", 50_000, |n| failure(&"<a ".repeat(n))),
    ("open-quotes.xml", 50_000, |n| case(&"<testcase name=\"".repeat(n))),
    ("both-quotes.xml", 50_000, |n| case(&"<testcase a='\" b=\"'".repeat(n))),
    ("raw-quotes.xml", 50_000, |n| case(&"<testcase name='it's a 'b'/>".repeat(n))),
    ("no-closing-quote.xml", 50_000, |n| failure(&numbered(n, |i| format!("<a{i} b='c 'd ")))),
    ("no-good-quote.xml", 50_000, |n| case(&numbered(n, |i| format!("<a{i} b=\"<c \"d\" e='f'/>")))),
    ("quote-to-the-end.xml", 300_000, |n| case(&format!("<testcase name='{}>", "<x ".repeat(n)))),
    ("dashes.xml", 400_000, |n| case(&format!("<!-{}", "-".repeat(n)))),
    ("comments.xml", 50_000, |n| case(&"<!-- -->".repeat(n))),
    ("doctype.xml", 50_000, |n| format!("<!DOCTYPE a [{}]><testsuite/>", "<!ENTITY a 'b'>".repeat(n)).into_bytes()),
    ("open-doctype.xml", 100_000, |n| format!("<!DOCTYPE a [{}", "<!ENTITY a \"b'\">[".repeat(n)).into_bytes()),
    ("problems.xml", 3_000, |n| case(&"<testcase name='n' time='never' timestamp='once'/>".repeat(n))),
    ("equal-identities.xml", 5_000, |n| {
        case(&"<testcase classname='c' name='n'><failure>f</failure></testcase>".repeat(n))
    }),
    ("identities.xml", 5_000, |n| case(&numbered(n, |i| format!("<testcase classname='c' name='n{i}'/>")))),
    ("long-name.xml", 200_000, |n| case(&format!("<testcase classname='c' name='{}'/>", "n\u{e9}".repeat(n)))),
    ("controls.xml", 300_000, |n| failure(&"\u{1}\u{FFFE}".repeat(n))),
    ("attachments.xml", 500, |n| attachments("<failure/>", n)),
    ("attachments-of-passed.xml", 500, |n| attachments("", n)),
    ("robot-keywords.xml", 10_000, |n| {
        let keywords = "<kw name='k'><status status='FAIL'>m</status></kw>".repeat(n);
        format!(
            "<robot><suite name='s'><test name='t'>{keywords}<status status='FAIL'>m</status></test></suite></robot>"
        )
        .into_bytes()
    }),
    ("robot-teardowns.xml", 4_000, |n| {
        // Elements lie a thousand deep at most.
        let depth = (n / 16).min(1_000);
        let teardown = "<kw type='TEARDOWN'><status status='FAIL'>m</status></kw><status status='FAIL'/></suite>";
        let (begin, end) = ("<suite>".repeat(depth), teardown.repeat(depth));
        let tests = numbered(n, |i| format!("<test name='t{i}'><status status='PASS'/></test>"));
        format!("<robot generator='Robot 7'>{begin}{tests}{end}</robot>").into_bytes()
    }),
    ("nunit-suites.xml", 5_000, |n| {
        let suites = numbered(n, |i| {
            format!(
                "<test-suite type='TestFixture' name='s{i}'><test-case name='n' fullname='s{i}.n' result='Passed'/></test-suite>"
            )
        });
        format!("<test-run id='1' testcasecount='1'>{suites}</test-run>").into_bytes()
    }),
    ("invalid-utf8.xml", 200_000, |n| {
        let mut bytes = failure("_");
        let at = bytes.iter().position(|byte| *byte == b'_').unwrap();
        bytes.splice(at..=at, std::iter::repeat_n(0xFF, n));
        bytes
    }),
    ("utf16.xml", 50_000, |n| {
        let text = String::from_utf8(failure(&"\u{e9}<".repeat(n))).unwrap();
        format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
];

const JSON: &[Shape] = &[
    ("brackets.json", 200_000, |n| feature(&format!("{{\"name\":\"s\",\"rows\":{}{}}}", "[".repeat(n), "]".repeat(n)))),
    ("open-brackets.json", 400_000, |n| "[".repeat(n).into_bytes()),
    ("escapes.json", 50_000, |n| feature(&format!("{{\"name\":\"{}\"}}", "\\u00e9\\n".repeat(n)))),
    ("backslashes.json", 200_000, |n| feature(&format!("{{\"name\":\"{}", "\\\\".repeat(n)))),
    ("steps.json", 5_000, |n| {
        feature(&vec!["{\"name\":\"s\",\"result\":{\"status\":\"failed\",\"error_message\":\"e\"}}"; n].join(","))
    }),
    ("keys.json", 20_000, |n| feature(&format!("{{\"name\":\"s\"{}}}", numbered(n, |i| format!(",\"k{i}\":{i}"))))),
    ("commas.json", 300_000, |n| feature(&format!("{{\"name\":\"s\"{}}}", ",".repeat(n)))),
    ("strange-lines.json", 50_000, |n| [b"[\n".to_vec(), b"oops\n".repeat(n)].concat()),
    ("documents.json", 20_000, |n| [feature(""), br#"{"a":1}[1]x{"b":2},"#.repeat(n)].concat()),
    ("robot-documents.json", 20_000, |n| {
        let report = br#"{"generator":"Robot 7","generated":"x","suite":{"name":"s","tests":[]}}"#;
        [report.as_slice(), &br#"{"a":1}{b}{"c":[2]},"#.repeat(n)].concat()
    }),
    ("robot-tests.json", 3_000, |n| {
        let tests = vec![r#"{"name":"t","status":"PASS","elapsed_time":1}"#; n].join(",\n");
        format!(r#"{{"generator":"Robot 7","generated":"x","suite":{{"name":"s","tests":[{tests}]}}}}"#).into_bytes()
    }),
    ("objects-behind-text.json", 50_000, |n| [b"> npm test\n".to_vec(), b"{\"level\":1}\n".repeat(n)].concat()),
    ("environments.json", 20_000, |n| {
        let names: Vec<_> = (0..n).map(|i| format!("\"e{i}\"")).collect();
        let info = format!("{{\"summary\":\"s\",\"testEnvironments\":[{}]}}", names.join(","));
        format!("{{\"info\":{info},\"tests\":[{{\"testKey\":\"DEMO-1\",\"status\":\"PASS\"}}]}}").into_bytes()
    }),
    ("scenarios.json", 2_000, |n| {
        let scenario = |i| {
            format!(
                "{{\"id\":\"f;{i}\",\"keyword\":\"Scenario\",\"name\":\"s{i}\",\"line\":{i},\"type\":\"scenario\",\"steps\":[]}}"
            )
        };
        let scenarios: Vec<_> = (0..n).map(scenario).collect();
        elements(&scenarios.join(","))
    }),
    ("executions.json", 1_000, |n| {
        let feature = |i| {
            let scenario = format!(
                "{{\"id\":\"f{i};s\",\"keyword\":\"Scenario\",\"name\":\"s\",\"line\":3,\"type\":\"scenario\",\"steps\":[]}}"
            );
            let names =
                format!("\"uri\":\"f{i}.feature\",\"id\":\"f{i}\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1");
            format!("{{{names},\"tags\":[{{\"name\":\"@DEMO-{}\",\"line\":1}}],\"elements\":[{scenario}]}}", i + 1)
        };
        let features: Vec<_> = (0..n).map(feature).collect();
        format!("[{}]", features.join(",")).into_bytes()
    }),
    ("inherited-tags.json", 2_000, |n| {
        let tags: Vec<_> = (0..n).map(|i| format!("{{\"name\":\"@t{i}\",\"line\":1}}")).collect();
        let tags = tags.join(",");
        let scenario = format!(
            "{{\"id\":\"f;s\",\"keyword\":\"Scenario\",\"name\":\"s\",\"line\":3,\"type\":\"scenario\",\"tags\":[{tags}],\"steps\":[]}}"
        );
        let names = "\"uri\":\"f.feature\",\"id\":\"f\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1";
        format!("[{{{names},\"tags\":[{tags}],\"elements\":[{scenario}]}}]").into_bytes()
    }),
    ("inherited-tags.ndjson", 2_000, |n| {
        let list = |fields: &dyn Fn(usize) -> String| (0..n).map(fields).collect::<Vec<_>>().join(",");
        let of_feature = list(&|i| format!("{{\"id\":\"t{i}\",\"name\":\"@t{i}\"}}"));
        let of_pickle = list(&|i| format!("{{\"astNodeId\":\"t{i}\",\"name\":\"@t{i}\"}}"));
        let scenario = "{\"scenario\":{\"id\":\"n\",\"name\":\"s\",\"location\":{\"line\":3}}}";
        format!(
            "{{\"gherkinDocument\":{{\"uri\":\"f\",\"feature\":{{\"name\":\"F\",\"tags\":[{of_feature}],\"children\":[{scenario}]}}}}}}\n\
             {{\"pickle\":{{\"id\":\"p\",\"uri\":\"f\",\"name\":\"s\",\"steps\":[],\"tags\":[{of_pickle}],\"astNodeIds\":[\"n\"]}}}}\n\
             {{\"testCase\":{{\"id\":\"c\",\"pickleId\":\"p\",\"testSteps\":[]}}}}\n\
             {{\"testCaseStarted\":{{\"id\":\"s\",\"testCaseId\":\"c\"}}}}\n{{\"testCaseFinished\":{{\"testCaseStartedId\":\"s\"}}}}\n\
             {{\"testRunFinished\":{{\"success\":true}}}}\n"
        )
        .into_bytes()
    }),
    ("messages.ndjson", 5_000, |n| {
        let pickle = |i| {
            format!(
                "{{\"pickle\":{{\"id\":\"p{i}\",\"uri\":\"f\",\"name\":\"n{i}\",\"language\":\"en\",\"steps\":[],\"tags\":[],\"astNodeIds\":[]}}}}\n\
                 {{\"testCase\":{{\"id\":\"c{i}\",\"pickleId\":\"p{i}\",\"testSteps\":[]}}}}\n\
                 {{\"testCaseStarted\":{{\"id\":\"s{i}\",\"testCaseId\":\"c{i}\",\"attempt\":0,\"timestamp\":{{\"seconds\":1,\"nanos\":0}}}}}}\n"
            )
        };
        format!("{{\"meta\":{{\"protocolVersion\":\"22.0.0\"}}}}\n{}", numbered(n, pickle)).into_bytes()
    }),
];

const PACKED: &[Shape] = &[
    ("entries.zip", 3_000, |n| zip(n, |i| format!("{i}.xml"))),
    ("one-folder-many-cases.zip", 2_000, |n| zip(n, |i| format!("{}/{}.XML", "a/b/c".repeat(20), i))),
    ("headers-only.zip", 20_000, |n| {
        let whole = zip(1, |_| "a.xml".to_owned());
        let local = &whole[..whole.windows(4).position(|window| window == b"PK\x01\x02").unwrap()];
        local.repeat(n)
    }),
    ("members.xml.gz", 5_000, |n| [gzip(b""), gzip(b"")].concat().repeat(n)),
    ("frames.xml.zst", 3_000, |n| zstd::encode_all(b" ".as_slice(), 1).unwrap().repeat(n)),
    ("entries.tar", 3_000, |n| {
        let mut builder = tar::Builder::new(Vec::new());
        for number in 0..n {
            let mut header = tar::Header::new_gnu();
            header.set_size(4);
            builder.append_data(&mut header, format!("{number}.xml"), b"<a/>".as_slice()).unwrap();
        }
        builder.into_inner().unwrap()
    }),
    // All JSON waits for the messages, which come last. What is held against what is little work, so that it takes many of them to tell.
    ("messages-behind-json.zip", 10_000, |n| {
        let json = |i| (format!("a{i}.json"), scenario_as_json(i));
        zip_of_files((0..n).map(json).chain((0..n).map(|i| (format!("b{i}.ndjson"), scenario_as_messages(i)))))
    }),
];

/// Pictures that are named after scenarios.
const PICTURES: &[Shape] = &[
    ("scenarios-of-one-name.zip", 1_000, |n| {
        let scenario = |i| {
            format!(
                "{{\"id\":\"f;{i}\",\"keyword\":\"Scenario\",\"name\":\"Login\",\"line\":{i},\"type\":\"scenario\",\"steps\":[]}}"
            )
        };
        let report = elements(&(0..n).map(scenario).collect::<Vec<_>>().join(","));
        let pictures = (0..n).map(|i| (format!("login-{i}.png"), PICTURE.to_vec()));
        zip_of_files(std::iter::once(("cucumber.json".to_owned(), report)).chain(pictures))
    }),
    ("one-scenario-in-many-executions.zip", 500, |n| {
        let reports = (0..n).map(|i| (format!("{i}/c.json"), scenario_of_an_execution(i + 1).into_bytes()));
        let pictures = (0..n).map(|i| (format!("{i}/logs-in.png"), PICTURE.to_vec()));
        zip_of_files(reports.chain(pictures))
    }),
];

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Many files in archives.
const FILES: &[Shape] = &[
    // Each reference is made to all files by their base names, and agrees with one of them the longest.
    ("namesakes.zip", 2_000, |n| {
        let references = numbered(n, |i| format!("[[ATTACHMENT|/agent/{i}/shots/a.png]]\n"));
        let report = case(&format!("<testcase name='n'><failure/><system-out>{references}</system-out></testcase>"));
        let shot = |i| (format!("out/{i}/shots/a.png"), vec![b'x']);
        zip_of_files((0..n).map(shot).chain([("a.xml".to_owned(), report)]))
    }),
    ("outputs.zip", 4_000, |n| zip_of(n, b"", |i| format!("{i}/.xraypack-journal"))),
];

/// Reports each of which is a Test Execution of its own.
const EXECUTIONS: &[Shape] = &[
    ("long-labels.zip", 500, |n| zip_of(n, &case(""), |i| format!("{}/{i}.xml", "folder/".repeat(20)))),
    ("short-labels.zip", 500, |n| zip_of(n, &case(""), |i| format!("{i}.xml"))),
];

#[test]
fn xml_takes_time_in_proportion() {
    hold(XML, &[]);
}

#[test]
fn json_takes_time_in_proportion() {
    hold(JSON, &[]);
}

#[test]
fn archives_take_time_in_proportion() {
    hold(PACKED, &[]);
}

#[test]
fn pictures_take_time_in_proportion() {
    hold(PICTURES, &[]);
}

#[test]
fn files_in_archives_take_time_in_proportion() {
    hold(FILES, &["--max-evidence-per-test", "1GiB"]);
}

#[test]
fn test_executions_take_time_in_proportion() {
    hold(EXECUTIONS, &["--group-by", "report"]);
}

fn hold(shapes: &[Shape], more: &[&str]) {
    let mut grown = Vec::new();
    for (name, size, make) in shapes {
        if let Err(ratio) = grow(name, *size, *make, more) {
            grown.push(format!("{name}: four times the input took {ratio:.1} times as long"));
        }
    }
    assert!(grown.is_empty(), "{}", grown.join("\n"));
}

/// Looks for a size that takes long enough, then compares it with four times as much.
fn grow(name: &str, size: usize, make: fn(usize) -> Vec<u8>, more: &[&str]) -> Result<(), f64> {
    let mut size = size;
    let mut small = time(name, &make(size), more);
    while small < LEAST && make(size).len() < LARGEST {
        size *= 2;
        small = time(name, &make(size), more);
    }
    let (single, fourfold) = (make(size), make(4 * size));
    let mut best = f64::MAX;
    let mut large = Duration::MAX;
    for _ in 0..TRIES {
        large = large.min(time(name, &fourfold, more));
        best = best.min(large.as_secs_f64() / small.as_secs_f64());
        if best < MOST_GROWTH {
            return Ok(());
        }
        // What was too quick by chance made the ratio too large.
        small = small.max(time(name, &single, more));
    }
    Err(best)
}

/// How long the program takes for one file with this content. It plans only: waiting for a disk tells nothing.
fn time(name: &str, content: &[u8], more: &[&str]) -> Duration {
    let workshop = Workshop::new();
    workshop.write(name, content);
    let options = ["plan", name, "--project", "DEMO", "--jobs", "1", "--evidence", "all", "--steps"];
    let mut command = workshop.command(options);
    command.args(more);
    for limit in ["tag-bytes=1GiB", "attributes=100000000", "ratio=100000000", "json-depth=1000000000"] {
        command.args(["--limit", limit]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let code = command.status().unwrap().code();
    let took = began.elapsed();
    assert!(matches!(code, Some(0 | 3 | 4)), "{name}: {code:?}");
    took
}

fn numbered(n: usize, piece: impl Fn(usize) -> String) -> String {
    (0..n).map(piece).collect()
}

fn case(inside: &str) -> Vec<u8> {
    format!("<testsuite name='s'><testcase classname='c' name='first'/>{inside}</testsuite>").into_bytes()
}

fn failure(text: &str) -> Vec<u8> {
    case(&format!("<testcase classname='c' name='n'><failure>{text}</failure></testcase>"))
}

/// A case that refers to files, none of which is there.
fn attachments(child: &str, n: usize) -> Vec<u8> {
    let references = numbered(n, |i| format!("[[ATTACHMENT|missing/{i}.png]]\n"));
    case(&format!("<testcase classname='c' name='n'>{child}<system-out>{references}</system-out></testcase>"))
}

fn feature(steps: &str) -> Vec<u8> {
    elements(&format!(
        "{{\"id\":\"f;s\",\"keyword\":\"Scenario\",\"name\":\"s\",\"line\":3,\"type\":\"scenario\",\"steps\":[{steps}]}}"
    ))
}

fn elements(elements: &str) -> Vec<u8> {
    format!("[{{\"uri\":\"f.feature\",\"id\":\"f\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1,\"elements\":[{elements}]}}]").into_bytes()
}

fn zip(entries: usize, name: impl Fn(usize) -> String) -> Vec<u8> {
    zip_of(entries, b"<a/>", name)
}

fn zip_of(entries: usize, content: &[u8], name: impl Fn(usize) -> String) -> Vec<u8> {
    zip_of_files((0..entries).map(|number| (name(number), content)))
}

fn zip_of_files<C: AsRef<[u8]>>(files: impl Iterator<Item = (String, C)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_ref()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A report of one scenario of its own file.
fn scenario_as_json(i: usize) -> String {
    let scenario = format!(
        "{{\"id\":\"f;s\",\"keyword\":\"Scenario\",\"name\":\"s{i}\",\"line\":3,\"type\":\"scenario\",\"steps\":[]}}"
    );
    format!(
        "[{{\"uri\":\"f{i}\",\"id\":\"f\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1,\"elements\":[{scenario}]}}]"
    )
}

/// A report of one scenario, the same in each, of the Test Execution `DEMO-<number>`.
fn scenario_of_an_execution(number: usize) -> String {
    let scenario =
        "{\"id\":\"f;s\",\"keyword\":\"Scenario\",\"name\":\"Logs in\",\"line\":3,\"type\":\"scenario\",\"steps\":[]}";
    let feature = "\"uri\":\"f\",\"id\":\"f\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1";
    format!("[{{{feature},\"tags\":[{{\"name\":\"@DEMO-{number}\",\"line\":1}}],\"elements\":[{scenario}]}}]")
}

/// The same as messages.
fn scenario_as_messages(i: usize) -> String {
    let scenario = format!("{{\"scenario\":{{\"id\":\"n\",\"name\":\"s{i}\",\"location\":{{\"line\":3}}}}}}");
    let time = "\"timestamp\":{\"seconds\":1,\"nanos\":0}";
    [
        "{\"meta\":{\"protocolVersion\":\"24.0.0\",\"implementation\":{\"name\":\"cucumber-js\"}}}".to_owned(),
        format!(
            "{{\"gherkinDocument\":{{\"uri\":\"f{i}\",\"feature\":{{\"name\":\"F\",\"children\":[{scenario}]}}}}}}"
        ),
        format!(
            "{{\"pickle\":{{\"id\":\"p\",\"uri\":\"f{i}\",\"astNodeIds\":[\"n\"],\"name\":\"s{i}\",\"steps\":[]}}}}"
        ),
        "{\"testCase\":{\"id\":\"c\",\"pickleId\":\"p\",\"testSteps\":[]}}".to_owned(),
        format!("{{\"testCaseStarted\":{{\"id\":\"a\",\"testCaseId\":\"c\",\"attempt\":0,{time}}}}}"),
        format!("{{\"testCaseFinished\":{{\"testCaseStartedId\":\"a\",{time}}}}}"),
        format!("{{\"testRunFinished\":{{\"success\":true,{time}}}}}"),
    ]
    .join("\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
