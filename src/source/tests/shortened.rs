//! Files that somebody shortens or removes while they are read.

use std::fs;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::model::Body;
use crate::source::archive::{Archive, Kind, Unopened};
use crate::source::mapped::ArchiveBytes;
use crate::source::{Budget, Entry, Found, Input, Limits, Options, Scratch, walk};

/// Bytes that hardly shrink.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn an_archive_that_is_cut_while_it_is_read_costs_its_entries_and_not_the_process() {
    let large = noise(Limits::IN_MEMORY as usize + 100_000);
    let small = noise(200_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.zip");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (number, method) in [CompressionMethod::Stored, CompressionMethod::Deflated].into_iter().enumerate() {
        for (name, content) in [("a", &small), ("b", &large), ("c", &small)] {
            let options = SimpleFileOptions::default().compression_method(method);
            writer.start_file(format!("{number}{name}.xml"), options).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    fs::write(&path, writer.finish().unwrap().into_inner()).unwrap();
    let mut entries = Vec::new();
    walk(&[Input::Path(path.clone())], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found {
            entries.push(entry);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let mut scratch = Scratch::default();
    let mut read = |entry: &Entry| {
        let lent = entry.with_body(&mut scratch, &Limits::default(), &|_| true, |body, _| match body {
            Body::Bytes(bytes) => Ok(bytes.len()),
            Body::Stream(stream) => std::io::copy(stream, &mut std::io::sink()).map(|length| length as usize),
        });
        match lent {
            Ok(lent) => lent.value.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    };
    assert_eq!(entries.iter().map(&mut read).filter(Result::is_ok).count(), 6);
    // Inside the first large entry: what comes before is still there.
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1_000_000).unwrap();
    assert_eq!(read(&entries[0]), Ok(small.len()));
    for entry in &entries[1..] {
        let error = read(entry).unwrap_err();
        assert!(error.contains("cut") || error.contains("beyond the end"), "{error}");
    }
}

#[test]
fn an_archive_that_is_cut_while_it_is_listed_does_not_end_the_process() {
    let content = noise(50_000);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["a.xml", "b.xml", "c.xml"] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&content).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    let (zip, tar) = (zip.finish().unwrap().into_inner(), tar.into_inner().unwrap());
    // Without its directory a zip is listed by its entries.
    let salvaged = zip[..zip.len() - 30].to_vec();
    for (kind, whole) in [(Kind::Zip, zip), (Kind::Zip, salvaged), (Kind::Tar, tar)] {
        for left in [whole.len(), whole.len() - 10, 120_000, 60_000, 40, 0] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&whole).unwrap();
            let writer = file.try_clone().unwrap();
            let bytes = ArchiveBytes::of_file(file).unwrap();
            writer.set_len(left as u64).unwrap();
            let limits = Limits::default();
            let opened = Archive::open(Unopened::plain(kind, bytes), &mut Budget::new(&limits, 0));
            let complete = opened.map_or(0, |archive| archive.entries().len());
            assert!(complete <= 3 && (left < whole.len() || complete == 3), "{kind:?} cut to {left}: {complete}");
        }
    }
}

#[test]
fn a_file_that_vanishes_after_it_was_found_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.xml"), "<a/>").unwrap();
    let mut vanished = None;
    walk(&[Input::Path(folder.path().to_path_buf())], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found {
            fs::remove_file(folder.path().join("a.xml")).unwrap();
            let lent = entry.with_body(&mut Scratch::default(), &Limits::default(), &|_| true, |_, _| ());
            vanished = Some(lent.unwrap_err().to_string());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let told = vanished.unwrap();
    assert!(told.starts_with("it cannot be read: ") && told.ends_with("(os error 2)"), "{told}");
}
