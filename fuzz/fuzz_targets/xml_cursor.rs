#![no_main]

use libfuzzer_sys::fuzz_target;
use xraypack::format::xml::{XmlCursor, XmlEvent};
use xraypack::model::Body;

fuzz_target!(|bytes: &[u8]| {
    let mut cursor = XmlCursor::new(Body::Bytes(bytes));
    let (mut open, mut events, mut text) = (0_usize, 0_usize, String::new());
    loop {
        match cursor.next() {
            Ok(XmlEvent::Start(tag)) => {
                assert_eq!(tag.depth(), open);
                open += 1;
                tag.attributes().for_each(|(_, value)| value.read_into(&mut text));
            }
            Ok(XmlEvent::End(_, around)) => {
                open -= 1;
                assert_eq!(around, open);
            }
            Ok(XmlEvent::Text(piece)) => {
                assert!(open > 0);
                text.clear();
                piece.push_into(&mut text);
            }
            Ok(XmlEvent::Eof) => break,
            Err(_) => return,
        }
        events += 1;
        assert!(events <= 2 * bytes.len() + 2, "more events than bytes");
    }
    assert!(open == 0 || cursor.truncation().is_some());
});
