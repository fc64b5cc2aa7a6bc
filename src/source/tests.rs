//! Walks over real folders and archives.

use std::io::{Cursor, Write};
use std::path::Path;

use super::*;
use crate::model::Body;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

#[cfg(target_os = "linux")]
mod again;
mod attachments;
mod before;
mod chosen;
mod packed;
mod shortened;

use attachments::attachment;

/// A zip of these names and contents, in this order.
fn zip(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn deflated(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip(files, CompressionMethod::Deflated)
}

/// One line for each file found: origin and content, or why there is none.
fn lines_with(inputs: &[Input], options: &Options) -> Vec<String> {
    let mut lines = Vec::new();
    let mut scratch = Scratch::default();
    walk(inputs, options, &mut |found| {
        lines.push(match found {
            Found::Entry(entry) => {
                let lent = entry.with_body(&mut scratch, &options.limits, &|_| true, |body, _| match body {
                    Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Body::Stream(stream) => {
                        let mut bytes = Vec::new();
                        match stream.read_to_end(&mut bytes) {
                            Ok(length) => format!("stream of {length}"),
                            Err(error) => format!("stream: {error}"),
                        }
                    }
                });
                match lent {
                    Ok(lent) => format!("{} = {}", entry.origin, lent.value),
                    Err(error) => format!("{}: {error}", entry.origin),
                }
            }
            Found::Skipped { origin, why, .. } => format!("{origin}: {why}"),
            Found::Unreadable { origin, problem, .. } => format!("{origin}: {}", problem.message),
        });
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    lines
}

fn lines(path: &Path) -> Vec<String> {
    lines_with(&[Input::Path(path.to_path_buf())], &Options::default())
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

#[test]
fn a_folder_and_its_zip_have_the_same_order() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.xml", "a/b.xml", "a/c/d.xml", "a-b/e.xml", "Z.xml"];
    for name in names {
        write(folder.path(), name, name.as_bytes());
    }
    let expected = ["Z.xml", "a/b.xml", "a/c/d.xml", "a-b/e.xml", "a.xml"];
    let shown: Vec<_> = expected.iter().map(|name| format!("{name} = {name}")).collect();
    assert_eq!(lines(folder.path()), shown);
    let other = tempfile::tempdir().unwrap();
    let files: Vec<_> = names.iter().rev().map(|name| (*name, name.as_bytes())).collect();
    write(other.path(), "n.zip", &deflated(&files));
    let shown: Vec<_> = expected.iter().map(|name| format!("n.zip!/{name} = {name}")).collect();
    assert_eq!(lines(&other.path().join("n.zip")), shown);
    assert_eq!(lines(other.path()), shown);
}

#[test]
fn archives_are_known_by_content_and_opened_two_deep() {
    let folder = tempfile::tempdir().unwrap();
    let innermost = deflated(&[("x.xml", b"x")]);
    let inner = deflated(&[("b.zip", &innermost), ("y.xml", b"y")]);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        write(folder.path(), "night", &zip(&[("a.zip", &inner)], method));
        assert_eq!(
            lines(&folder.path().join("night")),
            [
                "night!/a.zip!/b.zip: the archive lies deeper inside others, which is over --limit archive-depth=2",
                "night!/a.zip!/y.xml = y"
            ]
        );
    }
}

#[cfg(unix)]
#[test]
fn links_are_read_once_and_loops_survived() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "far.xml", b"far");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "d/a.xml", b"a");
    symlink(folder.path(), folder.path().join("d/loop")).unwrap();
    symlink(folder.path().join("d/a.xml"), folder.path().join("again.xml")).unwrap();
    symlink(outside.path(), folder.path().join("e")).unwrap();
    symlink(outside.path(), folder.path().join("f")).unwrap();
    let found = lines(folder.path());
    assert!(found.contains(&"d/a.xml = a".to_owned()) && found.contains(&"e/far.xml = far".to_owned()), "{found:?}");
    assert_eq!(found.iter().filter(|line| line.contains(" = ")).count(), 2, "{found:?}");
}

#[test]
fn large_entries_come_as_checked_streams() {
    let folder = tempfile::tempdir().unwrap();
    let large = b"0123456789".repeat(10_000);
    let options = Options { limits: Limits { in_memory: 70_000, ..Limits::default() }, ..Options::default() };
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut bytes = zip(&[("a.xml", &large)], method);
        write(folder.path(), "n.zip", &bytes);
        let input = || [Input::Path(folder.path().join("n.zip"))];
        assert_eq!(lines_with(&input(), &options), ["n.zip!/a.xml = stream of 100000"]);
        // The CRC stands 16 bytes into the central header, before sizes, name and the rest.
        let central = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        bytes[central + 16] ^= 1;
        write(folder.path(), "n.zip", &bytes);
        let complaint = "n.zip!/a.xml = stream: its size or checksum does not match the archive's directory";
        assert_eq!(lines_with(&input(), &options), [complaint]);
        assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip!/a.xml: its checksum does not match"]);
    }
    write(folder.path(), "b.xml", &large);
    assert_eq!(lines_with(&[Input::Path(folder.path().join("b.xml"))], &options), ["b.xml = stream of 100000"]);
}

#[test]
fn forged_sizes_and_bombs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = deflated(&[("a.xml", &[b'x'; 5000])]);
    let central = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[central + 24..central + 28].copy_from_slice(&100u32.to_le_bytes());
    write(folder.path(), "n.zip", &bytes);
    assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip!/a.xml: it is larger than the archive's directory says"]);
    let options = Options { limits: Limits { entry_bytes: 1000, ..Limits::default() }, ..Options::default() };
    write(folder.path(), "m.zip", &deflated(&[("a.xml", &[b'x'; 5000])]));
    assert_eq!(
        lines_with(&[Input::Path(folder.path().join("m.zip"))], &options),
        ["m.zip!/a.xml: the entry would inflate to 5000 bytes, which is over --limit entry-bytes=1000"]
    );
}

#[test]
fn encrypted_entries_and_broken_archives_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = deflated(&[("a.xml", b"aaaa"), ("b.xml", b"bbbb")]);
    let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[central + 8] |= 1;
    write(folder.path(), "n.zip", &bytes);
    assert_eq!(
        lines(&folder.path().join("n.zip")),
        ["n.zip!/a.xml: the entry was left out: it is encrypted", "n.zip!/b.xml = bbbb"]
    );
    write(folder.path(), "n.zip", &bytes[..40]);
    let found = lines(&folder.path().join("n.zip"));
    assert!(found[0].starts_with("n.zip: the archive has no readable central directory"), "{found:?}");
}

#[test]
fn standard_input_is_a_report_or_an_archive() {
    let options = Options::default();
    assert_eq!(lines_with(&[Input::stream(Cursor::new(b"<a/>".to_vec()))], &options), ["- = <a/>"]);
    let archive = deflated(&[("a.xml", b"a")]);
    assert_eq!(lines_with(&[Input::stream(Cursor::new(archive))], &options), ["-!/a.xml = a"]);
}

/// Byte offsets of the records that begin with `magic`.
fn records(archive: &[u8], magic: &[u8; 4]) -> Vec<usize> {
    (0..archive.len() - 3).filter(|at| archive[*at..].starts_with(magic)).collect()
}

#[test]
fn of_two_entries_with_one_name_the_last_listed_counts() {
    let folder = tempfile::tempdir().unwrap();
    // The writer refuses equal names; a letter is changed afterwards, in both headers.
    let mut bytes = deflated(&[("x.xml", b"early"), ("b.xml", b"b"), ("y.xml", b"late")]);
    for at in 0..bytes.len() - 5 {
        if bytes[at..].starts_with(b"y.xml") {
            bytes[at] = b'x';
        }
    }
    write(folder.path(), "n.zip", &bytes);
    let told = "n.zip!/x.xml: the archive has a later entry of the same name, which is read instead of this one";
    assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip!/b.xml = b", told, "n.zip!/x.xml = late"]);
    // Behind other bytes, too.
    write(folder.path(), "n.zip", &[b"PK\x03\x04 not really\n".as_slice(), &bytes].concat());
    let options = Options { exclude: chosen::globs("b*"), ..Options::default() };
    let found = lines_with(&[Input::Path(folder.path().join("n.zip"))], &options);
    let before = "n.zip: 16 bytes stand before the archive, and were passed over";
    assert_eq!(found, [before, "n.zip!/b.xml: excluded", told, "n.zip!/x.xml = late"]);
    write(folder.path(), "n.zip", &deflated(&[("./x.xml", b"early"), ("x.xml", b"late")]));
    assert_eq!(lines(&folder.path().join("n.zip")), [told, "n.zip!/x.xml = late"]);
    // One whose bytes are listed twice is one entry.
    let once = deflated(&[("x.xml", b"x")]);
    let (record, end) = (records(&once, b"PK\x01\x02")[0], records(&once, b"PK\x05\x06")[0]);
    let mut twice = [&once[..end], &once[record..]].concat();
    let end = records(&twice, b"PK\x05\x06")[0];
    twice[end + 8..end + 12].copy_from_slice(&[2, 0, 2, 0]);
    let length = (end - record) as u32;
    twice[end + 12..end + 16].copy_from_slice(&length.to_le_bytes());
    write(folder.path(), "n.zip", &twice);
    assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip!/x.xml = x"]);
}

#[test]
fn stored_entries_of_an_archive_in_memory_are_lent_without_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    // A small archive that lies packed in another one is unpacked into memory.
    let inner = zip(&[("a.xml", b"stored")], CompressionMethod::Stored);
    write(folder.path(), "n.zip", &deflated(&[("in.zip", &inner)]));
    let mut scratch = Scratch::default();
    let mut seen = Vec::new();
    let options = Options::default();
    walk(&[Input::Path(folder.path().join("n.zip"))], &options, &mut |found| {
        let Found::Entry(entry) = found else { panic!("an entry was expected") };
        for _ in 0..2 {
            entry
                .with_body(&mut scratch, &Limits::default(), &|_| true, |body, _| {
                    let Body::Bytes(bytes) = body else { panic!("bytes were expected") };
                    assert_eq!(bytes, b"stored");
                    seen.push(bytes.as_ptr() as usize);
                })
                .unwrap();
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    // The archive itself is the only place that outlives both loans.
    assert_eq!(seen[0], seen[1]);
    assert!(!scratch.holds(seen[0]));
}

#[test]
fn overlapping_entries_condemn_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = deflated(&[("a.xml", b"aaaa"), ("b.xml", b"bbbb")]);
    // The second entry points to the local header of the first.
    let second = records(&bytes, b"PK\x01\x02")[1];
    bytes[second + 42..second + 46].copy_from_slice(&0u32.to_le_bytes());
    write(folder.path(), "n.zip", &bytes);
    assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip: entries of the archive overlap, as in an archive bomb"]);
}

#[test]
fn methods_that_are_not_read_and_damaged_headers_cost_one_entry() {
    let folder = tempfile::tempdir().unwrap();
    let whole = deflated(&[("a.xml", b"aaaa"), ("b.xml", b"bbbb")]);
    let mut bytes = whole.clone();
    let first = records(&bytes, b"PK\x01\x02")[0];
    bytes[first + 10] = 14;
    write(folder.path(), "n.zip", &bytes);
    let found = lines(&folder.path().join("n.zip"));
    assert!(
        found[0].starts_with("n.zip!/a.xml: the entry was left out: its compression method 14 (Lzma) is not supported"),
        "{found:?}"
    );
    assert_eq!(found[1], "n.zip!/b.xml = bbbb");
    let mut bytes = whole;
    let second = records(&bytes, b"PK\x03\x04")[1];
    bytes[second] = b'Q';
    write(folder.path(), "n.zip", &bytes);
    assert_eq!(
        lines(&folder.path().join("n.zip")),
        ["n.zip!/a.xml = aaaa", "n.zip!/b.xml: its local header is damaged"]
    );
}

#[test]
fn z2_a_cut_archive_inside_a_whole_one_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let inner = deflated(&[("a.xml", b"aaaa")]);
    write(folder.path(), "n.zip", &deflated(&[("inner.zip", &inner[..30]), ("b.xml", b"b")]));
    let mut severities = Vec::new();
    walk(&[Input::Path(folder.path().join("n.zip"))], &Options::default(), &mut |found| {
        if let Found::Unreadable { origin, problem, .. } = found {
            severities.push((origin.to_string(), problem.severity));
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(severities, [("n.zip!/inner.zip".to_owned(), crate::model::Severity::Warning)]);
}

#[test]
fn z11_names_are_utf8_also_without_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = deflated(&[("pr\u{fc}f.xml", b"x")]);
    for magic in [(b"PK\x03\x04", 7), (b"PK\x01\x02", 9)] {
        let at = records(&bytes, magic.0)[0] + magic.1;
        assert_eq!(bytes[at] & 8, 8, "the writer sets the flag");
        bytes[at] &= !8;
    }
    write(folder.path(), "n.zip", &bytes);
    assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip!/pr\u{fc}f.xml = x"]);
}

#[test]
fn z13_entries_beyond_a_count_of_16_bits_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..5).map(|number| format!("{number}.xml")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
    let mut bytes = deflated(&files);
    let end = records(&bytes, b"PK\x05\x06")[0];
    bytes[end + 8..end + 12].copy_from_slice(&[2, 0, 2, 0]);
    let expected: Vec<_> = names.iter().map(|name| format!("n.zip!/{name} = {name}")).collect();
    write(folder.path(), "n.zip", &bytes);
    assert_eq!(lines(&folder.path().join("n.zip")), expected);
}

#[test]
fn the_entry_limit_condemns_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "n.zip", &deflated(&[("a.xml", b"a"), ("b.xml", b"b")]));
    let options = Options { limits: Limits { archive_entries: 1, ..Limits::default() }, ..Options::default() };
    assert_eq!(
        lines_with(&[Input::Path(folder.path().join("n.zip"))], &options),
        ["n.zip: the archive has more entries, which is over --limit archive-entries=1"]
    );
}

#[test]
fn of_large_unwanted_files_only_the_first_bytes_are_lent() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = 1u32;
    let picture: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    })
    .take(100_000)
    .collect();
    write(folder.path(), "a.png", &picture);
    write(folder.path(), "b.zip", &deflated(&[("a.png", &picture)]));
    write(folder.path(), "c.zip", &zip(&[("a.png", &picture)], CompressionMethod::Stored));
    let mut lent = Vec::new();
    let mut scratch = Scratch::default();
    walk(&[Input::Path(folder.path().to_path_buf())], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found {
            let wanted = |first: &[u8]| first.len() != 4096 || first != &picture[..4096];
            let length = entry.with_body(&mut scratch, &Limits::default(), &wanted, |body, _| match body {
                Body::Bytes(bytes) => bytes.len(),
                Body::Stream(_) => usize::MAX,
            });
            lent.push(length.unwrap().value);
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(lent, [4096; 3]);
}

#[cfg(unix)]
#[test]
fn what_links_lead_to_is_read_once_however_it_is_reached() {
    use std::os::unix::fs::symlink;
    let base = tempfile::tempdir().unwrap();
    write(base.path(), "out/sub/a.xml", b"a");
    write(base.path(), "out/b.xml", b"b");
    write(base.path(), "in/c.xml", b"c");
    let inside = base.path().join("in");
    symlink(base.path().join("out/sub"), inside.join("l1")).unwrap();
    symlink(base.path().join("out"), inside.join("l2")).unwrap();
    symlink(base.path().join("out/b.xml"), inside.join("l3.xml")).unwrap();
    symlink(base.path(), inside.join("up")).unwrap();
    symlink("nothing", inside.join("void")).unwrap();
    let elsewhere = "a symbolic link to something that is read elsewhere";
    assert_eq!(
        lines(&inside),
        [
            "c.xml = c".to_owned(),
            "l1/a.xml = a".to_owned(),
            "l2/b.xml = b".to_owned(),
            format!("l2/sub: {elsewhere}"),
            format!("l3.xml: {elsewhere}"),
            format!("up: {elsewhere}"),
            "void: a symbolic link that leads nowhere".to_owned(),
        ]
    );
    // As a pattern finds it.
    assert_eq!(lines(&inside.join("void")), ["void: a symbolic link that leads nowhere"]);
}

#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("a.xml");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(lines(folder.path()), ["a.xml: not a regular file"]);
    assert_eq!(lines(&socket), ["a.xml: not a regular file"]);
    write(folder.path(), "r.xml", b"<a/>");
    assert_eq!(attachment(folder.path(), "r.xml", "a.xml"), "there is no such file in the input");
}
