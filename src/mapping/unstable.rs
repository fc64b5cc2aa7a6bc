//! Names that will be others next night, so that each night would create new Tests (junit.md C2, "Unstable names").

/// A part of a name that changes from run to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Volatile {
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
    /// `_shard_1/4` of Bazel.
    Shard,
    /// A path that begins at a root.
    AbsolutePath,
}

impl Volatile {
    /// What it is, for a message.
    pub const fn name(self) -> &'static str {
        match self {
            Volatile::ObjectHash => "an object hash",
            Volatile::Uuid => "a UUID",
            Volatile::Pointer => "an address in memory",
            Volatile::Epoch => "an epoch time",
            Volatile::Stamp => "a time stamp",
            Volatile::Shard => "a shard number",
            Volatile::AbsolutePath => "an absolute path",
        }
    }
}

/// Digits or hexadecimal digits in a row that any pattern needs at the least, apart from shards and paths.
const SHORTEST_RUN: usize = 4;

/// The first volatile part of `name`. One pass of a byte scan decides for nearly every name that there is none.
pub fn find(name: &str) -> Option<Volatile> {
    let bytes = name.as_bytes();
    if is_absolute_path(bytes) {
        return Some(Volatile::AbsolutePath);
    }
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_hexdigit() {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let found = if length >= SHORTEST_RUN { volatile_run(bytes, at, length) } else { None };
        if found.is_some() {
            return found;
        }
        at += length;
    }
    (bytes.contains(&b'/') && has_shard(name)).then_some(Volatile::Shard)
}

/// What the run of hexadecimal digits at `at` is.
fn volatile_run(bytes: &[u8], at: usize, length: usize) -> Option<Volatile> {
    let run = &bytes[at..at + length];
    let before = &bytes[..at];
    let after = bytes.get(at + length).copied();
    if (6..=8).contains(&length) && before.ends_with(b"@") && !after.is_some_and(is_word) && has_digit(run) {
        return Some(Volatile::ObjectHash);
    }
    if length == 8 && !before.last().is_some_and(|byte| is_word(*byte)) && is_uuid(&bytes[at..]) {
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

/// Whether fourteen digits are a year of this age, a month, a day and a time.
fn is_stamp(run: &[u8]) -> bool {
    let pair = |at: usize| (run[at] - b'0') * 10 + (run[at + 1] - b'0');
    matches!(pair(0), 19 | 20)
        && (1..=12).contains(&pair(4))
        && (1..=31).contains(&pair(6))
        && pair(8) < 24
        && pair(10) < 60
}

fn has_shard(name: &str) -> bool {
    let Some((_, rest)) = name.split_once("_shard_") else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &rest.as_bytes()[digits..];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volatile_parts_are_found() {
        for (name, what) in [
            ("shop.Cart.pays(Order@1b6d3586)", Volatile::ObjectHash),
            ("t[3f2504e0-4f89-11d3-9a0c-0305e82c3301]", Volatile::Uuid),
            ("<Foo object at 0x7f8b4c0d2e10>", Volatile::Pointer),
            ("run 1714636800", Volatile::Epoch),
            ("run_1714636800123", Volatile::Epoch),
            ("tests.Cart-20240502100000.adds", Volatile::Stamp),
            ("//shop:test_shard_1/4", Volatile::Shard),
            ("/home/ci/build/features/pay.feature#pay", Volatile::AbsolutePath),
            ("C:\\build\\pay.feature#pay", Volatile::AbsolutePath),
        ] {
            assert_eq!(find(name), Some(what), "{name}");
        }
    }

    #[test]
    fn stable_names_are_left_in_peace() {
        for name in [
            "shop.CartTest.adds item",
            "user@example.com logs in",
            "mail@decade.org",
            "colour 0xFFFF",
            "isbn 9783161484100",
            "phone 5551234567",
            "deadbeef cafebabe",
            "feature/a/b",
            "a_shard_test",
            "/ returns 200",
            "dates 20240502 and 20241399999999",
            "",
        ] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
