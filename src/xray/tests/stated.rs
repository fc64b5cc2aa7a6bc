//! What an Xray JSON report states itself.

use super::*;

fn with_rows() -> TestRun {
    let mut run = keyed("AB-1");
    run.outcome = Outcome::Failed;
    run.comment = "c".to_owned();
    for name in ["one", ""] {
        let row = run.stated.iterations.add();
        row.status_name.push_str("PASSED");
        row.name.push_str(name);
        row.log.push_str("logged");
        let step = row.steps.add();
        step.attachments.push(attachment("b.bin", &"AAAA".repeat(1000)));
    }
    run
}

#[test]
fn logs_of_rows_are_comment_where_rows_have_none() {
    let (server, _) = encoded(&with_rows(), Target::Server);
    assert!(server.contains(r#""comment":"c\n\none: logged\n\niteration 2: logged""#), "{server}");
    assert!(server.contains(r#""status":"PASS""#) && !server.contains(r#""log""#), "{server}");
    let (cloud, _) = encoded(&with_rows(), Target::Cloud);
    assert!(cloud.contains(r#""comment":"c""#) && cloud.contains(r#""log":"logged""#), "{cloud}");
}

#[test]
fn a_described_test_stands_beside_its_key() {
    let mut run = keyed("AB-1");
    run.summary = "adds".to_owned();
    run.stated.test.given = true;
    run.stated.test.type_name.push_str("Cucumber");
    run.stated.test.scenario.push_str("Given x");
    run.stated.test_version.push_str("v2");
    let (server, _) = encoded(&run, Target::Server);
    assert!(server.contains(r#""scenario":"Given x""#) && server.contains(r#""testVersion":"v2""#), "{server}");
    assert!(!encoded(&run, Target::Cloud).0.contains("testVersion"));
}

#[test]
fn a_type_of_scenario_is_one_of_servers() {
    let of_type = |name: &str| {
        let mut run = keyed("AB-1");
        run.stated.test.given = true;
        run.stated.test.scenario.push_str("Given x");
        run.stated.test.scenario_type.push_str(name);
        encoded(&run, Target::Server).0
    };
    assert!(of_type("scenario outline ").contains(r#""scenarioType":"Scenario Outline""#));
    assert!(!of_type("Background").contains("scenarioType"), "the strict schema has no other");
}
