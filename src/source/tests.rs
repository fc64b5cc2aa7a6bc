//! Walks over real folders and archives.

use std::io::{Cursor, Write};
use std::path::Path;

use super::*;
use crate::model::Body;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

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
                let lent = entry.with_body(&mut scratch, &options.limits, &|_| true, |body| match body {
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
            ["night!/a.zip!/b.zip: archives are opened 2 deep, this one lies deeper", "night!/a.zip!/y.xml = y"]
        );
    }
}

#[test]
fn litter_packages_and_excluded_files_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "__MACOSX/._a.xml", b"x");
    write(folder.path(), ".DS_Store", b"x");
    write(folder.path(), "lib.jar", &deflated(&[("a.xml", b"x")]));
    write(folder.path(), "old/a.xml", b"x");
    write(folder.path(), "b.xml", b"b");
    let exclude = globset::GlobSetBuilder::new().add(globset::Glob::new("old/**").unwrap()).build().unwrap();
    let options = Options { exclude: Some(exclude), ..Options::default() };
    assert_eq!(
        lines_with(&[Input::Path(folder.path().to_path_buf())], &options),
        [
            ".DS_Store: operating-system litter",
            "__MACOSX/._a.xml: operating-system litter",
            "b.xml = b",
            "lib.jar: a program package or office document, which is not descended into",
            "old/a.xml: excluded",
        ]
    );
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
        ["m.zip!/a.xml: the entry would inflate to 5000 bytes, the limit is 1000"]
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

/// What the report at `origin` gets for a reference.
fn attachment(path: &Path, origin: &str, reference: &str) -> String {
    let mut answer = String::new();
    walk(&[Input::Path(path.to_path_buf())], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found
            && entry.origin.as_str() == origin
        {
            let mut bytes = Vec::new();
            answer = match entry.attachment(reference, 100, &mut bytes) {
                Ok(name) => format!("{name} = {}", String::from_utf8_lossy(&bytes)),
                Err(error) => error.to_string(),
            };
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    answer
}

#[test]
fn attachments_lie_beside_the_report_and_never_outside() {
    let base = tempfile::tempdir().unwrap();
    write(base.path(), "secret.txt", b"secret");
    let root = base.path().join("in");
    write(&root, "ui/a.xml", b"<a/>");
    write(&root, "ui/shots/My Shot.png", b"png");
    write(&root, "top.log", b"log");
    write(&root, "big.log", &[b'x'; 101]);
    let get = |reference: &str| attachment(&root, "ui/a.xml", reference);
    assert_eq!(get("shots/My%20Shot.png"), "My Shot.png = png");
    assert_eq!(get("shots\\my shot.PNG"), "my shot.PNG = png");
    assert_eq!(get("../top.log"), "top.log = log");
    assert_eq!(get("top.log"), "top.log = log");
    assert_eq!(get("../../secret.txt"), "it lies outside the input and was not opened");
    assert_eq!(get("/etc/hosts"), "it lies outside the input and was not opened");
    assert_eq!(get("nothing"), "there is no such file in the input");
    assert_eq!(get("../big.log"), "it is larger than the limit of 100 bytes");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(base.path().join("secret.txt"), root.join("ui/link.txt")).unwrap();
        assert_eq!(get("link.txt"), "it lies outside the input and was not opened");
    }
}

#[test]
fn attachments_in_archives() {
    let folder = tempfile::tempdir().unwrap();
    let archive = deflated(&[("ui/a.xml", b"<a/>"), ("ui/x.png", b"x"), ("y/Z.png", b"z"), ("top.log", b"log")]);
    write(folder.path(), "n.zip", &archive);
    let get = |reference: &str| attachment(&folder.path().join("n.zip"), "n.zip!/ui/a.xml", reference);
    assert_eq!(get("x.png"), "x.png = x");
    assert_eq!(get("../top.log"), "top.log = log");
    assert_eq!(get("somewhere/z.png"), "z.png = z");
    assert_eq!(get("../../../top.log"), "it lies outside the input and was not opened");
}
