//! How what an Xray JSON report states itself is written again (decision 21): nothing of it is lost but what the
//! target does not know.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::{Iteration, List, Parameter, TestRun, key, shorten};

use super::encode::{self, DESCRIPTION_LIMIT, EncodeOptions, SUMMARY_LIMIT};
use super::evidence::Gathering;
use super::flavour::Target;
use super::markup;
use super::wire::{IterationResult, RowParameter, TestInfo, TestStep, Text, Texts};

/// A text that is left out when it is blank.
pub(super) fn filled(text: &str) -> Option<Text<'_>> {
    (!text.trim().is_empty()).then(|| text.into())
}

/// Project in which the Test is found or created.
pub(super) fn project<'a>(run: &'a TestRun, options: &'a EncodeOptions) -> &'a str {
    match (run.stated.test.project.as_str(), run.identity.key()) {
        ("", Some(key)) if options.project.is_empty() => key::project_of(key),
        ("", _) => &options.project,
        (project, _) => project,
    }
}

/// The rows of an outline: those of the report, or the run itself when it is one.
pub(super) fn examples(run: &TestRun, target: Target) -> Vec<Text<'_>> {
    if run.is_example {
        return vec![target.example_status(run.outcome).into()];
    }
    run.stated.examples.iter().map(|outcome| target.example_status(*outcome).into()).collect()
}

/// The data rows.
pub(super) fn iterations<'a>(
    run: &'a TestRun,
    options: &'a EncodeOptions,
    evidence: &mut Gathering,
) -> Vec<IterationResult<'a>> {
    let rows = run.stated.iterations.iter().enumerate();
    rows.map(|(index, row)| IterationResult {
        parameters: parameters(row, index),
        status: options.statuses.handed_on(&row.status_name, row.outcome).into(),
        steps: row.steps.iter().map(|step| encode::step_result(step, options, evidence)).collect(),
        name: filled(&row.name),
        log: filled(&row.log),
        duration: filled(&row.duration),
    })
    .collect()
}

/// A row must have a parameter, and a parameter a name.
fn parameters(row: &Iteration, index: usize) -> Vec<RowParameter<'_>> {
    let named = row.parameters.iter().filter(|parameter| !parameter.name.trim().is_empty());
    let mut parameters: Vec<_> = named
        .map(|parameter| RowParameter { name: parameter.name.as_str().into(), value: parameter.value.as_str().into() })
        .collect();
    if parameters.is_empty() {
        let number = Text(Cow::Owned((index + 1).to_string()));
        parameters.push(RowParameter { name: "iteration".into(), value: number });
    }
    parameters
}

/// The comment; behind it what the rows logged, where the target has no other place for it (decision 11).
pub(super) fn comment(run: &TestRun, target: Target) -> Option<Text<'_>> {
    let rows = run.stated.iterations.iter().enumerate();
    let mut logs = rows.filter(|(_, row)| !row.log.trim().is_empty()).peekable();
    if target == Target::Cloud || logs.peek().is_none() {
        return (!run.comment.is_empty()).then(|| in_frame(&run.comment, run, target).into());
    }
    let mut comment = run.comment.clone();
    for (index, row) in logs {
        if !comment.is_empty() {
            comment.push_str("\n\n");
        }
        match row.name.trim() {
            "" => comment.push_str(&format!("iteration {}: ", index + 1)),
            name => comment.push_str(&format!("{name}: ")),
        }
        comment.push_str(row.log.trim());
    }
    shorten::head_and_tail(&mut comment, shorten::COMMENT - shorten::COMMENT_FRAME);
    Some(Text(Cow::Owned(in_frame(&comment, run, target).into_owned())))
}

/// A text of a report as the target shows it unchanged; markup that is meant as such stays markup.
fn in_frame<'t>(comment: &'t str, run: &TestRun, target: Target) -> Cow<'t, str> {
    if run.comment_is_markup { Cow::Borrowed(comment) } else { markup::framed(comment, target) }
}

/// The Test as the report describes it.
pub(super) fn test_info<'a>(run: &'a TestRun, options: &'a EncodeOptions) -> TestInfo<'a> {
    let test = &run.stated.test;
    let steps: Vec<_> = test.steps.iter().filter_map(|step| test_step(step, options.target)).collect();
    let scenario = if steps.is_empty() { filled(&test.scenario) } else { None };
    let has_definition = steps.is_empty() && scenario.is_none();
    let definition = if has_definition { filled(&test.definition) } else { None };
    let type_name = match test.type_name.as_str() {
        // What a Test is made of decides, where its type says nothing or what cannot be.
        "" | "Generic" if !steps.is_empty() => "Manual",
        "" | "Generic" if scenario.is_some() => "Cucumber",
        "" => &options.test_type,
        named => named,
    };
    let summary = match shorten::one_line(&run.summary, SUMMARY_LIMIT) {
        line if line.is_empty() => shorten::one_line(run.identity.as_str(), SUMMARY_LIMIT),
        line => line,
    };
    let limit = Some(DESCRIPTION_LIMIT);
    TestInfo {
        summary: summary.into(),
        project_key: project(run, options).into(),
        test_type: type_name.into(),
        requirement_keys: Texts::distinct(&run.requirements, key::is_issue_key),
        labels: Texts::distinct(&run.labels, encode::is_label),
        // A Generic Test must have one (strict schema).
        definition: definition
            .or_else(|| (has_definition && type_name == "Generic").then(|| run.identity.as_str().into())),
        steps,
        scenario_type: scenario.as_ref().and_then(|_| scenario_type(&test.scenario_type)).map(Text::from),
        scenario,
        description: (!run.description.is_empty()).then(|| encode::fitting(&run.description, limit)),
    }
}

/// The type of scenario that Server has by this name, in whatever case, of which it takes no other (strict schema).
pub(super) fn scenario_type(name: &str) -> Option<&'static str> {
    ["Scenario", "Scenario Outline"].into_iter().find(|known| known.eq_ignore_ascii_case(name.trim()))
}

/// A step with its members, none of which may be too long; one without an action is none. Of several members with one
/// name, which the target would refuse, the last counts, as everywhere in JSON.
fn test_step(members: &List<Parameter>, target: Target) -> Option<TestStep<'_>> {
    let last: HashMap<&str, usize> = members.iter().enumerate().map(|(n, member)| (&*member.name, n)).collect();
    let members = || members.iter().enumerate().filter(|(n, member)| last.get(&*member.name) == Some(n));
    members().find(|(_, member)| member.name == "action" && !member.value.trim().is_empty())?;
    let limit = target.step_text_limit();
    let written = members().map(|(_, member)| (member.name.as_str().into(), encode::fitting(&member.value, limit)));
    Some(TestStep(written.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_test_is_made_of_decides_about_its_type() {
        let options = EncodeOptions::new(Target::Server, "DEMO");
        for (stated, has_steps, scenario, expected) in [
            ("", true, "", "Manual"),
            ("Generic", true, "", "Manual"),
            ("Generic", false, "Given a shop", "Cucumber"),
            ("Exploratory", true, "", "Exploratory"),
            ("Exploratory", false, "", "Exploratory"),
            ("", false, "", "Generic"),
        ] {
            let mut run = TestRun::default();
            run.stated.test.given = true;
            run.stated.test.type_name = stated.to_owned();
            run.stated.test.scenario = scenario.to_owned();
            if has_steps {
                let step = run.stated.test.steps.add();
                *step.add() = Parameter { name: "action".to_owned(), value: "open".to_owned() };
            }
            let info = test_info(&run, &options);
            assert_eq!(info.test_type.as_str(), expected, "{stated} {scenario}");
            assert_eq!(info.definition.is_some(), expected == "Generic", "{stated} {scenario}");
        }
    }

    #[test]
    fn the_last_member_of_a_name_counts() {
        let mut members = List::default();
        for (name, value) in [("action", "first"), ("data", "d"), ("action", "last"), ("result", "r")] {
            *members.add() = Parameter { name: name.to_owned(), value: value.to_owned() };
        }
        let TestStep(written) = test_step(&members, Target::Server).unwrap();
        let written: Vec<_> = written.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(written, [("data", "d"), ("action", "last"), ("result", "r")]);
        // A step whose action is taken back is none.
        members.add().name.push_str("action");
        assert!(test_step(&members, Target::Server).is_none());
    }
}
