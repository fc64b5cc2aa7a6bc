use super::*;
use crate::format::{Recognition, detect};

fn format(text: &str) -> Option<&'static str> {
    format_of(&Head::new(text.as_bytes(), "report"))
}

fn format_of(head: &Head<'_>) -> Option<&'static str> {
    FORMATS.iter().find(|format| (format.recognises)(head)).map(|format| format.name)
}

#[test]
fn j41_nothing_is_empty() {
    for text in ["", "\u{FEFF}", " \n\t", "<?xml version='1.0'?>\n", "\u{FEFF}<?xml version='1.0'"] {
        assert!(Head::new(text.as_bytes(), "a.xml").is_empty(), "{text:?}");
    }
    assert!(!Head::new(b"<a/>", "a.xml").is_empty());
    assert!(!Head::new(b"nothing", "a.xml").is_empty());
}

#[test]
fn the_root_is_behind_everything_that_may_precede_it() {
    let text = "\u{FEFF}\n<?xml version='1.1'?><!-- <testsuite> --><?xml-stylesheet href='a'?>\n<!DOCTYPE a [<!ENTITY b '<c>'>]>\
                <x:testsuites xmlns:x='urn:x' n='1'><x:testsuite id='2'";
    let head = Head::new(text.as_bytes(), "a.xml");
    let xml = head.xml().unwrap();
    assert_eq!((xml.root().name(), xml.namespace()), ("testsuites", "urn:x"));
    assert!(xml.root().has("n") && xml.doctype_names("ENTITY"));
    assert_eq!(format_of(&head), Some("junit"));
}

#[test]
fn j43_text_before_the_root_is_passed_over() {
    for text in [
        "> npm test\n\n<?xml version='1.0'?>\n<testsuites/>",
        "[INFO] done\n  <testsuite name='a'>",
        "banner <testsuites>",
        "npm WARN x\n<ju:testsuites xmlns:ju='urn:j'>",
    ] {
        assert_eq!(format(text), Some("junit"), "{text}");
    }
    assert_eq!(format("> run\n<t:testng-results>"), Some("testng"));
    assert_eq!(format("> run\n<assembly name='a.dll' run-date='2024-05-01'/>"), Some("xunit"));
    assert_eq!(format("> run\n<assembly manifestVersion='1.0'/>"), None, "others have such a root, too");
    let in_its_midst = "a second line\nthat goes over into <testsuites>".as_bytes();
    assert_eq!(format_of(&Head::new(in_its_midst, "TEST-a.xml")), Some("junit"));
    assert_eq!(format_of(&Head::new(in_its_midst, "build.log")), None);
    assert_eq!(format_of(&Head::new(b"Example:\n<testsuites/>", "README.md")), None);
    assert_eq!(format("a second line\nthat names <testsuites> in its midst"), None);
    assert_eq!(format("no report\nat all <a>"), None);
}

#[test]
fn j43_lines_like_markup_before_the_root_are_passed_over() {
    for text in [
        "\n<br />\n<b>Warning</b>: undefined in <b>/app/t.php</b><br />\n<?xml version='1.0'?>\n<testsuites/>",
        "<info>starting</info>\n<testsuites/>",
        "<file> is read\n<?xml version='1.0'?>\n<testsuites/>",
        "Usage: run <file>\n<testsuites/>",
    ] {
        assert_eq!(format(text), Some("junit"), "{text}");
    }
    for text in [
        "<report>\n<testsuites/>\n</report>",
        "<report><![CDATA[\n<?xml version='1.0'?>\n<testsuites/>]]></report>",
        "<html><br/>\n<?xml version='1.0'?>\n<testsuites/></html>",
        "<p>so <b>x</b> <testsuites/></p>\n<testsuites/>",
        "<br/>\n<?xml version='1.0'?>\n<other/>",
    ] {
        assert_eq!(format(text), None, "{text}");
    }
    assert_eq!(format_of(&Head::new(b"<br/>\n<testsuites/>", "README.md")), None);
}

#[test]
fn xamarin_wraps_reports_of_nunit() {
    for (inside, expected) in [
        ("<NUnitOutput>\n<test-results/></NUnitOutput>", Some("nunit2")),
        ("<NUnitOutput>\n<test-run/></NUnitOutput>", Some("nunit3")),
        ("<TouchUnitExtraData/>", None),
    ] {
        assert_eq!(format(&format!("<TouchUnitTestRun>\n{inside}</TouchUnitTestRun>")), expected, "{inside}");
    }
}

#[test]
fn j42_a_report_may_break_off_inside_the_tag_of_its_root() {
    for (text, expected) in [
        ("<?xml version='1.0'?>\n<testsuites name='x' te", Some("junit")),
        ("<?xml version='1.0'?><!-- a > b --><!DOCTYPE a>\n<test-results name", Some("nunit2")),
        ("<robot generator='Rebot", Some("robot")),
        ("<testng-results ", Some("testng")),
        ("<html lang='en", None),
        ("<suite started-at='", None),
        ("<!-- <testsuites a", None),
    ] {
        assert_eq!(format(text), expected, "{text}");
    }
    // Of a name that is cut itself no format is known.
    assert!(Head::new(b"<?xml version='1.0'?>\n<testsui", "a.xml").is_empty());
    assert!(!Head::new(b"<?xml version='1.0'?>\n<html", "a.xml").is_empty());
}

#[test]
fn suites_are_told_apart() {
    for (text, expected) in [
        ("<suite name='a' started-at='x'/>", Some("testng")),
        ("<suite><groups/><test><class><test-method/></class></test></suite>", Some("testng")),
        ("<!DOCTYPE suite SYSTEM 'https://testng.org/testng-1.0.dtd'><suite started-at='x'/>", None),
        ("<suite><test><classes/></test></suite>", None),
        ("<suite id='s1'><test><kw><status/></kw></test></suite>", Some("robot")),
        ("<suite><case/></suite>", None),
        ("<test-suite executed='True'/>", Some("nunit2")),
        ("<test-suite runstate='Runnable'/>", Some("nunit3")),
        ("<test-suite xmlns='urn:model.allure.qatools.yandex.ru' runstate=''/>", None),
        ("<assembly total='1'/>", Some("xunit")),
        ("<assembly xmlns='urn:schemas-microsoft-com:asm.v1' manifestVersion='1.0'/>", None),
        ("<collection><test name='a' result='Pass'/></collection>", Some("xunit")),
        ("<testcase internalid='1'/>", None),
        ("<testcase name='1'/>", Some("junit")),
        ("<testrun name='a' tests='1' started='1'><testsuite/></testrun>", Some("junit")),
        ("<testrun><count/><suite/></testrun>", None),
    ] {
        assert_eq!(format(text), expected, "{text}");
    }
}

#[test]
fn json_is_told_apart_by_its_keys() {
    for (text, expected) in [
        ("[]", Some("cucumber")),
        ("]", Some("behave")),
        (r#"[{"elements":[{"steps":[{"hidden":true"#, Some("cucumber")),
        (r#"[{"elements":[{"steps":[{"keyword":"Given","step_type":"given""#, Some("behave")),
        (r#"{"uri":"a","elements":[]}"#, Some("cucumber")),
        // No key of a step or a scenario is overlooked because of what stands before it.
        (r#"[{"elements":[{"steps":[{"match":{},"result":{},"step_type":"given"}]}]}]"#, Some("behave")),
        (r#"[{"elements":[{"steps":[{"match":{}},{"result":{}}],"location":"a:1"}]}]"#, Some("behave")),
        (r#"[{"tags":[{}],"elements":[{"steps":[{"match":{}}],"location":"a:1"}]}]"#, Some("behave")),
        (r#"{"keyword":"Feature","location":"a:1","elements":[]}{"keyword""#, Some("behave")),
        // Cucumber JSON that a formatter of Behave wrote: `uri` decides, and before it what Behave itself never writes.
        (r#"[{"elements":[{"location":"a:3","steps":[{"step_type":"given"}]}],"uri":"a"}]"#, Some("cucumber")),
        (r#"[{"elements":[{"location":"a:3","steps":[{"step_type":"given","line":4}]},{"#, Some("cucumber")),
        (r#"[{"elements":[{"steps":[{"step_type":"given"}],"tags":[{"name":"@a"}]},{"#, Some("cucumber")),
        (r#"[{"elements":[{"steps":[{"line":4,"step_type":"given"}]}],"location":"a:1"}]"#, Some("behave")),
        (r#"{"tests":[{"testKey":"A-1"}]}"#, Some("xray")),
        (r#"{"info":{},"tests":[]}"#, Some("xray")),
        (r#"[{"testInfo":{}}]"#, Some("xray")),
        (r#"{"info":{"summary":"a","version":"1"},"tests":[{"key":"A-1","status":"PASS"}]}"#, Some("xray")),
        (r#"{"info":{"summary":"a","colour":"1"},"tests":[{"status":"PASS","evidence":[{"data":"QUJ"#, Some("xray")),
        (r#"{"info":{"title":"a"},"tests":[{"name":"a"},{"testKey":"A-1"}]}"#, Some("xray")),
        (r#"{"testExecutionKey":"A-1","tests":[{"name":"a"}]}"#, Some("xray")),
        (r#"{"info":{"title":"An API","version":"1"},"tests":[{"name":"a","status":"passed"}]}"#, None),
        (r#"{"info":{"title":"An API","version":"1"},"tests":[]}"#, None),
        (r#"{"info":{"version":"1"},"tests":[{"name":"a","status":"passed"}]}"#, None),
        (r#"{"info":{},"tests":[{"name":"a","status":"passed"}]}"#, None),
        (r#"{"info":{"summary":"a"},"tests":[{"title":"a","state":"passed"}]}"#, None),
        (r#"{"info":{"project":"a"},"tests":3}"#, None),
        (r#"{"info":"a","tests":[{"status":"PASS"}]}"#, None),
        (r#"{"meta":{"protocolVersion":"30"}}"#, Some("cucumber-messages")),
        ("{\"source\":{}}\n{\"pickle\":{}}", Some("cucumber-messages")),
        (r#"{"source":{}}"#, None),
        (r#"{"testRunStarted":{"timestamp":{"seconds":1}}}"#, Some("cucumber-messages")),
        (r#"{"testRunStarted":{"times"#, Some("cucumber-messages")),
        (r#"{"testRunStarted":true}"#, None),
        (r#"{"testRunStarted":{},"other":{}}"#, None),
        (r#"{"attachment":{"mediaType":"image/png","contentEncoding":"BASE64"}}"#, Some("cucumber-messages")),
        (r#"{"attachment":{"url":"a.png"}}"#, None),
        (r#"{"hook":{"id":"1"}}"#, None),
        (r#"{"generator":"Robot","generated":"x","suite":{}}"#, Some("robot")),
        (r#"{"name":"a","suites":[],"status":"PASS"}"#, Some("robot")),
        (r#"{"name":"a","tests":[{"name":"t","body":[{"name":"Log","status":"PASS"}]}]}"#, Some("robot")),
        (r#"{"name":"a","suites":[{"name":"b","tests":[{"name":"t","elapsed_time":1}]}]}"#, Some("robot")),
        (r#"{"name":"a","tests":[{"name":"t","body":[{"name":"Log","args":["x"]}]}]}"#, None),
        (r#"{"config":{},"suites":[{"title":"a"}],"errors":[],"stats":{}}"#, None),
        (r#"[{"source":"^a$","steps":[{"name":"a","durations":[]}]}]"#, None),
        (r#"{"name":"a","tests":[{"name":"t","status":"PASSED"}]}"#, None),
        (r#"{"name":"a","status":"passed","tests":[{"name":"t","status":"passed"}]}"#, None),
        (r#"{"name":"a","tests":[{"name":"t","body":[{"status":"NOT RUN"}]}]}"#, Some("robot")),
        (r#"{"name":"a","tests":[{"name":"t","status":"NOT R"#, Some("robot")),
        (r#"["a","b"]"#, None),
        (r#"{"fields":{"tests":[]}}"#, None),
    ] {
        assert_eq!(format(text), expected, "{text}");
    }
}

#[test]
fn lists_of_other_things_are_no_features() {
    for (text, expected) in [
        (r#"[{"page":"all","name":"Job ID","type":"area","location":"top"}]"#, None),
        (r#"[{"name":"Acme","location":"Paris","elements":[{"name":"x","type":"y"}]}]"#, None),
        (r#"[{"keyword":"plumber","location":"Berlin","volume":10}]"#, None),
        (r#"[{"name":"x","elements":[{"location":"Berlin"}]}]"#, None),
        (r#"[{"host":"a","location":"rack:12"}]"#, None),
        (r#"{"name":"Acme","location":"Paris","elements":[]}"#, None),
        (r#"[{"uri":"spotify:track:1","name":"x"}]"#, None),
        // A feature without scenarios, and one whose place is told otherwise.
        (r#"[{"uri":"a.feature","id":"a","keyword":"Feature","name":"A","line":1}]"#, Some("cucumber")),
        (r#"[{"keyword":"Feature","location":"a.feature:1","name":"A"}]"#, Some("behave")),
        (r#"[{"keyword":"Feature","location":"a.feature","elements":[]}]"#, Some("behave")),
        (r#"[{"elements":[],"location":"C:\\a.feature:12"}]"#, Some("behave")),
        (r#"[{"elements":[{"location":"a.feature:3"}]"#, Some("behave")),
    ] {
        assert_eq!(format(text), expected, "{text}");
    }
}

#[test]
fn what_breaks_off_before_it_is_known_may_have_been_a_report() {
    let may_be_one = |text: &str| matches!(detect(&Head::new(text.as_bytes(), "a.json")), Recognition::Begun(_));
    for text in [
        r#"[{"uri":"features/a.fea"#,
        r#"[{"uri":"features/a.feature","id":"a","line":1,"name":"A""#,
        r#"[{"name":"A","location":"features/a.fea"#,
        r#"[{"location":"features/a.feature:1","name":"A","#,
        r#"[{"elements":[{"location":"features/a.fea"#,
        r#"[{"metadata":{"browser":"chr"#,
        r#"{"uri":"features/a.fea"#,
        r#"{"keyword":"Feature","uri":"features/a.fea"#,
    ] {
        assert!(may_be_one(text), "{text}");
    }
    for text in [r#"[{"name":"Acme","location":"Berlin","sta"#, r#"[{"id":1,"title":"Dev","location":"Ber"#] {
        assert!(!may_be_one(text), "{text}");
    }
}

#[test]
fn b9_text_around_the_array_is_passed_over() {
    let head = Head::new(
        b"USING RUNNER: x\n----\n[\n{\"keyword\": \"Feature\", \"location\": \"a:1\"}]\n1 feature passed",
        "out.txt",
    );
    assert_eq!(format_of(&head), Some("behave"));
    assert_eq!(head.json().unwrap().junk_before(), 21);
}

#[test]
fn objects_behind_text_are_found_when_they_are_reports() {
    for (text, expected) in [
        ("> npm test\n\n{\"meta\":{\"protocolVersion\":\"28\"}}\n{", Some("cucumber-messages")),
        ("a\n {\"generator\":\"R\",\"generated\":\"\",\"suite\":{}}", Some("robot")),
        ("a\n{\"level\":1}\n{\n\"info\":{},\"tests\":[]}", Some("xray")),
        ("a\n{\"level\":1}\n<?xml version='1.0'?><robot/>", Some("robot")),
        ("a\n{\"level\":1}\n{\"level\":2}", None),
        ("{\"level\":1}\n{\"level\":2}\n[{\"uri\":\"a\",\"elements\":[]}]", Some("cucumber")),
        ("{\"level\":1}\n{\"level\":2}\n[{\"a\":1}]", None),
        ("see {\"info\":{},\"tests\":[]}", None),
    ] {
        assert_eq!(format(text), expected, "{text}");
    }
    assert!(matches!(Head::new(b"a\n{\"level\":1}\n", "a.log").shape(), Shape::Other));
}

#[test]
fn keys_in_texts_are_no_keys() {
    let head = Head::new(br#"{"a":"\"b\":","c" : [ {"d":1,"e":null} , {"f":"g"}],"x":{"y":{}}}"#, "a.json");
    let json = head.json().unwrap();
    assert!(json.has_all("", &["a", "c", "x"]) && !json.has("", "b"));
    assert_eq!(json.text("", "a"), Some(br#"\"b\":"#.as_slice()));
    assert_eq!(json.names("c[]").collect::<Vec<_>>(), [b"d", b"e", b"f"]);
    assert_eq!(json.kind("c[]", "e"), Some(ValueKind::Word));
    assert_eq!(json.kind("x", "y"), Some(ValueKind::Object));
}

#[test]
fn deep_and_wide_json_is_bounded() {
    let deep = "[".repeat(40_000);
    assert!(Head::new(deep.as_bytes(), "a.json").json().is_some());
    let wide: String = (0..4000).map(|n| format!("\"k{n}\":{{}},")).collect();
    let head = format!("{{{wide}");
    let head = Head::new(head.as_bytes(), "a.json");
    assert!(head.json().unwrap().names("").count() <= 256);
}

#[test]
fn archives_are_known_by_their_first_bytes() {
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, archive) in [
        (b"PK\x03\x04....".as_slice(), Archive::Zip),
        (b"PK\x05\x06", Archive::Zip),
        (b"\x1F\x8B\x08", Archive::Gzip),
        (&tar, Archive::Tar),
        (b"\x28\xB5\x2F\xFD", Archive::Zstd),
        (b"\x5A\x2A\x4D\x18", Archive::Zstd),
    ] {
        assert_eq!(Head::new(bytes, "a").archive(), Some(archive));
    }
}

#[test]
fn pictures_and_programs_are_not_read() {
    for bytes in [
        b"\x89PNG\r\n\x1A\n\0\0".as_slice(),
        b"\xFF\xD8\xFF\xE0",
        b"\0\0\0\x18ftypmp42",
        b"%PDF-1.7",
        b"\x7FELF\x02",
        b"\xCA\xFE\xBA\xBE",
        b"data\0\0\0data",
    ] {
        assert!(!could_be_report(bytes), "{bytes:?}");
    }
    for bytes in [
        b"<a>\0\0\0</a>".as_slice(),
        b"  {\"a\":\"\0\"}",
        b"\xFF\xFE<\0a\0",
        b"<\0a\0>\0",
        b"PK\x03\x04\0\0",
        b"a log line",
        b"",
        b"\xEF\xBB\xBF<a>\0",
    ] {
        assert!(could_be_report(bytes), "{bytes:?}");
    }
}
