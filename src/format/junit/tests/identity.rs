//! J61 to J71: names.

use super::*;

#[test]
fn j61_j62_names_are_kept_as_they_are() {
    let found = read(
        "<testsuite name='s'><testcase classname=' a::b$C[1] ' name='x › y &gt; \u{1F600}&#10;z\tq'/></testsuite>",
    );
    assert_eq!(found.only().qualified_name, "a::b$C[1].x › y > \u{1F600}\nz q");
}

#[test]
fn j64_j65_class_and_name_as_written() {
    let found = read(
        "<testsuite name='s'><testcase classname='t' name='t'/><testcase class='a\\B' classname='a.B' name='u'/></testsuite>",
    );
    assert_eq!(found.lines(), ["passed t.t", "passed a.B.u"]);
    assert_eq!(read("<testsuite name='s'><testcase class='K' name='u'/></testsuite>").lines(), ["passed K.u"]);
}

#[test]
fn j63_the_project_of_playwright_is_the_host() {
    let found = read(
        "<testsuites id='' name='' tests='2' failures='0' skipped='0' errors='0' time='1'>\
         <testsuite name='a.spec.ts' hostname='chromium'><testcase name='A › b' classname='a.spec.ts'/></testsuite>\
         <testsuite name='a.spec.ts' hostname='firefox'><testcase name='A › b' classname='a.spec.ts'/></testsuite></testsuites>",
    );
    assert_eq!(found.lines(), ["passed a.spec.ts.A › b"; 2]);
    assert_eq!(found.cases.iter().map(|case| &*case.host).collect::<Vec<_>>(), ["chromium", "firefox"]);
    assert_eq!(found.cases.iter().map(|case| &*case.setting).collect::<Vec<_>>(), ["chromium", "firefox"]);
    // Karma's browser stands in the class name.
    let found = read(
        "<testsuite name='s'><testcase classname='Chrome_120.pkg' name='t'/><testcase classname='Firefox_121.pkg' name='t'/></testsuite>",
    );
    assert_eq!(found.lines(), ["passed Chrome_120.pkg.t", "passed Firefox_121.pkg.t"]);
}

#[test]
fn j63_words_for_no_host_are_none() {
    for host in ["tbd", "&lt;unknown host>"] {
        let found = read(&format!("<testsuite name='s' hostname='{host}'><testcase name='a'/></testsuite>"));
        assert_eq!(found.only().host, "", "{host}");
    }
}

#[test]
fn j67_j69_subtests_and_shards_keep_their_names() {
    let found = read(
        "<testsuite name='s'><testcase classname='p' name='TestA'/><testcase classname='p' name='TestA/sub'/>\
         <testcase classname='b' name='t_shard_1/4'/><testcase classname='b' name='t_shard_2/4'/></testsuite>",
    );
    assert_eq!(found.lines(), ["passed p.TestA", "passed p.TestA/sub", "passed b.t_shard_1/4", "passed b.t_shard_2/4"]);
}

#[test]
fn numbers_that_depend_on_other_files_are_told() {
    let report = |name: &str| {
        format!(
            "<testsuites><testsuite name='{name}' errors='0' failures='0' skipped='0' tests='4' time='1'>\
             <testcase name='adds (2)' classname='a_t'/><testcase name='subtracts (2)' classname='a_t'/>\
             <testcase name='Unnamed test case 7' classname='a_t'/><testcase name='adds' classname='a_t'/>\
             <testcase name='pays (now)' classname='a_t'/></testsuite></testsuites>"
        )
    };
    let found = read(&report("a_t"));
    assert_eq!(found.kinds(), [ProblemKind::UnstableIdentity]);
    assert!(found.problems[0].message.ends_with("mends that: Unnamed test case 7"), "{}", found.problems[0].message);
    // The others can be rewritten, and are told only where nobody does.
    assert!(found.cases.iter().all(|case| case.name_tail == NameTail::Number));
    // Whoever is not known may mean the number.
    let found = read(&report("a"));
    assert_eq!(found.kinds(), []);
    assert!(found.cases.iter().all(|case| case.name_tail == NameTail::None));
}

#[test]
fn a_case_without_a_name_is_called_by_its_id() {
    let found = read(
        "<testsuite><testcase id='get.hurl' time='0.2'/><testcase id='post.hurl'><failure>status</failure></testcase>\
         <testcase id='7' name='put.hurl'/></testsuite>",
    );
    assert_eq!(found.lines(), ["passed get.hurl", "failed post.hurl", "passed put.hurl"]);
    // A name that is empty says that there is none (J29).
    let found = read("<testsuite><testcase id='7' name='' classname='a.B'/></testsuite>");
    assert_eq!(found.lines(), ["passed a.B"]);
}
