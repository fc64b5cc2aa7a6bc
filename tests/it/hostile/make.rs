//! Makes the hostile inputs.

use std::fs::{self, File};
use std::io::{BufWriter, Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const CASE: &str = "<testcase classname='c' name='n'/>";

/// Writes the input called `name` to `to`.
pub fn make(name: &str, to: &Path) {
    match name {
        #[cfg(unix)]
        "attachments-outside" => attachments_outside(to),
        "attachments-hidden" => attachments_hidden(to),
        #[cfg(unix)]
        "link-to-itself" => std::os::unix::fs::symlink("link-to-itself", to).unwrap(),
        "text-node.zip" => text_node(to),
        "100000-entries.zip" => many_entries(to),
        _ => fs::write(to, bytes(name)).unwrap(),
    }
}

fn bytes(name: &str) -> Vec<u8> {
    match name {
        // Archives.
        "bomb.zip" => deflated(&[("bomb.xml", &blanks(64 << 20))]),
        "bomb.xml.gz" => gzip(&blanks(64 << 20)),
        "bomb.tar.gz" => gzip(&tar(&[("bomb.xml", &blanks(64 << 20))])),
        "nested-bomb.zip" => (0..6).fold(deflated(&[("a.xml", &blanks(1 << 20))]), |inner, _| {
            let names = ["a.zip", "b.zip", "c.zip", "d.zip"];
            deflated(&names.map(|name| (name, inner.as_slice())))
        }),
        "many-layers.xml.gz" => (0..40).fold(suite(CASE).into_bytes(), |inner, _| gzip(&inner)),
        "total.zip" => deflated(&[("a.xml", suite(CASE).as_bytes()), ("b.xml", suite(CASE).as_bytes())]),
        "forged-total.zip" => forged_total(),
        "forged-small.zip" => patched(b"PK\x01\x02", 24, &10u32.to_le_bytes()),
        "forged-huge.zip" => patched(b"PK\x01\x02", 24, &0xFFFF_FFFEu32.to_le_bytes()),
        "forged-crc.zip" => patched(b"PK\x01\x02", 16, &[1, 2, 3, 4]),
        "forged-offset.zip" => patched(b"PK\x01\x02", 42, &0x00FF_FFFFu32.to_le_bytes()),
        "forged-count.zip" => patched(b"PK\x05\x06", 8, &[0xFF, 0xFF, 0xFF, 0xFF]),
        "forged-directory.zip" => patched(b"PK\x05\x06", 16, &[0xFE, 0xFF, 0xFF, 0xFF]),
        "encrypted.zip" => patched(b"PK\x01\x02", 8, &[1]),
        "unknown-method.zip" => patched(b"PK\x01\x02", 10, &[97, 0]),
        "overlapping.zip" => overlapping(),
        "up-and-absolute.zip" => deflated(&[
            ("../../../escaped.xml", suite(CASE).as_bytes()),
            ("/absolute.xml", suite(CASE).as_bytes()),
            ("C:\\drive.xml", suite(CASE).as_bytes()),
        ]),
        "same-names.zip" => deflated(&[("./a.xml", b"<testsuite"), ("a.xml", suite(CASE).as_bytes())]),
        "contains-itself.zip" => {
            let inner = deflated(&[("a.xml", suite(CASE).as_bytes())]);
            deflated(&[("a.xml", suite(CASE).as_bytes()), ("contains-itself.zip", &inner[..inner.len() / 2])])
        }
        "nul-name.zip" => replaced(deflated(&[("a_b.xml", suite(CASE).as_bytes())]), b"a_b.xml", b"a\0b.xml"),
        "cut.zip" => {
            let whole = deflated(&[("a.xml", suite(CASE).as_bytes()), ("b.xml", &noise(3000))]);
            whole[..2000].to_vec()
        }
        "cut-to-nothing.zip" => deflated(&[("a.xml", suite(CASE).as_bytes())])[..40].to_vec(),
        "cut.tar" => tar(&[("a.xml", suite(CASE).as_bytes()), ("b.xml", &[b' '; 4000])])[..3000].to_vec(),
        "cut.tar.gz" => {
            let whole = gzip(&tar(&[("a.xml", suite(CASE).as_bytes()), ("b.xml", &noise(3000))]));
            whole[..whole.len() - 1000].to_vec()
        }
        "cut.xml.gz" => {
            let report = format!("<testsuite name='s'>{CASE}{}", "<!-- padding -->".repeat(4000));
            let noisy: String = noise(3000).iter().map(|byte| format!("{byte:02x}")).collect();
            let whole = gzip(format!("{report}<!-- {noisy} --></testsuite>").as_bytes());
            whole[..whole.len() - 500].to_vec()
        }
        "wrong-checksum.xml.gz" => {
            let mut whole = gzip(suite(CASE).as_bytes());
            let at = whole.len() - 8;
            whole[at] ^= 0xFF;
            whole
        }
        "damaged.xml.zst" => {
            let mut whole = zstd::encode_all(suite(&CASE.repeat(50)).as_bytes(), 3).unwrap();
            let at = whole.len() / 2;
            whole[at..].fill(0xAA);
            whole
        }
        "wide-window.xml.zst" => {
            let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
            encoder.window_log(27).unwrap();
            encoder.write_all(suite(CASE).as_bytes()).unwrap();
            encoder.finish().unwrap()
        }
        "forged-size.tar" => forged_tar(1 << 40),
        "forged-long-name.tar" => {
            let mut header = header("././@LongLink", 1 << 33, EntryType::GNULongName);
            header.set_cksum();
            [header.as_bytes().as_slice(), &[b'a'; 2048]].concat()
        }
        "links.tar" => {
            let mut builder = tar::Builder::new(Vec::new());
            for (name, kind) in [("soft.xml", EntryType::Symlink), ("hard.xml", EntryType::Link)] {
                let mut header = header(name, 0, kind);
                header.set_link_name_literal("../secret.txt").unwrap();
                header.set_cksum();
                builder.append(&header, std::io::empty()).unwrap();
            }
            builder.into_inner().unwrap()
        }
        "sparse.tar" => {
            let mut builder = tar::Builder::new(Vec::new());
            let mut sparse = header("sparse.xml", 512, EntryType::GNUSparse);
            sparse.as_gnu_mut().unwrap().set_real_size(1 << 50);
            sparse.set_cksum();
            builder.append(&sparse, [b' '; 512].as_slice()).unwrap();
            builder.into_inner().unwrap()
        }
        // XML.
        "deep.xml" => [b"<testsuite>".repeat(100_000), b"</testsuite>".repeat(100_000)].concat(),
        "many-attributes.xml.gz" => {
            let attributes = b" a=''".repeat(10_000_000);
            gzip(&[b"<testsuite><testcase name='n'/><testcase".as_slice(), &attributes, b"/></testsuite>"].concat())
        }
        "attributes.xml" => {
            let attributes: String = (0..20_000).map(|number| format!(" a{number}='{number}'")).collect();
            format!("<testsuite>{CASE}<testcase classname='c' name='m'{attributes}/></testsuite>").into_bytes()
        }
        "long-attribute.xml.gz" => {
            let long = "x".repeat(6 << 20);
            gzip(format!("<testsuite>{CASE}<testcase name='{long}'/></testsuite>").as_bytes())
        }
        "long-text.xml" => suite(&format!(
            "<testcase classname='c' name='n'><failure message='m'>{}</failure></testcase>",
            "line of a text. ".repeat(200)
        ))
        .into_bytes(),
        "many-cases.xml" => suite(&CASE.repeat(2000)).into_bytes(),
        "xxe.xml" => b"<!DOCTYPE testsuite [<!ENTITY x SYSTEM 'secret.txt'><!ENTITY % p SYSTEM '../secret.txt'> %p;]>\
             <testsuite><testcase classname='c' name='n'><failure message='&x;'>&x;</failure></testcase></testsuite>"
        .to_vec(),
        "external-dtd.xml" => format!("<!DOCTYPE testsuite SYSTEM 'file:///secret.dtd'>{}", suite(CASE)).into_bytes(),
        "billion-laughs.xml" => {
            let entities: String = (1..20).map(|level| format!("<!ENTITY l{level} '{}'>", format!("&l{};", level - 1).repeat(10))).collect();
            format!(
                "<!DOCTYPE t [<!ENTITY l0 'lol'>{entities}]>\
                 <testsuite><testcase classname='c' name='n'><failure>&l19;</failure></testcase></testsuite>"
            )
            .into_bytes()
        }
        "quadratic-blowup.xml" => format!(
            "<!DOCTYPE t [<!ENTITY a '{}'>]><testsuite><testcase classname='c' name='n'><failure>{}</failure></testcase></testsuite>",
            "a".repeat(50_000),
            "&a;".repeat(50_000)
        )
        .into_bytes(),
        "open-comment.xml" => format!("<testsuite>{CASE}<!-- {}", "-".repeat(100_000)).into_bytes(),
        "open-cdata.xml" => {
            format!("<testsuite>{CASE}<testcase classname='c' name='m'><failure><![CDATA[{}", "]]".repeat(50_000)).into_bytes()
        }
        "open-quote.xml" => format!("<testsuite>{CASE}<testcase classname='c' name='{}", "&<".repeat(50_000)).into_bytes(),
        "open-doctype.xml" => format!("<!DOCTYPE testsuite [{}", "<!ENTITY a 'b'>".repeat(5000)).into_bytes(),
        "less-than.xml" => suite(&format!("{CASE}{}", "<".repeat(200_000))).into_bytes(),
        "cut.xml" => format!("<testsuite>{CASE}<testcase classname='c' name='cut'><failure message='half").into_bytes(),
        "nul-bytes.xml" => suite("<testcase classname='c' name='n\0m'/>").into_bytes(),
        "invalid-utf8.xml" => replaced(suite("<testcase classname='c' name='n_m'/>").into_bytes(), b"n_m", b"n\xFFm"),
        "mixed-encodings.xml" => {
            let mut bytes = b"<?xml version='1.0' encoding='UTF-8'?><testsuite><testcase classname='\xC3\xBC' name='".to_vec();
            bytes.extend_from_slice(b"\xFC\x80\xE4'/><testcase classname='c' name='\xC0\xAF'/></testsuite>");
            bytes
        }
        "cut-utf16.xml" => {
            let text = format!("\u{FEFF}{}", suite(CASE));
            let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.truncate(bytes.len() - 3);
            bytes
        }
        "lone-surrogate-utf16.xml" => {
            let text = format!("\u{FEFF}{}", suite("<testcase classname='c' name='n_m'/>"));
            let units = text.encode_utf16().map(|unit| if unit == u16::from(b'_') { 0xD800 } else { unit });
            units.flat_map(u16::to_be_bytes).collect()
        }
        "forbidden-references.xml" => {
            suite("<testcase classname='c' name='a&#0;b&#xFFFFFFFF;c&#xD800;d&nothing;e'/>").into_bytes()
        }
        "empty.xml" => Vec::new(),
        "noise.xml" => noise(3000),
        // JSON.
        "deep.json" => {
            let deep = ["[".repeat(200_000), "]".repeat(200_000)].concat();
            features(&format!("{{\"keyword\":\"Given \",\"name\":\"x\",\"rows\":{deep}}}")).into_bytes()
        }
        "deep-robot.json" => {
            let deep = ["[".repeat(2000), "]".repeat(2000)].concat();
            format!("{{\"generator\":\"Robot 7.2 (Python 3.12 on linux)\",\"generated\":\"2026-11-24T01:43:51.2\",\"rpa\":false,\"suite\":{{\"name\":\"S\",\"rows\":{deep}}}}}").into_bytes()
        }
        "brackets.json" => b"[".repeat(200_000),
        "cut.json" => {
            let whole = features("{\"keyword\":\"Given \",\"name\":\"x\",\"result\":{\"status\":\"passed\"}}");
            format!("{},{}", &whole[..whole.len() - 1], &whole[1..whole.len() / 2]).into_bytes()
        }
        "large-item.json.gz" => {
            let step = "{\"keyword\":\"Given \",\"name\":\"a step among very many\",\"result\":{\"status\":\"passed\"}}";
            gzip(features(&vec![step; 80_000].join(",")).as_bytes())
        }
        "escapes.json" => features(&format!(
            "{{\"keyword\":\"Given \",\"name\":\"{}\",\"result\":{{\"status\":\"passed\"}}}}",
            "\\ud800\\u0000\\x".repeat(2000)
        ))
        .into_bytes(),
        other => panic!("nobody knows how to make {other}"),
    }
}

fn suite(inside: &str) -> String {
    format!("<testsuite name='s'>{inside}</testsuite>")
}

/// One feature with one scenario and this step.
fn features(step: &str) -> String {
    format!(
        "[{{\"uri\":\"a.feature\",\"id\":\"a\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1,\"elements\":[{{\"id\":\"a;b\",\
         \"keyword\":\"Scenario\",\"name\":\"S\",\"type\":\"scenario\",\"line\":3,\"steps\":[{step}]}}]}}]"
    )
}

/// A report that is mostly blanks.
fn blanks(length: usize) -> Vec<u8> {
    let mut bytes = b"<testsuite><testcase classname='c' name='n'/>".to_vec();
    bytes.resize(length, b' ');
    bytes.extend_from_slice(b"</testsuite>");
    bytes
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn zip_to<W: Write + std::io::Seek>(sink: W, files: &[(&str, &[u8])], method: CompressionMethod) -> W {
    let mut writer = ZipWriter::new(sink);
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap()
}

fn deflated(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_to(Cursor::new(Vec::new()), files, CompressionMethod::Deflated).into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn header(name: &str, size: u64, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        builder.append(&header(name, content.len() as u64, EntryType::Regular), *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn forged_tar(size: u64) -> Vec<u8> {
    let mut bytes = tar(&[("a.xml", suite(CASE).as_bytes())]);
    bytes.truncate(1024);
    bytes.extend_from_slice(header("b.xml", size, EntryType::Regular).as_bytes());
    bytes.resize(4096, b' ');
    bytes
}

/// A zip of one report with bytes of the record that begins with `magic` replaced.
fn patched(magic: &[u8; 4], at: usize, by: &[u8]) -> Vec<u8> {
    let mut bytes = deflated(&[("a.xml", suite(&CASE.repeat(9)).as_bytes()), ("b.xml", suite(CASE).as_bytes())]);
    let record = bytes.windows(4).position(|window| window == magic).unwrap();
    bytes[record + at..record + at + by.len()].copy_from_slice(by);
    bytes
}

/// A zip whose second entry is its first one.
fn overlapping() -> Vec<u8> {
    let mut bytes = deflated(&[("a.xml", suite(CASE).as_bytes()), ("b.xml", suite(CASE).as_bytes())]);
    let record = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[record + 42..record + 46].copy_from_slice(&[0; 4]);
    bytes
}

fn replaced(mut bytes: Vec<u8>, what: &[u8], by: &[u8]) -> Vec<u8> {
    for at in 0..=bytes.len() - what.len() {
        if bytes[at..].starts_with(what) {
            bytes[at..at + by.len()].copy_from_slice(by);
        }
    }
    bytes
}

/// A report whose attachments lie outside, by their names or behind links.
#[cfg(unix)]
fn attachments_outside(to: &Path) {
    fs::create_dir(to).unwrap();
    std::os::unix::fs::symlink("../../secret.txt", to.join("link.txt")).unwrap();
    std::os::unix::fs::symlink("../..", to.join("folder")).unwrap();
    let absolute = to.join("../../secret.txt").canonicalize().unwrap();
    let names =
        ["../../secret.txt", "link.txt", "folder/secret.txt", absolute.to_str().unwrap(), "..%2F..%2Fsecret.txt"];
    let references: String = names.map(|name| format!("[[ATTACHMENT|{name}]]\n")).concat();
    let case = format!("<testcase classname='c' name='n'><failure/><system-out>{references}</system-out></testcase>");
    fs::write(to.join("a.xml"), suite(&case)).unwrap();
}

/// A report whose attachments are hidden beside it, by their names or by those of their folders.
fn attachments_hidden(to: &Path) {
    for name in [".env", ".ssh/id_rsa", "sub/.netrc"] {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, super::SECRET).unwrap();
    }
    let names = [".env", ".ssh/id_rsa", "%2Essh/id_rsa", "sub/../.ssh/id_rsa", "elsewhere/ID_RSA", "sub/.netrc"];
    let references: String = names.map(|name| format!("[[ATTACHMENT|{name}]]\n")).concat();
    let case = format!("<testcase classname='c' name='n'><failure/><system-out>{references}</system-out></testcase>");
    fs::write(to.join("a.xml"), suite(&case)).unwrap();
}

/// A report of 64 MiB that does not look like a bomb, and whose directory says 5 MiB.
fn forged_total() -> Vec<u8> {
    let line: String = noise(3000).iter().map(|byte| format!("{byte:02x}")).collect();
    let case = format!("<testcase classname='c' name='n'/><!--{line}-->");
    let mut bytes = deflated(&[("a.xml", suite(&case.repeat((64 << 20) / case.len())).as_bytes())]);
    let record = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[record + 24..record + 28].copy_from_slice(&(5_u32 << 20).to_le_bytes());
    bytes
}

/// One failure of 64 MiB, or of 2 GiB in a long run.
fn text_node(to: &Path) {
    let is_long = std::env::var_os("XRAYPACK_HOSTILE_LONG").is_some();
    let mebibytes = if is_long { 2048 } else { 64 };
    let mut writer = ZipWriter::new(BufWriter::new(File::create(to).unwrap()));
    // Noise that repeats: it shrinks, but not as a bomb would.
    let line: String = noise(3000).iter().map(|byte| format!("{byte:02x}")).collect();
    let piece = format!("{line}\n").repeat((1 << 20) / (line.len() + 1));
    let options = SimpleFileOptions::default().compression_level(Some(1)).large_file(true);
    writer.start_file("text.xml", options).unwrap();
    writer.write_all(b"<testsuite><testcase classname='c' name='n'><failure>").unwrap();
    for _ in 0..mebibytes {
        writer.write_all(piece.as_bytes()).unwrap();
    }
    writer.write_all(b"</failure></testcase></testsuite>").unwrap();
    writer.finish().unwrap().flush().unwrap();
}

fn many_entries(to: &Path) {
    let mut writer = ZipWriter::new(BufWriter::new(File::create(to).unwrap()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for number in 0..100_000 {
        writer.start_file(format!("{number}.txt"), options).unwrap();
        writer.write_all(b"x").unwrap();
    }
    writer.finish().unwrap().flush().unwrap();
}
