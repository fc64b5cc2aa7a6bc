//! Tars, and files that are packed one by one.

use super::*;
use tar::{Builder, EntryType, Header};

/// A tar of these names and contents, in this order. Names are written as they are.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, content) in files {
        builder.append(&header(name, content.len(), EntryType::Regular), *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A header whose name nobody looks at.
fn header(name: &str, size: usize, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 3).unwrap()
}

fn found(name: &str, content: &[u8]) -> Vec<String> {
    found_within(name, content, Limits::default())
}

fn found_within(name: &str, content: &[u8], limits: Limits) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), name, content);
    let options = Options { limits, ..Options::default() };
    let as_input = lines_with(&[Input::Path(folder.path().join(name))], &options);
    let in_folder = lines_with(&[Input::Path(folder.path().to_path_buf())], &options);
    assert_eq!(as_input, in_folder);
    let stream = Input::stream(Cursor::new(content.to_vec()));
    let streamed: Vec<_> = lines_with(&[stream], &options).iter().map(|line| line.replacen('-', name, 1)).collect();
    assert_eq!(as_input, streamed);
    as_input
}

#[test]
fn tars_are_read_in_order_however_they_are_packed() {
    let content = tar(&[("b.xml", b"b"), ("./a/c.xml", b"c"), ("/abs.xml", b"abs"), ("../up.xml", b"up")]);
    let files = ["../up.xml = up", "a/c.xml = c", "abs.xml = abs", "b.xml = b"];
    let told = r#": names such as "../up.xml" lead out of the archive; they are read, and nothing is written by them"#;
    for (name, bytes) in [
        ("n.tar", content.clone()),
        ("n.tar.gz", gzip(&content)),
        ("n.tgz", gzip(&content)),
        ("n.tar.zst", zstd(&content)),
        ("night", gzip(&content)),
    ] {
        let found = found(name, &bytes);
        assert_eq!(found[0], format!("{name}{told}"));
        assert_eq!(found[1..], files.map(|file| format!("{name}!/{file}")));
    }
}

#[test]
fn tars_lie_in_zips_and_zips_in_tars() {
    let zip_inside = tar(&[("z.zip", &deflated(&[("a.xml", b"a")])), ("y.tgz", &gzip(&tar(&[("b.xml", b"b")])))]);
    assert_eq!(found("n.tar", &zip_inside), ["n.tar!/y.tgz!/b.xml = b", "n.tar!/z.zip!/a.xml = a"]);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let tars = [("p.tar", tar(&[("a.xml", b"a")])), ("q.tar.zst", zstd(&tar(&[("b.xml", b"b")])))];
        let files: Vec<_> = tars.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let bytes = zip(&files, method);
        assert_eq!(found("n.zip", &bytes), ["n.zip!/p.tar!/a.xml = a", "n.zip!/q.tar.zst!/b.xml = b"]);
    }
    let three = tar(&[("x.tar", &tar(&[("y.tar", &tar(&[("a.xml", b"a")]))]))]);
    let message = "the archive lies deeper inside others, which is over --limit archive-depth=2";
    assert_eq!(found("n.tar", &three), [format!("n.tar!/x.tar!/y.tar: {message}")]);
}

#[test]
fn single_reports_are_unpacked_whatever_they_are_called() {
    let skipped = [b"\x5A\x2A\x4D\x18\x02\0\0\0ab".as_slice(), &zstd(b"<a/>")].concat();
    for bytes in [skipped, gzip(b"<a/>"), zstd(b"<a/>"), gzip(&zstd(b"<a/>")), [gzip(b"<a"), gzip(b"/>")].concat()] {
        for name in ["a.xml.gz", "a.zst", "a.xml"] {
            assert_eq!(found(name, &bytes), [format!("{name} = <a/>")]);
        }
        let inside = found("n.zip", &deflated(&[("a.xml.gz", &bytes)]));
        assert_eq!(inside, ["n.zip!/a.xml.gz = <a/>"]);
    }
    let padded = [gzip(b"<a/>"), vec![0; 512]].concat();
    assert_eq!(found("a.gz", &padded), ["a.gz = <a/>"]);
}

#[test]
fn large_packed_reports_come_as_streams() {
    let large = b"0123456789".repeat(20_000);
    let limits = Limits { in_memory: 70_000, ..Limits::default() };
    assert_eq!(found_within("a.xml.gz", &gzip(&large), limits), ["a.xml.gz = stream of 200000"]);
    let inside = found_within("n.zip", &deflated(&[("a.gz", &gzip(&large))]), limits);
    assert_eq!(inside, ["n.zip!/a.gz = stream of 200000"]);
    // Larger than what a body is lent whole, packed as well: the noise does not shrink.
    let mut noise = 7u32;
    let next = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    };
    let picture: Vec<u8> = std::iter::repeat_with(next).take(200_000).collect();
    assert_eq!(found_within("a.gz", &gzip(&picture), limits), ["a.gz = stream of 200000"]);
}

#[test]
fn packed_files_that_break_off_or_are_damaged_say_so() {
    let mut whole = gzip(&b"<a>0123456789</a>".repeat(10_000));
    assert_eq!(found("a.gz", &whole[..whole.len() / 2]), ["a.gz = stream: its packed data ends too early"]);
    assert_eq!(found("a.gz", &whole[..whole.len() - 4]), ["a.gz = stream: its packed data ends too early"]);
    let checksum = whole.len() - 8;
    whole[checksum] ^= 1;
    assert_eq!(found("a.gz", &whole), ["a.gz = stream: its packed data is damaged"]);
    let whole = zstd(&b"<a>0123456789</a>".repeat(10_000));
    assert_eq!(found("a.zst", &whole[..whole.len() - 3]), ["a.zst = stream: its packed data ends too early"]);
}

#[test]
fn bombs_reach_a_limit_that_is_named() {
    let bomb = gzip(&vec![b' '; 12 << 20]);
    let limits = Limits { ratio: 100, ..Limits::default() };
    let message = "stream: it inflates to more, which is over --limit ratio=100";
    assert_eq!(found_within("a.gz", &bomb, limits), [format!("a.gz = {message}")]);
    let limits = Limits { entry_bytes: 1000, ..Limits::default() };
    let message = "stream: it inflates to more, which is over --limit entry-bytes=1000";
    assert_eq!(found_within("a.gz", &bomb, limits), [format!("a.gz = {message}")]);
    let limits = Limits { archive_bytes: 3000, ..Limits::default() };
    let packed = gzip(&tar(&[("a.xml", &[b' '; 9000])]));
    assert_eq!(
        found_within("n.tgz", &packed, limits),
        ["n.tgz: it inflates to more, which is over --limit archive-bytes=3000"]
    );
    let again = gzip(&gzip(&gzip(b"<a/>")));
    let message = "stream: it is packed again and again, which is over --limit archive-depth=2";
    assert_eq!(found("a.gz", &again), [format!("a.gz = {message}")]);
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(26).unwrap();
    encoder.write_all(b"<a/>").unwrap();
    let wide = encoder.finish().unwrap();
    let message = "stream: it asks for more memory to be unpacked, which is over --limit zstd-window=33554432";
    assert_eq!(found("a.zst", &wide), [format!("a.zst = {message}")]);
}

#[test]
fn archives_inside_an_archive_spend_from_its_budget() {
    let inner = tar(&[("a.xml", &[b'a'; 600]), ("b.xml", b"b")]);
    let bytes = deflated(&[("x.tar", &inner), ("y.tar", &inner)]);
    let limits = Limits { archive_entries: 4, ..Limits::default() };
    let lines = found_within("n.zip", &bytes, limits);
    assert_eq!(lines[2], "n.zip!/y.tar: the archive has more entries, which is over --limit archive-entries=4");
    let limits = Limits { archive_bytes: 2 * inner.len() as u64 + 700, ..Limits::default() };
    let lines = found_within("n.zip", &bytes, limits);
    let complaint = format!(
        "n.zip!/y.tar: the archive would inflate to {} bytes, which is over --limit archive-bytes={}",
        2 * inner.len() + 2 * 601,
        2 * inner.len() + 700
    );
    assert_eq!(lines[2], complaint);
}

#[test]
fn what_is_unpacked_in_vain_is_spent_as_well() {
    // Most of it stands behind the end mark.
    let inner = gzip(&[tar(&[("a.xml", b"a")]), vec![0; 20 << 10]].concat());
    let bytes = deflated(&[("x.tgz", &inner), ("y.tgz", &inner)]);
    let limits = Limits { archive_bytes: 40 << 10, ..Limits::default() };
    let lines = found_within("n.zip", &bytes, limits);
    let told = "n.zip!/y.tgz: it inflates to more, which is over --limit archive-bytes=40960";
    assert_eq!(lines, ["n.zip!/x.tgz!/a.xml = a", told]);
    let limits = Limits { archive_bytes: 60 << 10, ..Limits::default() };
    assert_eq!(found_within("n.zip", &bytes, limits), ["n.zip!/x.tgz!/a.xml = a", "n.zip!/y.tgz!/a.xml = a"]);
}

#[test]
fn of_two_tar_entries_with_one_name_the_later_counts() {
    let told = "n.tar!/x.xml: the archive has a later entry of the same name, which is read instead of this one";
    assert_eq!(found("n.tar", &tar(&[("x.xml", b"early"), ("./x.xml", b"late")])), [told, "n.tar!/x.xml = late"]);
    // A file with a second name elsewhere, named twice.
    let mut builder = Builder::new(Vec::new());
    builder.append(&header("a.xml", 1, EntryType::Regular), b"a".as_slice()).unwrap();
    let mut link = header("a.xml", 0, EntryType::Link);
    link.set_link_name("./a.xml").unwrap();
    link.set_cksum();
    builder.append(&link, b"".as_slice()).unwrap();
    assert_eq!(found("n.tar", &builder.into_inner().unwrap()), ["n.tar!/a.xml = a"]);
}

#[test]
fn tar_entries_whose_names_are_no_text_are_told_apart() {
    let mut builder = Builder::new(Vec::new());
    for (at, content) in [(b'\xff', b"early"), (b'\xfe', b"other"), (b'\xff', b"later")] {
        let mut header = header("a?.xml", 5, EntryType::Regular);
        header.as_mut_bytes()[1] = at;
        header.set_cksum();
        builder.append(&header, content.as_slice()).unwrap();
    }
    let told =
        "n.tar!/a\u{fffd}.xml: the archive has a later entry of the same name, which is read instead of this one";
    let mut found = found("n.tar", &builder.into_inner().unwrap());
    found.sort_unstable();
    assert_eq!(found, ["n.tar!/a\u{fffd}.xml = later", "n.tar!/a\u{fffd}.xml = other", told]);
}

#[test]
fn long_names_come_from_extended_headers() {
    let long = format!("{}/a.xml", "d".repeat(150));
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(1);
    header.set_mode(0o644);
    builder.append_data(&mut header, &long, b"g".as_slice()).unwrap();
    builder.append_pax_extensions([("path", long.replace("a.xml", "b.xml").as_bytes())]).unwrap();
    let mut short = Header::new_ustar();
    short.set_path("short").unwrap();
    short.set_size(1);
    short.set_cksum();
    builder.append(&short, b"p".as_slice()).unwrap();
    let bytes = builder.into_inner().unwrap();
    assert_eq!(
        found("n.tar", &bytes),
        [format!("n.tar!/{long} = g"), format!("n.tar!/{} = p", long.replace("a.xml", "b.xml"))]
    );
}

#[test]
fn links_devices_and_sparse_files_are_passed_over_with_their_reason() {
    let mut builder = Builder::new(Vec::new());
    builder.append(&header("a.xml", 1, EntryType::Regular), b"a".as_slice()).unwrap();
    for (name, kind) in [
        ("b.xml", EntryType::Symlink),
        ("c.xml", EntryType::Link),
        ("d.xml", EntryType::Fifo),
        ("e.xml", EntryType::Char),
        ("folder", EntryType::Directory),
    ] {
        builder.append(&header(name, 0, kind), std::io::empty()).unwrap();
    }
    builder.append(&header("f.xml", 2, EntryType::GNUSparse), b"ff".as_slice()).unwrap();
    builder.append_pax_extensions([("GNU.sparse.major", b"1".as_slice())]).unwrap();
    builder.append(&header("g.xml", 1, EntryType::Regular), b"g".as_slice()).unwrap();
    builder.append(&header("h.xml", 1, EntryType::Regular), b"h".as_slice()).unwrap();
    let sparse = "the entry was left out: it is a sparse file, parts of which are not in the archive";
    assert_eq!(
        found("n.tar", &builder.into_inner().unwrap()),
        [
            "n.tar!/a.xml = a".to_owned(),
            "n.tar!/b.xml: a symbolic link to something that is read elsewhere".to_owned(),
            "n.tar!/c.xml: a hard link to something that is read elsewhere".to_owned(),
            "n.tar!/d.xml: not a regular file".to_owned(),
            "n.tar!/e.xml: not a regular file".to_owned(),
            format!("n.tar!/f.xml: {sparse}"),
            format!("n.tar!/g.xml: {sparse}"),
            "n.tar!/h.xml = h".to_owned(),
        ]
    );
}

#[test]
fn tars_that_break_off_or_are_damaged_give_what_is_complete() {
    let whole = tar(&[("a.xml", b"a"), ("b.xml", &[b'b'; 2000]), ("c.xml", b"c")]);
    let cut = &whole[..3 * 512 + 100];
    let ends = "n.tar: the archive ends inside an entry: its 1 complete entries are read, others may be missing";
    assert_eq!(
        found("n.tar", cut),
        [ends, "n.tar!/a.xml = a", "n.tar!/b.xml: the entry was left out: the archive ends inside it"]
    );
    let unmarked = "n.tar: the archive has no end mark: its 1 complete entries are read, others may be missing";
    assert_eq!(found("n.tar", &whole[..1024]), [unmarked, "n.tar!/a.xml = a"]);
    let mut broken = whole.clone();
    broken[1024] ^= 1;
    let damaged = "n.tar: the archive is damaged at byte 1024: the 1 entries before it are read, what follows is lost";
    assert_eq!(found("n.tar", &broken), [damaged, "n.tar!/a.xml = a"]);
    let packed = gzip(&whole);
    let lines = found("n.tgz", &packed[..packed.len() - 2]);
    assert_eq!(lines[0], "n.tgz: the packed data of the archive ends too early");
    assert_eq!(lines.len(), 4);
}

#[test]
fn forged_sizes_cost_no_memory() {
    let mut forged = header("a.xml", 1, EntryType::GNULongName);
    for size in [u64::MAX >> 1, 1 << 40] {
        forged.set_size(size);
        forged.set_cksum();
        let mut bytes = forged.as_bytes().to_vec();
        bytes.resize(4096, 0);
        let ends = "n.tar: the archive ends inside an entry: its 0 complete entries are read, others may be missing";
        assert_eq!(found("n.tar", &bytes)[0], ends);
    }
}

#[test]
fn attachments_lie_in_tars_and_beside_packed_reports() {
    let folder = tempfile::tempdir().unwrap();
    let content = tar(&[("ui/a.xml", b"<a/>"), ("ui/x.png", b"x"), ("y/Z.png", b"z")]);
    write(folder.path(), "n.tgz", &gzip(&content));
    let get = |reference: &str| attachment(&folder.path().join("n.tgz"), "n.tgz!/ui/a.xml", reference);
    assert_eq!(get("x.png"), "x.png at n.tgz!/ui/x.png = x");
    assert_eq!(get("somewhere/z.png"), "z.png at n.tgz!/y/Z.png = z");
    assert_eq!(get("../../x.png"), "it lies outside the input and was not opened");
    let beside = tempfile::tempdir().unwrap();
    write(beside.path(), "a.xml.gz", &gzip(b"<a/>"));
    write(beside.path(), "x.png", b"x");
    assert_eq!(attachment(beside.path(), "a.xml.gz", "x.png"), "x.png at x.png = x");
}

/// A zip as a writer makes it that cannot go back: sizes follow the data.
fn streamed(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new_stream(Vec::new());
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_without_its_directory_gives_its_complete_entries() {
    let files: &[(&str, &[u8])] = &[("b.xml", &[b'b'; 3000]), ("a.xml", b"a"), ("c.xml", &[b'c'; 5000])];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        for whole in [zip(files, method), streamed(files, method)] {
            let directory = records(&whole, b"PK\x01\x02")[0];
            for cut in [directory, directory + 10, whole.len() - 5] {
                let lines = found("n.zip", &whole[..cut]);
                assert!(lines[0].ends_with("; its 3 complete entries are read, others may be missing"), "{lines:?}");
                assert_eq!(lines.len(), 4, "{lines:?}");
                assert_eq!(lines[1], "n.zip!/a.xml = a");
            }
            let lines = found("n.zip", &whole[..directory - 20]);
            assert!(lines[0].ends_with("; its 2 complete entries are read, others may be missing"), "{lines:?}");
            assert_eq!(lines[3], "n.zip!/c.xml: the entry was left out: the archive ends inside it");
        }
    }
}

#[test]
fn salvaged_entries_are_held_against_their_checksums() {
    let mut whole = zip(&[("a.xml", b"aaaa"), ("b.xml", b"bbbb")], CompressionMethod::Stored);
    let data = whole.windows(4).position(|window| window == b"aaaa").unwrap();
    whole[data] = b'x';
    let directory = records(&whole, b"PK\x01\x02")[0];
    let lines = found("n.zip", &whole[..directory]);
    assert_eq!(lines[1..], ["n.zip!/a.xml: its checksum does not match", "n.zip!/b.xml = bbbb"]);
}

#[test]
fn reports_of_an_archive_attach_a_bounded_amount_together() {
    let folder = tempfile::tempdir().unwrap();
    let inner = deflated(&[("b.xml", b"<b/>")]);
    let archive = deflated(&[("a.xml", b"<a/>"), ("in.zip", &inner), ("log.txt", b"log"), ("z.xml", b"<z/>")]);
    write(folder.path(), "n.zip", &archive);
    write(folder.path(), "r.xml", b"<r/>");
    let mut answers = Vec::new();
    walk(&[Input::Path(folder.path().to_path_buf())], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found {
            let answer = entry.attached_again(100 << 20).map(|()| String::new());
            answers.push((entry.origin.as_str().to_owned(), answer.unwrap_or_else(|error| error.to_string())));
            if entry.origin.as_str().ends_with("z.xml") {
                let attached = entry.attachment("log.txt", &Limits::default().with_most(100), &mut Vec::new());
                assert!(attached.is_ok(), "there is room for three bytes");
            }
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    let told = "what is attached to the reports of its archive comes to more than 256 MiB and to more for each packed byte, which is \
                over --limit ratio=1000";
    let expected = [
        ("n.zip!/a.xml", ""),
        ("n.zip!/in.zip!/b.xml", ""),
        ("n.zip!/log.txt", told),
        ("n.zip!/z.xml", told),
        ("r.xml", ""),
    ];
    assert_eq!(answers, expected.map(|(origin, answer)| (origin.to_owned(), answer.to_owned())));
}

#[test]
fn an_attachment_is_held_to_the_ratio_that_was_asked_for() {
    const LARGE: usize = 24 << 20;
    let folder = tempfile::tempdir().unwrap();
    // Deflated, zeros come to about a thousandth.
    write(folder.path(), "n.zip", &deflated(&[("a.xml", b"<a/>"), ("log.txt", &vec![0; LARGE])]));
    let attach = |ratio| {
        let limits = Limits { ratio, ..Limits::default() }.with_most(LARGE as u64);
        let (mut bytes, mut result) = (Vec::new(), None);
        walk(&[Input::Path(folder.path().to_path_buf())], &Options::default(), &mut |found| {
            if let Found::Entry(entry) = found
                && result.is_none()
            {
                result = Some(entry.attachment("log.txt", &limits, &mut bytes));
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        result.unwrap().map(|_| bytes.len())
    };
    assert_eq!(attach(2000).unwrap(), LARGE);
    let refused = attach(100).unwrap_err();
    assert!(refused.is_over_limit(), "{refused:?}");
    assert_eq!(refused.to_string(), "it inflates to more, which is over --limit ratio=100");
}

/// Whatever way entries take: loose, packed, inflated, and packed once more inside an archive.
#[test]
fn a_worker_holds_two_buffers() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = 1u32;
    let large: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8 & 0x7F
    })
    .take(Limits::IN_MEMORY as usize - (64 << 10))
    .collect();
    let packed = gzip(&large);
    write(folder.path(), "a.xml", &large);
    write(folder.path(), "b.xml.gz", &packed);
    write(folder.path(), "c.zip", &deflated(&[("a.xml", &large), ("b.xml.gz", &packed)]));
    write(folder.path(), "d.zip", &zip(&[("a.xml", &large), ("b.xml.gz", &packed)], CompressionMethod::Stored));
    write(folder.path(), "e.xml.zst", &zstd(&[&large[..], &large[..]].concat()));
    let (mut scratch, mut lent) = (Scratch::default(), Vec::new());
    walk(&[Input::Path(folder.path().to_path_buf())], &Options::default(), &mut |found| {
        let Found::Entry(entry) = found else { panic!("an entry was expected") };
        let read = |body: Body<'_>, _| match body {
            Body::Bytes(bytes) => bytes == large,
            Body::Stream(stream) => std::io::copy(stream, &mut std::io::sink()).unwrap() == 2 * large.len() as u64,
        };
        let body = entry.with_body(&mut scratch, &Limits::default(), &|_| true, read).unwrap();
        lent.push((entry.origin.as_str().to_owned(), body.value, body.bytes));
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert!(lent.len() == 7 && lent.iter().all(|(_, is_right, _)| *is_right), "{lent:?}");
    assert!(scratch.bytes() <= 2 * Limits::IN_MEMORY as usize, "{} bytes", scratch.bytes());
}
