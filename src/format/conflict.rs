//! What git leaves in a file that two sides have changed, when somebody commits it as it is.

/// What begins the line before what the one side says.
const MARKER: &[u8] = b"<<<<<<<";

/// What stands between the two sides.
const BETWEEN: &[u8] = b"=======";

/// Bytes that have to be seen of a line to know whether it is such a marker, and of what follows.
pub(super) const REACH: usize = 512;

/// Whether a marker begins here, which is the start of a line.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(MARKER) && matches!(bytes.get(MARKER.len()), None | Some(b' ' | b'\r' | b'\n'))
}

/// The same, in markup: texts that nobody escaped may quote a marker, but then no tag follows.
pub(super) fn begins_in_markup(bytes: &[u8]) -> bool {
    let behind = memchr::memchr(b'\n', bytes).map(|end| bytes[end..].trim_ascii_start());
    begins(bytes) && behind.is_some_and(|next| next.starts_with(b"<") || next.starts_with(BETWEEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_has_seven_signs_and_a_line_of_its_own() {
        for (text, expected) in [
            ("<<<<<<< HEAD\n<testcase", true),
            ("<<<<<<< HEAD\r\n=======\r\n", true),
            ("<<<<<<<\n  </testsuite>", true),
            ("<<<<<<< HEAD\nconflict in a.c", false),
            ("<<<<<<<< HEAD\n<testcase", false),
            ("<<<<<< HEAD\n<testcase", false),
            ("<<<<<<< HEAD", false),
        ] {
            assert_eq!(begins_in_markup(text.as_bytes()), expected, "{text}");
        }
        assert!(begins(b"<<<<<<< HEAD\n  {}") && begins(b"<<<<<<<") && !begins(b"<<<<<<<a"));
    }
}
