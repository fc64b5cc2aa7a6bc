//! What JSON does not allow, and what is made of it.

use super::*;

/// Passes over the value behind `"a"`, and reads the one behind `"b"`.
fn read_half(json: &str) -> Result<Oddities, Fault> {
    let mut cursor = JsonCursor::new(json.as_bytes());
    cursor.begin_object()?;
    while let Some(key) = cursor.key()? {
        if key == b"b" && cursor.kind() == Kind::Array {
            cursor.begin_array()?;
            while cursor.element()? {
                cursor.scalar()?;
            }
        } else if key == b"b" {
            cursor.scalar()?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(cursor.oddities())
}

#[test]
fn words_and_numbers_of_json_and_python_are_nothing_odd() {
    let values = r#"true, false,null ,-1.5e-05,1E+3,12,NaN,Infinity,-Infinity,[],{},"a, b: [c]""#;
    for blanks in 0..70 {
        let blanks = " ".repeat(blanks);
        let json = format!(r#"{{"a":{{"x":[{blanks}{values}]}},"b":[{blanks}{values}],"b":true,"b":-0.5}}"#);
        assert_eq!(read_half(&json), Ok(Oddities::default()), "{json}");
        let json = json.replace("a, b", r#"\"a, b"#);
        assert_eq!(read_half(&json), Ok(Oddities::default()), "{json}");
    }
}

#[test]
fn words_without_quotes_are_told_wherever_they_stand() {
    for blanks in 0..70 {
        let blanks = " ".repeat(blanks);
        for (word, doubtful) in [("passed", true), ("yes", true), ("0x1f", true), ("undefined", false), ("None", false)]
        {
            let expected = if doubtful { Oddities::DOUBTFUL } else { Oddities::FOREIGN };
            for json in [
                format!(r#"{{"a":{{"x":[1,{blanks}{word} ]}}}}"#),
                format!(r#"{{"a":{{"x":"\\","y":{blanks}{word}}}}}"#),
                format!(r#"{{"a":{word},"c":1}}"#),
                format!(r#"{{"b":{blanks}{word},"c":1}}"#),
                format!(r#"{{"b":[{blanks}{word}],"c":1}}"#),
            ] {
                assert_eq!(read_half(&json), Ok(expected), "{json}");
            }
        }
    }
}

#[test]
fn quotes_that_are_out_of_step_are_a_fault() {
    for blanks in 0..70 {
        let blanks = " ".repeat(blanks);
        for json in [
            format!(r#"{{"a":{{{blanks}"x":"y}},"b":"Given "}},{{"c":"5\" screen"}}}}"#),
            format!(r#"{{"a":{{{blanks}"x":y"}},"b":"\"","c":{{"d":"e"}}}}"#),
            format!(r#"{{"b":[{blanks}"x","y],"c":"z","d":"5\" screen"]}}"#),
            format!(r#"{{"a":{{{blanks}"x":y "z":1}},"c":2}}"#),
            format!(r#"{{"a":{{{blanks}"x" y,"z":1}},"c":2}}"#),
        ] {
            assert!(read_half(&json).is_err_and(|fault| !fault.is_cut()), "{json}");
        }
    }
}

#[test]
fn commas_that_are_missing_are_told_or_a_fault() {
    let doubtful = Ok(Oddities::DOUBTFUL);
    assert_eq!(read_half(r#"{"b":1 "c":2}"#), doubtful);
    assert_eq!(read_half(r#"{"b":"1""c":2}"#), doubtful);
    assert_eq!(read_half(r#"{"b":[{"x":1} {}]}"#), Ok(Oddities::NO_COMMA));
    assert_eq!(read_half(r#"{"b":[1,,2],,"c":1}"#), Ok(Oddities::COMMA));
    assert_eq!(read_half(" { \"b\" : [ 1 , 2 ] , \"c\" : [\n] }"), Ok(Oddities::default()));
    assert!(read_half(r#"{"b":["x" "y"]}"#).is_err());
}

#[test]
fn words_that_are_spelled_in_escapes_are_read_as_they_mean() {
    let text = r#"[{"element\u0073":[{"\u0061":"f\u0061iled"},{"b":"\n"}],"\u0075ri":"\u0078"}]"#;
    let expected = [r#"c{"a":"failed"}"#, r#"c{"b":"\n"}"#, r#"i{"elements":[],"uri":"x"}"#];
    for grain in [1, 7, 4096] {
        let mut reader = Grains(text.as_bytes(), grain);
        let mut items = JsonItems::new(Body::Stream(&mut reader)).with_children("elements");
        let mut found = Vec::new();
        let mut read = |json: &mut JsonCursor<'_>| {
            json.begin_object()?;
            while json.key()?.is_some() {
                json.scalar()?;
            }
            Ok(())
        };
        while let Some(piece) = items.next_read(&mut read).unwrap() {
            let letter = if piece.part == Part::Item { 'i' } else { 'c' };
            assert_eq!((piece.read, piece.oddities), (Ok(()), Oddities::default()));
            found.push(format!("{letter}{}", String::from_utf8_lossy(piece.bytes)));
        }
        assert_eq!(found, expected);
    }
}
