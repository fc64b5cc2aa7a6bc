//! The mapping from end to end, one rule at a time.

use super::*;
use crate::model::{Content, DetailKind, Dialect, Outcome, Timestamp};

fn rules() -> Rules {
    Rules { project: Some("DEMO".to_owned()), ..Rules::default() }
}

fn case(name: &str) -> TestCase {
    TestCase { qualified_name: name.to_owned(), title: name.to_owned(), ..TestCase::default() }
}

fn tagged(name: &str, tags: &[&str]) -> TestCase {
    let mut case = case(name);
    tags.iter().for_each(|tag| case.tags.add().push_str(tag));
    case
}

fn with(properties: &[(&str, &str)]) -> TestCase {
    let mut case = case("a.b");
    properties.iter().for_each(|(name, value)| case.add_property(name, value));
    case
}

fn dialect(format: &str) -> Dialect {
    crate::format::by_name(format).unwrap().dialect
}

fn map_with(rules: &Rules, format: &str, mut case: TestCase) -> (Mapped, TestRun, Vec<Problem>) {
    let mut mapper = Mapper::new(rules);
    mapper.begin(&dialect(format));
    let (mut run, mut problems) = (TestRun::default(), Vec::new());
    let mapped = mapper.map(&mut case, &mut run, &mut |problem| problems.push(problem));
    (mapped, run, problems)
}

fn map(format: &str, case: TestCase) -> (TestRun, Vec<ProblemKind>) {
    let (mapped, run, problems) = map_with(&rules(), format, case);
    assert_eq!(mapped, Mapped::Run, "{problems:?}");
    (run, problems.into_iter().map(|problem| problem.kind).collect())
}

fn left_out(rules: &Rules, case: TestCase) -> Problem {
    let (mapped, _, mut problems) = map_with(rules, "junit", case);
    assert_eq!(mapped, Mapped::LeftOut);
    problems.pop().unwrap()
}

#[test]
fn h1_extended_junit_case() {
    let mut case = with(&[
        ("test_key", "SHOP-11"),
        ("requirements", "SHOP-1,SHOP-2"),
        ("tags", "smoke,cart"),
        ("testrun_comment", "first\nsecond"),
    ]);
    let property = case.properties.add();
    property.name.push_str("testrun_customfields");
    let item = property.items.add();
    item.name.push_str("Region");
    item.value.push_str("EU;US\\;CA");
    let property = case.properties.add();
    property.name.push_str("testrun_evidence");
    let item = property.items.add();
    item.name.push_str("a.txt");
    item.value.push_str("aGVs\nbG8=");
    case.outcome = Outcome::Failed;
    let rules = Rules { field_names: FieldNames::NumberOrName, ..rules() };
    let (_, run, problems) = map_with(&rules, "junit", case);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(run.identity, Identity::Key("SHOP-11".to_owned()));
    assert_eq!(run.requirements.to_vec(), ["SHOP-1", "SHOP-2"]);
    assert_eq!(run.labels.to_vec(), ["smoke", "cart"]);
    assert_eq!(run.comment, "first\nsecond");
    assert_eq!(run.custom_fields[0].value, r#"["EU","US;CA"]"#);
    assert_eq!((run.evidence[0].name.as_str(), run.evidence[0].data.as_str()), ("a.txt", "aGVsbG8="));
    assert!(run.summary.is_empty(), "a known key needs no summary");
}

#[test]
fn fields_known_by_name_only_are_refused_where_numbers_are_asked_for() {
    let mut case = case("a.b");
    let property = case.properties.add();
    property.name.push_str("testrun_customfields");
    for name in ["Region", "10100"] {
        let item = property.items.add();
        item.name.push_str(name);
        item.value.push('x');
    }
    let (run, problems) = map("junit", case);
    assert_eq!(run.custom_fields.len(), 1);
    assert_eq!(problems, [ProblemKind::UnknownProperty]);
}

#[test]
fn a_name_in_another_case_counts_and_is_told_where_case_matters() {
    for (format, expected) in [("junit", &[ProblemKind::UnknownProperty][..]), ("nunit3", &[])] {
        let (run, problems) = map(format, with(&[("TEST_KEY", "SHOP-11")]));
        assert_eq!((run.identity, problems.as_slice()), (Identity::Key("SHOP-11".to_owned()), expected));
    }
}

#[test]
fn several_keys_are_told_and_the_first_counts() {
    let (run, problems) = map("junit", with(&[("test_key", "SHOP-1; SHOP-2 SHOP-1")]));
    assert_eq!(run.identity.key(), Some("SHOP-1"));
    assert_eq!(problems, [ProblemKind::SeveralKeys]);
}

#[test]
fn t23_a_malformed_key_leaves_the_definition() {
    let (run, problems) = map("testng", with(&[("test", "calc-2")]));
    assert_eq!(run.identity, Identity::Definition("a.b".to_owned()));
    assert_eq!(problems, [ProblemKind::MalformedKey]);
}

#[test]
fn test_ids_are_told_once_per_report() {
    let rules = rules();
    let mut mapper = Mapper::new(&rules);
    mapper.begin(&dialect("junit"));
    let mut problems = Vec::new();
    for _ in 0..3 {
        let mut run = TestRun::default();
        mapper.map(&mut with(&[("test_id", "42")]), &mut run, &mut |problem| problems.push(problem.kind));
        assert_eq!(run.identity, Identity::Definition("a.b".to_owned()));
    }
    assert_eq!(problems, [ProblemKind::TestId]);
}

#[test]
fn inherited_keys_come_behind_own_ones() {
    let mut case = with(&[("TestKey", "AB-1"), ("TestKey", "AB-2")]);
    case.properties[0].inherited = true;
    assert_eq!(map("nunit3", case).0.identity.key(), Some("AB-2"));
}

#[test]
fn prefixed_tags_mean_what_they_say_in_every_format() {
    let case = tagged("S.T", &["req:SHOP-1", "test:SHOP-7", "smoke test", "test:fast", "robot:skip", "TESTSET_AB-1"]);
    let (run, problems) = map("robot", case);
    assert_eq!(run.identity.key(), Some("SHOP-7"));
    assert_eq!(run.requirements.to_vec(), ["SHOP-1"]);
    assert_eq!(run.labels.to_vec(), ["smoke_test", "test:fast"]);
    assert!(problems.is_empty());
}

#[test]
fn labels_with_prefixes_mean_what_they_say_in_every_format() {
    let (run, problems) = map("junit", with(&[("tags", "smoke, TEST_DEMO-4,REQ_DEMO-5"), ("test_key", "DEMO-3")]));
    assert_eq!(run.identity, Identity::Key("DEMO-3".to_owned()), "a property comes first");
    assert_eq!(problems, [ProblemKind::SeveralKeys]);
    assert_eq!((run.labels.to_vec(), run.requirements.to_vec()), (vec!["smoke".into()], vec!["DEMO-5".into()]));
    let (run, problems) = map("testng", with(&[("labels", "xray:DEMO-4 fast req:smoke")]));
    assert_eq!((run.identity, problems), (Identity::Key("DEMO-4".to_owned()), vec![]));
    assert_eq!(run.labels.to_vec(), ["fast", "req:smoke"]);
}

#[test]
fn a_pattern_finds_keys_in_the_tags_of_junit() {
    let keys = KeyRules { pattern: Some("[A-Z]+-[0-9]+".parse().unwrap()), ..KeyRules::default() };
    let rules = Rules { keys, ..rules() };
    let (_, run, problems) = map_with(&rules, "junit", with(&[("tags", "x,DEMO-12")]));
    assert_eq!((run.identity, problems.len()), (Identity::Key("DEMO-12".to_owned()), 0));
    assert_eq!(run.labels.to_vec(), ["x"]);
}

#[test]
fn a_prefix_stands_before_a_list_of_keys_too() {
    for format in ["robot", "cucumber"] {
        let (run, problems) =
            map(format, tagged("S.T", &["TEST_SHOP-7,SHOP-8", "REQ_SHOP-1; SHOP-2", "test:slow SHOP-9"]));
        assert_eq!((run.identity.key(), &problems[..]), (Some("SHOP-7"), &[ProblemKind::SeveralKeys][..]));
        assert_eq!(run.requirements.to_vec(), ["SHOP-1", "SHOP-2"]);
        assert_eq!(run.labels.to_vec(), ["test:slow_SHOP-9"]);
    }
    let mut case = tagged("a.feature#x", &["TEST_SHOP-7"]);
    case.container_tags.add().push_str("TEST_SHOP-8,SHOP-9");
    let (run, problems) = map("cucumber", case);
    assert_eq!((run.identity.key(), problems.len()), (Some("SHOP-7"), 0), "its own key comes before what it inherits");
}

#[test]
fn bare_robot_tags_follow_the_option() {
    let (run, problems) = map("robot", tagged("S.T", &["SHOP-7", "UTF-8"]));
    assert_eq!(run.labels.to_vec(), ["SHOP-7", "UTF-8"]);
    assert_eq!(problems, [ProblemKind::BareKey]);
    for (bare_keys, key, requirements) in [(BareKeys::Test, Some("SHOP-7"), 0), (BareKeys::Requirement, None, 1)] {
        let rules = Rules { bare_keys, ..rules() };
        let (_, run, problems) = map_with(&rules, "robot", tagged("S.T", &["SHOP-7", "UTF-8"]));
        assert_eq!(run.identity.key(), key);
        assert_eq!(run.requirements.len(), requirements);
        assert_eq!(run.labels.to_vec(), ["UTF-8"]);
        assert!(problems.is_empty());
    }
}

#[test]
fn nunit_categories_are_tags() {
    let mut case = with(&[("Category", "SHOP-7"), ("Category", "slow test"), ("Category", "REQ_SHOP-1")]);
    case.properties[0].inherited = true;
    let (run, problems) = map("nunit3", case);
    assert_eq!(run.labels.to_vec(), ["slow_test", "SHOP-7"]);
    assert_eq!(run.requirements.to_vec(), ["SHOP-1"]);
    assert_eq!(problems, [ProblemKind::BareKey]);
}

#[test]
fn bare_scenario_tags_name_the_test_and_feature_tags_the_execution() {
    let mut case = tagged("a.feature#x", &["DEMO-47", "DEMO-49", "SHA-256", "fast"]);
    ["DEMO-48", "REQ_DEMO-45", "DEMO-50", "ui"].iter().for_each(|tag| case.container_tags.add().push_str(tag));
    let (run, problems) = map("cucumber", case);
    assert_eq!(run.identity.key(), Some("DEMO-47"));
    assert_eq!(run.execution_key, "DEMO-48");
    assert_eq!(run.requirements.to_vec(), ["DEMO-45"]);
    assert_eq!(run.labels.to_vec(), ["DEMO-49", "SHA-256", "fast", "DEMO-50", "ui"]);
    assert_eq!(problems, [ProblemKind::BareKey]);
}

#[test]
fn of_a_bare_key_is_told_what_becomes_of_it() {
    let told = |rules: &Rules, tags: &[&str]| {
        let mut mapper = Mapper::new(rules);
        mapper.begin(&dialect("cucumber"));
        let mut case = tagged("a.feature#x", tags);
        ["DEMO-48", "DEMO-50"].iter().for_each(|tag| case.container_tags.add().push_str(tag));
        let mut messages = Vec::new();
        for _ in 0..2 {
            mapper.map(&mut case.clone(), &mut TestRun::default(), &mut |problem| messages.push(problem.message));
        }
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    };
    let rules = rules();
    let of_known = told(&rules, &["DEMO-47", "DEMO-49"]);
    assert!(of_known.starts_with("tags such as DEMO-49 ") && of_known.contains("not written"), "{of_known}");
    let updating = Rules { update_tests: UpdateTests::Yes, ..rules.clone() };
    let of_updated = told(&updating, &["DEMO-47", "DEMO-49"]);
    assert!(of_updated.starts_with("tags such as DEMO-49 ") && of_updated.contains("are written"), "{of_updated}");
    let of_new = told(&rules, &[]);
    assert!(of_new.starts_with("tags such as DEMO-50 ") && of_new.contains("are written"), "{of_new}");
    let (_, _, of_none) = map_with(&Rules::default(), "robot", tagged("S.T", &["SHOP-7"]));
    let kinds: Vec<_> = of_none.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::BareKey, ProblemKind::NoProject], "where nothing can be written, too");
}

#[test]
fn b15_a_key_on_a_feature_of_several_scenarios_names_none_of_them() {
    let mut shared = tagged("a.feature#x", &[]);
    shared.container_tags.add().push_str("TEST_DEMO-1");
    let mut alone = shared.clone();
    shared.shares_container = true;
    let (run, problems) = map("behave", shared);
    assert_eq!((run.identity.key(), problems), (None, vec![ProblemKind::SeveralKeys]));
    alone.shares_container = false;
    assert_eq!(map("behave", alone).0.identity.key(), Some("DEMO-1"));
}

#[test]
fn evidence_of_xray_json_is_kept_unless_something_else_is_asked_for() {
    let passed = || {
        let mut case = with(&[("test_key", "DEMO-1")]);
        case.attachments.add().data.push('x');
        case
    };
    assert_eq!(map("xray", passed()).0.evidence.len(), 1);
    assert_eq!(map("junit", passed()).0.evidence.len(), 0);
    let mut rules = rules();
    rules.evidence.of = Evidence::None;
    assert_eq!(map_with(&rules, "xray", passed()).1.evidence.len(), 1);
    for asked in [Evidence::None, Evidence::Failed] {
        rules.evidence.stated = asked;
        assert_eq!(map_with(&rules, "xray", passed()).1.evidence.len(), 0);
    }
}

#[test]
fn a_test_that_names_its_project_needs_no_other() {
    let mut case = case("a.b");
    case.stated.test.given = true;
    case.stated.test.project.push_str("SHOP");
    assert_eq!(map_with(&Rules::default(), "xray", case).0, Mapped::Run);
}

#[test]
fn what_is_stated_and_no_target_would_take_is_left_out() {
    let mut case = case("a.b");
    case.stated.test.given = true;
    case.stated.test.project.push_str("DEMOt /tmp");
    case.stated.test_version.push_str("v2");
    let (run, problems) = map("xray", case);
    assert_eq!((run.stated.test.project.as_str(), run.stated.test_version.as_str()), ("", ""));
    assert_eq!(problems, [ProblemKind::MalformedKey]);
}

#[test]
fn a_prefixed_scenario_tag_comes_before_a_bare_one() {
    let (run, problems) = map("behave", tagged("a.feature#x", &["DEMO-1", "TEST_DEMO-2"]));
    assert_eq!(run.identity.key(), Some("DEMO-2"));
    assert_eq!(problems, [ProblemKind::SeveralKeys]);
}

#[test]
fn a_standards_name_is_a_key_in_a_project_of_that_name() {
    let rules = Rules { project: Some("UTF".to_owned()), ..Rules::default() };
    let (_, run, _) = map_with(&rules, "cucumber", tagged("a#b", &["UTF-8"]));
    assert_eq!(run.identity.key(), Some("UTF-8"));
}

#[test]
fn a_pattern_finds_no_standards() {
    let key_of = |pattern: &str, project: &str, name: &str| {
        let keys = KeyRules { pattern: Some(pattern.parse().unwrap()), ..KeyRules::default() };
        let rules = Rules { project: Some(project.to_owned()), keys, ..Rules::default() };
        map_with(&rules, "junit", case(name)).1.identity.key().map(str::to_owned)
    };
    let any = "[A-Z]+-[0-9]+";
    assert_eq!(key_of(any, "DEMO", "reads UTF-8 stuff"), None);
    assert_eq!(key_of(any, "DEMO", "reads UTF-8 stuff (DEMO-7)").as_deref(), Some("DEMO-7"));
    assert_eq!(key_of(any, "UTF", "reads UTF-8 stuff").as_deref(), Some("UTF-8"));
    assert_eq!(key_of("(?:UTF|SHA)-[0-9]+", "DEMO", "reads UTF-8 stuff").as_deref(), Some("UTF-8"));
}

#[test]
fn j62_line_ends_in_a_definition_become_one_blank() {
    let (run, _) = map("junit", case("  a.b\r\n\tc\u{1}  d "));
    assert_eq!(run.identity.as_str(), "a.b c\u{fffd}  d");
    assert_eq!(run.summary, "a.b c\u{fffd} d");
}

#[test]
fn j68_a_long_name_is_kept_whole_and_noted() {
    let name = format!("a.t[{}]", "x".repeat(2000));
    let (run, problems) = map("junit", case(&name));
    assert_eq!((run.identity.as_str(), problems), (&*name, vec![ProblemKind::Unusual]));
    assert!(run.summary.encode_utf16().count() <= 255 && run.summary.ends_with('…'), "{}", run.summary);
    assert!(map("junit", case(&name[..1000])).1.is_empty());
}

#[test]
fn j70_a_key_in_a_name_is_a_part_of_the_name() {
    for name in ["c.ABC-123 logs in", "c.[ABC-123] logs in", "c.@TEST_ABC-123 logs in"] {
        assert_eq!(map("junit", case(name)).0.identity, Identity::Definition(name.to_owned()));
    }
}

#[test]
fn nothing_to_name_it_leaves_a_case_out() {
    assert_eq!(left_out(&rules(), case(" \n ")).kind, ProblemKind::NoIdentity);
    assert_eq!(left_out(&Rules::default(), case("a.b")).kind, ProblemKind::NoProject);
}

#[test]
fn j29_container_failures_are_told_and_left_out() {
    let mut case = case("shop.CartTest");
    case.container_failure = true;
    let detail = case.details.add();
    detail.kind = DetailKind::Error;
    detail.text.push_str("\n  java.lang.Error: no db\n at x");
    let problem = left_out(&rules(), case);
    assert_eq!(problem.kind, ProblemKind::ContainerFailure);
    assert_eq!(problem.message, "shop.CartTest failed and is no test case: java.lang.Error: no db");
}

#[test]
fn summaries_are_the_property_then_the_title_then_the_definition() {
    let mut with_property = with(&[("test_summary", "Adds\nitems")]);
    with_property.title = "b".to_owned();
    assert_eq!(map("junit", with_property).0.summary, "Adds items");
    let mut untitled = case("shop.CartTest");
    untitled.title.clear();
    assert_eq!(map("junit", untitled).0.summary, "shop.CartTest");
}

#[test]
fn updates_carry_definition_and_summary_beside_the_key() {
    let rules = Rules { update_tests: UpdateTests::Yes, ..rules() };
    let (_, run, _) = map_with(&rules, "junit", with(&[("test_key", "AB-1")]));
    assert_eq!((run.identity.key(), run.definition.as_str(), run.summary.as_str()), (Some("AB-1"), "a.b", "a.b"));
}

#[test]
fn a_run_never_ends_before_it_begins() {
    let at = |seconds: i64| Some(Timestamp::from_nanos(seconds * 1_000_000_000));
    for (finish, duration, expected) in
        [(at(5), None, at(10)), (None, Some(3_000_000_000), at(13)), (None, Some(-1), at(10)), (None, None, None)]
    {
        let mut case = case("a.b");
        (case.start, case.finish, case.duration) = (at(10), finish, duration);
        assert_eq!(map("junit", case).0.finish, expected);
    }
}

#[test]
fn evidence_is_that_of_failed_cases() {
    for (outcome, expected) in [(Outcome::Passed, 0), (Outcome::Skipped, 0), (Outcome::Aborted, 2)] {
        let mut case = case("Logs in");
        case.outcome = outcome;
        for data in ["one", "two"] {
            case.attachments.add().data.push_str(data);
        }
        let (run, _) = map("junit", case);
        assert_eq!(run.evidence.len(), expected);
        if expected > 0 {
            assert_eq!(run.evidence[1].name, "logs-in-2");
        }
    }
}

#[test]
fn links_and_logs_go_into_the_comment_of_failed_runs() {
    for (outcome, expected) in [(Outcome::Failed, "boom\n\ntrace: https://ci/t.zip\nlogged"), (Outcome::Passed, "boom")]
    {
        let mut case = case("a.b");
        case.outcome = outcome;
        case.details.add().message.push_str("boom");
        let link = case.attachments.add();
        link.content = Content::Link;
        link.name.push_str("trace");
        link.data.push_str("https://ci/t.zip");
        let log = case.attachments.add();
        log.media_type.push_str(comment::CUCUMBER_LOG);
        log.data.push_str("logged");
        let (run, _) = map("cucumber", case);
        assert_eq!(run.comment, expected);
        assert!(run.evidence.is_empty());
    }
}

#[test]
fn unstable_names_are_told_once_per_pattern() {
    let rules = rules();
    let mut mapper = Mapper::new(&rules);
    mapper.begin(&dialect("junit"));
    let mut problems = Vec::new();
    for name in ["a.b(X@1b6d3586)", "a.b(X@2c6d3586)", "a.c 3f2504e0-4f89-11d3-9a0c-0305e82c3301"] {
        mapper.map(&mut case(name), &mut TestRun::default(), &mut |problem| problems.push(problem.kind));
    }
    assert_eq!(problems, [ProblemKind::UnstableIdentity; 2]);
}

#[test]
fn nothing_of_one_case_is_left_in_the_next() {
    let rules = rules();
    let mut mapper = Mapper::new(&rules);
    mapper.begin(&dialect("cucumber"));
    let mut run = TestRun::default();
    let mut first = tagged("a#1", &["TEST_AB-1", "x"]);
    first.outcome = Outcome::Failed;
    first.details.add().message.push_str("boom");
    mapper.map(&mut first, &mut run, &mut |_| {});
    mapper.map(&mut case("a#2"), &mut run, &mut |_| {});
    assert_eq!(run.identity, Identity::Definition("a#2".to_owned()));
    assert!(run.labels.is_empty() && run.comment.is_empty() && run.outcome == Outcome::Passed);
}
