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
