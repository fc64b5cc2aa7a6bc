//! Names that will be others next night, so that each night would create new Tests (junit.md C2, "Unstable names").

mod rewrite;

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::marks::{self, TextMarks};
use crate::model::{NameTail, TestCase, Timestamp};

/// A part of a name that changes from run to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Volatile {
    /// `@1a2b3c4d`: Java's identity hash.
    ObjectHash,
    /// A UUID.
    Uuid,
    /// `0x7ffe…`: an address.
    Pointer,
    /// Ten or thirteen digits that are a time of these decades.
    Epoch,
    /// `-20240131120000`, as unittest-xml-reporting appends to suites.
    Stamp,
    /// `2024-05-02T10:00:01` of the day of the run.
    DateTime,
    /// `localhost:49152`: a port that the system gave out.
    Port,
    /// `_shard_1/4` of Bazel.
    Shard,
    /// `Chrome 99.0.`, `Chrome_Headless_120_0_6099_109_(Linux_x86_64).`: what runs tests in browsers puts before their names.
    BrowserVersion,
    /// ` (unstable)`, ` (screenshots: /app/2024-05-02_10-00-01/test-1)`: what TestCafe puts behind names of some runs.
    Remark,
    /// ` (2)`, which TAP::Harness::JUnit puts behind names that it saw before.
    Number,
    /// A file or folder below one for temporary files.
    TemporaryPath,
    /// A path that begins at a root.
    AbsolutePath,
}

impl Volatile {
    /// What it is, for a message.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Volatile::ObjectHash => "an object hash",
            Volatile::Uuid => "a UUID",
            Volatile::Pointer => "an address in memory",
            Volatile::Epoch => "an epoch time",
            Volatile::Stamp => "a time stamp",
            Volatile::DateTime => "a date and time",
            Volatile::Port => "a port",
            Volatile::Shard => "a shard number",
            Volatile::BrowserVersion => "a browser's version",
            Volatile::Remark => "a remark on the run",
            Volatile::Number => "a number that depends on other files",
            Volatile::TemporaryPath => "a temporary path",
            Volatile::AbsolutePath => "an absolute path",
        }
    }
}

/// The first volatile part of `name`, that of `case`. For most names a look for digits and slashes decides
/// that there is none.
pub(super) fn find(name: &str, marks: TextMarks, case: &TestCase) -> Option<Volatile> {
    let bytes = name.as_bytes();
    // Without a digit nothing is volatile but paths.
    if marks.slashes && (is_absolute_path(bytes) || is_file_of_node(bytes)) {
        return Some(Volatile::AbsolutePath);
    }
    if case.name_tail != NameTail::None
        && let Some(found) = volatile_tail(name, case.name_tail)
    {
        return Some(found);
    }
    if marks.digits
        && let Some(found) = volatile_runs(bytes, case.start)
    {
        return Some(found);
    }
    if marks.digits && marks.parts && has_browser_version(bytes) {
        return Some(Volatile::BrowserVersion);
    }
    if !marks.slashes {
        return None;
    }
    if temporary_path(name).is_some_and(|path| path.split(['/', '\\']).any(is_random)) {
        return Some(Volatile::TemporaryPath);
    }
    has_shard(name).then_some(Volatile::Shard)
}

/// The first volatile run of hexadecimal digits: four of them in a row at the least, which all need that are no shards or paths.
fn volatile_runs(bytes: &[u8], start: Option<Timestamp>) -> Option<Volatile> {
    let mut from = 0;
    while let Some(begin) = marks::hexadecimal_run(bytes, from) {
        let length = bytes[begin..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if let Some(found) = volatile_run(bytes, begin, length, start) {
            return Some(found);
        }
        from = begin + length;
    }
    None
}

/// What the run of hexadecimal digits at `at` is.
fn volatile_run(bytes: &[u8], at: usize, length: usize, start: Option<Timestamp>) -> Option<Volatile> {
    let run = &bytes[at..at + length];
    let before = &bytes[..at];
    let after = bytes.get(at + length).copied();
    if (6..=8).contains(&length) && before.ends_with(b"@") && !after.is_some_and(is_word) && has_digit(run) {
        return Some(Volatile::ObjectHash);
    }
    if length == 8
        && !before.last().is_some_and(|byte| is_word(*byte))
        && is_uuid(&bytes[at..])
        && !is_tag_of_tempest(before)
    {
        return Some(Volatile::Uuid);
    }
    if length >= 6 && before.ends_with(b"x") && before.len() >= 2 && before[before.len() - 2] == b'0' {
        return Some(Volatile::Pointer);
    }
    if !run.iter().all(u8::is_ascii_digit) || before.last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    match length {
        // 2014 to 2033; thirteen digits are milliseconds.
        10 | 13
            if matches!(run[..2], [b'1', b'4'..=b'9']) && !after.is_some_and(|byte| byte.is_ascii_alphanumeric()) =>
        {
            Some(Volatile::Epoch)
        }
        14 if before.ends_with(b"-") && is_stamp(run) => Some(Volatile::Stamp),
        4 if is_time_of_the_run(&bytes[at..], start) => Some(Volatile::DateTime),
        5 if HOSTS.iter().any(|host| before.ends_with(host)) && is_ephemeral(run) => Some(Volatile::Port),
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn has_digit(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit)
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() >= 36
        && !bytes.get(36).is_some_and(|byte| is_word(*byte))
        && bytes[..36].iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a UUID behind this is the one that OpenStack's tests carry for good: `test_boot[id-3f2504e0-…,smoke]`.
fn is_tag_of_tempest(before: &[u8]) -> bool {
    before.ends_with(b"[id-")
}

/// Whether fourteen digits are a year of this age, a month, a day and a time.
fn is_stamp(run: &[u8]) -> bool {
    let pair = |at: usize| (run[at] - b'0') * 10 + (run[at + 1] - b'0');
    matches!(pair(0), 19 | 20)
        && (1..=12).contains(&pair(4))
        && (1..=31).contains(&pair(6))
        && pair(8) < 24
        && pair(10) < 60
}

/// `2024-05-02T10:00`, where the test began on that day or one beside it: a date that a test is about is another one.
/// Where nothing is known of the start, seconds tell a time from a date.
fn is_time_of_the_run(text: &[u8], start: Option<Timestamp>) -> bool {
    const SHAPE: &[u8; 16] = b"0000-00-00T00:00";
    const DAY: i64 = 86_400_000_000_000;
    let fits = |(shape, byte): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'-' => *byte == b'-',
        b'T' => matches!(byte, b'T' | b'_' | b' ' | b'-'),
        _ => matches!(byte, b':' | b'.' | b'-'),
    };
    let Some(date_and_time) = text.get(..SHAPE.len()) else { return false };
    if !SHAPE.iter().zip(date_and_time).all(fits) {
        return false;
    }
    match start {
        Some(start) => [-DAY, 0, DAY].iter().any(|days| start.plus(*days).to_text()[..10] == date_and_time[..10]),
        None => {
            matches!(text[SHAPE.len()..], [b':' | b'.' | b'-', one, two, ..] if one.is_ascii_digit() && two.is_ascii_digit())
        }
    }
}

/// What stands before a port that a test opens for itself.
const HOSTS: &[&[u8]] = &[b"localhost:", b"127.0.0.1:", b"0.0.0.0:", b"]:"];

/// Whether five digits are a port that systems give out (Linux from 32768, all others from 49152).
fn is_ephemeral(run: &[u8]) -> bool {
    let port = run.iter().fold(0_u32, |port, digit| port * 10 + u32::from(digit - b'0'));
    (32_768..=65_535).contains(&port)
}

const BROWSERS: &[&[u8]] =
    &[b"Chrome", b"HeadlessChrome", b"Firefox", b"Safari", b"Edge", b"PhantomJS", b"Electron", b"IE"];

/// Whether a browser stands in the place of a package or a class, with its version. One number alone is none.
fn has_browser_version(bytes: &[u8]) -> bool {
    let behind_dots = memchr::memchr_iter(b'.', bytes).map(|dot| dot + 1);
    std::iter::once(0).chain(behind_dots).any(|at| begins_with_browser_version(&bytes[at..]))
}

fn begins_with_browser_version(text: &[u8]) -> bool {
    if !matches!(text.first(), Some(b'C' | b'E' | b'F' | b'H' | b'I' | b'P' | b'S')) {
        return false;
    }
    let Some(rest) = BROWSERS.iter().find_map(|browser| text.strip_prefix(*browser)) else { return false };
    let rest = rest.strip_prefix(b" Headless").or(rest.strip_prefix(b"_Headless")).unwrap_or(rest);
    let [b' ' | b'_', version @ ..] = rest else { return false };
    matches!(behind_version(version), Some([b' ' | b'_', b'(', ..] | [b'.', _, ..]))
}

/// What stands behind two numbers or more, with a dot or `_` between them.
fn behind_version(text: &[u8]) -> Option<&[u8]> {
    let (mut rest, mut numbers) = (text, 0);
    loop {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        numbers += 1;
        rest = &rest[digits..];
        match rest {
            [b'.' | b'_', digit, ..] if digit.is_ascii_digit() => rest = &rest[1..],
            _ => return Some(rest).filter(|_| numbers > 1),
        }
    }
}

/// What stands below a folder for temporary files.
fn temporary_path(name: &str) -> Option<&str> {
    static FOLDERS: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| ["/tmp/", "/var/folders/", "\\Temp\\"].map(Finder::new));
    let behind = |folder: &Finder<'_>| Some(folder.find(name.as_bytes())? + folder.needle().len());
    let begin = FOLDERS.iter().find_map(behind)?;
    let end = |c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | ',' | ';' | ']');
    name[begin..].split(end).next()
}

/// Whether a file or folder is named by chance.
fn is_random(component: &str) -> bool {
    component.bytes().any(|byte| byte.is_ascii_digit()) || (component.starts_with("tmp") && component.len() >= 8)
}

fn has_shard(name: &str) -> bool {
    static SIGN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("_shard_"));
    let Some(at) = SIGN.find(name.as_bytes()) else { return false };
    let rest = &name.as_bytes()[at + SIGN.needle().len()..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = &rest[digits..];
    digits > 0 && rest.first() == Some(&b'/') && rest.get(1).is_some_and(u8::is_ascii_digit)
}

/// `/home/…`, `C:\…`, `C:/…`, `file:///…` at the start of a name, with a further part behind.
fn is_absolute_path(bytes: &[u8]) -> bool {
    match bytes {
        [b'/', first, rest @ ..] => first.is_ascii_alphanumeric() && rest.contains(&b'/') && !rest.contains(&b' '),
        [drive, b':', b'\\' | b'/', _, ..] => drive.is_ascii_alphabetic(),
        _ => bytes.starts_with(b"file:///"),
    }
}

/// What stands behind a name, if its producer puts such there. Whoever else writes it means it.
#[cold]
fn volatile_tail(name: &str, tail: NameTail) -> Option<Volatile> {
    let inside = name.strip_suffix(')')?;
    match tail {
        NameTail::None => None,
        // That it passed not before it was run again, and where its screenshots are.
        NameTail::Remark => {
            (inside.ends_with(" (unstable") || inside.contains(" (screenshots: ")).then_some(Volatile::Remark)
        }
        NameTail::Number => {
            let (_, number) = inside.rsplit_once(" (")?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some(Volatile::Number)
        }
    }
}

/// The class under which Node's test runner writes all tests, and files that failed as a whole or hold no tests.
const CLASS_OF_NODE: &str = "test.";

/// `test./home/…/cart.test.js`. The runner has no other class, so that any name with a slash in front stands there, too.
fn is_file_of_node(bytes: &[u8]) -> bool {
    const ENDINGS: &[&[u8]] = &[b".js", b".mjs", b".cjs", b".ts", b".mts", b".cts"];
    let Some(path) = bytes.strip_prefix(CLASS_OF_NODE.as_bytes()) else { return false };
    is_absolute_path(path) && ENDINGS.iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Rewrite;

    /// 2024-05-02T10:00:00Z.
    fn find(name: &str, start: Option<Timestamp>) -> Option<Volatile> {
        super::find(name, TextMarks::of(name), &TestCase { start, ..TestCase::default() })
    }

    const START: Option<Timestamp> = Some(Timestamp::from_nanos(1_714_644_000_000_000_000));

    /// A name as it is in one night and in the next one.
    const NIGHTS: &[(&str, &str, Volatile)] = &[
        ("shop.Cart.pays(Order@1b6d3586)", "shop.Cart.pays(Order@2c77ab1)", Volatile::ObjectHash),
        ("t[3f2504e0-4f89-11d3-9a0c-0305e82c3301]", "t[99999999-4f89-11d3-9a0c-0305e82c3302]", Volatile::Uuid),
        ("<Foo object at 0x7f8b4c0d2e10>", "<Foo object at 0x55aa00>", Volatile::Pointer),
        ("run 1714636800", "run 1714636999", Volatile::Epoch),
        ("run_1714636800123_x", "run_1714999800123_x", Volatile::Epoch),
        ("tests.Cart-20240502100000.adds", "tests.Cart-20240503100001.adds", Volatile::Stamp),
        ("backup 2024-05-02T10:00:01.5Z", "backup 2024-05-01T23:59:59.25Z", Volatile::DateTime),
        ("log-2024-05-02_10-00-01.txt", "log-2024-05-03_10-00-02.txt", Volatile::DateTime),
        ("GET http://localhost:49731/items", "GET http://localhost:50122/items", Volatile::Port),
        ("[::1]:40000 answers", "[::1]:40001 answers", Volatile::Port),
        ("//shop:test_shard_1/4", "//shop:test_shard_3/4", Volatile::Shard),
        ("Chrome 99.0.Lint: all files", "Chrome 100.0.Lint: all files", Volatile::BrowserVersion),
        ("PhantomJS 1.9.8.add.works", "PhantomJS 2.0.add.works", Volatile::BrowserVersion),
        ("Firefox 21.0 (Linux).Sum.adds", "Firefox 128.0.3 (Linux).Sum.adds", Volatile::BrowserVersion),
        ("IE 10.0.0 (Windows 7).Sum.adds", "IE 11.0 (Windows 7).Sum.adds", Volatile::BrowserVersion),
        (
            "shop.Chrome_Headless_120_0_6099_109_(Linux_x86_64).App.starts",
            "shop.Chrome_Headless_121_0_0_0_(Linux_x86_64).App.starts",
            Volatile::BrowserVersion,
        ),
        (
            "HeadlessChrome 91.0.4472 (Linux 0.0.0).App.starts",
            "HeadlessChrome 92.0.4515 (Linux 0.0.0).App.starts",
            Volatile::BrowserVersion,
        ),
        (
            "reads[/tmp/pytest-of-ci/pytest-41/a.json]",
            "reads[/tmp/pytest-of-ci/pytest-42/a.json]",
            Volatile::TemporaryPath,
        ),
        ("reads /tmp/tmpqwxyzk", "reads /tmp/tmpabcdefg", Volatile::TemporaryPath),
        ("reads /private/var/folders/x1/T/q7", "reads /private/var/folders/x2/T/q8", Volatile::TemporaryPath),
        (r"reads C:\Users\ci\Temp\x1\a.txt", r"reads C:\Users\ci\Temp\x2\a.txt", Volatile::TemporaryPath),
        ("/home/ci/build/features/pay.feature#pay", "/srv/2/features/pay.feature#pay", Volatile::AbsolutePath),
        (r"C:\build\pay.feature#pay", r"D:\b\2\pay.feature#pay", Volatile::AbsolutePath),
        ("file:///b/1/pay.feature#pay", "file:///b/2/pay.feature#pay", Volatile::AbsolutePath),
        ("test./home/ci/build/cart.test.js", "test./srv/2/cart.test.js", Volatile::AbsolutePath),
        (r"test.C:\build\spec\cart.mts", r"test.D:\b\2\spec\cart.mts", Volatile::AbsolutePath),
    ];

    #[test]
    fn volatile_parts_are_found() {
        for (one, other, what) in NIGHTS {
            assert_eq!(find(one, START), Some(*what), "{one}");
            assert_eq!(find(other, START), Some(*what), "{other}");
        }
    }

    #[test]
    fn runs_are_found_at_the_ends_and_behind_others() {
        let names = [
            "1714636800".to_owned(),
            format!("1714636800 {}", "names ".repeat(10)),
            format!("{} 1714636800", "names".repeat(10)),
            format!("12345 decade face {} 1714636800", "n 2024 ".repeat(9)),
            format!("{}-1714636800-{}", "facade-".repeat(4), "beef-".repeat(4)),
        ];
        for name in &names {
            assert_eq!(find(name, START), Some(Volatile::Epoch), "{name}");
            let other = name.replace("1714636800", "9714636800");
            assert_eq!(find(&other, START), None, "{other}");
        }
    }

    #[test]
    fn the_rewrite_makes_both_nights_alike() {
        for (one, other, what) in NIGHTS {
            let given = what.rewrite(one);
            assert!(!given.contains('\''), "{given}");
            let rewrite: Rewrite = given.parse().unwrap_or_else(|error| panic!("{given}: {error}"));
            assert_eq!(rewrite.apply(one), rewrite.apply(other), "{given}");
            assert_eq!(find(&rewrite.apply(one), START), None, "{}", rewrite.apply(one));
            assert!(rewrite.apply(one).len() > 3, "{}", rewrite.apply(one));
        }
    }

    #[test]
    fn tails_are_volatile_where_their_producer_puts_them() {
        use NameTail::{Number, Remark};
        for (tail, name, lasts) in [
            (Remark, "Cart.pays (unstable)", "Cart.pays"),
            (Remark, "Cart.pays (screenshots: /app/2024-05-02_10-00-01/test-1)", "Cart.pays"),
            (Remark, r"Cart.pays (screenshots: C:\app\2024-05-03_10-00-02\test-1)", "Cart.pays"),
            (Remark, "Cart.pays (now) (unstable) (screenshots: /app/a (1).png)", "Cart.pays (now)"),
            (Number, "cart_t.adds (now) (2)", "cart_t.adds (now)"),
        ] {
            let found = volatile_tail(name, tail).unwrap();
            let rewrite: Rewrite = found.rewrite(name).parse().unwrap();
            assert_eq!(rewrite.apply(name), lasts);
            assert_eq!(volatile_tail(lasts, tail), None, "{lasts}");
        }
        assert_eq!(volatile_tail("sorts ()", Number), None);
        // Whoever else calls a test so means it.
        for name in ["sorts (unstable)", "makes (screenshots: none)", "adds (2)"] {
            assert_eq!(find(name, START), None, "{name}");
        }
    }

    #[test]
    fn what_lasts_is_kept_by_the_rewrite() {
        let kept = |name: &str| {
            let rewrite: Rewrite = find(name, START).unwrap().rewrite(name).parse().unwrap();
            rewrite.apply(name).into_owned()
        };
        assert_eq!(kept("reads[/tmp/pytest-of-ci/pytest-41/a.json]"), "reads[TMP/a.json]");
        assert_eq!(kept("/home/ci/build/features/pay.feature#pay"), "features/pay.feature#pay");
        assert_eq!(kept("test./home/ci/build/test/cart.test.js"), "test/cart.test.js");
        assert_eq!(kept(r"test.C:\build\cart.test.mjs"), "cart.test.mjs");
        assert_eq!(kept("Chrome 99.0.Lint: all files"), "Chrome.Lint: all files");
        assert_eq!(kept("a.Chrome_Headless_120_0_(Linux_x86_64).App"), "a.Chrome_Headless_(Linux_x86_64).App");
        assert_eq!(kept("GET http://localhost:49731/items"), "GET http://localhost:PORT/items");
    }

    #[test]
    fn stable_names_are_left_in_peace() {
        for name in [
            "shop.CartTest.adds item",
            "user@example.com logs in",
            "mail@decade.org",
            "colour 0xFFFF",
            "isbn 9783161484100",
            "test_boot[id-3f2504e0-4f89-11d3-9a0c-0305e82c3301,smoke]",
            "phone 5551234567",
            "order1714636800",
            "commit 17abcdef01",
            "deadbeef cafebabe",
            "feature/a/b",
            "a_shard_test",
            "/ returns 200",
            "test./api/users/1",
            "test./api/users.js returns 200",
            "dates 20240502 and 20241399999999",
            "parses 2020-01-01T00:00:00Z",
            "born on 2024-05-02",
            "listens on localhost:8080 and example.org:50000",
            "reads /tmp/settings.json",
            "shop.Firefox 3 migration",
            "shop.Firefox 3.6 migration",
            "Firefox 128.adds",
            "Safari 15.4.1",
            "shop.Electronics 1.0.pays",
            "runs in Chrome 99.0.too",
            "shop.IE_11.pays",
            "Chromium 99.0.adds",
            "GET /tmp/ returns 404",
            "",
        ] {
            assert_eq!(find(name, START), None, "{name}");
        }
    }

    #[test]
    fn without_a_start_a_time_has_seconds() {
        assert_eq!(find("at 2020-01-01T00:00:00", None), Some(Volatile::DateTime));
        assert_eq!(find("at 2020-01-01T00:00", None), None);
    }
}
