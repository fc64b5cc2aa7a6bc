//! Files that are read once more.

use std::io::Write;
use std::ops::ControlFlow;

use super::*;
use crate::source::{Mapping, read_again};

/// Whether this process maps a file of `length` bytes that has no name.
fn maps_nameless(length: usize) -> bool {
    let largest_page = 64 << 10;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines().filter(|line| line.ends_with("(deleted)")).any(|line| {
        let (start, rest) = line.split_once('-').unwrap();
        let at = |hexadecimal| usize::from_str_radix(hexadecimal, 16).unwrap();
        let mapped = at(rest.split(' ').next().unwrap()) - at(start);
        (length..length + largest_page).contains(&mapped)
    })
}

#[test]
fn a_packed_archive_is_mapped_for_them_only_where_it_may_be() {
    let folder = tempfile::tempdir().unwrap();
    // No other test has one of this length.
    let content = vec![b'x'; 3_210_987];
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, "a.png", content.as_slice()).unwrap();
    let tar = tar.into_inner().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&tar).unwrap();
    write(folder.path(), "n.tar.gz", &packed.finish().unwrap());
    let mut later = None;
    walk(&[Input::Path(folder.path().join("n.tar.gz"))], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found {
            later = Some(entry.later());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let later = later.unwrap();
    for (mapping, is_mapped) in [(Mapping::Never, false), (Mapping::Allowed, true)] {
        let mut seen = None;
        read_again(&[(&later, u64::MAX)], &Options { mapping, ..Options::default() }, &mut |_, content| {
            assert_eq!(content.unwrap().len(), 3_210_987);
            seen = Some(maps_nameless(tar.len()));
        });
        assert_eq!(seen, Some(is_mapped), "{mapping:?}");
    }
}

#[test]
fn files_that_are_shown_alike_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    for (odd, content) in [(0xFE, "one"), (0xFF, "two")] {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..6].copy_from_slice(&[b'a', odd, b'.', b'p', b'n', b'g']);
        header.set_size(3);
        header.set_cksum();
        tar.append(&header, content.as_bytes()).unwrap();
    }
    write(folder.path(), "n.tar", &tar.into_inner().unwrap());
    let mut later = Vec::new();
    walk(&[Input::Path(folder.path().join("n.tar"))], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found {
            let mut content = Vec::new();
            entry.content(&Limits::default(), &mut content).unwrap();
            later.push((entry.later(), content));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(later.len(), 2);
    for wanted in [&later[..], &later[1..]] {
        let files: Vec<_> = wanted.iter().map(|(later, _)| (later, u64::MAX)).collect();
        let mut seen = Vec::new();
        read_again(&files, &Options::default(), &mut |number, content| {
            assert_eq!(content.unwrap(), wanted[number].1);
            seen.push(number);
        });
        assert_eq!(seen, (0..wanted.len()).collect::<Vec<_>>());
    }
}
