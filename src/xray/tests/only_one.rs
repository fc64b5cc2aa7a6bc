//! What reports in the target's own format state, and only one of several results can give.

use super::merging::{Result, merged, result};
use super::*;

/// A result as an Xray JSON report states it, with these steps.
fn stated(outcome: Outcome, steps: &[(&str, &str)], fill: impl FnOnce(&mut TestRun)) -> Result {
    result(outcome, |run| {
        run.evidence_is_stated = true;
        run.identity = Identity::Key("DEMO-1".to_owned());
        for (status, comment) in steps {
            let step = run.steps.add();
            step.status_name.push_str(status);
            step.comment.push_str(comment);
        }
        fill(run);
    })
}

#[test]
fn what_the_deciding_result_does_not_state_comes_from_another() {
    let full = stated(Outcome::Passed, &[("PASS", "c"), ("FAIL", "")], |run| {
        run.stated.executed_by.push_str("bob");
        run.stated.assignee.push_str("ann");
        run.stated.test_version.push_str("v2");
    });
    let (text, facts) = merged(&[full, stated(Outcome::Failed, &[], |_| {})], Merge::Worst);
    assert_eq!(facts.outcome, Outcome::Failed);
    for kept in [
        r#""executedBy":"bob","assignee":"ann","status":"FAIL","#,
        r#""steps":[{"status":"PASS","comment":"c"},{"status":"FAIL"}]"#,
        r#""testVersion":"v2""#,
        r#""comment":"2 results merged: 1 passed, 1 failed","#,
    ] {
        assert!(text.contains(kept), "{kept} in {text}");
    }
}

#[test]
fn what_results_state_otherwise_is_said_in_the_comment() {
    let one = |outcome, status, comment, by: &str| {
        stated(outcome, &[(status, comment)], |run| {
            run.stated.executed_by.push_str(by);
            run.steps[0].actual_result.push_str("seen");
            run.steps[0].defects.push("DEMO-9".to_owned());
        })
    };
    let parts = [one(Outcome::Passed, "PASS", "c1", "bob"), one(Outcome::Failed, "FAIL", "c2", "eve")];
    let (text, _) = merged(&parts, Merge::Worst);
    assert!(text.contains(r"failed\n\nresult 1 (PASS):\nexecutedBy: bob\nstep 1: PASS c1 seen"), "{text}");
    assert!(text.contains(r#""executedBy":"eve""#) && text.contains(r#""defects":["DEMO-9"]"#), "{text}");
    assert!(text.contains(r#""steps":[{"status":"FAIL","comment":"c2","#), "{text}");
    let (text, _) =
        merged(&[one(Outcome::Passed, "PASS", "c", "bob"), one(Outcome::Passed, "PASS", "c", "bob")], Merge::Worst);
    assert!(!text.contains("result 1") && !text.contains("result 2"), "{text}");
}

#[test]
fn a_defect_of_steps_that_are_not_kept_is_the_runs() {
    let one = |outcome, defects: &[&str]| {
        stated(outcome, &[("FAIL", "")], |run| {
            defects.iter().for_each(|defect| run.steps[0].defects.add().push_str(defect));
        })
    };
    let parts = [one(Outcome::Passed, &["DEMO-8", "DEMO-9"]), one(Outcome::Failed, &["DEMO-9"])];
    let (text, _) = merged(&parts, Merge::Worst);
    for defects in [r#""defects":["DEMO-8"]"#, r#""defects":["DEMO-9"]"#] {
        assert_eq!(text.matches(defects).count(), 1, "{text}");
    }
}

#[test]
fn values_of_a_custom_field_are_all_told() {
    let one = |outcome, fields: &[(&str, &str)]| {
        stated(outcome, &[], |run| {
            for (id, value) in fields {
                let field = run.custom_fields.add();
                field.id.push_str(id);
                field.value.push_str(value);
            }
        })
    };
    let passed = || one(Outcome::Passed, &[("7", r#""blue""#), ("8", "[1]"), ("9", "true")]);
    let (text, _) = merged(&[passed(), one(Outcome::Failed, &[("8", "[1]"), ("7", r#""red""#)])], Merge::Worst);
    let fields = r#""customFields":[{"id":"7","value":"red"},{"id":"8","value":[1]},{"id":"9","value":true}]"#;
    assert!(text.contains(fields), "the value of the result that decides, in {text}");
    let told = r#"result 1 (PASS):\ncustom field 7: \"blue\" (the run has \"red\")""#;
    assert!(text.contains(told) && !text.contains("result 2"), "{text}");
    let (text, _) = merged(&[passed(), passed(), one(Outcome::Passed, &[])], Merge::Worst);
    assert!(!text.contains("custom field") && !text.contains("comment"), "{text}");
}

#[test]
fn rows_of_one_result_stay_beside_one_without() {
    let rows = |fill: fn(&mut TestRun)| [stated(Outcome::Passed, &[], fill), stated(Outcome::Failed, &[], |_| {})];
    let (text, _) = merged(&rows(|run| run.stated.examples.push(Outcome::Passed)), Merge::Worst);
    assert!(text.contains(r#""status":"FAIL","examples":["PASS"]"#), "{text}");
    let (text, _) = merged(&rows(|run| run.stated.iterations.add().log.push('l')), Merge::Worst);
    assert!(text.contains(r#""iterations":[{"parameters":[{"name":"iteration","value":"1"}],"#), "{text}");
}

#[test]
fn evidence_of_a_test_stays_there_beside_that_of_its_steps() {
    let with_evidence = || {
        stated(Outcome::Passed, &[("PASS", "c")], |run| {
            run.evidence.push(attachment("a.txt", "QUJD"));
            run.steps[0].attachments.push(attachment("a.txt", "QUJD"));
        })
    };
    let (text, facts) = merged(&[with_evidence(), with_evidence()], Merge::Worst);
    assert_eq!((text.matches("QUJD").count(), facts.evidence), (2, 2), "{text}");
    let (text, facts) = merged(&[with_evidence(), stated(Outcome::Failed, &[("FAIL", "d")], |_| {})], Merge::Worst);
    assert_eq!((text.matches("QUJD").count(), facts.evidence), (1, 1), "{text}");
}

#[test]
fn steps_that_are_an_account_of_ours_stay_with_their_result() {
    let with_steps = result(Outcome::Passed, |run| run.steps.add().comment.push('c'));
    let (text, _) = merged(&[with_steps, result(Outcome::Failed, |_| {})], Merge::Worst);
    assert!(!text.contains("steps"), "{text}");
}
