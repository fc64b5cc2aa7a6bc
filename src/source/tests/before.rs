//! Zips that do not begin where their files begin.

use super::*;

/// What a walk over a file of this name and content comes upon.
fn lines_of(name: &str, content: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    lines(folder.path())
}

fn one() -> Vec<u8> {
    deflated(&[("a.xml", b"<a/>"), ("both.xml", b"<old/>")])
}

fn other() -> Vec<u8> {
    deflated(&[("both.xml", b"<new/>"), ("c.xml", b"<c/>")])
}

#[test]
fn a_zip_behind_other_bytes_is_read_where_its_name_says_that_it_is_one() {
    let stub = b"#!/bin/sh\nexec unzip $0\n".as_slice();
    let told = format!("a.zip: {} bytes stand before the archive, and were passed over", stub.len());
    let files = ["a.zip!/a.xml = <a/>", "a.zip!/both.xml = <old/>"];
    let hidden = [stub, &one()].concat();
    assert_eq!(lines_of("a.zip", &hidden), [&told, files[0], files[1]]);
    let request = [stub, &one(), b"\r\n--boundary--\r\n"].concat();
    assert_eq!(lines_of("a.zip", &request), [&told, files[0], files[1]]);
    assert_eq!(lines_of("a.bin", &hidden).len(), 1, "it is not looked for elsewhere");
    assert_eq!(lines_of("a.zip", stub), [format!("a.zip = {}", String::from_utf8_lossy(stub))]);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let outer = lines_of("out.zip", &zip(&[("a.zip", &hidden)], method));
        assert_eq!(
            outer,
            [&format!("out.zip!/{told}"), "out.zip!/a.zip!/a.xml = <a/>", "out.zip!/a.zip!/both.xml = <old/>"]
        );
    }
}

#[test]
fn zips_one_behind_the_other_are_all_read() {
    let replaced = "a.zip!/both.xml: the archive has a later entry of the same name, which is read instead of this one";
    let both = lines_of("a.zip", &[one(), other()].concat());
    assert_eq!(
        both,
        [
            "a.zip: another archive stands before the one at the end of the file; its entries are read as well: 2",
            "a.zip!/a.xml = <a/>",
            replaced,
            "a.zip!/both.xml = <new/>",
            "a.zip!/c.xml = <c/>"
        ]
    );
    let three = lines_of("a.zip", &[b"stub".to_vec(), one(), deflated(&[("b.xml", b"<b/>")]), other()].concat());
    assert!(
        three[0].starts_with("a.zip: 4 bytes and another archive, whose entries are read as well (3),"),
        "{three:?}"
    );
    assert_eq!(three.len(), 6);
}

#[test]
fn a_cut_zip_before_another_gives_its_complete_entries() {
    let first = one();
    let cut = &first[..first.len() - 60];
    let found = lines_of("a.zip", &[cut, &other()].concat());
    assert!(found[0].contains("2 complete entries are read, others may be missing"), "{found:?}");
    assert_eq!(found.len(), 5);
    let found = lines_of("a.zip", &[&first[..40], &other()].concat());
    assert_eq!(found[0], "a.zip: 40 bytes of another archive, which cannot be read, stand before this one");
    assert_eq!(found.len(), 3);
}

#[test]
fn a_file_without_a_name_is_read() {
    assert_eq!(lines_of("a.zip", &deflated(&[("", b"<a/>"), ("b/", b"")])), ["a.zip!/unnamed = <a/>"]);
}
